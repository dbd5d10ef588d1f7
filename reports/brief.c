/* brief.c - steps over values by their brackets and quotes. */
#include "reports/brief.h"

#include <string.h>

/* Behind the string that begins at p, or NULL. */
static const uint8_t *after_string(const uint8_t *p, const uint8_t *end)
{
	while (++p < end) {
		p = memchr(p, '"', (size_t)(end - p));
		if (!p)
			return NULL;
		const uint8_t *before = p;
		while (before[-1] == '\\')
			before--;
		/* Backslashes escape each other in pairs; one left over escapes the quote. */
		if ((p - before) % 2 == 0)
			return p + 1;
	}
	return NULL;
}

/* Behind the value that begins at p, or NULL. */
static const uint8_t *after_value(const uint8_t *p, const uint8_t *end)
{
	unsigned depth = 0;

	while (p < end) {
		switch (*p) {
		case '"':
			p = after_string(p, end);
			if (!p || !depth)
				return p;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (!depth)
				return p;
			if (--depth == 0)
				return p + 1;
			break;
		case ',':
			if (!depth)
				return p;
			break;
		default:
			break;
		}
		p++;
	}
	return NULL;
}

/* The entry for this key, or NULL. */
static const char *listed(struct slice key, const char *const *keys)
{
	for (; *keys; keys++)
		if (strcspn(*keys, "/") == key.n && memcmp(*keys, key.p, key.n) == 0)
			return *keys;
	return NULL;
}

static size_t count(const char *const *keys)
{
	size_t n = 0;

	while (keys[n])
		n++;
	return n;
}

/* One member of an object: its key without quotes, its value, both as they stand. */
struct member {
	struct slice key, value;
};

/* *rest begins at the bracket or comma before a member, and then at the one behind it. */
static bool next_member(struct slice *rest, struct member *m)
{
	const uint8_t *p = rest->p + 1, *end = rest->p + rest->n;

	if (rest->n < 2 || *rest->p == '}' || *p != '"')
		return false;
	const uint8_t *colon = after_string(p, end);
	if (!colon || colon == end || *colon != ':')
		return false;
	const uint8_t *behind = after_value(colon + 1, end);
	if (!behind)
		return false;
	m->key = (struct slice){ p + 1, (size_t)(colon - p) - 2 };
	m->value = (struct slice){ colon + 1, (size_t)(behind - colon) - 1 };
	*rest = (struct slice){ behind, (size_t)(end - behind) };
	return true;
}

/* No member is left, rather than one that cannot be read. */
static bool is_over(struct slice rest)
{
	return rest.n && (*rest.p == '}' || (*rest.p == '{' && rest.n > 1 && rest.p[1] == '}'));
}

static void put_key(struct text *out, const char **sep, struct slice key)
{
	text_add(out, *sep);
	text_add(out, "\"");
	text_add_slice(out, key);
	text_add(out, "\":");
	*sep = ",";
}

/* Of each object in `value` the one member. */
static bool put_inner(struct text *out, struct slice value, const char *inner)
{
	const char *const keys[] = { inner, NULL };
	const char *sep = "{";
	struct member m;

	if (!value.n || *value.p != '{')
		return false;
	while (next_member(&value, &m)) {
		put_key(out, &sep, m.key);
		if (!brief_add(out, m.value, keys))
			return false;
	}
	if (!is_over(value))
		return false;
	text_add(out, *sep == '{' ? "{}" : "}");
	return true;
}

bool brief_add(struct text *out, struct slice record, const char *const *keys)
{
	size_t left = count(keys);
	const char *sep = "{";
	struct member m;

	if (!record.n || *record.p != '{')
		return false;
	while (left && next_member(&record, &m)) {
		const char *entry = listed(m.key, keys);
		if (!entry)
			continue;
		put_key(out, &sep, m.key);
		const char *inner = strchr(entry, '/');
		if (!inner)
			text_add_slice(out, m.value);
		else if (!put_inner(out, m.value, inner + 1))
			return false;
		left--;
	}
	if (left && !is_over(record))
		return false;
	text_add(out, *sep == '{' ? "{}" : "}");
	return true;
}

/* Behind the string at p; it, or the member that it is the key of, is added unless that is listed.
 */
static const uint8_t *string_without(struct text *out, const uint8_t *p, const uint8_t *end,
				     const char *const *keys)
{
	const uint8_t *behind = after_string(p, end);

	if (!behind)
		return NULL;
	struct slice key = { p + 1, (size_t)(behind - p) - 2 };
	if (behind == end || *behind != ':' || !listed(key, keys)) {
		text_add_slice(out, (struct slice){ p, (size_t)(behind - p) });
		return behind;
	}
	behind = after_value(behind + 1, end);
	if (!behind || behind == end)
		return NULL;
	/* One of the two commas around it goes, too. */
	if (*behind == ',')
		return behind + 1;
	if (out->n && out->p[out->n - 1] == ',')
		out->p[--out->n] = '\0';
	return behind;
}

bool brief_without(struct text *out, struct slice record, const char *const *keys)
{
	const uint8_t *p = record.p, *end = record.p + record.n;

	if (!record.n || *p != '{')
		return false;
	while (p && p < end) {
		const uint8_t *quote = memchr(p, '"', (size_t)(end - p));
		text_add_slice(out, (struct slice){ p, (size_t)((quote ? quote : end) - p) });
		p = quote ? string_without(out, quote, end, keys) : end;
	}
	return p != NULL;
}
