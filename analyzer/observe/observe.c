/* observe.c - the door of the observe room: each payload to the reader of what it is. */
#include "analyzer/observe/observe.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/cert.h"
#include "analyzer/observe/dtls_seen.h"
#include "analyzer/observe/fax_seen.h"
#include "analyzer/observe/hep_seen.h"
#include "analyzer/observe/hint_ndpi.h"
#include "analyzer/observe/media_seen.h"
#include "analyzer/observe/rtcp_seen.h"
#include "analyzer/observe/stun_seen.h"
#include "analyzer/observe/tcp_seen.h"
#include "analyzer/observe/vault.h"
#include "analyzer/observe/zrtp_seen.h"
#include "analyzer/proto/media/udptl.h"

enum {
	FLOWS = 262144,
	LOOKERS = 4096,
	ANNOUNCED = 65536,
	STREAMS_MIN = 64,
	FLOWS_MIN = 2, /* TURN and what is inside it */
	CALL_IDS = 4 << 20,
	RTP_LIKE = 20,	/* packets before a flow is called so */
	HINT_AFTER = 3, /* packets nobody claimed before nDPI is asked */
};
#define HANDSHAKE_NS (10 * WHEN_SECOND)
#define STINT_NS     (30 * WHEN_SECOND)

struct observe {
	struct tell tell;
	struct flow_table *flows;
	struct announce *announce;
	struct media_room media;
	struct sip_room sip;
	struct tcp_room tcp;
	struct hint_ndpi *hint;
	uint32_t streams_cap;
	bool no_hints;
	uint32_t second; /* of the last tick */
};

static void stun_unit(void *ctx, struct flow *f, unsigned direction, const struct payload *p);
static void hep_unit(void *ctx, struct flow *f, const struct payload *p,
		     const struct hep_packet *h);

static struct idset *ids_new(uint32_t most)
{
	return most ? idset_rolling(most) : idset_new(CALL_IDS);
}

struct observe *observe_new(observation_fn *tell, void *ctx, struct observe_limits limits)
{
	struct observe *o = mem_zero(1, sizeof *o);
	uint32_t flows = limits.flows ? limits.flows : FLOWS;

	if (flows < FLOWS_MIN)
		flows = FLOWS_MIN;
	o->tell.fn = tell;
	o->tell.ctx = ctx;
	o->flows = flow_new(flows);
	/* A flow with two streams is ten times as large as one without. */
	o->streams_cap = flows / 2 > STREAMS_MIN ? flows / 2 : STREAMS_MIN;
	o->tell.keys = limits.keys;
	o->no_hints = limits.no_hints;
	o->tell.certs = cert_cache_new(limits.keys.trust);
	o->tell.vault = vault_new();
	o->announce = announce_new(limits.announced ? limits.announced : ANNOUNCED);
	o->hint = hint_ndpi_new();
	media_seen_open(&o->media, &o->tell, limits.lookers ? limits.lookers : LOOKERS);
	o->sip = (struct sip_room){ .tell = &o->tell,
				    .reader = sip_seen_new(),
				    .announce = o->announce,
				    .calls = ids_new(limits.call_ids),
				    .invites = ids_new(limits.call_ids) };
	o->tcp = (struct tcp_room){
		.tell = &o->tell,
		.text = { .tell = &o->tell, .sip = &o->sip, .most = limits.tcp_held },
		.stun = stun_unit,
		.hep = hep_unit,
		.ctx = o,
		.most = limits.tcp_held,
	};
	return o;
}

/* ---- telling --------------------------------------------------------------- */

static void tell_cold(struct observe *o, struct flow *f, bool talking)
{
	if (!f->cold)
		return;
	stun_seen_tell(&o->tell, f);
	dtls_seen_tell(&o->tell, f);
	zrtp_seen_tell(&o->tell, f);
	tcp_seen_tell(&o->tcp, f, talking);
	if (talking && f->last_ns < f->cold->stint_ns + STINT_NS)
		return;
	f->cold->stint_ns = f->last_ns;
	rtcp_seen_tell(&o->tell, f);
	cold_tell_count(&o->tell, f);
}

static void tell_all(struct observe *o, struct flow *f)
{
	if (!f->unsent)
		return;
	f->unsent = false;
	tell_cold(o, f, false);
	media_seen_tell(&o->media, f);
}

static void end_flow(struct observe *o, struct flow *f)
{
	tell_all(o, f);
	media_seen_end(&o->media, f);
	tcp_seen_end(&o->tcp, f);
	if (f->cold)
		hint_ndpi_forget(&f->cold->hint_flow);
	cold_free(f);
	flow_drop(o->flows, f);
}

/* A flow that goes on talking tells its handshakes all the same, before its call may be closed. */
static void tell_talking(struct observe *o, struct flow *f)
{
	struct cold *c = f->cold;

	if (!c || !f->unsent)
		return;
	if (c->told_ns == 0)
		c->told_ns = c->stint_ns = f->last_ns;
	if (f->last_ns < c->told_ns + HANDSHAKE_NS)
		return;
	c->told_ns = f->last_ns;
	tell_cold(o, f, true);
}

/* Messages in datagrams are told as they come: a flow of nothing else takes nothing with it, and a
 * flood of senders must not become a flood of losses. */
static bool holds_nothing(const struct flow *f)
{
	const struct cold *c = f->cold;

	if (f->streams[0] || f->streams[1])
		return false;
	return !c || (f->sip && !c->tcp && !c->dtls && !c->zrtp && !c->stun && !c->rtcp &&
		      !c->sources && c->speaks == FLOW_UNKNOWN);
}

/*
 * The oldest, to the second: with many thousand new flows a second all are of this one, and what
 * has spoken within it, and holds something, is passed over, so that a flood of senders does not
 * push out the media between others.
 */
static struct flow *least_missed(struct observe *o, uint64_t now_ns)
{
	enum { PASSED_OVER = 64 };
	struct flow *f = flow_oldest(o->flows);

	for (int i = 0; i < PASSED_OVER && !holds_nothing(f) && f->last_ns + WHEN_SECOND > now_ns;
	     i++) {
		flow_renew(o->flows, f);
		f = flow_oldest(o->flows);
	}
	return f;
}

static void evict(struct observe *o, struct flow *f, struct evidence at)
{
	o->tell.count.flows_evicted++;
	if (!holds_nothing(f))
		tell_loss(&o->tell, f, f->first_direction, LOSS_EVICTED_FLOW, at);
	end_flow(o, f);
}

/* ---- datagrams --------------------------------------------------------------- */

static struct flow *flow_for(struct observe *o, const struct payload *p, bool in_turn, unsigned *d);
static void flow_payload(struct observe *o, const struct payload *p, bool in_turn);

static void inside_turn(struct observe *o, struct flow *f, const struct payload *p,
			const struct stun_inner *inner)
{
	struct payload q = *p;

	if (inner->bytes.n == 0 || flow_in_turn(f))
		return;
	flow_renew(o->flows, f);
	q.bytes = inner->bytes;
	q.flow = inner->flow;
	q.stream = 0;
	q.token = 0;
	q.gap_before = q.closed = false;
	q.wire_len = (uint32_t)inner->bytes.n;
	flow_payload(o, &q, true);
}

static void stun_packet(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	struct stun_inner inner;

	if (stun_seen_packet(&o->tell, f, d, p, &inner))
		media_seen_reopen(f, WINDOW_STUN);
	inside_turn(o, f, p, &inner);
}

static void channel_packet(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	struct stun_inner inner;

	stun_seen_channel(f, d, p, &inner);
	inside_turn(o, f, p, &inner);
}

static void stun_unit(void *ctx, struct flow *f, unsigned direction, const struct payload *p)
{
	if (p->bytes.p[0] < 4)
		stun_packet(ctx, f, direction, p);
	else
		channel_packet(ctx, f, direction, p);
}

static void ask_ndpi(struct observe *o, struct flow *f, const struct payload *p)
{
	struct cold *c = f->cold;

	if (o->no_hints || f->unclaimed <= HINT_AFTER || !c ||
	    (c->fax_only && !f->announced && !c->sources) || c->hinted || f->sip || f->streams[0] ||
	    f->streams[1] || c->stun || c->dtls || c->zrtp || c->rtcp)
		return;
	c->hinted = hint_ndpi_packet(o->hint, &c->hint_flow, p, &c->hint);
	o->tell.count.hinted = hint_ndpi_flows(o->hint);
}

static void note_unclaimed(struct observe *o, struct flow *f, const struct payload *p)
{
	if (f->unclaimed < UINT16_MAX)
		f->unclaimed++;
	ask_ndpi(o, f, p);
}

/* Not announced, not continuous yet: fax whose counter looks like RTP, or not RTP at all. */
static void rtp_doubtful(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	struct cold *c = cold_of(f);
	bool expected = (f->announced & ANNOUNCE_UDPTL) || c->speaks == FLOW_UDPTL;
	bool fax = expected && udptl_looks_like(p->bytes);

	if (fax)
		c->speaks = FLOW_UDPTL;
	else if (++c->rtp_like >= RTP_LIKE && c->speaks == FLOW_UNKNOWN)
		c->speaks = FLOW_RTP_LIKE;
	cold_count(f, d, p, fax);
	note_unclaimed(o, f, p);
}

/* What is gone from a message, a handshake or the media may be what speaks against a doubt. */
static void note_cut(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	if (p->cut)
		tell_loss(&o->tell, f, d, LOSS_SNAPLEN, tell_evidence(p));
}

static void rtp_packet(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	struct rtp_quick q;
	struct claim_candidate held;

	if (!rtp_look(p->bytes, &q))
		return;
	bool promised = (f->announced & ANNOUNCE_RTP) && !(f->announced & ANNOUNCE_UDPTL);
	if (!promised) {
		struct cold *c = cold_of(f);
		struct claim_packet one = { .rtp = &q,
					    .at = tell_evidence(p),
					    .payload = p->wire_len - q.header_len,
					    .direction = d };
		if (!c->sources)
			c->sources = mem_zero(1, sizeof *c->sources);
		if (!claim_continuous(c->sources, &one, &held)) {
			rtp_doubtful(o, f, d, p);
			return;
		}
		media_seen_start(&o->media, f, &held);
	}
	media_seen_packet(&o->media, f, d, p, &q);
}

static void rtcp_packet(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	bool expected = (f->announced & (ANNOUNCE_RTP | ANNOUNCE_RTCP)) || f->streams[0] ||
			f->streams[1] || (f->cold && f->cold->rtcp);

	if (expected || rtcp_seen_believable(f, p->bytes))
		rtcp_seen_packet(&o->tell, f, d, p);
	else
		note_unclaimed(o, f, p);
}

static void sip_packet(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	note_cut(o, f, d, p);
	sip_flow_message(&o->sip, f, d, p, p->bytes, (struct sip_flow_way){ .cut = p->cut });
}

/* A message within another: what it is a copy of, on the hop it was copied from. */
static void hep_unit(void *ctx, struct flow *f, const struct payload *p, const struct hep_packet *h)
{
	struct observe *o = ctx;
	struct sip_flow_way way;
	struct payload q;
	unsigned d;

	f->sip = true;
	if (!hep_seen_message(p, h, &q, &way))
		return;
	flow_renew(o->flows, f);
	struct flow *g = flow_for(o, &q, false, &d);
	(void)flow_touch(o->flows, g, p->frame->ts_ns);
	sip_flow_message(&o->sip, g, d, &q, q.bytes, way);
}

static void hep_packet(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	struct slice s = p->bytes;
	struct hep_packet h;

	note_cut(o, f, d, p);
	if (hep_next(&s, &h) == ERR_OK)
		hep_unit(o, f, p, &h);
}

static void spoken(struct flow *f, unsigned d, const struct payload *p, enum flow_speaks speaks)
{
	cold_of(f)->speaks = (uint8_t)speaks;
	cold_count(f, d, p, true);
}

/* RFC 5626 3.5.1 pings, and the NULs and spaces phones send to hold a NAT's door open. */
static bool is_keepalive(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != 0 && s.p[i] != ' ')
			return false;
	return true;
}

static void nothing_known(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	if (fax_seen_packet(f, d, p))
		return;
	if (f->sip && !is_keepalive(p->bytes))
		o->tell.count.sip_junk_bytes += p->bytes.n;
	if (f->announced) {
		cold_count(f, d, p, false);
		note_cut(o, f, d, p); /* a record that is not whole is not known for one */
	}
	note_unclaimed(o, f, p);
}

static void refresh_announced(struct observe *o, struct flow *f)
{
	if (f->announce_round == announce_round(o->announce))
		return;
	f->announce_round = announce_round(o->announce);
	/* A promise that expired or moved on while the flow lives is not taken back. */
	uint8_t now = announce_of(o->announce, addr_src(&f->key), f->last_ns) |
		      announce_of(o->announce, addr_dst(&f->key), f->last_ns);
	if (now)
		f->announced = now;
}

static enum claim claim_of(const struct flow *f, struct slice bytes)
{
	struct claim_known known = { .announced = f->announced, .dtls = f->cold && f->cold->dtls };

	return claim_datagram(bytes, known);
}

static void datagram(struct observe *o, struct flow *f, unsigned d, const struct payload *p)
{
	refresh_announced(o, f);
	switch (claim_of(f, p->bytes)) {
	case CLAIM_SIP:
		sip_packet(o, f, d, p);
		break;
	case CLAIM_STUN:
		stun_packet(o, f, d, p);
		break;
	case CLAIM_CHANNEL:
		channel_packet(o, f, d, p);
		break;
	case CLAIM_ZRTP:
		note_cut(o, f, d, p);
		if (zrtp_seen_packet(&o->tell, f, d, p))
			media_seen_reopen(f, WINDOW_ZRTP);
		break;
	case CLAIM_DTLS:
		note_cut(o, f, d, p);
		if (dtls_seen_packet(&o->tell, f, d, p))
			media_seen_reopen(f, WINDOW_DTLS);
		break;
	case CLAIM_RTP:
		rtp_packet(o, f, d, p);
		break;
	case CLAIM_RTCP:
		rtcp_packet(o, f, d, p);
		break;
	case CLAIM_UDPTL:
		spoken(f, d, p, FLOW_UDPTL);
		break;
	case CLAIM_BFCP:
		spoken(f, d, p, FLOW_BFCP);
		break;
	case CLAIM_MSRP:
		spoken(f, d, p, FLOW_MSRP);
		break;
	case CLAIM_QUIC:
		spoken(f, d, p, FLOW_QUIC);
		break;
	case CLAIM_WIREGUARD:
		spoken(f, d, p, FLOW_WIREGUARD);
		break;
	case CLAIM_HEP:
		hep_packet(o, f, d, p);
		break;
	case CLAIM_NOTHING:
		nothing_known(o, f, d, p);
		break;
	}
}

/* ---- flows --------------------------------------------------------------------- */

static struct flow *flow_for(struct observe *o, const struct payload *p, bool in_turn, unsigned *d)
{
	struct flow_where at = {
		.key = &p->flow, .token = p->token, .point = p->frame->point, .in_turn = in_turn
	};
	bool is_new;
	struct flow *f = flow_get(o->flows, at, d, &is_new);

	if (!f) {
		evict(o, least_missed(o, p->frame->ts_ns), tell_evidence(p));
		f = flow_get(o->flows, at, d, &is_new);
	}
	o->tell.count.flows += is_new;
	return f;
}

static void flow_payload(struct observe *o, const struct payload *p, bool in_turn)
{
	unsigned d;
	struct flow *f = flow_for(o, p, in_turn, &d);

	if (flow_touch(o->flows, f, p->frame->ts_ns))
		tell_talking(o, f);
	if (p->stream) {
		refresh_announced(o, f);
		if (tcp_seen_payload(&o->tcp, f, d, p))
			end_flow(o, f);
		return;
	}
	if (media_seen_known(&o->media, f, d, p))
		return;
	if (p->bytes.n)
		datagram(o, f, d, p);
	while (o->media.streams > o->streams_cap)
		evict(o, flow_oldest(o->flows), tell_evidence(p));
}

void observe_payload(struct observe *o, const struct payload *p)
{
	if (p->token) {
		struct flow *f = flow_meet(o->flows, p);
		if (f && media_seen_known(&o->media, f, p->token & 1, p))
			return;
	}
	flow_payload(o, p, false);
}

void observe_expect(struct observe *o, struct wire_ahead *a, size_t n)
{
	flow_expect(o->flows, a, n);
	for (size_t i = 0; i < n; i++) {
		const struct payload *p = &a[i].payload;
		const struct flow *f = a[i].plain ? flow_expected(o->flows, p) : NULL;

		if (f)
			media_seen_expect(&o->media, f, p->token & 1, p->bytes);
	}
}

void observe_sighting(struct observe *o, const struct wire_sighting *s)
{
	struct flow_where at = { .key = &s->flow, .point = s->frame->point };
	unsigned d;
	struct flow *f = flow_find(o->flows, at, &d);

	if (!f || s->bytes.n == 0)
		return;
	if (f->cold && f->cold->tcp) {
		if (s->routed)
			tcp_seen_routed(f, s->bytes);
		return;
	}
	if (s->routed)
		media_seen_routed(f, d, s);
	switch (claim_of(f, s->bytes)) {
	case CLAIM_SIP:
		sip_flow_sighting(&o->sip, s->bytes, s->cut);
		break;
	case CLAIM_STUN:
		o->tell.count.stun_messages++;
		break;
	case CLAIM_ZRTP:
		o->tell.count.zrtp_messages++;
		break;
	case CLAIM_DTLS:
		o->tell.count.dtls_records += dtls_seen_records(s->bytes);
		break;
	default:
		break;
	}
}

void observe_tick(struct observe *o, uint64_t now_ns)
{
	struct flow *f;

	if (now_ns / WHEN_SECOND <= o->second)
		return;
	o->second = (uint32_t)(now_ns / WHEN_SECOND);
	flow_clock(o->flows, now_ns);
	while ((f = flow_next_silent(o->flows)) != NULL) {
		tell_all(o, f);
		media_seen_sleep(&o->media, f);
	}
	while ((f = flow_next_idle(o->flows)) != NULL) {
		/* Wire knows when a connection ends; calls may idle on one for hours. */
		if (f->cold && f->cold->tcp)
			flow_park(o->flows, f);
		else
			end_flow(o, f);
	}
	announce_expire(o->announce, now_ns);
	vault_expire(o->tell.vault, now_ns);
}

void observe_end(struct observe *o)
{
	struct flow *f;

	while ((f = flow_oldest(o->flows)) != NULL)
		end_flow(o, f);
	/* All calls that are left are finished next, at once, and take more than they ever did. */
	media_seen_close(&o->media);
	announce_free(o->announce);
	o->announce = NULL;
}

void observe_peek(struct observe *o)
{
	for (struct flow *f = flow_after(o->flows, NULL); f; f = flow_after(o->flows, f))
		tell_all(o, f);
}

const struct observe_counters *observe_counters(struct observe *o)
{
	o->tell.count.srtp_keys = vault_added(o->tell.vault);
	o->tell.count.srtp_keys_evicted = vault_evicted(o->tell.vault);
	o->tell.count.srtp_keys_untried = vault_unfound(o->tell.vault);
	o->tell.count.hints_refused = hint_ndpi_refused(o->hint);
	return &o->tell.count;
}

static void tell_nobody(void *ctx, const struct observation *o)
{
	(void)ctx;
	(void)o;
}

uint32_t observe_flows(const struct observe *o)
{
	return flow_count(o->flows);
}

void observe_free(struct observe *o)
{
	if (!o)
		return;
	/* What observe_end did not tell is let go in silence. */
	o->tell.fn = tell_nobody;
	observe_end(o);
	flow_free(o->flows);
	sip_seen_free(o->sip.reader);
	idset_free(o->sip.calls);
	idset_free(o->sip.invites);
	hint_ndpi_free(o->hint);
	cert_cache_free(o->tell.certs);
	vault_free(o->tell.vault);
	free(o);
}
