/* fuzz_engagement.c - the file of --engagement, and what the document says of it. */
#include <jansson.h>
#include <stdlib.h>

#include "reports/engagement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = { "alice", "bob" };
	struct slice text = { data, size };
	struct engagement *e;
	char *why;

	if (engagement_parse(text, &e, &why) == ERR_OK) {
		struct redactor *hide = redact_new(REDACT_MASK, true);
		json_decref(engagement_json(e, hide, "e.json", "", labels, 2));
		redact_free(hide);
	} else if (!why) {
		__builtin_trap();
	}
	engagement_free(e);
	free(why);
	return 0;
}
