/* hint_ndpi.c - nDPI as a second opinion on flows that nobody claims; the only file that includes
 * it. */
#include "analyzer/observe/hint_ndpi.h"

#include <ndpi_api.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

#if NDPI_MAJOR != 4
#error "this file speaks nDPI 4; its calls changed before and after"
#endif

enum {
	V4_HEAD = 20,
	V6_HEAD = 40,
	UDP_HEAD = 8,
	SHOWN = 1400, /* octets of a payload; nDPI decides by the first few */
	NAMES = 512,
	NAME = 32,
};

struct hint_ndpi {
	struct ndpi_detection_module_struct *module;
	bool tried;
	uint32_t flows;
	uint64_t refused;
};

struct hint_flow {
	struct ndpi_flow_struct *flow;
	uint8_t packets;
};

struct hint_ndpi *hint_ndpi_new(void)
{
	return mem_zero(1, sizeof(struct hint_ndpi));
}

void hint_ndpi_free(struct hint_ndpi *h)
{
	if (!h)
		return;
	if (h->module)
		ndpi_exit_detection_module(h->module);
	free(h);
}

static bool started(struct hint_ndpi *h)
{
	NDPI_PROTOCOL_BITMASK all;

	if (h->tried)
		return h->module != NULL;
	h->tried = true;
	h->module = ndpi_init_detection_module(ndpi_no_prefs);
	if (!h->module)
		return false;
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(h->module, &all);
	ndpi_finalize_initialization(h->module);
	return true;
}

void hint_ndpi_forget(struct hint_flow **flow)
{
	if (!*flow)
		return;
	ndpi_free_flow((*flow)->flow);
	free(*flow);
	*flow = NULL;
}

static void put16(uint8_t *to, size_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

/* nDPI wants to see the network header, which wire has taken off: one is written anew. */
static unsigned short write_packet(uint8_t *to, const struct payload *p)
{
	const struct flow_key *k = &p->flow;
	struct slice shown = slice_upto(p->bytes, SHOWN);
	size_t head = addr_is_v4(&k->src) && addr_is_v4(&k->dst) ? V4_HEAD : V6_HEAD;

	memset(to, 0, head + UDP_HEAD);
	if (head == V4_HEAD) {
		to[0] = 0x45;
		put16(to + 2, head + UDP_HEAD + shown.n);
		to[8] = 64;
		to[9] = k->proto;
		memcpy(to + 12, k->src.b + 12, 4);
		memcpy(to + 16, k->dst.b + 12, 4);
	} else {
		to[0] = 0x60;
		put16(to + 4, UDP_HEAD + shown.n);
		to[6] = k->proto;
		to[7] = 64;
		memcpy(to + 8, k->src.b, 16);
		memcpy(to + 24, k->dst.b, 16);
	}
	put16(to + head, k->sport);
	put16(to + head + 2, k->dport);
	put16(to + head + 4, UDP_HEAD + shown.n);
	if (shown.n)
		memcpy(to + head + UDP_HEAD, shown.p, shown.n);
	return (unsigned short)(head + UDP_HEAD + shown.n);
}

/* Observations outlive the module, so names are kept where nothing frees them. */
static const char *name_of(struct ndpi_detection_module_struct *m, ndpi_protocol found)
{
	static char names[NAMES][NAME];
	uint16_t id = found.app_protocol ? found.app_protocol : found.master_protocol;

	if (id == NDPI_PROTOCOL_UNKNOWN || id >= NAMES)
		return NULL;
	if (!names[id][0])
		strncpy(names[id], ndpi_get_proto_name(m, id), NAME - 1);
	return names[id];
}

static struct hint_flow *flow_new(struct hint_ndpi *h)
{
	struct hint_flow *f = mem_zero(1, sizeof *f);

	f->flow = ndpi_flow_malloc(SIZEOF_FLOW_STRUCT);
	if (!f->flow) {
		free(f);
		return NULL;
	}
	memset(f->flow, 0, SIZEOF_FLOW_STRUCT);
	h->flows++;
	return f;
}

bool hint_ndpi_packet(struct hint_ndpi *h, struct hint_flow **flow, const struct payload *p,
		      const char **name)
{
	uint8_t packet[V6_HEAD + UDP_HEAD + SHOWN];

	*name = NULL;
	if (!*flow) {
		if (h->flows >= HINT_NDPI_FLOWS) {
			h->refused++;
			return true;
		}
		if (!started(h))
			return true;
		*flow = flow_new(h);
		if (!*flow)
			return true;
	}
	unsigned short n = write_packet(packet, p);
	ndpi_protocol found = ndpi_detection_process_packet(h->module, (*flow)->flow, packet, n,
							    p->frame->ts_ns / WHEN_MS);
	*name = name_of(h->module, found);
	if (!*name && ++(*flow)->packets < HINT_NDPI_PACKETS)
		return false;
	hint_ndpi_forget(flow);
	return true;
}

uint32_t hint_ndpi_flows(const struct hint_ndpi *h)
{
	return h->flows;
}

uint64_t hint_ndpi_refused(const struct hint_ndpi *h)
{
	return h->refused;
}
