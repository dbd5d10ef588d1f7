/* asserted.c - addresses of calls looked up in the inventory, each named once. */
#include "reports/asserted.h"

#include <stdlib.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "reports/jvalue.h"

enum { NAMED_MAX = 10000 };

/* An address of some call that an entry speaks of. */
struct named {
	struct addr at;
	const struct inventory_entry *entry;
	char *shown; /* as the report showed it when it came first */
	uint64_t calls, last_call;
};

struct asserted {
	const struct inventory *v;
	struct map *by_address;
	struct named **all;
	size_t count;
	bool *touched; /* by number of the entry */
	uint64_t calls, unnamed;
};

struct asserted *asserted_new(const struct inventory *v)
{
	struct asserted *a = mem_zero(1, sizeof *a);

	a->v = v;
	a->by_address = map_new();
	a->touched = mem_zero(inventory_entries(v), sizeof *a->touched);
	return a;
}

void asserted_free(struct asserted *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++) {
		free(a->all[i]->shown);
		free(a->all[i]);
	}
	free(a->all);
	free(a->touched);
	map_free(a->by_address);
	free(a);
}

/* ---- the addresses of a call ------------------------------------------------------ */

typedef void visit_fn(void *ctx, const struct addr *at);

static void visit_both(visit_fn *visit, void *ctx, const struct endpoint *a,
		       const struct endpoint *b)
{
	if (!addr_is_none(&a->addr))
		visit(ctx, &a->addr);
	if (!addr_is_none(&b->addr))
		visit(ctx, &b->addr);
}

static void each_address(const struct call *c, visit_fn *visit, void *ctx)
{
	visit_both(visit, ctx, &c->ends[0].at, &c->ends[1].at);
	for (size_t i = 0; i < c->leg_count; i++)
		visit_both(visit, ctx, &c->legs[i].a, &c->legs[i].b);
	for (size_t i = 0; i < c->element_count; i++)
		visit_both(visit, ctx, &c->elements[i].at, &c->elements[i].at);
	for (size_t i = 0; i < c->media_count; i++) {
		const struct media *m = &c->media[i];
		visit_both(visit, ctx, &m->offerer, &m->answerer);
		for (size_t k = 0; k < m->segment_count; k++)
			visit_both(visit, ctx, &m->segments[k].a, &m->segments[k].b);
	}
}

/* ---- what was touched -------------------------------------------------------------- */

struct visit {
	struct asserted *a;
	struct redactor *hide;
};

static struct named *name(struct visit *v, const struct inventory_entry *e, const struct addr *at)
{
	struct asserted *a = v->a;
	struct text t = { NULL, 0, 0 };
	struct named *n;

	if (a->count == NAMED_MAX) {
		a->unnamed++;
		return NULL;
	}
	n = mem_zero(1, sizeof *n);
	redact_address(v->hide, &t, at);
	*n = (struct named){ .at = *at, .entry = e, .shown = t.p };
	a->all = mem_more(a->all, a->count, sizeof(struct named *));
	a->all[a->count++] = n;
	(void)map_put(a->by_address, (struct slice){ n->at.b, sizeof n->at.b }, n);
	return n;
}

static void touch(void *ctx, const struct addr *at)
{
	struct visit *v = ctx;
	struct asserted *a = v->a;
	const struct inventory_entry *e = inventory_at(a->v, at);

	if (!e)
		return;
	a->touched[e->number] = true;
	if (!e->roles)
		return;
	struct named *n = map_get(a->by_address, (struct slice){ at->b, sizeof at->b });
	if (!n)
		n = name(v, e, at);
	if (!n)
		return;
	n->calls += n->last_call != a->calls;
	n->last_call = a->calls;
}

void asserted_add(struct asserted *a, struct redactor *hide, const struct call *c)
{
	struct visit v = { a, hide };

	a->calls++;
	each_address(c, touch, &v);
}

struct tagging {
	const struct inventory *v;
	uint16_t scopes;
};

static void tag(void *ctx, const struct addr *at)
{
	struct tagging *t = ctx;
	const struct inventory_entry *e = inventory_at(t->v, at);

	t->scopes = (uint16_t)(t->scopes | (e ? e->scopes : 0));
}

uint16_t asserted_scopes(const struct inventory *v, const struct call *c)
{
	struct tagging t = { v, 0 };

	each_address(c, tag, &t);
	return t.scopes;
}

/* ---- in the document ---------------------------------------------------------------- */

static json_t *roles_json(role_set roles)
{
	json_t *list = json_array();

	for (unsigned r = ROLE_UNKNOWN + 1; r < ROLE_NETWORK; r++)
		if (roles & INVENTORY_ROLE(r))
			jvalue_push(list, jvalue_text(call_role_text((enum role)r)));
	return list;
}

static json_t *named_json(const struct inventory *v, const struct named *n)
{
	json_t *o = json_object();

	jvalue_put(o, "address", jvalue_text(n->shown));
	jvalue_put(o, "role", jvalue_text(call_role_text(inventory_role(v, &n->at))));
	jvalue_put(o, "roles", roles_json(n->entry->roles));
	jvalue_put(o, "name", jvalue_text(n->entry->name));
	jvalue_put(o, "calls", jvalue_number(n->calls));
	return o;
}

/* A tap whose label no input has is most likely misspelt, and the reader must be able to see it. */
static json_t *tap_json(const struct inventory_tap *tap, struct redactor *hide,
			const char *const *labels, size_t label_count)
{
	json_t *o = json_object();
	struct text t = { NULL, 0, 0 };
	bool used = false;

	for (size_t i = 0; i < label_count && !used; i++)
		used = strcmp(labels[i], tap->label) == 0;
	redact_label(hide, &t, tap->label);
	jvalue_put(o, "label", jvalue_text(text_of(&t)));
	jvalue_put(o, "access", json_boolean(tap->access));
	jvalue_put(o, "used", json_boolean(used));
	text_free(&t);
	return o;
}

struct counts {
	uint64_t certificates, matched, unmatched;
};

/* Certificates are not looked for in calls here, so nothing is said of which of them matched. */
static struct counts count(const struct asserted *a)
{
	struct counts t = { 0 };

	for (size_t i = 0; i < inventory_entries(a->v); i++) {
		if (inventory_entry_at(a->v, i)->by_certificate)
			t.certificates++;
		else if (a->touched[i])
			t.matched++;
		else
			t.unmatched++;
	}
	return t;
}

json_t *asserted_json(const struct asserted *a, struct redactor *hide, struct asserted_file file,
		      const char *const *labels, size_t label_count)
{
	struct counts n = count(a);
	json_t *o = json_object(), *taps = json_array(), *all = json_array();
	struct text shown = { NULL, 0, 0 };

	redact_label(hide, &shown, file.name);
	for (size_t i = 0; i < inventory_taps(a->v); i++)
		jvalue_push(taps, tap_json(inventory_tap_at(a->v, i), hide, labels, label_count));
	for (size_t i = 0; i < a->count; i++)
		jvalue_push(all, named_json(a->v, a->all[i]));
	jvalue_put(o, "name", jvalue_text(text_of(&shown)));
	jvalue_put(o, "sha256", jvalue_text(file.sha256));
	jvalue_put(o, "entries", jvalue_number(inventory_entries(a->v)));
	jvalue_put(o, "matched", jvalue_number(n.matched));
	jvalue_put(o, "unmatched", jvalue_number(n.unmatched));
	jvalue_put(o, "certificates", jvalue_number(n.certificates));
	jvalue_put(o, "links", jvalue_number(inventory_links(a->v)));
	jvalue_put(o, "taps", taps);
	jvalue_put(o, "asserted", all);
	jvalue_put(o, "unnamed", jvalue_number(a->unnamed));
	text_free(&shown);
	return o;
}
