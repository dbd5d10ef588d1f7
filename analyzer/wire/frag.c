/* frag.c - wire room: reassembly under a budget. */
#include "analyzer/wire/frag.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/wire/hold.h"
#include "analyzer/wire/node.h"

enum {
	MAX_PACKETS = 4096,
	MAX_RUNS = 256,	   /* of one packet: 64 KiB of 256-octet fragments */
	MAX_LENGTH = 65535 /* RFC 791 3.1: of the reassembled payload */
};
#define EXPIRY (30 * WHEN_SECOND)

struct key {
	struct addr src, dst;
	uint32_t id;
	uint16_t point;
	uint8_t version, proto;
};

struct packet {
	struct node age;
	struct key key;
	struct hold hold;
	uint64_t first_ns;
	uint32_t total; /* 0 until the last fragment is there */
};

struct frag {
	struct map *packets;
	struct node age; /* by first fragment */
	struct wire_counters *counters;
	size_t budget, used;
	uint8_t *out;
	size_t room;
};

struct frag *frag_new(uint32_t budget, struct wire_counters *counters)
{
	struct frag *f = mem_zero(1, sizeof *f);

	f->packets = map_new();
	f->counters = counters;
	f->budget = budget;
	node_init(&f->age);
	return f;
}

static struct slice key_slice(const struct key *k)
{
	return (struct slice){ (const uint8_t *)k, sizeof *k };
}

static void drop(struct frag *f, struct packet *p)
{
	(void)map_remove(f->packets, key_slice(&p->key));
	node_remove(&p->age);
	f->used -= p->hold.cost + sizeof *p;
	hold_clear(&p->hold);
	free(p);
}

static struct packet *oldest(const struct frag *f)
{
	return node_alone(&f->age) ? NULL : NODE_OWNER(f->age.next, struct packet, age);
}

void frag_tick(struct frag *f, uint64_t now)
{
	for (struct packet *p = oldest(f); p; p = oldest(f)) {
		if (now < p->first_ns || now - p->first_ns <= EXPIRY)
			return;
		f->counters->fragments_expired++;
		drop(f, p);
	}
}

void frag_end(struct frag *f)
{
	for (struct packet *p = oldest(f); p; p = oldest(f)) {
		f->counters->fragments_expired++;
		drop(f, p);
	}
}

void frag_free(struct frag *f)
{
	if (!f)
		return;
	for (struct packet *p = oldest(f); p; p = oldest(f))
		drop(f, p);
	map_free(f->packets);
	free(f->out);
	free(f);
}

/* Room for `more` bytes, from the packets that began first. */
static void make_room(struct frag *f, size_t more, const struct packet *keep)
{
	struct packet *p = oldest(f);

	while (p && (f->used + more > f->budget || map_count(f->packets) > MAX_PACKETS)) {
		struct packet *next =
			p->age.next == &f->age ? NULL : NODE_OWNER(p->age.next, struct packet, age);
		if (p != keep) {
			f->counters->fragments_dropped += p->hold.runs;
			drop(f, p);
		}
		p = next;
	}
}

static struct packet *packet_of(struct frag *f, const struct ip *part, const struct frame *frame)
{
	struct key key = {
		part->src, part->dst, part->id, frame->point, part->version, part->proto
	};
	struct packet *p = map_get(f->packets, key_slice(&key));

	if (p)
		return p;
	p = mem_zero(1, sizeof *p);
	p->key = key;
	p->first_ns = frame->ts_ns;
	node_append(&f->age, &p->age);
	(void)map_put(f->packets, key_slice(&p->key), p);
	f->used += sizeof *p;
	return p;
}

/* A fragment that no sender makes: past 64 KiB, past the end, or too many. */
static bool refused(const struct packet *p, const struct ip *part)
{
	uint32_t end = part->offset + part->len;

	if (part->len == 0 || part->len > MAX_LENGTH || end > MAX_LENGTH ||
	    p->hold.runs >= MAX_RUNS)
		return true;
	if (p->total && (end > p->total || (!part->more && end != p->total)))
		return true;
	return !part->more && p->hold.last && hold_end(p->hold.last) > end;
}

static void add_piece(struct frag *f, struct packet *p, const struct ip *part,
		      const struct frame *frame)
{
	struct hold_piece piece = { part->offset, part->payload,
				    part->len - (uint32_t)part->payload.n, false, frame };
	size_t before = p->hold.cost;
	struct hold_added sum = hold_add(&p->hold, &piece);

	f->used += p->hold.cost - before;
	/* The same fragment once more is harmless (RFC 5722 4 lets it be ignored). */
	if (sum.overlap && (sum.conflict || p->hold.cost != before))
		f->counters->fragments_overlap++;
	if (!part->more)
		p->total = part->offset + part->len;
}

/* True when runs and what was cut behind them reach from 0 to the end without a hole. */
static bool covered(const struct packet *p)
{
	uint64_t reached = 0;

	for (const struct hold_run *r = p->hold.first; r; r = r->next) {
		if (r->at > reached)
			return false;
		uint64_t end = hold_end(r) + r->lost;
		if (end > reached)
			reached = end;
	}
	return p->total && reached >= p->total;
}

static struct slice join(struct frag *f, struct packet *p)
{
	size_t n = 0;

	if (f->room < p->total) {
		f->room = MAX_LENGTH + 1;
		f->out = mem_grow(f->out, f->room, 1);
	}
	for (const struct hold_run *r = p->hold.first; r && r->at == n; r = r->next) {
		memcpy(f->out + n, r->bytes, r->n);
		n += r->n;
	}
	return (struct slice){ f->out, n };
}

bool frag_add(struct frag *f, const struct ip *part, const struct frame *frame, struct ip *whole)
{
	f->counters->fragments++;
	struct packet *p = packet_of(f, part, frame);

	if (refused(p, part)) {
		f->counters->fragments_dropped++;
		if (!p->hold.first)
			drop(f, p);
		return false;
	}
	make_room(f, part->payload.n + 2 * sizeof(struct hold_run), p);
	add_piece(f, p, part, frame);
	if (!covered(p))
		return false;
	*whole = *part;
	whole->payload = join(f, p);
	whole->len = p->total;
	whole->offset = 0;
	whole->more = whole->fragment = false;
	drop(f, p);
	return true;
}
