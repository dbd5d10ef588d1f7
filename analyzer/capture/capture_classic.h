/* capture_classic.h - classic pcap files, in all the dialects libpcap knows. */
#ifndef EARSHOT_CAPTURE_CLASSIC_H
#define EARSHOT_CAPTURE_CLASSIC_H

#include "analyzer/capture/block.h"
#include "analyzer/capture/records.h"
#include "analyzer/capture/source.h"

struct capture_classic;

/* Reads from `block`, which is at its start and must live longer. NULL: *why says what it is
 * instead. */
struct capture_classic *capture_classic_open(struct block *block, struct text *why);
void capture_classic_close(struct capture_classic *c); /* NULL is fine */

/* By libpcap. The record's bytes are good until the next call. */
enum source_step capture_classic_next(struct capture_classic *c, struct source_record *out,
				      struct source_break *end);

/*
 * Where records can be read in place: their reader, to be asked instead of
 * capture_classic_next. Else NULL.
 */
struct records *capture_classic_records(const struct capture_classic *c);

int capture_classic_link_type(const struct capture_classic *c); /* a DLT_ value */

#endif
