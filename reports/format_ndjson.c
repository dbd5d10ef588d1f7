/* format_ndjson.c - a line a call, each with the run's id. */
#include "reports/format.h"

void format_ndjson_write(struct document *d, FILE *out, const struct report_style *style)
{
	(void)style;
	for (size_t i = 0; i < document_calls(d) && !ferror(out); i++) {
		const char *call = document_call_text(d, i);
		if (!call)
			return;
		(void)fprintf(out, "{\"run\":\"%s\",%s\n", document_run_id(d), call + 1);
	}
}
