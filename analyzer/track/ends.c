/* ends.c - the two ends of a call, and in which role a host stands. */
#include "analyzer/track/ends.h"

enum { MIXED = 20 }; /* packets that name contributing sources: no accident of one */

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

/* ---- roles ------------------------------------------------------------------------- */

static bool serves(const struct live *l, const struct addr *host)
{
	return live_host(&l->forwarding, host) || live_host(&l->serving, host);
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

/* Where the call goes on unseen matters more than that it also ends here. */
static enum role asserted_end(const struct inventory *v, const struct addr *host)
{
	static const enum role beyond[] = { ROLE_GATEWAY, ROLE_CONFERENCE, ROLE_IVR };

	for (unsigned i = 0; i < sizeof beyond / sizeof *beyond; i++)
		if (inventory_says(v, host, beyond[i]))
			return beyond[i];
	return inventory_role(v, host);
}

/* Contributing sources in what it sends: a mixer, or a phone that joins two calls of its own. */
static bool mixes(const struct agreed_list *list, const struct addr *host)
{
	uint64_t mixed = 0;

	for (unsigned i = 0; i < list->count; i++)
		for (unsigned k = 0; k < list->all[i].m.segment_count; k++) {
			const struct segment *s = &list->all[i].m.segments[k];
			for (unsigned n = 0; addr_eq(&s->a.addr, host) && n < s->window_count; n++)
				mixed += s->windows[n].mixed;
		}
	return mixed >= MIXED;
}

static struct ends_role told_role(const struct live *l, const struct agreed_list *list, bool callee)
{
	const struct told *t = &l->told;
	const struct addr *host = &l->call.ends[callee].at.addr;

	if (callee ? l->isfocus_callee : l->isfocus_caller)
		return (struct ends_role){ ROLE_CONFERENCE, ROLE_DECLARED };
	if (l->automaton[callee])
		return (struct ends_role){ ROLE_IVR, ROLE_DECLARED };
	if (t->isup[callee].frame)
		return (struct ends_role){ ROLE_GATEWAY, ROLE_DECLARED };
	if (callee && t->siprec.frame && l->call.kind == CALL_CALL)
		return (struct ends_role){ ROLE_RECORDER, ROLE_DECLARED };
	if (callee && t->charge.frame && t->tel.frame)
		return (struct ends_role){ ROLE_GATEWAY, ROLE_INFERRED };
	if (t->feed[callee].frame || mixes(list, host))
		return (struct ends_role){ ROLE_CONFERENCE, ROLE_INFERRED };
	return (struct ends_role){ ROLE_UNKNOWN, ROLE_INFERRED };
}

static void role_of_end(struct live *l, const struct agreed_list *list, const struct inventory *v,
			bool callee)
{
	struct end *e = &l->call.ends[callee];
	const struct inventory_entry *entry = inventory_at(v, &e->at.addr);
	struct ends_role told = told_role(l, list, callee);

	if (addr_is_none(&e->at.addr))
		return;
	e->role = told.role;
	e->role_from = told.from;
	if (!entry || !entry->roles)
		return;
	e->role = asserted_end(v, &e->at.addr);
	e->role_from = ROLE_ASSERTED;
	e->roles = entry->roles;
}

void ends_find(struct live *l, const struct agreed_list *list, const struct inventory *v)
{
	struct call *c = &l->call;

	if (c->leg_count && addr_is_none(&c->ends[0].at.addr)) {
		c->ends[0].at = end_of(list, c, &c->legs[0], true);
		c->ends[1].at = end_of(list, c, last_leg(c), false);
	}
	for (int i = 0; i < 2; i++)
		role_of_end(l, list, v, i);
	if (c->leg_count)
		name_servers(l, c->ends);
}

bool ends_is(const struct call *c, const struct addr *host)
{
	return addr_eq(&c->ends[0].at.addr, host) || addr_eq(&c->ends[1].at.addr, host);
}

bool ends_between(const struct call *c, const struct inventory *v, const struct addr *host)
{
	static const enum role between[] = { ROLE_PROXY, ROLE_SBC, ROLE_B2BUA, ROLE_RECORDER,
					     ROLE_MONITOR };

	if (!ends_is(c, host))
		return true;
	if (inventory_says(v, host, ROLE_ENDPOINT))
		return false;
	for (unsigned i = 0; i < sizeof between / sizeof *between; i++)
		if (inventory_says(v, host, between[i]))
			return true;
	return false;
}

/* The host that got one dialog and began another. */
static bool began_another(const struct live *l, const struct addr *host)
{
	for (const struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == FACT_b2bua && n->fact.leg >= 0 &&
		    addr_eq(&l->call.legs[n->fact.leg].a.addr, host))
			return true;
	return false;
}

struct ends_role ends_role(const struct live *l, const struct inventory *v, const struct addr *host)
{
	enum role asserted = inventory_role(v, host);

	if (asserted != ROLE_UNKNOWN)
		return (struct ends_role){ asserted, ROLE_ASSERTED };
	if (began_another(l, host))
		return (struct ends_role){ ROLE_B2BUA, ROLE_INFERRED };
	return (struct ends_role){ serves(l, host) ? ROLE_PROXY : ROLE_UNKNOWN, ROLE_INFERRED };
}
