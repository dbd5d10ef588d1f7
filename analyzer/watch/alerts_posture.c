/* alerts_posture.c - problems and rules of posture since the last sum, and the event of it. */
#include "analyzer/watch/alerts_posture.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/short.h"
#include "reports/jvalue.h"

enum { PROBLEMS = 20000, RULES = 512, WORST = 50, TEXT = 200 };

struct counted {
	char *key; /* the problem, or the rule */
	char *rule, *title, *element;
	enum severity severity;
	uint64_t problems, calls, first_ns, last_ns, serial;
};

void alerts_posture_begin(struct alerts_posture *p)
{
	*p = (struct alerts_posture){ .problems = map_new(), .rules = map_new() };
}

static void empty(struct map *m)
{
	size_t at = 0;
	struct counted *c;

	while ((c = map_next(m, &at))) {
		free(c->key);
		free(c->rule);
		free(c->title);
		free(c->element);
		free(c);
	}
	map_free(m);
}

void alerts_posture_end(struct alerts_posture *p)
{
	empty(p->problems);
	empty(p->rules);
}

static void begin_anew(struct alerts_posture *p)
{
	uint64_t serial = p->serial;

	alerts_posture_end(p);
	alerts_posture_begin(p);
	p->serial = serial;
}

bool alerts_posture_is(const json_t *finding)
{
	const char *class = jvalue_str(finding, "class");

	return strcmp(class, "posture") == 0 ||
	       (strcmp(class, "hygiene") == 0 && jvalue_is(finding, "weakens"));
}

static struct counted *counted(struct map *m, size_t room, const char *key, const json_t *f)
{
	struct counted *c = map_get(m, slice_of(key));

	if (c || map_count(m) >= room)
		return c;
	c = mem_zero(1, sizeof *c);
	c->key = short_text(key, TEXT);
	c->rule = short_text(jvalue_str(f, "rule"), TEXT);
	c->title = short_text(jvalue_str(f, "title"), TEXT);
	c->element = short_text(jvalue_str(f, "element"), TEXT);
	(void)map_put(m, slice_of(c->key), c);
	return c;
}

/* Once a call, however many findings it has of it; true: it is new. */
static bool count(struct counted *c, const json_t *f, uint64_t ns, uint64_t serial)
{
	enum severity s = event_severity(f);
	bool new = !c->calls;

	c->severity = s > c->severity ? s : c->severity;
	c->first_ns = new || ns < c->first_ns ? ns : c->first_ns;
	c->last_ns = ns > c->last_ns ? ns : c->last_ns;
	c->calls += new || c->serial != serial;
	c->serial = serial;
	return new;
}

static struct counted *count_in(struct map *m, size_t room, const char *key, const json_t *f)
{
	return *key && strlen(key) < TEXT ? counted(m, room, key, f) : NULL;
}

void alerts_posture_add(struct alerts_posture *p, const json_t *finding, uint64_t ns,
			uint64_t serial)
{
	struct counted *c =
		count_in(p->problems, PROBLEMS, jvalue_str(finding, "problem"), finding);
	struct counted *r = count_in(p->rules, RULES, jvalue_str(finding, "rule"), finding);

	ns = ns ? ns : 1; /* 0: never */
	p->since_ns = p->since_ns ? p->since_ns : ns;
	p->calls += p->serial != serial;
	p->serial = serial;
	bool new = c &&count(c, finding, ns, serial);
	if (r) {
		(void)count(r, finding, ns, serial);
		r->problems += new;
	}
	p->left_out += !c || !r;
}

/* ---- the sum ------------------------------------------------------------------------------- */

/* Worst first, then what most calls have, then by name: the table's own order is of the seed. */
static int compare(const void *a, const void *b)
{
	const struct counted *x = *(struct counted *const *)a, *y = *(struct counted *const *)b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return strcmp(x->key, y->key);
}

static struct counted **sorted(const struct map *m)
{
	size_t n = map_count(m), at = 0, i = 0;
	struct counted **all = mem_zero(n + 1, sizeof *all), *c;

	while ((c = map_next(m, &at)))
		all[i++] = c;
	qsort(all, n, sizeof *all, compare);
	return all;
}

static json_t *one(const struct counted *c, bool problem)
{
	json_t *o = json_object();

	if (problem)
		jvalue_put(o, "problem", jvalue_text(c->key));
	jvalue_put(o, "rule", jvalue_text(c->rule));
	jvalue_put(o, "title", jvalue_text(c->title));
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(c->severity)));
	if (problem)
		jvalue_put(o, "element", jvalue_text(c->element));
	else
		jvalue_put(o, "problems", jvalue_number(c->problems));
	jvalue_put(o, "calls", jvalue_number(c->calls));
	return o;
}

static json_t *list(const struct map *m, size_t most, bool problem)
{
	struct counted **all = sorted(m);
	json_t *out = json_array();

	for (size_t i = 0; all[i] && i < most; i++) {
		json_t *o = one(all[i], problem);
		if (problem) {
			jvalue_put(o, "first", jvalue_when(all[i]->first_ns));
			jvalue_put(o, "last", jvalue_when(all[i]->last_ns));
		}
		jvalue_push(out, o);
	}
	free(all);
	return out;
}

static enum severity worst(const struct alerts_posture *p)
{
	enum severity worst = SEVERITY_INFO;
	struct counted *c;
	size_t at = 0;

	while ((c = map_next(p->rules, &at)))
		worst = c->severity > worst ? c->severity : worst;
	return worst;
}

static json_t *sum(const struct alerts_posture *p, uint64_t now_ns)
{
	json_t *o = json_object();

	jvalue_put(o, "since", jvalue_when(p->since_ns));
	jvalue_put(o, "until", jvalue_when(now_ns));
	jvalue_put(o, "calls", jvalue_number(p->calls));
	jvalue_put(o, "problem_count", jvalue_number(map_count(p->problems)));
	jvalue_put(o, "left_out", jvalue_number(p->left_out));
	jvalue_put(o, "by_rule", list(p->rules, RULES, false));
	jvalue_put(o, "worst", list(p->problems, WORST, true));
	return o;
}

void alerts_posture_give(struct alerts_posture *p, const char *run, uint64_t now_ns, event_fn *give,
			 void *ctx)
{
	char since[WHEN_TEXT];
	const char *const words[] = { "posture", when_text(p->since_ns, since), NULL };
	struct text message = { 0 };

	if (!p->since_ns)
		return;
	text_addf(&message, "%zu problem%s of posture in %" PRIu64 " call%s",
		  map_count(p->problems), map_count(p->problems) == 1 ? "" : "s", p->calls,
		  p->calls == 1 ? "" : "s");
	event_give((struct event_of){ .kind = EVENT_POSTURE,
				      .run = run,
				      .time_ns = now_ns,
				      .severity = worst(p),
				      .words = words,
				      .message = text_of(&message) },
		   sum(p, now_ns), give, ctx);
	text_free(&message);
	begin_anew(p);
}

/* ---- kept from run to run -------------------------------------------------------------------- */

static json_t *kept(const struct map *m, bool problem)
{
	struct counted **all = sorted(m);
	json_t *out = json_array();

	for (size_t i = 0; all[i]; i++) {
		json_t *o = one(all[i], problem);
		jvalue_put(o, "first_ns", jvalue_number(all[i]->first_ns));
		jvalue_put(o, "last_ns", jvalue_number(all[i]->last_ns));
		jvalue_push(out, o);
	}
	free(all);
	return out;
}

json_t *alerts_posture_save(const struct alerts_posture *p)
{
	json_t *o = json_object();

	jvalue_put(o, "since_ns", jvalue_number(p->since_ns));
	jvalue_put(o, "calls", jvalue_number(p->calls));
	jvalue_put(o, "left_out", jvalue_number(p->left_out));
	jvalue_put(o, "problems", kept(p->problems, true));
	jvalue_put(o, "rules", kept(p->rules, false));
	return o;
}

static void read_one(struct map *m, size_t room, const char *key, const json_t *o)
{
	uint64_t first = jvalue_int(o, "first_ns"), last = jvalue_int(o, "last_ns");
	struct counted *c;

	if (!*key || strlen(key) >= TEXT || !first || !jvalue_int(o, "calls") ||
	    map_get(m, slice_of(key)))
		return;
	c = counted(m, room, key, o);
	if (!c)
		return;
	(void)count(c, o, first, 0);
	c->last_ns = last > first ? last : first;
	c->calls = jvalue_int(o, "calls");
	c->problems = jvalue_int(o, "problems");
}

void alerts_posture_load(struct alerts_posture *p, const json_t *saved)
{
	json_t *o;
	size_t i;

	json_array_foreach(jvalue_get(saved, "problems"), i, o)
	{
		read_one(p->problems, PROBLEMS, jvalue_str(o, "problem"), o);
	}
	json_array_foreach(jvalue_get(saved, "rules"), i, o)
	{
		read_one(p->rules, RULES, jvalue_str(o, "rule"), o);
	}
	p->calls = jvalue_int(saved, "calls");
	p->left_out = jvalue_int(saved, "left_out");
	p->since_ns = jvalue_int(saved, "since_ns");
}
