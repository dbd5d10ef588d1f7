/* alerts.c - findings of calls opened, counted and cleared as alerts, one a problem. */
#include "analyzer/watch/alerts.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/alerts_inner.h"
#include "analyzer/watch/alerts_save.h"
#include "analyzer/watch/alerts_tell.h"
#include "analyzer/watch/short.h"
#include "reports/jvalue.h"

enum { CLEAN_CALLS = 20, ROOM = 100000, FINDINGS = 4096 };
#define DAY_NS (86400 * WHEN_SECOND)

struct alerts *alerts_new(struct alerts_options options)
{
	struct alerts *a = mem_zero(1, sizeof *a);

	a->options = options;
	if (!a->options.clean_calls)
		a->options.clean_calls = CLEAN_CALLS;
	if (!a->options.posture_ns)
		a->options.posture_ns = DAY_NS;
	if (!a->options.again_ns)
		a->options.again_ns = DAY_NS;
	if (!a->options.room)
		a->options.room = ROOM;
	alerts_table_begin(&a->table, a->options.room, a->options.clean_calls);
	alerts_posture_begin(&a->posture);
	return a;
}

void alerts_free(struct alerts *a)
{
	if (!a)
		return;
	alerts_table_end(&a->table);
	alerts_posture_end(&a->posture);
	free(a);
}

/* ---- what a call's record says -------------------------------------------------------------- */

struct sight {
	const json_t *call, *findings;
	uint64_t ns;
	uint8_t failing;
	bool firm; /* to be counted */
};

static uint8_t failing_of(const json_t *call)
{
	const json_t *all = jvalue_get(call, "conditions");
	uint8_t bits = 0;

	for (int i = 0; i < CONDITIONS; i++) {
		const json_t *one = jvalue_get(all, judge_condition_text((enum condition)i));
		if (strcmp(jvalue_str(one, "verdict"), "fail") == 0)
			bits = (uint8_t)(bits | 1 << i);
	}
	return bits;
}

static bool class_of(const json_t *f, enum rule_class *out)
{
	static const enum rule_class alerting[] = { CLASS_ATTACK, CLASS_EXPOSURE };

	for (size_t i = 0; i < sizeof alerting / sizeof *alerting; i++)
		if (strcmp(jvalue_str(f, "class"), judge_class_text(alerting[i])) == 0) {
			*out = alerting[i];
			return true;
		}
	return false;
}

static bool wakes(const json_t *f)
{
	enum rule_class unused;

	return event_violated(f) && !event_waived(f) && class_of(f, &unused);
}

/* Rules whose findings in this call alert by themselves, as the members of an object. */
static json_t *causes(const json_t *findings)
{
	json_t *rules = json_object(), *f;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)findings, i, f)
	{
		if (i < FINDINGS && wakes(f))
			jvalue_put(rules, jvalue_str(f, "rule"), json_true());
	}
	return rules;
}

static bool folded(const json_t *f, const json_t *rules)
{
	const char *cause = jvalue_str(f, "caused_by");

	return *cause && strcmp(cause, jvalue_str(f, "rule")) != 0 && jvalue_has(rules, cause);
}

/* ---- one problem ---------------------------------------------------------------------------- */

static void take_example(struct alerts_problem *p, const json_t *call, const json_t *f)
{
	const json_t *at = json_array_get(jvalue_get(f, "evidence"), 0);

	short_into(p->call, sizeof p->call, jvalue_str(call, "id"));
	short_into(p->input, sizeof p->input, jvalue_str(at, "input"));
	p->frame = jvalue_int(at, "frame");
}

static void count_in(struct alerts *a, struct alerts_problem *p, const struct sight *s)
{
	if (p->serial != a->serial)
		p->counted = false;
	p->serial = a->serial;
	if (s->firm && !p->counted) {
		p->count++;
		p->counted = true;
	}
	p->last_ns = s->ns > p->last_ns ? s->ns : p->last_ns;
}

static void open_one(struct alerts *a, struct alerts_problem *p, const struct sight *s,
		     const json_t *f)
{
	short_into(p->rule, sizeof p->rule, jvalue_str(f, "rule"));
	p->title = alerts_table_word(&a->table, jvalue_str(f, "title"));
	p->fix = alerts_table_word(&a->table, jvalue_str(f, "remediation"));
	(void)class_of(f, &p->cls);
	p->severity = event_severity(f);
	p->failing = s->failing;
	p->count = 0;
	p->first_ns = p->last_ns = s->ns;
	take_example(p, s->call, f);
	count_in(a, p, s);
	alerts_table_open(&a->table, p, s->firm);
	a->counters.opened++;
	alerts_tell(a, p, "opened", s->ns);
}

static void see_again(struct alerts *a, struct alerts_problem *p, const struct sight *s,
		      const json_t *f)
{
	enum severity severity = event_severity(f);
	bool worse = severity > p->severity || (s->failing & ~p->failing);

	p->severity = severity > p->severity ? severity : p->severity;
	p->failing |= s->failing;
	count_in(a, p, s);
	alerts_table_open(&a->table, p, s->firm);
	if (worse) {
		take_example(p, s->call, f);
		a->counters.worse++;
		alerts_tell(a, p, "worse", s->ns);
	} else if (s->ns > p->told_ns && s->ns - p->told_ns >= a->options.again_ns) {
		a->counters.lasting++;
		alerts_tell(a, p, "lasting", s->ns);
	}
}

/* What somebody answers for opens nothing; where it is open already it is not clean either. */
static void look_at(struct alerts *a, const struct sight *s, const json_t *f, const json_t *rules)
{
	const char *name = jvalue_str(f, "problem");
	struct alerts_problem *p;

	if (!alerts_table_is_name(name))
		return;
	p = alerts_table_find(&a->table, name);
	if (p && p->open) {
		alerts_table_place(p, jvalue_str(f, "element"));
		if (wakes(f))
			see_again(a, p, s, f);
		else
			alerts_table_open(&a->table, p, s->firm);
		p->serial = a->serial;
	} else if (wakes(f) && !folded(f, rules)) {
		p = p ? p : alerts_table_add(&a->table, name);
		alerts_table_place(p, jvalue_str(f, "element"));
		open_one(a, p, s, f);
	}
}

/* ---- clean calls ---------------------------------------------------------------------------- */

static void pass_over(struct alerts *a, const char *endpoint, uint64_t ns)
{
	struct alerts_element *e = *endpoint ? alerts_table_at(&a->table, endpoint) : NULL;
	struct alerts_problem *p;

	if (!e || e->serial == a->serial)
		return;
	e->serial = a->serial;
	e->calls++;
	/* The element goes with the last alert that is cleared there. */
	for (uint32_t left = e->held; left && (p = alerts_table_due(e)); left--) {
		alerts_table_clear(&a->table, p);
		a->counters.cleared++;
		alerts_tell(a, p, "cleared", ns);
	}
}

static void pass_members(struct alerts *a, const json_t *list, const char *const *keys, uint64_t ns)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, one)
	{
		for (const char *const *k = keys; *k && i < FINDINGS; k++)
			pass_over(a, jvalue_str(one, *k), ns);
	}
}

/* All that the record names; those the call has the problem at wait from here on anew. */
static void pass_all(struct alerts *a, const struct sight *s)
{
	static const char *const at[] = { "at", NULL }, *const ab[] = { "a", "b", NULL },
				 *const address[] = { "address", NULL },
				 *const who[] = { "who", NULL };

	pass_members(a, jvalue_get(jvalue_get(s->call, "path"), "hosts"), at, s->ns);
	pass_members(a, jvalue_get(s->call, "legs"), ab, s->ns);
	pass_members(a, jvalue_get(s->call, "ends"), address, s->ns);
	pass_members(a, jvalue_get(s->call, "within_earshot"), who, s->ns);
}

void alerts_call(struct alerts *a, const struct event *call)
{
	struct sight s = { .call = call->object,
			   .findings = jvalue_get(call->object, "findings"),
			   .ns = call->time_ns,
			   .failing = failing_of(call->object) };
	json_t *rules = causes(s.findings), *f;
	size_t i;

	a->serial++;
	s.firm = recent_counts(&a->recent, s.call);
	json_array_foreach((json_t *)(uintptr_t)s.findings, i, f)
	{
		if (i < FINDINGS && event_violated(f))
			look_at(a, &s, f, rules);
		if (i < FINDINGS && event_violated(f) && !event_waived(f) && s.firm &&
		    alerts_posture_is(f))
			alerts_posture_add(&a->posture, f, s.ns, a->serial);
	}
	if (s.firm)
		pass_all(a, &s);
	json_decref(rules);
}

void alerts_tick(struct alerts *a, uint64_t now_ns)
{
	uint64_t since = a->posture.since_ns;

	if (since && now_ns > since && now_ns - since >= a->options.posture_ns)
		alerts_flush(a, now_ns);
}

void alerts_flush(struct alerts *a, uint64_t now_ns)
{
	alerts_posture_give(&a->posture, a->options.run, now_ns, a->options.give, a->options.ctx);
}

struct alerts_counters alerts_counters(const struct alerts *a)
{
	struct alerts_counters c = a->counters;

	c.open = a->table.count_open;
	c.evicted = a->table.evicted;
	c.posture = map_count(a->posture.problems);
	return c;
}

bool alerts_load(struct alerts *a, const json_t *saved)
{
	return alerts_save_read(a, saved);
}

json_t *alerts_open(const struct alerts *a, size_t most)
{
	return alerts_save_worst(a, most);
}
