/* sip_auth.c - what kind of credential this is, its secret set apart. */
#include "analyzer/proto/sip/sip_auth.h"

#include "analyzer/proto/sip/sip_text.h"

static enum sip_auth_scheme scheme_of(struct slice s)
{
	if (slice_ieq(s, SLICE("Digest")))
		return SIP_AUTH_DIGEST;
	if (slice_ieq(s, SLICE("Basic")))
		return SIP_AUTH_BASIC;
	if (slice_ieq(s, SLICE("Bearer")))
		return SIP_AUTH_BEARER;
	return s.n ? SIP_AUTH_OTHER : SIP_AUTH_NONE;
}

static enum sip_auth_algorithm algorithm_of(struct slice s)
{
	static const struct {
		const char *name;
		enum sip_auth_algorithm algorithm;
	} known[] = {
		{ "MD5", SIP_AUTH_MD5 },
		{ "MD5-sess", SIP_AUTH_MD5_SESS },
		{ "SHA-256", SIP_AUTH_SHA256 },
		{ "SHA-256-sess", SIP_AUTH_SHA256_SESS },
		{ "SHA-512-256", SIP_AUTH_SHA512_256 },
		{ "SHA-512-256-sess", SIP_AUTH_SHA512_256_SESS },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (slice_ieq(s, slice_of(known[i].name)))
			return known[i].algorithm;
	return slice_istarts(s, SLICE("AKAv")) ? SIP_AUTH_AKA : SIP_AUTH_ALGORITHM_OTHER;
}

/* qop is one token in credentials and a quoted list in challenges. */
static uint16_t qop_flags(struct slice qop)
{
	unsigned flags = SIP_AUTH_HAS_QOP;
	struct slice one;

	while (sip_text_value(&qop, &one)) {
		if (slice_ieq(one, SLICE("auth")))
			flags |= SIP_AUTH_QOP_AUTH;
		else if (slice_ieq(one, SLICE("auth-int")))
			flags |= SIP_AUTH_QOP_AUTH_INT;
	}
	return (uint16_t)flags;
}

static uint32_t hex8(struct slice s)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] | 0x20;
		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else
			return 0;
	}
	return s.n <= 8 ? v : 0;
}

static uint16_t on_secret(struct sip_auth *a, struct slice name, struct slice value)
{
	if (slice_ieq(name, SLICE("response"))) {
		a->secret = value;
		return SIP_AUTH_HAS_RESPONSE;
	}
	if (slice_ieq(name, SLICE("cnonce")))
		return SIP_AUTH_HAS_CNONCE;
	if (slice_ieq(name, SLICE("nc"))) {
		a->nc = hex8(value);
		return SIP_AUTH_HAS_NC;
	}
	if (slice_ieq(name, SLICE("nonce"))) {
		a->nonce = value;
		return SIP_AUTH_HAS_NONCE;
	}
	return 0;
}

static uint16_t on_param(struct sip_auth *a, struct slice name, struct slice value)
{
	if (slice_ieq(name, SLICE("realm")))
		a->realm = value;
	else if (slice_ieq(name, SLICE("username")))
		a->username = value;
	else if (slice_ieq(name, SLICE("uri")))
		a->uri = value;
	else if (slice_ieq(name, SLICE("algorithm"))) {
		a->algorithm_text = value;
		a->algorithm = (uint8_t)algorithm_of(value);
	} else if (slice_ieq(name, SLICE("qop"))) {
		a->qop = value;
		return qop_flags(value);
	} else if (slice_ieq(name, SLICE("stale")))
		return slice_ieq(value, SLICE("true")) ? SIP_AUTH_STALE : 0;
	else
		return on_secret(a, name, value);
	return 0;
}

static void read_params(struct sip_auth *a, struct slice rest)
{
	struct slice one;

	while (sip_text_value(&rest, &one)) {
		size_t equals = slice_find(one, '=');
		struct slice name = sip_text_trim(slice_upto(one, equals));
		struct slice value = sip_text_trim(slice_from(one, equals + 1));
		bool open = false;
		sip_text_quoted(value, &open);
		if (open)
			a->flags |= SIP_AUTH_OPEN_QUOTE;
		a->flags |= on_param(a, name, sip_text_unquote(value));
	}
}

/*
 * A challenge of Basic or Bearer has parameters; credentials are one token68, in
 * which '=' is padding at the end (RFC 7235 2.1).
 */
static bool is_params(struct slice s)
{
	struct slice after = sip_text_trim(slice_from(s, slice_find(s, '=') + 1));

	return after.n && after.p[0] != '=';
}

enum err sip_auth_parse(struct slice value, struct sip_auth *out)
{
	struct slice rest = sip_text_trim(value);

	*out = (struct sip_auth){ .scheme_text = sip_text_token(&rest) };
	out->scheme = (uint8_t)scheme_of(out->scheme_text);
	rest = sip_text_trim(rest);
	if (out->scheme == SIP_AUTH_NONE)
		return ERR_MALFORMED;
	if ((out->scheme == SIP_AUTH_BASIC || out->scheme == SIP_AUTH_BEARER) && !is_params(rest)) {
		out->secret = rest;
		out->flags |= rest.n ? SIP_AUTH_HAS_RESPONSE : 0;
		return rest.n ? ERR_OK : ERR_MALFORMED;
	}
	read_params(out, rest);
	return ERR_OK;
}
