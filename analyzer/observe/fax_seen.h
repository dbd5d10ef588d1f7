/* fax_seen.h - fax that no session description announced. */
#ifndef EARSHOT_FAX_SEEN_H
#define EARSHOT_FAX_SEEN_H

#include "analyzer/observe/cold.h"

/*
 * A UDP datagram that nothing else claimed. True: its flow speaks UDPTL, and the
 * datagram is counted. UDPTL has no mark that other protocols lack, so structure
 * and continuity must agree over many packets before that is said.
 */
bool fax_seen_packet(struct flow *f, unsigned direction, const struct payload *p);

#endif
