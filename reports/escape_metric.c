/* escape_metric.c - text as the value of a Prometheus label. */
#include "reports/escape_metric.h"

void escape_metric_label(struct text *t, const char *s)
{
	struct text seen = { NULL, 0, 0 };

	text_printable(&seen, slice_of(s));
	text_add(t, "\"");
	for (const char *c = text_of(&seen); *c; c++)
		text_addf(t, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	text_add(t, "\"");
	text_free(&seen);
}
