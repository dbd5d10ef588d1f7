/* ecs_event.h - what a watch says, as documents of the Elastic Common Schema. */
#ifndef EARSHOT_ECS_EVENT_H
#define EARSHOT_ECS_EVENT_H

#include "analyzer/watch/event.h"

/*
 * One document and a newline. event.id is the event's id. Members that the schema has no name for
 * stand under earshot.* as they are. `head` has tool and run, as a report's head.
 */
void ecs_event_line(struct text *t, const json_t *head, const struct event *e);

#endif
