/* fuzz_hep.c - HEPv3 packets one behind the other: each is cut off whole, inside what was given. */
#include <stdlib.h>

#include "analyzer/proto/hep/hep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t sink;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct hep_packet p;

	for (;;) {
		struct slice before = s;
		if (hep_next(&s, &p) != ERR_OK)
			break;
		if (!hep_looks_like(before) || s.n >= before.n || before.n - s.n < HEP_HEADER ||
		    p.payload.n > before.n - s.n)
			abort();
		if (p.payload.n)
			sink += p.payload.p[0] + p.payload.p[p.payload.n - 1];
	}
	if (s.n > size)
		abort();
	return 0;
}
