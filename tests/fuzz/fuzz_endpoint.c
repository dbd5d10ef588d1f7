/* fuzz_endpoint.c - requests of whoever can reach the metrics. */
#include "analyzer/watch/endpoint_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was answered stays the answer, whatever comes behind it; what was not is waited for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_upto((struct slice){ data, size }, ENDPOINT_REQUEST_MOST);
	struct endpoint_request whole = endpoint_request_read(all);

	if (all.n == ENDPOINT_REQUEST_MOST && !whole.status)
		__builtin_trap();
	for (size_t n = 0; n < all.n; n++) {
		struct endpoint_request part = endpoint_request_read(slice_upto(all, n));
		if (part.status && (part.status != whole.status || part.page != whole.page ||
				    part.head != whole.head))
			__builtin_trap();
	}
	return 0;
}
