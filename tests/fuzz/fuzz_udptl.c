/* fuzz_udptl.c - fax datagrams and floor control. */
#include <stdlib.h>

#include "analyzer/proto/media/bfcp.h"
#include "analyzer/proto/media/udptl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct udptl_packet packet;
	struct bfcp_message message;

	if (udptl_parse(s, &packet) == ERR_OK && packet.primary.n > size)
		abort();
	(void)udptl_looks_like(s);
	(void)bfcp_looks_like(s);
	while (bfcp_next(&s, &message) == ERR_OK)
		;
	return 0;
}
