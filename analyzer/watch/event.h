/* event.h - what a watch says, one thing at a time: a call, a finding, an alert, a heartbeat. */
#ifndef EARSHOT_EVENT_H
#define EARSHOT_EVENT_H

#include <jansson.h>

#include "analyzer/base/text.h"
#include "rules/judge.h"

enum event_kind {
	EVENT_CALL,	  /* a call's record: provisional, interim, firm */
	EVENT_FINDING,	  /* one violated finding of such a record */
	EVENT_ALERT,	  /* a problem was opened, is worse, is cleared */
	EVENT_CHANGE,	  /* a certificate, ZID or element is not what it was */
	EVENT_POSTURE,	  /* problems of class posture, summed up */
	EVENT_VISIBILITY, /* sight was lost, or is back */
	EVENT_HEARTBEAT,
	EVENT_KINDS
};

/*
 * One JSON object. All have "run", "event" (event_kind_text), "event_id", "time" (RFC 3339,
 * capture time) and "message" (a sentence for a person); a call's record follows them. Equal
 * happenings have equal ids: whoever gets an event twice can tell.
 */
struct event {
	enum event_kind kind;
	const char *id;		/* 32 hex digits */
	uint64_t time_ns;	/* capture time */
	enum severity severity; /* of alerts and findings; INFO elsewhere */
	const char *message;
	struct slice line; /* the object as compact JSON, without a newline */
	json_t *object;	   /* the same, parsed; never NULL */
};

/* Where events go. All functions are called from one thread. */
typedef void event_fn(void *ctx, const struct event *e);

/* What an event is for: --events and the filter of each output; "call", "finding", ... */
const char *event_kind_text(enum event_kind k);
bool event_kind_parse(struct slice word, enum event_kind *out);

/*
 * Makes an event of the members it adds to `object` in front: takes the object, and gives the
 * event to `give`. `words` (NULL ends) name the happening for its id.
 */
struct event_of {
	enum event_kind kind;
	const char *run;
	uint64_t time_ns;
	enum severity severity;
	const char *const *words;
	const char *message;
};
void event_give(struct event_of of, json_t *object, event_fn *give, void *ctx);

/* Makes the event of a line that is whole JSON with all those members already (a call's record). */
bool event_give_line(enum event_kind kind, struct slice line, event_fn *give, void *ctx);

/* The member "severity" of an event or a finding; INFO where there is none. */
enum severity event_severity(const json_t *o);
/* Of a finding in a call's record: it is one, and somebody answers for it. */
bool event_violated(const json_t *finding);
bool event_waived(const json_t *finding);

/* One event for each violated finding of a call's event that nobody has waived. */
void event_findings(const struct event *call, event_fn *give, void *ctx);

#endif
