/* fuzz_extract_sip.c - any message written anew is lines of printable text. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/alias.h"
#include "analyzer/cmd/extract_sip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_anew(enum redact mode, struct slice message)
{
	struct redactor *hide = redact_new(mode, true);
	struct alias *a = alias_new(hide, mode, true);
	struct text out = { 0 };

	if (extract_sip_write(a, message, &out)) {
		for (size_t i = 0; i < out.n; i++)
			if ((uint8_t)out.p[i] >= 0x7f ||
			    ((uint8_t)out.p[i] < 0x20 && out.p[i] != '\r' && out.p[i] != '\n'))
				__builtin_trap();
	} else if (out.n) {
		__builtin_trap();
	}
	text_free(&out);
	alias_free(a);
	redact_free(hide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	write_anew(REDACT_MASK, (struct slice){ data, size });
	write_anew(REDACT_NONE, (struct slice){ data, size });
	return 0;
}
