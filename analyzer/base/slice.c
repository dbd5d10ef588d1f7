/* slice.c - comparing and cutting borrowed bytes. */
#include "analyzer/base/slice.h"

#include <string.h>

struct slice slice_of(const char *text)
{
	return (struct slice){ (const uint8_t *)text, text ? strlen(text) : 0 };
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool slice_ieq(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool slice_starts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_eq(slice_upto(s, prefix.n), prefix);
}

bool slice_istarts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_ieq(slice_upto(s, prefix.n), prefix);
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.n && blank(s.p[0]))
		s = slice_from(s, 1);
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t slice_find(struct slice s, uint8_t c)
{
	const uint8_t *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

bool slice_cut(struct slice *rest, uint8_t sep, struct slice *part)
{
	if (rest->n == 0)
		return false;
	size_t at = slice_find(*rest, sep);
	*part = slice_upto(*rest, at);
	*rest = slice_from(*rest, at + 1);
	return true;
}

bool slice_number(struct slice s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');
		if (v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return v <= max;
}

int slice_base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	return c >= '0' && c <= '9' ? c - '0' + 52 : -1;
}
