/* coverage.c - observations required by B.9: access hops, SDP, keying, media on either side. */
#include "rules/coverage.h"

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

static void add_address(struct words *t, const struct addr *a)
{
	char plain[ADDR_TEXT];

	words_add(t, addr_text(a, plain));
}

static void add_host(struct words *t, const struct addr *a)
{
	if (addr_is_none(a))
		return;
	words_add(t, " (");
	add_address(t, a);
	words_add(t, ")");
}

static bool stands_between(enum role r)
{
	return r == ROLE_PROXY || r == ROLE_SBC || r == ROLE_B2BUA;
}

static void add_party(struct words *t, const struct call *c, int side)
{
	words_add(t, party(c, side));
	add_host(t, &c->ends[side].at.addr);
}

/* Where to capture what belongs to one end; a box that looks like an end has another side. */
static void add_place(struct words *t, const struct call *c, int side)
{
	const struct end *e = &c->ends[side];

	if (stands_between(e->role)) {
		words_add(t, "the other side of the ");
		words_add(t, call_role_text(e->role));
		add_host(t, &e->at.addr);
	} else {
		words_add(t, "the access link of the ");
		add_party(t, c, side);
	}
}

static void add_either_place(struct words *t, const struct call *c)
{
	words_add(t, "the access link of the ");
	add_party(t, c, 0);
	words_add(t, " or of the ");
	add_party(t, c, 1);
}

/* The first connection whose contents nobody here could read. */
static const struct leg *sealed(const struct call *c)
{
	for (uint16_t i = 0; i < c->leg_count; i++)
		if (c->legs[i].encrypted && !c->legs[i].decrypted)
			return &c->legs[i];
	return NULL;
}

static void add_in_signaling(struct words *t, const struct call *c)
{
	const struct leg *g = sealed(c);

	words_add(t, g ? "inside TLS at " : "in the signaling that passed before, or elsewhere");
	if (g)
		add_address(t, &g->b.addr);
}

/* "audio 0" */
static void add_line(struct words *t, const struct work *w, uint16_t at)
{
	words_add(t, observation_media_text(w->c->media[at].kind));
	words_add(t, " ");
	words_number(t, at);
}

/* ---- what is required ------------------------------------------------------------------- */

static const char *hop_missing(struct work *w, int side)
{
	struct words t = { .n = 0 };

	words_add(&t, "signaling, on ");
	add_place(&t, w->c, side);
	return rule_words(w, &t);
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

/* The media from one party, seen at `seen` places of two; `place`: of which end the other one is.
 */
static const char *media_missing(struct work *w, uint16_t at, const char *who, int seen, int place)
{
	struct words t = { .n = 0 };

	add_line(&t, w, at);
	words_add(&t, " from the ");
	words_add(&t, who);
	words_add(&t, seen ? ", at a second place: " : ", on ");
	if (seen)
		add_either_place(&t, w->c);
	else
		add_place(&t, w->c, place);
	return rule_words(w, &t);
}

static void require_media(struct tape *t, uint16_t at)
{
	const struct media *m = &t->w->c->media[at];
	bool flip = offered_by_callee(t->w->c, m);

	for (int from = 0; from < DIRECTIONS; from++) {
		const char *who = party(t->w->c, from ^ (int)flip);
		int seen = sides_seen(t->w, m, from);
		if (seen)
			require(t, (uint32_t)seen, true, NULL);
		for (int i = seen; i < SIDES; i++)
			require(t, 1, false, media_missing(t->w, at, who, seen, i));
	}
}

/* "the offer of audio 0, inside TLS at ..." */
static const char *line_missing(struct work *w, const char *what, uint16_t at, const char *where)
{
	struct words t = { .n = 0 };

	words_add(&t, what);
	add_line(&t, w, at);
	words_add(&t, where);
	add_in_signaling(&t, w->c);
	return rule_words(w, &t);
}

static void require_line(struct tape *t, uint16_t at)
{
	const struct media *m = &t->w->c->media[at];
	bool keyed = m->dtls || m->zrtp || t->w->lines[at].key_shown;

	require(t, 1, m->offer_seen,
		m->offer_seen ? NULL : line_missing(t->w, "the offer of ", at, ", "));
	require(t, 1, m->answer_seen,
		m->answer_seen ? NULL : line_missing(t->w, "the answer to ", at, ", "));
	if (m->keying != KEYING_NONE)
		require(t, 1, keyed,
			keyed ? NULL
			      : line_missing(t->w, "how the keys of ", at,
					     " were agreed: on its path from the start, or "));
	if (m->expects_media || m->segment_count)
		require_media(t, at);
}

/* Not counted: that the hop was seen counts; what was said in it decides on signaling. */
static void say_sealed(struct tape *t)
{
	struct work *w = t->w;
	struct words said = { .n = 0 };

	if (!sealed(w->c) || w->signaling.fail || (w->signaling.ok && w->signaling_whole))
		return;
	words_add(&said, "what the signaling says, ");
	add_in_signaling(&said, w->c);
	t->out->missing[t->out->missing_count++] = rule_words(w, &said);
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
