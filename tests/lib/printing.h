/* printing.h - the prints that a stretch of media leaves at a capture point. */
#ifndef EARSHOT_PRINTING_H
#define EARSHOT_PRINTING_H

#include "analyzer/model/observation.h"

enum { PRINTING_RATE = 50 }; /* packets a second */

/* Packets have numbers from 0. Equal ciphers: the same octets under the same number. */
struct printing {
	uint64_t cipher;
	uint32_t first, count; /* the packets that came by */
	uint64_t zero_ns;      /* when number 0 did, or would have */
	uint16_t seq;	       /* of number 0 */
	uint32_t ts;
	uint16_t len;	    /* 0: 170 octets with the tag */
	uint32_t lost;	    /* percent that this place did not get */
	uint64_t lost_seed; /* which ones */
};

/* By choice, as a stint tells them; gives how many. */
uint16_t printing_list(const struct printing *p, struct print_seen out[MEDIA_PRINTS]);
uint32_t printing_lost(const struct printing *p); /* packets, of `count` */

#endif
