/* fuzz_keylog.c - key material as a stranger may hand it over. */
#include "analyzer/crypto/keylog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };

	(void)keylog_count(s);
	if (keylog_private_key(s) != ERR_OK && keylog_count(s) > size)
		__builtin_trap();
	return 0;
}
