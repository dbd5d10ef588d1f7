/* stint.c - a bounded table of media paths, found by 5-tuple and by announced address. */
#include "analyzer/track/stint.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/track/clear.h"

/* A flow without streams: itself, and four places it is found by (measured). */
enum { FLOW_BYTES = sizeof(struct flow) + 4 * (sizeof(struct place) + 80) };

struct stint {
	struct map *flows, *places;
	struct flow *oldest, *newest;
	size_t flow_cap, byte_cap, bytes;
	uint64_t dropped;
};

struct stint *stint_new(size_t flows, size_t bytes)
{
	struct stint *s = mem_zero(1, sizeof *s);

	s->flows = map_new();
	s->places = map_new();
	s->flow_cap = flows;
	s->byte_cap = bytes;
	return s;
}

size_t stint_count(const struct stint *s)
{
	return map_count(s->flows);
}

uint64_t stint_dropped(const struct stint *s)
{
	return s->dropped;
}

_Static_assert(offsetof(struct flow, point) == sizeof(struct flow_key),
	       "a flow's name is key, point");

static struct slice flow_id(const struct flow *f)
{
	return (struct slice){ (const uint8_t *)&f->key, sizeof f->key + sizeof f->point };
}

/* ---- places ------------------------------------------------------------- */

struct place *stint_at(const struct stint *s, const struct endpoint *e)
{
	struct place name = place_endpoint(e);

	return place_find(s->places, &name);
}

struct place *stint_at_host(const struct stint *s, const struct addr *a)
{
	struct place name = place_host(a);

	return place_find(s->places, &name);
}

static void link_to(struct stint *s, struct flow *f, const struct place *like)
{
	for (unsigned i = 0; i < f->link_count; i++)
		if (place_same(f->links[i].place, like))
			return;
	if (f->link_count == STINT_LINKS)
		return;
	struct link *k = &f->links[f->link_count++];
	struct place *p = place_make(s->places, like);
	*k = (struct link){ .next = p->flows, .place = p, .flow = f };
	if (p->flows)
		p->flows->prev = k;
	p->flows = k;
	p->flow_count++;
}

static void unlink_all(struct stint *s, struct flow *f)
{
	for (unsigned i = 0; i < f->link_count; i++) {
		struct link *k = &f->links[i];
		if (k->prev)
			k->prev->next = k->next;
		else
			k->place->flows = k->next;
		if (k->next)
			k->next->prev = k->prev;
		k->place->flow_count--;
		place_leave(s->places, k->place);
	}
}

/* ---- promises ------------------------------------------------------------- */

void stint_promise(struct stint *s, struct live *l, const struct endpoint *e, uint64_t from_ns)
{
	/* Port 9 is "discard": ICE will say (RFC 8839 4.2.1.1). */
	if (addr_is_none(&e->addr) || !e->port || e->port == 9)
		return;
	struct place like = place_endpoint(e);
	place_promise(s->places, l, &like, from_ns);
}

void stint_promise_ufrag(struct stint *s, struct live *l, struct slice ufrag, uint64_t from_ns)
{
	if (!ufrag.n)
		return;
	struct place like = place_ufrag(ufrag);
	place_promise(s->places, l, &like, from_ns);
}

void stint_release(struct stint *s, struct live *l)
{
	place_release(s->places, l);
}

enum stint_fit stint_fit(const struct flow *f, const struct live *l)
{
	unsigned ends = 0;

	for (unsigned i = 0; i < f->link_count; i++) {
		const struct place *p = f->links[i].place;
		if (place_is_host(p) || !place_promised_by(p, l))
			continue;
		if (place_is_ufrag(p))
			return STINT_UFRAG;
		ends++;
	}
	return ends > 1 ? STINT_BOTH_ENDS : ends ? STINT_ONE_END : STINT_NONE;
}

bool stint_promised(const struct flow *f)
{
	for (unsigned i = 0; i < f->link_count; i++) {
		unsigned looked = 0;
		for (const struct promise *p = f->links[i].place->promises; p; p = p->next)
			if (p->from_ns <= f->last_ns || ++looked == STINT_RIVALS)
				return true;
	}
	return false;
}

bool stint_window_busy(const struct stint_window *w)
{
	return w->fit || w->astride;
}

uint64_t stint_unclaimed(const struct flow *f)
{
	uint64_t n = 0;

	for (const struct stream *st = f->streams; st; st = st->next)
		for (unsigned i = 0; i < st->window_count; i++)
			if (!stint_window_busy(&st->windows[i]))
				n += st->windows[i].seen.packets;
	return n;
}

/* ---- flows ------------------------------------------------------------------ */

static void age_out(struct stint *s, struct flow *f)
{
	*(f->older ? &f->older->newer : &s->oldest) = f->newer;
	*(f->newer ? &f->newer->older : &s->newest) = f->older;
	f->older = f->newer = NULL;
}

static void age_in(struct stint *s, struct flow *f, uint64_t now_ns)
{
	f->touched_ns = now_ns;
	f->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = f;
	s->newest = f;
}

void stint_touch(struct stint *s, struct flow *f, uint64_t now_ns)
{
	age_out(s, f);
	age_in(s, f, now_ns);
}

struct flow *stint_oldest(const struct stint *s, uint64_t before_ns)
{
	return s->oldest && s->oldest->touched_ns < before_ns ? s->oldest : NULL;
}

static size_t stream_bytes(const struct stream *st)
{
	return sizeof *st + st->window_room * sizeof *st->windows +
	       (st->prints ? MEDIA_PRINTS * sizeof *st->prints : 0);
}

#define DROP_LIST(s, list)                                                                         \
	while (list) {                                                                             \
		void *gone = (list);                                                               \
		(s)->bytes -= sizeof *(list);                                                      \
		(list) = (list)->next;                                                             \
		free(gone);                                                                        \
	}

void stint_drop(struct stint *s, struct flow *f)
{
	unlink_all(s, f);
	age_out(s, f);
	s->bytes -= FLOW_BYTES;
	map_remove(s->flows, flow_id(f));
	DROP_LIST(s, f->dtls)
	DROP_LIST(s, f->zrtp)
	DROP_LIST(s, f->tls)
	for (struct stream *st = f->streams, *next; st; st = next) {
		next = st->next;
		s->bytes -= stream_bytes(st);
		free(st->windows);
		free(st->prints);
		free(st);
	}
	free(f);
}

void stint_free(struct stint *s)
{
	if (!s)
		return;
	while (s->oldest)
		stint_drop(s, s->oldest);
	map_free(s->flows);
	map_free(s->places);
	free(s);
}

static void make_room(struct stint *s)
{
	while (s->oldest && (map_count(s->flows) >= s->flow_cap || s->bytes >= s->byte_cap)) {
		s->dropped += s->oldest->stream_count;
		stint_drop(s, s->oldest);
	}
}

static struct flow *flow_for(struct stint *s, const struct observation *o, uint64_t now_ns)
{
	struct endpoint src = addr_src(&o->flow), dst = addr_dst(&o->flow);
	bool forward = addr_endpoint_cmp(&src, &dst) <= 0;
	struct flow like = { .key = forward ? addr_flow_key(src, dst, o->flow.proto)
					    : addr_flow_key(dst, src, o->flow.proto),
			     .point = o->point };
	struct flow *f = map_get(s->flows, flow_id(&like));

	if (f) {
		stint_touch(s, f, now_ns);
	} else {
		make_room(s);
		f = mem_zero(1, sizeof *f);
		s->bytes += FLOW_BYTES;
		f->key = like.key;
		f->point = o->point;
		f->first_ns = o->first_ns;
		map_put(s->flows, flow_id(f), f);
		age_in(s, f, now_ns);
		struct place ends[] = { place_endpoint(&src), place_endpoint(&dst),
					place_host(&src.addr), place_host(&dst.addr) };
		for (unsigned i = 0; i < 4; i++)
			link_to(s, f, &ends[i]);
	}
	f->inputs |= live_bit(o->input);
	if (o->first_ns < f->first_ns)
		f->first_ns = o->first_ns;
	if (o->last_ns > f->last_ns)
		f->last_ns = o->last_ns;
	live_first(&f->first, &o->evidence);
	return f;
}

static bool is_forward(const struct flow *f, const struct observation *o)
{
	struct endpoint src = addr_src(&o->flow), low = addr_src(&f->key);

	return addr_endpoint_eq(&src, &low);
}

/* ---- streams ------------------------------------------------------------------ */

static struct stream *stream_for(struct stint *s, struct flow *f, uint32_t ssrc, bool forward)
{
	struct stream **at = &f->streams;

	for (; *at; at = &(*at)->next)
		if ((*at)->ssrc == ssrc && (*at)->forward == forward)
			return *at;
	if (f->stream_count == STINT_STREAMS)
		return NULL;
	f->stream_count++;
	*at = mem_zero(1, sizeof **at);
	(*at)->ssrc = ssrc;
	(*at)->forward = forward;
	s->bytes += stream_bytes(*at);
	return *at;
}

static void keep_window(struct stream *st, const struct window_seen *w, uint16_t input)
{
	if (st->window_count == STINT_WINDOWS)
		st->window_count = clear_thin(st->windows, st->window_count);
	if (st->window_count == st->window_room) {
		st->window_room = (uint16_t)(st->window_room ? st->window_room * 2 : 4);
		st->windows = mem_grow(st->windows, st->window_room, sizeof *st->windows);
	}
	unsigned i = st->window_count++;
	while (i && st->windows[i - 1].seen.first_ns > w->first_ns) {
		st->windows[i] = st->windows[i - 1];
		i--;
	}
	st->windows[i] = (struct stint_window){ .seen = *w, .input = input };
}

/* The smallest choices stay, so that every capture point keeps the same packets. */
static void keep_print(struct stream *st, const struct print_seen *p)
{
	unsigned i = st->print_count;

	if (i == MEDIA_PRINTS && st->prints[i - 1].choice <= p->choice)
		return;
	if (i == MEDIA_PRINTS)
		i--;
	else
		st->print_count++;
	for (; i && st->prints[i - 1].choice > p->choice; i--)
		st->prints[i] = st->prints[i - 1];
	st->prints[i] = *p;
}

/* A stint without windows still has its packets: one window that nobody tested. */
static struct window_seen untested(const struct observation *o)
{
	const struct media_seen *m = &o->as.media;

	return (struct window_seen){ .first_ns = o->first_ns,
				     .last_ns = o->last_ns,
				     .first_frame = o->evidence.frame,
				     .last_frame = o->evidence.frame,
				     .packets = m->packets > UINT32_MAX ? UINT32_MAX
									: (uint32_t)m->packets,
				     .bytes = m->bytes };
}

/* One key for the whole stream, unless a later one takes over. */
static void add_proof(struct proof_seen *p, const struct proof_seen *more)
{
	if (more->key_name && p->key_name && more->key_name != p->key_name)
		p->rekeyed = true;
	if (more->key_name && !p->key_name) {
		struct proof_seen counts = *p;
		*p = *more;
		p->tried = counts.tried;
		p->verified = counts.verified;
		p->failed_after = counts.failed_after;
		p->failed_frame = counts.failed_frame;
	}
	p->wrong_way |= more->wrong_way;
	p->legacy_kdf |= more->legacy_kdf;
	p->salt_right |= more->salt_right;
	p->rekeyed |= more->rekeyed;
	p->tried += more->tried;
	p->verified += more->verified;
	p->failed_after += more->failed_after;
	p->failed_frame = p->failed_frame ? p->failed_frame : more->failed_frame;
}

/* OBS-003: one packet of media in a hundred says nothing of the rest. */
static void add_cut(struct flow *f, const struct media_seen *m)
{
	if (UINT64_C(100) * m->cut <= m->packets)
		return;
	f->cut += m->cut;
	live_first(&f->cut_at, &m->cut_at);
}

static void add_media(struct stint *s, struct flow *f, const struct observation *o)
{
	const struct media_seen *m = &o->as.media;
	struct stream *st = stream_for(s, f, m->ssrc, is_forward(f, o));

	if (!st) {
		s->dropped++;
		return;
	}
	s->bytes -= stream_bytes(st);
	st->packets += m->packets;
	st->bytes += m->bytes;
	live_first(&st->first, &o->evidence);
	add_proof(&st->proof, &m->proof);
	f->in_turn |= m->in_turn;
	add_cut(f, m);
	for (unsigned i = 0; i < m->window_count; i++)
		keep_window(st, &m->windows[i], o->input);
	if (!m->window_count && m->packets) {
		struct window_seen w = untested(o);
		keep_window(st, &w, o->input);
	}
	if (m->print_count && !st->prints)
		st->prints = mem_zero(MEDIA_PRINTS, sizeof *st->prints);
	for (unsigned i = 0; i < m->print_count; i++)
		keep_print(st, &m->prints[i]);
	s->bytes += stream_bytes(st);
}

/* ---- the rest of what runs on a path -------------------------------------------- */

static void add_rtcp(struct flow *f, const struct observation *o)
{
	struct rtcp_seen *r = &f->rtcp[!is_forward(f, o)];
	const struct rtcp_seen *more = &o->as.rtcp;

	f->has_rtcp = true;
	r->packets += more->packets;
	r->clear += more->clear;
	r->encrypted += more->encrypted;
	r->cname |= more->cname;
	r->cname_personal |= more->cname_personal;
	r->e_zero += more->e_zero;
	r->verified += more->verified;
	r->key_name = r->key_name ? r->key_name : more->key_name;
	r->clear_beyond_app |= more->clear_beyond_app;
	if (more->clear_at.frame)
		live_first(&r->clear_at, &more->clear_at);
	if (more->report_at.frame)
		live_last(&r->report_at, &more->report_at);
}

static void add_speaks(struct flow *f, const struct observation *o)
{
	struct flow_seen *k = &f->speaks[!is_forward(f, o)];
	const struct flow_seen *more = &o->as.flow;

	if (more->hint && !f->hint[0])
		strncpy(f->hint, more->hint, sizeof f->hint - 1);
	if (more->speaks != FLOW_UNKNOWN)
		k->speaks = more->speaks;
	k->packets += more->packets;
	k->parsed += more->parsed;
	k->bytes += more->bytes;
	k->has_text |= more->has_text;
	if (more->first.frame)
		live_first(&k->first, &more->first);
	if (more->last.frame)
		live_last(&k->last, &more->last);
}

/* ---- handshakes ---------------------------------------------------------------------- */

/*
 * They are told as they grow, with the frame they began at: the same one again
 * replaces what was held. True: `*to` is the place for it.
 */
#define HANDSHAKE_PLACE(s, list, to, start)                                                        \
	do {                                                                                       \
		unsigned n = 0;                                                                    \
		for (to = &(list); *to && live_evidence_cmp(&(*to)->at, (start));                  \
		     to = &(*to)->next)                                                            \
			n++;                                                                       \
		if (!*to && n < STINT_HANDSHAKES) {                                                \
			*to = mem_zero(1, sizeof **to);                                            \
			(s)->bytes += sizeof **to;                                                 \
		}                                                                                  \
	} while (0)

static void forget_names(struct handshake_seen *h)
{
	for (unsigned i = 0; i < 2; i++) {
		h->certs[i].cn = (struct slice){ NULL, 0 };
		h->certs[i].name_count = h->certs[i].dns_count = 0;
	}
}

static void add_dtls(struct stint *s, struct flow *f, const struct observation *o)
{
	struct dtls_held **to;

	HANDSHAKE_PLACE(s, f->dtls, to, &o->evidence);
	if (!*to) {
		s->dropped++;
		return;
	}
	(*to)->at = o->evidence;
	(*to)->first_ns = o->first_ns;
	(*to)->last_ns = o->last_ns;
	(*to)->client_is_src = o->as.dtls.client_is_src == is_forward(f, o);
	(*to)->seen = o->as.dtls;
	forget_names(&(*to)->seen.shake);
}

static void turn_around(struct zrtp_seen *z)
{
	struct zrtp_side_seen side = z->side[0];
	uint32_t ssrc = z->ssrc[0];

	z->side[0] = z->side[1];
	z->side[1] = side;
	z->ssrc[0] = z->ssrc[1];
	z->ssrc[1] = ssrc;
	z->initiator_src = !z->initiator_src;
}

static void add_zrtp(struct stint *s, struct flow *f, const struct observation *o)
{
	struct zrtp_held **to;

	HANDSHAKE_PLACE(s, f->zrtp, to, &o->evidence);
	if (!*to) {
		s->dropped++;
		return;
	}
	(*to)->at = o->evidence;
	(*to)->first_ns = o->first_ns;
	(*to)->last_ns = o->last_ns;
	(*to)->seen = o->as.zrtp;
	if (!is_forward(f, o))
		turn_around(&(*to)->seen);
}

const struct zrtp_held *stint_zrtp_at(const struct flow *f, uint64_t ns)
{
	const struct zrtp_held *found = f->zrtp;

	for (const struct zrtp_held *z = f->zrtp; z; z = z->next)
		if (z->first_ns <= ns)
			found = z;
	return found;
}

static void add_stun(struct stint *s, struct flow *f, const struct stun_seen *more)
{
	struct slice both[] = { more->ufrag_dst, more->ufrag_src };

	f->has_stun = true;
	for (unsigned i = 0; i < 2; i++)
		if (both[i].n) {
			struct place like = place_ufrag(both[i]);
			link_to(s, f, &like);
		}
	if (more->turn && !addr_is_none(&more->relayed.addr)) {
		struct place like = place_endpoint(&more->relayed);
		link_to(s, f, &like);
	}
}

static void add_tls(struct stint *s, struct flow *f, const struct observation *o)
{
	const struct tls_seen *t = &o->as.tls;
	struct tls_held **to;

	f->tls_sip |= t->sip_port || named_alpn_sip(t->alpn) || t->websocket;
	HANDSHAKE_PLACE(s, f->tls, to, &o->evidence);
	if (!*to)
		return;
	(*to)->at = o->evidence;
	(*to)->seen = *t;
	(*to)->server = o->flow.dst;
	(*to)->named = named_judge(t);
	(*to)->seen.sni = (*to)->seen.alpn = (struct slice){ NULL, 0 };
	forget_names(&(*to)->seen.shake);
}

static void add_sip_cut(struct flow *f, const struct evidence *at)
{
	if (!f->sip_cut.frame || at->ts_ns > f->sip_cut_ns + STINT_SIP_CUT_NS)
		f->sip_cut = *at;
	if (at->ts_ns > f->sip_cut_ns)
		f->sip_cut_ns = at->ts_ns;
}

static void add_loss(struct flow *f, const struct observation *o)
{
	bool cut = o->as.loss.kind == LOSS_SNAPLEN;

	if (o->as.loss.kind == LOSS_SIP_CUT) {
		add_sip_cut(f, &o->evidence);
		return;
	}
	*(cut ? &f->cut : &f->gaps) += o->as.loss.count;
	live_first(cut ? &f->cut_at : &f->gap_at, &o->evidence);
}

void stint_add(struct stint *s, const struct observation *o, uint64_t now_ns)
{
	struct flow *f = flow_for(s, o, now_ns);

	switch (o->kind) {
	case OBSERVATION_MEDIA:
		add_media(s, f, o);
		break;
	case OBSERVATION_RTCP:
		add_rtcp(f, o);
		break;
	case OBSERVATION_FLOW:
		add_speaks(f, o);
		break;
	case OBSERVATION_DTLS:
		add_dtls(s, f, o);
		break;
	case OBSERVATION_ZRTP:
		add_zrtp(s, f, o);
		break;
	case OBSERVATION_STUN:
		add_stun(s, f, &o->as.stun);
		break;
	case OBSERVATION_TLS:
		add_tls(s, f, o);
		break;
	case OBSERVATION_LOSS:
		add_loss(f, o);
		break;
	case OBSERVATION_SIP:
		break;
	}
}
