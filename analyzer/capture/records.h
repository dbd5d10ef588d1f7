/* records.h - the records of the commonest capture files, read where the block holds them. */
#ifndef EARSHOT_RECORDS_H
#define EARSHOT_RECORDS_H

#include "analyzer/capture/block.h"
#include "analyzer/capture/source.h"

enum { RECORDS_FILE_HEADER = 24 };

struct records;

/*
 * For classic pcap of version 2.4 with micro- or nanoseconds, in either byte order,
 * whose file header (already taken from the block) is `header`. NULL: another
 * dialect, which is libpcap's. The caller knows that the link type is one whose
 * records libpcap hands on as they stand, at most SOURCE_CAPTURED_MAX bytes each.
 */
struct records *records_open(struct block *block, const uint8_t header[RECORDS_FILE_HEADER]);
void records_close(struct records *r); /* NULL is fine */

/*
 * The same answers as libpcap's. The record's bytes are good until the next call. Of the
 * frame, link_type is the caller's.
 */
enum source_step records_next(struct records *r, struct source_record *out,
			      struct source_break *end);

/* What both readers say of a record that the file's end cuts short, or that cannot be. */
enum source_step records_cut(struct source_break *end);
enum source_step records_impossible(struct source_break *end);

#endif
