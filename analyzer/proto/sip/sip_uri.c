/* sip_uri.c - a SIP address in its parts. */
#include "analyzer/proto/sip/sip_uri.h"

#include "analyzer/proto/sip/sip_text.h"

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool alpha(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3261 hostname, and the underscore that people use all the same. */
static bool host_octet(uint8_t c)
{
	return alpha(c) || digit(c) || c == '-' || c == '.' || c == '_';
}

static bool dotted_quad(struct slice s)
{
	unsigned parts = 0, value = 0, digits = 0;

	for (size_t i = 0; i <= s.n; i++) {
		if (i == s.n || s.p[i] == '.') {
			if (!digits || value > 255 || ++parts > 4)
				return false;
			value = digits = 0;
		} else if (digit(s.p[i]) && digits < 3) {
			value = value * 10 + (unsigned)(s.p[i] - '0');
			digits++;
		} else {
			return false;
		}
	}
	return parts == 4;
}

/*
 * RFC 5118 4.10: the grammar of RFC 3261 allowed "2001:db8:::192.0.2.1"; the
 * third colon is read over. *colons says it was there.
 */
static bool v6_of(struct slice text, struct addr *out, bool *colons)
{
	uint8_t room[ADDR_TEXT];
	struct slice plain = { room, 0 };

	*colons = false;
	if (text.n > sizeof room || slice_find(text, ':') == text.n)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		bool third =
			i >= 2 && text.p[i] == ':' && text.p[i - 1] == ':' && text.p[i - 2] == ':';
		if (third && !*colons)
			*colons = true;
		else
			room[plain.n++] = text.p[i];
	}
	return addr_parse(plain, out);
}

static uint16_t bracketed_host(struct slice *rest, struct slice *host, uint8_t *kind)
{
	size_t close = slice_find(*rest, ']');
	bool colons;
	struct addr a;

	*host = slice_upto(slice_from(*rest, 1), close - 1);
	*kind = SIP_URI_HOST_V6;
	if (close == rest->n) {
		*rest = slice_from(*rest, close);
		return SIP_URI_BAD_HOST;
	}
	*rest = slice_from(*rest, close + 1);
	if (!v6_of(*host, &a, &colons))
		return SIP_URI_BAD_HOST;
	return colons ? SIP_URI_THREE_COLONS : 0;
}

/* RFC 5118 4.2: an IPv6 address without brackets is an error, but a readable one. */
static bool bare_v6(struct slice *rest, struct slice *host)
{
	size_t n = 0, colons = 0;
	struct addr a;

	while (n < rest->n && (host_octet(rest->p[n]) || rest->p[n] == ':'))
		colons += rest->p[n++] == ':';
	*host = slice_upto(*rest, n);
	if (colons < 2 || !addr_parse(*host, &a))
		return false;
	*rest = slice_from(*rest, n);
	return true;
}

static uint16_t plain_host(struct slice *rest, struct slice *host, uint8_t *kind)
{
	size_t n = 0;

	while (n < rest->n && host_octet(rest->p[n]))
		n++;
	if (n < rest->n && rest->p[n] == ':' && n <= 4 && bare_v6(rest, host)) {
		*kind = SIP_URI_HOST_V6;
		return SIP_URI_BARE_V6;
	}
	*host = slice_upto(*rest, n);
	*rest = slice_from(*rest, n);
	*kind = n ? SIP_URI_HOST_NAME : SIP_URI_HOST_NONE;
	if (n && digit(host->p[n - 1]) && dotted_quad(*host))
		*kind = SIP_URI_HOST_V4;
	return n ? 0 : SIP_URI_BAD_HOST;
}

static struct slice skip_space(struct slice s)
{
	while (s.n && sip_text_is(s.p[0], SIP_TEXT_SPACE))
		s = slice_from(s, 1);
	return s;
}

/* Via allows white space on both sides of the colon (RFC 3261 25.1, COLON). */
static uint16_t port_of(struct slice *rest, uint16_t *port)
{
	struct slice s = skip_space(*rest);
	uint64_t value;
	size_t n = 0;

	if (!s.n || s.p[0] != ':')
		return 0;
	s = skip_space(slice_from(s, 1));
	while (n < s.n && digit(s.p[n]))
		n++;
	*rest = slice_from(s, n);
	if (!slice_number(slice_upto(s, n), UINT16_MAX, &value))
		return SIP_URI_HAS_PORT | SIP_URI_BAD_PORT;
	*port = (uint16_t)value;
	return SIP_URI_HAS_PORT;
}

uint16_t sip_uri_hostport(struct slice *rest, struct slice *host, uint8_t *kind, uint16_t *port)
{
	unsigned flags;

	*port = 0;
	if (rest->n && rest->p[0] == '[')
		flags = bracketed_host(rest, host, kind);
	else
		flags = plain_host(rest, host, kind);
	flags |= port_of(rest, port);
	return (uint16_t)flags;
}

bool sip_uri_masked_host(struct slice host, uint8_t kind)
{
	struct slice invalid = SLICE(".invalid");
	struct addr a;

	if (!host.n)
		return true;
	if (kind == SIP_URI_HOST_NAME) {
		if (host.p[host.n - 1] == '.')
			host.n--;
		return slice_ieq(host, slice_from(invalid, 1)) ||
		       (host.n > invalid.n &&
			slice_ieq(slice_from(host, host.n - invalid.n), invalid));
	}
	if (kind == SIP_URI_HOST_V4)
		return slice_starts(host, SLICE("127.")) || slice_eq(host, SLICE("0.0.0.0"));
	return addr_parse(host, &a) && (addr_is_loopback(&a) || addr_is_none(&a));
}

static uint16_t param_flag(struct sip_uri *u, struct slice name, struct slice value)
{
	if (slice_ieq(name, SLICE("transport")))
		u->transport = value;
	else if (slice_ieq(name, SLICE("maddr")))
		u->maddr = value;
	else if (slice_ieq(name, SLICE("lr")))
		return SIP_URI_LR;
	else if (slice_ieq(name, SLICE("ob")))
		return SIP_URI_OB;
	else if (slice_ieq(name, SLICE("user")))
		return slice_ieq(value, SLICE("phone")) ? SIP_URI_USER_PHONE : 0;
	/* The form a widespread topology-hiding module writes. */
	else if (slice_ieq(name, SLICE("line")))
		return slice_istarts(value, SLICE("sr-")) ? SIP_URI_MASKED : 0;
	else if (slice_ieq(name, SLICE("gr"))) {
		u->gr = value;
		return SIP_URI_GR;
	}
	return 0;
}

static void read_params(struct sip_uri *u)
{
	struct slice rest = u->params, name, value;

	while (sip_text_param(&rest, &name, &value))
		u->flags |= param_flag(u, name, value);
}

/*
 * Everything before '@' is user information, whatever it holds: RFC 4475 3.1.1.13
 * has ';' in the user, 3.1.1.2 also '?' and '/'.
 */
static struct slice take_user(struct sip_uri *u, struct slice rest)
{
	size_t at = slice_find(rest, '@');

	if (at == rest.n)
		return rest;
	struct slice info = slice_upto(rest, at);
	size_t second = slice_find(slice_from(rest, at + 1), '@');
	if (at + 1 + second < rest.n && slice_find(slice_from(rest, at + 1), ';') > second) {
		u->flags |= SIP_URI_TWO_AT;
		at += 1 + second;
	}
	size_t colon = slice_find(info, ':');
	u->user = slice_upto(info, colon);
	if (colon < info.n)
		u->flags |= SIP_URI_HAS_PASSWORD;
	return slice_from(rest, at + 1);
}

static enum err parse_sip(struct sip_uri *u, struct slice rest)
{
	rest = take_user(u, rest);
	u->flags |= sip_uri_hostport(&rest, &u->host, &u->host_kind, &u->port);
	if (rest.n && rest.p[0] != ';' && rest.p[0] != '?')
		u->flags |= SIP_URI_BAD_HOST;
	size_t question = slice_find(rest, '?');
	if (question < rest.n) {
		u->flags |= SIP_URI_HAS_HEADERS;
		u->headers = slice_from(rest, question + 1);
	}
	size_t semicolon = slice_find(slice_upto(rest, question), ';');
	u->params = slice_from(slice_upto(rest, question), semicolon + 1);
	read_params(u);
	if (sip_uri_masked_host(u->host, u->host_kind))
		u->flags |= SIP_URI_MASKED;
	return u->flags & (SIP_URI_BAD_HOST | SIP_URI_BAD_PORT | SIP_URI_BARE_V6) ? ERR_MALFORMED
										  : ERR_OK;
}

/* tel: a number, then its parameters (RFC 3966 3). */
static enum err parse_tel(struct sip_uri *u, struct slice rest)
{
	size_t semicolon = slice_find(rest, ';');

	u->user = slice_upto(rest, semicolon);
	u->params = slice_from(rest, semicolon + 1);
	return u->user.n ? ERR_OK : ERR_MALFORMED;
}

static bool scheme_octet(uint8_t c)
{
	return alpha(c) || digit(c) || c == '+' || c == '-' || c == '.';
}

static enum sip_uri_scheme scheme_of(struct slice s)
{
	if (slice_ieq(s, SLICE("sip")))
		return SIP_URI_SIP;
	if (slice_ieq(s, SLICE("sips")))
		return SIP_URI_SIPS;
	if (slice_ieq(s, SLICE("tel")))
		return SIP_URI_TEL;
	if (slice_ieq(s, SLICE("urn")))
		return SIP_URI_URN;
	if (!s.n || !alpha(s.p[0]))
		return SIP_URI_NONE;
	for (size_t i = 0; i < s.n; i++)
		if (!scheme_octet(s.p[i]))
			return SIP_URI_NONE;
	return SIP_URI_OTHER;
}

static bool has_bad_octet(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (sip_text_is(s.p[i], SIP_TEXT_SPACE | SIP_TEXT_CONTROL))
			return true;
	return false;
}

enum err sip_uri_parse(struct slice text, struct sip_uri *out)
{
	*out = (struct sip_uri){ .text = sip_text_trim(text) };
	size_t colon = slice_find(out->text, ':');
	struct slice rest = slice_from(out->text, colon + 1);

	if (colon < out->text.n)
		out->scheme = (uint8_t)scheme_of(slice_upto(out->text, colon));
	if (has_bad_octet(out->text))
		out->flags |= SIP_URI_BAD_CHAR;
	if (out->scheme == SIP_URI_NONE)
		return ERR_MALFORMED;
	out->scheme_text = slice_upto(out->text, colon);
	if (out->scheme == SIP_URI_SIP || out->scheme == SIP_URI_SIPS)
		return parse_sip(out, rest);
	if (out->scheme == SIP_URI_TEL)
		return parse_tel(out, rest);
	out->user = rest;
	return ERR_OK;
}

bool sip_uri_addr(const struct sip_uri *u, struct addr *out)
{
	bool colons;

	if (u->host_kind == SIP_URI_HOST_V6)
		return v6_of(u->host, out, &colons);
	return u->host_kind == SIP_URI_HOST_V4 && addr_parse(u->host, out);
}

bool sip_uri_param(const struct sip_uri *u, struct slice name, struct slice *value)
{
	return sip_text_find_param(u->params, name, value);
}
