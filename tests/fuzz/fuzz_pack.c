/* fuzz_pack.c - a pack of rules as a stranger may hand it over, and its examples run. */
#include <stdlib.h>

#include "rules/example.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pack_set *s = pack_set_new();
	char *why = NULL;

	if (pack_add(s, "pack.json", (struct slice){ data, size }, data && size % 2, &why) ==
	    ERR_OK) {
		struct example_results r;
		example_run(s, 0, &r);
		for (size_t i = 0; i < r.count; i++)
			if (r.list[i].passed == (r.list[i].why != NULL))
				__builtin_trap();
		example_free(&r);
	} else if (!why) {
		__builtin_trap();
	}
	free(why);
	pack_set_free(s);
	return 0;
}
