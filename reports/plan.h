/* plan.h - where to capture what a report says was not seen. */
#ifndef EARSHOT_PLAN_H
#define EARSHOT_PLAN_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/err.h"

struct plan;

/*
 * Reads an earshot.report/1 document and groups what its calls lack by capture
 * point: an access link, both of a call, a TLS hop with its secrets, both sides of
 * an element. The document is a stranger's: of its texts only addresses reach a
 * command line. ERR_MALFORMED: no such report; *why (static) says so. Bounded:
 * 10,000 captures, the rest is counted.
 */
MUST_CHECK enum err plan_read(FILE *in, struct plan **out, const char **why);
void plan_free(struct plan *p); /* NULL is fine */

/* False: errno says why it is not whole. */
bool plan_write_text(const struct plan *p, FILE *out, int width);
bool plan_write_json(const struct plan *p, FILE *out); /* earshot.plan/1 */

#endif
