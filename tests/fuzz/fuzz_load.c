/* fuzz_load.c - a report of a stranger in every format; its JSON reads back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/slice.h"
#include "reports/load.h"
#include "reports/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct document *load(const void *data, size_t size)
{
	FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	struct document *d = NULL;
	char *why = NULL;

	if (in && load_report(in, &d, &why) != ERR_OK && !why)
		__builtin_trap();
	free(why);
	if (in)
		fclose(in);
	return d;
}

static char *written(struct document *d, const struct report_format *f, size_t *n)
{
	const struct report_style style = { false, 80, 0 };
	char *text = NULL;
	FILE *out = open_memstream(&text, n);

	if (report_write_stream(f, d, out, &style) != ERR_OK || fclose(out) != 0)
		__builtin_trap();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document *d = load(data, size);
	size_t n, m;

	for (size_t i = 0; d && report_at(i); i++) {
		char *text = written(d, report_at(i), &n);
		if (strcmp(report_at(i)->name, "json") == 0) {
			struct document *again = load(text, n);
			char *twice = again ? written(again, report_at(i), &m) : NULL;
			if (!twice || n != m || memcmp(text, twice, n) != 0)
				__builtin_trap();
			document_free(again);
			free(twice);
		}
		free(text);
	}
	document_free(d);
	return 0;
}
