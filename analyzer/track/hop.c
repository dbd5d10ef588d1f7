/* hop.c - what one message says about the hop that carried it. */
#include "analyzer/track/hop.h"

#include <string.h>

#include "analyzer/track/side.h"
#include "analyzer/track/sound.h"

static bool by_port(enum sip_transport carrier)
{
	return carrier == SIP_TRANSPORT_UDP || carrier == SIP_TRANSPORT_SCTP;
}

/* Connections come and go with new ports; datagram hops are told apart by them. */
static bool same_hop(const struct leg *g, enum sip_transport carrier, const struct endpoint *x,
		     const struct endpoint *y)
{
	if (g->carrier != carrier)
		return false;
	if (by_port(carrier))
		return (addr_endpoint_eq(&g->a, x) && addr_endpoint_eq(&g->b, y)) ||
		       (addr_endpoint_eq(&g->a, y) && addr_endpoint_eq(&g->b, x));
	return (addr_eq(&g->a.addr, &x->addr) && addr_eq(&g->b.addr, &y->addr)) ||
	       (addr_eq(&g->a.addr, &y->addr) && addr_eq(&g->b.addr, &x->addr));
}

static struct leg_live *leg_new(struct live *l, const struct observation *o)
{
	struct leg_live *leg = NULL;
	const struct sip_seen *m = &o->as.sip;

	if (l->leg_count < LIVE_LEGS)
		leg = live_take(l, sizeof *leg);
	if (!leg) {
		l->spent = true;
		return NULL;
	}
	leg->number = l->leg_count++;
	leg->leg.carrier = m->carrier;
	leg->leg.a = m->request ? addr_src(&o->flow) : addr_dst(&o->flow);
	leg->leg.b = m->request ? addr_dst(&o->flow) : addr_src(&o->flow);
	leg->leg.first_ns = o->first_ns;
	*l->legs_end = leg;
	l->legs_end = &leg->next;
	return leg;
}

struct leg_live *hop_leg(struct live *l, const struct observation *o)
{
	struct endpoint src = addr_src(&o->flow), dst = addr_dst(&o->flow);
	struct leg_live *leg = l->legs;

	while (leg && !same_hop(&leg->leg, o->as.sip.carrier, &src, &dst))
		leg = leg->next;
	if (!leg)
		leg = leg_new(l, o);
	if (!leg)
		return NULL;
	if (o->as.sip.request && (!leg->first_request.frame ||
				  live_evidence_cmp(&o->evidence, &leg->first_request) < 0)) {
		leg->first_request = o->evidence;
		leg->leg.a = src;
		leg->leg.b = dst;
	}
	leg->leg.inputs |= live_bit(o->input);
	leg->leg.messages++;
	if (o->first_ns < leg->leg.first_ns)
		leg->leg.first_ns = o->first_ns;
	if (o->last_ns > leg->leg.last_ns)
		leg->leg.last_ns = o->last_ns;
	live_first(&leg->leg.first, &o->evidence);
	return leg;
}

/* ---- Via (rule-catalog A.1) ---------------------------------------------------- */

static bool same_element(const struct via_seen *a, const struct via_seen *b)
{
	if (!addr_is_none(&a->addr) && !addr_is_none(&b->addr) && addr_eq(&a->addr, &b->addr))
		return true;
	return a->host.n && slice_ieq(a->host, b->host);
}

/* On a loopback capture 127.0.0.1 is a real address; elsewhere it masks one. */
static bool is_hidden(const struct via_seen *v, const struct leg_live *leg)
{
	return v->hidden && !(addr_is_loopback(&v->addr) && addr_is_loopback(&leg->leg.a.addr));
}

/* A spiral passes one proxy several times: it is one element. */
static unsigned distinct_vias(const struct sip_seen *m, const struct leg_live *leg)
{
	unsigned distinct = 0;

	for (unsigned i = 0; i < m->via_count; i++) {
		unsigned k = 0;
		if (is_hidden(&m->vias[i], leg))
			continue;
		while (k < i &&
		       (is_hidden(&m->vias[k], leg) || !same_element(&m->vias[i], &m->vias[k])))
			k++;
		distinct += k == i;
	}
	return distinct;
}

static void note_max(struct live *l, struct leg_live *leg, enum fact_kind kind, uint8_t grade,
		     const struct evidence *at, uint64_t value)
{
	struct fact *f = live_note(l, leg, kind, grade, NULL, at);

	if (f && value > f->value)
		f->value = value;
}

static void note_vias(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	unsigned distinct = distinct_vias(m, leg);

	if (distinct >= 2)
		note_max(l, leg, FACT_via_elements, 3, &o->evidence, distinct);
	/* The top Via is the sender's, who is in plain sight; a browser writes .invalid there. */
	for (unsigned i = 1; i < m->via_count; i++) {
		const struct via_seen *v = &m->vias[i];
		if (is_hidden(v, leg))
			note_max(l, leg, FACT_hidden_element, 3, &o->evidence, 1);
		/* Who masks a Via, or stands behind another process of its host, says nothing
		 * of a wire with the transport in it. */
		if (v->hidden || v->transport == SIP_TRANSPORT_NONE ||
		    v->transport == SIP_TRANSPORT_OTHER)
			continue;
		bool secure = observation_transport_encrypted(v->transport);
		live_note(l, leg, secure ? FACT_hop_declared_encrypted : FACT_hop_declared_clear, 2,
			  observation_transport_text(v->transport), &o->evidence);
	}
}

/* A response brings the top Via of its request back over the same hop. */
static void note_top_via(struct leg_live *leg, const struct sip_seen *m)
{
	if (!m->via_count)
		return;
	if (observation_transport_encrypted(m->vias[0].transport))
		leg->via_secure++;
	else
		leg->via_agrees++;
}

/* ---- routes ---------------------------------------------------------------------- */

static bool route_names_another(const struct route_seen *r, unsigned nth_route,
				const struct observation *o)
{
	struct endpoint src = addr_src(&o->flow), dst = addr_dst(&o->flow);

	switch (r->kind) {
	case ROUTE_RECORD: /* no user agent record-routes: whoever did is an element on the path */
	case ROUTE_PATH:
		return true;
	case ROUTE_ROUTE: /* the first one is a preload of the sender's own outbound proxy */
		return nth_route > 0 && !addr_eq(&r->addr, &dst.addr);
	case ROUTE_SERVICE:
		return !addr_is_none(&r->addr) && !addr_eq(&r->addr, &src.addr) &&
		       !addr_eq(&r->addr, &dst.addr);
	}
	return false;
}

/* What a response carries back of Route headers is the request's, and was noted there. */
static bool counts(const struct route_seen *r, const struct sip_seen *m)
{
	return m->request || m->verb == SIP_VERB_REGISTER || r->kind == ROUTE_RECORD;
}

static void note_routes(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	unsigned routes = 0, named = 0;

	for (unsigned i = 0; i < m->route_count; i++) {
		const struct route_seen *r = &m->routes[i];
		unsigned nth = r->kind == ROUTE_ROUTE ? routes++ : 0;
		bool loopback = addr_is_loopback(&r->addr) && addr_is_loopback(&leg->leg.a.addr);
		if (!counts(r, m) || !route_names_another(r, nth, o))
			continue;
		if (r->hidden && !loopback)
			note_max(l, leg, FACT_hidden_element, 3, &o->evidence, 1);
		else
			named++;
	}
	if (named)
		note_max(l, leg, FACT_route_other, 3, &o->evidence, named);
}

static bool record_route_sips(const struct sip_seen *m)
{
	for (unsigned i = 0; i < m->route_count; i++)
		if (m->routes[i].kind == ROUTE_RECORD && m->routes[i].sips)
			return true;
	return false;
}

/* ---- contents ---------------------------------------------------------------------- */

/* 112, *97, #31#: what many call, and nobody is. */
static bool is_service(struct slice user)
{
	static const char *const numbers[] = { "112", "911", "999", "000" };

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (slice_eq(user, slice_of(numbers[i])))
			return true;
	return user.n && (user.p[0] == '*' || user.p[0] == '#');
}

static bool names_someone(const struct party_seen *p)
{
	return p->present && p->user.n && !slice_ieq(p->user, SLICE("anonymous")) &&
	       !slice_ieq(p->host, SLICE("anonymous.invalid")) && !is_service(p->user);
}

/* Where a redirection leads, or other bindings of an address of record, are no part of this hop. */
static bool contact_promises(const struct sip_seen *m)
{
	return m->contact.sips && (m->request || (m->status < 300 && m->verb != SIP_VERB_REGISTER));
}

static void note_identity(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	if (names_someone(&m->from) || names_someone(&m->to) || names_someone(&m->contact) ||
	    names_someone(&m->asserted))
		live_note(l, leg, FACT_identity_readable, 3, NULL, &o->evidence);
	if (m->verb == SIP_VERB_REGISTER && m->contact.present)
		live_note(l, leg, FACT_registration_readable, 3, NULL, &o->evidence);
	if (m->ruri_sips || m->to.sips || contact_promises(m) || record_route_sips(m))
		live_note(l, leg, FACT_sips_broken, 3, NULL, &o->evidence);
}

static void note_auth(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	for (unsigned i = 0; i < m->auth_count; i++) {
		const struct auth_seen *a = &m->auths[i];
		if (!a->challenge && (a->scheme == AUTH_BASIC || a->scheme == AUTH_BEARER))
			live_note(l, leg, FACT_credential_readable, 3,
				  a->scheme == AUTH_BASIC ? "Basic" : "Bearer", &o->evidence);
		if (a->scheme != AUTH_DIGEST || !a->md5 || a->aka)
			continue;
		if (a->challenge)
			leg->md5_challenge = true;
		else if (a->has_response)
			leg->md5_response = true;
		live_note(l, leg, FACT_digest_md5, 3, NULL, &o->evidence);
	}
	if (m->ruri_password || m->from.has_password || m->to.has_password ||
	    m->contact.has_password || m->asserted.has_password || m->refer_to.has_password)
		live_note(l, leg, FACT_credential_readable, 3, "password in a URI", &o->evidence);
}

static void note_body(struct live *l, struct leg_live *leg, const struct observation *o, bool again)
{
	const struct sip_seen *m = &o->as.sip;
	struct fact *f;

	if (m->body == BODY_TEXT && m->body_bytes) {
		f = live_note(l, leg, FACT_body_readable, 3, NULL, &o->evidence);
		if (f && !again)
			f->value += m->body_bytes;
	} else if (m->body == BODY_COMPOSING) {
		live_note(l, leg, FACT_receipt_readable, 3, NULL, &o->evidence);
	}
	if (m->enveloped) {
		f = live_note(l, leg, FACT_body_enveloped, 2, NULL, &o->evidence);
		if (f && !again)
			f->value += m->body_bytes;
	}
}

/* RFC 3329: what both sides settled on counts; an offer is one where nothing was settled. */
static void note_ipsec(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	leg->ipsec_settled |= m->ipsec_null >= IPSEC_NULL_SETTLED;
	if (m->ipsec_null == IPSEC_NULL_SETTLED)
		note_max(l, leg, FACT_ipsec_null, 3, &o->evidence, 1);
	else if (m->ipsec_null == IPSEC_NULL_OFFERED)
		live_note(l, leg, FACT_ipsec_null_offered, 3, NULL, &o->evidence);
}

/* ---- signed identity (RFC 8224, RFC 8862) ------------------------------------------------ */

static void note_passport(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct passport_seen *p = &o->as.sip.passport;
	struct fact *f;

	if (!p->present)
		return;
	const char *wrong = p->broken		  ? "it is no PASSporT"
			    : p->mky == CHECK_BAD ? "its fingerprints are not those of the SDP"
			    : p->signature == CHECK_BAD ? "its signature does not verify"
			    : p->stale			? "its time is more than a minute off"
							: NULL;
	f = wrong ? live_note(l, leg, FACT_identity_wrong, 3, wrong, &o->evidence) : NULL;
	if (f)
		f->value = p->mky == CHECK_OK && p->signature != CHECK_BAD; /* stale, no more */
	if (wrong || !p->has_mky || p->mky != CHECK_OK)
		return;
	f = live_note(l, leg, FACT_identity_signed, 3, NULL, &o->evidence);
	if (f)
		f->value |= p->signature == CHECK_OK;
}

/* ---- who is let in without a question (AUTH-004) -------------------------------------------- */

static void note_entry(struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	leg->credentials |= m->auth_count > 0;
	leg->challenged |= !m->request && (m->status == 401 || m->status == 407);
	if (m->verb != SIP_VERB_REGISTER)
		return;
	/* What a proxy passes on was let in before: only the phone's own hop tells. */
	if (m->request)
		leg->register_seen |=
			m->contact.present && m->expires != 0 && distinct_vias(m, leg) < 2;
	else if (m->status >= 200 && m->status < 300)
		live_first(&leg->registered, &o->evidence);
}

/* Seen a moment ago on this leg: a retransmission, or the same frame at another point. */
static bool heard_before(struct leg_live *leg, uint64_t hash)
{
	for (unsigned i = 0; i < LIVE_RECENT; i++)
		if (leg->recent[i] == hash && hash)
			return true;
	leg->recent[leg->recent_at++ % LIVE_RECENT] = hash;
	return false;
}

/* Sockets come and go; the two hosts are the link. */
static void note_copy(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	unsigned i = 0;

	while (i < leg->copy_count && !(addr_eq(&leg->copies[i].from.addr, &m->copied_by.addr) &&
					addr_eq(&leg->copies[i].to.addr, &m->copied_to.addr)))
		i++;
	if (i == LIVE_COPIES) {
		l->spent = true;
		return;
	}
	if (!leg->copies)
		leg->copies = live_take(l, LIVE_COPIES * sizeof *leg->copies);
	if (!leg->copies)
		return;
	if (i == leg->copy_count)
		leg->copies[leg->copy_count++] =
			(struct copy_link){ .from = m->copied_by, .to = m->copied_to };
	live_first(&leg->copies[i].at, &o->evidence);
	if (!addr_eq(&m->copied_by.addr, &m->copied_to.addr))
		live_note(l, leg, FACT_sip_copied, 3, NULL, &o->evidence);
}

bool hop_facts(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	bool again = heard_before(leg, m->message_hash);

	leg->handshake |= m->tcp_handshake;
	leg->exported |= m->decrypted;
	leg->opened |= m->opened;
	if (m->copied)
		note_copy(l, leg, o);
	note_top_via(leg, m);
	if (m->request)
		note_vias(l, leg, o);
	note_routes(l, leg, o);
	leg->on_wire |= !m->copied;
	live_note(l, leg, FACT_sip_readable, m->copied ? 2 : 3, NULL, &o->evidence);
	note_identity(l, leg, o);
	note_auth(l, leg, o);
	note_body(l, leg, o, again);
	note_ipsec(l, leg, o);
	side_facts(l, leg, o, again);
	sound_facts(l, leg, o);
	note_passport(l, leg, o);
	note_entry(leg, o);
	if (m->tolerated)
		live_note(l, leg, FACT_tolerated, 3, NULL, &o->evidence);
	return again;
}

/* ---- at the end ------------------------------------------------------------------- */

/* All requests in both directions must contradict the carrier: one wrong token proves nothing. */
static bool conflict(const struct leg_live *leg)
{
	if (!leg->via_secure || leg->via_agrees)
		return false;
	switch (leg->leg.carrier) {
	case SIP_TRANSPORT_UDP:
		return true;
	case SIP_TRANSPORT_TCP:
	case SIP_TRANSPORT_WS:
		return !leg->handshake;
	default:
		return false;
	}
}

static bool claims_readable(enum fact_kind k)
{
	return k == FACT_identity_readable || k == FACT_registration_readable ||
	       k == FACT_body_readable || k == FACT_receipt_readable || k == FACT_sips_broken ||
	       k == FACT_sensitive_readable || k == FACT_topology_readable ||
	       k == FACT_feed_readable || k == FACT_websocket_clear || k == FACT_ipsec_null ||
	       k == FACT_ipsec_null_offered || k == FACT_ipsec_encrypting || k == FACT_sip_outside;
}

static void drop_claims(struct leg_live *leg)
{
	struct note **at = &leg->notes;

	while (*at) {
		if (claims_readable((*at)->fact.kind)) {
			*at = (*at)->next;
			continue;
		}
		if ((*at)->fact.kind == FACT_credential_readable)
			(*at)->fact.kind = FACT_credential_hop;
		if ((*at)->fact.kind == FACT_sip_readable) {
			(*at)->fact.kind = leg->opened ? FACT_signaling_opened : FACT_sip_decrypted;
			(*at)->fact.text = leg->exported || leg->opened
						   ? NULL
						   : "Via names TLS, the carrier is not TLS";
		}
		at = &(*at)->next;
	}
}

void hop_tunnelled(struct leg_live *leg, const char *protection)
{
	leg->leg.readable = false;
	leg->leg.decrypted = leg->leg.tunnelled = true;
	drop_claims(leg);
	for (struct note *n = leg->notes; n; n = n->next)
		if (n->fact.kind == FACT_sip_decrypted) {
			n->fact.kind = FACT_sip_tunnelled;
			n->fact.grade = 2;
			n->fact.text = protection;
		}
}

static void drop_kind(struct leg_live *leg, enum fact_kind k)
{
	struct note **at = &leg->notes;

	while (*at && (*at)->fact.kind != k)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

/*
 * Nobody asked who registers. Not said where the answer may lie out of sight: in
 * TLS that was not seen, in the upgrade of a WebSocket (RFC 7118 7), in the part of
 * a connection before the capture began.
 */
static bool unasked(const struct leg_live *leg)
{
	const struct leg *g = &leg->leg;
	bool web = g->carrier == SIP_TRANSPORT_WS || g->carrier == SIP_TRANSPORT_WSS;
	bool from_start = leg->handshake || leg->opened || g->carrier != SIP_TRANSPORT_TCP;

	return leg->registered.frame && leg->register_seen && !leg->credentials &&
	       !leg->challenged && !web && from_start && (g->readable || leg->opened);
}

void hop_settle(struct live *l, struct leg_live *leg)
{
	struct leg *g = &leg->leg;

	g->call_id = l->call.call_id;
	g->decrypted =
		leg->exported || observation_transport_encrypted(g->carrier) || conflict(leg);
	g->readable = !g->decrypted;
	g->encrypted = leg->opened;
	if (unasked(leg))
		live_note(l, leg, FACT_unauthenticated, 3, "REGISTER", &leg->registered);
	for (struct note *n = leg->notes; n; n = n->next) {
		if (n->fact.kind == FACT_sip_readable)
			n->fact.value = g->messages;
		if (n->fact.kind == FACT_digest_md5)
			n->fact.value = leg->md5_response;
	}
	if (g->decrypted)
		drop_claims(leg);
	/* Offered and not taken up: SHA-256 may stand beside it (RFC 8760 2.4). */
	if (!leg->md5_response)
		drop_kind(leg, FACT_digest_md5);
	if (leg->ipsec_settled)
		drop_kind(leg, FACT_ipsec_null_offered);
}

void hop_known(struct live *l, int leg)
{
	for (struct leg_live *at = l->legs; at; at = at->next)
		if (at->number == leg)
			drop_kind(at, FACT_unauthenticated);
}
