/* listen.c - the list of who could read, hold or hear, while it is being made. */
#include "analyzer/track/listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"

static bool same(const struct element *e, const struct addr *host, const char *name)
{
	return name ? e->name && !strcmp(e->name, name) : !e->name && addr_eq(&e->at.addr, host);
}

static struct element *entry_for(struct listen *x, const struct addr *host, const char *name,
				 uint8_t grade, unsigned **how)
{
	unsigned i = 0;

	while (i < x->count && !(same(&x->all[i], host, name) && x->all[i].grade == grade))
		i++;
	if (i == LISTEN_MOST) {
		x->l->spent = true;
		return NULL;
	}
	if (i == x->count) {
		x->how[i] = 0;
		x->all[x->count++] = (struct element){ .name = name, .grade = grade };
		if (host)
			x->all[i].at.addr = *host;
	}
	*how = &x->how[i];
	return &x->all[i];
}

static struct element *add(struct listen *x, const struct addr *host, const char *name,
			   struct listen_power p, const struct evidence *at)
{
	unsigned *how;
	struct element *e = entry_for(x, host, name, p.grade, &how);

	if (!e)
		return NULL;
	e->signaling |= p.signaling;
	e->keys |= p.keys;
	e->media |= p.media;
	*how |= p.how;
	live_first(&e->at_evidence, at);
	return e;
}

struct element *listen_host(struct listen *x, const struct addr *host, struct listen_power p,
			    const struct evidence *at)
{
	struct element *e = add(x, host, NULL, p, at);

	if (!e)
		return NULL;
	struct ends_role r = ends_role(x->l, x->inventory, host);
	if (r.role != ROLE_UNKNOWN) {
		e->role = r.role;
		e->role_from = r.from;
	}
	return e;
}

void listen_named(struct listen *x, const char *name, enum role role, struct listen_power p,
		  const struct evidence *at)
{
	struct element *e = name ? add(x, NULL, name, p, at) : NULL;

	if (e)
		e->role = role;
}

const char *listen_link(struct live *l, const struct addr *a, const struct addr *b)
{
	char one[ADDR_TEXT], two[ADDR_TEXT], text[2 * ADDR_TEXT + 32];
	bool swap = addr_cmp(a, b) > 0;

	int n = snprintf(text, sizeof text, "anyone on the link %s \xe2\x80\x93 %s",
			 addr_text(swap ? b : a, one), addr_text(swap ? a : b, two));
	return arena_text(l->arena, (struct slice){ (const uint8_t *)text, (size_t)n });
}

bool listen_holds_key(const struct listen *x, const struct addr *host)
{
	for (unsigned i = 0; i < x->count; i++)
		if (same(&x->all[i], host, NULL) && x->all[i].keys)
			return true;
	return false;
}

bool listen_link_holds_key(const struct listen *x, const char *name)
{
	for (unsigned i = 0; name && i < x->count; i++)
		if (same(&x->all[i], NULL, name) && x->all[i].keys)
			return true;
	return false;
}

/* ---- the sentence ------------------------------------------------------------------ */

static const char *const sentences[LISTEN_HOWS] = {
	"SIP was readable on the wire",
	"media was readable on the wire",
	"SIP was decrypted before it was written",
	"signaling passed through it readable",
	"TLS of the signaling ended at it",
	"the signaling connections of both ends lead to it, and it is no end of the media",
	"the media key stood in what it read",
	"it was called as well and given the media key",
	"it ended the media and began it anew under other keys",
	"media was protected on one side of it and readable on the other",
	"it changed the codec or the packets of the media",
	"it put keys or fingerprints of its own in place of others",
	"the encrypted media passed it, and it held the key",
	"media that it sent or got was readable",
	"it joins the media of several, and holds the keys of each",
	"the same encrypted media was sent to it as to the end of the call",
	"a recording session was set up with it",
	"copies of the signaling were sent from it, or to it, for a monitor",
	"a copy of the signaling for a monitor was readable on the wire",
};

static const char *sentence(struct live *l, unsigned how)
{
	const unsigned both = LISTEN_LINK_SIP | LISTEN_LINK_MEDIA;
	struct text t = { 0 };

	if ((how & both) == both) {
		text_add(&t, "SIP and media were readable on the wire");
		how &= ~both;
	}
	for (unsigned i = 0; i < LISTEN_HOWS; i++)
		if (how >> i & 1)
			text_addf(&t, "%s%s", t.n ? "; " : "", sentences[i]);
	const char *kept = arena_text(l->arena, slice_of(text_of(&t)));
	text_free(&t);
	return kept ? kept : "";
}

/* ---- the door ---------------------------------------------------------------------------- */

static int power(const struct element *e)
{
	return 4 * e->media + 2 * e->keys + e->signaling;
}

static int element_cmp(const void *p, const void *q)
{
	const struct element *a = p, *b = q;

	if (power(a) != power(b))
		return power(b) - power(a);
	if (a->grade != b->grade)
		return b->grade - a->grade;
	if (!a->name != !b->name)
		return a->name ? 1 : -1;
	return a->name ? strcmp(a->name, b->name) : addr_cmp(&a->at.addr, &b->at.addr);
}

/* What is known better needs no weaker word. */
static bool said_better(const struct listen *x, unsigned at)
{
	const struct element *e = &x->all[at];

	for (unsigned i = 0; i < x->count; i++)
		if (x->all[i].grade > e->grade && same(&x->all[i], &e->at.addr, e->name) &&
		    (power(&x->all[i]) | power(e)) == power(&x->all[i]))
			return true;
	return !power(e);
}

/* Another entry of the same host may have been the one to show its role. */
static void share_role(struct element *all, unsigned count, struct element *e)
{
	for (unsigned i = 0; i < count && e->role == ROLE_UNKNOWN; i++)
		if (same(&all[i], &e->at.addr, e->name)) {
			e->role = all[i].role;
			e->role_from = all[i].role_from;
		}
}

void listen_give(struct listen *x)
{
	struct call *c = &x->l->call;

	c->elements = x->count ? live_take(x->l, x->count * sizeof *c->elements) : NULL;
	if (!c->elements)
		return;
	for (unsigned i = 0; i < x->count; i++) {
		if (said_better(x, i))
			continue;
		c->elements[c->element_count] = x->all[i];
		c->elements[c->element_count++].why = sentence(x->l, x->how[i]);
	}
	for (unsigned i = 0; i < c->element_count; i++)
		share_role(c->elements, c->element_count, &c->elements[i]);
	if (c->element_count)
		qsort(c->elements, c->element_count, sizeof *c->elements, element_cmp);
}
