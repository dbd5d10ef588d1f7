/* fuzz_msrp.c - MSRP out of a stream. */
#include <stdlib.h>

#include "analyzer/proto/media/msrp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Octets in pieces: where msrp_ends says that nothing has changed, nothing has. */
static void in_pieces(struct slice s, size_t step)
{
	struct msrp_message m;
	size_t head = 0, seen = 0;

	for (size_t have = step; have <= s.n; have += step) {
		struct slice now = slice_upto(s, have);
		bool skip = head && !msrp_ends(now, head, seen);
		enum err e = msrp_next(&now, &m);
		if (skip && (e != ERR_TRUNCATED || m.head != head))
			abort();
		if (e != ERR_TRUNCATED)
			return;
		head = m.head;
		seen = have;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct msrp_message m;

	(void)msrp_looks_like(s);
	in_pieces(s, size % 5 + 1);
	for (size_t before = s.n; msrp_next(&s, &m) == ERR_OK; before = s.n)
		if (s.n >= before || m.body.n > before)
			abort();
	return 0;
}
