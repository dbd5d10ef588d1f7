/* boxes.c - where media was opened, begun anew, passed on or copied on its way. */
#include "analyzer/track/boxes.h"

#include <stdio.h>

#include "analyzer/track/alike.h"

enum { HOSTS = 16 };

/* The hosts of one line: those its packets ran between, else those that were announced. */
struct hosts {
	struct addr all[HOSTS];
	unsigned count;
};

static bool among(const struct hosts *h, const struct addr *a)
{
	for (unsigned i = 0; i < h->count; i++)
		if (addr_eq(&h->all[i], a))
			return true;
	return false;
}

static void add(struct hosts *h, const struct addr *a)
{
	if (h->count < HOSTS && !addr_is_none(a) && !among(h, a))
		h->all[h->count++] = *a;
}

static void hosts_of(const struct agreed *a, struct hosts *h)
{
	h->count = 0;
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		add(h, &a->m.segments[i].a.addr);
		add(h, &a->m.segments[i].b.addr);
	}
	if (h->count)
		return;
	add(h, &a->m.offerer.addr);
	add(h, &a->m.answerer.addr);
}

static bool one_more(const struct hosts *h, const struct hosts *other)
{
	for (unsigned i = 0; i < h->count; i++)
		if (!among(other, &h->all[i]))
			return true;
	return false;
}

/* ---- the host that two hops have in common --------------------------------------------- */

enum { SIDES = 64 }; /* the first of a call; more are not held against each other */

/* A line with a fact that speaks of two hops. */
struct side {
	const struct fact *fact;
	struct hosts hosts;
	bool settled; /* the box on one end of it is known */
};

struct sides {
	struct side all[SIDES];
	unsigned count;
};

static void gather(const struct live *l, const struct agreed_list *list, enum fact_kind kind,
		   struct sides *out)
{
	out->count = 0;
	for (const struct note *n = l->facts; n && out->count < SIDES; n = n->next) {
		if (n->fact.kind != kind || n->fact.media < 0)
			continue;
		struct side *s = &out->all[out->count++];
		s->fact = &n->fact;
		s->settled = false;
		hosts_of(&list->all[n->fact.media], &s->hosts);
	}
}

/* Two lines of one hop have all hosts in common: nothing lies between them. */
static bool apart(const struct side *s, const struct side *t)
{
	return one_more(&s->hosts, &t->hosts) && one_more(&t->hosts, &s->hosts);
}

/* ---- media that was opened -------------------------------------------------------------- */

static const struct opening {
	enum fact_kind kind;
	enum listen_how how;
} openings[] = {
	{ FACT_media_rekeyed, LISTEN_REKEYED },
	{ FACT_media_decrypted, LISTEN_DECRYPTED },
	{ FACT_media_transcoded, LISTEN_REMADE },
	{ FACT_keys_rewritten, LISTEN_REWROTE },
};

/* A host at the box's side of a hop. */
static const struct addr *inner(const struct call *c, const struct side *s)
{
	for (unsigned i = 0; i < s->hosts.count; i++)
		if (!ends_is(c, &s->hosts.all[i]))
			return &s->hosts.all[i];
	return NULL;
}

/* The box has an address on either side; which of them opened the media is not known. */
static void add_gap(struct listen *x, const struct side *s, const struct side *t,
		    struct listen_power power)
{
	char one[ADDR_TEXT], two[ADDR_TEXT], text[2 * ADDR_TEXT + 48];
	const struct addr *in = inner(&x->l->call, s), *out = inner(&x->l->call, t);

	if (!in || !out || addr_eq(in, out))
		return;
	bool swap = addr_cmp(in, out) > 0;
	int n = snprintf(text, sizeof text, "whoever is between %s and %s",
			 addr_text(swap ? out : in, one), addr_text(swap ? in : out, two));
	const char *name =
		arena_text(x->l->arena, (struct slice){ (const uint8_t *)text, (size_t)n });
	listen_named(x, name, ROLE_UNKNOWN, power, &s->fact->at[0]);
}

static bool add_common(struct listen *x, const struct side *s, const struct side *t,
		       struct listen_power power)
{
	bool found = false;

	for (unsigned i = 0; i < s->hosts.count; i++) {
		const struct addr *host = &s->hosts.all[i];
		if (!among(&t->hosts, host) || !ends_between(&x->l->call, x->inventory, host))
			continue;
		struct element *e = listen_host(x, host, power, &s->fact->at[0]);
		if (e && e->role == ROLE_UNKNOWN)
			e->role = ROLE_SBC;
		found = true;
	}
	return found;
}

static void add_openers(struct listen *x, const struct agreed_list *list, const struct opening *o)
{
	struct listen_power power = { .keys = true, .media = true, .grade = 3, .how = o->how };
	struct sides s;

	gather(x->l, list, o->kind, &s);
	for (unsigned i = 0; i < s.count; i++)
		for (unsigned k = i + 1; k < s.count; k++)
			if (apart(&s.all[i], &s.all[k]) &&
			    add_common(x, &s.all[i], &s.all[k], power))
				s.all[i].settled = s.all[k].settled = true;
	for (unsigned i = 0; i < s.count; i++)
		for (unsigned k = i + 1; k < s.count; k++)
			if (!s.all[i].settled && !s.all[k].settled && apart(&s.all[i], &s.all[k]))
				add_gap(x, &s.all[i], &s.all[k], power);
}

/* ---- media that passed ---------------------------------------------------------------------- */

bool boxes_relays(const struct live *l, const struct agreed_list *list, const struct addr *host)
{
	struct sides s;

	if (ends_is(&l->call, host))
		return false;
	gather(l, list, FACT_media_relayed, &s);
	for (unsigned i = 0; i < s.count; i++)
		for (unsigned k = i + 1; k < s.count; k++)
			if (apart(&s.all[i], &s.all[k]) && among(&s.all[i].hosts, host) &&
			    among(&s.all[k].hosts, host))
				return true;
	return false;
}

static const struct fact *fact_of(const struct live *l, enum fact_kind kind, int media)
{
	for (const struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == kind && n->fact.media == media)
			return &n->fact;
	return NULL;
}

/* The key that stood in what was read there is not the one in use. */
static bool unproved(const struct live *l, const struct agreed *a)
{
	return fact_of(l, FACT_key_unproved, a->number) && !fact_of(l, FACT_key_proved, a->number);
}

/* Who has the key and gets the packets can open a copy, however unchanged it sends them on. */
static void add_holders(struct listen *x, const struct agreed *a)
{
	static const struct listen_power power = { .media = true,
						   .grade = 3,
						   .how = LISTEN_CIPHER };

	if (a->m.keying != KEYING_SDES || unproved(x->l, a))
		return;
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *s = &a->m.segments[i];
		const struct addr *both[] = { &s->a.addr, &s->b.addr };
		if (!alike_protected(s))
			continue;
		for (unsigned k = 0; k < 2; k++)
			if (listen_holds_key(x, both[k]))
				listen_host(x, both[k], power, &s->first);
		const char *link = listen_link(x->l, both[0], both[1]);
		if (listen_link_holds_key(x, link))
			listen_named(x, link, ROLE_NETWORK, power, &s->first);
	}
}

/* ---- mixers and copies ------------------------------------------------------------------- */

/* What clients encrypt inside is not heard by who holds the keys outside it. */
static void add_mixers(struct listen *x)
{
	const struct call *c = &x->l->call;
	static const uint8_t grades[] = {
		[ROLE_INFERRED] = 1, [ROLE_DECLARED] = 2, [ROLE_ASSERTED] = 3
	};

	for (unsigned i = 0; i < 2; i++) {
		const struct end *e = &c->ends[i];
		const struct inventory_entry *entry = inventory_at(x->inventory, &e->at.addr);
		struct listen_power power = { .keys = true,
					      .media = !entry || !entry->inner_encryption,
					      .grade = grades[e->role_from],
					      .how = LISTEN_MIXER };
		if (e->role != ROLE_CONFERENCE || addr_is_none(&e->at.addr))
			continue;
		struct element *at = listen_host(x, &e->at.addr, power, &x->l->first);
		if (at) {
			at->role = e->role;
			at->role_from = e->role_from;
		}
	}
}

static void add_copies(struct listen *x, const struct agreed_list *list)
{
	for (const struct note *n = x->l->facts; n; n = n->next) {
		if (n->fact.kind != FACT_media_copied || n->fact.media < 0)
			continue;
		const struct segment *s = &list->all[n->fact.media].m.segments[n->fact.segment];
		bool known = inventory_says(x->inventory, &s->b.addr, ROLE_RECORDER) ||
			     listen_holds_key(x, &s->b.addr);
		listen_host(x, &s->b.addr,
			    (struct listen_power){ .keys = known,
						   .media = true,
						   .grade = known ? 3 : 1,
						   .how = LISTEN_COPY },
			    &n->fact.at[0]);
	}
}

static void add_recorder(struct listen *x)
{
	const struct told *t = &x->l->told;
	struct listen_power power = { .media = true, .grade = 3, .how = LISTEN_RECORDS };

	if (addr_is_none(&t->recorder))
		return;
	struct element *e =
		listen_host(x, &t->recorder, power, t->siprec.frame ? &t->siprec : &t->record_on);
	if (!e || e->role_from == ROLE_ASSERTED)
		return;
	e->role = ROLE_RECORDER;
	e->role_from = ROLE_DECLARED;
}

void boxes_find(struct listen *x, const struct agreed_list *list)
{
	for (unsigned i = 0; i < sizeof openings / sizeof *openings; i++)
		add_openers(x, list, &openings[i]);
	add_mixers(x);
	add_copies(x, list);
	add_recorder(x);
	for (unsigned i = 0; i < list->count; i++)
		add_holders(x, &list->all[i]);
}
