/* compare.c - media and exchanges of one call, held against each other at the places it was seen.
 */
#include "analyzer/track/compare.h"

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/track/across.h"
#include "analyzer/track/alike.h"
#include "analyzer/track/clocks.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/outer.h"
#include "analyzer/track/sight.h"
#include "analyzer/track/start.h"

/* A segment and what became of it. */
struct piece {
	struct segment *s;
	struct agreed *of;
	bool covered; /* passed unchanged between asserted ends */
};

struct bench {
	struct live *l;
	const struct track_options *options;
	struct piece pieces[COMPARE_SEGMENTS];
	unsigned count;
};

static void gather(struct bench *b)
{
	struct agreed_list *list = &b->l->list;

	for (unsigned i = 0; i < list->count; i++)
		for (unsigned k = 0; k < list->all[i].m.segment_count; k++)
			if (b->count < COMPARE_SEGMENTS && list->all[i].m.segments[k].packets)
				b->pieces[b->count++] = (struct piece){ &list->all[i].m.segments[k],
									&list->all[i], false };
}

/* ---- where the ends are (B.3) ------------------------------------------------------- */

static bool asserted_end(const struct track_options *o, const struct addr *a)
{
	return inventory_says(o->inventory, a, ROLE_ENDPOINT);
}

static bool access_points(const struct track_options *o, uint16_t p, uint16_t q)
{
	return p != q && (o->access & live_bit(p)) && (o->access & live_bit(q));
}

/* Sent by one asserted end and received by another, whatever lies between. */
static bool spans(const struct track_options *o, const struct segment *s, const struct segment *t)
{
	const struct addr *from = asserted_end(o, &s->a.addr)	? &s->a.addr
				  : asserted_end(o, &t->a.addr) ? &t->a.addr
								: NULL;
	const struct addr *to = asserted_end(o, &s->b.addr)   ? &s->b.addr
				: asserted_end(o, &t->b.addr) ? &t->b.addr
							      : NULL;

	return (from && to && !addr_eq(from, to)) || access_points(o, s->point, t->point);
}

/* ---- media: two places (B.7) ----------------------------------------------------------- */

static bool same_place(const struct segment *s, const struct segment *t)
{
	return s->point == t->point && addr_endpoint_eq(&s->a, &t->a) &&
	       addr_endpoint_eq(&s->b, &t->b);
}

static bool same_way(const struct segment *s, const struct segment *t)
{
	return addr_endpoint_eq(&s->a, &t->a) && addr_endpoint_eq(&s->b, &t->b);
}

/* Agreed without keys: that no structure was found in it is no sign of protection. */
static bool keyless(const struct piece *p)
{
	return p->of->m.keying == KEYING_NONE && p->s->protection != PROTECTION_VERIFIED;
}

static void note_relayed(struct bench *b, struct piece *x, struct piece *y, unsigned equal,
			 bool part)
{
	struct piece *both[] = { x, y };

	if (keyless(x) || keyless(y))
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct fact *f = keyed_fact(b->l, FACT_media_relayed, 4, both[i]->of->number,
					    part ? "in part" : NULL, &x->s->first);
		if (!f)
			continue;
		live_evidence(f, &y->s->first);
		f->value += equal;
	}
	if (!part && x->s->point == y->s->point)
		keyed_fact(b->l, FACT_both_sides, 4, FACT_NOWHERE, NULL, &x->s->first);
	if (!part && spans(b->options, x->s, y->s))
		x->covered = y->covered = true;
}

/*
 * One capture point saw the packets come to a router and leave it. That is no second
 * access link, and says nothing of any box that has an address in this call.
 */
static void note_routed(struct bench *b, const struct piece *x)
{
	const struct segment *s = x->s;

	if (keyless(x) || !alike_protected(s) || s->routed < ALIKE_PACKETS ||
	    s->routed * 20 < s->packets * 19)
		return;
	struct fact *f = keyed_fact(b->l, FACT_media_routed, 4, x->of->number, NULL, &s->first);
	if (!f)
		return;
	live_evidence(f, &s->routed_at);
	f->value += s->routed;
}

static void note_both(struct bench *b, enum fact_kind kind, const struct piece *x,
		      const struct piece *y)
{
	const struct piece *both[] = { x, y };

	for (unsigned i = 0; i < 2; i++) {
		struct fact *f = keyed_fact(b->l, kind, 3, both[i]->of->number, NULL, &x->s->first);
		if (f)
			live_evidence(f, &y->s->first);
	}
}

static bool clear(const struct segment *s)
{
	return s->protection == PROTECTION_CLEAR;
}

/* RFC 8723: the outer layer is another on each hop, by design. */
static bool two_layers(const struct live *l, const struct agreed *a)
{
	for (const struct sight *s = l->sights; s; s = s->next)
		if (s->media == a->number && s->two_layers)
			return true;
	return false;
}

static bool decrypted(const struct piece *open, const struct piece *closed)
{
	return clear(open->s) && alike_protected(closed->s) && !keyless(closed);
}

/* What is wrapped around a codec, or stands beside it, is no other codec (D.9, B2B-004). */
static bool is_wrapping(struct slice name)
{
	static const char *const names[] = { "red", "ulpfec", "flexfec",
					     "rtx", "CN",     "telephone-event" };

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq(name, slice_of(names[i])))
			return true;
	return false;
}

/* Readable on both sides and spoken in another codec: it was made anew in between. */
static bool transcoded(const struct segment *s, const struct segment *t)
{
	if (!clear(s) || !clear(t) || !s->codec || !t->codec)
		return false;
	struct slice a = slice_of(s->codec), b = slice_of(t->codec);
	return !slice_ieq(a, b) && !is_wrapping(a) && !is_wrapping(b);
}

/* One stream, other octets: somebody in between opened it. */
static void note_changed(struct bench *b, const struct piece *x, const struct piece *y)
{
	if (same_way(x->s, y->s) || x->s->packets < ALIKE_PACKETS ||
	    y->s->packets < ALIKE_PACKETS || !alike_apart(x->s, y->s, b->options->skew_ns))
		return;
	if (alike_protected(x->s) && alike_protected(y->s)) {
		if (!two_layers(b->l, x->of) && !two_layers(b->l, y->of))
			note_both(b, FACT_media_rekeyed, x, y);
	} else if (decrypted(x, y) || decrypted(y, x)) {
		note_both(b, FACT_media_decrypted, x, y);
	} else if (transcoded(x->s, y->s)) {
		note_both(b, FACT_media_transcoded, x, y);
	}
}

static bool in_talk(const struct live *l, const struct segment *s)
{
	return s->epoch >= 0 && s->epoch < l->call.epoch_count &&
	       l->call.epochs[s->epoch].type == EPOCH_TALK;
}

/* What one row saw go into a box, and another row come out of it towards somebody else. */
static bool passes(const struct segment *in, const struct segment *out)
{
	return addr_eq(&in->b.addr, &out->a.addr) && !addr_eq(&in->a.addr, &out->b.addr);
}

/*
 * Rows joined by their signaling, SSRC and numbers new: if the box had passed the
 * media on as it came, packets would be the same on both sides. Announcements and
 * music of the box's own are no stretch of talk of both.
 */
static void note_begun_anew(struct bench *b, const struct piece *x, const struct piece *y)
{
	const struct segment *s = x->s, *t = y->s;

	/* Who is the box and who an end is known from signaling only. */
	if (!x->of->leg || !y->of->leg || s->in_turn || t->in_turn)
		return;
	if (x->of->part == y->of->part || x->of->m.kind != y->of->m.kind ||
	    !(passes(s, t) || passes(t, s)) || !in_talk(b->l, s) || !in_talk(b->l, t) ||
	    !alike_together(s, t) || s->packets < ALIKE_PACKETS || t->packets < ALIKE_PACKETS)
		return;
	note_changed(b, x, y);
}

static bool answers(const struct segment *s, const struct segment *t)
{
	return s->point == t->point && addr_endpoint_eq(&s->a, &t->b) &&
	       addr_endpoint_eq(&s->b, &t->a);
}

/* Devices that give each stream one SSRC have it in both directions: then it tells nothing. */
static bool either_way(const struct bench *b, const struct piece *x, const struct piece *y)
{
	for (unsigned i = 0; i < b->count; i++)
		if (answers(b->pieces[i].s, y->s) &&
		    alike_of(x->s, b->pieces[i].s, b->options->skew_ns, NULL) != ALIKE_NOT)
			return true;
	return false;
}

static void note_paired(struct bench *b, const struct piece *x, const struct piece *y)
{
	if (alike_onward(x->s, y->s) && !either_way(b, x, y) && !either_way(b, y, x))
		note_changed(b, x, y);
}

/* One SSRC in both directions of a device tells no stream from the other. */
static bool comes_back(const struct bench *b, const struct piece *x, const struct piece *y)
{
	for (unsigned i = 0; i < b->count; i++)
		if (answers(b->pieces[i].s, y->s) && b->pieces[i].s->ssrc_count == 1 &&
		    b->pieces[i].s->ssrcs[0] == x->s->ssrcs[0])
			return true;
	return false;
}

static bool proved_closed(const struct segment *s)
{
	return s->protection == PROTECTION_VERIFIED && !s->clear;
}

static bool wide_open(const struct segment *s)
{
	return clear(s) && s->clear * 20 >= s->packets * 19;
}

/*
 * A tone, or silence, repeats its payloads, and what is chosen of them by content is
 * too little to lay side by side. Where the tags of one side verify and the other is readable
 * their octets differ in any case: the numbers tell that it is one stream.
 */
static void note_opened(struct bench *b, const struct piece *x, const struct piece *y)
{
	bool opened = (proved_closed(x->s) && wide_open(y->s)) ||
		      (proved_closed(y->s) && wide_open(x->s));

	if (opened && !same_way(x->s, y->s) && alike_onward(x->s, y->s) &&
	    alike_numbered(x->s, y->s, b->options->skew_ns) && !comes_back(b, x, y) &&
	    !comes_back(b, y, x))
		note_both(b, FACT_media_decrypted, x, y);
}

static void hold_together(struct bench *b, struct piece *x, struct piece *y)
{
	unsigned equal = 0;

	if (same_place(x->s, y->s))
		return;
	switch (alike_of(x->s, y->s, b->options->skew_ns, &equal)) {
	case ALIKE_FORWARDED:
		note_relayed(b, x, y, equal, false);
		break;
	case ALIKE_PART:
		note_relayed(b, x, y, equal, true);
		break;
	case ALIKE_PAIRED:
		note_opened(b, x, y);
		note_paired(b, x, y);
		break;
	case ALIKE_NOT:
		note_opened(b, x, y);
		note_begun_anew(b, x, y);
		break;
	}
}

/* ---- a line as a whole ------------------------------------------------------------------- */

/* Between the two asserted ends themselves nothing forwards. */
static void cover_direct(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		struct segment *s = b->pieces[i].s;
		if (alike_protected(s) && !keyless(&b->pieces[i]) &&
		    asserted_end(b->options, &s->a.addr) && asserted_end(b->options, &s->b.addr))
			b->pieces[i].covered = true;
	}
}

/* With those that the capture lacks: nobody saw what they were. */
static uint64_t all_packets(const struct agreed *a)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < a->m.segment_count; i++)
		n += a->m.segments[i].packets + a->m.segments[i].lost;
	return n;
}

static bool begun_before(const struct agreed *a, uint16_t point, uint64_t keyed_ns)
{
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		for (unsigned k = 0; s->point == point && k < s->window_count; k++)
			if (s->windows[k].first_ns < keyed_ns && s->windows[k].last_ns > keyed_ns)
				return true;
	}
	return false;
}

/* Media that began before ZRTP had keys and was not told apart from what came after. */
static bool astride(const struct live *l, const struct agreed *a)
{
	for (const struct sight *s = l->sights; s; s = s->next)
		if (s->media == a->number && s->keyed_ns && begun_before(a, s->point, s->keyed_ns))
			return true;
	return false;
}

/* What was too short to prove anything may not be more than a twentieth. */
static void note_span(struct bench *b, const struct agreed *a)
{
	uint64_t covered = 0, all = all_packets(a);
	const struct evidence *at = NULL;
	bool two_ways = false;
	const struct segment *first = NULL;

	for (unsigned i = 0; i < b->count; i++) {
		const struct piece *p = &b->pieces[i];
		if (p->of != a || !p->covered)
			continue;
		covered += p->s->packets;
		at = at ? at : &p->s->first;
		two_ways |= first && addr_endpoint_eq(&first->a, &p->s->b);
		first = first ? first : p->s;
	}
	if (!at || !two_ways || covered * 20 < all * 19 || astride(b->l, a))
		return;
	struct fact *f = keyed_fact(b->l, FACT_media_spanned, 4, a->number, NULL, at);
	if (f)
		f->spans = start_seen(b->l, a);
}

static void compare_media(struct bench *b)
{
	for (unsigned i = 0; i < b->count; i++)
		for (unsigned k = i + 1; k < b->count; k++)
			hold_together(b, &b->pieces[i], &b->pieces[k]);
	for (unsigned i = 0; i < b->count; i++)
		note_routed(b, &b->pieces[i]);
	cover_direct(b);
	for (unsigned i = 0; i < b->l->list.count; i++)
		note_span(b, &b->l->list.all[i]);
}

/* ---- exchanges of keys (B.6) ---------------------------------------------------------------- */

struct group {
	unsigned places;
	unsigned ends;	  /* different asserted endpoints that took part */
	point_set points; /* that are access links */
	struct addr end[2];
	const struct sight *seen[8];
};

static bool new_place(const struct group *g, const struct sight *s)
{
	for (unsigned i = 0; i < g->places && i < 8; i++)
		if (g->seen[i]->point == s->point &&
		    !memcmp(&g->seen[i]->key, &s->key, sizeof s->key))
			return false;
	return true;
}

static void add_end(struct group *g, const struct track_options *o, const struct addr *a)
{
	if (!asserted_end(o, a))
		return;
	for (unsigned i = 0; i < g->ends && i < 2; i++)
		if (addr_eq(&g->end[i], a))
			return;
	if (g->ends < 2)
		g->end[g->ends] = *a;
	g->ends++;
}

static struct group sightings(const struct bench *b, const struct sight *s)
{
	struct group g = { 0 };
	unsigned looked = 0;

	for (const struct sight *t = b->l->sights; t && looked < COMPARE_SIGHTS;
	     t = t->next, looked++) {
		if (!sight_same(s, t) || !new_place(&g, t))
			continue;
		if (g.places < 8)
			g.seen[g.places] = t;
		g.places++;
		g.points |= b->options->access & live_bit(t->point);
		add_end(&g, b->options, &t->key.src);
		add_end(&g, b->options, &t->key.dst);
	}
	return g;
}

/* B.6: a resumption owes its secrecy to what was agreed before, unless it says otherwise. */
static bool fresh(const struct sight *s)
{
	return s->completed && (s->full || s->ephemeral);
}

static void note_exchange(struct bench *b, const struct sight *s)
{
	struct group g = sightings(b, s);
	bool spanned = g.ends == 2 || __builtin_popcountll(g.points) >= 2;
	enum fact_kind kind = s->kind == SIGHT_DTLS ? FACT_dtls_same : FACT_zrtp_same;

	if (g.places < 2 && !spanned)
		return;
	struct fact *f = keyed_fact(b->l, kind, 4, s->media, NULL, &s->at);
	if (!f)
		return;
	if (f->value < g.places)
		f->value = g.places;
	for (unsigned i = 0; i < g.places && i < 8; i++)
		live_evidence(f, &g.seen[i]->at);
	f->spans = spanned;
}

/* All exchanges of a line must reach from end to end; one that does not leaves a part unknown. */
static void weigh_line(struct bench *b, const struct agreed *a)
{
	bool all = true;

	for (const struct sight *s = b->l->sights; s; s = s->next) {
		if (s->media != a->number || !s->completed || s->kind == SIGHT_TLS)
			continue;
		struct group g = sightings(b, s);
		all &= fresh(s) && (g.ends == 2 || __builtin_popcountll(g.points) >= 2);
	}
	for (struct note *n = b->l->facts; n; n = n->next)
		if (n->fact.media == a->number &&
		    (n->fact.kind == FACT_dtls_same || n->fact.kind == FACT_zrtp_same))
			n->fact.spans &= all;
}

static void compare_exchanges(struct bench *b)
{
	for (const struct sight *s = b->l->sights; s; s = s->next)
		if (s->kind != SIGHT_TLS && fresh(s) && sight_named(s))
			note_exchange(b, s);
	for (unsigned i = 0; i < b->l->list.count; i++)
		weigh_line(b, &b->l->list.all[i]);
}

/* ---- the door ----------------------------------------------------------------------------------
 */

void compare_facts(struct live *l, const struct track_options *options)
{
	struct bench b = { .l = l, .options = options };
	int64_t ns;

	gather(&b);
	compare_media(&b);
	compare_exchanges(&b);
	across_parts(l);
	outer_facts(l, options);
	const struct segment *off = clocks_within(l, &ns);
	if (off)
		live_first(&l->clock_off, &off->first);
	if (l->parts > 1)
		live_fact(l, FACT_legs_joined, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
	if (l->ambiguous && l->parts <= 1)
		live_fact(l, FACT_legs_ambiguous, 1, FACT_NOWHERE, FACT_NOWHERE, &l->first);
}
