/* json_out.c - commas by looking back, strings repaired and escaped. */
#include "reports/json_out.h"

#include <inttypes.h>
#include <math.h>

#include "analyzer/base/when.h"

static void comma(struct text *t)
{
	char last = t->n ? t->p[t->n - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		text_add(t, ",");
}

void json_out_open(struct text *t, char bracket)
{
	comma(t);
	text_add(t, bracket == '{' ? "{" : "[");
}

void json_out_close(struct text *t, char bracket)
{
	text_add(t, bracket == '}' ? "}" : "]");
}

void json_out_key(struct text *t, const char *key)
{
	uint8_t out[64];
	size_t n = 0;

	comma(t);
	out[n++] = '"';
	while (*key && n < sizeof out - 2)
		out[n++] = (uint8_t)*key++;
	out[n++] = '"';
	out[n++] = ':';
	text_add_slice(t, (struct slice){ out, n });
}

static bool plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Legal in JSON as they stand, but a terminal or an editor would act on them. */
static bool acts(uint32_t rune)
{
	return (rune >= 0x7f && rune < 0xa0) || rune == 0x061c ||
	       (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff;
}

static size_t escape_one(struct text *t, struct slice s)
{
	uint32_t rune = 0;
	size_t n = text_rune(s, &rune);

	if (n == 0 || rune == 0) {
		text_add(t, "\xef\xbf\xbd");
		return 1;
	}
	if (rune == '"' || rune == '\\')
		text_addf(t, "\\%c", (char)rune);
	else if (rune == '\n')
		text_add(t, "\\n");
	else if (rune == '\t')
		text_add(t, "\\t");
	else if (rune < 0x20 || acts(rune))
		text_addf(t, "\\u%04" PRIx32, rune);
	else
		text_add_slice(t, slice_upto(s, n));
	return n;
}

void json_out_slice(struct text *t, struct slice s)
{
	comma(t);
	text_add(t, "\"");
	while (s.n) {
		size_t run = 0;
		while (run < s.n && plain(s.p[run]))
			run++;
		if (run)
			text_add_slice(t, slice_upto(s, run));
		else
			run = escape_one(t, s);
		s = slice_from(s, run);
	}
	text_add(t, "\"");
}

void json_out_null(struct text *t)
{
	comma(t);
	text_add(t, "null");
}

void json_out_text(struct text *t, const char *s)
{
	if (s)
		json_out_slice(t, slice_of(s));
	else
		json_out_null(t);
}

/* By hand: numbers are a third of a record, and printf was half of its cost. */
static void digits(struct text *t, uint64_t n, unsigned least)
{
	uint8_t out[24];
	size_t at = sizeof out;

	for (; n || least; n /= 10, least -= least > 0)
		out[--at] = (uint8_t)('0' + n % 10);
	text_add_slice(t, (struct slice){ out + at, sizeof out - at });
}

void json_out_number(struct text *t, uint64_t n)
{
	comma(t);
	digits(t, n, 1);
}

void json_out_bool(struct text *t, bool b)
{
	comma(t);
	text_add(t, b ? "true" : "false");
}

void json_out_fixed(struct text *t, double value, unsigned decimals)
{
	static const uint64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };
	uint64_t unit = tens[decimals < 7 ? decimals : 6];

	if (!isfinite(value) || fabs(value) >= 1e12) {
		json_out_null(t);
		return;
	}
	comma(t);
	uint64_t scaled = (uint64_t)llround(fabs(value) * (double)unit);
	text_add(t, value < 0 && scaled ? "-" : "");
	digits(t, scaled / unit, 1);
	if (unit > 1) {
		text_add(t, ".");
		digits(t, scaled % unit, decimals < 7 ? decimals : 6);
	}
}

void json_out_when(struct text *t, uint64_t ns)
{
	char when[WHEN_TEXT];

	json_out_text(t, ns ? when_text(ns, when) : NULL);
}

void json_out_key_text(struct text *t, const char *key, const char *s)
{
	json_out_key(t, key);
	json_out_text(t, s);
}

void json_out_key_number(struct text *t, const char *key, uint64_t n)
{
	json_out_key(t, key);
	json_out_number(t, n);
}

void json_out_key_bool(struct text *t, const char *key, bool b)
{
	json_out_key(t, key);
	json_out_bool(t, b);
}

void json_out_key_fixed(struct text *t, const char *key, double value, unsigned decimals)
{
	json_out_key(t, key);
	json_out_fixed(t, value, decimals);
}

void json_out_key_when(struct text *t, const char *key, uint64_t ns)
{
	json_out_key(t, key);
	json_out_when(t, ns);
}

void json_out_key_open(struct text *t, const char *key, char bracket)
{
	json_out_key(t, key);
	json_out_open(t, bracket);
}
