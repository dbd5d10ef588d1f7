/* coverage.c - observations required by B.9: access hops, SDP, keying, media on either side. */
#include "rules/coverage.h"

#include <string.h>

enum { SIDES = 2, DIRECTIONS = 2 };

struct tape {
	struct work *w;
	struct coverage *out;
	uint16_t unlisted;
};

static void require(struct tape *t, uint32_t count, bool made, const char *missing)
{
	t->out->required += count;
	if (made)
		t->out->made += count;
	else if (t->out->missing_count < COVERAGE_MISSING)
		t->out->missing[t->out->missing_count++] = missing;
	else
		t->unlisted++;
}

static bool touches(const struct leg *leg, const struct addr *end)
{
	return !addr_is_none(end) && (addr_eq(&leg->a.addr, end) || addr_eq(&leg->b.addr, end));
}

static bool hop_seen(const struct call *c, int side, uint64_t until_ns)
{
	for (uint16_t i = 0; i < c->leg_count; i++)
		if (touches(&c->legs[i], &c->ends[side].at.addr) && c->legs[i].first_ns <= until_ns)
			return true;
	return false;
}

static const char *party(const struct call *c, int side)
{
	if (c->kind == CALL_OPAQUE || c->kind == CALL_PAGE)
		return side ? "second party" : "first party";
	return side ? "callee" : "caller";
}

static const char *hop_missing(const struct call *c, int side)
{
	if (c->kind == CALL_OPAQUE || c->kind == CALL_PAGE)
		return side ? "second party's side: signaling" : "first party's side: signaling";
	return side ? "callee's side: signaling" : "caller's side: signaling";
}

static void require_hops(struct tape *t)
{
	const struct call *c = t->w->c;

	for (int side = 0; side < SIDES; side++) {
		uint32_t made = 0, talk = 0;
		for (uint16_t i = 0; i < c->epoch_count; i++)
			if (c->epochs[i].type == EPOCH_TALK) {
				talk++;
				made += hop_seen(c, side, c->epochs[i].end_ns);
			}
		if (talk == 0) {
			talk = 1;
			made = hop_seen(c, side, UINT64_MAX);
		}
		if (made)
			require(t, made, true, NULL);
		if (made < talk)
			require(t, talk - made, false, hop_missing(c, side));
	}
}

/* With a delayed offer the callee is the one who offers. */
static bool offered_by_callee(const struct call *c, const struct media *m)
{
	if (addr_eq(&m->offerer.addr, &c->ends[0].at.addr) ||
	    addr_eq(&m->answerer.addr, &c->ends[1].at.addr))
		return false;
	return addr_eq(&m->offerer.addr, &c->ends[1].at.addr) ||
	       addr_eq(&m->answerer.addr, &c->ends[0].at.addr);
}

/* 0: from the one who offered. Where no SDP was read, from the lower address. */
static int direction(const struct media *m, const struct segment *s)
{
	if (addr_endpoint_eq(&s->a, &m->offerer) || addr_endpoint_eq(&s->b, &m->answerer))
		return 0;
	if (addr_endpoint_eq(&s->a, &m->answerer) || addr_endpoint_eq(&s->b, &m->offerer))
		return 1;
	if (!addr_eq(&m->offerer.addr, &m->answerer.addr)) {
		if (addr_eq(&s->a.addr, &m->offerer.addr) || addr_eq(&s->b.addr, &m->answerer.addr))
			return 0;
		if (addr_eq(&s->a.addr, &m->answerer.addr) || addr_eq(&s->b.addr, &m->offerer.addr))
			return 1;
	}
	return addr_endpoint_cmp(&s->a, &s->b) > 0;
}

/* Which of two capture points is on whose side is not known unless asserted: they are counted. */
static int sides_seen(const struct work *w, const struct media *m, int from)
{
	point_set points = 0;

	for (uint16_t i = 0; i < m->segment_count; i++)
		if (m->segments[i].packets && direction(m, &m->segments[i]) == from)
			points |= UINT64_C(1) << (m->segments[i].point & 63);
	int n = __builtin_popcountll(points);
	int most = rule_has(w, FACT_one_side) ? 1 : SIDES;
	return n < most ? n : most;
}

static void require_media(struct tape *t, uint16_t at)
{
	const struct media *m = &t->w->c->media[at];
	const char *kind = observation_media_text(m->kind);
	bool flip = offered_by_callee(t->w->c, m);

	for (int from = 0; from < DIRECTIONS; from++) {
		const char *who = party(t->w->c, from ^ (int)flip);
		int seen = sides_seen(t->w, m, from);
		if (seen)
			require(t, (uint32_t)seen, true, NULL);
		for (int i = seen; i < SIDES; i++)
			require(t, 1, false,
				seen ? rule_text(t->w,
						 "a second side of the path: %s %u from the %s",
						 kind, (unsigned)at, who)
				     : rule_text(t->w, "%s's side: %s %u from the %s",
						 party(t->w->c, i), kind, (unsigned)at, who));
	}
}

static void require_line(struct tape *t, uint16_t at)
{
	const struct media *m = &t->w->c->media[at];
	const char *kind = observation_media_text(m->kind);
	bool keyed = m->dtls || m->zrtp || t->w->lines[at].key_shown;

	require(t, 1, m->offer_seen,
		m->offer_seen ? NULL : rule_text(t->w, "the offer of %s %u", kind, (unsigned)at));
	require(t, 1, m->answer_seen,
		m->answer_seen ? NULL : rule_text(t->w, "the answer to %s %u", kind, (unsigned)at));
	if (m->keying != KEYING_NONE)
		require(t, 1, keyed,
			keyed ? NULL
			      : rule_text(t->w, "how the keys of %s %u were agreed", kind,
					  (unsigned)at));
	if (m->expects_media || m->segment_count)
		require_media(t, at);
}

struct coverage coverage_of(struct work *w)
{
	struct coverage out = { .missing =
					arena_take(w->arena, (COVERAGE_MISSING + COVERAGE_SPARE) *
								     sizeof *out.missing) };
	struct tape t = { .w = w, .out = &out };

	if (!out.missing)
		return out;
	require_hops(&t);
	for (uint16_t i = 0; i < w->c->media_count; i++)
		if (w->lines[i].live)
			require_line(&t, i);
	if (t.unlisted)
		out.missing[out.missing_count++] =
			rule_text(w, "%u further observations", (unsigned)t.unlisted);
	return out;
}
