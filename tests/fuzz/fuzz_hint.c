/* fuzz_hint.c - datagrams of one flow before nDPI, in the headers that are written for it. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/observe/hint_ndpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 3, UDP = 17 };

static volatile size_t sink;

static struct payload datagram(uint8_t flags, struct slice bytes, struct frame *frame)
{
	static const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };
	static const uint16_t ports[4] = { 5060, 4000, 53, 3478 };
	struct addr v6 = { { 0xfd } };
	struct endpoint src = { flags & 2 ? v6 : addr_v4(a), 4001 };
	struct endpoint dst = { addr_v4(b), ports[flags >> 2 & 3] };

	frame->ts_ns += 1000000;
	return (struct payload){ .bytes = bytes,
				 .flow = flags & 1 ? addr_flow_key(dst, src, UDP)
						   : addr_flow_key(src, dst, UDP),
				 .frame = frame };
}

/* way, version and port; two octets of length; the datagram. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hint_ndpi *hint;
	struct hint_flow *flow = NULL;
	struct frame frame = { .ts_ns = 1000000000 };
	const char *name = NULL;
	bool done = false;

	if (hint && hint_ndpi_flows(hint) >= HINT_NDPI_FLOWS) {
		hint_ndpi_free(hint);
		hint = NULL;
	}
	if (!hint)
		hint = hint_ndpi_new();
	while (size > HEAD && !done) {
		size_t n = (size_t)data[1] << 8 | data[2];
		n = n > size - HEAD ? size - HEAD : n;
		struct payload p = datagram(data[0], (struct slice){ data + HEAD, n }, &frame);
		done = hint_ndpi_packet(hint, &flow, &p, &name);
		sink += name ? strlen(name) : 0;
		data += HEAD + n;
		size -= HEAD + n;
	}
	hint_ndpi_forget(&flow);
	return 0;
}
