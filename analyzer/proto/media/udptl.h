/* udptl.h - fax over UDP: the UDPTL packet (RFC 3362, ITU-T T.38 section 9). */
#ifndef EARSHOT_UDPTL_H
#define EARSHOT_UDPTL_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum {
	UDPTL_RECOVERY_MAX = 64
}; /* more recovery fields are ERR_LIMIT; senders use up to 7 or so */

/* Slices point into the datagram. */
struct udptl_packet {
	uint16_t seq;
	struct slice primary; /* the IFP packet: fax content or an indication */
	bool fec;	      /* recovery by parity; otherwise by copies of earlier packets */
	uint8_t recovery;     /* number of copies or parity fields */
};

MUST_CHECK enum err udptl_parse(struct slice datagram, struct udptl_packet *out);

/*
 * Parses to the exact end and the primary begins as an IFP packet does. There
 * is no mark that other protocols lack: by itself it proves nothing on a port that was
 * not announced as udptl.
 */
bool udptl_looks_like(struct slice datagram);

#endif
