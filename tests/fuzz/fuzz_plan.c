/* fuzz_plan.c - a report as a stranger may hand it over, planned in both formats. */
#include <stdlib.h>

#include "analyzer/base/slice.h"
#include "reports/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = size ? fmemopen((void *)data, size, "r") : NULL;
	char *text = NULL;
	const char *why;
	struct plan *p;
	size_t n;

	if (!in)
		return 0;
	if (plan_read(in, &p, &why) == ERR_OK) {
		FILE *out = open_memstream(&text, &n);
		if (!plan_write_text(p, out, 80) || !plan_write_json(p, out) || fclose(out) != 0)
			__builtin_trap();
		free(text);
	}
	plan_free(p);
	fclose(in);
	return 0;
}
