/* hep_seen.h - the message inside a copy that an element sent to its monitor (HEPv3). */
#ifndef EARSHOT_HEP_SEEN_H
#define EARSHOT_HEP_SEEN_H

#include "analyzer/observe/sip_flow.h"
#include "analyzer/proto/hep/hep.h"

/*
 * The copied message as a payload on the hop it was copied from, and how it came:
 * `way->copy` points at the flow of `p`, which went from the agent to the monitor. What the
 * agent says was TLS is never clear on that hop. False: nothing here to read (no SIP,
 * packed, without addresses).
 */
bool hep_seen_message(const struct payload *p, const struct hep_packet *h, struct payload *out,
		      struct sip_flow_way *way);

#endif
