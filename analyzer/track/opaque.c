/* opaque.c - rows for media and connections that no readable signaling announced. */
#include "analyzer/track/opaque.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/media_facts.h"
#include "analyzer/track/session_facts.h"
#include "analyzer/track/sight.h"

static const uint64_t TLS_NS = 300 * WHEN_SECOND; /* a connection is silent between registrations */

struct gathered {
	struct flow *flows[OPAQUE_FLOWS];
	unsigned count;
	uint64_t first_ns, last_ns;
};

/* ---- which flows belong together ------------------------------------------------- */

static bool same_pair(const struct flow *a, const struct flow *b)
{
	return (addr_eq(&a->key.src, &b->key.src) && addr_eq(&a->key.dst, &b->key.dst)) ||
	       (addr_eq(&a->key.src, &b->key.dst) && addr_eq(&a->key.dst, &b->key.src));
}

/* Fax that no line announces; told of only where its sequence numbers ran on. */
static uint64_t fax_packets(const struct flow *f)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 2; i++)
		n += f->speaks[i].speaks == FLOW_UDPTL ? f->speaks[i].parsed : 0;
	return f->owned || n < OPAQUE_PACKETS ? 0 : n;
}

static uint64_t weight(const struct flow *f)
{
	uint64_t voice = stint_unclaimed(f), fax = fax_packets(f);

	return voice > fax ? voice : fax;
}

static bool overlaps(const struct gathered *g, const struct flow *f)
{
	return f->first_ns <= g->last_ns + 2 * WHEN_SECOND &&
	       f->last_ns + 2 * WHEN_SECOND >= g->first_ns;
}

static bool is_in(const struct gathered *g, const struct flow *f)
{
	for (unsigned i = 0; i < g->count; i++)
		if (g->flows[i] == f)
			return true;
	return false;
}

static void take(struct gathered *g, struct flow *f)
{
	g->flows[g->count++] = f;
	if (f->first_ns < g->first_ns)
		g->first_ns = f->first_ns;
	if (f->last_ns > g->last_ns)
		g->last_ns = f->last_ns;
}

/* One pass; true: something was added and the stretch of time may have grown. */
static bool gather_more(const struct opaque_context *x, struct gathered *g, bool *wait)
{
	const struct flow *seed = g->flows[0];
	struct place *p = stint_at_host(x->paths, &seed->key.src);
	struct place *q = stint_at_host(x->paths, &seed->key.dst);
	bool grown = false;
	unsigned looked = 0;

	if (!p || (q && q->flow_count < p->flow_count))
		p = q;
	for (struct link *k = p ? p->flows : NULL;
	     k && g->count < OPAQUE_FLOWS && looked < OPAQUE_LOOKS; k = k->next, looked++) {
		struct flow *f = k->flow;
		if (f->used || !same_pair(f, seed) || !overlaps(g, f) || is_in(g, f) ||
		    stint_promised(f) || !weight(f))
			continue;
		if (!x->at_end && f->touched_ns >= x->quiet_ns) {
			*wait = true;
			continue;
		}
		take(g, f);
		grown = true;
	}
	return grown;
}

static int flow_cmp(const void *x, const void *y)
{
	const struct flow *a = *(struct flow *const *)x, *b = *(struct flow *const *)y;
	int order = memcmp(&a->key, &b->key, sizeof a->key);

	return order ? order : (a->point > b->point) - (a->point < b->point);
}

static bool gather(const struct opaque_context *x, struct gathered *g, struct flow *f, bool *wait)
{
	uint64_t packets = 0;

	*wait = false;
	g->count = 0;
	g->first_ns = UINT64_MAX;
	g->last_ns = 0;
	take(g, f);
	while (gather_more(x, g, wait))
		;
	if (*wait && g->count < OPAQUE_FLOWS)
		return false;
	*wait = false;
	for (unsigned i = 0; i < g->count; i++) {
		uint64_t n = weight(g->flows[i]);
		packets = n > packets ? n : packets;
	}
	qsort(g->flows, g->count, sizeof(struct flow *), flow_cmp);
	return packets >= OPAQUE_PACKETS;
}

/* ---- the row --------------------------------------------------------------------------- */

static struct live *row_new(const struct opaque_context *x)
{
	struct live *l = mem_zero(1, sizeof *l);

	l->arena = arena_new(x->budget);
	l->legs_end = &l->legs;
	l->pacts_end = &l->pacts;
	l->call.kind = CALL_OPAQUE;
	return l;
}

static struct agreed *media_for(struct agreed_list *list, const struct flow *f,
				enum media_kind kind)
{
	struct endpoint low = addr_src(&f->key), high = addr_dst(&f->key);

	for (unsigned i = 0; i < list->count; i++)
		if (list->all[i].m.kind == kind &&
		    addr_endpoint_eq(&list->all[i].m.offerer, &low) &&
		    addr_endpoint_eq(&list->all[i].m.answerer, &high))
			return &list->all[i];
	struct agreed *a = &list->all[list->count];
	a->number = (int16_t)list->count++;
	a->m.kind = kind;
	a->m.keying = KEYING_UNKNOWN;
	a->m.offerer = low;
	a->m.answerer = high;
	a->m.leg = FACT_NOWHERE;
	return a;
}

static void note_flow(struct live *l, struct flow *f)
{
	f->used = true;
	l->points |= live_bit(f->point);
	l->call.inputs |= f->inputs;
	live_first(&l->first, &f->first);
}

static void note_keying(struct agreed *a, const struct flow *f)
{
	agreed_path(a, f);
	if (a->m.zrtp)
		a->m.keying = KEYING_ZRTP;
	else if (a->m.dtls)
		a->m.keying = KEYING_DTLS;
}

static unsigned windows_of(const struct gathered *g)
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->count; i++)
		for (const struct stream *st = g->flows[i]->streams; st; st = st->next)
			n += st->window_count;
	return n;
}

static void make_media(struct live *l, const struct gathered *g, struct agreed_list *list,
		       uint64_t clear_start_ns)
{
	struct segment_claim *claims = mem_zero(windows_of(g) + 1U, sizeof *claims);
	unsigned n = 0;

	for (unsigned i = 0; i < g->count; i++) {
		struct flow *f = g->flows[i];
		note_flow(l, f);
		if (!stint_unclaimed(f))
			continue;
		struct agreed *a = media_for(list, f, MEDIA_AUDIO);
		note_keying(a, f);
		for (struct stream *st = f->streams; st; st = st->next)
			for (unsigned k = 0; k < st->window_count; k++) {
				struct stint_window *w = &st->windows[k];
				if (stint_window_busy(w))
					continue;
				claims[n++] = (struct segment_claim){ a, f, st, w, 0 };
				if (w->seen.last_ns > l->last_media_ns)
					l->last_media_ns = w->seen.last_ns;
			}
	}
	segment_build(l, claims, n, clear_start_ns);
	free(claims);
}

static bool clear_line(struct agreed *a)
{
	bool clear = false;

	for (unsigned i = 0; i < a->m.segment_count; i++) {
		clear |= a->m.segments[i].protection == PROTECTION_CLEAR;
		if (!a->m.codec)
			a->m.codec = a->m.segments[i].codec;
		if (a->m.codec && (!strcmp(a->m.codec, "H261") || !strcmp(a->m.codec, "H263")))
			a->m.kind = MEDIA_VIDEO;
	}
	if (clear && a->m.keying == KEYING_UNKNOWN)
		a->m.keying = KEYING_NONE;
	return clear;
}

/* The line that fax without an announcement would have had (RFC 3362: udptl). */
static void add_fax(struct live *l, struct agreed_list *list, const struct flow *f)
{
	uint64_t packets = fax_packets(f);

	if (!packets)
		return;
	struct agreed *a = media_for(list, f, MEDIA_IMAGE);
	a->m.profile = PROFILE_UDPTL;
	a->m.keying = KEYING_NONE;
	a->parsed_on = f->key;
	for (unsigned i = 0; i < 2; i++)
		if (f->speaks[i].speaks == FLOW_UDPTL && f->speaks[i].parsed) {
			a->parsed[i] += f->speaks[i].parsed;
			live_first(&a->parsed_at, &f->speaks[i].first);
		}
	if (f->last_ns > l->last_media_ns)
		l->last_media_ns = f->last_ns;
}

static void note_fax(struct live *l, const struct agreed *a)
{
	if (!a->parsed_at.frame)
		return;
	struct fact *fact =
		live_fact(l, FACT_fax_readable, 3, a->number, FACT_NOWHERE, &a->parsed_at);
	if (fact)
		fact->value = a->parsed[0] + a->parsed[1];
}

/* A page goes to a group; readable, it is heard by every port of the network. */
static void name_kind(struct live *l, const struct gathered *g, bool clear)
{
	const struct flow_key *k = &g->flows[0]->key;

	if (!clear || !(addr_is_multicast(&k->src) || addr_is_multicast(&k->dst)))
		return;
	l->call.kind = CALL_PAGE;
	live_fact(l, FACT_page_clear, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
}

/* ---- connections that may have carried its signaling -------------------------------------- */

static void note_cut(struct live *l, const struct flow *f)
{
	if (!f->cut)
		return;
	l->truncated_count += f->cut;
	live_first(&l->truncated, &f->cut_at);
}

static void note_holes(struct live *l, const struct flow *f, int leg)
{
	struct fact *fact =
		f->gaps ? live_fact(l, FACT_loss, 3, FACT_NOWHERE, FACT_NOWHERE, &f->gap_at) : NULL;

	if (!fact)
		return;
	fact->value = f->gaps;
	fact->leg = (int16_t)leg;
	fact->text = "holes in a connection that may have carried signaling";
}

static void add_tls_leg(const struct opaque_context *x, struct live *l, struct flow *f)
{
	struct leg *g = &l->call.legs[l->call.leg_count++];
	bool src_serves = f->key.sport == 5061 || f->key.sport == 443;

	f->used |= f->tls_sip;
	g->carrier =
		f->key.sport == 443 || f->key.dport == 443 ? SIP_TRANSPORT_WSS : SIP_TRANSPORT_TLS;
	g->a = src_serves ? addr_dst(&f->key) : addr_src(&f->key);
	g->b = src_serves ? addr_src(&f->key) : addr_dst(&f->key);
	g->inputs = f->inputs;
	g->encrypted = true;
	g->first_ns = f->first_ns;
	g->last_ns = f->last_ns;
	g->first = f->tls->at;
	l->points |= live_bit(f->point);
	l->call.inputs |= f->inputs;
	struct fact *fact =
		live_fact(l, FACT_sip_encrypted, 3, FACT_NOWHERE, FACT_NOWHERE, &f->tls->at);
	if (fact)
		fact->leg = (int16_t)(l->call.leg_count - 1);
	session_facts(l, f, l->call.leg_count - 1);
	sight_tls(l, f, l->call.leg_count - 1);
	keybook_server(x->book, l, f, l->call.leg_count - 1);
	note_cut(l, f);
	note_holes(l, f, l->call.leg_count - 1);
}

static bool belongs(const struct flow *f, const struct flow *seed, const struct gathered *g)
{
	return f->tls && (f->tls_sip || same_pair(f, seed)) && f->first_ns <= g->last_ns &&
	       f->last_ns + TLS_NS >= g->first_ns;
}

/* Connections that were found, each once. */
struct connections {
	struct flow *all[LIVE_LEGS];
	unsigned count;
};

static void add_connection(struct connections *c, struct flow *f)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->all[i] == f)
			return;
	if (c->count < LIVE_LEGS)
		c->all[c->count++] = f;
}

typedef bool wanted_fn(const struct flow *f, const struct gathered *g, const struct connections *c);

static void look_at_host(const struct opaque_context *x, const struct addr *host,
			 const struct gathered *g, wanted_fn *wanted, struct connections *out)
{
	struct place *p = stint_at_host(x->paths, host);
	unsigned looked = 0;

	for (struct link *k = p ? p->flows : NULL; k && looked < STINT_CROWD; k = k->next, looked++)
		if (wanted(k->flow, g, out))
			add_connection(out, k->flow);
}

static bool of_an_end(const struct flow *f, const struct gathered *g, const struct connections *c)
{
	(void)c;
	return belongs(f, g->flows[0], g);
}

static bool touched(const struct connections *c, unsigned n, const struct addr *host)
{
	for (unsigned i = 0; i < n; i++)
		if (addr_eq(&c->all[i]->key.src, host) || addr_eq(&c->all[i]->key.dst, host))
			return true;
	return false;
}

/* Between two hosts that each have a connection to an end: what lies between their hops. */
static bool of_two_servers(const struct flow *f, const struct gathered *g,
			   const struct connections *c)
{
	return f->tls && f->tls_sip && f->first_ns <= g->last_ns &&
	       f->last_ns + TLS_NS >= g->first_ns && touched(c, c->count, &f->key.src) &&
	       touched(c, c->count, &f->key.dst);
}

static void add_connections(const struct opaque_context *x, struct live *l,
			    const struct gathered *g)
{
	const struct flow *seed = g->flows[0];
	struct connections c = { .count = 0 };

	look_at_host(x, &seed->key.src, g, of_an_end, &c);
	look_at_host(x, &seed->key.dst, g, of_an_end, &c);
	for (unsigned i = 0, n = c.count; i < n; i++) {
		look_at_host(x, &c.all[i]->key.src, g, of_two_servers, &c);
		look_at_host(x, &c.all[i]->key.dst, g, of_two_servers, &c);
	}
	if (!c.count)
		return;
	qsort(c.all, c.count, sizeof(struct flow *), flow_cmp);
	l->call.legs = live_take(l, c.count * sizeof *l->call.legs);
	for (unsigned i = 0; l->call.legs && i < c.count; i++)
		add_tls_leg(x, l, c.all[i]);
}

/* ---- SIP that was cut short ----------------------------------------------------------------- */

static bool sip_was_cut(const struct flow *f, const struct gathered *g, const struct connections *c)
{
	(void)c;
	return f->sip_cut.frame && f->first_ns <= g->last_ns &&
	       f->sip_cut_ns + STINT_SIP_CUT_NS >= g->first_ns;
}

/* It may have been this call's: nobody can tell, and that is what the row says. */
static void note_sip_cut(const struct opaque_context *x, struct live *l, const struct gathered *g)
{
	struct connections c = { .count = 0 };
	struct evidence first = { 0 };

	look_at_host(x, &g->flows[0]->key.src, g, sip_was_cut, &c);
	look_at_host(x, &g->flows[0]->key.dst, g, sip_was_cut, &c);
	for (unsigned i = 0; i < c.count; i++) {
		live_first(&first, &c.all[i]->sip_cut);
		note_cut(l, c.all[i]);
	}
	if (c.count)
		live_fact(l, FACT_signaling_cut, 3, FACT_NOWHERE, FACT_NOWHERE, &first);
}

/* ---- the door ------------------------------------------------------------------------------- */

static void whole_epoch(struct live *l)
{
	l->call.epochs = live_take(l, sizeof *l->call.epochs);
	if (!l->call.epochs)
		return;
	*l->call.epochs = (struct epoch){ l->call.start_ns, l->call.end_ns, EPOCH_TALK,
					  "media seen", l->first };
	l->call.epoch_count = 1;
}

static struct slice name_of(struct live *l, const struct flow *f)
{
	return arena_slice(l->arena, (struct slice){ (const uint8_t *)&f->key, sizeof f->key });
}

static bool spoke_sip(const struct opaque_context *x, const struct addr *a)
{
	return hostset_has(x->sip_hosts, a);
}

/*
 * MED-007: a host whose SIP could be read should have announced its media there.
 * Others, and who runs ICE or DTLS without SDP in sight, signal somewhere else.
 */
static bool unowned(const struct opaque_context *x, const struct gathered *g, const struct live *l)
{
	const struct flow_key *k = &g->flows[0]->key;
	bool elsewhere = false;

	for (unsigned i = 0; i < g->count; i++)
		elsewhere |= g->flows[i]->dtls || g->flows[i]->has_stun;
	return l->call.kind == CALL_OPAQUE && !elsewhere &&
	       (spoke_sip(x, &k->src) || spoke_sip(x, &k->dst));
}

static struct live *media_row(const struct opaque_context *x, struct gathered *g)
{
	struct live *l = row_new(x);
	struct agreed_list list = { live_take(l, 2 * g->count * sizeof *list.all), 0 };
	bool clear = false;

	if (!list.all) {
		arena_free(l->arena);
		free(l);
		return NULL;
	}
	l->call.start_ns = g->first_ns;
	l->call.end_ns = g->last_ns;
	live_first(&l->first, &g->flows[0]->first);
	whole_epoch(l);
	make_media(l, g, &list, x->bind.clear_start_ns);
	for (unsigned i = 0; i < list.count; i++)
		clear |= clear_line(&list.all[i]);
	for (unsigned i = 0; i < g->count; i++) {
		add_fax(l, &list, g->flows[i]);
		note_cut(l, g->flows[i]);
	}
	for (unsigned i = 0; i < list.count; i++)
		note_fax(l, &list.all[i]);
	if (l->call.epoch_count)
		l->call.epochs[0].at = l->first;
	add_connections(x, l, g);
	name_kind(l, g, clear);
	if (l->call.kind == CALL_OPAQUE) {
		live_fact(l, FACT_signaling_opaque, 3, FACT_NOWHERE, FACT_NOWHERE, &l->first);
		note_sip_cut(x, l, g);
	}
	for (unsigned i = 0; unowned(x, g, l) && i < list.count; i++)
		if (list.all[i].m.segment_count)
			live_fact(l, FACT_media_unowned, 3, list.all[i].number, FACT_NOWHERE,
				  &l->first);
	media_facts_segments(l, &list);
	keyed_dtls(l, &list);
	keyed_line(l, NULL, 0, &list);
	keyed_zrtp(l, &list);
	keyed_media(l, &list);
	l->call.ends[0].at = (struct endpoint){ g->flows[0]->key.src, 0 };
	l->call.ends[1].at = (struct endpoint){ g->flows[0]->key.dst, 0 };
	finish_part(l, list, name_of(l, g->flows[0]));
	return l;
}

static struct live *connection_row(const struct opaque_context *x, struct flow *f)
{
	struct live *l = row_new(x);
	struct agreed_list none = { NULL, 0 };

	l->call.start_ns = f->first_ns;
	l->call.end_ns = f->last_ns;
	l->first = f->tls->at;
	l->call.legs = live_take(l, sizeof *l->call.legs);
	if (l->call.legs)
		add_tls_leg(x, l, f);
	live_fact(l, FACT_signaling_opaque, 3, FACT_NOWHERE, FACT_NOWHERE, &f->tls->at);
	finish_part(l, none, name_of(l, f));
	f->used = true;
	return l;
}

struct live *opaque_row(const struct opaque_context *x, struct flow *f, bool *wait)
{
	struct gathered g;

	*wait = false;
	if (f->used)
		return NULL;
	if (weight(f) && gather(x, &g, f, wait))
		return media_row(x, &g);
	if (*wait)
		return NULL;
	return f->tls && f->tls_sip && x->at_end ? connection_row(x, f) : NULL;
}
