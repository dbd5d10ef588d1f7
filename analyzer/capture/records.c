/* records.c - a record's head is sixteen octets; the rest is a matter of where they are. */
#include "analyzer/capture/records.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

enum { HEAD = 16, SNAPLEN_AT = 16 };

/* Values as this machine would read a file in its own byte order. */
#define MICROSECONDS UINT32_C(0xa1b2c3d4)
#define NANOSECONDS  UINT32_C(0xa1b23c4d)

struct records {
	struct block *block;
	struct slice left; /* of the stretch that the block lent */
	uint32_t snaplen, to_ns;
	bool swapped;
	uint8_t head[HEAD]; /* of a record that begins in one stretch and ends in another */
	uint8_t *bytes;	    /* the same; NULL until there is one */
};

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
		struct slice part = slice_upto(r->left, n - got);

		if (part.n)
			memcpy(to + got, part.p, part.n);
		got += part.n;
		r->left = slice_from(r->left, part.n);
		if (!r->left.n)
			r->left = block_lend(r->block);
		if (!r->left.n)
			break;
	}
	return got;
}

/* The next n bytes, in place where they stand together; NULL: *got of them are all there is. */
static inline const uint8_t *take(struct records *r, uint8_t *room, size_t n, size_t *got)
{
	const uint8_t *p = r->left.p;

	if (r->left.n < n) {
		*got = gather(r, room, n);
		return *got == n ? room : NULL;
	}
	r->left.p += n;
	r->left.n -= n;
	return p;
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

static inline void put_head(const struct records *r, const uint8_t *head, struct source_record *out)
{
	/* The file's seconds are unsigned and reach to 2106; a fraction above 2^31 is odd as well.
	 */
	uint64_t ns = (uint64_t)word(head + 4, r->swapped) * r->to_ns;

	out->odd_time = ns >= WHEN_SECOND;
	if (out->odd_time)
		ns = WHEN_SECOND - 1;
	out->untimed = false;
	out->snaplen = r->snaplen;
	out->frame.ts_ns = word(head, r->swapped) * WHEN_SECOND + ns;
	out->frame.wire_len = word(head + 12, r->swapped);
	out->frame.iface = 0;
}

enum source_step records_next(struct records *r, struct source_record *out,
			      struct source_break *end)
{
	size_t got = 0;
	const uint8_t *head = take(r, r->head, HEAD, &got);

	if (!head)
		return got ? records_cut(end) : SOURCE_END;
	size_t captured = word(head + 8, r->swapped);
	if (captured > SOURCE_CAPTURED_MAX)
		return records_impossible(end);
	put_head(r, head, out);
	if (r->left.n < captured && !r->bytes)
		r->bytes = mem_grow(NULL, SOURCE_CAPTURED_MAX, 1);
	const uint8_t *bytes = take(r, r->bytes, captured, &got);
	if (!bytes)
		return records_cut(end);
	out->frame.bytes = (struct slice){ bytes, captured };
	return SOURCE_FRAME;
}
