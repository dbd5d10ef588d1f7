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

static bool is_listed(const uint8_t *key, size_t n, const char *const *keys)
{
	for (; *keys; keys++)
		if (strlen(*keys) == n && memcmp(*keys, key, n) == 0)
			return true;
	return false;
}

static size_t count(const char *const *keys)
{
	size_t n = 0;

	while (keys[n])
		n++;
	return n;
}

bool brief_add(struct text *out, struct slice record, const char *const *keys)
{
	const uint8_t *p = record.p, *end = p + record.n;
	size_t left = count(keys);
	const char *sep = "{";

	if (!record.n || *p != '{')
		return false;
	/* At each turn p stands at the bracket or comma before a member. */
	while (left && p < end && *p != '}') {
		const uint8_t *member = ++p;
		if (p == end || *p != '"')
			break;
		const uint8_t *colon = after_string(p, end);
		if (!colon || colon == end || *colon != ':')
			return false;
		p = after_value(colon + 1, end);
		if (!p)
			return false;
		if (!is_listed(member + 1, (size_t)(colon - member) - 2, keys))
			continue;
		text_add(out, sep);
		text_add_slice(out, (struct slice){ member, (size_t)(p - member) });
		sep = ",";
		left--;
	}
	text_add(out, sep[0] == '{' ? "{}" : "}");
	return true;
}
