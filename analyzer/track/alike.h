/* alike.h - is what went by here the same as what went by there? (evidence-methods 6) */
#ifndef EARSHOT_ALIKE_H
#define EARSHOT_ALIKE_H

#include "analyzer/model/call.h"

enum {
	ALIKE_PACKETS = 50, /* equal ones that prove forwarding over a stretch of time */
	ALIKE_FEW = 3,	    /* that prove it for themselves */
	ALIKE_OCTETS = 16,  /* a shorter payload may be equal by chance */
};

enum alike {
	ALIKE_NOT,	/* nothing equal, nothing paired */
	ALIKE_PAIRED,	/* the same packets by SSRC, sequence number and timestamp; other octets */
	ALIKE_PART,	/* some packets octet for octet */
	ALIKE_FORWARDED /* of the packets both places hold, at least 95 % octet for octet */
};

/* No plaintext was found in it, or its tags verified: equal octets are no accident of silence. */
bool alike_protected(const struct segment *s);
/*
 * Of two segments in the same direction of speech. `skew_ns`: so far apart may clocks be, with
 * the way of a packet from one place to the other; `equal` NULL or: equal packets among the prints.
 */
enum alike alike_of(const struct segment *a, const struct segment *b, uint64_t skew_ns,
		    unsigned *equal);
/*
 * Both places hold packets that the other should hold too, and none is the same:
 * nothing was passed on between them as it came.
 */
bool alike_apart(const struct segment *a, const struct segment *b, uint64_t skew_ns);
/*
 * One stream each, of one SSRC, whose first and last packets have the same numbers at the same
 * times: one run of packets, whatever became of its octets, and however alike they are.
 */
bool alike_numbered(const struct segment *a, const struct segment *b, uint64_t skew_ns);
/* The packets of one may be those of the other further on, or the same seen at another place. */
bool alike_onward(const struct segment *a, const struct segment *b);
/*
 * Between the same two hosts, or to or from one of them, but on ports of their own:
 * two streams side by side, whatever they carry.
 */
bool alike_beside(const struct segment *a, const struct segment *b);
/* Both carried packets at one time, for a second at least. */
bool alike_together(const struct segment *a, const struct segment *b);

#endif
