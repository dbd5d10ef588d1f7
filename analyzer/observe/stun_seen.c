/* stun_seen.c - connectivity checks and TURN on a flow, unwrapped by one level. */
#include "analyzer/observe/stun_seen.h"

#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"
#include "analyzer/proto/stun/stun.h"

enum { PROTO_UDP = 17 };

static struct stun_flow *stun_of(struct flow *f)
{
	struct cold *c = cold_of(f);

	if (!c->stun)
		c->stun = mem_zero(1, sizeof *c->stun);
	return c->stun;
}

static uint8_t copy_ufrag(uint8_t to[COLD_UFRAG_BYTES], struct slice from)
{
	size_t n = from.n > COLD_UFRAG_BYTES ? COLD_UFRAG_BYTES : from.n;

	if (n)
		memcpy(to, from.p, n);
	return (uint8_t)n;
}

static bool pair_is(const struct stun_pair *p, struct slice dst, struct slice src)
{
	return slice_eq((struct slice){ p->dst, p->dst_n }, slice_upto(dst, COLD_UFRAG_BYTES)) &&
	       slice_eq((struct slice){ p->src, p->src_n }, slice_upto(src, COLD_UFRAG_BYTES));
}

/* Too many pairs on one flow: the last place is used over and over. */
static struct stun_pair *pair_new(struct tell *t, struct flow *f, struct stun_flow *s)
{
	if (s->count < COLD_UFRAGS)
		return &s->pairs[s->count++];
	stun_seen_tell(t, f);
	t->count.streams_evicted++;
	struct stun_pair *p = &s->pairs[COLD_UFRAGS - 1];
	memset(p, 0, sizeof *p);
	return p;
}

static struct stun_pair *pair_of(struct tell *t, struct flow *f, unsigned direction,
				 struct slice to, struct slice from)
{
	struct stun_flow *s = stun_of(f);

	/* Checks run both ways: seen from the pair's source, each names the same two. */
	for (uint8_t i = 0; i < s->count; i++) {
		struct stun_pair *p = &s->pairs[i];
		bool same_way = p->span.direction == direction;
		if (same_way ? pair_is(p, to, from) : pair_is(p, from, to))
			return p;
	}
	struct stun_pair *p = pair_new(t, f, s);
	p->dst_n = copy_ufrag(p->dst, to);
	p->src_n = copy_ufrag(p->src, from);
	p->span.direction = (uint8_t)direction;
	return p;
}

/* A response belongs to the request with its transaction, else to the newest pair. */
static struct stun_pair *pair_of_response(struct tell *t, struct flow *f, unsigned direction,
					  uint64_t transaction)
{
	struct stun_flow *s = stun_of(f);
	struct slice none = { NULL, 0 };

	for (uint8_t i = 0; i < s->count; i++)
		if (s->pairs[i].transaction == transaction)
			return &s->pairs[i];
	if (s->count)
		return &s->pairs[s->count - 1];
	return pair_of(t, f, direction, none, none);
}

static bool is_turn(uint16_t method)
{
	return method == STUN_ALLOCATE || method == STUN_REFRESH || method == STUN_SEND ||
	       method == STUN_DATA || method == STUN_CREATE_PERMISSION ||
	       method == STUN_CHANNEL_BIND || method == STUN_CONNECT ||
	       method == STUN_CONNECTION_BIND;
}

static void bind_channel(struct stun_flow *s, uint16_t number, struct endpoint peer)
{
	for (uint8_t i = 0; i < s->channel_count; i++) {
		if (s->channels[i].number != number)
			continue;
		s->channels[i].peer = peer;
		return;
	}
	uint8_t at = s->channel_count;
	if (at < COLD_CHANNELS) {
		s->channel_count++;
	} else {
		at = s->channel_next;
		s->channel_next = (uint8_t)((at + 1) % COLD_CHANNELS);
	}
	s->channels[at] = (struct stun_channel){ .peer = peer, .number = number };
}

static void note_turn(struct stun_flow *s, unsigned direction, const struct stun_message *m)
{
	bool from_server =
		m->kind == STUN_SUCCESS || m->kind == STUN_ERROR || m->method == STUN_DATA;

	s->turn = true;
	s->client = (uint8_t)(from_server ? !direction : direction);
	if (m->method == STUN_CHANNEL_BIND && m->kind == STUN_REQUEST &&
	    (m->has & STUN_HAS_CHANNEL) && m->peer_count)
		bind_channel(s, m->channel, m->peers[0]);
}

/* The server stands between: inside, its place is taken by the peer where that is known. */
static void inner_of(const struct stun_flow *s, unsigned direction, const struct payload *p,
		     struct slice bytes, const struct endpoint *peer, struct stun_inner *out)
{
	struct endpoint src = addr_src(&p->flow), dst = addr_dst(&p->flow);
	bool from_client = !s || !s->turn || s->client == direction;

	if (peer && from_client)
		dst = *peer;
	else if (peer)
		src = *peer;
	out->bytes = bytes;
	/* Allocations for UDP are the only ones calls make (RFC 8656 7.1). */
	out->flow = addr_flow_key(src, dst, PROTO_UDP);
}

static void note_message(struct stun_pair *p, const struct stun_message *m)
{
	p->seen.messages++;
	if (m->kind == STUN_SUCCESS && (m->has & STUN_HAS_MAPPED))
		p->seen.mapped = m->mapped;
	if (m->kind == STUN_SUCCESS && (m->has & STUN_HAS_RELAYED))
		p->seen.relayed = m->relayed;
	p->seen.nominated |= (m->has & STUN_HAS_USE_CANDIDATE) != 0;
}

bool stun_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p,
		      struct stun_inner *inner)
{
	struct stun_flow *s = stun_of(f);
	struct stun_message m;
	struct slice none = { NULL, 0 };
	bool is_first = s->count == 0;

	inner->bytes = none;
	if (stun_parse(p->bytes, &m) != ERR_OK)
		return false;
	t->count.stun_messages++;
	if (is_turn(m.method))
		note_turn(s, direction, &m);
	uint64_t transaction = hash_fixed(m.transaction);
	/* A TURN user name is a person's or a ticket, never a pair of fragments. */
	bool ice = m.method == STUN_BINDING && m.ufrag_to.n;
	struct stun_pair *pair = m.kind == STUN_REQUEST || m.kind == STUN_INDICATION
					 ? pair_of(t, f, direction, ice ? m.ufrag_to : none,
						   ice ? m.ufrag_from : none)
					 : pair_of_response(t, f, !direction, transaction);
	if (m.kind == STUN_REQUEST)
		pair->transaction = transaction;
	uint8_t way = pair->span.direction;
	cold_pass(&pair->span, way, tell_evidence(p));
	note_message(pair, &m);
	f->unsent = true;
	if ((m.method == STUN_SEND || m.method == STUN_DATA) && (m.has & STUN_HAS_DATA))
		inner_of(s, direction, p, m.data, m.peer_count ? &m.peers[0] : NULL, inner);
	return is_first;
}

void stun_seen_channel(struct flow *f, unsigned direction, const struct payload *p,
		       struct stun_inner *inner)
{
	struct stun_flow *s = f->cold ? f->cold->stun : NULL;
	const struct endpoint *peer = NULL;
	struct stun_channel_data c;

	*inner = (struct stun_inner){ 0 };
	if (stun_channel_parse(p->bytes, &c) != ERR_OK)
		return;
	for (uint8_t i = 0; s && i < s->channel_count; i++)
		if (s->channels[i].number == c.channel)
			peer = &s->channels[i].peer;
	inner_of(s, direction, p, c.data, peer, inner);
}

void stun_seen_tell(struct tell *t, struct flow *f)
{
	struct stun_flow *s = f->cold->stun;
	struct observation o;

	for (uint8_t i = 0; s && i < s->count; i++) {
		struct stun_pair *p = &s->pairs[i];
		if (!p->span.unsent)
			continue;
		tell_prepare(&o, OBSERVATION_STUN, f, p->span.direction);
		o.as.stun = p->seen;
		o.as.stun.turn = s->turn;
		o.as.stun.ufrag_dst = (struct slice){ p->dst, p->dst_n };
		o.as.stun.ufrag_src = (struct slice){ p->src, p->src_n };
		cold_send(t, &o, &p->span);
	}
}
