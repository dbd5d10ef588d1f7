/* segment.c - claimed windows to segments: summed up and judged. */
#include "analyzer/track/segment.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/track/clear.h"

enum { CLEAR_START_PACKETS = 50 }; /* a direction (contract 3) */

static int endpoints_cmp(const struct segment_claim *a, const struct segment_claim *b)
{
	int order = memcmp(&a->flow->key, &b->flow->key, sizeof a->flow->key);

	return order ? order : (int)b->stream->forward - (int)a->stream->forward;
}

static int number_cmp(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* By segment, then by stream and time. */
static int claim_cmp(const void *x, const void *y)
{
	const struct segment_claim *a = x, *b = y;
	int order = number_cmp((uintptr_t)a->to, (uintptr_t)b->to);

	if (!order)
		order = endpoints_cmp(a, b);
	if (!order)
		order = number_cmp(a->flow->point, b->flow->point);
	if (!order)
		order = a->epoch - b->epoch;
	if (!order)
		order = number_cmp(a->stream->ssrc, b->stream->ssrc);
	if (!order)
		order = number_cmp(a->window->seen.first_ns, b->window->seen.first_ns);
	return order ? order : number_cmp(a->window->seen.first_seq, b->window->seen.first_seq);
}

static bool same_segment(const struct segment_claim *a, const struct segment_claim *b)
{
	return a->to == b->to && !endpoints_cmp(a, b) && a->flow->point == b->flow->point &&
	       a->epoch == b->epoch;
}

static struct evidence window_at(const struct segment_claim *c)
{
	return (struct evidence){ .frame = c->window->seen.first_frame,
				  .ts_ns = c->window->seen.first_ns,
				  .input = c->window->input };
}

static void add_ssrc(struct segment *s, uint32_t ssrc)
{
	for (unsigned i = 0; i < s->ssrc_count; i++)
		if (s->ssrcs[i] == ssrc)
			return;
	if (s->ssrc_count < sizeof s->ssrcs / sizeof s->ssrcs[0])
		s->ssrcs[s->ssrc_count++] = ssrc;
}

static void add_routed(struct segment *s, const struct segment_claim *c)
{
	const struct window_seen *w = &c->window->seen;
	struct evidence at = { w->routed_frame, w->routed_ns, c->window->input };

	s->routed += w->routed;
	if (w->routed_frame)
		live_first(&s->routed_at, &at);
}

static void add_up(struct segment *s, const struct segment_claim *c, unsigned n)
{
	s->first_ns = UINT64_MAX;
	for (unsigned i = 0; i < n; i++) {
		const struct window_seen *w = &c[i].window->seen;
		struct evidence at = window_at(&c[i]);
		s->packets += w->packets;
		s->bytes += w->bytes;
		s->lost += w->lost;
		s->tried += w->tried;
		s->verified += w->verified;
		add_routed(s, &c[i]);
		s->inputs |= live_bit(c[i].window->input);
		add_ssrc(s, c[i].stream->ssrc);
		live_first(&s->first, &at);
		if (w->first_ns < s->first_ns)
			s->first_ns = w->first_ns;
		if (w->last_ns > s->last_ns)
			s->last_ns = w->last_ns;
	}
}

static int main_pt(const struct segment_claim *c, unsigned n)
{
	uint32_t most = 0;
	int pt = -1;

	for (unsigned i = 0; i < n; i++)
		if (c[i].window->seen.packets > most) {
			most = c[i].window->seen.packets;
			pt = c[i].window->seen.pt;
		}
	return pt;
}

static void keep_windows(struct live *l, struct segment *s, const struct segment_claim *c,
			 unsigned n)
{
	struct window_seen *w = live_take(l, n * sizeof *w);

	for (unsigned i = 0; w && i < n; i++)
		w[i] = c[i].window->seen;
	s->windows = w;
	s->window_count = (uint16_t)(w ? n : 0);
}

/* ---- prints of its own time --------------------------------------------------------- */

static unsigned prints_of(const struct segment_claim *c, unsigned n)
{
	const struct stream *last = NULL;
	unsigned room = 0;

	for (unsigned i = 0; i < n; i++) {
		room += c[i].stream == last ? 0 : c[i].stream->print_count;
		last = c[i].stream;
	}
	return room;
}

static void add_prints(struct segment *s, struct print_seen *to, uint32_t *ssrcs,
		       const struct stream *st)
{
	uint64_t limit =
		st->print_count == MEDIA_PRINTS ? st->prints[MEDIA_PRINTS - 1].choice : UINT64_MAX;

	if (limit < s->print_limit)
		s->print_limit = limit;
	for (unsigned i = 0; i < st->print_count && s->print_count < UINT16_MAX; i++) {
		if (st->prints[i].ts_ns < s->first_ns || st->prints[i].ts_ns > s->last_ns)
			continue;
		to[s->print_count] = st->prints[i];
		ssrcs[s->print_count++] = st->ssrc;
	}
}

/* A print and whose it is, while they are being ordered. */
struct owned {
	struct print_seen print;
	uint32_t ssrc;
	unsigned came;
};

static int owned_cmp(const void *x, const void *y)
{
	const struct owned *a = x, *b = y;
	int order = number_cmp(a->print.choice, b->print.choice);

	return order ? order : number_cmp(a->came, b->came);
}

/* Those of one stream stand in order. */
static bool ordered(const struct print_seen *p, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		if (p[i].choice < p[i - 1].choice)
			return false;
	return true;
}

static void order_prints(struct print_seen *p, uint32_t *ssrcs, unsigned n)
{
	if (ordered(p, n))
		return;
	struct owned *all = mem_grow(NULL, n, sizeof *all);
	for (unsigned i = 0; i < n; i++)
		all[i] = (struct owned){ p[i], ssrcs[i], i };
	qsort(all, n, sizeof *all, owned_cmp);
	for (unsigned i = 0; i < n; i++) {
		p[i] = all[i].print;
		ssrcs[i] = all[i].ssrc;
	}
	free(all);
}

static void keep_prints(struct live *l, struct segment *s, const struct segment_claim *c,
			unsigned n)
{
	unsigned room = prints_of(c, n);
	struct print_seen *p = room ? live_take(l, room * sizeof *p) : NULL;
	uint32_t *ssrcs = p ? live_take(l, room * sizeof *ssrcs) : NULL;
	const struct stream *last = NULL;

	s->print_limit = UINT64_MAX;
	if (!ssrcs)
		return;
	for (unsigned i = 0; i < n; i++) {
		if (c[i].stream != last)
			add_prints(s, p, ssrcs, c[i].stream);
		last = c[i].stream;
	}
	order_prints(p, ssrcs, s->print_count);
	s->prints = p;
	s->print_ssrcs = ssrcs;
}

/* ---- before ZRTP has agreed keys (contract 3) ----------------------------------- */

struct start {
	uint64_t packets, first_ns, last_ns;
	unsigned halves, fired;
	struct evidence at;
};

static bool before_keys(const struct segment_claim *c)
{
	const struct zrtp_held *z = stint_zrtp_at(c->flow, c->window->seen.last_ns);

	return c->to->m.keying == KEYING_ZRTP && z && z->seen.completed && z->seen.done.frame &&
	       c->window->seen.last_ns <= z->seen.done.ts_ns;
}

static bool before_answer(const struct live *l, const struct segment_claim *c)
{
	uint64_t ns = live_call_time(l, c->flow->point, c->window->seen.last_ns);

	return c->to->answer_last_ns && ns <= c->to->answer_last_ns;
}

static struct start unkeyed(const struct live *l, const struct segment_claim *c, unsigned n)
{
	struct start s = { .first_ns = UINT64_MAX };

	for (unsigned i = 0; i < n; i++) {
		const struct window_seen *w = &c[i].window->seen;
		struct evidence at = window_at(&c[i]);
		if (!before_keys(&c[i]) || before_answer(l, &c[i]))
			continue;
		s.packets += w->packets;
		s.halves += w->halves;
		s.fired += w->fired_halves;
		live_first(&s.at, &at);
		if (w->first_ns < s.first_ns)
			s.first_ns = w->first_ns;
		if (w->last_ns > s.last_ns)
			s.last_ns = w->last_ns;
	}
	return s;
}

/* The stream's first packet was seen: nothing before it can have agreed other keys. */
static bool began(const struct segment_claim *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (c[i].window == &c[i].stream->windows[0] &&
		    (c[i].window->seen.reasons & WINDOW_START))
			return true;
	return false;
}

static bool tolerated(const struct live *l, const struct start *s, const struct segment_claim *c,
		      uint64_t limit_ns)
{
	const struct agreed *a = c->to;
	uint64_t first = live_call_time(l, c->flow->point, s->first_ns);
	uint64_t last = live_call_time(l, c->flow->point, s->last_ns);
	uint64_t base = a->m.answer_seen && a->answer_last_ns ? a->answer_last_ns : first;

	return s->packets <= CLEAR_START_PACKETS && last <= base + limit_ns;
}

static void place(struct fact *f, const struct agreed *a, const struct segment *s)
{
	f->media = a->number;
	f->segment = (int16_t)(s - a->m.segments);
	f->epoch = s->epoch;
}

static void judge_start(struct live *l, struct segment *s, const struct segment_claim *c,
			unsigned n, uint64_t clear_start_ns)
{
	struct start start = unkeyed(l, c, n);

	if (!start.packets)
		return;
	if (tolerated(l, &start, c, clear_start_ns)) {
		struct fact *f = live_fact(l, FACT_media_clear_start, 3, FACT_NOWHERE, FACT_NOWHERE,
					   &start.at);
		if (f) {
			f->value = start.packets;
			f->duration_ns = start.last_ns - start.first_ns;
			place(f, c->to, s);
		}
	} else if (start.fired || (start.halves < 2 && l->invite_first && began(c, n))) {
		s->protection = PROTECTION_CLEAR;
		s->test = "sent before ZRTP had agreed keys";
		s->clear += start.packets;
		s->clear_ns += start.last_ns - start.first_ns;
		live_first(&s->clear_at, &start.at);
	}
}

/* ---- judging ------------------------------------------------------------------------ */

static bool no_keys_agreed(const struct agreed *a)
{
	return a->m.answer_seen && a->m.keying == KEYING_NONE;
}

/* Conferences; and SCIP, which is encrypted between its devices on an open line (RFC 8817). */
static bool inner_possible(const struct live *l, const struct segment *s)
{
	return l->isfocus_caller || l->isfocus_callee ||
	       (s->codec && slice_ieq(slice_of(s->codec), SLICE("scip")));
}

/* Windows of one SSRC that come after the keys, in time order. */
static void judge_stream(struct live *l, struct segment *s, const struct segment_claim *c,
			 unsigned n)
{
	const struct window_seen **w = live_take(l, n * sizeof(struct window_seen *));
	unsigned count = 0, at[2] = { 0, 0 };
	struct clear_context about = { s->codec, inner_possible(l, s), no_keys_agreed(c->to) };

	for (unsigned i = 0; w && i < n; i++)
		if (!before_keys(&c[i]) || before_answer(l, &c[i])) {
			at[count > 0] = i;
			w[count++] = &c[i].window->seen;
		}
	if (!count)
		return;
	struct clear_verdict v = clear_judge(w, count, &about);
	s->tested += v.tested;
	s->clear += v.clear_packets;
	s->clear_ns += v.clear_ns;
	s->hint = s->hint ? s->hint : v.hint;
	if (v.protection == PROTECTION_CLEAR) {
		unsigned first = at[0];
		while (v.first_clear > 0 && &c[first].window->seen != w[v.first_clear])
			first++;
		struct evidence where = window_at(&c[first]);
		live_first(&s->clear_at, &where);
		s->test = s->test ? s->test : v.test;
		s->protection = PROTECTION_CLEAR;
	} else if (v.protection == PROTECTION_NONE_FOUND && s->protection != PROTECTION_CLEAR) {
		s->protection = PROTECTION_NONE_FOUND;
	}
}

static void make(struct live *l, struct segment *s, struct segment_claim *c, unsigned n,
		 uint64_t clear_start_ns)
{
	const struct flow_key *k = &c->flow->key;
	int pt = main_pt(c, n);

	s->a = c->stream->forward ? addr_src(k) : addr_dst(k);
	s->b = c->stream->forward ? addr_dst(k) : addr_src(k);
	s->point = c->flow->point;
	s->in_turn = c->flow->in_turn;
	s->epoch = (int16_t)c->epoch;
	if (pt >= 0)
		s->codec = agreed_codec(l, c->to, (uint8_t)pt);
	add_up(s, c, n);
	keep_windows(l, s, c, n);
	keep_prints(l, s, c, n);
	judge_start(l, s, c, n, clear_start_ns);
	for (unsigned i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && c[end].stream->ssrc == c[i].stream->ssrc; end++)
			;
		judge_stream(l, s, c + i, end - i);
	}
	/* A tag that fits is the strongest there is (B.7); it does not make clear windows unheard.
	 */
	if (s->verified && s->protection != PROTECTION_CLEAR)
		s->protection = PROTECTION_VERIFIED;
}

static unsigned run(const struct segment_claim *c, unsigned i, unsigned count)
{
	unsigned end = i + 1;

	while (end < count && same_segment(&c[i], &c[end]))
		end++;
	return end;
}

static unsigned segments_of(const struct segment_claim *c, unsigned count, const struct agreed *a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < count; i = run(c, i, count)) {
		if (c[i].to != a)
			break;
		n++;
	}
	return n;
}

void segment_build(struct live *l, struct segment_claim *claims, unsigned count,
		   uint64_t clear_start_ns)
{
	if (count)
		qsort(claims, count, sizeof *claims, claim_cmp);
	for (unsigned i = 0, end; i < count; i = end) {
		struct media *m = &claims[i].to->m;
		end = run(claims, i, count);
		if (!m->segments) {
			unsigned n = segments_of(claims + i, count - i, claims[i].to);
			m->segments = n <= INT16_MAX ? live_take(l, n * sizeof *m->segments) : NULL;
		}
		if (m->segments)
			make(l, &m->segments[m->segment_count++], claims + i, end - i,
			     clear_start_ns);
	}
}
