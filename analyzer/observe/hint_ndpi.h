/* hint_ndpi.h - nDPI as a second opinion on flows that nobody claims. */
#ifndef EARSHOT_HINT_NDPI_H
#define EARSHOT_HINT_NDPI_H

#include "analyzer/wire/wire.h"

/* The library starts with the first flow it is asked about (its start costs 0.1 s). */
struct hint_ndpi;
struct hint_flow;

enum { HINT_NDPI_PACKETS = 8, HINT_NDPI_FLOWS = 20000 };

struct hint_ndpi *hint_ndpi_new(void);
void hint_ndpi_free(struct hint_ndpi *h);

/*
 * Shows it one more datagram of a flow; *flow starts as NULL. True when there is
 * nothing more to ask: *name is its word for the protocol (static), or NULL, and
 * *flow is gone.
 */
bool hint_ndpi_packet(struct hint_ndpi *h, struct hint_flow **flow, const struct payload *p,
		      const char **name);
void hint_ndpi_forget(struct hint_flow **flow);
uint32_t hint_ndpi_flows(const struct hint_ndpi *h);   /* asked about so far */
uint64_t hint_ndpi_refused(const struct hint_ndpi *h); /* not asked about: there were too many */

#endif
