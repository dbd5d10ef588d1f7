/* extract_sip.c - headers by a list of those that are known to be harmless. */
#include "analyzer/cmd/extract_sip.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/cmd/extract_sdp.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_auth.h"
#include "analyzer/proto/sip/sip_text.h"

enum { WORD_MAX = 40, BODY_MAX = 64 };

/* A word of the protocol's own; else a dash. */
static void put_token(struct text *out, struct slice s)
{
	text_add_slice(out, s.n <= WORD_MAX && sip_text_is_token(s) ? s : SLICE("-"));
}

static void put_port(struct text *out, uint16_t port)
{
	if (port)
		text_addf(out, ":%u", port);
}

static const char *scheme(const struct sip_uri *u)
{
	return u->scheme == SIP_URI_SIPS ? "sips:" : "sip:";
}

static void put_uri(struct alias *a, struct text *out, const struct sip_uri *u)
{
	text_add(out, scheme(u));
	alias_user(a, out, u->user);
	if (u->user.n)
		text_add(out, "@");
	alias_host(a, out, u->host.n ? u->host : SLICE("none"));
	put_port(out, u->port);
	if (u->transport.n) {
		text_add(out, ";transport=");
		put_token(out, u->transport);
	}
	text_add(out, u->flags & SIP_URI_LR ? ";lr" : "");
}

static void put_party(struct alias *a, struct text *out, const char *name, const struct sip_addr *p)
{
	text_addf(out, "%s: ", name);
	if (p->flags & SIP_ADDR_STAR) {
		text_add(out, "*\r\n");
		return;
	}
	text_add(out, "<");
	put_uri(a, out, &p->uri);
	text_add(out, ">");
	if (p->tag.n) {
		text_add(out, ";tag=");
		alias_word(a, out, "tag-", p->tag);
	}
	text_add(out, "\r\n");
}

static void put_list(struct alias *a, struct text *out, const char *name, const struct sip_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		put_party(a, out, name, &l->v[i]);
}

static void put_via(struct alias *a, struct text *out, const struct sip_via *v)
{
	text_add(out, "Via: SIP/2.0/");
	put_token(out, v->transport_text);
	text_add(out, " ");
	alias_host(a, out, v->host.n ? v->host : SLICE("none"));
	put_port(out, v->port);
	if (v->received.n) {
		text_add(out, ";received=");
		alias_host(a, out, v->received);
	}
	if (v->flags & SIP_VIA_RPORT) {
		text_add(out, ";rport");
		if (v->rport)
			text_addf(out, "=%u", v->rport);
	}
	if (v->branch.n) {
		text_add(out, v->flags & SIP_VIA_COOKIE ? ";branch=z9hG4bK" : ";branch=");
		alias_word(a, out, "branch-", v->branch);
	}
	text_add(out, "\r\n");
}

static void put_start(struct alias *a, struct text *out, const struct sip_message *m)
{
	if (m->is_request) {
		put_token(out, m->method == SIP_OTHER ? SLICE("OTHER") : m->method_text);
		text_add(out, " ");
		put_uri(a, out, &m->uri);
		text_add(out, " SIP/2.0\r\n");
	} else {
		text_addf(out, "SIP/2.0 %03u -\r\n", m->status);
	}
}

/* How somebody was asked to prove who they are: neither the question nor the answer. */
static void put_auth(struct text *out, const struct sip_message *m, enum sip_header_id id)
{
	struct slice value;
	struct sip_auth auth;
	size_t at = 0;

	while (sip_next(m, id, &at, &value)) {
		if (sip_auth_parse(value, &auth) != ERR_OK)
			continue;
		text_addf(out, "%s: ", sip_header_name(id));
		put_token(out, auth.scheme_text);
		if (auth.scheme == SIP_AUTH_DIGEST) {
			text_add(out, " realm=\"-\"");
			if (auth.algorithm_text.n) {
				text_add(out, ", algorithm=");
				put_token(out, auth.algorithm_text);
			}
			text_add(out, auth.flags & SIP_AUTH_QOP_AUTH ? ", qop=\"auth\"" : "");
		}
		text_add(out, "\r\n");
	}
}

static void put_headers(struct alias *a, struct text *out, const struct sip_message *m)
{
	for (size_t i = 0; i < m->via_n; i++)
		put_via(a, out, &m->via[i]);
	put_list(a, out, "Record-Route", &m->record_route);
	put_list(a, out, "Route", &m->route);
	put_party(a, out, "From", &m->from);
	put_party(a, out, "To", &m->to);
	text_add(out, "Call-ID: ");
	alias_call_id(a, out, m->call_id);
	text_addf(out, "\r\nCSeq: %u ", m->cseq);
	put_token(out, m->cseq_method == SIP_OTHER ? SLICE("OTHER") : m->cseq_method_text);
	text_add(out, "\r\n");
	put_list(a, out, "Contact", &m->contact);
	if (m->has_max_forwards)
		text_addf(out, "Max-Forwards: %u\r\n", m->max_forwards);
	if (m->has_expires)
		text_addf(out, "Expires: %u\r\n", m->expires);
	put_auth(out, m, SIP_HEADER_WWW_AUTHENTICATE);
	put_auth(out, m, SIP_HEADER_PROXY_AUTHENTICATE);
}

static bool is_sdp(struct slice type)
{
	return slice_istarts(type, SLICE("application/sdp"));
}

/* "text/plain" without its parameters. */
static void put_type(struct text *out, struct slice type)
{
	struct slice rest = slice_upto(type, slice_find(type, ';')), kind;

	text_add(out, "Content-Type: ");
	if (slice_cut(&rest, '/', &kind)) {
		put_token(out, sip_text_trim(kind));
		text_add(out, "/");
		put_token(out, sip_text_trim(rest));
	}
	text_add(out, "\r\n");
}

static void put_body(struct alias *a, struct text *body, const struct sip_message *m)
{
	if (is_sdp(m->content_type)) {
		extract_sdp_write(a, m->body, body);
		return;
	}
	for (size_t i = 0; i < m->body.n && i < BODY_MAX; i++)
		text_add(body, "-");
}

bool extract_sip_write(struct alias *a, struct slice message, struct text *out)
{
	struct sip_message *m = mem_zero(1, sizeof *m);
	struct text body = { 0 };
	bool good = sip_parse(message, m) == ERR_OK;

	if (good) {
		put_start(a, out, m);
		put_headers(a, out, m);
		put_body(a, &body, m);
		if (m->body.n)
			put_type(out, m->content_type);
		text_addf(out, "Content-Length: %zu\r\n\r\n", body.n);
		text_add(out, text_of(&body));
	}
	text_free(&body);
	free(m);
	return good;
}
