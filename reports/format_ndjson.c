/* format_ndjson.c - a line a call, each with the run's id. */
#include "reports/format.h"

enum { BLOCK = 256 * 1024 };

void format_ndjson_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct text lines = { 0 }, call = { 0 };

	(void)style;
	for (size_t i = 0; i < document_calls(d) && !ferror(out); i++) {
		text_clear(&call);
		if (!document_call_text(d, i, &call))
			break;
		text_addf(&lines, "{\"run\":\"%s\",%s\n", document_run_id(d), call.p + 1);
		if (lines.n < BLOCK)
			continue;
		(void)fwrite(lines.p, 1, lines.n, out);
		text_clear(&lines);
	}
	if (lines.n)
		(void)fwrite(lines.p, 1, lines.n, out);
	text_free(&lines);
	text_free(&call);
}
