/* flow.c - the table of flows: open addressing over small slots, three lists by last packet. */
#include "analyzer/observe/flow.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"
#include "analyzer/observe/slab.h"

#define TAG (~UINT32_C(1)) /* the lowest bit of a token is the direction */

enum { FIRST_SLOTS = 1024, LINE = FLOW_LINE, KEY_WORDS = sizeof(struct flow_key) / 8 };
_Static_assert(sizeof(struct flow_key) == 40, "the key is hashed and compared as five words");
_Static_assert(sizeof(struct flow_hot) == LINE && offsetof(struct flow, hot) == LINE &&
		       sizeof(struct flow) == 4 * LINE,
	       "a packet of known media touches two lines");

/* A record's key as five words: both directions of a 5-tuple at one point give the same. */
struct name {
	uint64_t w[KEY_WORDS];
};

/* tag: the hash's high half, from which an entry's home is known without its flow. */
struct slot {
	uint32_t tag, flow; /* flow 0: empty */
};

struct ends {
	uint32_t oldest, newest;
};

struct flow_table {
	struct slot *slots;
	uint32_t mask; /* slots - 1 */
	uint32_t count;
	uint64_t next_ns; /* when the next second begins */
	uint32_t second;
	struct slab flows;
	struct ends lists[FLOW_LISTS];
	uint64_t seed[KEY_WORDS + 1];
};

struct flow_table *flow_new(uint32_t cap)
{
	struct flow_table *t = mem_zero(1, sizeof *t);

	slab_open(&t->flows, sizeof(struct flow), cap);
	t->slots = mem_zero(FIRST_SLOTS, sizeof *t->slots);
	t->mask = FIRST_SLOTS - 1;
	for (uint8_t i = 0; i <= KEY_WORDS; i++)
		t->seed[i] = hash_table((struct slice){ &i, 1 }) | 1;
	return t;
}

void flow_free(struct flow_table *t)
{
	if (!t)
		return;
	slab_close(&t->flows);
	free(t->slots);
	free(t);
}

static inline struct flow *flow_at(const struct flow_table *t, uint32_t number)
{
	return slab_at(&t->flows, number);
}

/* The end of a list is number 0. */
static struct flow *flow_or_null(const struct flow_table *t, uint32_t number)
{
	return number ? flow_at(t, number) : NULL;
}

/*
 * Multiplications side by side: hash_table's chain of six costs twice as much here. Of
 * IPv4 addresses the first and the third word are zero.
 */
static inline uint32_t tag_of(const struct flow_table *t, const struct name *n)
{
	uint64_t a = hash_fold(n->w[1] ^ t->seed[0], n->w[3] ^ t->seed[1]);
	uint64_t b = hash_fold(n->w[4] ^ t->seed[2], t->seed[3]);

	if (n->w[0] | n->w[2])
		a ^= hash_fold(n->w[0] ^ t->seed[4], n->w[2] ^ t->seed[5]);
	return (uint32_t)(hash_fold(a ^ b, t->seed[5]) >> 32) & TAG;
}

static inline uint32_t home_of(const struct flow_table *t, uint32_t tag)
{
	return tag >> 1 & t->mask;
}

static inline uint64_t word(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/*
 * Any total order of endpoints serves: it only names the two directions. They
 * alternate, so nothing here may branch on the outcome.
 */
static inline bool src_is_larger(const uint64_t w[4], const struct flow_key *k)
{
	bool ports = k->sport > k->dport;
	bool low = (w[0] > w[2]) | ((w[0] == w[2]) & ports);

	return (w[1] > w[3]) | ((w[1] == w[3]) & low);
}

/* The last word of a record's key. */
struct ports {
	uint16_t sport, dport;
	uint8_t proto, point[2], in_turn;
};

/* `other`: what turns each port into the other, or 0. */
static inline struct ports ports_of(const struct flow_key *k, uint16_t other, uint16_t point,
				    bool in_turn)
{
	return (struct ports){ k->sport ^ other,
			       k->dport ^ other,
			       k->proto,
			       { (uint8_t)(point >> 8), (uint8_t)point },
			       in_turn };
}

static inline struct name canonical(struct flow_where at, unsigned *direction)
{
	const struct flow_key *k = at.key;
	uint64_t w[4] = { word(k->src.b), word(k->src.b + 8), word(k->dst.b), word(k->dst.b + 8) };
	bool swap = at.token ? at.token & 1 : src_is_larger(w, k);
	uint64_t change = -(uint64_t)swap;
	uint64_t high = (w[0] ^ w[2]) & change, low = (w[1] ^ w[3]) & change;
	uint16_t other = (uint16_t)((k->sport ^ k->dport) & change);
	struct ports ports = ports_of(k, other, at.point, at.in_turn);

	*direction = swap;
	return (struct name){ { w[0] ^ high, w[1] ^ low, w[2] ^ high, w[3] ^ low, word(&ports) } };
}

static inline bool is_named(const struct flow *f, const struct name *n)
{
	const uint8_t *key = (const uint8_t *)&f->key;

	return ((word(key) ^ n->w[0]) | (word(key + 8) ^ n->w[1]) | (word(key + 16) ^ n->w[2]) |
		(word(key + 24) ^ n->w[3]) | (word(key + 32) ^ n->w[4])) == 0;
}

static inline struct flow *look_up(const struct flow_table *t, const struct name *n, uint32_t tag,
				   unsigned direction)
{
	for (uint32_t i = home_of(t, tag); t->slots[i].flow; i = (i + 1) & t->mask) {
		if (t->slots[i].tag != tag)
			continue;
		struct flow *f = flow_at(t, t->slots[i].flow);
		/* Asked for together with the key: the direction's line comes at the same time. */
		__builtin_prefetch(&f->hot[direction], 1);
		if (is_named(f, n))
			return f;
	}
	return NULL;
}

/* canonical() and tag_of() for IPv4, where three words say all; they go into the payload. */
static inline void name_packet(const struct flow_table *t, struct payload *p)
{
	const struct flow_key *k = &p->flow;
	uint64_t src = word(k->src.b + 8), dst = word(k->dst.b + 8);
	bool swap = (src > dst) | ((src == dst) & (k->sport > k->dport));
	uint64_t change = -(uint64_t)swap, low = (src ^ dst) & change;
	uint16_t other = (uint16_t)((k->sport ^ k->dport) & change);
	struct ports ports = ports_of(k, other, p->frame->point, false);

	p->name[0] = src ^ low;
	p->name[1] = dst ^ low;
	p->name[2] = word(&ports);
	uint64_t a = hash_fold(p->name[0] ^ t->seed[0], p->name[1] ^ t->seed[1]);
	uint64_t b = hash_fold(p->name[2] ^ t->seed[2], t->seed[3]);
	p->token = ((uint32_t)(hash_fold(a ^ b, t->seed[5]) >> 32) & TAG) | swap;
}

static inline bool is_named_so(const struct flow *f, const struct payload *p)
{
	const uint8_t *key = (const uint8_t *)&f->key;

	return (word(key) | (word(key + 8) ^ p->name[0]) | word(key + 16) |
		(word(key + 24) ^ p->name[1]) | (word(key + 32) ^ p->name[2])) == 0;
}

/* By the tag alone: the record itself is not there yet. */
static inline uint32_t record_of(const struct flow_table *t, uint32_t tag)
{
	uint32_t i = home_of(t, tag);

	while (t->slots[i].flow && t->slots[i].tag != tag)
		i = (i + 1) & t->mask;
	return t->slots[i].flow;
}

const struct flow *flow_expected(const struct flow_table *t, const struct payload *p)
{
	return p->token ? flow_or_null(t, p->record) : NULL;
}

void flow_expect(const struct flow_table *t, struct wire_ahead *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct payload *p = &a[i].payload;

		if (!a[i].plain)
			continue;
		name_packet(t, p);
		__builtin_prefetch(&t->slots[home_of(t, p->token)]);
	}
	for (size_t i = 0; i < n; i++) {
		struct payload *p = &a[i].payload;

		if (!a[i].plain)
			continue;
		p->record = record_of(t, p->token & TAG);
		if (!p->record)
			continue;
		const struct flow *f = flow_at(t, p->record);
		__builtin_prefetch(f, 1);
		__builtin_prefetch(&f->hot[p->token & 1], 1);
	}
}

struct flow *flow_meet(struct flow_table *t, const struct payload *p)
{
	uint64_t ts_ns = p->frame->ts_ns;

	if (!p->record)
		return NULL;
	/* Since it was found the record may have gone to another flow, or to nobody. */
	struct flow *f = flow_at(t, p->record);
	if (!is_named_so(f, p) || ts_ns >= t->next_ns || f->second != t->second ||
	    f->list != FLOW_AWAKE)
		return NULL;
	if (ts_ns > f->last_ns)
		f->last_ns = ts_ns;
	return f;
}

struct flow *flow_find(struct flow_table *t, struct flow_where at, unsigned *direction)
{
	struct name n = canonical(at, direction);

	return look_up(t, &n, tag_of(t, &n), *direction);
}

static void slot_put(struct flow_table *t, struct slot s)
{
	uint32_t i = home_of(t, s.tag);

	while (t->slots[i].flow)
		i = (i + 1) & t->mask;
	t->slots[i] = s;
}

static void slots_double(struct flow_table *t)
{
	struct slot *old = t->slots;
	uint32_t n = t->mask + 1;

	t->slots = mem_zero((size_t)n * 2, sizeof *t->slots);
	t->mask = n * 2 - 1;
	for (uint32_t i = 0; i < n; i++)
		if (old[i].flow)
			slot_put(t, old[i]);
	free(old);
}

/* Closes the hole by moving back what had to step over it. */
static void slot_remove(struct flow_table *t, const struct flow *f)
{
	uint32_t hole = home_of(t, f->tag);

	while (t->slots[hole].flow != f->self)
		hole = (hole + 1) & t->mask;
	for (uint32_t i = (hole + 1) & t->mask; t->slots[i].flow; i = (i + 1) & t->mask) {
		uint32_t home = home_of(t, t->slots[i].tag);
		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = (struct slot){ 0 };
}

static void list_remove(struct flow_table *t, struct flow *f)
{
	struct ends *l = &t->lists[f->list];
	struct flow *older = flow_or_null(t, f->older), *newer = flow_or_null(t, f->newer);

	if (older)
		older->newer = f->newer;
	else
		l->oldest = f->newer;
	if (newer)
		newer->older = f->older;
	else
		l->newest = f->older;
}

static void list_add(struct flow_table *t, struct flow *f, enum flow_list list)
{
	struct ends *l = &t->lists[list];
	struct flow *newest = flow_or_null(t, l->newest);

	f->list = (uint8_t)list;
	f->older = l->newest;
	f->newer = 0;
	if (newest)
		newest->newer = f->self;
	else
		l->oldest = f->self;
	l->newest = f->self;
}

static struct flow *flow_make(struct flow_table *t, const struct name *name, uint32_t tag,
			      unsigned direction)
{
	uint32_t n = slab_take(&t->flows);

	if (!n)
		return NULL;
	if (t->count * 2 >= t->mask)
		slots_double(t);
	struct flow *f = flow_at(t, n);
	memset(f, 0, sizeof *f);
	memcpy(&f->key, name, sizeof f->key);
	f->self = n;
	f->tag = tag;
	f->second = t->second;
	f->first_direction = (uint8_t)direction;
	slot_put(t, (struct slot){ tag, n });
	list_add(t, f, FLOW_AWAKE);
	t->count++;
	return f;
}

struct flow *flow_get(struct flow_table *t, struct flow_where at, unsigned *direction, bool *is_new)
{
	struct name n = canonical(at, direction);
	uint32_t tag = at.token ? at.token & TAG : tag_of(t, &n);
	struct flow *f = look_up(t, &n, tag, *direction);

	*is_new = !f;
	return f ? f : flow_make(t, &n, tag, *direction);
}

void flow_clock(struct flow_table *t, uint64_t now_ns)
{
	if (now_ns < t->next_ns)
		return;
	t->second = (uint32_t)(now_ns / WHEN_SECOND);
	t->next_ns = (now_ns / WHEN_SECOND + 1) * WHEN_SECOND;
}

bool flow_touch(struct flow_table *t, struct flow *f, uint64_t ts_ns)
{
	flow_clock(t, ts_ns);
	if (ts_ns > f->last_ns)
		f->last_ns = ts_ns;
	if (f->second == t->second && f->list == FLOW_AWAKE)
		return false;
	list_remove(t, f);
	f->second = t->second;
	list_add(t, f, FLOW_AWAKE);
	return true;
}

void flow_renew(struct flow_table *t, struct flow *f)
{
	list_remove(t, f);
	list_add(t, f, FLOW_AWAKE);
}

static struct flow *oldest_over(const struct flow_table *t, enum flow_list list, uint32_t seconds)
{
	struct flow *f = flow_or_null(t, t->lists[list].oldest);

	return f && t->second - f->second >= seconds ? f : NULL;
}

struct flow *flow_next_silent(struct flow_table *t)
{
	struct flow *f = oldest_over(t, FLOW_AWAKE, FLOW_SILENT_S);

	if (f) {
		list_remove(t, f);
		list_add(t, f, FLOW_ASLEEP);
	}
	return f;
}

struct flow *flow_next_idle(struct flow_table *t)
{
	return oldest_over(t, FLOW_ASLEEP, FLOW_IDLE_S);
}

void flow_park(struct flow_table *t, struct flow *f)
{
	list_remove(t, f);
	list_add(t, f, FLOW_PARKED);
}

struct flow *flow_after(struct flow_table *t, const struct flow *f)
{
	struct flow *next = f ? flow_or_null(t, f->newer) : NULL;

	for (int l = f ? f->list - 1 : FLOW_PARKED; !next && l >= FLOW_AWAKE; l--)
		next = flow_or_null(t, t->lists[l].oldest);
	return next;
}

struct flow *flow_oldest(struct flow_table *t)
{
	struct flow *best = NULL;

	/* Parked flows are older than sleeping ones, those than the awake: first met wins a tie. */
	for (int l = FLOW_PARKED; l >= FLOW_AWAKE; l--) {
		struct flow *f = flow_or_null(t, t->lists[l].oldest);
		if (f && (!best || f->second < best->second))
			best = f;
	}
	return best;
}

void flow_drop(struct flow_table *t, struct flow *f)
{
	slot_remove(t, f);
	list_remove(t, f);
	/* Nobody's: flow_meet must not take it for what it was. */
	memset(&f->key, 0, sizeof f->key);
	slab_give(&t->flows, f->self);
	t->count--;
}

uint32_t flow_count(const struct flow_table *t)
{
	return t->count;
}

struct flow_key flow_side(const struct flow *f, unsigned direction)
{
	struct flow_key k = f->key;

	memset(k.zero, 0, sizeof k.zero);
	return direction ? addr_reversed(&k) : k;
}

uint16_t flow_point(const struct flow *f)
{
	return (uint16_t)(f->key.zero[0] << 8 | f->key.zero[1]);
}

bool flow_in_turn(const struct flow *f)
{
	return f->key.zero[2] != 0;
}
