/* fuzz_rtp.c - RTP headers: the quick look and the whole parse agree. */
#include <stdlib.h>

#include "analyzer/proto/rtp/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct rtp_quick q;
	struct rtp_packet p;
	bool ok = rtp_parse(s, &p) == ERR_OK;

	if (ok != rtp_look(s, &q))
		abort();
	if (ok && (p.quick.header_len + p.body.n != size || p.payload.n + p.padding != p.body.n))
		abort();
	return 0;
}
