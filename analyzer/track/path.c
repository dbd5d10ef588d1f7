/* path.c - who stands on the path of a call, and what each could read. */
#include "analyzer/track/path.h"

#include "analyzer/track/boxes.h"
#include "analyzer/track/way.h"

/* ---- signaling ------------------------------------------------------------------------ */

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

static bool noted(const struct live *l, enum fact_kind kind)
{
	for (const struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == kind)
			return true;
	return false;
}

/* Of several that were called with one key, one that did not pass the request on. */
static bool forked_to(const struct live *l, const struct addr *host)
{
	for (unsigned i = 0; i < l->call.leg_count; i++)
		if (addr_eq(&l->call.legs[i].a.addr, host))
			return false;
	return noted(l, FACT_key_forked);
}

static void add_host(struct listen *x, const struct addr *host, bool keys,
		     const struct evidence *at)
{
	bool forked = keys && forked_to(x->l, host);

	if (!ends_between(&x->l->call, x->inventory, host))
		return;
	listen_host(
		x, host,
		(struct listen_power){ .signaling = true,
				       .keys = keys,
				       .grade = 3,
				       .how = forked ? LISTEN_FORKED
						     : LISTEN_PASSED | (keys ? LISTEN_KEY : 0) },
		at);
}

static void from_leg(struct listen *x, const struct leg_live *leg)
{
	const struct leg *g = &leg->leg;
	bool keys = keys_on(x->l, leg);
	struct listen_power power = { .signaling = true, .keys = keys, .grade = 3 };
	enum listen_how key = keys ? LISTEN_KEY : 0;

	add_host(x, &g->a.addr, keys, &g->first);
	add_host(x, &g->b.addr, keys, &g->first);
	if (g->readable) {
		power.how = LISTEN_LINK_SIP | key;
		power.grade = leg->on_wire ? 3 : 2; /* a monitor's word on what carried it */
		listen_named(x, listen_link(x->l, &g->a.addr, &g->b.addr), ROLE_NETWORK, power,
			     &g->first);
	} else if (!leg->opened && !g->tunnelled && !leg->copy_count) {
		/* What the auditor's own key opened, nobody else wrote; copies name their writer.
		 */
		power.how = LISTEN_WRITER | key;
		listen_named(x, "whoever wrote this capture", ROLE_MONITOR, power, &g->first);
	}
}

/* Who sent a copy had read the message; who got it reads it; and so does the link between them. */
static void from_copies(struct listen *x, const struct leg_live *leg)
{
	bool keys = keys_on(x->l, leg);
	enum listen_how key = keys ? LISTEN_KEY : 0;
	struct listen_power power = {
		.signaling = true, .keys = keys, .grade = 3, .how = LISTEN_COPIES | key
	};

	for (unsigned i = 0; i < leg->copy_count; i++) {
		const struct copy_link *k = &leg->copies[i];
		struct element *monitor = listen_host(x, &k->to.addr, power, &k->at);
		if (monitor && monitor->role == ROLE_UNKNOWN)
			monitor->role = ROLE_MONITOR;
		if (ends_between(&x->l->call, x->inventory, &k->from.addr))
			(void)listen_host(x, &k->from.addr, power, &k->at);
		if (addr_eq(&k->from.addr, &k->to.addr))
			continue;
		power.how = LISTEN_LINK_COPY | key;
		listen_named(x, listen_link(x->l, &k->from.addr, &k->to.addr), ROLE_NETWORK, power,
			     &k->at);
		power.how = LISTEN_COPIES | key;
	}
}

static void from_named(struct listen *x)
{
	const struct host_list *named = &x->l->named;

	for (unsigned i = 0; i < named->count; i++)
		add_host(x, &named->all[i].addr, false, &named->all[i].at);
}

/* Connections that could not be read, and lead to somebody who is no end of the media. */
static void from_opaque(struct listen *x)
{
	const struct call *c = &x->l->call;

	for (const struct note *n = x->l->facts; n; n = n->next) {
		if (n->fact.kind != FACT_tls_elsewhere || n->fact.leg < 0)
			continue;
		const struct leg *g = &c->legs[n->fact.leg];
		struct listen_power power = { .signaling = true,
					      .grade = n->fact.grade,
					      .how = n->fact.value ? LISTEN_TLS : LISTEN_LEADS };
		if (ends_is(c, &g->a.addr) != ends_is(c, &g->b.addr))
			listen_host(x, ends_is(c, &g->a.addr) ? &g->b.addr : &g->a.addr, power,
				    &g->first);
	}
}

/* ---- media in clear ---------------------------------------------------------------------- */

static bool reads_signaling(const struct listen *x, const struct addr *host)
{
	for (unsigned i = 0; i < x->count; i++)
		if (!x->all[i].name && addr_eq(&x->all[i].at.addr, host))
			return true;
	return false;
}

static void from_segment(struct listen *x, const struct segment *s)
{
	static const struct listen_power link = { .media = true,
						  .grade = 3,
						  .how = LISTEN_LINK_MEDIA },
					 host = { .media = true, .grade = 3, .how = LISTEN_CLEAR };

	if (s->protection != PROTECTION_CLEAR)
		return;
	listen_named(x, listen_link(x->l, &s->a.addr, &s->b.addr), ROLE_NETWORK, link,
		     &s->clear_at);
	const struct addr *both[] = { &s->a.addr, &s->b.addr };
	for (unsigned i = 0; i < 2; i++)
		if (reads_signaling(x, both[i]) && !addr_is_none(both[i]))
			listen_host(x, both[i], host, &s->clear_at);
}

/* Fax, messages and floor control that were read on an open line. */
static void from_speech(struct listen *x, const struct agreed *a)
{
	if (a->m.keying == KEYING_NONE && (a->parsed[0] || a->parsed[1]))
		listen_named(x, listen_link(x->l, &a->parsed_on.src, &a->parsed_on.dst),
			     ROLE_NETWORK,
			     (struct listen_power){
				     .media = true, .grade = 3, .how = LISTEN_LINK_MEDIA },
			     &a->parsed_at);
}

void path_build(struct live *l, const struct agreed_list *list, const struct inventory *v)
{
	struct listen x;

	x.l = l;
	x.inventory = v;
	x.count = 0;
	for (const struct leg_live *leg = l->legs; leg; leg = leg->next) {
		from_leg(&x, leg);
		from_copies(&x, leg);
	}
	from_named(&x);
	from_opaque(&x);
	for (unsigned i = 0; i < list->count; i++) {
		for (unsigned k = 0; k < list->all[i].m.segment_count; k++)
			from_segment(&x, &list->all[i].m.segments[k]);
		from_speech(&x, &list->all[i]);
	}
	boxes_find(&x, list);
	listen_give(&x);
	way_build(l, list, v);
}
