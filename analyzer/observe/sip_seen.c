/* sip_seen.c - a SIP message becomes an observation, secrets set aside. */
#include "analyzer/observe/sip_seen.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"
#include "analyzer/crypto/passport_check.h"
#include "analyzer/observe/body_seen.h"
#include "analyzer/observe/sdp_seen.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_auth.h"
#include "analyzer/proto/sip/sip_body.h"
#include "analyzer/proto/sip/sip_field.h"
#include "analyzer/proto/sip/sip_text.h"

enum { SCRATCH = 4 << 20, AUTHS_MAX = 16 };

struct sip_reader {
	struct sip_message m;
	struct sip_body body;
	struct sdp_seen sdp;
	struct sdp_keys keys; /* SECRET: of the last message's description */
	struct arena *arena;
};

struct sip_reader *sip_seen_new(void)
{
	struct sip_reader *r = mem_zero(1, sizeof *r);

	r->arena = arena_new(SCRATCH);
	return r;
}

void sip_seen_free(struct sip_reader *r)
{
	if (!r)
		return;
	arena_free(r->arena);
	explicit_bzero(&r->keys, sizeof r->keys);
	free(r);
}

static enum sip_verb verb_of(enum sip_method m)
{
	static const enum sip_verb verb[] = {
		[SIP_OTHER] = SIP_VERB_OTHER,
		[SIP_INVITE] = SIP_VERB_INVITE,
		[SIP_ACK] = SIP_VERB_ACK,
		[SIP_BYE] = SIP_VERB_BYE,
		[SIP_CANCEL] = SIP_VERB_CANCEL,
		[SIP_OPTIONS] = SIP_VERB_OPTIONS,
		[SIP_REGISTER] = SIP_VERB_REGISTER,
		[SIP_PRACK] = SIP_VERB_PRACK,
		[SIP_SUBSCRIBE] = SIP_VERB_SUBSCRIBE,
		[SIP_NOTIFY] = SIP_VERB_NOTIFY,
		[SIP_PUBLISH] = SIP_VERB_PUBLISH,
		[SIP_INFO] = SIP_VERB_INFO,
		[SIP_REFER] = SIP_VERB_REFER,
		[SIP_MESSAGE] = SIP_VERB_MESSAGE,
		[SIP_UPDATE] = SIP_VERB_UPDATE,
	};
	return verb[m];
}

static enum sip_transport transport_of_param(struct slice t)
{
	static const struct {
		struct slice name;
		enum sip_transport transport;
	} known[] = {
		{ { (const uint8_t *)"udp", 3 }, SIP_TRANSPORT_UDP },
		{ { (const uint8_t *)"tcp", 3 }, SIP_TRANSPORT_TCP },
		{ { (const uint8_t *)"tls", 3 }, SIP_TRANSPORT_TLS },
		{ { (const uint8_t *)"ws", 2 }, SIP_TRANSPORT_WS },
		{ { (const uint8_t *)"wss", 3 }, SIP_TRANSPORT_WSS },
		{ { (const uint8_t *)"sctp", 4 }, SIP_TRANSPORT_SCTP },
		{ { (const uint8_t *)"tls-sctp", 8 }, SIP_TRANSPORT_TLS_SCTP },
	};

	if (t.n == 0)
		return SIP_TRANSPORT_NONE;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (slice_ieq(t, known[i].name))
			return known[i].transport;
	return SIP_TRANSPORT_OTHER;
}

static enum sip_transport transport_of_via(uint8_t t)
{
	switch (t) {
	case SIP_VIA_UDP:
		return SIP_TRANSPORT_UDP;
	case SIP_VIA_TCP:
		return SIP_TRANSPORT_TCP;
	case SIP_VIA_TLS:
		return SIP_TRANSPORT_TLS;
	case SIP_VIA_SCTP:
		return SIP_TRANSPORT_SCTP;
	case SIP_VIA_TLS_SCTP:
		return SIP_TRANSPORT_TLS_SCTP;
	case SIP_VIA_WS:
		return SIP_TRANSPORT_WS;
	case SIP_VIA_WSS:
		return SIP_TRANSPORT_WSS;
	default:
		return SIP_TRANSPORT_OTHER;
	}
}

static struct addr uri_addr(const struct sip_uri *u)
{
	struct addr a = { 0 };

	return sip_uri_addr(u, &a) ? a : (struct addr){ 0 };
}

static struct party_seen party(const struct sip_addr *a)
{
	return (struct party_seen){
		.present = a->text.n > 0 && !slice_eq(a->text, SLICE("*")),
		.sips = a->uri.scheme == SIP_URI_SIPS,
		.tel = a->uri.scheme == SIP_URI_TEL,
		.display = a->display,
		.user = a->uri.user,
		.host = a->uri.host,
		.port = a->uri.port,
		.addr = uri_addr(&a->uri),
		.tag = a->tag,
		.transport = transport_of_param(a->uri.transport),
		.has_password = (a->uri.flags & SIP_URI_HAS_PASSWORD) != 0,
		.isfocus = (a->flags & SIP_ADDR_ISFOCUS) != 0,
		.automaton = (a->flags & SIP_ADDR_AUTOMATON) != 0,
		.src = (a->flags & SIP_ADDR_SRC) != 0,
		.srs = (a->flags & SIP_ADDR_SRS) != 0,
	};
}

static struct party_seen party_in(const struct sip_message *m, enum sip_header_id id,
				  struct sip_addr *parsed)
{
	struct slice rest = sip_value(m, id), value;

	*parsed = (struct sip_addr){ 0 };
	if (!sip_text_value(&rest, &value))
		return (struct party_seen){ 0 };
	/* What could be read of a bad one is still what was written. */
	enum err e = sip_addr_parse(value, parsed);
	(void)e;
	return party(parsed);
}

static void read_vias(struct sip_reader *r, struct sip_seen *out)
{
	struct via_seen *v = arena_take(r->arena, sizeof *v * r->m.via_n);

	if (!v || r->m.via_n == 0)
		return;
	for (uint16_t i = 0; i < r->m.via_n; i++) {
		const struct sip_via *from = &r->m.via[i];
		v[i] = (struct via_seen){
			.transport = transport_of_via(from->transport),
			.host = from->host,
			.port = from->port,
			.branch = from->branch,
			.hidden = (from->flags & (SIP_VIA_MASKED | SIP_VIA_HIDDEN)) != 0,
		};
		if (!from->received.n || !addr_parse(from->received, &v[i].addr))
			if (!addr_parse(from->host, &v[i].addr))
				v[i].addr = (struct addr){ 0 };
	}
	out->vias = v;
	out->via_count = r->m.via_n;
	out->branch = v[0].branch;
}

static void read_routes(struct sip_reader *r, struct sip_seen *out)
{
	const struct {
		const struct sip_list *list;
		enum route_kind kind;
	} lists[] = { { &r->m.route, ROUTE_ROUTE },
		      { &r->m.record_route, ROUTE_RECORD },
		      { &r->m.path, ROUTE_PATH },
		      { &r->m.service_route, ROUTE_SERVICE } };
	size_t total =
		(size_t)r->m.route.n + r->m.record_route.n + r->m.path.n + r->m.service_route.n;
	struct route_seen *to = arena_take(r->arena, sizeof *to * total);

	if (!to || total == 0)
		return;
	out->routes = to;
	for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++) {
		for (uint16_t i = 0; i < lists[l].list->n; i++) {
			const struct sip_uri *u = &lists[l].list->v[i].uri;
			to[out->route_count++] = (struct route_seen){
				.kind = lists[l].kind,
				.transport = transport_of_param(u->transport),
				.sips = u->scheme == SIP_URI_SIPS,
				.host = u->host,
				.addr = uri_addr(u),
				.port = u->port,
				.hidden = (u->flags & SIP_URI_MASKED) != 0,
			};
		}
	}
}

static enum auth_scheme scheme_of(uint8_t scheme)
{
	switch (scheme) {
	case SIP_AUTH_DIGEST:
		return AUTH_DIGEST;
	case SIP_AUTH_BASIC:
		return AUTH_BASIC;
	case SIP_AUTH_BEARER:
		return AUTH_BEARER;
	default:
		return AUTH_OTHER;
	}
}

static struct auth_seen auth(const struct sip_auth *a, bool challenge)
{
	bool digest = a->scheme == SIP_AUTH_DIGEST;

	return (struct auth_seen){
		.scheme = scheme_of(a->scheme),
		.challenge = challenge,
		.md5 = digest &&
		       (a->algorithm == SIP_AUTH_ALGORITHM_ABSENT || a->algorithm == SIP_AUTH_MD5 ||
			a->algorithm == SIP_AUTH_MD5_SESS),
		.aka = a->algorithm == SIP_AUTH_AKA,
		/* The first REGISTER to an IMS has an empty one (3GPP TS 24.229 5.1.1.2). */
		.has_response = (a->flags & SIP_AUTH_HAS_RESPONSE) && a->secret.n,
		.has_qop = (a->flags & SIP_AUTH_HAS_QOP) != 0,
		.realm = a->realm,
		.nonce = a->nonce,
		.username = a->username,
		.nc = a->nc,
	};
}

static void read_auths(struct sip_reader *r, struct sip_seen *out)
{
	static const struct {
		enum sip_header_id id;
		bool challenge;
	} headers[] = { { SIP_HEADER_AUTHORIZATION, false },
			{ SIP_HEADER_PROXY_AUTHORIZATION, false },
			{ SIP_HEADER_WWW_AUTHENTICATE, true },
			{ SIP_HEADER_PROXY_AUTHENTICATE, true } };
	struct auth_seen found[AUTHS_MAX];
	uint16_t n = 0;

	for (size_t h = 0; h < sizeof headers / sizeof headers[0]; h++) {
		struct slice value;
		size_t at = 0;
		while (n < AUTHS_MAX && sip_next(&r->m, headers[h].id, &at, &value)) {
			struct sip_auth a = { 0 };
			if (sip_auth_parse(value, &a) == ERR_OK)
				found[n++] = auth(&a, headers[h].challenge);
		}
	}
	struct auth_seen *to = n ? arena_take(r->arena, sizeof *to * n) : NULL;
	if (!to)
		return;
	memcpy(to, found, sizeof *to * n);
	out->auths = to;
	out->auth_count = n;
}

/* The line at which a text was cut may be another one than its beginning says. */
static struct slice whole_lines(struct slice s)
{
	while (s.n && s.p[s.n - 1] != '\n')
		s.n--;
	return s;
}

/* The header lines that are there whole; what a body is cut to is for its reader to say. */
static struct slice whole_head(struct slice bytes)
{
	static const char *const ends[] = { "\n\r\n", "\n\n" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (memmem(bytes.p, bytes.n, ends[i], strlen(ends[i])))
			return bytes;
	return whole_lines(bytes);
}

static void read_body(struct sip_reader *r, bool cut, struct sip_seen *out)
{
	sip_body_split(&r->m, &r->body);
	const struct sip_body *b = &r->body;
	const struct sip_body_part *sdp = sip_body_find(b, SIP_BODY_SDP);
	struct slice text = sdp ? sdp->bytes : (struct slice){ NULL, 0 };

	out->body_bytes = (uint32_t)r->m.body.n;
	out->body = b->n ? body_seen_kind(&b->parts[0]) : BODY_NONE;
	if (out->body == BODY_NONE && r->m.body.n)
		out->body = BODY_OTHER;
	out->enveloped = body_seen_enveloped(b);
	out->body_signed = (b->flags & SIP_BODY_SIGNED) && !out->enveloped;
	out->siprec |= sip_body_find(b, SIP_BODY_RS_METADATA) != NULL;
	if (!sdp || (b->flags & SIP_BODY_ENCODED))
		return;
	out->body = BODY_SDP;
	if (cut && text.p + text.n == r->m.bytes.p + r->m.bytes.n)
		text = whole_lines(text);
	if (sdp_seen_read(text, r->arena, &r->sdp, out, &r->keys))
		out->sdp = &r->sdp;
}

/* user, header, id (RFC 3323, RFC 3325); session, none and critical hide no name. */
static bool asks_privacy(struct slice value)
{
	struct slice part;

	while (slice_cut(&value, ';', &part)) {
		part = slice_trim(part);
		if (slice_ieq(part, SLICE("id")) || slice_ieq(part, SLICE("user")) ||
		    slice_ieq(part, SLICE("header")))
			return true;
	}
	return false;
}

static uint8_t hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10) : 16;
}

static struct slice unescape(struct arena *a, struct slice s)
{
	uint8_t *to = arena_take(a, s.n);
	size_t n = 0;

	for (size_t i = 0; to && i < s.n; i++) {
		uint8_t high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : 16;
		uint8_t low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : 16;
		bool escaped = s.p[i] == '%' && high < 16 && low < 16;
		uint8_t octet = s.p[i];
		if (escaped) {
			octet = (uint8_t)(high << 4 | low);
			i += 2;
		}
		to[n++] = octet;
	}
	return (struct slice){ to, n };
}

/* Replaces as a header, or inside Refer-To's URI (RFC 3891, RFC 3515 2.1). */
static struct slice replaced(struct sip_reader *r, const struct sip_uri *refer_to)
{
	struct sip_field_dialog d;
	struct slice headers = refer_to->headers, one;

	if (sip_field_dialog(sip_value(&r->m, SIP_HEADER_REPLACES), &d) == ERR_OK)
		return d.call_id;
	while (slice_cut(&headers, '&', &one)) {
		if (!slice_istarts(one, SLICE("replaces=")))
			continue;
		one = unescape(r->arena, slice_from(one, sizeof "replaces=" - 1));
		if (sip_field_dialog(one, &d) == ERR_OK)
			return d.call_id;
	}
	return (struct slice){ NULL, 0 };
}

static void read_parties(struct sip_reader *r, struct sip_seen *out)
{
	struct sip_addr parsed;

	out->from = party(&r->m.from);
	out->to = party(&r->m.to);
	if (r->m.contact.n)
		out->contact = party(&r->m.contact.v[0]);
	out->asserted = party_in(&r->m, SIP_HEADER_P_ASSERTED_IDENTITY, &parsed);
	out->refer_to = party_in(&r->m, SIP_HEADER_REFER_TO, &parsed);
	out->replaces = replaced(r, &parsed.uri);
	out->siprec |= out->contact.src || out->contact.srs;
}

static uint32_t expires(const struct sip_message *m)
{
	struct slice text;
	uint64_t n;

	if (m->contact.n && sip_addr_param(&m->contact.v[0], SLICE("expires"), &text) &&
	    slice_number(text, UINT32_MAX - 1, &n))
		return (uint32_t)n;
	return m->has_expires ? m->expires : UINT32_MAX;
}

static void read_fields(struct sip_reader *r, struct sip_seen *out)
{
	const struct sip_message *m = &r->m;
	struct sip_field_token event;

	out->session_id = sip_value(m, SIP_HEADER_SESSION_ID);
	out->user_agent = sip_value(m, SIP_HEADER_USER_AGENT);
	if (!out->user_agent.n)
		out->user_agent = sip_value(m, SIP_HEADER_SERVER);
	if (sip_field_token(sip_value(m, SIP_HEADER_EVENT), &event) == ERR_OK)
		out->event = event.token;
	out->expires = expires(m);
	out->has_privacy = asks_privacy(sip_value(m, SIP_HEADER_PRIVACY));
	out->siprec |= sip_has_token(m, SIP_HEADER_REQUIRE, SLICE("siprec"));
}

/* ---- what is nobody's business (rule-catalog D.11) ------------------------------------ */

static bool has(const struct sip_message *m, enum sip_header_id id)
{
	return sip_value(m, id).n > 0;
}

static void read_sensitive(struct sip_reader *r, struct sip_seen *out)
{
	const struct sip_message *m = &r->m;
	unsigned bits = 0;

	if (has(m, SIP_HEADER_GEOLOCATION) || body_seen_location(&r->body) ||
	    body_seen_names_cell(sip_value(m, SIP_HEADER_P_ACCESS_NETWORK_INFO)))
		bits |= SENSITIVE_LOCATION;
	if (has(m, SIP_HEADER_SUBJECT))
		bits |= SENSITIVE_SUBJECT;
	if (has(m, SIP_HEADER_USER_TO_USER))
		bits |= SENSITIVE_USER_TO_USER;
	if (has(m, SIP_HEADER_CALL_INFO))
		bits |= SENSITIVE_CALL_INFO;
	if (has(m, SIP_HEADER_P_CHARGING_VECTOR) || has(m, SIP_HEADER_P_CALLED_PARTY_ID))
		bits |= SENSITIVE_PRIVATE;
	if (sip_body_find(&r->body, SIP_BODY_RS_METADATA))
		bits |= SENSITIVE_METADATA;
	out->sensitive = (uint16_t)bits;
}

struct ipsec_count {
	unsigned all, null;
};

/* Without ealg there is no encryption (RFC 3329 Appendix A). */
static void count_ipsec(const struct sip_message *m, enum sip_header_id id, struct ipsec_count *c)
{
	struct slice rest, one, alg;
	size_t at = 0;

	while (sip_next(m, id, &at, &rest))
		while (sip_text_value(&rest, &one)) {
			size_t name = slice_find(one, ';');
			if (!slice_ieq(sip_text_trim(slice_upto(one, name)), SLICE("ipsec-3gpp")))
				continue;
			c->all++;
			c->null +=
				!sip_text_find_param(slice_from(one, name), SLICE("ealg"), &alg) ||
				slice_ieq(alg, SLICE("null"));
		}
}

static void read_ipsec(struct sip_reader *r, struct sip_seen *out)
{
	struct ipsec_count settled = { 0, 0 }, offered = { 0, 0 };

	count_ipsec(&r->m, SIP_HEADER_SECURITY_VERIFY, &settled);
	count_ipsec(&r->m, SIP_HEADER_SECURITY_CLIENT, &offered);
	count_ipsec(&r->m, SIP_HEADER_SECURITY_SERVER, &offered);
	if (settled.all)
		out->ipsec_null = settled.all == settled.null ? IPSEC_NULL_SETTLED
				  : settled.null	      ? IPSEC_SETTLED
							      : IPSEC_ENCRYPTING;
	else if (offered.null)
		out->ipsec_null = IPSEC_NULL_OFFERED;
}

static void read_gateway(struct sip_reader *r, struct sip_seen *out)
{
	const struct sip_message *m = &r->m;
	unsigned signs = sip_body_find(&r->body, SIP_BODY_ISUP) ? GATEWAY_ISUP : 0;

	if (m->is_request && m->uri.scheme == SIP_URI_TEL)
		signs |= GATEWAY_TEL;
	for (uint16_t i = 0; i < m->header_n; i++)
		if (m->headers[i].id == SIP_HEADER_OTHER &&
		    slice_ieq(m->headers[i].name, SLICE("P-Charge-Info")))
			signs |= GATEWAY_CHARGE;
	out->gateway = (uint8_t)signs;
}

static void read_identity(struct sip_reader *r, struct sip_carried how, struct sip_seen *out)
{
	struct slice value = sip_value(&r->m, SIP_HEADER_IDENTITY);
	struct sip_field_identity token;

	if (!value.n)
		return;
	out->passport.present = true;
	out->passport.broken = sip_field_identity(value, &token) != ERR_OK || token.legacy;
	if (!out->passport.broken)
		passport_check(how.signers, token.secret_token, out->sdp, how.ts_ns,
			       &out->passport);
}

/* The Request-URI as written, but for a password in it (RFC 3261 19.1.1). */
static struct slice without_password(struct sip_reader *r, const struct sip_uri *u)
{
	if (!(u->flags & SIP_URI_HAS_PASSWORD))
		return u->text;
	size_t before = (size_t)(u->user.p - u->text.p) + u->user.n;
	size_t after = (size_t)(u->host.p - u->text.p);
	while (after > before && u->text.p[after] != '@')
		after--;
	uint8_t *to = arena_take(r->arena, u->text.n);
	if (!to)
		return (struct slice){ NULL, 0 };
	memcpy(to, u->text.p, before);
	memcpy(to + before, u->text.p + after, u->text.n - after);
	return (struct slice){ to, before + u->text.n - after };
}

static void read_start(struct sip_reader *r, struct sip_seen *out)
{
	const struct sip_message *m = &r->m;

	out->request = m->is_request;
	out->status = m->is_request ? 0 : m->status;
	out->verb = verb_of(m->is_request ? m->method : m->cseq_method);
	out->method = m->is_request ? m->method_text : m->cseq_method_text;
	out->call_id = m->call_id;
	out->cseq = m->cseq;
	out->cseq_method = m->cseq_method_text;
	if (!m->is_request)
		return;
	out->ruri = without_password(r, &m->uri);
	out->ruri_sips = m->uri.scheme == SIP_URI_SIPS;
	out->ruri_password = (m->uri.flags & SIP_URI_HAS_PASSWORD) != 0;
	/* On its way the Request-URI becomes that of an emergency centre; To stays (RFC 6881 9). */
	out->ruri_emergency = slice_istarts(m->uri.text, SLICE("urn:service:sos")) ||
			      slice_istarts(m->to.uri.text, SLICE("urn:service:sos"));
}

const struct sdp_keys *sip_seen_keys(const struct sip_reader *r)
{
	return &r->keys;
}

void sip_seen_forget(struct sip_reader *r)
{
	if (r->keys.count)
		explicit_bzero(&r->keys, sizeof r->keys);
}

bool sip_seen_read(struct sip_reader *r, struct slice bytes, struct sip_carried how,
		   struct sip_seen *out, bool *is_sip)
{
	arena_reset(r->arena);
	sip_seen_forget(r);
	memset(out, 0, sizeof *out);
	enum err e = sip_parse(how.cut ? whole_head(bytes) : bytes, &r->m);
	*is_sip = e == ERR_OK || e == ERR_LIMIT || r->m.broken != SIP_BROKEN_START_LINE;
	if (!*is_sip)
		return false;
	out->carrier = how.carrier;
	out->decrypted = how.decrypted;
	if (how.copy) {
		out->copied = true;
		out->copied_by = addr_src(how.copy);
		out->copied_to = addr_dst(how.copy);
	}
	out->opened = how.opened;
	out->tcp_handshake = how.handshake;
	out->truncated = how.cut || e == ERR_LIMIT;
	out->message_hash = hash_fixed(r->m.bytes);
	out->tolerated = r->m.lax;
	read_start(r, out);
	read_vias(r, out);
	read_routes(r, out);
	read_auths(r, out);
	read_parties(r, out);
	read_fields(r, out);
	read_body(r, how.cut, out);
	read_sensitive(r, out);
	read_ipsec(r, out);
	read_identity(r, how, out);
	read_gateway(r, out);
	return out->call_id.n > 0;
}
