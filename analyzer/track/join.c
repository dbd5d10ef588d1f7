/* join.c - rows that wait to be known as parts of one call: an index of what they have in common.
 */
#include "analyzer/track/join.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/track/absorb.h"
#include "analyzer/track/match.h"

/* One value of one row, in the chain of its bucket. */
struct entry {
	uint64_t key;
	struct joint *row;
	struct entry *next, *prev;
	bool timed;
};

/* A waiting row and its place among those of its call. */
struct joint {
	struct live *live;
	struct expire_timer timer;
	struct entry *entries;
	unsigned entry_count;
	/* of the first one of a group: its rows, in no order; of the others: who it is */
	struct joint *first, *next_of_group, *last_of_group;
	unsigned group, unsettled;
	unsigned
		doubt; /* bits by place in `ways`: a third row had that in common with it as well */
	uint64_t mark; /* of the comparison that looked at it last */
	struct joint *ready_next, *given_next;
};

struct join {
	struct entry **buckets;
	size_t size, count, rows;
	struct expire *timers;
	uint64_t hold_ns, skew_ns;
	struct joint *ready, *given;
	uint64_t mark, crowded, early;
};

enum { BUCKETS = 1024 };

struct join *join_new(uint64_t hold_ns, uint64_t skew_ns)
{
	struct join *j = mem_zero(1, sizeof *j);

	j->hold_ns = hold_ns;
	j->skew_ns = skew_ns;
	j->rows = JOIN_ROWS;
	j->size = BUCKETS;
	j->buckets = mem_zero(j->size, sizeof(struct entry *));
	j->timers = expire_new();
	return j;
}

uint64_t join_crowded(const struct join *j)
{
	return j->crowded;
}

uint64_t join_early(const struct join *j)
{
	return j->early;
}

size_t join_waiting(const struct join *j)
{
	return expire_count(j->timers);
}

void join_at_most(struct join *j, size_t rows)
{
	j->rows = rows;
}

/* ---- the index ------------------------------------------------------------------------ */

static void link_in(struct join *j, struct entry *e)
{
	struct entry **b = &j->buckets[e->key & (j->size - 1)];

	e->prev = NULL;
	e->next = *b;
	if (*b)
		(*b)->prev = e;
	*b = e;
}

static void link_out(struct join *j, struct entry *e)
{
	*(e->prev ? &e->prev->next : &j->buckets[e->key & (j->size - 1)]) = e->next;
	if (e->next)
		e->next->prev = e->prev;
}

static void grow(struct join *j)
{
	struct entry **old = j->buckets;
	size_t n = j->size;

	j->size *= 2;
	j->buckets = mem_zero(j->size, sizeof(struct entry *));
	for (size_t i = 0; i < n; i++)
		for (struct entry *e = old[i], *next; e; e = next) {
			next = e->next;
			link_in(j, e);
		}
	free(old);
}

static int key_cmp(const void *x, const void *y)
{
	const struct match_key *a = x, *b = y;

	return (a->value > b->value) - (a->value < b->value);
}

static void index_row(struct join *j, struct joint *r)
{
	struct match_key keys[MATCH_KEYS];
	unsigned n = match_keys(r->live, j->skew_ns, keys), distinct = 0;

	if (!n)
		return;
	qsort(keys, n, sizeof *keys, key_cmp);
	for (unsigned i = 0; i < n; i++)
		if (!i || keys[i].value != keys[i - 1].value)
			keys[distinct++] = keys[i];
	r->entries = mem_zero(distinct, sizeof *r->entries);
	r->entry_count = distinct;
	for (unsigned i = 0; i < distinct; i++) {
		r->entries[i] =
			(struct entry){ .key = keys[i].value, .timed = keys[i].timed, .row = r };
		if (++j->count > j->size)
			grow(j);
		link_in(j, &r->entries[i]);
	}
}

static void unindex_row(struct join *j, struct joint *r)
{
	for (unsigned i = 0; i < r->entry_count; i++)
		link_out(j, &r->entries[i]);
	j->count -= r->entry_count;
	free(r->entries);
	r->entries = NULL;
	r->entry_count = 0;
}

/* ---- groups ----------------------------------------------------------------------------- */

static struct joint *first_of(struct joint *r)
{
	while (r->first != r)
		r = r->first;
	return r;
}

static void unite(struct join *j, struct joint *a, struct joint *b)
{
	struct joint *x = first_of(a), *y = first_of(b);

	if (x == y)
		return;
	if (x->group + y->group > JOIN_GROUP) {
		j->crowded++;
		return;
	}
	y->first = x;
	x->last_of_group->next_of_group = y;
	x->last_of_group = y->last_of_group;
	x->group += y->group;
	x->unsettled += y->unsettled;
}

/* ---- candidates -------------------------------------------------------------------------- */

struct found {
	struct joint *rows[JOIN_CANDIDATES];
	unsigned match[JOIN_CANDIDATES];
	unsigned count, looked;
	bool cut; /* there are more */
};

static unsigned sharing(const struct join *j, uint64_t key)
{
	unsigned n = 0;

	for (const struct entry *e = j->buckets[key & (j->size - 1)]; e && n <= JOIN_CROWD;
	     e = e->next)
		n += e->key == key;
	return n;
}

static void look_under(struct join *j, struct joint *r, uint64_t key, struct found *out)
{
	if (sharing(j, key) > JOIN_CROWD) {
		j->crowded++;
		return;
	}
	for (struct entry *e = j->buckets[key & (j->size - 1)]; e; e = e->next) {
		if (e->key != key || e->row == r || e->row->mark == j->mark)
			continue;
		if (out->count == JOIN_CANDIDATES || out->looked++ == JOIN_LOOKS) {
			out->cut = true;
			j->crowded++;
			return;
		}
		e->row->mark = j->mark;
		unsigned m = match_of(r->live, e->row->live, j->skew_ns);
		if (m) {
			out->match[out->count] = m;
			out->rows[out->count++] = e->row;
		}
	}
}

static void candidates(struct join *j, struct joint *r, struct found *out)
{
	out->count = out->looked = 0;
	out->cut = false;
	j->mark++;
	for (unsigned i = 0; i < r->entry_count; i++) {
		const struct entry *e = &r->entries[i];
		look_under(j, r, e->key, out);
		if (!e->timed)
			continue;
		look_under(j, r, e->key - MATCH_STEP, out);
		look_under(j, r, e->key + MATCH_STEP, out);
	}
}

/* ---- settling ------------------------------------------------------------------------------ */

static unsigned having(const struct found *f, unsigned what)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->count; i++)
		n += (f->match[i] & what) == what;
	return n;
}

/*
 * What makes a pair likely to be one call, if neither has another that it fits as
 * well. What stands before me from where I stand, stands me behind from where it does.
 */
static const struct way {
	unsigned what, mirror; /* its place when seen from the other row */
} ways[] = {
	{ MATCH_SDP, 0 },
	{ MATCH_STREAM, 1 },
	{ MATCH_BEFORE, 3 },
	{ MATCH_BEHIND, 2 },
	{ MATCH_SDP | MATCH_BEFORE, 5 },
	{ MATCH_SDP | MATCH_BEHIND, 4 },
	{ MATCH_STREAM | MATCH_BEFORE, 7 },
	{ MATCH_STREAM | MATCH_BEHIND, 6 },
};
enum { WAYS = sizeof ways / sizeof *ways };

/*
 * Of a pair that only looks alike, neither may have another that looks so as
 * well (B.8: what is not clearly better than its runner-up is let go). Once a
 * row had a rival it keeps the doubt, whoever has left by then.
 */
static bool alone(struct joint *r, const struct found *own, struct joint *other,
		  const struct found *theirs, unsigned way)
{
	unsigned mine = 1U << way, its = 1U << ways[way].mirror;
	bool rivals =
		having(own, ways[way].what) > 1 || having(theirs, ways[ways[way].mirror].what) > 1;

	if (!rivals && !(r->doubt & mine) && !(other->doubt & its))
		return true;
	r->doubt |= mine;
	other->doubt |= its;
	return false;
}

/* A row without signaling: whatever else its packets are found in must be the same call too. */
static bool agreed_by_all(const struct join *j, const struct joint *row, const struct joint *with,
			  const struct found *f)
{
	for (unsigned i = 0; row->live->call.kind == CALL_OPAQUE && i < f->count; i++)
		if (f->rows[i] != with && !(match_of(f->rows[i]->live, with->live, j->skew_ns) &
					    ~(unsigned)MATCH_AGAINST))
			return false;
	return true;
}

static bool belongs(struct join *j, struct joint *r, const struct found *own, unsigned at)
{
	struct joint *other = own->rows[at];
	unsigned match = own->match[at];
	struct found theirs;
	bool one = match & (MATCH_EXCHANGE | MATCH_SESSION);

	candidates(j, other, &theirs);
	if ((match & MATCH_MIXED) || !agreed_by_all(j, r, other, own) ||
	    !agreed_by_all(j, other, r, &theirs))
		return false;
	/* Played into several calls at once, a recording does not tell which of them is which. */
	if (having(own, MATCH_BESIDE) || having(&theirs, MATCH_BESIDE))
		match &= ~(unsigned)(MATCH_CIPHER | MATCH_STREAM);
	one |= (match & MATCH_CIPHER) != 0;
	for (unsigned w = 0; !one && w < WAYS; w++)
		one = (match & ways[w].what) == ways[w].what && alone(r, own, other, &theirs, w);
	return one;
}

static void settle(struct join *j, struct joint *r)
{
	struct found own;

	candidates(j, r, &own);
	for (unsigned i = 0; i < own.count; i++) {
		if (own.match[i] == MATCH_BESIDE)
			continue;
		if (belongs(j, r, &own, i)) {
			unite(j, r, own.rows[i]);
		} else {
			r->live->ambiguous = own.rows[i]->live->ambiguous = true;
		}
	}
	first_of(r)->unsettled--;
}

/* ---- out they go ----------------------------------------------------------------------------- */

static int rank(const struct live *l)
{
	return l->call.kind == CALL_CALL ? 0 : l->call.kind == CALL_ATTEMPT ? 1 : 2;
}

static int live_cmp(const void *x, const void *y)
{
	const struct live *a = *(struct live *const *)x, *b = *(struct live *const *)y;

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	int order = live_evidence_cmp(&a->first, &b->first);
	if (order)
		return order;
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	order = n ? memcmp(a->name.p, b->name.p, n) : 0;
	return order ? order : (a->name.n > b->name.n) - (a->name.n < b->name.n);
}

static struct live *give_group(struct join *j, struct joint *first)
{
	struct live *rows[JOIN_GROUP];
	unsigned n = 0;

	for (struct joint *r = first; r; r = r->next_of_group) {
		unindex_row(j, r);
		rows[n++] = r->live;
		r->live = NULL;
		r->given_next = j->given;
		j->given = r;
	}
	if (n > 1)
		qsort(rows, n, sizeof(struct live *), live_cmp);
	for (unsigned i = 1; i < n; i++)
		absorb(rows[0], rows[i]);
	return rows[0];
}

void join_add(struct join *j, struct live *l)
{
	struct joint *r = mem_zero(1, sizeof *r);
	uint64_t end = l->last_media_ns > l->call.end_ns ? l->last_media_ns : l->call.end_ns;

	r->live = l;
	r->first = r->last_of_group = r;
	r->group = r->unsettled = 1;
	index_row(j, r);
	expire_set(j->timers, &r->timer, end + j->hold_ns);
}

static struct joint *timed(struct expire_timer *timer)
{
	return (struct joint *)(void *)((char *)timer - offsetof(struct joint, timer));
}

/* Rows that were given may still stand in the list of those that are ready. */
static void bury(struct join *j)
{
	for (struct joint *r = j->given, *next; r; r = next) {
		next = r->given_next;
		free(r);
	}
	j->given = NULL;
}

/* The next that is due; where there is no room, the one that is due first, of which more may come.
 */
static struct joint *next_due(struct join *j, uint64_t now_ns)
{
	struct expire_timer *timer = expire_next(j->timers, now_ns);

	if (!timer && join_waiting(j) > j->rows) {
		timer = expire_next(j->timers, UINT64_MAX);
		timed(timer)->live->spent = true;
		j->early++;
	}
	return timer ? timed(timer) : NULL;
}

/* All that are due are compared before the first one leaves: none may miss a rival. */
static void settle_due(struct join *j, uint64_t now_ns)
{
	struct joint **end = &j->ready;
	struct joint *r;

	while ((r = next_due(j, now_ns))) {
		settle(j, r);
		r->ready_next = NULL;
		*end = r;
		end = &r->ready_next;
	}
}

struct live *join_next(struct join *j, uint64_t now_ns)
{
	if (!j->ready) {
		bury(j);
		settle_due(j, now_ns);
	}
	while (j->ready) {
		struct joint *r = j->ready;
		j->ready = r->ready_next;
		if (r->live && !first_of(r)->unsettled)
			return give_group(j, first_of(r));
	}
	return NULL;
}

void join_free(struct join *j)
{
	if (!j)
		return;
	bury(j);
	free(j->buckets);
	expire_free(j->timers);
	free(j);
}
