/* fuzz_zrtp.c - ZRTP packets and Hellos. */
#include <stdlib.h>

#include "analyzer/proto/zrtp/zrtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct zrtp_packet p;
	struct zrtp_hello hello;

	if (zrtp_parse(s, &p) == ERR_OK && !zrtp_looks_like(s))
		abort();
	/* The checksum stands between the fuzzer and the Hello: go round it. */
	if (zrtp_hello(s, &hello) == ERR_OK && hello.mac.n != 8)
		abort();
	return 0;
}
