/*
 * capture_classic.c - libpcap judges the file's header. Records of the commonest dialect
 * are then read in place; all others are parsed by libpcap, over large blocks.
 */
#include "analyzer/capture/capture_classic.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

enum { HEADER = RECORDS_FILE_HEADER, SNAPLEN_AT = 16, STDIO_ROOM = 256 * 1024 };

struct capture_classic {
	struct block *block;
	uint8_t header[HEADER];
	size_t header_n, header_at;
	char *buffer;
	pcap_t *pcap;
	struct records *records; /* NULL: libpcap's way */
	uint32_t snaplen;	 /* as the file has it */
	int link_type;
};

static ssize_t feed(void *cookie, char *to, size_t n)
{
	struct capture_classic *c = cookie;
	size_t kept = c->header_n - c->header_at;

	if (!kept)
		return (ssize_t)block_some(c->block, to, n); /* a pipe's frames wait for no more */
	if (kept > n)
		kept = n;
	memcpy(to, c->header + c->header_at, kept);
	c->header_at += kept;
	return (ssize_t)kept;
}

/*
 * libpcap cuts a record down to the file's snap length without a word. It is
 * shown the largest one, so that whole records arrive and the lie can be told.
 */
static void take_header(struct capture_classic *c, uint8_t as_given[HEADER])
{
	static const uint8_t largest[2][4] = { { 0, 0, 4, 0 }, { 0, 4, 0, 0 } };
	uint8_t *at = c->header + SNAPLEN_AT;

	c->header_n = block_read(c->block, c->header, HEADER);
	if (c->header_n < HEADER)
		return;
	memcpy(as_given, c->header, HEADER);
	bool big = c->header[0] == 0xa1;
	c->snaplen =
		big ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
		    : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
	memcpy(at, largest[big], sizeof largest[big]);
}

static FILE *open_stream(struct capture_classic *c)
{
	FILE *fp = fopencookie(c, "r", (cookie_io_functions_t){ .read = feed });

	if (!fp)
		return NULL;
	/* glibc ignores the size that comes with a NULL buffer. */
	c->buffer = mem_grow(NULL, STDIO_ROOM, 1);
	(void)setvbuf(fp, c->buffer, _IOFBF, STDIO_ROOM);
	/* One thread reads it: no lock for each of millions of records. */
	(void)__fsetlocking(fp, FSETLOCKING_BYCALLER);
	return fp;
}

struct capture_classic *capture_classic_open(struct block *block, struct text *why)
{
	struct capture_classic *c = mem_zero(1, sizeof *c);
	uint8_t as_given[HEADER];
	char error[PCAP_ERRBUF_SIZE] = "no memory for a stream";

	c->block = block;
	take_header(c, as_given);
	FILE *fp = open_stream(c);
	if (fp)
		c->pcap = pcap_fopen_offline_with_tstamp_precision(fp, PCAP_TSTAMP_PRECISION_NANO,
								   error);
	if (c->pcap) {
		c->link_type = pcap_datalink(c->pcap);
		/* Of Ethernet nothing is rewritten: pseudo headers of some link types are. */
		if (c->link_type == DLT_EN10MB)
			c->records = records_open(block, as_given);
		return c;
	}
	text_addf(why, "libpcap cannot read it: %s", error);
	if (fp)
		(void)fclose(fp);
	capture_classic_close(c);
	return NULL;
}

void capture_classic_close(struct capture_classic *c)
{
	if (!c)
		return;
	if (c->pcap)
		pcap_close(c->pcap); /* and the stream with it */
	records_close(c->records);
	free(c->buffer);
	free(c);
}

struct records *capture_classic_records(const struct capture_classic *c)
{
	return c->records;
}

int capture_classic_link_type(const struct capture_classic *c)
{
	return c->link_type;
}

/* libpcap has two complaints about a record: it is cut short, or its length is impossible. */
static enum source_step tell_break(struct capture_classic *c, struct source_break *end)
{
	const char *said = pcap_geterr(c->pcap);

	if (strncmp(said, "truncated", strlen("truncated")) == 0)
		return records_cut(end);
	if (strncmp(said, "invalid packet capture length",
		    strlen("invalid packet capture length")) == 0)
		return records_impossible(end);
	end->in_frame = true;
	text_addf(&end->why, "cannot be read (%s)", said);
	return SOURCE_BROKEN;
}

enum source_step capture_classic_next(struct capture_classic *c, struct source_record *out,
				      struct source_break *end)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int got = pcap_next_ex(c->pcap, &h, &bytes);

	if (got == PCAP_ERROR_BREAK)
		return SOURCE_END;
	if (got != 1)
		return tell_break(c, end);
	/* The file's seconds are unsigned and reach to 2106; libpcap takes them for signed. */
	uint64_t seconds = (uint32_t)h->ts.tv_sec;
	uint64_t ns = (uint64_t)h->ts.tv_usec;
	out->odd_time = ns >= WHEN_SECOND;
	if (out->odd_time)
		ns = WHEN_SECOND - 1;
	out->untimed = false;
	out->snaplen = c->snaplen;
	out->frame.bytes = (struct slice){ bytes, h->caplen };
	out->frame.ts_ns = seconds * WHEN_SECOND + ns;
	out->frame.wire_len = h->len;
	out->frame.iface = 0;
	out->frame.link_type = c->link_type;
	return SOURCE_FRAME;
}
