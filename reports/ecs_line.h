/* ecs_line.h - Elastic Common Schema: the document of a call, of a problem, one a line. */
#ifndef EARSHOT_ECS_LINE_H
#define EARSHOT_ECS_LINE_H

#include <jansson.h>

#include "analyzer/base/text.h"

/*
 * With the newline. `head` has tool and run, as a report's head. A call that is an event's record
 * has "event_id" (then that is event.id), "state" and "revision".
 */
void ecs_line_call(struct text *t, const json_t *head, const json_t *call);
void ecs_line_problem(struct text *t, const json_t *head, const json_t *problem);

/* ---- their parts, for documents of something else ---- */

/* Opens the document: @timestamp (empty: 1970), ecs and observer. */
void ecs_line_open(struct text *t, const json_t *head, const char *when);

struct ecs_line_event {
	const char *id, *kind, *dataset, *outcome;
};
/* Opens event.*: more may be added before it is closed. */
void ecs_line_event(struct text *t, struct ecs_line_event event);
/* event.code, event.severity and event.risk_score, of "rule" and "severity". */
void ecs_line_severity(struct text *t, const json_t *problem);
void ecs_line_when(struct text *t, const char *key, const char *s); /* empty: nothing */
/* rule.*, of "rule", "title" and "class". */
void ecs_line_rule(struct text *t, const json_t *head, const json_t *problem);
/* threat.*, where the class and the rule have a technique. */
void ecs_line_threat(struct text *t, const json_t *problem);

#endif
