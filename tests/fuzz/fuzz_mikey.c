/* fuzz_mikey.c - the common header of a MIKEY message. */
#include <stdlib.h>

#include "analyzer/proto/mikey/mikey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mikey m;

	if (mikey_read((struct slice){ data, size }, &m) != ERR_OK)
		return 0;
	if (size < MIKEY_HEADER || m.version != data[0] || m.type != data[1])
		abort();
	return 0;
}
