/* json_out.c - commas by looking back, strings repaired and escaped. */
#include "reports/json_out.h"

#include <math.h>

#include "analyzer/base/when.h"

static bool wants_comma(const struct text *t)
{
	char last = t->n ? t->p[t->n - 1] : '{';

	return last != '{' && last != '[' && last != ':' && last != ' ' && last != '\n';
}

static void comma(struct text *t)
{
	if (wants_comma(t))
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

void json_out_key_slice(struct text *t, struct slice key)
{
	char *begin = text_reserve(t, key.n + 4), *to = begin;

	if (wants_comma(t))
		*to++ = ',';
	*to++ = '"';
	memcpy(to, key.p, key.n);
	memcpy(to + key.n, "\":", 2);
	text_wrote(t, (size_t)(to - begin) + key.n + 2);
}

static bool plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* The high bit of each byte that is not plain; also, at times, of bytes after one that is not. */
static uint64_t not_plain(uint64_t v)
{
	const uint64_t high = EACH_BYTE(0x80u);
	uint64_t control = (v - EACH_BYTE(0x20u)), quote = v ^ EACH_BYTE((uint8_t)'"'),
		 backslash = v ^ EACH_BYTE((uint8_t)'\\'), del = v ^ EACH_BYTE(0x7fu);

	quote = (quote - EACH_BYTE(1u)) & ~quote;
	backslash = (backslash - EACH_BYTE(1u)) & ~backslash;
	del = (del - EACH_BYTE(1u)) & ~del;
	return (v | control | quote | backslash | del) & high;
}

static size_t plain_run(struct slice s)
{
	size_t n = 0;
	uint64_t v;

	for (; n + sizeof v <= s.n; n += sizeof v) {
		memcpy(&v, s.p + n, sizeof v);
		if (not_plain(v))
			break;
	}
	while (n < s.n && plain(s.p[n]))
		n++;
	return n;
}

/* Legal in JSON as they stand, but a terminal or an editor would act on them. */
static bool acts(uint32_t rune)
{
	return (rune >= 0x7f && rune < 0xa0) || rune == 0x061c ||
	       (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff || rune == 0xfffe ||
	       rune == 0xffff;
}

static size_t escape_one(struct text *t, struct slice s)
{
	uint32_t rune = 0;
	size_t n = text_rune(s, &rune);

	if (n == 0 || rune == 0) {
		text_add(t, "\xef\xbf\xbd");
		return 1;
	}
	if (rune == '"' || rune == '\\') {
		text_add(t, rune == '"' ? "\\\"" : "\\\\");
	} else if (rune == '\n') {
		text_add(t, "\\n");
	} else if (rune == '\t') {
		text_add(t, "\\t");
	} else if (rune < 0x20 || acts(rune)) {
		text_add(t, "\\u");
		text_add_hex(t, rune, 4);
	} else {
		text_add_slice(t, slice_upto(s, n));
	}
	return n;
}

static void add_escaped(struct text *t, struct slice s)
{
	while (s.n) {
		size_t run = plain_run(s);
		if (run)
			text_add_slice(t, slice_upto(s, run));
		else
			run = escape_one(t, s);
		s = slice_from(s, run);
	}
}

/* Nearly all that is written is plain to its end: then it takes one step. */
void json_out_slice(struct text *t, struct slice s)
{
	size_t run = plain_run(s);
	char *begin = text_reserve(t, run + 3), *to = begin;

	if (wants_comma(t))
		*to++ = ',';
	*to++ = '"';
	if (run)
		memcpy(to, s.p, run);
	to += run;
	if (run == s.n)
		*to++ = '"';
	text_wrote(t, (size_t)(to - begin));
	if (run < s.n) {
		add_escaped(t, slice_from(s, run));
		text_add(t, "\"");
	}
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

void json_out_number(struct text *t, uint64_t n)
{
	comma(t);
	text_add_number(t, n);
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
	text_add_number(t, scaled / unit);
	if (unit > 1) {
		text_add(t, ".");
		text_add_padded(t, scaled % unit, decimals < 7 ? decimals : 6);
	}
}

void json_out_when(struct text *t, uint64_t ns)
{
	char when[WHEN_TEXT];

	if (!ns) {
		json_out_null(t);
		return;
	}
	comma(t);
	text_add(t, "\"");
	text_add(t, when_text(ns, when));
	text_add(t, "\"");
}
