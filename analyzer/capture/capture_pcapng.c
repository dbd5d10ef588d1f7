/*
 * capture_pcapng.c - libpcap hides secrets, drops and the interface of a packet,
 * and fails where interfaces differ in link type; so these blocks are read here.
 */
#include "analyzer/capture/capture_pcapng.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/capture/pcapng.h"

enum {
	BLOCK_MAX = 16 * 1024 * 1024, /* of a block that is looked into; libpcap's own limit */
	INTERFACES_MAX = 65536,
	SECRETS_MAX = 16 * 1024 * 1024, /* bytes of all in one file */
	SECRET_BLOCKS_MAX = 4096,
};

struct interface {
	struct pcapng_interface said;
	int link_type;
	uint64_t statistics; /* drops since its start */
	uint64_t between;    /* drops told with packets, summed */
};

struct capture_pcapng {
	struct block *block;
	bool big;
	uint8_t *bytes; /* one block */
	size_t room;
	struct interface *interfaces; /* of this section */
	size_t count, interface_room;
	uint32_t before; /* interfaces of earlier sections */
	uint64_t drops;	 /* of all sections */
	uint64_t last_ns;
	struct capture_secret *secrets;
	size_t secret_count, secret_bytes;
	uint64_t secrets_refused;
};

int capture_pcapng_link_type(uint16_t linktype)
{
	/* The values that differ between files and libpcap's interface (pcap-common.c). */
	switch (linktype) {
	case 100:
		return DLT_ATM_RFC1483;
	case 101:
		return DLT_RAW;
	case 102:
		return DLT_SLIP_BSDOS;
	case 103:
		return DLT_PPP_BSDOS;
	case 106:
		return DLT_ATM_CLIP;
	case 246:
		return DLT_PFSYNC;
	default:
		return linktype;
	}
}

struct capture_pcapng *capture_pcapng_open(struct block *block)
{
	struct capture_pcapng *c = mem_zero(1, sizeof *c);

	c->block = block;
	return c;
}

void capture_pcapng_detach(struct capture_pcapng *c)
{
	c->block = NULL;
	if (c->bytes)
		explicit_bzero(c->bytes, c->room);
	free(c->bytes);
	free(c->interfaces);
	c->bytes = NULL;
	c->interfaces = NULL;
	c->room = c->interface_room = c->count = 0;
}

void capture_pcapng_close(struct capture_pcapng *c)
{
	if (!c)
		return;
	capture_pcapng_detach(c);
	for (size_t i = 0; i < c->secret_count; i++) {
		uint8_t *own = (uint8_t *)(uintptr_t)c->secrets[i].text.p;

		explicit_bzero(own, c->secrets[i].text.n);
		free(own);
	}
	free(c->secrets);
	free(c);
}

uint64_t capture_pcapng_drops(const struct capture_pcapng *c)
{
	return c->drops;
}

size_t capture_pcapng_secrets(const struct capture_pcapng *c, const struct capture_secret **out)
{
	*out = c->secrets;
	return c->secret_count;
}

uint64_t capture_pcapng_secrets_refused(const struct capture_pcapng *c)
{
	return c->secrets_refused;
}

static enum source_step broken(struct source_break *end, bool in_frame, const char *why)
{
	end->in_frame = in_frame;
	text_add(&end->why, why);
	return SOURCE_BROKEN;
}

static bool is_packet(uint32_t type)
{
	return type == PCAPNG_PACKET || type == PCAPNG_SIMPLE_PACKET || type == PCAPNG_OLD_PACKET;
}

static bool is_known(uint32_t type)
{
	return is_packet(type) || type == PCAPNG_SECTION || type == PCAPNG_INTERFACE ||
	       type == PCAPNG_STATISTICS || type == PCAPNG_SECRETS;
}

static void make_room(struct capture_pcapng *c, size_t n)
{
	if (n <= c->room)
		return;
	if (n < 64 * 1024)
		n = 64 * 1024;
	/* Not realloc, which would leave a copy of what may be a secret. */
	uint8_t *wider = mem_grow(NULL, n, 1);
	if (c->bytes) {
		memcpy(wider, c->bytes, c->room);
		explicit_bzero(c->bytes, c->room);
		free(c->bytes);
	}
	c->bytes = wider;
	c->room = n;
}

/* The head of the next block into c->bytes; *n says how many bytes of it are there. */
static enum source_step read_head(struct capture_pcapng *c, struct pcapng_head *head, size_t *n,
				  struct source_break *end)
{
	make_room(c, PCAPNG_SECTION_HEAD);
	*n = block_read(c->block, c->bytes, PCAPNG_HEAD);
	if (*n == 0)
		return SOURCE_END;
	enum err e = pcapng_head((struct slice){ c->bytes, *n }, c->big, head);
	if (e == ERR_TRUNCATED && *n == PCAPNG_HEAD) { /* a section: its byte order's mark */
		*n += block_read(c->block, c->bytes + *n, PCAPNG_SECTION_HEAD - PCAPNG_HEAD);
		e = pcapng_head((struct slice){ c->bytes, *n }, c->big, head);
	}
	if (e == ERR_TRUNCATED)
		return broken(end, false, "the file ends inside the head of a block");
	if (e)
		return broken(end, false, "a block begins with an impossible length or byte order");
	return SOURCE_FRAME;
}

/* A block nobody here looks into: only its trailer must agree, or the walk has lost its way. */
static enum source_step skip_block(struct capture_pcapng *c, const struct pcapng_head *head,
				   struct source_break *end)
{
	uint64_t body = head->length - PCAPNG_SMALLEST;
	uint8_t trailer[4];

	if (block_skip(c->block, body) < body ||
	    block_read(c->block, trailer, sizeof trailer) < sizeof trailer)
		return broken(end, false, "the file ends inside a block");
	uint32_t again = (uint32_t)trailer[3] << 24 | (uint32_t)trailer[2] << 16 |
			 (uint32_t)trailer[1] << 8 | trailer[0];
	if ((head->big ? __builtin_bswap32(again) : again) != head->length)
		return broken(end, false, "a block does not end where it says");
	return SOURCE_FRAME;
}

/* The whole block into c->bytes; *body is what stands between head and trailer. */
static enum source_step read_block(struct capture_pcapng *c, struct pcapng_head *head, size_t have,
				   struct slice *body, struct source_break *end)
{
	bool packet = is_packet(head->type);

	if (head->length > BLOCK_MAX)
		return broken(end, packet,
			      packet ? "claims a block of more than 16 MiB: the file is damaged "
				       "from there on"
				     : "a block claims more than 16 MiB");
	make_room(c, head->length);
	size_t rest = head->length - have;
	size_t got = block_read(c->block, c->bytes + have, rest);
	if (got < rest)
		return broken(end, packet,
			      packet ? "is cut short: the file ends inside its block"
				     : "the file ends inside a block");
	struct slice whole = { c->bytes, head->length };
	if (pcapng_block(&whole, head->big, head, body))
		return broken(end, packet,
			      packet ? "does not end where its block says"
				     : "a block does not end where it says");
	return SOURCE_FRAME;
}

static enum source_step take_section(struct capture_pcapng *c, const struct pcapng_head *head,
				     struct slice body, struct source_break *end)
{
	enum err e = pcapng_section(body, head->big);

	if (e == ERR_UNSUPPORTED)
		return broken(end, false, "a section is of a pcapng version other than 1");
	if (e)
		return broken(end, false, "a section header is too short");
	c->big = head->big;
	c->before += (uint32_t)c->count;
	c->count = 0;
	return SOURCE_FRAME;
}

static enum source_step take_interface(struct capture_pcapng *c, struct slice body,
				       struct source_break *end)
{
	struct interface i = { 0 };

	if (c->count == INTERFACES_MAX)
		return broken(end, false, "the file describes more than 65,536 interfaces");
	if (pcapng_interface(body, c->big, &i.said))
		return broken(end, false, "the description of an interface is too short");
	i.link_type = capture_pcapng_link_type(i.said.link_type);
	if (c->count == c->interface_room) {
		c->interface_room = c->interface_room ? 2 * c->interface_room : 4;
		c->interfaces = mem_grow(c->interfaces, c->interface_room, sizeof *c->interfaces);
	}
	c->interfaces[c->count++] = i;
	return SOURCE_FRAME;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Statistics and counts beside packets tell of the same losses: the larger of the two holds. */
static void note_drops(struct capture_pcapng *c, struct interface *i, uint64_t statistics,
		       uint64_t more)
{
	uint64_t old = larger(i->statistics, i->between);

	i->statistics = larger(i->statistics, statistics);
	i->between = more > UINT64_MAX - i->between ? UINT64_MAX : i->between + more;
	uint64_t added = larger(i->statistics, i->between) - old;
	c->drops = added > UINT64_MAX - c->drops ? UINT64_MAX : c->drops + added;
}

/* Statistics that cannot be read cost nothing that was captured. */
static void take_statistics(struct capture_pcapng *c, struct slice body)
{
	struct pcapng_statistics s;

	if (!pcapng_statistics(body, c->big, &s) && s.iface < c->count)
		note_drops(c, &c->interfaces[s.iface], s.drops, 0);
}

static void take_secrets(struct capture_pcapng *c, struct slice body)
{
	struct pcapng_secrets s;

	if (pcapng_secrets(body, c->big, &s) || c->secret_count == SECRET_BLOCKS_MAX ||
	    s.text.n > SECRETS_MAX - c->secret_bytes) {
		c->secrets_refused++;
		return;
	}
	uint8_t *own = mem_zero(1, s.text.n);
	memcpy(own, s.text.p, s.text.n);
	c->secrets = mem_grow(c->secrets, c->secret_count + 1, sizeof *c->secrets);
	c->secrets[c->secret_count++] =
		(struct capture_secret){ .type = s.type, .text = { own, s.text.n } };
	c->secret_bytes += s.text.n;
}

static enum source_step take_packet(struct capture_pcapng *c, uint32_t type, struct slice body,
				    struct source_record *out, struct source_break *end)
{
	uint32_t snaplen = c->count ? c->interfaces[0].said.snaplen : 0;
	struct pcapng_packet p;
	enum err e = pcapng_packet(type, body, c->big, snaplen, &p);

	if (e == ERR_LIMIT)
		return broken(end, true,
			      "claims more than the 262144 bytes a record may hold: the file is "
			      "damaged from there on");
	if (e)
		return broken(end, true, "claims more bytes than its block holds");
	if (p.iface >= c->count)
		return broken(end, true, "belongs to an interface that the file does not describe");
	struct interface *i = &c->interfaces[p.iface];
	if (p.drops)
		note_drops(c, i, 0, p.drops);
	out->untimed = type == PCAPNG_SIMPLE_PACKET;
	if (!out->untimed)
		c->last_ns = pcapng_time(&i->said, p.ticks);
	out->odd_time = false;
	out->snaplen = i->said.snaplen;
	out->frame.bytes = p.bytes;
	out->frame.ts_ns = c->last_ns;
	out->frame.wire_len = p.wire_len;
	out->frame.iface = c->before + p.iface;
	out->frame.link_type = i->link_type;
	return SOURCE_FRAME;
}

static enum source_step take_block(struct capture_pcapng *c, const struct pcapng_head *head,
				   struct slice body, struct source_break *end)
{
	if (head->type == PCAPNG_SECTION)
		return take_section(c, head, body, end);
	if (head->type == PCAPNG_INTERFACE)
		return take_interface(c, body, end);
	if (head->type == PCAPNG_STATISTICS)
		take_statistics(c, body);
	else
		take_secrets(c, body);
	return SOURCE_FRAME;
}

enum source_step capture_pcapng_next(struct capture_pcapng *c, struct source_record *out,
				     struct source_break *end)
{
	struct pcapng_head head;
	struct slice body;
	size_t have;

	for (;;) {
		enum source_step s = read_head(c, &head, &have, end);

		if (s == SOURCE_FRAME)
			s = is_known(head.type) ? read_block(c, &head, have, &body, end)
						: skip_block(c, &head, end);
		if (s != SOURCE_FRAME)
			return s;
		if (is_packet(head.type))
			return take_packet(c, head.type, body, out, end);
		if (is_known(head.type))
			s = take_block(c, &head, body, end);
		if (s != SOURCE_FRAME)
			return s;
	}
}
