/* fuzz_feed_hep.c - what senders to a HEP listener can send: cut, checked, made a frame of. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/feed/feed_hep_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *frame;

static void make(struct slice packet)
{
	static const uint8_t v4[4] = { 192, 0, 2, 1 }, v6[16] = { 0x20, 1, 0xd, 0xb8 };
	struct endpoint a = { addr_v4(v4), 5060 }, b = { addr_v6(v6), 9060 };
	size_t four = feed_hep_frame_make(frame, packet, &a, &a, 1);
	if (four != 28 + packet.n || memcmp(frame + 28, "HEP3", 4) != 0)
		abort();
	if (feed_hep_frame_make(frame, packet, &b, &b, 2) != 48 + packet.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size }, packet;

	if (!frame)
		frame = mem_zero(1, FEED_HEP_FRAME_MAX);
	while (feed_hep_frame_cut(&s, &packet) == ERR_OK) {
		enum err open = feed_hep_frame_check(packet, NULL);
		enum err key = feed_hep_frame_check(packet, "key");
		/* The key alone makes the difference. */
		if (key != open && !(open == ERR_OK && key == ERR_USAGE) &&
		    !(open == ERR_LIMIT && key == ERR_USAGE))
			abort();
		if (open == ERR_OK)
			make(packet);
	}
	if (s.n > size)
		abort();
	return 0;
}
