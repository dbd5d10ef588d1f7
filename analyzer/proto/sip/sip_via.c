/* sip_via.c - who sent this over which transport, as each hop wrote it. */
#include "analyzer/proto/sip/sip_via.h"

#include "analyzer/proto/sip/sip_text.h"
#include "analyzer/proto/sip/sip_uri.h"

static struct slice skip_space(struct slice s)
{
	while (s.n && sip_text_is(s.p[0], SIP_TEXT_SPACE))
		s = slice_from(s, 1);
	return s;
}

/* A token, then a '/' with white space on either side (SLASH, RFC 3261 25.1). */
static bool take_slashed(struct slice *rest, struct slice *token)
{
	*rest = skip_space(*rest);
	*token = sip_text_token(rest);
	*rest = skip_space(*rest);
	if (!rest->n || rest->p[0] != '/')
		return false;
	*rest = slice_from(*rest, 1);
	return true;
}

static enum sip_via_transport transport_of(struct slice s)
{
	static const struct {
		const char *name;
		enum sip_via_transport transport;
	} known[] = {
		{ "UDP", SIP_VIA_UDP },
		{ "TCP", SIP_VIA_TCP },
		{ "TLS", SIP_VIA_TLS },
		{ "WSS", SIP_VIA_WSS },
		{ "WS", SIP_VIA_WS },
		{ "SCTP", SIP_VIA_SCTP },
		{ "TLS-SCTP", SIP_VIA_TLS_SCTP },
		{ "DTLS", SIP_VIA_DTLS },
		{ "DTLS-UDP", SIP_VIA_DTLS },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (slice_ieq(s, slice_of(known[i].name)))
			return known[i].transport;
	return SIP_VIA_OTHER;
}

static uint16_t on_branch(struct sip_via *v, struct slice value)
{
	struct slice cookie = SLICE("z9hG4bK");
	unsigned flags = value.n ? SIP_VIA_HAS_BRANCH : SIP_VIA_HAS_BRANCH | SIP_VIA_EMPTY_BRANCH;

	v->branch = value;
	if (slice_istarts(value, cookie)) {
		flags |= SIP_VIA_COOKIE;
		if (value.n == cookie.n)
			flags |= SIP_VIA_EMPTY_BRANCH;
		/* The form a widespread topology-hiding module writes. */
		if (slice_istarts(slice_from(value, cookie.n), SLICE("sr-")))
			flags |= SIP_VIA_ENCODED;
	}
	return (uint16_t)flags;
}

/* RFC 5118 4.5: brackets round an IPv6 address in received= are wrong by grammar and common. */
static uint16_t on_received(struct sip_via *v, struct slice value)
{
	unsigned flags = SIP_VIA_HAS_RECEIVED;
	struct addr a;

	if (value.n > 2 && value.p[0] == '[' && value.p[value.n - 1] == ']') {
		value = slice_upto(slice_from(value, 1), value.n - 2);
		flags |= SIP_VIA_V6_BRACKET_RECEIVED;
	}
	v->received = value;
	if (!addr_parse(value, &a))
		flags |= SIP_VIA_BAD_RECEIVED;
	return (uint16_t)flags;
}

static uint16_t on_param(struct sip_via *v, struct slice name, struct slice value)
{
	uint64_t port;

	if (slice_ieq(name, SLICE("branch")))
		return on_branch(v, value);
	if (slice_ieq(name, SLICE("received")))
		return on_received(v, value);
	if (slice_ieq(name, SLICE("rport"))) {
		if (slice_number(value, UINT16_MAX, &port))
			v->rport = (uint16_t)port;
		return SIP_VIA_RPORT;
	}
	if (slice_ieq(name, SLICE("maddr")))
		v->maddr = value;
	else if (slice_ieq(name, SLICE("hidden")))
		return SIP_VIA_HIDDEN;
	else if (slice_ieq(name, SLICE("alias")))
		return SIP_VIA_ALIAS;
	else if (slice_ieq(name, SLICE("keep")))
		return SIP_VIA_KEEP;
	return 0;
}

static enum err take_protocol(struct sip_via *v, struct slice *rest)
{
	struct slice name, version;

	if (!take_slashed(rest, &name) || !take_slashed(rest, &version))
		return ERR_MALFORMED;
	if (!slice_ieq(name, SLICE("SIP")) || !slice_eq(version, SLICE("2.0")))
		v->flags |= SIP_VIA_BAD_VERSION;
	*rest = skip_space(*rest);
	v->transport_text = sip_text_token(rest);
	v->transport = (uint8_t)transport_of(v->transport_text);
	if (!v->transport_text.n || !rest->n || !sip_text_is(rest->p[0], SIP_TEXT_SPACE))
		return ERR_MALFORMED;
	*rest = skip_space(*rest);
	return ERR_OK;
}

static uint16_t take_sent_by(struct sip_via *v, struct slice *rest)
{
	unsigned from = sip_uri_hostport(rest, &v->host, &v->host_kind, &v->port), flags = 0;

	*rest = skip_space(*rest);
	if (from & SIP_URI_HAS_PORT)
		flags |= SIP_VIA_HAS_PORT;
	if (from & (SIP_URI_BAD_HOST | SIP_URI_BAD_PORT | SIP_URI_BARE_V6))
		flags |= SIP_VIA_BAD_HOST;
	if (rest->n && rest->p[0] != ';')
		flags |= SIP_VIA_BAD_HOST;
	if (sip_uri_masked_host(v->host, v->host_kind))
		flags |= SIP_VIA_MASKED;
	return (uint16_t)flags;
}

enum err sip_via_parse(struct slice value, struct sip_via *out)
{
	struct slice rest, name, param;

	*out = (struct sip_via){ .text = sip_text_trim(value) };
	rest = out->text;
	enum err e = take_protocol(out, &rest);
	if (e)
		return e;
	out->flags |= take_sent_by(out, &rest);
	out->params = slice_from(rest, slice_find(rest, ';') + 1);
	rest = out->params;
	while (sip_text_param(&rest, &name, &param))
		out->flags |= on_param(out, name, param);
	return out->flags & SIP_VIA_BAD_HOST ? ERR_MALFORMED : ERR_OK;
}
