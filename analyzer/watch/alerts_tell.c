/* alerts_tell.c - alerts as events. */
#include "analyzer/watch/alerts_tell.h"

#include <inttypes.h>

#include "reports/jvalue.h"

static json_t *failing(uint8_t bits)
{
	json_t *out = json_array();

	for (int i = 0; i < CONDITIONS; i++)
		if (bits >> i & 1)
			jvalue_push(out, jvalue_text(judge_condition_text((enum condition)i)));
	return out;
}

static json_t *evidence(const struct alerts_problem *p)
{
	json_t *o = json_object();

	jvalue_put(o, "input", jvalue_text(p->input));
	jvalue_put(o, "frame", jvalue_number(p->frame));
	return o;
}

json_t *alerts_tell_object(const struct alerts_problem *p)
{
	json_t *o = json_object();

	jvalue_put(o, "problem", jvalue_text(p->problem));
	jvalue_put(o, "rule", jvalue_text(p->rule));
	jvalue_put(o, "title", jvalue_text(p->title));
	jvalue_put(o, "class", jvalue_text(judge_class_text(p->cls)));
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(p->severity)));
	jvalue_put(o, "element", jvalue_text(p->element));
	jvalue_put(o, "count", jvalue_number(p->count));
	jvalue_put(o, "first_seen", jvalue_when(p->first_ns));
	jvalue_put(o, "last_seen", jvalue_when(p->last_ns));
	jvalue_put(o, "conditions", failing(p->failing));
	jvalue_put(o, "call", jvalue_text(p->call));
	jvalue_put(o, "evidence", evidence(p));
	jvalue_put(o, "fix", jvalue_text(p->fix));
	return o;
}

static void sentence(struct text *t, const struct alerts_problem *p, const char *state)
{
	text_addf(t, "%s: %s%s%s (%s, %s), %" PRIu64 " call%s", state, p->title,
		  *p->element ? " at " : "", p->element, p->rule, judge_severity_text(p->severity),
		  p->count, p->count == 1 ? "" : "s");
}

void alerts_tell(struct alerts *a, struct alerts_problem *p, const char *state, uint64_t now_ns)
{
	char ordinal[24];
	const char *const words[] = { "alert", p->problem, state, ordinal, NULL };
	struct text message = { 0 };
	json_t *o = alerts_tell_object(p);

	(void)snprintf(ordinal, sizeof ordinal, "%" PRIu64, ++p->ordinal);
	p->told_ns = now_ns;
	jvalue_put(o, "state", jvalue_text(state));
	jvalue_put(o, "ordinal", jvalue_number(p->ordinal));
	sentence(&message, p, state);
	event_give((struct event_of){ .kind = EVENT_ALERT,
				      .run = a->options.run,
				      .time_ns = now_ns,
				      .severity = p->severity,
				      .words = words,
				      .message = text_of(&message) },
		   o, a->options.give, a->options.ctx);
	text_free(&message);
}
