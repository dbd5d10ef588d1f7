/* fuzz_msrp.c - MSRP out of a stream. */
#include <stdlib.h>

#include "analyzer/proto/media/msrp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct msrp_message m;

	(void)msrp_looks_like(s);
	for (size_t before = s.n; msrp_next(&s, &m) == ERR_OK; before = s.n)
		if (s.n >= before || m.body.n > before)
			abort();
	return 0;
}
