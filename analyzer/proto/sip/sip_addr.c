/* sip_addr.c - display name, URI and the parameters behind it. */
#include "analyzer/proto/sip/sip_addr.h"

#include "analyzer/proto/sip/sip_text.h"

/* An unquoted display name is tokens and white space; everything else wants quotes. */
static bool plain_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!sip_text_is(s.p[i], SIP_TEXT_TOKEN | SIP_TEXT_SPACE))
			return false;
	return true;
}

/* Gives what follows the display name: '<' and on, or the whole value of a bare URI. */
static struct slice take_display(struct sip_addr *a)
{
	struct slice s = a->text;
	bool open = false;
	size_t quoted = sip_text_quoted(s, &open);

	if (open) {
		/* RFC 4475 3.1.2.6: refuse to act on it; we still want to know who it was. */
		a->flags |= SIP_ADDR_OPEN_QUOTE;
		quoted = 0;
	}
	size_t angle = quoted + slice_find(slice_from(s, quoted), '<');
	if (angle >= s.n)
		return quoted ? slice_from(s, quoted) : s;
	struct slice name = sip_text_trim(slice_upto(s, quoted ? quoted : angle));
	if (!quoted && !plain_name(name))
		a->flags |= SIP_ADDR_BAD_NAME;
	a->display = sip_text_unquote(name);
	return slice_from(s, angle);
}

/* In <>: everything up to '>' is the URI's. */
static struct slice angle_uri(struct sip_addr *a, struct slice s, struct slice *uri)
{
	size_t close = slice_find(s, '>');

	a->flags |= SIP_ADDR_BRACKETS;
	if (close == s.n) {
		a->flags |= SIP_ADDR_OPEN_ANGLE;
		close = slice_find(s, ';');
	}
	*uri = slice_from(slice_upto(s, close), 1);
	/* RFC 4475 3.1.2.14: no white space between the brackets and the URI. */
	if (uri->n && (sip_text_is(uri->p[0], SIP_TEXT_SPACE) ||
		       sip_text_is(uri->p[uri->n - 1], SIP_TEXT_SPACE)))
		a->flags |= SIP_ADDR_PADDED;
	return slice_from(s, close < s.n && s.p[close] == '>' ? close + 1 : close);
}

/* RFC 3261 20.10: without <> the parameters are the header's, and '?' may not appear. */
static struct slice bare_uri(struct sip_addr *a, struct slice s, struct slice *uri)
{
	size_t end = slice_find(s, ';');

	*uri = slice_upto(s, end);
	if (end < s.n)
		a->flags |= SIP_ADDR_BARE_PARAMS;
	if (slice_find(*uri, '?') < uri->n)
		a->flags |= SIP_ADDR_BAD_URI;
	return slice_from(s, end);
}

static uint16_t param_flag(struct sip_addr *a, struct slice name, struct slice value)
{
	if (slice_ieq(name, SLICE("tag"))) {
		if (!(a->flags & SIP_ADDR_HAS_TAG))
			a->tag = value;
		return SIP_ADDR_HAS_TAG;
	}
	if (slice_ieq(name, SLICE("+sip.instance")))
		a->instance = sip_text_unquote(value);
	else if (slice_ieq(name, SLICE("isfocus")))
		return SIP_ADDR_ISFOCUS;
	else if (slice_ieq(name, SLICE("automata")) &&
		 !slice_ieq(sip_text_unquote(value), SLICE("FALSE")))
		return SIP_ADDR_AUTOMATON;
	else if (slice_ieq(name, SLICE("+sip.src")))
		return SIP_ADDR_SRC;
	else if (slice_ieq(name, SLICE("+sip.srs")))
		return SIP_ADDR_SRS;
	else if (slice_ieq(name, SLICE("ob")))
		return SIP_ADDR_OB;
	return 0;
}

static void read_params(struct sip_addr *a, struct slice rest)
{
	struct slice name, value;
	size_t semicolon = slice_find(rest, ';');

	a->params = slice_from(rest, semicolon + 1);
	rest = a->params;
	while (sip_text_param(&rest, &name, &value))
		a->flags |= param_flag(a, name, value);
	if (a->uri.flags & SIP_URI_OB)
		a->flags |= SIP_ADDR_OB;
}

enum err sip_addr_parse(struct slice value, struct sip_addr *out)
{
	struct slice uri, rest;

	*out = (struct sip_addr){ .text = sip_text_trim(value) };
	rest = take_display(out);
	if (slice_eq(out->text, SLICE("*"))) {
		out->flags |= SIP_ADDR_STAR;
		return ERR_OK;
	}
	if (rest.n && rest.p[0] == '<')
		rest = angle_uri(out, rest, &uri);
	else
		rest = bare_uri(out, rest, &uri);
	enum err e = sip_uri_parse(uri, &out->uri);
	if (e)
		out->flags |= SIP_ADDR_BAD_URI;
	read_params(out, rest);
	return e;
}

bool sip_addr_param(const struct sip_addr *a, struct slice name, struct slice *value)
{
	return sip_text_find_param(a->params, name, value);
}
