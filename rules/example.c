/* example.c - the examples of packs: records in, outcomes compared. */
#include "rules/example.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "rules/engine.h"

struct examining {
	struct pack_set *set;
	const struct rule *rules;
	struct arena *arena;
	struct findings found;
	struct problem_memo *memo;
	enum outcome *outcomes; /* of every rule of the set */
	struct example_results *out;
};

void example_add(struct example_results *r, const char *rule, const char *name, char *why)
{
	r->list = mem_more(r->list, r->count, sizeof *r->list);
	r->list[r->count++] = (struct example_result){ rule, name, !why, why };
	r->failed += why != NULL;
}

static void result(struct examining *x, const struct pack_rule *rule, const json_t *example,
		   char *why)
{
	const char *name = json_string_value(json_object_get(example, "name"));

	example_add(x->out, rule->rule.id, name ? name : "", why);
}

static char *sentence(const char *what, const char *got, const char *wanted)
{
	struct text t = { 0 };

	text_addf(&t, "%s is %s, and should be %s", what, got, wanted);
	return t.p;
}

static const struct finding *finding_of(const struct examining *x, const struct pack_rule *rule)
{
	for (uint32_t i = 0; i < x->found.count; i++)
		if (x->found.list[i].rule == rule->as)
			return &x->found.list[i];
	return NULL;
}

char *example_compare(enum outcome came, const struct finding *f, const json_t *example)
{
	const char *is = json_string_value(json_object_get(example, "is"));
	const char *severity = json_string_value(json_object_get(example, "severity"));
	const char *detail = json_string_value(json_object_get(example, "detail"));
	const char *got = judge_outcome_text(came);

	if (!is || strcmp(is, got) != 0)
		return sentence("the outcome", got, is ? is : "stated under the key is");
	got = f ? judge_severity_text(f->severity) : "missing";
	if (severity && strcmp(severity, got) != 0)
		return sentence("the severity", got, severity);
	got = f && f->detail ? f->detail : "missing";
	return detail && strcmp(detail, got) != 0 ? sentence("the detail", got, detail) : NULL;
}

bool example_has_capture(const json_t *example)
{
	return json_object_get(example, "capture") != NULL;
}

static char *compare(const struct examining *x, size_t at, const json_t *example)
{
	const struct pack_rule *rule = pack_at(x->set, at);

	return example_compare(x->outcomes[rule->as - x->rules], finding_of(x, rule), example);
}

static uint8_t asked(const json_t *example)
{
	const json_t *list = json_object_get(example, "asks");
	unsigned bits = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		if (word && strcmp(word, "cnsa") == 0)
			bits |= SHORT_OF_CNSA;
		if (word && strcmp(word, "fips") == 0)
			bits |= SHORT_OF_FIPS;
	}
	return (uint8_t)bits;
}

static void examine(struct examining *x, size_t at, const json_t *example)
{
	struct work w = { .arena = x->arena,
			  .found = &x->found,
			  .memo = x->memo,
			  .strength = asked(example),
			  .outcomes = x->outcomes };
	struct call *call;
	char *why = NULL;

	arena_reset(x->arena);
	if (example_record_call(json_object_get(example, "record"), x->arena, &call, &why) !=
	    ERR_OK) {
		result(x, pack_at(x->set, at), example, why ? why : mem_text("is too large"));
		return;
	}
	w.c = call;
	rule_begin(&w);
	engine_run(x->set, &w);
	result(x, pack_at(x->set, at), example, compare(x, at, example));
}

void example_run(struct pack_set *s, size_t from, struct example_results *out)
{
	struct examining x = { .set = s,
			       .arena = arena_new(RULE_ARENA),
			       .memo = mem_zero(1, sizeof *x.memo),
			       .outcomes = mem_zero(pack_count(s), sizeof(enum outcome)),
			       .out = out };

	size_t n;

	*out = (struct example_results){ NULL, 0, 0 };
	x.rules = pack_rules(s, &n);
	for (size_t i = from; i < pack_count(s); i++) {
		const json_t *list = json_object_get(pack_at(s, i)->source, "examples");
		for (size_t k = 0; k < json_array_size(list); k++)
			if (!example_has_capture(json_array_get(list, k)))
				examine(&x, i, json_array_get(list, k));
	}
	free(x.outcomes);
	free(x.memo);
	free(x.found.list);
	arena_free(x.arena);
}

/* ---- what they show between them --------------------------------------------------------- */

const char *example_kind_text(enum example_kind k)
{
	static const char *const text[EXAMPLE_KINDS] = { "violated or noted", "satisfied",
							 "not_assessable" };
	return text[k];
}

static bool may_speak(const struct pack_rule *r)
{
	for (size_t i = 0; i < r->case_count; i++)
		if (!r->cases[i].silent && (r->cases[i].outcome == OUTCOME_VIOLATED ||
					    r->cases[i].outcome == OUTCOME_NOTED))
			return true;
	return false;
}

static bool shows(const char *is, enum example_kind k)
{
	switch (k) {
	case EXAMPLE_SPEAKS:
		return strcmp(is, "violated") == 0 || strcmp(is, "noted") == 0;
	case EXAMPLE_SATISFIED:
		return strcmp(is, "satisfied") == 0;
	default:
		return strcmp(is, "not_assessable") == 0;
	}
}

bool example_lacks(const struct pack_rule *r, enum example_kind k)
{
	const json_t *list = json_object_get(r->source, "examples");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *is = json_string_value(json_object_get(json_array_get(list, i), "is"));
		if (is && shows(is, k))
			return false;
	}
	return k != EXAMPLE_SPEAKS || may_speak(r);
}

void example_free(struct example_results *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->list[i].why);
	free(r->list);
	*r = (struct example_results){ NULL, 0, 0 };
}
