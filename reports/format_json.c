/* format_json.c - the document as it is: one top-level key a line, one call a line. */
#include "reports/format.h"

#include <stdlib.h>
#include <string.h>

static void put_calls(struct document *d, FILE *out)
{
	(void)fputs("\"calls\": [", out);
	for (size_t i = 0; i < document_calls(d) && !ferror(out); i++) {
		const char *call = document_call_text(d, i);
		if (!call)
			break;
		(void)fprintf(out, "%s\n%s", i ? "," : "", call);
	}
	(void)fputs(document_calls(d) ? "\n]" : "]", out);
}

/* Enough digits for every number that was rounded when it was made, and no more. */
static void put_value(const json_t *value, FILE *out)
{
	(void)json_dumpf(value, out,
			 JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII |
				 JSON_REAL_PRECISION(12));
}

static void put_list(const json_t *list, FILE *out)
{
	size_t i;
	json_t *one;

	(void)fputs("[", out);
	json_array_foreach(list, i, one)
	{
		(void)fputs(i ? ",\n" : "\n", out);
		put_value(one, out);
	}
	(void)fputs(i ? "\n]" : "]", out);
}

void format_json_write(struct document *d, FILE *out, const struct report_style *style)
{
	const char *key, *before = "{\n";
	json_t *value;

	(void)style;
	json_object_foreach((json_t *)document_head(d), key, value)
	{
		(void)fprintf(out, "%s\"%s\": ", before, key);
		if (json_is_array(value))
			put_list(value, out);
		else
			put_value(value, out);
		before = ",\n";
		if (strcmp(key, "summary") == 0) {
			(void)fputs(before, out);
			put_calls(d, out);
		}
	}
	(void)fputs("\n}\n", out);
}
