/* print.h - packets chosen by their content, the same ones at every capture point. */
#ifndef EARSHOT_PRINT_H
#define EARSHOT_PRINT_H

#include <string.h>

#include "analyzer/model/observation.h"

enum {
	PRINT_TAIL = 10,  /* octets at the end of a payload that decide */
	PRINT_ALIKE = 16, /* prints of one choice */
};

/* The packets of a stint with the smallest choice; print_reset before the first. */
struct print_box {
	uint64_t choice[MEDIA_PRINTS]; /* ascending */
	struct print_body {
		uint64_t payload, ts_ns;
		uint32_t rtp_ts;
		uint16_t seq, len;
	} body[MEDIA_PRINTS];
	uint8_t place[MEDIA_PRINTS]; /* of choice[i]'s body; behind count, the unused ones */
	uint8_t count;
};

/* For payloads shorter than the tail. */
uint64_t print_choice_short(struct slice payload);

/*
 * The same under every seed, in every run: one multiplication over the last ten
 * octets, since every packet of every stream is asked.
 */
static inline uint64_t print_choice(struct slice payload)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t last, before;

	if (payload.n < PRINT_TAIL)
		return print_choice_short(payload);
	memcpy(&last, payload.p + payload.n - 8, 8);
	memcpy(&before, payload.p + payload.n - PRINT_TAIL, 8);
	wide product = (wide)(last ^ 0x9ddfea08eb382d69u) * (before ^ 0xc2b2ae3d27d4eb4fu);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}
/* A choice above this has no place in the box. */
uint64_t print_limit(const struct print_box *b);

void print_reset(struct print_box *b);

/* Asks for the sorted part before it is searched: its lines come together, not one by one. */
static inline void print_soon(const struct print_box *b)
{
	for (size_t i = 0; i < MEDIA_PRINTS; i += 8)
		__builtin_prefetch(&b->choice[i], 1);
	__builtin_prefetch(b->place, 1);
}

struct print_packet {
	struct slice payload; /* and tag: all after the RTP header */
	uint64_t choice, ts_ns;
	uint32_t rtp_ts;
	uint16_t seq;
};
/*
 * Order: by choice, then payload, timestamp and sequence number, so that what
 * is kept depends on content alone. At most PRINT_ALIKE of one choice: silence
 * and tones repeat their octets and must not fill the box.
 */
void print_offer(struct print_box *b, const struct print_packet *p);
/* By choice; gives how many. */
uint16_t print_list(const struct print_box *b, struct print_seen out[MEDIA_PRINTS]);

#endif
