/* record_verdict.h - the judged half of a call's JSON object. */
#ifndef EARSHOT_RECORD_VERDICT_H
#define EARSHOT_RECORD_VERDICT_H

#include "reports/record.h"

/* Adds the keys from "conditions" to "findings" to an object that is open. */
void record_verdict_write(struct record *r, const struct call *c, const struct judgement *j);

#endif
