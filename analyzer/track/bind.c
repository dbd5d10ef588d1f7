/* bind.c - flows to the m-lines that promised them. */
#include "analyzer/track/bind.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/track/dialog.h"
#include "analyzer/track/epoch.h"

enum { FLOWS = 512, CLAIMS = 8192 };
static const uint64_t SLACK_NS = WHEN_SECOND; /* hanging up takes both sides a moment */

struct range {
	uint64_t from_ns, to_ns;
};

struct binder {
	struct live *l;
	struct agreed_list *list;
	const struct bind_options *options;
	struct bind_counts *counts;
	struct flow *flows[FLOWS];
	unsigned flow_count;
	struct segment_claim *claims;
	unsigned claim_count, claim_room;
};

/* ---- whose stretch of time is it ---------------------------------------------- */

static struct range range_of(const struct live *l, uint64_t promised_ns)
{
	struct range r = { promised_ns, UINT64_MAX };

	if (!l->invite_first && !l->identities_final)
		r.from_ns = 0; /* a call joined in the middle had media before its first SDP here */
	if (l->bye.frame)
		r.to_ns = l->bye.ts_ns + SLACK_NS;
	else if (!dialog_answered(l) && l->failed.frame)
		r.to_ns = l->failed.ts_ns + SLACK_NS;
	return r;
}

static bool promise_on(const struct flow *f, const struct live *l, uint64_t *from_ns)
{
	bool found = false;

	for (const struct promise *p = l->promises; p; p = p->next_of_live)
		for (unsigned i = 0; i < f->link_count; i++)
			if (f->links[i].place == p->place && (!found || p->from_ns < *from_ns)) {
				*from_ns = p->from_ns;
				found = true;
			}
	return found;
}

static bool inside(const struct window_seen *w, struct range r)
{
	return w->first_ns >= r.from_ns && w->last_ns <= r.to_ns;
}

static bool touches(const struct window_seen *w, struct range r)
{
	return w->last_ns >= r.from_ns && w->first_ns <= r.to_ns;
}

/* Another call with a claim on this flow; up to STINT_RIVALS at each place are looked at. */
struct rival {
	const struct live *live;
	struct range range;
	enum stint_fit fit;
};

static unsigned rivals(const struct flow *f, const struct live *l, struct rival *out, unsigned room)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->link_count; i++) {
		unsigned looked = 0;
		for (const struct promise *p = f->links[i].place->promises;
		     p && looked < STINT_RIVALS; p = p->next, looked++) {
			unsigned k = 0;
			while (k < n && out[k].live != p->live)
				k++;
			if (p->live == l || k < n || n == room)
				continue;
			uint64_t from_ns = p->from_ns;
			promise_on(f, p->live, &from_ns);
			out[n++] = (struct rival){ p->live, range_of(p->live, from_ns),
						   stint_fit(f, p->live) };
		}
	}
	return n;
}

/* After hanging up a port is soon another call's: only what ran on, or has both ends, is ours. */
static bool trails(const struct binder *b, const struct stream *st, const struct window_seen *w,
		   struct range own, enum stint_fit fit)
{
	if (own.to_ns == UINT64_MAX || w->first_ns <= own.to_ns)
		return true;
	return w->first_ns <= own.to_ns + b->options->linger_ns &&
	       (fit >= STINT_BOTH_ENDS || st->windows[0].seen.first_ns <= own.to_ns);
}

static bool is_ours(struct binder *b, const struct stream *st, struct stint_window *w,
		    struct range own, enum stint_fit fit, const struct rival *r, unsigned n)
{
	if (w->astride || w->fit > fit)
		return false;
	bool ours = inside(&w->seen, own);
	for (unsigned i = 0; i < n; i++) {
		if (r[i].fit < fit || !touches(&w->seen, r[i].range))
			continue;
		if (r[i].fit > fit && inside(&w->seen, r[i].range))
			return false;
		if (!ours && touches(&w->seen, own) && !inside(&w->seen, r[i].range)) {
			w->astride = true;
			b->counts->astride++;
		}
		if (!ours)
			return false;
	}
	return ours || (w->seen.last_ns >= own.from_ns && trails(b, st, &w->seen, own, fit));
}

/* ---- collecting -------------------------------------------------------------------- */

static void collect(struct binder *b)
{
	for (const struct promise *p = b->l->promises; p; p = p->next_of_live) {
		if (p->place->flow_count > STINT_CROWD)
			continue;
		for (const struct link *k = p->place->flows; k; k = k->next) {
			if (k->flow->visited == b->l)
				continue;
			if (b->flow_count == FLOWS) {
				b->l->spent = true;
				return;
			}
			k->flow->visited = b->l;
			b->flows[b->flow_count++] = k->flow;
		}
	}
}

static int flow_cmp(const void *x, const void *y)
{
	const struct flow *a = *(struct flow *const *)x, *b = *(struct flow *const *)y;
	int order = memcmp(&a->key, &b->key, sizeof a->key);

	return order ? order : (a->point > b->point) - (a->point < b->point);
}

_Static_assert(AGREED_MEDIA <= 64, "sets of media are bits");

/* What was agreed last before that time, of lines that share a path: keys change, ports stay. */
static struct agreed *agreed_then(const struct live *l, struct agreed_list *list, uint64_t set,
				  uint64_t ns)
{
	const struct pact *last = NULL;
	int best = __builtin_ctzll(set);

	for (const struct pact *p = l->pacts; p; p = p->next) {
		unsigned lines = p->answer ? p->answer->line_count : 0;
		if (!p->media || p->answer_at.ts_ns > ns)
			continue;
		for (unsigned i = 0; i < lines; i++)
			if (p->media[i] >= 0 && set >> p->media[i] & 1 &&
			    (!last || p->answer_at.ts_ns > last->answer_at.ts_ns)) {
				last = p;
				best = p->media[i];
			}
	}
	return &list->all[best];
}

static struct agreed *best_fit(const struct binder *b, const struct flow *f,
			       const struct window_seen *w)
{
	unsigned most = 0;
	uint64_t set = 0;

	for (unsigned i = 0; i < b->list->count; i++) {
		unsigned fit = agreed_fit(&b->list->all[i], f, w->pt);
		if (fit > most) {
			most = fit;
			set = 0;
		}
		if (fit && fit == most)
			set |= UINT64_C(1) << i;
	}
	if (!set)
		return NULL;
	return agreed_then(b->l, b->list, set, w->first_ns + (w->last_ns - w->first_ns) / 2);
}

static void claim(struct binder *b, struct segment_claim c)
{
	if (b->claim_count == CLAIMS) {
		b->l->spent = true;
		return;
	}
	if (b->claim_count == b->claim_room) {
		b->claim_room = b->claim_room ? b->claim_room * 2 : 16;
		b->claims = mem_grow(b->claims, b->claim_room, sizeof *b->claims);
	}
	b->claims[b->claim_count++] = c;
	if (c.window->seen.last_ns > b->l->last_media_ns)
		b->l->last_media_ns = c.window->seen.last_ns;
}

static void claim_streams(struct binder *b, struct flow *f, struct range own, enum stint_fit fit)
{
	struct rival r[STINT_RIVALS];
	unsigned n = rivals(f, b->l, r, STINT_RIVALS);

	for (struct stream *st = f->streams; st; st = st->next)
		for (unsigned i = 0; i < st->window_count; i++) {
			struct stint_window *w = &st->windows[i];
			struct agreed *to = best_fit(b, f, &w->seen);
			if (!to || !is_ours(b, st, w, own, fit, r, n))
				continue;
			w->fit = (uint8_t)fit;
			uint64_t middle =
				w->seen.first_ns + (w->seen.last_ns - w->seen.first_ns) / 2;
			claim(b, (struct segment_claim){
					 to, f, st, w,
					 epoch_at(&b->l->call,
						  live_call_time(b->l, f->point, middle)) });
		}
}

static enum flow_speaks expected(const struct agreed *a)
{
	switch (a->m.profile) {
	case PROFILE_UDPTL:
		return FLOW_UDPTL;
	case PROFILE_MSRP:
		return FLOW_MSRP;
	case PROFILE_BFCP:
		return FLOW_BFCP;
	default:
		return FLOW_UNKNOWN;
	}
}

static void note_speech(struct agreed_list *list, struct flow *f)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct agreed *a = &list->all[i];
		enum flow_speaks want = expected(a);
		if (!agreed_fit(a, f, -1))
			continue;
		f->owned = true;
		for (unsigned k = 0; k < 2; k++)
			if (want != FLOW_UNKNOWN && f->speaks[k].speaks == want &&
			    f->speaks[k].parsed) {
				a->parsed[k] += f->speaks[k].parsed;
				a->parsed_on = f->key;
				live_first(&a->parsed_at, &f->speaks[k].first);
			}
	}
}

static unsigned best_of(const struct binder *b, const struct flow *f)
{
	unsigned most = 0;

	for (unsigned i = 0; i < b->list->count; i++) {
		unsigned fit = agreed_fit(&b->list->all[i], f, -1);
		most = fit > most ? fit : most;
	}
	return most;
}

/* DTLS, ZRTP and the like belong to every line that shares the path (BUNDLE). */
static void note_path(struct binder *b, struct flow *f)
{
	unsigned best = best_of(b, f);

	for (unsigned i = 0; best && i < b->list->count; i++)
		if (agreed_fit(&b->list->all[i], f, -1) == best)
			agreed_path(&b->list->all[i], f);
	for (unsigned i = 0; !best && i < b->list->count; i++)
		agreed_rtcp_path(&b->list->all[i], f);
	note_speech(b->list, f);
	if (f->cut) {
		b->l->truncated_count += f->cut;
		live_first(&b->l->truncated, &f->cut_at);
	}
}

static void take_flow(struct binder *b, struct flow *f)
{
	enum stint_fit fit = stint_fit(f, b->l);
	uint64_t from_ns = 0;
	unsigned claims = b->claim_count;

	if (fit == STINT_NONE || !promise_on(f, b->l, &from_ns))
		return;
	struct range own = range_of(b->l, from_ns);
	/* What ended before its SDP was seen needs both ends to be this call's, joined or not. */
	if (f->last_ns < from_ns && fit < STINT_BOTH_ENDS)
		return;
	if (f->last_ns < own.from_ns ||
	    (own.to_ns != UINT64_MAX && f->first_ns > own.to_ns + b->options->linger_ns))
		return;
	claim_streams(b, f, own, fit);
	if (b->claim_count == claims && f->streams)
		return; /* its media is another call's, and so is what keyed it */
	note_path(b, f);
	b->l->points |= live_bit(f->point);
	b->l->call.inputs |= f->inputs;
}

/* What ran on the path says how an open line was keyed. */
static void settle_keying(struct agreed *a)
{
	bool open = a->m.keying == KEYING_NONE || a->m.keying == KEYING_UNKNOWN;

	if (a->m.zrtp && open)
		a->m.keying = KEYING_ZRTP;
	else if (a->m.dtls && a->m.keying == KEYING_UNKNOWN)
		a->m.keying = KEYING_DTLS;
}

void bind_media(struct live *l, struct agreed_list *list, const struct bind_options *options,
		struct bind_counts *counts)
{
	struct binder *b = mem_zero(1, sizeof *b);

	b->l = l;
	b->list = list;
	b->options = options;
	b->counts = counts;
	collect(b);
	if (b->flow_count)
		qsort(b->flows, b->flow_count, sizeof(struct flow *), flow_cmp);
	for (unsigned i = 0; i < b->flow_count; i++) {
		take_flow(b, b->flows[i]);
		b->flows[i]->visited = NULL;
	}
	for (unsigned i = 0; i < list->count; i++)
		settle_keying(&list->all[i]);
	segment_build(l, b->claims, b->claim_count, options->clear_start_ns);
	free(b->claims);
	free(b);
}
