/* coverage.c - observations required by B.9: access hops, SDP, keying, media on either side. */
#include "rules/coverage.h"

#include <stdio.h>

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

/* ---- places, by name ------------------------------------------------------------------ */

static const char *host_text(const struct addr *a, char out[ADDR_TEXT + 4])
{
	char plain[ADDR_TEXT];

	if (addr_is_none(a))
		return "";
	(void)snprintf(out, ADDR_TEXT + 4, " (%s)", addr_text(a, plain));
	return out;
}

static bool stands_between(enum role r)
{
	return r == ROLE_PROXY || r == ROLE_SBC || r == ROLE_B2BUA;
}

/* Where to capture what belongs to one end; a box that looks like an end has another side. */
static const char *place_of(struct work *w, int side)
{
	const struct end *e = &w->c->ends[side];
	char host[ADDR_TEXT + 4];

	return rule_text(w,
			 stands_between(e->role) ? "the other side of the %s%s"
						 : "the access link of the %s%s",
			 stands_between(e->role) ? call_role_text(e->role) : party(w->c, side),
			 host_text(&e->at.addr, host));
}

static const char *either_place(struct work *w)
{
	char a[ADDR_TEXT + 4], b[ADDR_TEXT + 4];

	return rule_text(w, "the access link of the %s%s or of the %s%s", party(w->c, 0),
			 host_text(&w->c->ends[0].at.addr, a), party(w->c, 1),
			 host_text(&w->c->ends[1].at.addr, b));
}

/* The first connection whose contents nobody here could read. */
static const struct leg *sealed(const struct call *c)
{
	for (uint16_t i = 0; i < c->leg_count; i++)
		if (c->legs[i].encrypted && !c->legs[i].decrypted)
			return &c->legs[i];
	return NULL;
}

static const char *in_signaling(struct work *w)
{
	const struct leg *g = sealed(w->c);
	char host[ADDR_TEXT];

	return g ? rule_text(w, "inside TLS at %s", addr_text(&g->b.addr, host))
		 : "in the signaling that passed before, or elsewhere";
}

static const char *hop_missing(struct work *w, int side)
{
	return rule_text(w, "signaling, on %s", place_of(w, side));
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
			require(t, talk - made, false, hop_missing(t->w, side));
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
				seen ? rule_text(t->w, "%s %u from the %s, at a second place: %s",
						 kind, (unsigned)at, who, either_place(t->w))
				     : rule_text(t->w, "%s %u from the %s, on %s", kind,
						 (unsigned)at, who, place_of(t->w, i)));
	}
}

static void require_line(struct tape *t, uint16_t at)
{
	const struct media *m = &t->w->c->media[at];
	const char *kind = observation_media_text(m->kind);
	bool keyed = m->dtls || m->zrtp || t->w->lines[at].key_shown;

	require(t, 1, m->offer_seen,
		m->offer_seen ? NULL
			      : rule_text(t->w, "the offer of %s %u, %s", kind, (unsigned)at,
					  in_signaling(t->w)));
	require(t, 1, m->answer_seen,
		m->answer_seen ? NULL
			       : rule_text(t->w, "the answer to %s %u, %s", kind, (unsigned)at,
					   in_signaling(t->w)));
	if (m->keying != KEYING_NONE)
		require(t, 1, keyed,
			keyed ? NULL
			      : rule_text(t->w,
					  "how the keys of %s %u were agreed: on its path from "
					  "the start, or %s",
					  kind, (unsigned)at, in_signaling(t->w)));
	if (m->expects_media || m->segment_count)
		require_media(t, at);
}

/* Not counted: that the hop was seen counts; what was said in it decides on signaling. */
static void say_sealed(struct tape *t)
{
	const struct work *w = t->w;

	if (sealed(w->c) && !w->signaling.fail && !(w->signaling.ok && w->signaling_whole))
		t->out->missing[t->out->missing_count++] =
			rule_text(t->w, "what the signaling says, %s", in_signaling(t->w));
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
	say_sealed(&t);
	for (uint16_t i = 0; i < w->c->media_count; i++)
		if (w->lines[i].live)
			require_line(&t, i);
	if (t.unlisted)
		out.missing[out.missing_count++] =
			rule_text(w, "%u further observations", (unsigned)t.unlisted);
	return out;
}
