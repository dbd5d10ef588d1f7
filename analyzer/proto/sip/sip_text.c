/* sip_text.c - tokens, quotes, lists and parameters, cut by hand. */
#include "analyzer/proto/sip/sip_text.h"

#define T SIP_TEXT_TOKEN
#define S SIP_TEXT_SPACE
#define C SIP_TEXT_CONTROL

/* token: alphanum - . ! % * _ + ` ' ~ (RFC 3261 25.1). CR, LF and HTAB count as space only. */
const uint8_t sip_text_classes[256] = {
	C, C, C, C, C, C, C, C, C, S, S, C, C, S, C, C, /* 00 */
	C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, /* 10 */
	S, T, 0, 0, 0, T, 0, T, 0, 0, T, T, 0, T, T, 0, /*  !"#$%&'()*+,-./ */
	T, T, T, T, T, T, T, T, T, T, 0, 0, 0, 0, 0, 0, /* 0-9 : ; < = > ? */
	0, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, /* @ A-O */
	T, T, T, T, T, T, T, T, T, T, T, 0, 0, 0, 0, T, /* P-Z [ \ ] ^ _ */
	T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, /* ` a-o */
	T, T, T, T, T, T, T, T, T, T, T, 0, 0, 0, T, C, /* p-z { | } ~ DEL */
};

#undef T
#undef S
#undef C

static bool space(uint8_t c)
{
	return sip_text_is(c, SIP_TEXT_SPACE);
}

struct slice sip_text_trim(struct slice s)
{
	while (s.n && space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct slice sip_text_token(struct slice *rest)
{
	size_t n = 0;

	while (n < rest->n && sip_text_is(rest->p[n], SIP_TEXT_TOKEN))
		n++;
	struct slice token = slice_upto(*rest, n);
	*rest = slice_from(*rest, n);
	return token;
}

bool sip_text_is_token(struct slice s)
{
	struct slice rest = s;

	return s.n && sip_text_token(&rest).n == s.n;
}

size_t sip_text_quoted(struct slice s, bool *open)
{
	if (!s.n || s.p[0] != '"')
		return 0;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	*open = true;
	return s.n;
}

struct slice sip_text_unquote(struct slice s)
{
	bool open = false;
	size_t n = sip_text_quoted(s, &open);

	if (!n)
		return s;
	return open ? slice_from(s, 1) : slice_upto(slice_from(s, 1), n - 2);
}

/* Where the value ends: a comma outside quotes and <>, or the end. */
static size_t value_end(struct slice s)
{
	bool open = false, angle = false;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == '"' && !angle)
			i += sip_text_quoted(slice_from(s, i), &open) - 1;
		else if (c == '<')
			angle = true;
		else if (c == '>')
			angle = false;
		else if (c == ',' && !angle)
			return i;
	}
	return s.n;
}

bool sip_text_value(struct slice *rest, struct slice *value)
{
	while (rest->n) {
		size_t end = value_end(*rest);
		*value = sip_text_trim(slice_upto(*rest, end));
		*rest = slice_from(*rest, end + 1);
		if (value->n)
			return true;
	}
	return false;
}

/* Where a parameter ends: a ';' outside quotes. Where its '=' is, or past that end. */
static size_t param_end(struct slice s, size_t *equals)
{
	bool open = false;

	*equals = s.n;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == '"')
			i += sip_text_quoted(slice_from(s, i), &open) - 1;
		else if (c == ';')
			return i;
		else if (c == '=' && *equals == s.n)
			*equals = i;
	}
	return s.n;
}

bool sip_text_param(struct slice *rest, struct slice *name, struct slice *value)
{
	while (rest->n) {
		size_t equals, end = param_end(*rest, &equals);
		struct slice one = slice_upto(*rest, end);
		*rest = slice_from(*rest, end + 1);
		*name = sip_text_trim(slice_upto(one, equals));
		*value = (struct slice){ NULL, 0 };
		if (equals < end)
			*value = sip_text_trim(slice_from(one, equals + 1));
		if (name->n)
			return true;
	}
	return false;
}

bool sip_text_find_param(struct slice params, struct slice name, struct slice *value)
{
	struct slice n, v;

	while (sip_text_param(&params, &n, &v)) {
		if (slice_ieq(n, name)) {
			*value = sip_text_unquote(v);
			return true;
		}
	}
	*value = (struct slice){ NULL, 0 };
	return false;
}

size_t sip_text_unfold(struct slice s, uint8_t *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < room; i++) {
		uint8_t c = s.p[i];
		if (c != '\r' && c != '\n') {
			out[n++] = c;
			continue;
		}
		/* RFC 3261 7.3.1: a line end and the space after it read as one SP. */
		while (i + 1 < s.n && space(s.p[i + 1]))
			i++;
		while (n && (out[n - 1] == ' ' || out[n - 1] == '\t'))
			n--;
		out[n++] = ' ';
	}
	return n;
}
