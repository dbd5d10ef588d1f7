/* records.c - a record's head is sixteen octets; the rest is a matter of where they are. */
#include "analyzer/capture/records.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

enum { SNAPLEN_AT = 16 };

/* Values as this machine would read a file in its own byte order. */
#define MICROSECONDS UINT32_C(0xa1b2c3d4)
#define NANOSECONDS  UINT32_C(0xa1b23c4d)

static inline uint32_t word(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return swapped ? __builtin_bswap32(v) : v;
}

static bool is_version_2_4(const uint8_t *header, bool swapped)
{
	uint16_t major, minor;

	memcpy(&major, header + 4, sizeof major);
	memcpy(&minor, header + 6, sizeof minor);
	return major == (swapped ? 0x0200 : 2) && minor == (swapped ? 0x0400 : 4);
}

struct records *records_open(struct block *block, const uint8_t header[RECORDS_FILE_HEADER])
{
	uint32_t magic = word(header, false);
	bool swapped = magic != MICROSECONDS && magic != NANOSECONDS;
	struct records *r;

	magic = word(header, swapped);
	if ((magic != MICROSECONDS && magic != NANOSECONDS) || !is_version_2_4(header, swapped))
		return NULL;
	r = mem_zero(1, sizeof *r);
	r->block = block;
	r->swapped = swapped;
	r->snaplen = word(header + SNAPLEN_AT, swapped);
	r->to_ns = magic == NANOSECONDS ? 1 : 1000;
	return r;
}

void records_close(struct records *r)
{
	if (!r)
		return;
	if (r->bytes)
		explicit_bzero(r->bytes, SOURCE_CAPTURED_MAX);
	free(r->bytes);
	free(r);
}

/* What stands in several stretches, put together; gives how much of it there was. */
static size_t gather(struct records *r, uint8_t *to, size_t n)
{
	size_t got = 0;

	while (got < n) {
		/* Not before it is needed: the next bytes of a pipe may be long in coming. */
		if (!r->left.n)
			r->left = block_lend(r->block);
		if (!r->left.n)
			break;
		struct slice part = slice_upto(r->left, n - got);
		memcpy(to + got, part.p, part.n);
		got += part.n;
		r->left = slice_from(r->left, part.n);
	}
	return got;
}

enum source_step records_cut(struct source_break *end)
{
	end->in_frame = true;
	text_addf(&end->why, "is cut short: the file ends inside its record");
	return SOURCE_BROKEN;
}

enum source_step records_impossible(struct source_break *end)
{
	end->in_frame = true;
	text_addf(&end->why,
		  "claims more than the %d bytes a record may hold: the file is damaged from there "
		  "on",
		  SOURCE_CAPTURED_MAX);
	return SOURCE_BROKEN;
}

/* A record that does not stand in one stretch, or is no record. */
static enum source_step gathered(struct records *r, struct source_record *out,
				 struct source_break *end)
{
	size_t got = gather(r, r->head, RECORDS_HEAD);

	if (got < RECORDS_HEAD)
		return got ? records_cut(end) : SOURCE_END;
	size_t captured = records_word(r, r->head + 8);
	if (captured > SOURCE_CAPTURED_MAX)
		return records_impossible(end);
	if (!r->bytes)
		r->bytes = mem_grow(NULL, SOURCE_CAPTURED_MAX, 1);
	if (gather(r, r->bytes, captured) < captured)
		return records_cut(end);
	out->odd_time =
		records_frame(r, r->head, (struct slice){ r->bytes, captured }, &out->frame);
	return SOURCE_FRAME;
}

enum source_step records_next(struct records *r, struct source_record *out,
			      struct source_break *end)
{
	out->untimed = false;
	out->snaplen = r->snaplen;
	return records_more(r, &out->frame, &out->odd_time) ? SOURCE_FRAME : gathered(r, out, end);
}
