/* finish.c - a watched call becomes the call that is given away. */
#include "analyzer/track/finish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/text.h"
#include "analyzer/track/across.h"
#include "analyzer/track/compare.h"
#include "analyzer/track/dialog.h"
#include "analyzer/track/drops.h"
#include "analyzer/track/epoch.h"
#include "analyzer/track/hop.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/ends.h"
#include "analyzer/track/media_facts.h"
#include "analyzer/track/middle.h"
#include "analyzer/track/path.h"
#include "analyzer/track/repeat.h"
#include "analyzer/track/session_facts.h"
#include "analyzer/track/sight.h"
#include "analyzer/track/source.h"
#include "analyzer/track/track.h"
#include "analyzer/track/weaken.h"

/* ---- legs ------------------------------------------------------------------------ */

static int leg_cmp(const void *x, const void *y)
{
	const struct leg *a = &(*(struct leg_live *const *)x)->leg;
	const struct leg *b = &(*(struct leg_live *const *)y)->leg;
	int order = live_evidence_cmp(&a->first, &b->first);

	if (!order)
		order = addr_endpoint_cmp(&a->a, &b->a);
	if (!order)
		order = addr_endpoint_cmp(&a->b, &b->b);
	return order ? order : (int)a->carrier - (int)b->carrier;
}

static void sort_legs(struct live *l)
{
	struct leg_live *all[LIVE_LEGS];
	struct call *c = &l->call;
	unsigned n = 0;

	for (struct leg_live *leg = l->legs; leg && n < LIVE_LEGS; leg = leg->next) {
		hop_settle(l, leg);
		all[n++] = leg;
	}
	if (!n)
		return;
	qsort(all, n, sizeof(struct leg_live *), leg_cmp);
	c->legs = live_take(l, n * sizeof *c->legs);
	for (unsigned i = 0; c->legs && i < n; i++) {
		c->legs[i] = all[i]->leg;
		all[i]->number = (uint16_t)i;
		c->leg_count++;
	}
}

/* ---- TCP and TLS under the legs ------------------------------------------------------ */

static bool carries(const struct flow *f, const struct leg *g)
{
	return (addr_eq(&f->key.src, &g->a.addr) && addr_eq(&f->key.dst, &g->b.addr)) ||
	       (addr_eq(&f->key.src, &g->b.addr) && addr_eq(&f->key.dst, &g->a.addr));
}

static void look_under(struct stint *paths, struct keybook *book, struct live *l,
		       const struct leg *g)
{
	struct place *p = stint_at(paths, &g->b);
	struct evidence hole = { 0 };
	uint64_t holes = 0;

	for (struct link *k = p && p->flow_count <= STINT_CROWD ? p->flows : NULL; k; k = k->next) {
		struct flow *f = k->flow;
		if (!carries(f, g))
			continue;
		if (f->tls && observation_transport_encrypted(g->carrier)) {
			f->used = true;
			session_facts(l, f, (int)(g - l->call.legs));
			sight_tls(l, f, (int)(g - l->call.legs));
			keybook_server(book, l, f, (int)(g - l->call.legs));
		}
		if (f->gaps) {
			holes += f->gaps;
			live_first(&hole, &f->gap_at);
		}
		if (f->cut) {
			l->truncated_count += f->cut;
			live_first(&l->truncated, &f->cut_at);
		}
	}
	if (!holes)
		return;
	struct fact *f = live_fact(l, FACT_loss, 3, FACT_NOWHERE, FACT_NOWHERE, &hole);
	if (f) {
		f->value = holes;
		f->leg = (int16_t)(g - l->call.legs);
		f->text = "holes in the connection or datagram fragments that carried signaling";
	}
}

/* ---- what kind of row ------------------------------------------------------------------ */

static const char *outcome_text(struct live *l)
{
	char text[8];

	if (!l->final_status)
		return l->cancelled ? "cancelled" : NULL;
	int n = snprintf(text, sizeof text, "%u", l->final_status);
	return arena_text(l->arena, (struct slice){ (const uint8_t *)text, (size_t)n });
}

static void name_kind(struct live *l)
{
	struct call *c = &l->call;

	if (dialog_is_call(l)) {
		c->kind = dialog_answered(l) ? CALL_CALL : CALL_ATTEMPT;
		if (c->kind == CALL_ATTEMPT)
			c->what = outcome_text(l);
	} else if (l->registers) {
		c->kind = CALL_REGISTRATION;
	} else {
		c->kind = CALL_MESSAGE;
		c->what = l->messages_seen ? "MESSAGE" : arena_text(l->arena, l->method);
	}
}

static void fill_times(struct live *l)
{
	struct call *c = &l->call;
	bool over = l->bye.frame || (c->kind == CALL_ATTEMPT && l->final_status);

	c->start_ns = l->first.ts_ns;
	c->end_ns = l->last.ts_ns;
	c->answered_ns = l->answered.frame ? l->answered.ts_ns : 0;
	if (c->kind == CALL_CALL || c->kind == CALL_ATTEMPT) {
		c->complete_start = l->invite_first;
		c->complete_end = over;
	} else {
		c->complete_start = c->complete_end = true;
	}
	c->cut_off = c->cut_off && !over && (c->kind == CALL_CALL || c->kind == CALL_ATTEMPT);
}

/* ---- facts of the call ---------------------------------------------------------------- */

static void note_proxies(struct live *l)
{
	for (unsigned i = 0; i < l->answering.count; i++) {
		const struct host_seen *h = &l->answering.all[i];
		if (live_host(&l->forwarding, &h->addr))
			live_note(l, h->leg, FACT_proxy_response, 3, NULL, &h->at);
	}
}

static void note_limits(struct live *l)
{
	const struct call *c = &l->call;
	bool calls = c->kind == CALL_CALL || c->kind == CALL_ATTEMPT;
	struct fact *f;

	if (c->points == 1)
		live_fact(l, FACT_one_side, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
	if (l->truncated_count) {
		f = live_fact(l, FACT_truncated, 3, FACT_NOWHERE, FACT_NOWHERE, &l->truncated);
		if (f)
			f->value = l->truncated_count;
	}
	if (l->clock_off.frame)
		live_fact(l, FACT_clock, 3, FACT_NOWHERE, FACT_NOWHERE, &l->clock_off);
	if (calls && !c->complete_start)
		live_fact(l, FACT_start_missing, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
	if (calls && !c->complete_end)
		live_fact(l, FACT_end_missing, 3, FACT_NOWHERE, FACT_NOWHERE, &l->last);
}

/* ---- the array of facts -------------------------------------------------------------------- */

static int fact_cmp(const void *x, const void *y)
{
	const struct fact *a = x, *b = y;
	const int16_t sa[] = { a->leg, a->media, a->segment, a->epoch };
	const int16_t sb[] = { b->leg, b->media, b->segment, b->epoch };

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	for (unsigned i = 0; i < 4; i++)
		if (sa[i] != sb[i])
			return sa[i] < sb[i] ? -1 : 1;
	int order = live_evidence_cmp(&a->at[0], &b->at[0]);
	if (!order)
		order = strcmp(a->text ? a->text : "", b->text ? b->text : "");
	return order ? order : (a->value > b->value) - (a->value < b->value);
}

static unsigned count_notes(const struct live *l)
{
	unsigned n = l->fact_count;

	for (const struct leg_live *leg = l->legs; leg; leg = leg->next)
		for (const struct note *k = leg->notes; k; k = k->next)
			n++;
	return n;
}

static struct fact spent_fact(const struct live *l)
{
	return (struct fact){ .kind = FACT_budget_spent,
			      .grade = 3,
			      .leg = FACT_NOWHERE,
			      .media = FACT_NOWHERE,
			      .segment = FACT_NOWHERE,
			      .epoch = FACT_NOWHERE,
			      .at = { l->last },
			      .at_count = l->last.frame != 0 };
}

static void gather_facts(struct live *l)
{
	struct call *c = &l->call;
	unsigned room = count_notes(l) + 1;

	c->facts = arena_take(l->arena, room * sizeof *c->facts);
	if (!c->facts) {
		l->spent_fact = spent_fact(l);
		c->facts = &l->spent_fact;
		c->fact_count = 1;
		return;
	}
	for (const struct leg_live *leg = l->legs; leg; leg = leg->next)
		for (const struct note *k = leg->notes; k; k = k->next) {
			c->facts[c->fact_count] = k->fact;
			c->facts[c->fact_count++].leg = (int16_t)leg->number;
		}
	for (const struct note *k = l->facts; k; k = k->next)
		c->facts[c->fact_count++] = k->fact;
	if (l->spent || arena_spent(l->arena))
		c->facts[c->fact_count++] = spent_fact(l);
	qsort(c->facts, c->fact_count, sizeof *c->facts, fact_cmp);
}

/* ---- the door ------------------------------------------------------------------------------- */

static void name_row(struct live *l, struct slice name)
{
	uint8_t sum[DIGEST_BYTES];
	char text[17];
	struct text t = { 0 };

	text_addf(&t, "%s %llu ", call_kind_text(l->call.kind),
		  (unsigned long long)l->call.start_ns);
	text_add_slice(&t, name);
	digest_sha256(text_slice(&t), sum);
	text_free(&t);
	for (unsigned i = 0; i < 8; i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	const char *id = arena_text(l->arena, (struct slice){ (const uint8_t *)text, 16 });
	l->call.id = id ? id : "0000000000000000";
}

static void give_media(struct live *l, const struct agreed_list *list)
{
	struct call *c = &l->call;

	c->media = list->count ? live_take(l, list->count * sizeof *c->media) : NULL;
	for (unsigned i = 0; c->media && i < list->count; i++)
		c->media[c->media_count++] = list->all[i].m;
}

/* Before anything asks which hops could be read. */
static void enter_tunnels(struct live *l, const struct inventory *v)
{
	for (struct leg_live *leg = inventory_links(v) ? l->legs : NULL; leg; leg = leg->next) {
		const struct inventory_link *k =
			inventory_between(v, &leg->leg.a.addr, &leg->leg.b.addr);
		if (!leg->leg.readable || !k || k->protection == LINK_UNKNOWN)
			continue;
		hop_tunnelled(leg, inventory_link_text(k->protection));
		if (leg->number < l->call.leg_count)
			l->call.legs[leg->number] = leg->leg;
	}
}

/* Rows of a conversation only: elsewhere nothing rests on who is an end. */
static void note_assertions(struct live *l, const struct track_options *o)
{
	bool talks = l->call.kind == CALL_CALL || l->call.kind == CALL_OPAQUE;

	if (talks && !inventory_entries(o->inventory) && !o->access)
		live_fact(l, FACT_roles_unasserted, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
}

void finish_part(struct live *l, struct agreed_list list, struct slice name)
{
	l->list = list;
	l->name = name;
	if (l->last_media_ns > l->call.end_ns)
		l->call.end_ns = l->last_media_ns;
	sight_media(l, &l->list);
}

void finish_name(struct live *l)
{
	if (l->last_media_ns > l->call.end_ns)
		l->call.end_ns = l->last_media_ns;
	name_row(l, l->name);
}

void finish_row(struct live *l, const struct track_options *options,
		const struct told_recordings *recordings, const struct drops *drops)
{
	struct call *c = &l->call;

	c->points = (uint16_t)__builtin_popcountll(l->points);
	enter_tunnels(l, options->inventory);
	compare_facts(l, options);
	ends_find(l, &l->list, options->inventory);
	middle_facts(l, options, recordings);
	note_limits(l);
	note_assertions(l, options);
	drops_facts(drops, l);
	path_build(l, &l->list, options->inventory);
	give_media(l, &l->list);
	gather_facts(l);
	c->arena = l->arena;
}

void finish_call(struct stint *paths, struct keybook *book, struct live *l,
		 const struct bind_options *options, struct bind_counts *counts)
{
	struct agreed_list list;
	unsigned pacts;

	sort_legs(l);
	name_kind(l);
	fill_times(l);
	weaken_facts(paths, l);
	struct pact **all = epoch_pacts(l, &pacts);
	epoch_build(l, all, pacts, l->bye.frame ? l->bye.ts_ns : l->last.ts_ns);
	agreed_build(l, all, pacts, &list);
	bind_media(l, &list, options, counts);
	repeat_mark(all, pacts, &list);
	media_facts_keys(l, all, pacts, &list);
	media_facts_segments(l, &list);
	media_facts_lines(l, &list);
	media_facts_fax(l, all, pacts, &list);
	keyed_sdes(l, all, pacts, &list);
	keyed_dtls(l, &list);
	keyed_again(l, &list);
	keyed_line(l, all, pacts, &list);
	keyed_zrtp(l, &list);
	keyed_media(l, &list);
	source_facts(l, &list);
	across_facts(l, all, pacts, &list);
	keybook_call(book, l, &list);
	for (unsigned i = 0; i < l->call.leg_count; i++)
		look_under(paths, book, l, &l->call.legs[i]);
	note_proxies(l);
	finish_part(l, list, l->call.call_id);
}
