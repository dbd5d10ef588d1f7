/* fuzz_contrast.c - two reports as strangers may hand them over: compared in all formats, and as a
 * baseline. */
#include <stdlib.h>

#include "analyzer/base/slice.h"
#include "reports/contrast.h"
#include "rules/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err take(struct contrast *c, enum contrast_side side, struct slice s)
{
	FILE *in = s.n ? fmemopen((void *)(uintptr_t)s.p, s.n, "r") : NULL;
	const char *why;

	if (!in)
		return ERR_MALFORMED;
	enum err e = contrast_read(c, side, "report", in, &why);
	fclose(in);
	return e;
}

static void told(struct contrast *c)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	(void)contrast_result(c);
	if (!contrast_text_write(c, out, 80) || !contrast_markdown_write(c, out) ||
	    !contrast_json_write(c, out) || fclose(out) != 0)
		__builtin_trap();
	free(text);
}

static void as_baseline(struct slice s)
{
	FILE *in = s.n ? fmemopen((void *)(uintptr_t)s.p, s.n, "r") : NULL;
	struct baseline *b = NULL;
	char *why = NULL;

	if (!in)
		return;
	if (baseline_read(in, NULL, &b, &why) == ERR_OK) {
		for (size_t i = 0; i < baseline_count(b); i++)
			(void)baseline_ask(b, baseline_at(b, i)->id, SEVERITY_HIGH);
		if (baseline_gone(b))
			__builtin_trap();
	} else if (!why) {
		__builtin_trap();
	}
	free(why);
	baseline_free(b);
	fclose(in);
}

/* The two are parted by a NUL, which no JSON holds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice whole = { data, size };
	size_t at = slice_find(whole, 0);
	struct slice first = slice_upto(whole, at), second = slice_from(whole, at + 1);
	struct contrast *c = contrast_new();

	as_baseline(first);
	if (take(c, CONTRAST_BEFORE, first) == ERR_OK &&
	    take(c, CONTRAST_AFTER, second.n ? second : first) == ERR_OK)
		told(c);
	contrast_free(c);
	return 0;
}
