/* read5424.c - a strict reader of RFC 5424, written from its grammar and not from our writer. */
#include "tests/lib/read5424.h"

#include "analyzer/base/text.h"

static bool eat(struct slice *s, char c)
{
	if (!s->n || s->p[0] != (uint8_t)c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

/* 1 to `most` visible characters up to one of `ends`, which stays. */
static bool word(struct slice *s, const char *ends, const char *without, size_t most, char *out)
{
	size_t n = 0;

	for (; n < s->n && !strchr(ends, (char)s->p[n]); n++)
		if (n >= most || s->p[n] <= 0x20 || s->p[n] >= 0x7f ||
		    strchr(without, (char)s->p[n]))
			return false;
	memcpy(out, s->p, n);
	out[n] = '\0';
	*s = slice_from(*s, n);
	return n > 0;
}

static bool pri(struct slice *s, unsigned *out)
{
	char digits[8];
	uint64_t n;

	if (!eat(s, '<') || !word(s, ">", "", 3, digits) || !eat(s, '>'))
		return false;
	*out = slice_number(slice_of(digits), 191, &n) ? (unsigned)n : 0;
	return slice_number(slice_of(digits), 191, &n) && (digits[0] != '0' || !digits[1]);
}

/* FULL-DATE "T" TIME-HOUR ":" ... with at most six digits of a second, in UTC; or "-". */
static bool is_time(const char *t)
{
	static const char shape[] = "0000-00-00T00:00:00";
	size_t n = strlen(t), digits;

	if (strcmp(t, "-") == 0)
		return true;
	if (n < sizeof shape)
		return false;
	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (shape[i] == '0' ? t[i] < '0' || t[i] > '9' : t[i] != shape[i])
			return false;
	if (t[sizeof shape - 1] == 'Z')
		return n == sizeof shape;
	digits = strspn(t + sizeof shape, "0123456789");
	return t[sizeof shape - 1] == '.' && digits >= 1 && digits <= 6 &&
	       strcmp(t + sizeof shape + digits, "Z") == 0;
}

static bool value(struct slice *s, char *out, size_t room)
{
	size_t n = 0;

	while (s->n && s->p[0] != '"') {
		uint32_t rune;
		bool escape = s->p[0] == '\\' && s->n > 1 && strchr("\"\\]", s->p[1]);
		if (s->p[0] == ']' || (s->p[0] == '\\' && !escape))
			return false;
		*s = slice_from(*s, escape);
		size_t size = text_rune(*s, &rune);
		if (!size || n + size >= room)
			return false;
		memcpy(out + n, s->p, size);
		n += size;
		*s = slice_from(*s, size);
	}
	out[n] = '\0';
	return true;
}

static bool params(struct slice *s, struct read5424 *r)
{
	while (eat(s, ' ')) {
		struct read5424_param *p = &r->params[r->count++];
		if (r->count > READ5424_PARAMS || !word(s, "=", " ]\"", 32, p->name) ||
		    !eat(s, '=') || !eat(s, '"') || !value(s, p->value, sizeof p->value) ||
		    !eat(s, '"'))
			return false;
	}
	return true;
}

static bool is_utf8(struct slice s)
{
	uint32_t rune;

	while (s.n) {
		size_t n = text_rune(s, &rune);
		if (!n)
			return false;
		s = slice_from(s, n);
	}
	return true;
}

bool read5424(struct slice s, struct read5424 *r)
{
	r->count = 0;
	if (!pri(&s, &r->pri) || !eat(&s, '1') || !eat(&s, ' ') ||
	    !word(&s, " ", "", 63, r->time) || !is_time(r->time) || !eat(&s, ' ') ||
	    !word(&s, " ", "", 255, r->host) || !eat(&s, ' ') || !word(&s, " ", "", 48, r->app) ||
	    !eat(&s, ' ') || !word(&s, " ", "", 128, r->process) || !eat(&s, ' ') ||
	    !word(&s, " ", "", 32, r->id) || !eat(&s, ' '))
		return false;
	if (!eat(&s, '[') || !word(&s, " ]", "=\"", 32, r->sd_id) || !params(&s, r) ||
	    !eat(&s, ']'))
		return false;
	r->message = (struct slice){ 0 };
	if (!s.n)
		return true;
	if (!eat(&s, ' '))
		return false;
	r->message = s;
	return is_utf8(s);
}

const char *read5424_value(const struct read5424 *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->params[i].name, name) == 0)
			return r->params[i].value;
	return NULL;
}
