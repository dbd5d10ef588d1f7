/* call_line.h - a call's record as an event: how far it goes, in front of what it says. */
#ifndef EARSHOT_CALL_LINE_H
#define EARSHOT_CALL_LINE_H

#include "analyzer/base/text.h"
#include "analyzer/watch/said.h"

struct call_line {
	const char *run; /* the id of the run */
	enum said_state state;
	struct said_standing standing;
	uint64_t now_ns; /* capture time */
	bool cut;	 /* the watch ended while the call was open */
};

/* Adds the line, without a newline. `record` is the call's object, "{...}", of the report. */
void call_line_add(struct text *out, const struct call_line *l, const struct call *c,
		   const struct judgement *j, struct slice record);
const char *call_line_state(enum said_state s); /* interim provisional firm */

#endif
