/* path.c - who stands on the path of a call, and what each could read. */
#include "analyzer/track/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the two ends ----------------------------------------------------------------- */

static bool sends_first(const struct call *c, const struct addr *host)
{
	for (unsigned i = 0; i < c->leg_count; i++)
		if (addr_eq(&c->legs[i].a.addr, host))
			return true;
	return false;
}

/* The earliest leg begins at the caller; the callee is the last to get the request and not to pass
 * it on. */
static const struct leg *last_leg(const struct call *c)
{
	const struct leg *last = &c->legs[0];

	for (unsigned i = 1; i < c->leg_count; i++)
		if (!sends_first(c, &c->legs[i].b.addr))
			last = &c->legs[i];
	return last;
}

static struct endpoint caller_media(const struct agreed *a, bool caller)
{
	return caller != a->caller_answers ? a->m.offerer : a->m.answerer;
}

static struct endpoint end_of(const struct agreed_list *list, const struct call *c,
			      const struct leg *leg, bool caller)
{
	struct endpoint e;

	for (unsigned i = 0; i < list->count; i++) {
		e = caller_media(&list->all[i], caller);
		if (list->all[i].m.answered && !addr_is_none(&e.addr) &&
		    &c->legs[list->all[i].leg->number] == leg)
			return (struct endpoint){ e.addr, 0 };
	}
	/* Legs that passed the same SDP share one media, which names its first leg only. */
	for (unsigned i = 0; i < list->count; i++) {
		e = caller_media(&list->all[i], caller);
		if (list->all[i].m.answered && !addr_is_none(&e.addr))
			return (struct endpoint){ e.addr, 0 };
	}
	return caller ? leg->a : leg->b;
}

static bool listed(const struct host_seen *hosts, unsigned count, const struct addr *host)
{
	for (unsigned i = 0; i < count; i++)
		if (addr_eq(&hosts[i].addr, host))
			return true;
	return false;
}

static bool serves(const struct live *l, const struct addr *host)
{
	return listed(l->forwarding, l->forwarding_count, host) ||
	       listed(l->serving, l->serving_count, host);
}

/* A REGISTER ends at a server, and so does what was seen of a MESSAGE that was passed on. */
static void name_servers(const struct live *l, struct end ends[2])
{
	bool apart = !addr_eq(&ends[0].at.addr, &ends[1].at.addr);

	if (l->call.kind != CALL_REGISTRATION && l->call.kind != CALL_MESSAGE)
		return;
	for (unsigned i = 0; apart && i < 2; i++)
		if (ends[i].role == ROLE_UNKNOWN && serves(l, &ends[i].at.addr))
			ends[i].role = ROLE_PROXY;
}

static void find_ends(struct live *l, const struct agreed_list *list)
{
	struct call *c = &l->call;

	if (!c->leg_count || !addr_is_none(&c->ends[0].at.addr))
		return;
	c->ends[0].at = end_of(list, c, &c->legs[0], true);
	c->ends[1].at = end_of(list, c, last_leg(c), false);
	if (l->isfocus_caller)
		c->ends[0].role = ROLE_CONFERENCE;
	if (l->isfocus_callee)
		c->ends[1].role = ROLE_CONFERENCE;
	for (unsigned i = 0; i < 2; i++)
		if (c->ends[i].role == ROLE_CONFERENCE)
			c->ends[i].role_from = ROLE_DECLARED;
	name_servers(l, c->ends);
}

static bool is_end(const struct call *c, const struct addr *a)
{
	return addr_eq(&c->ends[0].at.addr, a) || addr_eq(&c->ends[1].at.addr, a);
}

/* ---- elements ------------------------------------------------------------------------ */

static struct element *element_for(struct live *l, const struct addr *host, const char *name)
{
	struct call *c = &l->call;

	for (unsigned i = 0; i < c->element_count; i++) {
		struct element *e = &c->elements[i];
		if (name ? e->name && !strcmp(e->name, name)
			 : !e->name && addr_eq(&e->at.addr, host))
			return e;
	}
	if (c->element_count == PATH_ELEMENTS)
		return NULL;
	struct element *e = &c->elements[c->element_count++];
	if (host)
		e->at.addr = *host;
	e->name = name;
	e->grade = 3;
	return e;
}

static bool keys_on(const struct live *l, const struct leg_live *leg)
{
	for (const struct pact *p = l->pacts; p; p = p->next) {
		const struct sdp_seen *both[] = { p->offer, p->answer };
		for (unsigned i = 0; p->leg == leg && i < 2; i++)
			for (unsigned k = 0; both[i] && k < both[i]->line_count; k++)
				if (both[i]->lines[k].crypto_count)
					return true;
	}
	return false;
}

static void add_host(struct live *l, const struct addr *host, bool keys, const struct evidence *at)
{
	if (is_end(&l->call, host))
		return;
	struct element *e = element_for(l, host, NULL);
	if (!e)
		return;
	e->signaling = true;
	e->keys |= keys;
	e->role = serves(l, host) ? ROLE_PROXY : ROLE_UNKNOWN;
	e->why = "signaling passed through it readable";
	live_first(&e->at_evidence, at);
}

static const char *link_name(struct live *l, const struct addr *a, const struct addr *b)
{
	char x[ADDR_TEXT], y[ADDR_TEXT], text[2 * ADDR_TEXT + 32];
	bool swap = addr_cmp(a, b) > 0;

	int n = snprintf(text, sizeof text, "anyone on the link %s \xe2\x80\x93 %s",
			 addr_text(swap ? b : a, x), addr_text(swap ? a : b, y));
	return arena_text(l->arena, (struct slice){ (const uint8_t *)text, (size_t)n });
}

static struct element *add_link(struct live *l, const struct addr *a, const struct addr *b,
				const struct evidence *at)
{
	const char *name = link_name(l, a, b);
	struct element *e = name ? element_for(l, NULL, name) : NULL;

	if (!e)
		return NULL;
	e->role = ROLE_NETWORK;
	live_first(&e->at_evidence, at);
	return e;
}

static void from_leg(struct live *l, const struct leg_live *leg)
{
	const struct leg *g = &leg->leg;
	bool keys = keys_on(l, leg);

	add_host(l, &g->a.addr, keys, &g->first);
	add_host(l, &g->b.addr, keys, &g->first);
	struct element *e;
	if (g->readable) {
		e = add_link(l, &g->a.addr, &g->b.addr, &g->first);
	} else {
		e = element_for(l, NULL, "whoever wrote this capture");
		if (e) {
			e->role = ROLE_MONITOR;
			live_first(&e->at_evidence, &g->first);
		}
	}
	if (!e)
		return;
	e->signaling = true;
	e->keys |= keys;
	e->why = g->readable ? "SIP was readable on the wire"
			     : "SIP was decrypted before it was written";
}

static void from_segment(struct live *l, const struct segment *s)
{
	if (s->protection != PROTECTION_CLEAR)
		return;
	struct element *e = add_link(l, &s->a.addr, &s->b.addr, &s->clear_at);
	if (e) {
		e->media = true;
		e->why = e->signaling ? "SIP and media were readable on the wire"
				      : "media was readable on the wire";
	}
	for (unsigned i = 0; i < l->call.element_count; i++) {
		struct element *h = &l->call.elements[i];
		if (!h->name &&
		    (addr_eq(&h->at.addr, &s->a.addr) || addr_eq(&h->at.addr, &s->b.addr)))
			h->media = true;
	}
}

/* Fax, messages and floor control that were read on an open line. */
static void from_speech(struct live *l, const struct agreed *a)
{
	if (a->m.keying != KEYING_NONE || !(a->parsed[0] || a->parsed[1]))
		return;
	struct element *e = add_link(l, &a->parsed_on.src, &a->parsed_on.dst, &a->parsed_at);
	if (e) {
		e->media = true;
		e->why = e->signaling ? "SIP and media were readable on the wire"
				      : "media was readable on the wire";
	}
}

static int power(const struct element *e)
{
	return 4 * e->media + 2 * e->keys + e->signaling;
}

static int element_cmp(const void *x, const void *y)
{
	const struct element *a = x, *b = y;

	if (power(a) != power(b))
		return power(b) - power(a);
	if (a->grade != b->grade)
		return b->grade - a->grade;
	if (!a->name != !b->name)
		return a->name ? 1 : -1;
	return a->name ? strcmp(a->name, b->name) : addr_cmp(&a->at.addr, &b->at.addr);
}

/* Two hosts and a link or a writer per leg, a link per segment and line: never more are added. */
static unsigned element_room(const struct live *l, const struct agreed_list *list)
{
	unsigned room = 3U * l->leg_count + l->named_count;

	for (unsigned i = 0; i < list->count; i++)
		room += list->all[i].m.segment_count + 1U;
	return room < PATH_ELEMENTS ? room : PATH_ELEMENTS;
}

void path_build(struct live *l, const struct agreed_list *list)
{
	struct call *c = &l->call;

	find_ends(l, list);
	unsigned room = element_room(l, list);
	c->elements = room ? live_take(l, room * sizeof *c->elements) : NULL;
	if (!c->elements)
		return;
	for (const struct leg_live *leg = l->legs; leg; leg = leg->next)
		from_leg(l, leg);
	for (unsigned i = 0; i < l->named_count; i++)
		add_host(l, &l->named[i].addr, false, &l->named[i].at);
	for (unsigned i = 0; i < list->count; i++) {
		for (unsigned k = 0; k < list->all[i].m.segment_count; k++)
			from_segment(l, &list->all[i].m.segments[k]);
		from_speech(l, &list->all[i]);
	}
	if (c->element_count)
		qsort(c->elements, c->element_count, sizeof *c->elements, element_cmp);
}
