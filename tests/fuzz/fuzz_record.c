/* fuzz_record.c - hostile text in every field of a call: JSON must load, and no format may let it
 * act. */
#include <stdlib.h>
#include <string.h>

#include "reports/jvalue.h"
#include "tests/lib/reporting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(int holds)
{
	if (!holds)
		abort();
}

/* Every '<' of the page is ours: a letter, '/' or '!' follows, and no control stands anywhere. */
static void look_at(const char *format, const char *text)
{
	for (const char *p = text; *p; p++)
		expect((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t');
	expect(strstr(text, "\xc2\x9b") == NULL);
	if (strcmp(format, "html") == 0)
		expect(strstr(text, "<fuzz") == NULL && strstr(text, "\"fuzz") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "json", "ndjson", "text", "html" };
	static struct reporting m;
	char *s = malloc(size + 6);

	expect(s != NULL);
	memcpy(s, data, size);
	memcpy(s + size, "<fuzz", 6);
	struct document *d = reporting_begin(size % 3 ? REDACT_NONE : REDACT_MASK, size % 2);
	reporting_call(&m, 0);
	reporting_fill(&m, s);
	m.call.from_user.n = m.call.to_host.n = m.legs[1].call_id.n = size; /* NUL bytes too */
	reporting_add(d, &m);
	reporting_finish(d);
	const char *format = formats[size / 6 % 4];
	char *text = reporting_text(d, format, 80);
	look_at(format, text);
	free(text);
	json_t *call = document_call(d, 0);
	expect(json_is_object(call));
	json_decref(call);
	document_free(d);
	free(s);
	return 0;
}
