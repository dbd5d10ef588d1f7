/* draft.h - an inventory to confirm: hosts that were seen, what they may be, and why. */
#ifndef EARSHOT_DRAFT_H
#define EARSHOT_DRAFT_H

#include <stdio.h>

#include "analyzer/model/call.h"

/*
 * Everything in a draft is a question: roles and places are "unknown" until a
 * person writes what is true, so that a draft given back as it is asserts nothing.
 * It shows addresses, which is what it is for, and no user, name or text from the
 * wire. Bounded: 65,536 hosts and 1,000 links; what finds no room is counted.
 */
struct draft;

struct draft *draft_new(void);
void draft_free(struct draft *d);
void draft_observe(struct draft *d, const struct observation *o);
void draft_call(struct draft *d, const struct call *c);

/* `points`: labels of capture points, as the user gave them. False: errno says why it is not whole.
 */
bool draft_write(const struct draft *d, const char *const *points, size_t point_count, FILE *out);
size_t draft_hosts(const struct draft *d); /* in it */
uint64_t draft_dropped(const struct draft *d);

#endif
