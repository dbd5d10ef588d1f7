/* fuzz_rtcp.c - RTCP compounds. */
#include <stdlib.h>

#include "analyzer/proto/rtp/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtcp_read seen;

	rtcp_parse((struct slice){ data, size }, &seen);
	if (seen.has_cname && (seen.cname.p < data || seen.cname.p + seen.cname.n > data + size))
		abort();
	if (seen.look == RTCP_LOOK_CLEAR && seen.packets == 0)
		abort();
	return 0;
}
