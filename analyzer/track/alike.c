/* alike.c - is what went by here the same as what went by there? (evidence-methods 6) */
#include "analyzer/track/alike.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/base/when.h"

enum { PRINTS = 2 * 4 * MEDIA_PRINTS, SAMPLES = 64 };
static const uint64_t EDGE_NS = 500 * WHEN_MS;
static const double MISSED = 0.05;

bool alike_protected(const struct segment *s)
{
	return s->protection == PROTECTION_VERIFIED || s->protection == PROTECTION_NONE_FOUND;
}

struct span {
	uint64_t from_ns, to_ns;
};

/* By a's clock, when b's is so far ahead of it. */
static struct span common_time(const struct segment *a, const struct segment *b, int64_t ahead_ns)
{
	uint64_t first = b->first_ns - (uint64_t)ahead_ns, last = b->last_ns - (uint64_t)ahead_ns;
	struct span s = { a->first_ns > first ? a->first_ns : first,
			  a->last_ns < last ? a->last_ns : last };

	return s;
}

bool alike_together(const struct segment *a, const struct segment *b)
{
	struct span s = common_time(a, b, 0);

	return s.to_ns > s.from_ns && s.to_ns - s.from_ns >= WHEN_SECOND;
}

/* ---- by where they ran ------------------------------------------------------------------- */

static bool other_port(const struct endpoint *x, const struct endpoint *y)
{
	return addr_eq(&x->addr, &y->addr) && x->port != y->port;
}

static bool back(const struct segment *a, const struct segment *b)
{
	return addr_eq(&a->a.addr, &b->b.addr) && addr_eq(&a->b.addr, &b->a.addr);
}

bool alike_beside(const struct segment *a, const struct segment *b)
{
	return !back(a, b) && (other_port(&a->a, &b->a) || other_port(&a->b, &b->b));
}

bool alike_onward(const struct segment *a, const struct segment *b)
{
	return !back(a, b) && !alike_beside(a, b);
}

/* ---- octet for octet (A) -------------------------------------------------------------- */

/* Test tools play one recording again and again: the packet must have come by at this time. */
static bool near(uint64_t a, uint64_t b, uint64_t skew_ns)
{
	return (a > b ? a - b : b - a) <= skew_ns;
}

static bool same_packet(const struct print_seen *p, const struct print_seen *q, uint64_t skew_ns)
{
	return p->payload == q->payload && p->len == q->len && near(p->ts_ns, q->ts_ns, skew_ns);
}

/* Among those of its choice, of which the first is at `from`. */
static const struct print_seen *among(const struct segment *s, unsigned from,
				      const struct print_seen *p, uint64_t skew_ns)
{
	for (unsigned i = from; i < s->print_count && s->prints[i].choice == p->choice; i++)
		if (same_packet(&s->prints[i], p, skew_ns))
			return &s->prints[i];
	return NULL;
}

/*
 * Equal packets have equal choices, and prints stand in their order. `from`: what is before it
 * has a smaller choice; it moves on, since all that is asked for comes in that order too.
 */
static const struct print_seen *held(const struct segment *s, unsigned *from,
				     const struct print_seen *p, uint64_t skew_ns)
{
	while (*from < s->print_count && s->prints[*from].choice < p->choice)
		++*from;
	return among(s, *from, p, skew_ns);
}

/* Asked of every pair that may be one, most of which share nothing: which of two choices is the
 * smaller is a matter of chance, and no branch waits for it. */
static unsigned count_shared(const struct segment *a, const struct segment *b, uint64_t skew_ns)
{
	unsigned n = 0, i = 0, k = 0;

	while (i < a->print_count && k < b->print_count) {
		uint64_t x = a->prints[i].choice, y = b->prints[k].choice;
		if (x == y) {
			n += a->prints[i].len >= ALIKE_OCTETS &&
			     among(b, k, &a->prints[i], skew_ns) != NULL;
			i++;
			continue;
		}
		i += x < y;
		k += x > y;
	}
	return n;
}

static int sample_cmp(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* How far b's clock is ahead: the median over packets that both hold; 0: too few to tell. */
static int64_t ahead(const struct segment *a, const struct segment *b, uint64_t skew_ns)
{
	int64_t all[SAMPLES];
	unsigned n = 0, from = 0;

	for (unsigned i = 0; i < a->print_count && n < SAMPLES; i++) {
		const struct print_seen *p = &a->prints[i];
		const struct print_seen *q =
			p->len < ALIKE_OCTETS ? NULL : held(b, &from, p, skew_ns);
		if (q)
			all[n++] = (int64_t)(q->ts_ns - p->ts_ns);
	}
	if (n < ALIKE_FEW)
		return 0;
	qsort(all, n, sizeof *all, sample_cmp);
	return all[n / 2];
}

struct tally {
	unsigned shared, expected; /* packets that both hold; that both should hold */
};

/* At the edges of the common time one place may have begun later than its clock says. */
static struct tally count_equal(const struct segment *a, const struct segment *b, uint64_t skew_ns)
{
	struct span s = common_time(a, b, ahead(a, b, skew_ns));
	uint64_t limit = a->print_limit < b->print_limit ? a->print_limit : b->print_limit;
	struct tally t = { 0, 0 };
	unsigned from = 0;

	if (s.to_ns > s.from_ns + 4 * EDGE_NS) {
		s.from_ns += EDGE_NS;
		s.to_ns -= EDGE_NS;
	}
	for (unsigned i = 0; i < a->print_count; i++) {
		const struct print_seen *p = &a->prints[i];
		if (p->len < ALIKE_OCTETS)
			continue;
		bool found = held(b, &from, p, skew_ns);
		t.shared += found;
		t.expected += p->choice <= limit && p->ts_ns >= s.from_ns && p->ts_ns <= s.to_ns &&
			      !found;
	}
	t.expected += t.shared;
	return t;
}

static double lost_share(const struct segment *s)
{
	return s->packets ? (double)s->lost / (double)(s->packets + s->lost) : 0;
}

/* What one place lost cannot be among its prints and does not count against it. */
static bool nearly_all(struct tally t, const struct segment *other)
{
	double lost = lost_share(other), n = t.expected;
	double allowed = n * (MISSED + lost) + 2 * sqrt(n * lost * (1 - lost));

	return t.expected - t.shared <= allowed;
}

/* ---- by number and time (B1) ------------------------------------------------------------ */

struct mark {
	int64_t ts; /* from the first one, wraps undone */
	uint64_t ns;
	uint16_t seq;
	bool second;
};

static int mark_cmp(const void *x, const void *y)
{
	const struct mark *a = x, *b = y;

	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	int16_t step = (int16_t)(a->seq - b->seq);
	return step ? (step < 0 ? -1 : 1) : (int)a->second - (int)b->second;
}

static unsigned add_marks(struct mark *m, unsigned n, const struct segment *s, uint32_t ssrc,
			  uint32_t zero, bool second)
{
	for (unsigned i = 0; i < s->print_count && n < PRINTS; i++)
		if (s->print_ssrcs[i] == ssrc)
			m[n++] = (struct mark){ (int32_t)(s->prints[i].rtp_ts - zero),
						s->prints[i].ts_ns, s->prints[i].seq, second };
	return n;
}

/* Two neighbours in time, one of each place: numbers must rise with time, clocks agree.
 */
static bool fits(const struct mark *a, const struct mark *b, uint64_t skew_ns)
{
	int16_t step = (int16_t)(b->seq - a->seq);

	if (step < 0 || (step == 0 && a->ts != b->ts))
		return false;
	return b->ns + skew_ns >= a->ns;
}

/*
 * The places chose other packets, since their octets differ; but laid side by
 * side the numbers of one must fall between those of the other, in a range of a
 * few packets out of 2^16 and a few steps out of 2^32.
 */
static bool interleaved(const struct mark *m, unsigned n, uint64_t skew_ns)
{
	unsigned good = 0, bad = 0, of[2] = { 0, 0 };

	for (unsigned i = 0; i < n; i++)
		of[m[i].second]++;
	if (of[0] + of[1] < ALIKE_PACKETS || of[0] < ALIKE_PACKETS / 3 || of[1] < ALIKE_PACKETS / 3)
		return false;
	for (unsigned i = 0; i + 1 < n; i++)
		if (m[i].second != m[i + 1].second)
			*(fits(&m[i], &m[i + 1], skew_ns) ? &good : &bad) += 1;
	return good >= ALIKE_PACKETS / 3 && bad * 20 <= good;
}

static bool paired_on(const struct segment *a, const struct segment *b, uint32_t ssrc,
		      uint64_t skew_ns)
{
	struct mark all[PRINTS];
	unsigned first = 0;

	while (first < a->print_count && a->print_ssrcs[first] != ssrc)
		first++;
	if (first == a->print_count)
		return false;
	uint32_t zero = a->prints[first].rtp_ts;
	unsigned n = add_marks(all, 0, a, ssrc, zero, false);
	n = add_marks(all, n, b, ssrc, zero, true);
	qsort(all, n, sizeof *all, mark_cmp);
	return interleaved(all, n, skew_ns);
}

static bool paired(const struct segment *a, const struct segment *b, uint64_t skew_ns)
{
	for (unsigned i = 0; i < a->ssrc_count; i++)
		for (unsigned k = 0; k < b->ssrc_count; k++)
			if (a->ssrcs[i] == b->ssrcs[k] && paired_on(a, b, a->ssrcs[i], skew_ns))
				return true;
	return false;
}

enum alike alike_of(const struct segment *a, const struct segment *b, uint64_t skew_ns,
		    unsigned *equal)
{
	unsigned shared =
		alike_protected(a) && alike_protected(b) ? count_shared(a, b, skew_ns) : 0;

	if (equal)
		*equal = shared;
	if (shared >= ALIKE_PACKETS && nearly_all(count_equal(a, b, skew_ns), b) &&
	    nearly_all(count_equal(b, a, skew_ns), a))
		return ALIKE_FORWARDED;
	if (shared >= ALIKE_FEW)
		return ALIKE_PART;
	return paired(a, b, skew_ns) ? ALIKE_PAIRED : ALIKE_NOT;
}

/* ---- by both ends of a run ----------------------------------------------------------------- */

/* A box may drop a packet or two at either end: a tenth of a second. */
static bool same_number(uint16_t a, uint16_t b)
{
	int16_t step = (int16_t)(a - b);

	return step >= -5 && step <= 5;
}

/* Of 2^32 SSRCs one, and of 2^16 numbers eleven, twice: no chance makes that. */
bool alike_numbered(const struct segment *a, const struct segment *b, uint64_t skew_ns)
{
	if (a->ssrc_count != 1 || b->ssrc_count != 1 || a->ssrcs[0] != b->ssrcs[0] ||
	    !a->window_count || !b->window_count || a->packets < ALIKE_PACKETS ||
	    b->packets < ALIKE_PACKETS)
		return false;
	return same_number(a->windows[0].first_seq, b->windows[0].first_seq) &&
	       same_number(a->windows[a->window_count - 1].last_seq,
			   b->windows[b->window_count - 1].last_seq) &&
	       near(a->first_ns, b->first_ns, skew_ns) && near(a->last_ns, b->last_ns, skew_ns);
}

/* ---- apart ----------------------------------------------------------------------------------- */

/* Had it been passed on, so many of them would have been held by a place that lost what it did. */
static bool none_of_many(struct tally t, const struct segment *other)
{
	return t.shared == 0 && t.expected * (1 - lost_share(other)) >= ALIKE_PACKETS / 2.0;
}

bool alike_apart(const struct segment *a, const struct segment *b, uint64_t skew_ns)
{
	return none_of_many(count_equal(a, b, skew_ns), b) &&
	       none_of_many(count_equal(b, a, skew_ns), a);
}
