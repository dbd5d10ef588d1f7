/* stream.c - wire room: the table of TCP connections, their birth and their end. */
#include "analyzer/wire/stream.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/wire/half.h"
#include "analyzer/wire/node.h"

#define IDLE_OPEN  (3600 * WHEN_SECOND)
#define IDLE_OTHER (60 * WHEN_SECOND) /* never spoke, or ended */
#define HOLE_LIFE  (5 * WHEN_SECOND)
#define LINGER	   WHEN_SECOND /* after an end, what was in flight may still arrive */

enum { HELD_MOST = 32 << 20 }; /* bytes held out of order by all connections */

/* Compared and hashed as bytes. The flow runs from the smaller endpoint to the larger. */
struct key {
	struct flow_key flow;
	uint16_t point;
	uint8_t zero[6];
};

enum state { QUIET, OPEN, DONE, STATES };

struct conn {
	struct node age;  /* in the list of its state, by last packet */
	struct node hole; /* in the list of those that hold bytes back */
	struct key key;
	struct half half[2]; /* [0] sends from the smaller endpoint */
	uint64_t number;
	uint64_t last_ns, hole_ns;
	enum state state;
	bool handshake;
};

struct stream {
	struct wire_hooks hooks;
	struct wire_counters *counters;
	struct map *conns;
	struct node age[STATES];
	struct node holes;
	uint64_t made;
	uint32_t max, buffer;
	size_t held, most;
};

struct stream *stream_new(struct wire_hooks hooks, uint32_t max, uint32_t buffer,
			  struct wire_counters *counters)
{
	struct stream *s = mem_zero(1, sizeof *s);

	s->hooks = hooks;
	s->counters = counters;
	s->conns = map_new();
	s->max = max;
	s->buffer = buffer;
	s->most = HELD_MOST;
	for (int i = 0; i < STATES; i++)
		node_init(&s->age[i]);
	node_init(&s->holes);
	return s;
}

void stream_at_most(struct stream *s, size_t held)
{
	s->most = held;
}

static struct slice key_slice(const struct key *k)
{
	return (struct slice){ (const uint8_t *)k, sizeof *k };
}

static struct conn *oldest(const struct stream *s, enum state state)
{
	const struct node *list = &s->age[state];

	return node_alone(list) ? NULL : NODE_OWNER(list->next, struct conn, age);
}

static void drop(struct stream *s, struct conn *c)
{
	(void)map_remove(s->conns, key_slice(&c->key));
	node_remove(&c->age);
	node_remove(&c->hole);
	half_clear(&c->half[0]);
	half_clear(&c->half[1]);
	free(c);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	for (enum state i = QUIET; i < STATES; i++)
		for (struct conn *c = oldest(s, i); c; c = oldest(s, i))
			drop(s, c);
	map_free(s->conns);
	free(s);
}

/* What the half needs to speak through the hooks. */
struct voice {
	struct stream *s;
	struct conn *c;
	int side;
};

static void speak(void *ctx, struct payload *p)
{
	const struct voice *v = ctx;

	p->flow = v->side ? addr_reversed(&v->c->key.flow) : v->c->key.flow;
	p->stream = v->c->number;
	p->handshake = v->c->handshake;
	p->wire_len = (uint32_t)p->bytes.n;
	v->s->hooks.payload(v->s->hooks.ctx, p);
}

static struct half_out out_for(struct voice *v)
{
	return (struct half_out){ v, speak, v->s->counters, v->s->buffer, v->s->most, &v->s->held };
}

static void move_to(struct stream *s, struct conn *c, enum state state)
{
	c->state = state;
	node_remove(&c->age);
	node_append(&s->age[state], &c->age);
}

/*
 * Both directions end here. `frame` is what ended them, or NULL: then the last of each.
 * Nobody hears of a connection that never carried a byte.
 */
static void finish(struct stream *s, struct conn *c, const struct frame *frame)
{
	bool spoke = c->half[0].spoke || c->half[1].spoke || c->half[0].hold.first ||
		     c->half[1].hold.first;

	for (int i = 0; i < 2; i++) {
		struct voice v = { s, c, i };
		struct half_out out = out_for(&v);
		half_flush(&c->half[i], &out);
		half_close(&c->half[i], &out, frame, spoke);
	}
	node_remove(&c->hole);
	move_to(s, c, DONE);
}

static void retire(struct stream *s, struct conn *c)
{
	finish(s, c, NULL);
	drop(s, c);
}

static void evict_one(struct stream *s)
{
	static const enum state order[] = { DONE, QUIET, OPEN };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		struct conn *c = oldest(s, order[i]);
		if (!c)
			continue;
		if (order[i] != DONE)
			s->counters->tcp_evicted++;
		retire(s, c);
		return;
	}
}

static struct conn *open_conn(struct stream *s, const struct key *key)
{
	if (map_count(s->conns) >= s->max)
		evict_one(s);
	struct conn *c = mem_zero(1, sizeof *c);
	c->key = *key;
	c->number = ++s->made;
	node_init(&c->hole);
	node_append(&s->age[QUIET], &c->age);
	(void)map_put(s->conns, key_slice(&c->key), c);
	return c;
}

static struct key key_of(const struct flow_key *flow, uint16_t point, int *side)
{
	struct endpoint src = addr_src(flow), dst = addr_dst(flow);

	*side = addr_endpoint_cmp(&src, &dst) > 0;
	return (struct key){ *side ? addr_reversed(flow) : *flow, point, { 0 } };
}

static bool expired(uint64_t since, uint64_t now, uint64_t life)
{
	return now > since && now - since > life;
}

/* A segment that shows the ports in use for a new connection. */
static bool reborn(const struct conn *c, int side, const struct ip_segment *seg, uint64_t now)
{
	const struct half *h = &c->half[side];

	if ((seg->flags & (IP_SYN | IP_ACK)) == IP_SYN)
		return h->started ? h->first != seg->seq + 1 : c->state == DONE;
	/* Somebody goes on after the end we saw: the end was not theirs. */
	return c->state == DONE && seg->bytes.n && expired(c->last_ns, now, LINGER) &&
	       half_ahead(h, seg->seq + seg->len);
}

static struct conn *conn_for(struct stream *s, const struct key *key, int side,
			     const struct ip_segment *seg, uint64_t now)
{
	struct conn *c = map_get(s->conns, key_slice(key));

	if (c && reborn(c, side, seg, now)) {
		retire(s, c);
		c = NULL;
	}
	if (c || seg->flags & IP_RST)
		return c;
	return seg->flags & IP_SYN || seg->bytes.n ? open_conn(s, key) : NULL;
}

/* Keeps the list of holes in the order in which they may be given up. */
static void note_hole(struct stream *s, struct conn *c, bool moved, uint64_t now)
{
	bool holds = c->half[0].hold.first || c->half[1].hold.first;

	if (holds && !moved && !node_alone(&c->hole))
		return;
	node_remove(&c->hole);
	if (!holds)
		return;
	c->hole_ns = now;
	node_append(&s->holes, &c->hole);
}

static enum state state_of(const struct conn *c)
{
	if (c->half[0].closed && c->half[1].closed)
		return DONE;
	return c->half[0].spoke || c->half[1].spoke ? OPEN : QUIET;
}

static void work(struct stream *s, struct conn *c, int side, const struct half_segment *seg)
{
	struct voice mine = { s, c, side }, theirs = { s, c, !side };
	struct half_out out = out_for(&mine), other = out_for(&theirs);

	if (seg->tcp->flags & IP_SYN)
		c->handshake |= half_syn(&c->half[side], seg->tcp->seq);
	if (seg->tcp->flags & IP_ACK)
		half_acked(&c->half[!side], seg->tcp->ack, seg->frame->ts_ns);
	bool moved = half_take(&c->half[side], &out, seg);
	moved |= half_give_up(&c->half[side], &out, seg->frame);
	moved |= half_give_up(&c->half[!side], &other, seg->frame);
	note_hole(s, c, moved, seg->frame->ts_ns);
}

void stream_feed(struct stream *s, const struct flow_key *flow, const struct ip_segment *seg,
		 const struct frame *frame, bool tunnelled)
{
	int side;
	struct key key = key_of(flow, frame->point, &side);
	struct conn *c = conn_for(s, &key, side, seg, frame->ts_ns);
	struct half_segment piece = { seg, frame, tunnelled };

	if (!c || c->state == DONE)
		return;
	c->last_ns = frame->ts_ns;
	if (seg->flags & IP_RST && half_credible(&c->half[side], seg->seq)) {
		finish(s, c, frame);
		return;
	}
	work(s, c, side, &piece);
	move_to(s, c, state_of(c));
}

static void give_up_holes(struct stream *s, uint64_t now)
{
	while (!node_alone(&s->holes)) {
		struct conn *c = NODE_OWNER(s->holes.next, struct conn, hole);
		if (!expired(c->hole_ns, now, HOLE_LIFE))
			return;
		for (int i = 0; i < 2; i++) {
			struct voice v = { s, c, i };
			struct half_out out = out_for(&v);
			half_expire(&c->half[i], &out);
		}
		node_remove(&c->hole);
		if (state_of(c) == DONE)
			move_to(s, c, DONE);
	}
}

void stream_tick(struct stream *s, uint64_t now)
{
	give_up_holes(s, now);
	for (enum state i = QUIET; i < STATES; i++) {
		struct conn *c = oldest(s, i);
		while (c && expired(c->last_ns, now, i == OPEN ? IDLE_OPEN : IDLE_OTHER)) {
			retire(s, c);
			c = oldest(s, i);
		}
	}
}

void stream_end(struct stream *s)
{
	for (enum state i = QUIET; i < STATES; i++)
		for (struct conn *c = oldest(s, i); c; c = oldest(s, i))
			retire(s, c);
}
