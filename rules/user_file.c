/* user_file.c - what is not understood is refused, with its place and the nearest word. */
#include "rules/user_file.h"

#include "analyzer/base/nearest.h"
#include "analyzer/base/text.h"

enum { SHOWN = 60 };

struct user_file_spot user_file_of(struct user_file_spot o, const char *key)
{
	o.key = key;
	return o;
}

struct user_file_spot user_file_nth(struct user_file_spot o, size_t item)
{
	o.item = (int)item;
	return o;
}

static void spot_text(struct text *t, struct user_file_spot s)
{
	if (s.list)
		text_addf(t, "%s[%zu]%s", s.list, s.at, s.key ? "." : "");
	text_add(t, s.key);
	if (s.item != USER_FILE_NO_ITEM)
		text_addf(t, "[%d]", s.item);
}

enum err user_file_wrong(char **why, struct user_file_spot s, const char *what, const char *word,
			 const char *near)
{
	struct text t = { NULL, 0, 0 };

	spot_text(&t, s);
	text_addf(&t, "%s%s", t.n ? ": " : "", what);
	if (word) {
		text_add(&t, " '");
		text_printable(&t, slice_upto(slice_of(word), SHOWN));
		text_add(&t, "'");
	}
	if (near)
		text_addf(&t, "; did you mean %s?", near);
	*why = t.p;
	return ERR_MALFORMED;
}

enum err user_file_keys(char **why, struct user_file_spot s, const json_t *o,
			const char *const *keys)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	if (!json_is_object(o))
		return user_file_wrong(why, s, "is not an object", NULL, NULL);
	while (keys[n])
		n++;
	json_object_foreach((json_t *)o, key, value)
	{
		size_t i = 0;
		while (i < n && strcmp(key, keys[i]) != 0)
			i++;
		if (i == n)
			return user_file_wrong(why, s, "no key", key,
					       nearest_word(slice_of(key), keys, n));
	}
	return ERR_OK;
}

enum err user_file_text(char **why, struct user_file_spot s, const json_t *o, bool needed,
			const char **out)
{
	const json_t *value = json_object_get(o, s.key);

	*out = json_string_value(value);
	if (!value)
		return needed ? user_file_wrong(why, s, "is missing", NULL, NULL) : ERR_OK;
	if (!*out)
		return user_file_wrong(why, s, "is not a text", NULL, NULL);
	return **out ? ERR_OK : user_file_wrong(why, s, "is empty", NULL, NULL);
}

enum err user_file_schema(char **why, const json_t *root, const char *schema)
{
	struct user_file_spot s = { NULL, 0, "schema", USER_FILE_NO_ITEM };
	const char *word;
	enum err e = user_file_text(why, s, root, true, &word);

	if (e != ERR_OK || strcmp(word, schema) == 0)
		return e;
	struct text t = { NULL, 0, 0 };
	text_addf(&t, "not %s but", schema);
	e = user_file_wrong(why, s, text_of(&t), word, NULL);
	text_free(&t);
	return e;
}

json_t *user_file_load(struct slice text, char **why)
{
	json_error_t error;
	json_t *root = json_loadb(text.n ? (const char *)text.p : "", text.n,
				  JSON_REJECT_DUPLICATES, &error);
	struct text t = { NULL, 0, 0 };

	if (root)
		return root;
	if (error.line > 0)
		text_addf(&t, "line %d, column %d: ", error.line, error.column);
	text_add(&t, "not JSON: ");
	text_printable(&t, slice_of(error.text));
	*why = t.p;
	return NULL;
}
