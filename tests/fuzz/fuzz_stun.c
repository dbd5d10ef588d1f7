/* fuzz_stun.c - STUN messages, ChannelData, and a stream of both. */
#include <stdlib.h>

#include "analyzer/proto/stun/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_one(struct slice s)
{
	struct stun_message m;
	struct stun_channel_data d;

	if (stun_parse(s, &m) == ERR_OK && m.username.n + m.data.n > s.n)
		abort();
	if (stun_channel_parse(s, &d) == ERR_OK && d.data.n > s.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice stream = { data, size };
	struct stun_frame frame;

	parse_one(stream);
	while (stun_frame(&stream, &frame) == ERR_OK)
		parse_one(frame.bytes);
	return 0;
}
