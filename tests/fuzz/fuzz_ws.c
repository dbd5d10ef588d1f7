/* fuzz_ws.c - the upgrade to WebSocket and its frames: what is peeked at is what is cut off. */
#include <stdlib.h>

#include "analyzer/proto/ws/ws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

static void read_frames(struct slice s)
{
	static uint8_t plain[WS_FRAME_MAX];
	struct ws_frame peeked, f;

	for (;;) {
		enum err e = ws_peek(s, &peeked);
		size_t before = s.n;
		if (ws_next(&s, &f) != ERR_OK)
			return;
		if (e != ERR_OK || peeked.opcode != f.opcode || peeked.payload.n != f.payload.n ||
		    s.n >= before || f.payload.n > WS_FRAME_MAX)
			abort();
		ws_unmask(&f, plain);
		if (f.payload.n)
			sink += plain[f.payload.n - 1];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct ws_head head;

	if (ws_head(s, &head) == ERR_OK) {
		if (!ws_looks_like(s) || head.n > size || head.n > WS_HEAD_MAX)
			abort();
		sink += ws_lists(head.protocols, SLICE("sip"));
		s = slice_from(s, head.n);
	}
	read_frames(s);
	return 0;
}
