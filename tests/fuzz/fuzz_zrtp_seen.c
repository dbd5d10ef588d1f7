/* fuzz_zrtp_seen.c - ZRTP messages of one flow, each with the checksum that fits. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/observe/zrtp_seen.h"
#include "analyzer/proto/zrtp/zrtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 3, ROOM = 2048, HEADER = 12, UDP = 17 };

static volatile uint64_t sink;

static void tell(void *ctx, const struct observation *o)
{
	(void)ctx;
	for (int i = 0; i < 2; i++)
		sink += o->as.zrtp.side[i].hello_hash[0] + o->as.zrtp.side[i].chain;
	if (o->as.zrtp.hash[ZRTP_NAME] || o->as.zrtp.sas[ZRTP_NAME])
		abort();
}

/* way, SSRC and telling; two octets of length; the message, from its preamble on. */
static size_t give(struct tell *t, struct flow *f, const uint8_t *data, size_t size,
		   struct frame *frame)
{
	static uint8_t p[ROOM];
	size_t n = (size_t)data[1] << 8 | data[2], room = ROOM - HEADER - 4;

	n = n > size - HEAD ? size - HEAD : n;
	size_t kept = n > room ? room : n;
	memcpy(p, "\x10\0\0\1ZRTP\0\0\0", 11);
	p[11] = data[0] >> 6;
	memcpy(p + HEADER, data + HEAD, kept);
	if (kept >= 4 && !(data[0] & 4)) {
		p[HEADER + 2] = (uint8_t)(kept / 4 >> 8);
		p[HEADER + 3] = (uint8_t)(kept / 4);
		kept -= kept % 4;
	}
	uint32_t crc = zrtp_crc32c((struct slice){ p, HEADER + kept });
	for (size_t i = 0; i < 4; i++)
		p[HEADER + kept + i] = (uint8_t)(crc >> (8 * i));
	frame->number++;
	frame->ts_ns += WHEN_SECOND;
	zrtp_seen_packet(t, f, data[0] & 1,
			 &(struct payload){ .bytes = { p, HEADER + kept + 4 }, .frame = frame });
	if (data[0] & 2)
		zrtp_seen_tell(t, f);
	return HEAD + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };
	struct frame frame = { .ts_ns = WHEN_SECOND };
	struct tell t = { .fn = tell };
	struct flow f = { .key = addr_flow_key((struct endpoint){ addr_v4(a), 4000 },
					       (struct endpoint){ addr_v4(b), 5000 }, UDP) };

	cold_of(&f);
	while (size > HEAD) {
		size_t used = give(&t, &f, data, size, &frame);
		data += used;
		size -= used;
	}
	zrtp_seen_tell(&t, &f);
	cold_free(&f);
	return 0;
}
