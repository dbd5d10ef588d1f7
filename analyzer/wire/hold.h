/* hold.h - wire room: bytes that came before their turn, of a TCP direction or of a fragmented
 * packet. */
#ifndef EARSHOT_HOLD_H
#define EARSHOT_HOLD_H

#include "analyzer/capture/capture.h"

/* One run of bytes, copied. Runs are sorted and never overlap. */
struct hold_run {
	struct hold_run *next;
	uint64_t at;	  /* position of its first byte */
	uint32_t n;	  /* bytes held */
	uint32_t lost;	  /* bytes right behind them that the snap length cut off */
	bool conflicting; /* other bytes came later for some of these */
	bool tunnelled;
	struct frame frame; /* that brought it, without its bytes */
	uint8_t bytes[];
};

struct hold {
	struct hold_run *first, *last;
	size_t cost; /* memory of all runs, in bytes */
	uint32_t runs;
};

struct hold_piece {
	uint64_t at;
	struct slice bytes;
	uint32_t lost;
	bool tunnelled;
	const struct frame *frame;
};

struct hold_added {
	size_t overlap; /* bytes that were held already; the first to come are kept */
	bool conflict;	/* and not all of them were the same */
};

struct hold_added hold_add(struct hold *h, const struct hold_piece *p);
struct hold_run *
hold_pop(struct hold *h); /* the first run, now the caller's to free; NULL when empty */
void hold_clear(struct hold *h);
uint64_t hold_end(const struct hold_run *r); /* position behind its last byte */

#endif
