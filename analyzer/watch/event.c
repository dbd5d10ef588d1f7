/* event.c - what a watch says, as one JSON object each. */
#include "analyzer/watch/event.h"

#include <string.h>

#include "reports/jvalue.h"
#include "reports/mapping.h"

static const char *const kinds[EVENT_KINDS] = { "call",	   "finding",	 "alert",    "change",
						"posture", "visibility", "heartbeat" };

const char *event_kind_text(enum event_kind k)
{
	return kinds[k];
}

bool event_kind_parse(struct slice word, enum event_kind *out)
{
	for (int i = 0; i < EVENT_KINDS; i++)
		if (slice_eq(word, slice_of(kinds[i]))) {
			*out = (enum event_kind)i;
			return true;
		}
	return false;
}

static json_t *front(const struct event_of *of, const char *id)
{
	json_t *o = json_object();

	jvalue_put(o, "run", jvalue_text(of->run));
	jvalue_put(o, "event", jvalue_text(kinds[of->kind]));
	jvalue_put(o, "event_id", jvalue_text(id));
	jvalue_put(o, "time", jvalue_when(of->time_ns));
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(of->severity)));
	jvalue_put(o, "message", jvalue_text(of->message));
	return o;
}

void event_give(struct event_of of, json_t *object, event_fn *give, void *ctx)
{
	char id[MAPPING_ID];
	struct text line = { 0 };
	json_t *whole = front(&of, mapping_id(id, of.words));

	(void)json_object_update_missing(whole, object);
	json_decref(object);
	jvalue_write(&line, whole);
	give(ctx, &(struct event){ .kind = of.kind,
				   .id = id,
				   .time_ns = of.time_ns,
				   .severity = of.severity,
				   .message = of.message,
				   .line = text_slice(&line),
				   .object = whole });
	text_free(&line);
	json_decref(whole);
}

enum severity event_severity(const json_t *o)
{
	enum severity s = SEVERITY_INFO;

	(void)judge_severity_parse(jvalue_str(o, "severity"), &s);
	return s;
}

bool event_violated(const json_t *finding)
{
	return strcmp(jvalue_str(finding, "outcome"), "violated") == 0;
}

bool event_waived(const json_t *finding)
{
	return json_is_object(jvalue_get(finding, "waived"));
}

bool event_give_line(enum event_kind kind, struct slice line, event_fn *give, void *ctx)
{
	json_t *o = json_loadb((const char *)line.p, line.n, 0, NULL);

	if (!json_is_object(o)) {
		json_decref(o);
		return false;
	}
	give(ctx, &(struct event){ .kind = kind,
				   .id = jvalue_str(o, "event_id"),
				   .time_ns = mapping_ms(jvalue_str(o, "time")) * 1000000,
				   .severity = event_severity(o),
				   .message = jvalue_str(o, "message"),
				   .line = line,
				   .object = o });
	json_decref(o);
	return true;
}

/* What a finding is worth beside its call's record. */
static json_t *finding_object(const json_t *call, const json_t *f)
{
	static const char *const of_finding[] = { "rule",    "title",	   "detail", "scope",
						  "class",   "caused_by",  "gates",  "problem",
						  "element", "fingerprint" };
	static const char *const of_call[] = { "state", "revision", "label", "start", "end" };
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof of_finding / sizeof *of_finding; i++)
		(void)json_object_set(o, of_finding[i], json_object_get(f, of_finding[i]));
	jvalue_put(o, "call", json_incref((json_t *)(uintptr_t)jvalue_get(call, "id")));
	for (size_t i = 0; i < sizeof of_call / sizeof *of_call; i++)
		(void)json_object_set(o, of_call[i], json_object_get(call, of_call[i]));
	return o;
}

static void give_finding(const struct event *call, const json_t *f, event_fn *give, void *ctx)
{
	const char *const words[] = { "finding", jvalue_str(call->object, "run"),
				      jvalue_str(f, "fingerprint"), NULL };
	struct text message = { 0 };

	text_addf(&message, "%s: %s", jvalue_str(f, "title"), jvalue_str(f, "detail"));
	event_give((struct event_of){ .kind = EVENT_FINDING,
				      .run = words[1],
				      .time_ns = call->time_ns,
				      .severity = event_severity(f),
				      .words = words,
				      .message = text_of(&message) },
		   finding_object(call->object, f), give, ctx);
	text_free(&message);
}

void event_findings(const struct event *call, event_fn *give, void *ctx)
{
	size_t i;
	json_t *f;

	json_array_foreach(json_object_get(call->object, "findings"), i, f)
	{
		if (event_violated(f) && !event_waived(f))
			give_finding(call, f, give, ctx);
	}
}
