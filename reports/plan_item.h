/* plan_item.h - one capture to make: where, by which command, and what it could settle. */
#ifndef EARSHOT_PLAN_ITEM_H
#define EARSHOT_PLAN_ITEM_H

#include <jansson.h>
#include <stdint.h>

#include "reports/layout.h"
#include "rules/judge.h"

enum plan_kind {
	PLAN_BOTH,   /* the access links of both ends, at the same time */
	PLAN_ACCESS, /* the access link of one end */
	PLAN_TLS,    /* a hop whose SIP is inside TLS, with its secrets */
	PLAN_SIDES,  /* both sides of an element */
};

enum { PLAN_WANTS = 6, PLAN_HOST = 64 };

struct plan_item {
	enum plan_kind kind;
	char a[PLAN_HOST], b[PLAN_HOST]; /* as the report shows them; b empty: one host */
	bool short_of[CONDITIONS];	 /* which conditions of its calls are short of a verdict */
	char *wants[PLAN_WANTS];	 /* missing observations that it would make */
	unsigned want_count, more_wants;
	uint64_t calls, last_call;
};

bool plan_item_hidden(const struct plan_item *i);  /* the report hides an address of it */
json_t *plan_item_json(const struct plan_item *i); /* a new reference */
void plan_item_text(struct layout *l, const struct plan_item *i, size_t number);

#endif
