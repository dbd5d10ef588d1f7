/* records.h - the records of the commonest capture files, read where the block holds them. */
#ifndef EARSHOT_RECORDS_H
#define EARSHOT_RECORDS_H

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/capture/block.h"
#include "analyzer/capture/source.h"

enum { RECORDS_FILE_HEADER = 24 };

enum { RECORDS_HEAD = 16 };

/* Laid open for records_more; the fields are records.c's own. */
struct records {
	struct block *block;
	struct slice left; /* of the stretch that the block lent */
	uint32_t snaplen, to_ns;
	bool swapped;
	uint8_t head[RECORDS_HEAD]; /* of a record that begins in one stretch and ends in another */
	uint8_t *bytes;		    /* the same; NULL until there is one */
};

/*
 * For classic pcap of version 2.4 with micro- or nanoseconds, in either byte order,
 * whose file header (already taken from the block) is `header`. NULL: another
 * dialect, which is libpcap's. The caller knows that the link type is one whose
 * records libpcap hands on as they stand, at most SOURCE_CAPTURED_MAX bytes each.
 */
struct records *records_open(struct block *block, const uint8_t header[RECORDS_FILE_HEADER]);
void records_close(struct records *r); /* NULL is fine */

/* The same answers as libpcap's. Of the frame, link_type is the caller's. */
enum source_step records_next(struct records *r, struct source_record *out,
			      struct source_break *end);

/*
 * The next record as a frame but for number and link type, if that and all before it since
 * records_next still stand where they were lent; bytes of all of these are good until records_next
 * is called. False: call it.
 */
static inline bool records_more(struct records *r, struct frame *out, bool *odd_time);

/* What both readers say of a record that the file's end cuts short, or that cannot be. */
enum source_step records_cut(struct source_break *end);
enum source_step records_impossible(struct source_break *end);

/* ---- inline: the way of nearly every record ------------------------------------------ */

static inline uint32_t records_word(const struct records *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return r->swapped ? __builtin_bswap32(v) : v;
}

/* True: the fraction of its second is a second or more. */
static inline bool records_frame(const struct records *r, const uint8_t *head, struct slice bytes,
				 struct frame *out)
{
	/* The file's seconds are unsigned and reach to 2106; a fraction above 2^31 is odd as well.
	 */
	uint64_t ns = (uint64_t)records_word(r, head + 4) * r->to_ns;

	bool odd_time = ns >= WHEN_SECOND;
	if (odd_time)
		ns = WHEN_SECOND - 1;
	out->bytes = bytes;
	out->ts_ns = records_word(r, head) * WHEN_SECOND + ns;
	out->wire_len = records_word(r, head + 12);
	out->iface = 0;
	out->input = out->point = 0;
	return odd_time;
}

static inline bool records_more(struct records *r, struct frame *out, bool *odd_time)
{
	const uint8_t *p = r->left.p;

	if (r->left.n < RECORDS_HEAD)
		return false;
	size_t captured = records_word(r, p + 8);
	if (captured > r->left.n - RECORDS_HEAD || captured > SOURCE_CAPTURED_MAX)
		return false;
	r->left.p += RECORDS_HEAD + captured;
	r->left.n -= RECORDS_HEAD + captured;
	*odd_time = records_frame(r, p, (struct slice){ p + RECORDS_HEAD, captured }, out);
	return true;
}

#endif
