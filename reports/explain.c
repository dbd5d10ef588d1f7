/* explain.c - the catalogue read aloud. */
#include "reports/explain.h"

#include <string.h>

#include "reports/escape.h"
#include "reports/jvalue.h"
#include "reports/layout.h"
#include "rules/pack.h"

enum { TAB = 12, HINTS = 8, ID_COLUMN = 10, SEVERITY_COLUMN = 19, CLASS_COLUMN = 31 };

#define CONFIRM "confirm against the deployed version"

/* ---- pieces ------------------------------------------------------------------------ */

static const char *class_means(enum rule_class c)
{
	static const char *const text[] = {
		[CLASS_ATTACK] = "Somebody may be doing something to these calls now.",
		[CLASS_EXPOSURE] =
			"Content, keys, credentials or identities can be read by others.",
		[CLASS_POSTURE] = "How the system is built or set up makes it weaker than it "
				  "could be.",
		[CLASS_HYGIENE] = "Worth tidying up; nothing follows from it by itself.",
		[CLASS_VISIBILITY] = "It says what the captures could not show, and of the calls "
				     "nothing.",
	};

	return text[c];
}

static const char *severity_means(enum severity s)
{
	static const char *const text[SEVERITIES] = {
		"A fact worth stating.",
		"A detail to mend when the place is touched anyway.",
		"A weakness that needs more to be of use to anybody.",
		"Protection is absent, or is ended in between.",
		"What was said, or what opens it, lies open.",
	};

	return text[s];
}

/* A part of the remediation that is about one product. */
struct hint {
	const char *vendor;
	struct slice text;
};

static const char *const vendors[] = { "Kamailio", "FreeSWITCH", "Asterisk", "rtpengine" };
enum { VENDORS = sizeof vendors / sizeof *vendors };

/* "Kamailio: " at a place where a sentence begins; NULL: none does. */
static const char *vendor_at(const char *text, const char *at)
{
	if (at != text && at[-1] != ' ')
		return NULL;
	for (size_t i = 0; i < VENDORS; i++) {
		size_t n = strlen(vendors[i]);
		if (strncmp(at, vendors[i], n) == 0 && at[n] == ':' && at[n + 1] == ' ')
			return vendors[i];
	}
	return NULL;
}

static bool has_hint(const struct hint *hints, size_t count, const char *vendor)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(hints[i].vendor, vendor) == 0)
			return true;
	return false;
}

/* What is said to all, and what to users of a product, in the order of the text. */
static size_t split(const struct rule *r, struct slice *plain, struct hint hints[HINTS])
{
	const char *text = r->remediation;
	struct slice *now = plain;
	size_t count = 0;

	*plain = (struct slice){ (const uint8_t *)text, 0 };
	for (const char *c = text; *c; c++) {
		const char *vendor = count < HINTS ? vendor_at(text, c) : NULL;
		if (vendor) {
			c += strlen(vendor) + 2;
			hints[count] = (struct hint){ vendor, { (const uint8_t *)c, 0 } };
			now = &hints[count++].text;
		}
		now->n = (size_t)((const uint8_t *)c + 1 - now->p);
	}
	for (size_t i = 0; i < VENDORS && count < HINTS; i++)
		if (!has_hint(hints, count, vendors[i]) && pack_hint(r->id, vendors[i]))
			hints[count++] =
				(struct hint){ vendors[i], slice_of(pack_hint(r->id, vendors[i])) };
	return count;
}

/* Which framework a citation belongs to, by how it begins. */
static const char *framework_of(const char *citation)
{
	static const struct {
		const char *begins, *name;
	} known[] = {
		{ "90 FR", "HIPAA, proposed" },
		{ "45 CFR", "HIPAA" },
		{ "NIST", "NIST" },
		{ "PCI", "PCI DSS" },
		{ "GLBA", "GLBA" },
		{ "GDPR", "GDPR" },
		{ "CJIS", "CJIS" },
		{ "BSI", "BSI" },
		{ "OWASP", "OWASP ASVS" },
		{ "SEC ", "SEC" },
		{ "FINRA", "FINRA" },
		{ "MiFID", "MiFID II" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strncmp(citation, known[i].begins, strlen(known[i].begins)) == 0)
			return known[i].name;
	return "other";
}

/* Whether the i-th citation is the first of its framework. */
static bool is_first(const struct rule *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(framework_of(r->citations[k]), framework_of(r->citations[i])) == 0)
			return false;
	return true;
}

static void cited(struct text *t, const struct rule *r, size_t first)
{
	const char *framework = framework_of(r->citations[first]);
	size_t n = 0;

	text_clear(t);
	for (size_t i = first; r->citations[i]; i++)
		if (strcmp(framework_of(r->citations[i]), framework) == 0)
			text_addf(t, "%s%s", n++ ? "; " : "", r->citations[i]);
}

/* The parts that are one text each; `part` 0 to 5. False past the end. */
static bool part_of(const struct rule *r, int part, const char **name, struct text *t)
{
	static const char *const names[] = {
		"checks", "means", "moves", "shows", "do", "not when"
	};
	struct slice plain;
	struct hint hints[HINTS];

	text_clear(t);
	if (part >= (int)(sizeof names / sizeof *names))
		return false;
	*name = names[part];
	if (part == 0)
		text_add(t, r->checks);
	else if (part == 1)
		text_addf(t, "%s %s", class_means(r->cls), severity_means(r->severity));
	else if (part == 2)
		text_add(t, pack_said(r->id, "effect"));
	else if (part == 3)
		text_add(t, pack_said(r->id, "evidence"));
	else if (part == 5)
		text_add(t, r->traps);
	else {
		(void)split(r, &plain, hints);
		text_add_slice(t, slice_trim(plain));
	}
	return true;
}

/* ---- as text ----------------------------------------------------------------------- */

static void entry(struct layout *l, const char *name, const char *text, int indent)
{
	layout_put(l, name);
	layout_pad(l, indent);
	layout_wrap(l, text, indent);
	layout_line(l);
}

static void put_hints(struct layout *l, const struct rule *r)
{
	struct slice plain;
	struct hint hints[HINTS];
	size_t n = split(r, &plain, hints);
	struct text t = { NULL, 0, 0 };

	if (n)
		entry(l, "hints", CONFIRM ":", TAB);
	for (size_t i = 0; i < n; i++) {
		text_clear(&t);
		text_add_slice(&t, slice_trim(hints[i].text));
		layout_put(l, "  ");
		entry(l, hints[i].vendor, text_of(&t), TAB + 2);
	}
	text_free(&t);
}

static void put_citations(struct layout *l, const struct rule *r)
{
	struct text t = { NULL, 0, 0 };

	if (r->citations[0])
		entry(l, "bears on", "(what a reader of these frameworks may draw from it)", TAB);
	for (size_t i = 0; r->citations[i]; i++) {
		if (!is_first(r, i))
			continue;
		cited(&t, r, i);
		layout_put(l, "  ");
		entry(l, framework_of(r->citations[i]), text_of(&t), TAB + 8);
	}
	text_free(&t);
}

bool explain_text(const struct rule *r, FILE *out, int width)
{
	struct layout l = { out, width, 0, false };
	struct text t = { NULL, 0, 0 };
	const char *name;

	text_addf(&t, "%s  %s (%s, %s)", r->id, r->title, judge_severity_text(r->severity),
		  judge_class_text(r->cls));
	layout_wrap(&l, text_of(&t), TAB);
	layout_line(&l);
	layout_line(&l);
	for (int i = 0; part_of(r, i, &name, &t); i++) {
		if (t.n)
			entry(&l, name, text_of(&t), TAB);
		if (strcmp(name, "do") == 0)
			put_hints(&l, r);
	}
	put_citations(&l, r);
	text_free(&t);
	return !ferror(out);
}

/* ---- as Markdown --------------------------------------------------------------------- */

static void item(FILE *out, const char *name, const char *text)
{
	(void)fprintf(out, "- **%s**: ", name);
	escape_markdown(out, text);
	(void)fputs("\n", out);
}

bool explain_markdown(const struct rule *r, FILE *out)
{
	struct slice plain;
	struct hint hints[HINTS];
	size_t n = split(r, &plain, hints);
	struct text t = { NULL, 0, 0 };
	const char *name;

	(void)fprintf(out, "## %s: ", r->id);
	escape_markdown(out, r->title);
	(void)fprintf(out, "\n\nSeverity %s, class %s.\n\n", judge_severity_text(r->severity),
		      judge_class_text(r->cls));
	for (int i = 0; part_of(r, i, &name, &t); i++)
		if (t.n)
			item(out, name, text_of(&t));
	(void)fputs(n ? "\n### Hints (" CONFIRM ")\n\n" : "", out);
	for (size_t i = 0; i < n; i++) {
		text_clear(&t);
		text_add_slice(&t, slice_trim(hints[i].text));
		item(out, hints[i].vendor, text_of(&t));
	}
	(void)fputs(r->citations[0] ? "\n### Bears on\n\n" : "", out);
	for (size_t i = 0; r->citations[i]; i++) {
		if (!is_first(r, i))
			continue;
		cited(&t, r, i);
		item(out, framework_of(r->citations[i]), text_of(&t));
	}
	text_free(&t);
	return !ferror(out);
}

/* ---- as JSON --------------------------------------------------------------------------- */

static json_t *slice_json(struct slice s)
{
	struct text t = { NULL, 0, 0 };

	text_add_slice(&t, slice_trim(s));
	json_t *v = jvalue_text(text_of(&t));
	text_free(&t);
	return v;
}

static json_t *hints_json(const struct hint *hints, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();
		jvalue_put(o, "product", jvalue_text(hints[i].vendor));
		jvalue_put(o, "hint", slice_json(hints[i].text));
		jvalue_put(o, "note", jvalue_text(CONFIRM));
		jvalue_push(list, o);
	}
	return list;
}

static json_t *citations_json(const struct rule *r)
{
	json_t *o = json_object();

	for (size_t i = 0; r->citations[i]; i++) {
		const char *framework = framework_of(r->citations[i]);
		if (!json_object_get(o, framework))
			jvalue_put(o, framework, json_array());
		jvalue_push(json_object_get(o, framework), jvalue_text(r->citations[i]));
	}
	return o;
}

static json_t *rule_json(const struct rule *r)
{
	json_t *o = json_object();
	struct slice plain;
	struct hint hints[HINTS];
	size_t n = split(r, &plain, hints);

	jvalue_put(o, "id", jvalue_text(r->id));
	jvalue_put(o, "title", jvalue_text(r->title));
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(r->severity)));
	jvalue_put(o, "class", jvalue_text(judge_class_text(r->cls)));
	jvalue_put(o, "checks", jvalue_text(r->checks));
	jvalue_put(o, "means", jvalue_text(class_means(r->cls)));
	jvalue_put(o, "moves", jvalue_text(pack_said(r->id, "effect")));
	jvalue_put(o, "shows", jvalue_text(pack_said(r->id, "evidence")));
	jvalue_put(o, "remediation", slice_json(plain));
	jvalue_put(o, "hints", hints_json(hints, n));
	jvalue_put(o, "traps", jvalue_text(r->traps));
	jvalue_put(o, "citations", citations_json(r));
	return o;
}

static bool dump(json_t *o, FILE *out)
{
	bool whole = json_dumpf(o, out, JSON_INDENT(2)) == 0 && fputs("\n", out) >= 0;

	json_decref(o);
	return whole;
}

bool explain_json(const struct rule *r, FILE *out)
{
	json_t *o = rule_json(r);

	jvalue_put(o, "schema", jvalue_text("earshot.rule/1"));
	return dump(o, out);
}

/* ---- questions ------------------------------------------------------------------------- */

bool explain_topic_text(const struct topic *t, FILE *out, int width)
{
	struct layout l = { out, width, 0, false };
	struct slice rest = slice_of(t->answer), line;
	struct text part = { NULL, 0, 0 };

	layout_wrap(&l, t->question, 0);
	layout_line(&l);
	layout_line(&l);
	while (slice_cut(&rest, '\n', &line)) {
		text_add_slice(&part, line);
		text_add(&part, line.n ? " " : "");
		if (line.n && rest.n)
			continue;
		layout_wrap(&l, text_of(&part), 0);
		layout_line(&l);
		if (!line.n)
			layout_line(&l);
		text_clear(&part);
	}
	text_free(&part);
	return !ferror(out);
}

bool explain_topic_markdown(const struct topic *t, FILE *out)
{
	(void)fprintf(out, "## %s\n\n%s", t->question, t->answer);
	return !ferror(out);
}

bool explain_topic_json(const struct topic *t, FILE *out)
{
	json_t *o = json_object();

	jvalue_put(o, "schema", jvalue_text("earshot.topic/1"));
	jvalue_put(o, "topic", jvalue_text(t->name));
	jvalue_put(o, "question", jvalue_text(t->question));
	jvalue_put(o, "answer", jvalue_text(t->answer));
	return dump(o, out);
}

/* ---- the list --------------------------------------------------------------------------- */

bool explain_list_text(const struct rule *const *rules, size_t count, bool ids, FILE *out,
		       int width)
{
	struct layout l = { out, width, 0, false };

	for (size_t i = 0; i < count; i++) {
		layout_put(&l, rules[i]->id);
		if (!ids) {
			layout_pad(&l, ID_COLUMN);
			layout_put(&l, judge_severity_text(rules[i]->severity));
			layout_pad(&l, SEVERITY_COLUMN);
			layout_put(&l, judge_class_text(rules[i]->cls));
			layout_pad(&l, CLASS_COLUMN);
			layout_wrap(&l, rules[i]->title, CLASS_COLUMN);
		}
		layout_line(&l);
	}
	return !ferror(out);
}

bool explain_list_json(const struct rule *const *rules, size_t count, FILE *out)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < count; i++)
		jvalue_push(list, rule_json(rules[i]));
	jvalue_put(o, "schema", jvalue_text("earshot.rules/1"));
	jvalue_put(o, "rules", list);
	return dump(o, out);
}
