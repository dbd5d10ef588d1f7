/* fuzz_require.c - any text as a requirement: refused in words, or answered for every verdict. */
#include <stdlib.h>
#include <string.h>

#include "rules/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_all(const struct require *r)
{
	static struct judgement j;

	for (int i = 0; i < SHOWN_COUNT * LABELS; i++) {
		for (int c = 0; c < CONDITIONS; c++) {
			j.conditions[c].shown = (enum shown)(i % SHOWN_COUNT);
			j.conditions[c].v.complete = i & 1;
		}
		j.label = (enum label)(i / SHOWN_COUNT);
		(void)require_ask(r, &(struct require_row){ NULL, &j, j.label });
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *why = NULL;
	struct require *r = NULL;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (require_parse(text, &r, &why) == ERR_OK)
		ask_all(r);
	else if (!why)
		abort();
	require_free(r);
	free(why);
	free(text);
	return 0;
}
