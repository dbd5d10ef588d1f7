/* print.h - packets chosen by their content, the same ones at every capture point. */
#ifndef EARSHOT_PRINT_H
#define EARSHOT_PRINT_H

#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/model/observation.h"

enum {
	PRINT_TAIL = 10,  /* octets at the end of a payload that decide */
	PRINT_ALIKE = 16, /* prints of one choice */
	PRINT_ROOM = 96,  /* held before those that cannot stay are let go */
};

/* The packets of a stint with the smallest choice; print_reset before the first. */
struct print_box {
	_Alignas(64) struct print_seen kept[PRINT_ROOM]; /* in no order; none crosses a line */
	uint32_t limit; /* upper half: a choice above has no place */
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
	uint64_t last, before;

	if (payload.n < PRINT_TAIL)
		return print_choice_short(payload);
	memcpy(&last, payload.p + payload.n - 8, 8);
	memcpy(&before, payload.p + payload.n - PRINT_TAIL, 8);
	return hash_fold(last ^ 0x9ddfea08eb382d69u, before ^ 0xc2b2ae3d27d4eb4fu);
}

struct print_packet {
	struct slice payload; /* and tag: all after the RTP header */
	uint64_t choice, ts_ns;
	uint32_t rtp_ts;
	uint16_t seq;
};

void print_reset(struct print_box *b);
static inline bool print_fits(uint32_t limit, uint64_t choice)
{
	return choice >> 32 <= limit;
}
/*
 * In two steps, for a caller that keeps count and limit elsewhere: writes to place
 * `at` and reads nothing of the box. When all places are taken, set count, call
 * print_thin, and take over count and limit.
 */
void print_put(struct print_box *b, uint8_t at, const struct print_packet *p);
void print_thin(struct print_box *b);
/* Both steps. */
void print_offer(struct print_box *b, const struct print_packet *p);
/*
 * The MEDIA_PRINTS smallest by choice, then payload, timestamp and sequence number,
 * so that what is kept depends on content alone; gives how many. At most
 * PRINT_ALIKE of one choice: silence and tones repeat their octets and must not
 * fill the box.
 */
uint16_t print_list(const struct print_box *b, struct print_seen out[MEDIA_PRINTS]);

#endif
