/* plan.c - calls that lack something, grouped by where it could be captured. */
#include "reports/plan.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/addr.h"
#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "reports/jvalue.h"
#include "reports/layout.h"
#include "reports/plan_item.h"
#include "reports/wording.h"

enum { ITEMS_MAX = 10000, ITEMS_SHOWN = 20, OTHERS_MAX = 100, KEY = 2 * PLAN_HOST + 2 };

/* A missing observation that no capture point is known for. */
struct other {
	char *what;
	uint64_t calls;
};

struct held_item {
	char key[KEY];
	struct plan_item item;
};

struct plan {
	struct map *by_key;
	struct held_item **all;
	size_t count;
	struct other others[OTHERS_MAX];
	size_t other_count;
	uint64_t calls, lacking, dropped;
	uint64_t unasserted; /* calls seen from two sides of which nobody said whose they are */
	bool asserted;	     /* the report had an inventory */
	char run[17];
};

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++) {
		for (unsigned k = 0; k < p->all[i]->item.want_count; k++)
			free(p->all[i]->item.wants[k]);
		free(p->all[i]);
	}
	for (size_t i = 0; i < p->other_count; i++)
		free(p->others[i].what);
	free(p->all);
	map_free(p->by_key);
	free(p);
}

/* ---- what a call lacks ------------------------------------------------------------- */

/* A call as it is looked at. */
struct lack {
	struct plan *plan;
	const json_t *call;
	char ends[2][PLAN_HOST]; /* empty: not known */
	bool both;		 /* one link would not settle it */
	bool sides;		 /* a side is missing */
	bool short_of[CONDITIONS];
};

static struct plan_item *item_of(struct plan *p, enum plan_kind kind, const char *a, const char *b)
{
	bool swap = b[0] && strcmp(a, b) > 0;
	char key[KEY];
	int n = snprintf(key, sizeof key, "%d%s %s", (int)kind, swap ? b : a, swap ? a : b);
	struct slice k = { (const uint8_t *)key, (size_t)n };
	struct held_item *h = map_get(p->by_key, k);

	if (h)
		return &h->item;
	if (p->count == ITEMS_MAX) {
		p->dropped++;
		return NULL;
	}
	h = mem_zero(1, sizeof *h);
	memcpy(h->key, key, sizeof key);
	h->item.kind = kind;
	(void)snprintf(h->item.a, PLAN_HOST, "%s", swap ? b : a);
	(void)snprintf(h->item.b, PLAN_HOST, "%s", swap ? a : b);
	p->all = mem_more(p->all, p->count, sizeof(struct held_item *));
	p->all[p->count++] = h;
	(void)map_put(p->by_key, (struct slice){ (const uint8_t *)h->key, k.n }, h);
	return &h->item;
}

static void want(struct plan_item *i, const char *what)
{
	for (unsigned k = 0; k < i->want_count; k++)
		if (strcmp(i->wants[k], what) == 0)
			return;
	if (i->want_count < PLAN_WANTS)
		i->wants[i->want_count++] = mem_text(what);
	else
		i->more_wants++;
}

static void needs(struct lack *l, enum plan_kind kind, const char *a, const char *b,
		  const char *what)
{
	bool two = kind == PLAN_BOTH || kind == PLAN_TLS;
	struct plan_item *i = a[0] && (!two || b[0]) ? item_of(l->plan, kind, a, b) : NULL;

	if (!i)
		return;
	i->calls += i->last_call != l->plan->calls;
	i->last_call = l->plan->calls;
	for (int c = 0; c < CONDITIONS; c++)
		i->short_of[c] |= l->short_of[c];
	if (what)
		want(i, what);
}

/* One end alone, or an end whose other is the same host, is one link. */
static void needs_both(struct lack *l, const char *what)
{
	const char *a = l->ends[0], *b = l->ends[1];

	if (a[0] && b[0] && strcmp(a, b) != 0)
		needs(l, PLAN_BOTH, a, b, what);
	else
		needs(l, PLAN_ACCESS, a[0] ? a : b, "", what);
}

/* Hops whose SIP was inside TLS; false: there was none. */
static bool needs_tls(struct lack *l, const char *what)
{
	const json_t *legs = jvalue_get(l->call, "legs");
	bool any = false;

	for (size_t i = 0; i < json_array_size(legs); i++) {
		const json_t *leg = json_array_get(legs, i);
		char a[PLAN_HOST], b[PLAN_HOST];
		if (!jvalue_is(leg, "encrypted") || jvalue_is(leg, "decrypted") ||
		    jvalue_is(leg, "readable"))
			continue;
		wording_host(jvalue_str(leg, "a"), a, PLAN_HOST);
		wording_host(jvalue_str(leg, "b"), b, PLAN_HOST);
		needs(l, PLAN_TLS, a, b, what);
		any = true;
	}
	return any;
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void other(struct plan *p, const char *what)
{
	for (size_t i = 0; i < p->other_count; i++) {
		if (strcmp(p->others[i].what, what) != 0)
			continue;
		p->others[i].calls++;
		return;
	}
	if (p->other_count == OTHERS_MAX) {
		p->dropped++;
		return;
	}
	p->others[p->other_count++] = (struct other){ mem_text(what), 1 };
}

static void needs_end(struct lack *l, int end, const char *what)
{
	if (l->both)
		needs_both(l, what);
	else
		needs(l, PLAN_ACCESS, l->ends[end], "", what);
}

static bool second_side(const char *what)
{
	return strstr(what, ", at a second place: ") != NULL;
}

/* 0: the access link of who called, 1: of who was called; -1: neither alone. */
static int access_link(const char *what)
{
	static const char *const words[] = { "on the access link of the caller",
					     "on the access link of the callee",
					     "on the access link of the first party",
					     "on the access link of the second party" };

	for (int i = 0; i < 4; i++)
		if (strstr(what, words[i]))
			return i & 1;
	return -1;
}

/* The sentences are those of rules/coverage.c. */
static void from_missing(struct lack *l, const char *what)
{
	if (second_side(what)) {
		needs_both(l, what);
	} else if (access_link(what) >= 0) {
		needs_end(l, access_link(what), what);
	} else if (strstr(what, "on the other side of the ")) {
		needs_both(l, what);
	} else if (starts(what, "the offer of") || starts(what, "the answer to") ||
		   starts(what, "how the keys of") || starts(what, "what the signaling says")) {
		if (!needs_tls(l, what))
			needs_both(l, what);
	} else {
		other(l->plan, what);
	}
}

static bool undecided(const char *verdict)
{
	return strcmp(verdict, "partial") == 0 || strcmp(verdict, "suspect") == 0 ||
	       strcmp(verdict, "not_observable") == 0;
}

/* Whoever stood between the ends and is a host: what it does shows on its two sides. */
static void from_elements(struct lack *l)
{
	const json_t *all = jvalue_get(l->call, "within_earshot");

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *e = json_array_get(all, i);
		const char *who = jvalue_str(e, "who"), *role = jvalue_str(e, "role");
		char host[PLAN_HOST];
		if (strchr(who, ' ') || strcmp(role, "network") == 0 ||
		    strcmp(role, "monitor") == 0)
			continue;
		wording_host(who, host, PLAN_HOST);
		needs(l, PLAN_SIDES, host, "", NULL);
	}
}

static bool from_conditions(struct lack *l)
{
	const json_t *all = jvalue_get(l->call, "conditions");
	bool any = false;

	for (int c = 0; c < CONDITIONS; c++) {
		const char *name = judge_condition_text((enum condition)c);
		l->short_of[c] = undecided(jvalue_str(jvalue_get(all, name), "verdict"));
		any |= l->short_of[c];
	}
	return any;
}

static void look_at_sides(struct lack *l, const json_t *missing)
{
	l->both = l->short_of[CONDITION_KEYS] || l->short_of[CONDITION_MEDIA];
	for (size_t i = 0; i < json_array_size(missing); i++) {
		const char *what = jvalue_at(missing, i);
		l->both |= second_side(what);
		l->sides |= second_side(what) || access_link(what) >= 0;
	}
}

/* Both sides were seen: what is short of a verdict then may be the operator's word. */
static void from_ends(struct lack *l)
{
	if (l->sides)
		needs_both(l, NULL);
	else if (!l->plan->asserted)
		l->plan->unasserted++;
}

static void from_call(struct plan *p, const json_t *call)
{
	const json_t *missing = jvalue_get(call, "missing"), *ends = jvalue_get(call, "ends");
	struct lack l = { .plan = p, .call = call };

	p->calls++;
	bool open = from_conditions(&l);
	if (!open && !json_array_size(missing))
		return;
	p->lacking++;
	look_at_sides(&l, missing);
	for (size_t i = 0; i < 2; i++)
		wording_host(jvalue_str(json_array_get(ends, i), "address"), l.ends[i], PLAN_HOST);
	for (size_t i = 0; i < json_array_size(missing); i++)
		from_missing(&l, jvalue_at(missing, i));
	if (l.short_of[CONDITION_SIGNALING])
		(void)needs_tls(&l, NULL);
	if (l.short_of[CONDITION_KEYS] || l.short_of[CONDITION_MEDIA]) {
		from_ends(&l);
		from_elements(&l);
	}
}

/* Most calls first; then by kind and hosts, so that the same report gives the same plan. */
static int item_cmp(const void *x, const void *y)
{
	const struct held_item *const *a = x, *const *b = y;

	if ((*a)->item.calls != (*b)->item.calls)
		return (*a)->item.calls > (*b)->item.calls ? -1 : 1;
	return strcmp((*a)->key, (*b)->key);
}

enum err plan_read(FILE *in, struct plan **out, const char **why)
{
	json_t *report = json_loadf(in, 0, NULL);
	const json_t *calls = jvalue_get(report, "calls");
	bool fits = strcmp(jvalue_str(report, "schema"), "earshot.report/1") == 0 &&
		    json_is_array(calls);

	*out = NULL;
	*why = report ? "not an earshot.report/1 document" : "not JSON, or cut short";
	if (!fits) {
		json_decref(report);
		return ERR_MALFORMED;
	}
	struct plan *p = mem_zero(1, sizeof *p);
	p->by_key = map_new();
	p->asserted = jvalue_has(report, "inventory");
	(void)snprintf(p->run, sizeof p->run, "%s", jvalue_str(report, "run"));
	for (size_t i = 0; i < json_array_size(calls); i++)
		from_call(p, json_array_get(calls, i));
	if (p->count)
		qsort(p->all, p->count, sizeof(struct held_item *), item_cmp);
	json_decref(report);
	*out = p;
	return ERR_OK;
}

/* ---- as JSON --------------------------------------------------------------------------- */

static json_t *others_json(const struct plan *p)
{
	json_t *all = json_array();

	for (size_t i = 0; i < p->other_count; i++) {
		json_t *o = json_object();
		jvalue_put(o, "what", jvalue_text(p->others[i].what));
		jvalue_put(o, "calls", jvalue_number(p->others[i].calls));
		jvalue_push(all, o);
	}
	return all;
}

bool plan_write_json(const struct plan *p, FILE *out)
{
	json_t *o = json_object(), *all = json_array();

	for (size_t i = 0; i < p->count; i++)
		jvalue_push(all, plan_item_json(&p->all[i]->item));
	jvalue_put(o, "schema", jvalue_text("earshot.plan/1"));
	jvalue_put(o, "run", jvalue_text(p->run));
	jvalue_put(o, "calls", jvalue_number(p->calls));
	jvalue_put(o, "lacking", jvalue_number(p->lacking));
	jvalue_put(o, "plan", all);
	jvalue_put(o, "other", others_json(p));
	jvalue_put(o, "unasserted", jvalue_number(p->unasserted));
	jvalue_put(o, "dropped", jvalue_number(p->dropped));
	bool whole = json_dumpf(o, out, JSON_INDENT(2)) == 0 && fputs("\n", out) >= 0;
	json_decref(o);
	return whole;
}

/* ---- as text --------------------------------------------------------------------------- */

static void rest_text(struct layout *l, const struct plan *p)
{
	struct text t = { NULL, 0, 0 };
	bool hidden = false;

	for (size_t i = 0; i < p->count && !hidden; i++)
		hidden = plan_item_hidden(&p->all[i]->item);
	if (p->unasserted) {
		wording_count(&t, p->unasserted, "row");
		text_add(&t,
			 " seen from both sides: an inventory that calls the ends endpoints and "
			 "the captures access links may settle them (`earshot inventory draft`). ");
	}
	if (hidden)
		text_add(&t, "The report hides addresses: put them where ADDRESS-OF stands, or "
			     "make it anew with --redact none. ");
	if (p->count > ITEMS_SHOWN) {
		wording_number(&t, p->count - ITEMS_SHOWN);
		text_add(&t, " more captures are in the plan as JSON (-f json). ");
	}
	for (size_t i = 0; i < p->other_count; i++)
		text_addf(&t, "%s%s. ", i ? "" : "Also not seen: ", p->others[i].what);
	if (t.n) {
		layout_wrap(l, text_of(&t), 0);
		layout_line(l);
	}
	text_free(&t);
}

bool plan_write_text(const struct plan *p, FILE *out, int width)
{
	struct layout l = { out, width, 0, false };
	struct text t = { NULL, 0, 0 };

	wording_number(&t, p->lacking);
	text_add(&t, " of ");
	wording_count(&t, p->calls, "row");
	text_add(&t, p->lacking ? " short of a verdict or of an observation; captures that would "
				  "help, most calls first"
				: " short of anything: there is nothing to capture");
	layout_wrap(&l, text_of(&t), 0);
	layout_line(&l);
	layout_line(&l);
	for (size_t i = 0; i < p->count && i < ITEMS_SHOWN; i++)
		plan_item_text(&l, &p->all[i]->item, i + 1);
	rest_text(&l, p);
	text_free(&t);
	return !ferror(out);
}
