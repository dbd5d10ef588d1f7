/* engagement.c - a strict reader of --engagement, and its part of the document. */
#include "reports/engagement.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/hidden.h"
#include "reports/jvalue.h"

#define SCHEMA "earshot.engagement/1"

enum { TEXT_MAX = 2000, LIST_MAX = 64, DATE = 10 };

struct engagement {
	json_t *root; /* as it was read, and checked */
};

static const char *const top_texts[] = { "organisation", "assessor",  "reference",
					 "scope",	 "authority", NULL };
static const char *const capture_texts[] = { "label", "by", "where", "authority", "when", NULL };
static const char *const population_texts[] = { "of", "sample", NULL };

/* ---- reading -------------------------------------------------------------------- */

static enum err texts(struct reading *r, struct reading_spot s, const json_t *o,
		      const char *const *keys, const char *needed)
{
	for (size_t i = 0; keys[i]; i++) {
		const char *text;
		struct reading_spot at = reading_of(s, keys[i]);
		bool must = needed && strcmp(needed, keys[i]) == 0;
		enum err e = reading_text(r, at, o, must, &text);
		if (e != ERR_OK)
			return e;
		if (text && strlen(text) > TEXT_MAX)
			return reading_wrong(r, at, "is longer than 2000 octets", NULL, NULL);
	}
	return ERR_OK;
}

/* 2026-01-31; a day that no month has is left to the writer. */
static bool is_date(const char *s)
{
	for (int i = 0; i < DATE; i++)
		if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	return !s[DATE] && memcmp(s + 5, "01", 2) >= 0 && memcmp(s + 5, "12", 2) <= 0 &&
	       memcmp(s + 8, "01", 2) >= 0 && memcmp(s + 8, "31", 2) <= 0;
}

static enum err dates(struct reading *r, const json_t *root)
{
	const char *from, *to;
	struct reading_spot f = reading_of(reading_top, "from"), t = reading_of(reading_top, "to");
	enum err e;

	if ((e = reading_text(r, f, root, false, &from)) != ERR_OK ||
	    (e = reading_text(r, t, root, false, &to)) != ERR_OK)
		return e;
	if (from && !is_date(from))
		return reading_wrong(r, f, "not a date like 2026-01-31:", from, NULL);
	if (to && !is_date(to))
		return reading_wrong(r, t, "not a date like 2026-01-31:", to, NULL);
	if (from && to && strcmp(from, to) > 0)
		return reading_wrong(r, t, "is before \"from\":", to, NULL);
	return ERR_OK;
}

static enum err captures(struct reading *r, const json_t *root)
{
	const json_t *list = json_object_get(root, "captured");
	struct reading_spot s = { "captured", READING_NONE, NULL, READING_NONE };
	enum err e = ERR_OK;

	if (list && !json_is_array(list))
		return reading_wrong(r, s, "is not a list", NULL, NULL);
	if (json_array_size(list) > LIST_MAX)
		return reading_wrong(r, s, "has more than 64 entries", NULL, NULL);
	for (size_t i = 0; i < json_array_size(list) && e == ERR_OK; i++) {
		const json_t *one = json_array_get(list, i);
		s.at = (int)i;
		e = reading_keys(r, s, one, capture_texts);
		if (e == ERR_OK)
			e = texts(r, s, one, capture_texts, "label");
	}
	return e;
}

static enum err population(struct reading *r, const json_t *root)
{
	static const char *const keys[] = { "of", "total", "sample", NULL };
	const json_t *p = json_object_get(root, "population");
	struct reading_spot s = { "population", READING_NONE, NULL, READING_NONE };

	if (!p)
		return ERR_OK;
	enum err e = reading_keys(r, s, p, keys);
	if (e == ERR_OK)
		e = texts(r, s, p, population_texts, "of");
	if (e != ERR_OK)
		return e;
	const json_t *total = json_object_get(p, "total");
	return !total || (json_is_integer(total) && json_integer_value(total) >= 0)
		       ? ERR_OK
		       : reading_wrong(r, reading_of(s, "total"), "is not a whole number", NULL,
				       NULL);
}

static enum err one_gap(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	(void)ctx;
	if (!*word)
		return reading_wrong(r, s, "is empty", NULL, NULL);
	if (strlen(word) > TEXT_MAX)
		return reading_wrong(r, s, "is longer than 2000 octets", NULL, NULL);
	return s.item < LIST_MAX
		       ? ERR_OK
		       : reading_wrong(r, s, "is one of more than 64 entries", NULL, NULL);
}

static enum err check(struct reading *r, const json_t *root)
{
	static const char *const keys[] = { "schema",	 "comment",  "organisation", "assessor",
					    "reference", "scope",    "authority",    "from",
					    "to",	 "captured", "population",   "not_covered",
					    NULL };
	const json_t *gaps = json_object_get(root, "not_covered");
	const char *comment;
	enum err e = reading_file(r, root, "engagement", SCHEMA, keys);

	if (e == ERR_OK)
		e = texts(r, reading_top, root, top_texts, "organisation");
	if (e == ERR_OK)
		e = reading_text(r, reading_of(reading_top, "comment"), root, false, &comment);
	if (e == ERR_OK)
		e = dates(r, root);
	if (e == ERR_OK)
		e = captures(r, root);
	if (e == ERR_OK)
		e = population(r, root);
	if (e == ERR_OK && gaps)
		e = reading_list(r, reading_of(reading_top, "not_covered"), gaps, one_gap, NULL);
	return e;
}

enum err engagement_parse(struct slice text, struct engagement **out, char **why)
{
	struct reading r = { NULL, NULL };
	json_t *root = reading_load(text, why);

	*out = NULL;
	if (!root)
		return ERR_MALFORMED;
	enum err e = check(&r, root);
	*why = r.why;
	if (e != ERR_OK) {
		json_decref(root);
		return e;
	}
	*out = mem_zero(1, sizeof **out);
	(*out)->root = root;
	return ERR_OK;
}

void engagement_free(struct engagement *e)
{
	if (!e)
		return;
	json_decref(e->root);
	free(e);
}

/* ---- the document's part ---------------------------------------------------------- */

static void copy_texts(json_t *to, struct redactor *hide, const json_t *from,
		       const char *const *keys)
{
	for (size_t i = 0; keys[i]; i++)
		if (json_object_get(from, keys[i]))
			jvalue_put(to, keys[i], hidden_text(hide, jvalue_str(from, keys[i])));
}

/* "alice" is said of "alice#2" too: pieces of one capture point. */
static bool is_label(const char *input, const char *label)
{
	size_t n = strlen(label);

	return strncmp(input, label, n) == 0 && (!input[n] || input[n] == '#');
}

static json_t *capture_json(const json_t *one, struct redactor *hide, const char *const *labels,
			    size_t label_count)
{
	json_t *o = json_object();
	const char *label = jvalue_str(one, "label");
	bool used = false;

	for (size_t i = 0; i < label_count && !used; i++)
		used = is_label(labels[i], label);
	jvalue_put(o, "label", hidden_label(hide, label));
	copy_texts(o, hide, one, capture_texts + 1);
	jvalue_put(o, "used", json_boolean(used));
	return o;
}

json_t *engagement_json(const struct engagement *e, struct redactor *hide, const char *name,
			const char *sha256, const char *const *labels, size_t label_count)
{
	static const char *const days[] = { "from", "to", NULL };
	const json_t *list = json_object_get(e->root, "captured");
	const json_t *of = json_object_get(e->root, "population");
	const json_t *gaps = json_object_get(e->root, "not_covered");
	json_t *o = json_object(), *captured = json_array(), *population = json_object(),
	       *not_covered = json_array();

	for (size_t i = 0; i < json_array_size(list); i++)
		jvalue_push(captured,
			    capture_json(json_array_get(list, i), hide, labels, label_count));
	for (size_t i = 0; i < json_array_size(gaps); i++)
		jvalue_push(not_covered, hidden_text(hide, jvalue_at(gaps, i)));
	copy_texts(population, hide, of, population_texts);
	if (json_object_get(of, "total"))
		jvalue_put(population, "total", jvalue_number(jvalue_int(of, "total")));
	jvalue_put(o, "name", hidden_label(hide, name));
	jvalue_put(o, "sha256", jvalue_text(sha256));
	copy_texts(o, hide, e->root, top_texts);
	copy_texts(o, hide, e->root, days);
	jvalue_put(o, "captured", captured);
	if (of)
		jvalue_put(o, "population", population);
	else
		json_decref(population);
	jvalue_put(o, "not_covered", not_covered);
	return o;
}
