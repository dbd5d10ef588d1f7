/* policy_file.c - one policy's file, over what it inherits. */
#include "rules/policy_file.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "rules/require.h"
#include "rules/shipped.h"

enum { SECOND_NS = 1000000000, LONGEST_S = 86400 };

static struct policy *policy_in(const struct reading *r)
{
	return r->into;
}

static struct reading_spot at(const char *list, const char *key)
{
	return (struct reading_spot){ list, READING_NONE, key, READING_NONE };
}

/* ---- rules --------------------------------------------------------------------- */

static struct policy_rule *entry_of(struct policy *p, const struct rule *r)
{
	struct policy_rule *known = (struct policy_rule *)policy_of_rule(p, r);

	if (known)
		return known;
	p->rules = mem_grow(p->rules, p->rule_count + 1, sizeof *p->rules);
	p->rules[p->rule_count] = (struct policy_rule){ .rule = r };
	return &p->rules[p->rule_count++];
}

static enum err find_rule(struct reading *r, struct reading_spot s, const char *id,
			  const struct rule **out)
{
	size_t n;

	*out = judge_rule(id);
	if (*out)
		return ERR_OK;
	const struct rule *rules = judge_rules(&n);
	const char **ids = mem_zero(n, sizeof *ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = rules[i].id;
	enum err e = reading_wrong(r, s, "no rule", id, nearest_word(slice_of(id), ids, n));
	free(ids);
	return e;
}

static enum err take_gated(struct reading *r, struct reading_spot s, const char *id, void *ctx)
{
	const struct rule *rule;
	enum err e = find_rule(r, s, id, &rule);

	if (e == ERR_OK)
		entry_of(policy_in(r), rule)->gate = *(enum policy_gate *)ctx;
	return e;
}

static enum err severity_of(struct reading *r, struct reading_spot s, const char *word,
			    enum severity *out)
{
	const char *names[SEVERITIES];
	size_t n;

	for (int i = 0; i < SEVERITIES; i++)
		names[i] = judge_severity_text((enum severity)i);
	enum err e = reading_among(r, s, "no severity", word, names, SEVERITIES, &n);
	if (e == ERR_OK)
		*out = (enum severity)n;
	return e;
}

static enum err take_severities(struct reading *r, const json_t *o)
{
	const char *id;
	json_t *value;

	if (o && !json_is_object(o))
		return reading_wrong(r, reading_of(reading_top, "severities"), "is not an object",
				     NULL, NULL);
	json_object_foreach((json_t *)o, id, value)
	{
		struct reading_spot s = at("severities", id);
		const char *word = json_string_value(value);
		const struct rule *rule;
		enum severity severity;
		enum err e = find_rule(r, s, id, &rule);
		if (e == ERR_OK && !word)
			e = reading_wrong(r, s, "is not a text", NULL, NULL);
		if (e != ERR_OK || (e = severity_of(r, s, word, &severity)) != ERR_OK)
			return e;
		struct policy_rule *said = entry_of(policy_in(r), rule);
		said->has_severity = true;
		said->severity = severity;
	}
	return ERR_OK;
}

/* ---- gate ------------------------------------------------------------------------- */

static enum err take_class(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	static const enum rule_class all[] = { CLASS_ATTACK, CLASS_EXPOSURE, CLASS_POSTURE,
					       CLASS_HYGIENE, CLASS_VISIBILITY };
	enum { CLASSES = sizeof all / sizeof *all };
	const char *names[CLASSES];
	size_t n;

	(void)ctx;
	for (size_t i = 0; i < CLASSES; i++)
		names[i] = judge_class_text(all[i]);
	enum err e = reading_among(r, s, "no class", word, names, CLASSES, &n);
	if (e == ERR_OK)
		policy_in(r)->classes |= 1u << all[n];
	return e;
}

static enum err number_at(struct reading *r, struct reading_spot s, const json_t *o, double low,
			  double high, const char *what, double *out, bool *given)
{
	const json_t *value = json_object_get(o, s.key);

	*given = value != NULL;
	if (!value)
		return ERR_OK;
	if (!json_is_number(value))
		return reading_wrong(r, s, "is not a number", NULL, NULL);
	*out = json_number_value(value);
	return *out >= low && *out <= high ? ERR_OK : reading_wrong(r, s, what, NULL, NULL);
}

static enum err take_fail_on(struct reading *r, const json_t *o)
{
	const char *word;
	enum err e = reading_text(r, at("gate", "fail_on"), o, false, &word);

	if (e == ERR_OK && word)
		e = severity_of(r, at("gate", "fail_on"), word, &policy_in(r)->fail_on);
	return e;
}

static enum err take_coverage(struct reading *r, const json_t *o)
{
	double percent = 0;
	bool given;
	enum err e = number_at(r, at("gate", "min_coverage"), o, 0, 100,
			       "is not a percentage from 0 to 100", &percent, &given);

	if (e == ERR_OK && given)
		policy_in(r)->min_coverage = percent / 100;
	return e;
}

/* Who says which classes gate says all that gates: what makes a call WEAK is named beside them. */
static enum err take_weakens(struct reading *r, const json_t *o, bool classes)
{
	const json_t *value = json_object_get(o, "weakens");

	if (value && !json_is_boolean(value))
		return reading_wrong(r, at("gate", "weakens"), "is neither true nor false", NULL,
				     NULL);
	if (value || classes)
		policy_in(r)->weakens = json_is_true(value);
	return ERR_OK;
}

static enum err take_gate(struct reading *r, const json_t *o)
{
	static const char *const keys[] = { "classes", "weakens",      "rules", "except",
					    "fail_on", "min_coverage", NULL };
	enum policy_gate always = GATE_ALWAYS, never = GATE_NEVER;
	const json_t *classes = json_object_get(o, "classes");
	const json_t *rules = json_object_get(o, "rules"), *except = json_object_get(o, "except");
	enum err e;

	if (!o)
		return ERR_OK;
	if ((e = reading_keys(r, at(NULL, "gate"), o, keys)) != ERR_OK ||
	    (e = take_fail_on(r, o)) != ERR_OK || (e = take_coverage(r, o)) != ERR_OK)
		return e;
	if ((e = take_weakens(r, o, classes != NULL)) != ERR_OK)
		return e;
	if (classes)
		policy_in(r)->classes = 0;
	if (classes)
		e = reading_list(r, at("gate", "classes"), classes, take_class, NULL);
	if (e == ERR_OK && rules)
		e = reading_list(r, at("gate", "rules"), rules, take_gated, &always);
	if (e == ERR_OK && except)
		e = reading_list(r, at("gate", "except"), except, take_gated, &never);
	return e;
}

/* ---- requirements and frameworks ------------------------------------------------------- */

/* One more text of a list with a limit; a text that is there already is not added. */
static bool keep(char **list, size_t *count, size_t most, const char *text)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	if (*count == most)
		return false;
	list[(*count)++] = mem_text(text);
	return true;
}

static enum err take_require(struct reading *r, struct reading_spot s, const char *text, void *ctx)
{
	struct policy *p = policy_in(r);
	struct require *parsed;
	char *why = NULL;

	(void)ctx;
	if (require_parse(text, &parsed, &why) != ERR_OK) {
		enum err e = reading_wrong(r, s, why, NULL, NULL);
		free(why);
		return e;
	}
	require_free(parsed);
	return keep(p->requires, &p->require_count, POLICY_REQUIRES, text)
		       ? ERR_OK
		       : reading_wrong(r, s, "more than 32 requirements", NULL, NULL);
}

static enum err take_framework(struct reading *r, struct reading_spot s, const char *name,
			       void *ctx)
{
	struct policy *p = policy_in(r);

	(void)ctx;
	if (!shipped_find(SHIPPED_FRAMEWORK, name).p)
		return reading_wrong(r, s, "no framework of this program:", name,
				     shipped_near(SHIPPED_FRAMEWORK, name));
	return keep(p->frameworks, &p->framework_count, POLICY_FRAMEWORKS, name)
		       ? ERR_OK
		       : reading_wrong(r, s, "more than 32 frameworks", NULL, NULL);
}

static enum err take_lists(struct reading *r, const json_t *root)
{
	const json_t *requires = json_object_get(root, "requires");
	const json_t *frameworks = json_object_get(root, "frameworks");
	struct policy *p = policy_in(r);
	enum err e = ERR_OK;

	if (requires)
		e = reading_list(r, at(NULL, "requires"), requires, take_require, NULL);
	if (e != ERR_OK || !frameworks)
		return e;
	policy_empty(p->frameworks, &p->framework_count);
	return reading_list(r, at(NULL, "frameworks"), frameworks, take_framework, NULL);
}

/* ---- parameters -------------------------------------------------------------------------- */

static enum err take_minimum_tls(struct reading *r, const json_t *o)
{
	static const char *const names[] = { "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3" };
	static const char *const written[] = { "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" };
	struct reading_spot s = at("parameters", "minimum_tls");
	const char *word;
	size_t n;
	enum err e = reading_text(r, s, o, false, &word);

	if (e != ERR_OK || !word)
		return e;
	e = reading_among(r, s, "no version (TLS1.0, TLS1.1, TLS1.2, TLS1.3)", word, names, 4, &n);
	if (e == ERR_OK)
		policy_in(r)->minimum_tls = written[n];
	return e;
}

static enum err take_suite(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	struct policy *p = policy_in(r);

	(void)ctx;
	if (!*word)
		return reading_wrong(r, s, "is empty", NULL, NULL);
	return keep(p->suites, &p->suite_count, POLICY_SUITES, word)
		       ? ERR_OK
		       : reading_wrong(r, s, "more than 64 suites", NULL, NULL);
}

static enum err take_suites(struct reading *r, const json_t *o)
{
	const json_t *suites = json_object_get(o, "allowed_suites");
	struct policy *p = policy_in(r);

	if (!suites)
		return ERR_OK;
	policy_empty(p->suites, &p->suite_count);
	return reading_list(r, at("parameters", "allowed_suites"), suites, take_suite, NULL);
}

static enum err take_profile(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	static const char *const names[] = { "cnsa", "fips" };
	static const uint8_t bits[] = { SHORT_OF_CNSA, SHORT_OF_FIPS };
	size_t n;
	enum err e =
		reading_among(r, s, "no profile of cryptography (cnsa, fips):", word, names, 2, &n);

	(void)ctx;
	if (e == ERR_OK)
		policy_in(r)->strength |= bits[n];
	return e;
}

static enum err take_strength(struct reading *r, const json_t *o)
{
	const json_t *profiles = json_object_get(o, "strength");

	if (!profiles)
		return ERR_OK;
	policy_in(r)->strength = 0;
	return reading_list(r, at("parameters", "strength"), profiles, take_profile, NULL);
}

/* What a policy thinks of recording is what it makes of B2B-006; `severities` may say it anew. */
static enum err take_recorder(struct reading *r, const json_t *o)
{
	static const struct {
		enum severity severity;
		enum policy_gate gate;
	} means[] = { { SEVERITY_HIGH, GATE_ALWAYS },
		      { SEVERITY_LOW, GATE_BY_CLASS },
		      { SEVERITY_INFO, GATE_BY_CLASS } };
	static const char *const names[] = { "forbidden", "allowed", "mandated" };
	struct reading_spot s = at("parameters", "recorder");
	const char *word;
	size_t n;
	enum err e = reading_text(r, s, o, false, &word);

	if (e != ERR_OK || !word)
		return e;
	e = reading_among(r, s, "not forbidden, allowed or mandated:", word, names, 3, &n);
	if (e == ERR_OK)
		*entry_of(policy_in(r), judge_rule("B2B-006")) =
			(struct policy_rule){ judge_rule("B2B-006"), means[n].gate, true,
					      means[n].severity };
	return e;
}

static enum err take_seconds(struct reading *r, const json_t *o, const char *key, double low,
			     double high, const char *what, uint64_t *out)
{
	double seconds = 0;
	bool given;
	enum err e = number_at(r, at("parameters", key), o, low, high, what, &seconds, &given);

	if (e == ERR_OK && given)
		*out = (uint64_t)(seconds * SECOND_NS);
	return e;
}

static enum err take_parameters(struct reading *r, const json_t *o)
{
	static const char *const keys[] = { "clear_start_tolerance",
					    "minimum_tls",
					    "allowed_suites",
					    "recorder",
					    "strength",
					    "bye_linger",
					    "unanswered",
					    "answered_silence",
					    "opaque_silence",
					    NULL };
	static const char *const life = "is not a number of seconds from 1 to 86400";
	struct policy *p = policy_in(r);
	enum err e;

	if (!o)
		return ERR_OK;
	if ((e = reading_keys(r, at(NULL, "parameters"), o, keys)) != ERR_OK ||
	    (e = take_seconds(r, o, "clear_start_tolerance", 0, 1,
			      "is not a number of seconds from 0 to 1", &p->clear_start_ns)) !=
		    ERR_OK ||
	    (e = take_minimum_tls(r, o)) != ERR_OK || (e = take_suites(r, o)) != ERR_OK ||
	    (e = take_recorder(r, o)) != ERR_OK || (e = take_strength(r, o)) != ERR_OK ||
	    (e = take_seconds(r, o, "bye_linger", 1, LONGEST_S, life, &p->linger_ns)) != ERR_OK ||
	    (e = take_seconds(r, o, "unanswered", 1, LONGEST_S, life, &p->unanswered_ns)) !=
		    ERR_OK ||
	    (e = take_seconds(r, o, "answered_silence", 1, LONGEST_S, life, &p->answered_ns)) !=
		    ERR_OK)
		return e;
	return take_seconds(r, o, "opaque_silence", 1, LONGEST_S, life, &p->opaque_ns);
}

/* ---- one file ------------------------------------------------------------------------------- */

static enum err take_names(struct reading *r, const json_t *root, bool shipped)
{
	struct policy *p = policy_in(r);
	const char *name, *summary, *comment;
	enum err e;

	if ((e = reading_text(r, at(NULL, "name"), root, true, &name)) != ERR_OK ||
	    (e = reading_text(r, at(NULL, "summary"), root, true, &summary)) != ERR_OK ||
	    (e = reading_text(r, at(NULL, "comment"), root, false, &comment)) != ERR_OK)
		return e;
	if (!shipped && shipped_find(SHIPPED_POLICY, name).p)
		return reading_wrong(r, at(NULL, "name"),
				     "the program has a policy of this name:", name, NULL);
	free(p->name);
	free(p->summary);
	p->name = mem_text(name);
	p->summary = mem_text(summary);
	return ERR_OK;
}

enum err policy_file_apply(struct reading *r, const json_t *root, bool shipped)
{
	enum err e;

	if ((e = take_names(r, root, shipped)) != ERR_OK ||
	    (e = take_gate(r, json_object_get(root, "gate"))) != ERR_OK ||
	    (e = take_lists(r, root)) != ERR_OK ||
	    (e = take_parameters(r, json_object_get(root, "parameters"))) != ERR_OK)
		return e;
	return take_severities(r, json_object_get(root, "severities"));
}

enum err policy_file_check(struct reading *r, const json_t *root, const char **inherits)
{
	static const char *const keys[] = { "schema",	  "name",	"comment",  "inherits",
					    "summary",	  "gate",	"requires", "severities",
					    "parameters", "frameworks", NULL };
	enum err e = reading_file(r, root, "policy", POLICY_SCHEMA, keys);

	return e == ERR_OK ? reading_text(r, at(NULL, "inherits"), root, false, inherits) : e;
}
