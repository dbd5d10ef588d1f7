/* fuzz_dtls.c - DTLS records and their handshake fragments; the first octet is the id length. */
#include <stdlib.h>

#include "analyzer/proto/dtls/dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct dtls_record record;
	struct dtls_fragment f;

	if (size == 0)
		return 0;
	(void)dtls_looks_like(slice_from(s, 1));
	for (s = slice_from(s, 1); dtls_next(&s, data[0], &record) == ERR_OK;)
		while (dtls_fragment_next(&record.body, &f) == ERR_OK)
			if (f.offset + f.body.n > f.total)
				abort();
	return 0;
}
