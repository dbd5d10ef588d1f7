/* reading.c - places, keys and words of a user's JSON file. */
#include "rules/reading.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/nearest.h"
#include "analyzer/base/text.h"

enum { SHOWN = 60 };

const struct reading_spot reading_top = { NULL, READING_NONE, NULL, READING_NONE };

struct reading_spot reading_of(struct reading_spot s, const char *key)
{
	s.key = key;
	return s;
}

struct reading_spot reading_nth(struct reading_spot s, size_t item)
{
	s.item = (int)item;
	return s;
}

static void spot_text(struct text *t, struct reading_spot s)
{
	if (s.list) {
		text_add(t, s.list);
		if (s.at != READING_NONE)
			text_addf(t, "[%d]", s.at);
		text_add(t, s.key ? "." : "");
	}
	/* A key may be the user's own word: the id of a rule. */
	text_printable(t, slice_upto(slice_of(s.key ? s.key : ""), SHOWN));
	if (s.item != READING_NONE)
		text_addf(t, "[%d]", s.item);
}

void reading_sentence(struct text *t, const char *what, const char *word, const char *near)
{
	text_add(t, what);
	if (word) {
		text_add(t, " '");
		text_printable(t, slice_upto(slice_of(word), SHOWN));
		text_add(t, "'");
	}
	if (near)
		text_addf(t, "; did you mean %s?", near);
}

enum err reading_wrong(struct reading *r, struct reading_spot s, const char *what, const char *word,
		       const char *near)
{
	struct text t = { NULL, 0, 0 };

	spot_text(&t, s);
	text_add(&t, t.n ? ": " : "");
	reading_sentence(&t, what, word, near);
	free(r->why);
	r->why = t.p;
	return ERR_MALFORMED;
}

json_t *reading_load(struct slice text, char **why)
{
	json_error_t error;
	struct text t = { NULL, 0, 0 };
	json_t *root = json_loadb(text.n ? (const char *)text.p : "", text.n,
				  JSON_REJECT_DUPLICATES, &error);

	*why = NULL;
	if (root)
		return root;
	if (error.line > 0)
		text_addf(&t, "line %d, column %d: ", error.line, error.column);
	text_add(&t, "not JSON: ");
	text_printable(&t, slice_of(error.text));
	*why = t.p;
	return NULL;
}

enum err reading_keys(struct reading *r, struct reading_spot s, const json_t *o,
		      const char *const *keys)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	if (!json_is_object(o))
		return reading_wrong(r, s, "is not an object", NULL, NULL);
	while (keys[n])
		n++;
	json_object_foreach((json_t *)o, key, value)
	{
		size_t i = 0;
		while (i < n && strcmp(key, keys[i]) != 0)
			i++;
		if (i == n)
			return reading_wrong(r, s, "no key", key,
					     nearest_word(slice_of(key), keys, n));
	}
	return ERR_OK;
}

enum err reading_text(struct reading *r, struct reading_spot s, const json_t *o, bool needed,
		      const char **out)
{
	const json_t *value = json_object_get(o, s.key);

	*out = json_string_value(value);
	if (!value)
		return needed ? reading_wrong(r, s, "is missing", NULL, NULL) : ERR_OK;
	if (!*out)
		return reading_wrong(r, s, "is not a text", NULL, NULL);
	return **out ? ERR_OK : reading_wrong(r, s, "is empty", NULL, NULL);
}

enum err reading_schema(struct reading *r, const json_t *root, const char *what, const char *schema)
{
	char words[80];
	const char *said;

	(void)snprintf(words, sizeof words, "no %s: not an object", what);
	if (!json_is_object(root))
		return reading_wrong(r, reading_top, words, NULL, NULL);
	enum err e = reading_text(r, reading_of(reading_top, "schema"), root, true, &said);
	if (e != ERR_OK)
		return e;
	(void)snprintf(words, sizeof words, "not %s but", schema);
	if (strcmp(said, schema) != 0)
		return reading_wrong(r, reading_of(reading_top, "schema"), words, said, NULL);
	return ERR_OK;
}

enum err reading_file(struct reading *r, const json_t *root, const char *what, const char *schema,
		      const char *const *keys)
{
	enum err e = reading_schema(r, root, what, schema);

	return e == ERR_OK ? reading_keys(r, reading_top, root, keys) : e;
}

enum err reading_list(struct reading *r, struct reading_spot s, const json_t *value,
		      reading_word_fn *take, void *ctx)
{
	enum err e = ERR_OK;

	if (!json_is_array(value))
		return reading_wrong(r, s, "is not a list of texts", NULL, NULL);
	for (size_t i = 0; i < json_array_size(value) && e == ERR_OK; i++) {
		const char *word = json_string_value(json_array_get(value, i));
		e = word ? take(r, reading_nth(s, i), word, ctx)
			 : reading_wrong(r, reading_nth(s, i), "is not a text", NULL, NULL);
	}
	return e;
}

enum err reading_words(struct reading *r, struct reading_spot s, const json_t *value,
		       reading_word_fn *take, void *ctx)
{
	if (json_is_string(value))
		return take(r, s, json_string_value(value), ctx);
	if (!json_array_size(value))
		return reading_wrong(r, s, "is neither a text nor a list of texts", NULL, NULL);
	return reading_list(r, s, value, take, ctx);
}

enum err reading_among(struct reading *r, struct reading_spot s, const char *what, const char *word,
		       const char *const *names, size_t count, size_t *at)
{
	for (*at = 0; *at < count; ++*at)
		if (strcmp(word, names[*at]) == 0)
			return ERR_OK;
	return reading_wrong(r, s, what, word, nearest_word(slice_of(word), names, count));
}
