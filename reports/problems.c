/* problems.c - one entry a problem, with one example to look at. */
#include "reports/problems.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "reports/jvalue.h"

enum { PROBLEMS_MAX = 100000, EXAMPLE_EVIDENCE = 3, TEXT_MAX = 400 };

struct problem {
	char id[33], call[17];
	const struct rule *rule;
	enum severity severity;
	const char *title, *detail, *element, *filter, *caused_by;
	uint64_t calls, occurrences, first_ns, last_ns, last_call;
	struct evidence at[EXAMPLE_EVIDENCE];
	uint8_t at_count;
	bool gates;
};

struct problems {
	struct map *by_id;
	struct problem **all; /* in order of appearance */
	size_t count, room;
	struct arena *arena;
	uint64_t calls, dropped;
};

struct problems *problems_new(void)
{
	struct problems *p = mem_zero(1, sizeof *p);

	p->by_id = map_new();
	p->arena = arena_new((size_t)PROBLEMS_MAX * (sizeof(struct problem) + TEXT_MAX));
	return p;
}

void problems_free(struct problems *p)
{
	if (!p)
		return;
	map_free(p->by_id);
	arena_free(p->arena);
	free(p->all);
	free(p);
}

uint64_t problems_dropped(const struct problems *p)
{
	return p->dropped;
}

static const char *kept(struct problems *p, struct redactor *hide, const char *s)
{
	struct text t = { 0 };

	redact_text(hide, &t, s);
	const char *copy = arena_text(p->arena, slice_upto(slice_of(text_of(&t)), TEXT_MAX));
	text_free(&t);
	return copy ? copy : "";
}

static void example(struct problem *n, const struct call *c, const struct finding *f)
{
	if (c->id)
		(void)snprintf(n->call, sizeof n->call, "%s", c->id);
	for (n->at_count = 0; n->at_count < f->at_count && n->at_count < EXAMPLE_EVIDENCE;
	     n->at_count++)
		n->at[n->at_count] = f->at[n->at_count];
}

static struct problem *appear(struct problems *p, struct redactor *hide, const struct call *c,
			      const struct finding *f)
{
	struct problem *n = p->count < PROBLEMS_MAX ? arena_take(p->arena, sizeof *n) : NULL;

	if (!n) {
		p->dropped++;
		return NULL;
	}
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 64;
		p->all = mem_grow(p->all, p->room, sizeof(struct problem *));
	}
	p->all[p->count++] = n;
	memcpy(n->id, f->problem, sizeof n->id);
	n->id[sizeof n->id - 1] = '\0';
	n->rule = f->rule;
	n->severity = f->severity;
	n->title = kept(p, hide, f->title ? f->title : f->rule->title);
	n->detail = kept(p, hide, f->detail);
	n->element = kept(p, hide, f->element);
	n->filter = f->filter ? kept(p, hide, f->filter) : NULL;
	n->caused_by = f->caused_by ? kept(p, hide, f->caused_by) : NULL;
	n->first_ns = c->start_ns;
	example(n, c, f);
	(void)map_put(p->by_id, slice_of(n->id), n);
	return n;
}

static void count(struct problem *n, const struct call *c, const struct finding *f, uint64_t call)
{
	n->occurrences++;
	n->calls += n->last_call != call;
	n->last_call = call;
	n->gates = n->gates || f->gates;
	if (f->severity > n->severity)
		n->severity = f->severity;
	if (c->start_ns < n->first_ns)
		n->first_ns = c->start_ns;
	if (c->end_ns > n->last_ns)
		n->last_ns = c->end_ns;
}

void problems_add(struct problems *p, struct redactor *hide, const struct call *c,
		  const struct judgement *j)
{
	p->calls++;
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		if (f->outcome != OUTCOME_VIOLATED || !f->problem[0])
			continue;
		struct problem *n = map_get(p->by_id, slice_of(f->problem));
		if (!n)
			n = appear(p, hide, c, f);
		if (n)
			count(n, c, f, p->calls);
	}
}

static int worst_first(const void *x, const void *y)
{
	const struct problem *a = *(const struct problem *const *)x;
	const struct problem *b = *(const struct problem *const *)y;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	int by_rule = strcmp(a->rule->id, b->rule->id);
	return by_rule ? by_rule : strcmp(a->id, b->id);
}

static json_t *example_json(const struct problem *n, const char *const *labels, size_t label_count)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < n->at_count; i++) {
		const struct evidence *e = &n->at[i];
		json_t *one = json_object();
		jvalue_put(
			one, "input",
			jvalue_text(e->input < label_count ? labels[e->input] : "unknown input"));
		jvalue_put(one, "frame", jvalue_number(e->frame));
		jvalue_put(one, "time", jvalue_when(e->ts_ns));
		jvalue_push(list, one);
	}
	jvalue_put(o, "call", jvalue_text(n->call));
	jvalue_put(o, "detail", jvalue_text(n->detail));
	jvalue_put(o, "evidence", list);
	jvalue_put(o, "filter", jvalue_text(n->filter));
	return o;
}

static json_t *problem_json(const struct problem *n, const char *const *labels, size_t label_count)
{
	json_t *o = json_object(), *citations = json_array();

	for (const char *const *c = n->rule->citations; c && *c; c++)
		jvalue_push(citations, jvalue_text(*c));
	jvalue_put(o, "problem", jvalue_text(n->id));
	jvalue_put(o, "rule", jvalue_text(n->rule->id));
	jvalue_put(o, "element", jvalue_text(n->element));
	jvalue_put(o, "calls", jvalue_number(n->calls));
	jvalue_put(o, "first", jvalue_when(n->first_ns));
	jvalue_put(o, "last", jvalue_when(n->last_ns));
	jvalue_put(o, "fix", jvalue_text(n->rule->remediation ? n->rule->remediation : ""));
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(n->severity)));
	jvalue_put(o, "class", jvalue_text(judge_class_text(n->rule->cls)));
	jvalue_put(o, "title", jvalue_text(n->title));
	jvalue_put(o, "occurrences", jvalue_number(n->occurrences));
	jvalue_put(o, "gates", json_boolean(n->gates));
	jvalue_put(o, "caused_by", jvalue_text(n->caused_by));
	jvalue_put(o, "citations", citations);
	jvalue_put(o, "example", example_json(n, labels, label_count));
	return o;
}

json_t *problems_json(const struct problems *p, const char *const *labels, size_t label_count)
{
	json_t *list = json_array();
	struct problem **sorted = mem_zero(p->count, sizeof(struct problem *));

	if (p->count)
		memcpy(sorted, p->all, p->count * sizeof *sorted);
	qsort(sorted, p->count, sizeof *sorted, worst_first);
	for (size_t i = 0; i < p->count; i++)
		jvalue_push(list, problem_json(sorted[i], labels, label_count));
	free(sorted);
	return list;
}
