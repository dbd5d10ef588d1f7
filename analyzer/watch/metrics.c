/* metrics.c - events, counted. */
#include "analyzer/watch/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/watch/metrics_count.h"
#include "analyzer/watch/short.h"
#include "reports/jvalue.h"

enum { RULES = 1024, FINDINGS = 4096 };

struct metrics *metrics_new(void)
{
	static const char *const changes[] = { "certificate", "zid", "host", "listener" };
	struct metrics *m = mem_zero(1, sizeof *m);

	m->rules = map_new();
	/* A counter that is not there before it counts does not rise when it does. */
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		short_into(m->changes[i].name, sizeof m->changes[i].name, changes[i]);
	return m;
}

void metrics_free(struct metrics *m)
{
	struct metrics_rule *r;
	size_t at = 0;

	if (!m)
		return;
	while ((r = map_next(m->rules, &at)))
		free(r);
	map_free(m->rules);
	free(m);
}

/* ---- calls --------------------------------------------------------------------------------- */

static void label(struct metrics *m, const json_t *call)
{
	const char *said = jvalue_str(call, "label");
	int i = 0;

	while (i < LABEL_NONE && strcmp(judge_label_text((enum label)i), said) != 0)
		i++;
	m->labels[i]++;
}

static void conditions(struct metrics *m, const json_t *call)
{
	const json_t *all = jvalue_get(call, "conditions");

	for (size_t c = 0; c < CONDITIONS; c++) {
		const char *said = jvalue_str(jvalue_get(all, mapping_condition(c)), "verdict");
		const struct mapping_verdict *v = mapping_verdict(said);
		for (size_t i = 0; i < MAPPING_VERDICTS; i++)
			m->verdicts[c][i] += mapping_verdict_at(i) == v;
	}
}

static void policy(struct metrics *m, const json_t *call)
{
	const char *result = jvalue_str(call, "policy_result");

	m->met += strcmp(result, "met") == 0;
	m->not_met += strcmp(result, "not_met") == 0;
	m->cannot_tell += strcmp(result, "cannot_tell") == 0;
}

/* A rule too many is counted under a name that none has. */
static struct metrics_rule *rule_of(struct metrics *m, const char *rule, enum severity s)
{
	char key[METRICS_COUNT_WORD];
	struct metrics_rule *r;

	(void)snprintf(key, sizeof key, "%.40s %s", rule, judge_severity_text(s));
	r = map_get(m->rules, slice_of(key));
	if (r)
		return r;
	if (map_count(m->rules) >= RULES && strcmp(rule, "other") != 0)
		return rule_of(m, "other", s);
	r = mem_zero(1, sizeof *r);
	short_into(r->key, sizeof r->key, key);
	short_into(r->rule, 41, rule);
	r->severity = s;
	(void)map_put(m->rules, slice_of(r->key), r);
	return r;
}

static void finding(struct metrics *m, const json_t *f)
{
	if (!event_violated(f))
		return;
	if (event_waived(f)) {
		m->waived++;
		return;
	}
	struct metrics_rule *r = rule_of(m, jvalue_str(f, "rule"), event_severity(f));
	r->findings++;
	r->calls += r->serial != m->serial;
	r->serial = m->serial;
}

static void firm(struct metrics *m, const json_t *call)
{
	double exposed = jvalue_real(call, "exposed_media_seconds");
	json_t *f;
	size_t i;

	m->serial++;
	m->rows++;
	m->exposed_s += isfinite(exposed) && exposed > 0 ? exposed : 0;
	label(m, call);
	conditions(m, call);
	policy(m, call);
	json_array_foreach(jvalue_get(call, "findings"), i, f)
	{
		if (i < FINDINGS)
			finding(m, f);
	}
}

/* "changed" is there, and is neither false nor empty. */
static bool corrects(const json_t *call)
{
	const json_t *c = jvalue_get(call, "changed");

	return json_is_true(c) || json_array_size(c) || json_object_size(c) ||
	       (json_is_string(c) && *json_string_value(c));
}

static void call(struct metrics *m, const json_t *call)
{
	const char *said = jvalue_str(call, "state");
	size_t state = 0;

	while (state < METRICS_COUNT_STATES - 1 && strcmp(said, metrics_count_state(state)) != 0)
		state++;
	m->records[state]++;
	m->corrections += corrects(call);
	if (recent_counts(&m->recent, call))
		firm(m, call);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void change(struct metrics *m, const json_t *o)
{
	const char *what = jvalue_str(o, "what");
	size_t i = 0;

	while (i < METRICS_COUNT_REASONS - 1 && *m->changes[i].name &&
	       strcmp(m->changes[i].name, what) != 0)
		i++;
	short_into(m->changes[i].name, sizeof m->changes[i].name,
		   i < METRICS_COUNT_REASONS - 1 && *what ? what : "other");
	m->changes[i].count++;
}

void metrics_event(struct metrics *m, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CALL:
		call(m, e->object);
		break;
	case EVENT_CHANGE:
		change(m, e->object);
		break;
	case EVENT_VISIBILITY:
		m->lost += strcmp(jvalue_str(e->object, "state"), "lost") == 0;
		m->back += strcmp(jvalue_str(e->object, "state"), "back") == 0;
		break;
	case EVENT_HEARTBEAT:
		m->heartbeats++;
		break;
	default: /* findings are counted in their calls, alerts by their own */
		break;
	}
}
