/* draft.c - gathers what tells hosts apart, and asks a person about it. */
#include "reports/draft.h"

#include <stdlib.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "reports/draft_guess.h"
#include "reports/jvalue.h"

enum { LINKS_MAX = 1000, TAP_NAMES = 2 };

/* Two hosts, the lower address first, and what was readable between them. */
struct exposed {
	struct addr a, b; /* together the key of the table */
	bool sip, media;
};

struct draft {
	struct draft_hosts *hosts;
	struct map *by_pair;
	struct exposed **links;
	size_t link_count;
	uint64_t flows[DRAFT_HOST_POINTS]; /* of calls, by capture point */
	uint64_t rows, links_dropped;
};

struct draft *draft_new(void)
{
	struct draft *d = mem_zero(1, sizeof *d);

	d->hosts = draft_host_table();
	d->by_pair = map_new();
	return d;
}

void draft_free(struct draft *d)
{
	if (!d)
		return;
	draft_host_free(d->hosts);
	for (size_t i = 0; i < d->link_count; i++)
		free(d->links[i]);
	free(d->links);
	map_free(d->by_pair);
	free(d);
}

/* ---- observations -------------------------------------------------------------- */

/* Where the packets of calls pass: SIP messages and stints of media alike. */
static void sight(struct draft *d, const struct observation *o, struct draft_host *src,
		  struct draft_host *dst)
{
	if (o->point >= DRAFT_HOST_POINTS)
		return;
	d->flows[o->point]++;
	if (src)
		draft_host_seen(src, o->point);
	if (dst)
		draft_host_seen(dst, o->point);
}

/* A Contact speaks for the host that it names; one that was passed on is somebody else's. */
static void from_contact(struct draft *d, const struct sip_seen *m, struct draft_host *src)
{
	struct draft_host *h = draft_host_of(d->hosts, &m->contact.addr);

	if (!h && m->request && m->via_count == 1)
		h = src;
	if (!m->contact.present || !h)
		return;
	h->focus |= m->contact.isfocus;
	h->recorder |= m->contact.srs;
	if (h == src && m->request && m->via_count == 1)
		h->own_contact = true;
}

static void from_invite(struct draft_host *src, struct draft_host *dst, const struct observation *o)
{
	bool begins = o->as.sip.via_count == 1;

	if (begins && src && src->invited_ns && o->first_ns >= src->invited_ns &&
	    o->first_ns - src->invited_ns <= 2 * WHEN_SECOND &&
	    !addr_eq(&src->invited_by, &o->flow.dst))
		src->both_ways++;
	if (dst) {
		dst->invited_by = o->flow.src;
		dst->invited_ns = o->first_ns;
	}
}

static void from_request(struct draft_host *src, struct draft_host *dst,
			 const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	bool own = m->via_count == 1;

	if (m->verb == SIP_VERB_INVITE && !m->to.tag.n && !m->retransmitted)
		from_invite(src, dst, o);
	if (!src)
		return;
	src->began |= own && m->verb == SIP_VERB_INVITE;
	src->passed |= m->via_count > 1;
	src->registers |= own && m->verb == SIP_VERB_REGISTER;
	if (own && !src->product)
		src->product = draft_guess_product(m->user_agent, &src->product_role);
}

static void from_sip(struct draft *d, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	struct draft_host *src = draft_host_of(d->hosts, &o->flow.src);
	struct draft_host *dst = draft_host_of(d->hosts, &o->flow.dst);

	sight(d, o, src, dst);
	if (src)
		src->speaks = true;
	if (m->request)
		from_request(src, dst, o);
	else if (src && m->verb == SIP_VERB_REGISTER && m->status >= 200)
		src->registrar = true;
	from_contact(d, m, src);
	for (uint16_t i = 0; i < m->route_count; i++) {
		const struct route_seen *r = &m->routes[i];
		struct draft_host *h = r->kind == ROUTE_RECORD && !r->hidden
					       ? draft_host_of(d->hosts, &r->addr)
					       : NULL;
		if (h)
			h->record_routes = true;
	}
}

/* The flow is the client's, unless what it was given shows the other side to be the server. */
static void from_turn(struct draft *d, const struct observation *o)
{
	bool back = addr_eq(&o->as.stun.relayed.addr, &o->flow.src);
	struct draft_host *h = draft_host_of(d->hosts, back ? &o->flow.src : &o->flow.dst);

	if (!o->as.stun.turn || !h)
		return;
	h->turn = h->listed = true;
}

static void from_tls(struct draft *d, const struct observation *o)
{
	const struct tls_seen *t = &o->as.tls;
	struct draft_host *client, *server;

	if (!t->shake.client_hello || !(t->sip_port || t->websocket || t->opened))
		return;
	client = draft_host_of(d->hosts, &o->flow.src);
	server = draft_host_of(d->hosts, &o->flow.dst);
	if (!client || !server)
		return;
	sight(d, o, client, server);
	client->listed = server->listed = true;
	for (uint8_t i = 0; i < server->client_count; i++)
		if (addr_eq(&server->clients[i], &client->at))
			return;
	if (server->client_count < DRAFT_HOST_CLIENTS)
		server->clients[server->client_count++] = client->at;
}

void draft_observe(struct draft *d, const struct observation *o)
{
	if (o->kind == OBSERVATION_SIP)
		from_sip(d, o);
	else if (o->kind == OBSERVATION_MEDIA)
		sight(d, o, draft_host_of(d->hosts, &o->flow.src),
		      draft_host_of(d->hosts, &o->flow.dst));
	else if (o->kind == OBSERVATION_STUN)
		from_turn(d, o);
	else if (o->kind == OBSERVATION_TLS)
		from_tls(d, o);
}

/* ---- rows -------------------------------------------------------------------------- */

static struct draft_host *list(struct draft *d, const struct addr *at)
{
	struct draft_host *h = draft_host_of(d->hosts, at);

	if (h)
		h->listed = true;
	return h;
}

static struct exposed *link_of(struct draft *d, const struct addr *x, const struct addr *y)
{
	bool swap = addr_cmp(x, y) > 0;
	struct exposed one = { swap ? *y : *x, swap ? *x : *y, false, false };
	struct exposed *k = map_get(d->by_pair, (struct slice){ one.a.b, 32 });

	if (k)
		return k;
	if (d->link_count == LINKS_MAX) {
		d->links_dropped++;
		return NULL;
	}
	k = mem_zero(1, sizeof *k);
	*k = one;
	d->links = mem_more(d->links, d->link_count, sizeof(struct exposed *));
	d->links[d->link_count++] = k;
	(void)map_put(d->by_pair, (struct slice){ k->a.b, 32 }, k);
	return k;
}

static void from_leg(struct draft *d, const struct leg *l)
{
	struct exposed *k = l->readable ? link_of(d, &l->a.addr, &l->b.addr) : NULL;

	(void)list(d, &l->a.addr);
	(void)list(d, &l->b.addr);
	if (k)
		k->sip = true;
}

/* Media of two peers in one row: it was passed on there, or ended and begun anew. */
static void media_at(struct draft *d, const struct addr *at, const struct addr *peer)
{
	struct draft_host *h = list(d, at);

	if (!h)
		return;
	if (h->media_row != d->rows) {
		h->media++;
		h->media_row = d->rows;
		h->media_peer = *peer;
	} else if (h->between_row != d->rows && !addr_eq(&h->media_peer, peer)) {
		h->media_between++;
		h->between_row = d->rows;
	}
}

static void from_segment(struct draft *d, const struct segment *s)
{
	media_at(d, &s->a.addr, &s->b.addr);
	media_at(d, &s->b.addr, &s->a.addr);
	struct exposed *k =
		s->protection == PROTECTION_CLEAR ? link_of(d, &s->a.addr, &s->b.addr) : NULL;
	if (k)
		k->media = true;
}

void draft_call(struct draft *d, const struct call *c)
{
	d->rows++;
	for (int i = 0; i < 2; i++) {
		struct draft_host *h = list(d, &c->ends[i].at.addr);
		if (h && c->kind != CALL_REGISTRATION)
			h->ended++;
	}
	for (size_t i = 0; i < c->leg_count; i++)
		from_leg(d, &c->legs[i]);
	for (size_t i = 0; i < c->media_count; i++)
		for (size_t k = 0; k < c->media[i].segment_count; k++)
			from_segment(d, &c->media[i].segments[k]);
	for (size_t i = 0; i < c->element_count; i++) {
		const struct element *e = &c->elements[i];
		struct draft_host *h = e->name ? NULL : list(d, &e->at.addr);
		if (h)
			h->between++;
	}
}

/* ---- the draft ---------------------------------------------------------------------- */

static json_t *entry(const struct draft_host *h)
{
	char address[ADDR_TEXT];
	struct text why = { NULL, 0, 0 };
	struct draft_guess g = draft_guess_of(h, &why);
	json_t *o = json_object();

	jvalue_put(o, "address", jvalue_text(addr_text(&h->at, address)));
	jvalue_put(o, "role", jvalue_text(call_role_text(ROLE_UNKNOWN)));
	if (g.role != ROLE_UNKNOWN) {
		jvalue_put(o, "guess", jvalue_text(call_role_text(g.role)));
		jvalue_put(o, "confidence", jvalue_text(g.confidence));
	}
	jvalue_put(o, "reason", jvalue_text(text_of(&why)));
	text_free(&why);
	return o;
}

static bool may_be_endpoint(const struct draft_host *h)
{
	struct text why = { NULL, 0, 0 };
	struct draft_guess g = draft_guess_of(h, &why);

	text_free(&why);
	return g.role == ROLE_ENDPOINT;
}

/* Hosts that all that passes at a point comes from or goes to: it may be their access link. */
static size_t at_one_end(const struct draft *d, uint16_t point, const struct draft_host **hosts,
			 size_t count, const struct draft_host *found[TAP_NAMES])
{
	size_t n = 0;

	for (size_t i = 0; i < count && n < TAP_NAMES; i++)
		if (draft_host_flows(hosts[i], point) == d->flows[point] &&
		    may_be_endpoint(hosts[i]))
			found[n++] = hosts[i];
	return n;
}

static void ask_tap(const struct draft *d, uint16_t point, const struct draft_host **hosts,
		    size_t count, struct text *t)
{
	const struct draft_host *found[TAP_NAMES];
	char a[ADDR_TEXT], b[ADDR_TEXT];

	if (!d->flows[point]) {
		text_add(t, "no call was seen here: where was this capture taken?");
		return;
	}
	size_t n = at_one_end(d, point, hosts, count, found);
	if (n == 0)
		text_add(t, "no endpoint is an end of all that was seen here: is this capture in "
			    "the core, or on the access link of which endpoint?");
	else if (n == 1)
		text_addf(t,
			  "is this capture on the access link of %s (an end of all that was seen "
			  "here)?",
			  addr_text(&found[0]->at, a));
	else
		text_addf(t, "is this capture on the access link of %s, of %s, or of neither?",
			  addr_text(&found[0]->at, a), addr_text(&found[1]->at, b));
}

static json_t *taps(const struct draft *d, const char *const *points, size_t point_count,
		    const struct draft_host **hosts, size_t count)
{
	json_t *all = json_array();

	for (size_t i = 0; i < point_count && i < DRAFT_HOST_POINTS; i++) {
		json_t *o = json_object();
		struct text question = { NULL, 0, 0 };
		ask_tap(d, (uint16_t)i, hosts, count, &question);
		jvalue_put(o, "label", jvalue_text(points[i]));
		jvalue_put(o, "place", jvalue_text("unknown"));
		jvalue_put(o, "question", jvalue_text(text_of(&question)));
		jvalue_push(all, o);
		text_free(&question);
	}
	return all;
}

static int link_cmp(const void *x, const void *y)
{
	const struct exposed *const *p = x, *const *q = y;
	int a = addr_cmp(&(*p)->a, &(*q)->a);

	return a ? a : addr_cmp(&(*p)->b, &(*q)->b);
}

static json_t *question(const struct exposed *k)
{
	char a[ADDR_TEXT], b[ADDR_TEXT], text[160];
	json_t *o = json_object(), *between = json_array();
	const char *what = k->sip && k->media ? "SIP and media were"
			   : k->sip	      ? "SIP was"
					      : "media was";

	jvalue_push(between, jvalue_text(addr_text(&k->a, a)));
	jvalue_push(between, jvalue_text(addr_text(&k->b, b)));
	(void)snprintf(text, sizeof text,
		       "%s readable here: is this link protected by something else (ipsec, macsec, "
		       "wireguard, physical)? If so, write it under links.",
		       what);
	jvalue_put(o, "between", between);
	jvalue_put(o, "question", jvalue_text(text));
	return o;
}

static json_t *questions(const struct draft *d)
{
	const struct exposed **sorted = mem_zero(d->link_count, sizeof(struct exposed *));
	json_t *all = json_array();

	for (size_t i = 0; i < d->link_count; i++)
		sorted[i] = d->links[i];
	if (d->link_count)
		qsort(sorted, d->link_count, sizeof(struct exposed *), link_cmp);
	for (size_t i = 0; i < d->link_count; i++)
		jvalue_push(all, question(sorted[i]));
	free(sorted);
	return all;
}

static json_t *document(const struct draft *d, const char *const *points, size_t point_count)
{
	size_t count;
	const struct draft_host **hosts = draft_host_listed(d->hosts, &count);
	json_t *o = json_object(), *entries = json_array();

	for (size_t i = 0; i < count; i++)
		jvalue_push(entries, entry(hosts[i]));
	jvalue_put(o, "schema", jvalue_text("earshot.inventory/1"));
	jvalue_put(o, "comment",
		   jvalue_text("A draft: nothing here is asserted. Write the role of each host "
			       "that you know, and the place of each capture (access, core); "
			       "guesses are for you alone."));
	jvalue_put(o, "entries", entries);
	jvalue_put(o, "taps", taps(d, points, point_count, hosts, count));
	jvalue_put(o, "links", json_array());
	jvalue_put(o, "questions", questions(d));
	free(hosts);
	return o;
}

bool draft_write(const struct draft *d, const char *const *points, size_t point_count, FILE *out)
{
	json_t *o = document(d, points, point_count);
	bool whole = json_dumpf(o, out, JSON_INDENT(2)) == 0 && fputs("\n", out) >= 0;

	json_decref(o);
	return whole;
}

size_t draft_hosts(const struct draft *d)
{
	size_t count;

	free(draft_host_listed(d->hosts, &count));
	return count;
}

uint64_t draft_dropped(const struct draft *d)
{
	return draft_host_dropped(d->hosts) + d->links_dropped;
}
