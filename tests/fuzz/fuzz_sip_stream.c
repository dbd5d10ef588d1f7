/* fuzz_sip_stream.c - a byte stream framed whole and in pieces must give the same messages. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sip_message message;

/* Cuts what can be cut from s, whose end grows by `step`; a digest of the messages in order. */
static uint64_t run(struct slice s, size_t step, size_t *messages)
{
	size_t at = 0, have = step < s.n ? step : s.n, seen = 0;
	uint64_t sum = 0;

	*messages = 0;
	for (;;) {
		struct slice now = { s.p + at, have - at };
		struct sip_frame f = sip_frame_next(now, seen);
		seen = f.seen;
		if (f.kind == SIP_FRAME_MORE) {
			if (f.n || f.need <= now.n)
				abort();
			if (have == s.n)
				return sum;
			have = have + step < s.n ? have + step : s.n;
			continue;
		}
		if (!f.n || f.n > now.n)
			abort();
		if (f.kind == SIP_FRAME_MESSAGE) {
			struct slice m = slice_upto(now, f.n);
			(void)sip_parse(m, &message);
			sum = sum * 31 + hash_fixed(m);
			++*messages;
		}
		at += f.n;
		seen = 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t whole, pieces;

	if (size < 2)
		return 0;
	uint8_t *own = malloc(size - 1);
	memcpy(own, data + 1, size - 1);
	struct slice s = { own, size - 1 };
	uint64_t a = run(s, s.n, &whole);
	uint64_t b = run(s, (size_t)data[0] + 1, &pieces);
	if (whole != pieces || a != b)
		abort();
	free(own);
	return 0;
}
