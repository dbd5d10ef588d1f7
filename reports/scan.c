/* scan.c - a reader of JSON text that keeps its place. */
#include "reports/scan.h"

#include <errno.h>
#include <string.h>

#include "reports/json_out.h"

enum { DEPTH = 64, VALUE_MAX = 64 << 20, NUMBER_MAX = 64, RUN = 256 };

static void step(struct scan *s)
{
	s->line += s->c == '\n';
	s->column = s->c == '\n' ? 1 : s->column + 1;
	s->c = getc_unlocked(s->in);
}

static bool fail(struct scan *s, const char *why)
{
	if (!s->why)
		s->why = s->c == EOF && ferror(s->in) ? strerror(errno) : why;
	return false;
}

static bool unexpected(struct scan *s, const char *why)
{
	return fail(s, s->c == EOF ? "the report ends too early" : why);
}

void scan_open(struct scan *s, FILE *in)
{
	*s = (struct scan){ .in = in, .line = 1, .column = 1 };
	s->c = getc_unlocked(in);
}

void scan_close(struct scan *s)
{
	text_free(&s->string);
}

static void space(struct scan *s)
{
	while (s->c == ' ' || s->c == '\t' || s->c == '\r' || s->c == '\n')
		step(s);
}

static bool is_next(struct scan *s, char c)
{
	space(s);
	if (s->why || s->c != c)
		return false;
	step(s);
	return true;
}

char scan_peek(struct scan *s)
{
	space(s);
	return s->why || s->c == EOF ? 0 : (char)s->c;
}

bool scan_enter(struct scan *s, char bracket)
{
	return is_next(s, bracket) ||
	       unexpected(s, bracket == '{' ? "an object belongs here" : "a list belongs here");
}

bool scan_more(struct scan *s, char closing, bool first)
{
	if (is_next(s, closing))
		return false;
	return first ? !s->why : is_next(s, ',') || unexpected(s, "a comma belongs here");
}

/* ---- strings ------------------------------------------------------------------ */

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool four_digits(struct scan *s, uint32_t *rune)
{
	*rune = 0;
	for (int i = 0; i < 4; i++) {
		int v = hex_digit(s->c);
		if (v < 0)
			return unexpected(s, "\\u takes four hexadecimal digits");
		*rune = *rune << 4 | (uint32_t)v;
		step(s);
	}
	return true;
}

static void add_rune(struct text *t, uint32_t rune)
{
	char b[4];
	size_t n = 0;

	if (rune < 0x80) {
		b[n++] = (char)rune;
	} else if (rune < 0x800) {
		b[n++] = (char)(0xc0 | rune >> 6);
	} else if (rune < 0x10000) {
		b[n++] = (char)(0xe0 | rune >> 12);
		b[n++] = (char)(0x80 | (rune >> 6 & 0x3f));
	} else {
		b[n++] = (char)(0xf0 | rune >> 18);
		b[n++] = (char)(0x80 | (rune >> 12 & 0x3f));
		b[n++] = (char)(0x80 | (rune >> 6 & 0x3f));
	}
	if (rune >= 0x80)
		b[n++] = (char)(0x80 | (rune & 0x3f));
	text_add_slice(t, (struct slice){ (const uint8_t *)b, n });
}

static bool is_surrogate(uint32_t rune, uint32_t first)
{
	return rune >= first && rune < first + 0x400;
}

/* Behind the u. Half of a pair alone is no character, and json_out would not have written it. */
static bool take_rune(struct scan *s)
{
	uint32_t rune, low;

	step(s);
	if (!four_digits(s, &rune))
		return false;
	if (is_surrogate(rune, 0xdc00))
		return fail(s, "half of a surrogate pair");
	if (!is_surrogate(rune, 0xd800)) {
		add_rune(&s->string, rune);
		return true;
	}
	if (s->c != '\\')
		return unexpected(s, "half of a surrogate pair");
	step(s);
	if (s->c != 'u')
		return unexpected(s, "half of a surrogate pair");
	step(s);
	if (!four_digits(s, &low))
		return false;
	if (!is_surrogate(low, 0xdc00))
		return fail(s, "half of a surrogate pair");
	add_rune(&s->string, 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00));
	return true;
}

static bool take_escape(struct scan *s)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *at;

	step(s);
	if (s->c == 'u')
		return take_rune(s);
	at = s->c > 0 ? strchr(letters, s->c) : NULL;
	if (!at)
		return unexpected(s, "no such escape in a string");
	text_add_slice(&s->string, (struct slice){ (const uint8_t *)meant + (at - letters), 1 });
	step(s);
	return true;
}

/* What stands for itself; no line ends in it. Most of a report is this. */
static void take_run(struct scan *s)
{
	char *to = text_reserve(&s->string, RUN);
	size_t n = 0;

	do {
		to[n++] = (char)s->c;
		s->c = getc_unlocked(s->in);
	} while (n < RUN && s->c >= 0x20 && s->c != '"' && s->c != '\\');
	text_wrote(&s->string, n);
	s->column += n;
}

/* Decoded into s->string. */
static bool take_string(struct scan *s)
{
	text_clear(&s->string);
	if (!is_next(s, '"'))
		return unexpected(s, "a string belongs here");
	while (s->c != '"') {
		if (s->string.n > VALUE_MAX)
			return fail(s, "a string longer than a report has");
		if (s->c == '\\') {
			if (!take_escape(s))
				return false;
			continue;
		}
		if (s->c < 0x20)
			return unexpected(s, "a control character in a string");
		take_run(s);
	}
	step(s);
	return true;
}

static struct slice string_of(const struct scan *s)
{
	return text_slice(&s->string);
}

bool scan_key(struct scan *s, struct text *key)
{
	text_clear(key);
	if (!take_string(s))
		return false;
	text_add_slice(key, string_of(s));
	return is_next(s, ':') || unexpected(s, "a colon belongs here");
}

/* ---- values ------------------------------------------------------------------- */

/* As json_out places them. */
static void comma(struct text *t)
{
	char last = t->n ? t->p[t->n - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		text_add(t, ",");
}

static bool take_word(struct scan *s, struct text *out)
{
	static const char *const words[] = { "true", "false", "null" };
	char got[8] = "";

	for (size_t n = 0; s->c >= 'a' && s->c <= 'z' && n < sizeof got - 1; step(s))
		got[n++] = (char)s->c;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], got) == 0) {
			comma(out);
			text_add(out, got);
			return true;
		}
	return unexpected(s, "no value begins like this");
}

static size_t digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* RFC 8259 6. */
static bool is_number(const char *p)
{
	p += *p == '-';
	size_t n = digits(p);
	if (!n || (*p == '0' && n > 1))
		return false;
	p += n;
	if (*p == '.') {
		n = digits(p + 1);
		if (!n)
			return false;
		p += 1 + n;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		n = digits(p);
		if (!n)
			return false;
		p += n;
	}
	return !*p;
}

static bool take_number(struct scan *s, struct text *out)
{
	char got[NUMBER_MAX] = "";

	for (size_t n = 0; s->c > 0 && strchr("+-.0123456789eE", s->c) && n < sizeof got - 1;
	     step(s))
		got[n++] = (char)s->c;
	if (!is_number(got))
		return unexpected(s, "not a number");
	comma(out);
	text_add(out, got);
	return true;
}

static bool take_simple(struct scan *s, struct text *out)
{
	if (s->c == '"') {
		if (take_string(s))
			json_out_slice(out, string_of(s));
		return !s->why;
	}
	return s->c == '-' || (s->c >= '0' && s->c <= '9') ? take_number(s, out)
							   : take_word(s, out);
}

/* A key of an object that is open, or nothing in a list. */
static bool take_name(struct scan *s, char closing, struct text *out)
{
	if (closing == ']')
		return true;
	if (!take_string(s))
		return false;
	json_out_slice(out, string_of(s));
	text_add(out, ":");
	return is_next(s, ':') || unexpected(s, "a colon belongs here");
}

bool scan_value(struct scan *s, struct text *out)
{
	char closing[DEPTH];
	size_t depth = 0;

	text_clear(out);
	do {
		bool first = false;
		char c = scan_peek(s);
		if (c == '{' || c == '[') {
			if (depth == DEPTH)
				return fail(s, "nested deeper than a report is");
			step(s);
			closing[depth++] = c == '{' ? '}' : ']';
			json_out_open(out, c);
			first = true;
		} else if (!take_simple(s, out)) {
			return false;
		}
		while (depth && !scan_more(s, closing[depth - 1], first) && !s->why) {
			json_out_close(out, closing[--depth]);
			first = false;
		}
		if (out->n > VALUE_MAX)
			return fail(s, "one value larger than a report has");
	} while (!s->why && depth && take_name(s, closing[depth - 1], out));
	return !s->why;
}

bool scan_end(struct scan *s)
{
	space(s);
	return !s->why && (s->c == EOF || fail(s, "something stands after the report"));
}

void scan_sentence(const struct scan *s, struct text *out)
{
	text_addf(out, "line %llu, column %llu: %s", (unsigned long long)s->line,
		  (unsigned long long)s->column, s->why ? s->why : "");
}
