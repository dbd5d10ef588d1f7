/* ecs_event.c - what a watch says, as documents of the Elastic Common Schema. */
#include "analyzer/watch/ecs_event.h"

#include <string.h>

#include "reports/ecs_line.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"

/* event.kind (8.11) and event.dataset; a call's are ecs_line_call's. */
static const struct {
	const char *kind, *dataset;
} of_kind[EVENT_KINDS] = {
	[EVENT_FINDING] = { "event", "earshot.finding" },
	[EVENT_ALERT] = { "alert", "earshot.alert" },
	[EVENT_CHANGE] = { "event", "earshot.change" },
	[EVENT_POSTURE] = { "metric", "earshot.posture" },
	[EVENT_VISIBILITY] = { "event", "earshot.visibility" },
	[EVENT_HEARTBEAT] = { "metric", "earshot.heartbeat" },
};

static bool is_of_rule(const struct event *e)
{
	return e->kind == EVENT_FINDING || e->kind == EVENT_ALERT;
}

static bool is_cleared(const struct event *e)
{
	return e->kind == EVENT_ALERT && strcmp(jvalue_str(e->object, "state"), "cleared") == 0;
}

static const char *outcome_of(const struct event *e)
{
	if (!is_of_rule(e))
		return "unknown";
	return is_cleared(e) ? "success" : "failure";
}

static const char *first_of(const json_t *o, const char *key, const char *or_key)
{
	const char *s = jvalue_str(o, key);

	return *s ? s : jvalue_str(o, or_key);
}

static void event(struct text *t, const struct event *e)
{
	const json_t *o = e->object;

	ecs_line_event(t, (struct ecs_line_event){ .id = e->id,
						   .kind = of_kind[e->kind].kind,
						   .dataset = of_kind[e->kind].dataset,
						   .outcome = outcome_of(e) });
	if (e->kind == EVENT_ALERT)
		ecs_line_when(t, "action", jvalue_str(o, "state"));
	if (is_of_rule(e)) {
		ecs_line_severity(t, o);
		ecs_line_when(t, "reason", jvalue_str(o, "detail"));
	}
	ecs_line_when(t, "start", first_of(o, "first_seen", "start"));
	ecs_line_when(t, "end", first_of(o, "last_seen", "end"));
	json_out_close(t, '}');
}

/* Said elsewhere in the document. */
static bool is_told(const struct event *e, const char *key)
{
	static const char *const always[] = { "run", "event", "event_id", "time", "message" };
	static const char *const of_rule[] = { "rule", "title", "detail" };

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (strcmp(key, always[i]) == 0)
			return true;
	for (size_t i = 0; is_of_rule(e) && i < sizeof of_rule / sizeof *of_rule; i++)
		if (strcmp(key, of_rule[i]) == 0)
			return true;
	return false;
}

/* Names of members are ours; of a record from elsewhere they may be anything. */
static void put_member(struct text *t, const char *key, const json_t *value)
{
	json_out_text(t, key);
	text_add(t, ":");
	jvalue_write(t, value);
}

static void earshot(struct text *t, const struct event *e)
{
	const char *key;
	json_t *value;

	json_out_key_open(t, "earshot", '{');
	json_out_key_text(t, "run", jvalue_str(e->object, "run"));
	json_object_foreach(e->object, key, value)
	{
		if (!json_is_null(value) && !is_told(e, key))
			put_member(t, key, value);
	}
	json_out_close(t, '}');
}

void ecs_event_line(struct text *t, const json_t *head, const struct event *e)
{
	if (e->kind == EVENT_CALL) {
		ecs_line_call(t, head, e->object);
		return;
	}
	ecs_line_open(t, head, jvalue_str(e->object, "time"));
	event(t, e);
	json_out_key_text(t, "message", jvalue_str(e->object, "message"));
	if (is_of_rule(e)) {
		ecs_line_rule(t, head, e->object);
		ecs_line_threat(t, e->object);
	}
	earshot(t, e);
	json_out_close(t, '}');
	text_add(t, "\n");
}
