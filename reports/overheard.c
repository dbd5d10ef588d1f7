/* overheard.c - listeners and gaps, each once with its number of calls. */
#include "reports/overheard.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "reports/jvalue.h"

enum {
	LISTENERS_MAX = 10000,
	LISTENERS_SHOWN = 100,
	GAPS_MAX = 1000,
	GAPS_SHOWN = 20,
	TEXT_MAX = 400
};

/* A listener, or (with role ROLE_UNKNOWN and no powers) a missing observation. */
struct entry {
	const char *key, *why;
	uint32_t calls, last_call;
	uint8_t role, from; /* enum role, enum role_from */
	bool does[CONDITIONS];
	uint8_t grade;
};

struct list {
	struct map *by_key;
	struct entry **all;
	size_t count, room, max;
};

struct overheard {
	struct list listeners, gaps;
	struct map *whys; /* from a reason to its only copy: most listeners share a few */
	struct arena *arena;
	struct text scratch;
	uint64_t dropped;
	uint32_t calls;
};

static void list_new(struct list *l, size_t max)
{
	l->by_key = map_new();
	l->max = max;
}

struct overheard *overheard_new(void)
{
	struct overheard *o = mem_zero(1, sizeof *o);

	list_new(&o->listeners, LISTENERS_MAX);
	list_new(&o->gaps, GAPS_MAX);
	o->whys = map_new();
	o->arena =
		arena_new((size_t)(LISTENERS_MAX + GAPS_MAX) * (sizeof(struct entry) + TEXT_MAX));
	return o;
}

void overheard_free(struct overheard *o)
{
	if (!o)
		return;
	map_free(o->listeners.by_key);
	map_free(o->gaps.by_key);
	map_free(o->whys);
	free(o->listeners.all);
	free(o->gaps.all);
	arena_free(o->arena);
	text_free(&o->scratch);
	free(o);
}

uint64_t overheard_dropped(const struct overheard *o)
{
	return o->dropped;
}

size_t overheard_listener_count(const struct overheard *o)
{
	return o->listeners.count;
}

static struct entry *entry_of(struct overheard *o, struct list *l, struct slice key)
{
	struct entry *e = map_get(l->by_key, key);

	if (e)
		return e;
	e = l->count < l->max ? arena_take(o->arena, sizeof *e) : NULL;
	const char *copy = e ? arena_text(o->arena, key) : NULL;
	if (!copy) {
		o->dropped++;
		return NULL;
	}
	e->key = copy;
	e->why = "";
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->all = mem_grow(l->all, l->room, sizeof(struct entry *));
	}
	l->all[l->count++] = e;
	(void)map_put(l->by_key, slice_of(copy), e);
	return e;
}

static void count(struct overheard *o, struct entry *e)
{
	e->calls += e->last_call != o->calls;
	e->last_call = o->calls;
}

static void called(struct redactor *hide, struct text *t, const struct element *e)
{
	if (e->name || addr_is_none(&e->at.addr))
		redact_text(hide, t, e->name ? e->name : "unknown host");
	else
		redact_address(hide, t, &e->at.addr);
}

static struct slice scratch(const struct overheard *o)
{
	return slice_upto(slice_of(text_of(&o->scratch)), TEXT_MAX);
}

static const char *reason(struct overheard *o, struct slice why)
{
	const char *known = map_get(o->whys, why);
	char *copy = known ? NULL : (char *)(uintptr_t)arena_text(o->arena, why);

	if (copy)
		(void)map_put(o->whys, slice_of(copy), copy);
	return known ? known : copy ? copy : "";
}

static void introduce(struct overheard *o, struct redactor *hide, struct entry *n,
		      const struct element *e)
{
	text_clear(&o->scratch);
	redact_text(hide, &o->scratch, e->why);
	n->why = reason(o, scratch(o));
	n->role = (uint8_t)e->role;
	n->from = (uint8_t)e->role_from;
}

/* The port is left out: it is the box that listens, and clients change theirs with every call. */
static void listener(struct overheard *o, struct redactor *hide, const struct element *e)
{
	const bool does[CONDITIONS] = { e->signaling, e->keys, e->media };
	struct entry *n;

	text_clear(&o->scratch);
	called(hide, &o->scratch, e);
	n = entry_of(o, &o->listeners, scratch(o));
	if (!n)
		return;
	if (!n->calls)
		introduce(o, hide, n, e);
	for (int i = 0; i < CONDITIONS; i++)
		n->does[i] = n->does[i] || does[i];
	if (e->grade > n->grade)
		n->grade = e->grade;
	if (e->role_from > n->from || (n->role == ROLE_UNKNOWN && e->role != ROLE_UNKNOWN)) {
		n->role = (uint8_t)e->role;
		n->from = (uint8_t)e->role_from;
	}
	count(o, n);
}

static void gap(struct overheard *o, struct redactor *hide, const char *missing)
{
	text_clear(&o->scratch);
	redact_text(hide, &o->scratch, missing);
	struct entry *n = entry_of(o, &o->gaps, scratch(o));
	if (n)
		count(o, n);
}

void overheard_add(struct overheard *o, struct redactor *hide, const struct call *c,
		   const struct judgement *j)
{
	o->calls++;
	for (size_t i = 0; i < c->element_count; i++) {
		const struct element *e = &c->elements[i];
		if (e->signaling || e->keys || e->media)
			listener(o, hide, e);
	}
	for (size_t i = 0; i < j->missing_count; i++)
		gap(o, hide, j->missing[i]);
}

/* Hearing weighs more than holding keys, holding keys more than reading who called whom. */
static int power(const struct entry *e)
{
	return 4 * e->does[CONDITION_MEDIA] + 2 * e->does[CONDITION_KEYS] +
	       e->does[CONDITION_SIGNALING];
}

static int strongest_first(const void *x, const void *y)
{
	const struct entry *a = *(const struct entry *const *)x;
	const struct entry *b = *(const struct entry *const *)y;

	if (power(a) != power(b))
		return power(b) - power(a);
	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	return strcmp(a->key, b->key);
}

static struct entry **sorted(const struct list *l)
{
	struct entry **all = mem_zero(l->count, sizeof(struct entry *));

	if (l->count)
		memcpy(all, l->all, l->count * sizeof *all);
	qsort(all, l->count, sizeof *all, strongest_first);
	return all;
}

static json_t *listener_json(const struct entry *e)
{
	json_t *o = json_object(), *could = json_array();

	for (int i = 0; i < CONDITIONS; i++)
		if (e->does[i])
			jvalue_push(could, jvalue_text(judge_condition_text((enum condition)i)));
	jvalue_put(o, "who", jvalue_text(e->key));
	jvalue_put(o, "role", jvalue_text(call_role_text((enum role)e->role)));
	jvalue_put(o, "role_from", jvalue_text(call_role_from_text((enum role_from)e->from)));
	jvalue_put(o, "could", could);
	jvalue_put(o, "grade", jvalue_number(e->grade));
	jvalue_put(o, "calls", jvalue_number(e->calls));
	jvalue_put(o, "why", jvalue_text(e->why));
	return o;
}

json_t *overheard_listeners(const struct overheard *o)
{
	json_t *list = json_array();
	struct entry **all = sorted(&o->listeners);

	for (size_t i = 0; i < o->listeners.count && i < LISTENERS_SHOWN; i++)
		jvalue_push(list, listener_json(all[i]));
	free(all);
	return list;
}

json_t *overheard_missing(const struct overheard *o)
{
	json_t *list = json_array();
	struct entry **all = sorted(&o->gaps);

	for (size_t i = 0; i < o->gaps.count && i < GAPS_SHOWN; i++) {
		json_t *one = json_object();
		jvalue_put(one, "what", jvalue_text(all[i]->key));
		jvalue_put(one, "calls", jvalue_number(all[i]->calls));
		jvalue_push(list, one);
	}
	free(all);
	return list;
}
