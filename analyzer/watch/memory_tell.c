/* memory_tell.c - what changed, who showed it, since when it had been otherwise. */
#include "analyzer/watch/memory_tell.h"

#include <inttypes.h>

#include "analyzer/base/when.h"
#include "reports/jvalue.h"

/* The id is of who, what and when, not of the run. */
static void give(struct memory *m, json_t *o, const char *what, const char *who, const char *new,
		 uint64_t ns, const char *message)
{
	char time[WHEN_TEXT];
	const char *const words[] = { "change", what, who, new, when_text(ns, time), NULL };

	m->changes++;
	jvalue_put(o, "what", jvalue_text(what));
	jvalue_put(o, "who", jvalue_text(who));
	jvalue_put(o, "call", jvalue_text(m->call));
	event_give((struct event_of){ .kind = EVENT_CHANGE,
				      .run = m->options.run,
				      .time_ns = ns,
				      .severity = SEVERITY_MEDIUM,
				      .words = words,
				      .message = message },
		   o, m->options.give, m->options.ctx);
}

void memory_tell_mark(struct memory *m, const struct memory_entry *e, const struct memory_mark *old,
		      const char *digest, uint64_t ns)
{
	bool zid = e->kind == MEMORY_ZID;
	const char *who = memory_table_who(e);
	struct text message = { 0 };
	json_t *o = json_object();

	jvalue_put(o, "kind", jvalue_text(memory_table_word(e->kind)));
	jvalue_put(o, "old", jvalue_text(old->digest));
	jvalue_put(o, "new", jvalue_text(digest));
	jvalue_put(o, "since", jvalue_when(old->first_ns));
	jvalue_put(o, "last", jvalue_when(old->last_ns));
	jvalue_put(o, "calls", jvalue_number(old->calls));
	text_addf(&message, "%s shows another %s than in %" PRIu64 " call%s before", who,
		  zid			  ? "ZID"
		  : e->kind == MEMORY_TLS ? "TLS certificate"
					  : "DTLS certificate",
		  old->calls, old->calls == 1 ? "" : "s");
	give(m, o, zid ? "zid" : "certificate", who, digest, ns, text_of(&message));
	text_free(&message);
}

void memory_tell_host(struct memory *m, const char *who, const char *before, const char *behind,
		      uint64_t ns)
{
	struct text message = { 0 };
	json_t *o = json_object(), *between = json_array();

	jvalue_push(between, jvalue_text(before));
	jvalue_push(between, jvalue_text(behind));
	jvalue_put(o, "between", between);
	text_addf(&message, "%s is a new host on a path, between %s and %s", who, before, behind);
	give(m, o, "host", who, "", ns, text_of(&message));
	text_free(&message);
}

void memory_tell_listener(struct memory *m, const char *who, const json_t *element, uint64_t ns)
{
	struct text message = { 0 };
	json_t *o = json_object();

	(void)json_object_set(o, "could", json_object_get(element, "could"));
	jvalue_put(o, "role", jvalue_text(jvalue_str(element, "role")));
	jvalue_put(o, "why", jvalue_text(jvalue_str(element, "why")));
	text_addf(&message, "%s is within earshot of a call and was not before: %s", who,
		  jvalue_str(element, "why"));
	give(m, o, "listener", who, "", ns, text_of(&message));
	text_free(&message);
}
