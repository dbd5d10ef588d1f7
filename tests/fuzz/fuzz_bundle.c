/* fuzz_bundle.c - the parts of a bundle from a stranger: container, extract, manifest, signature.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/bundle_parts.h"
#include "reports/extract_file.h"
#include "reports/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is written again to the same octets. */
static void container(struct slice s)
{
	FILE *in = fmemopen((void *)(uintptr_t)s.p, s.n, "r");
	struct archive *a = calloc(1, sizeof *a);
	const char *why;
	uint64_t at;
	char *text = NULL;
	size_t n;

	if (archive_read(in, a, &why, &at) == ERR_OK) {
		FILE *out = open_memstream(&text, &n);
		if (archive_write(a, out) != ERR_OK || fclose(out) != 0 || n != s.n ||
		    memcmp(text, s.p, n) != 0)
			__builtin_trap();
	}
	free(text);
	archive_free(a);
	free(a);
	fclose(in);
}

static void extract(struct slice s)
{
	struct extract_file f;
	struct extract_frame one;
	char *text = NULL;
	size_t n;

	if (extract_file_open(&f, s) == ERR_OK) {
		FILE *out = open_memstream(&text, &n);
		bool good = extract_file_begin(out, text_of(&f.label));
		enum err e;
		while ((e = extract_file_next(&f, &one)) == ERR_OK)
			good = good && extract_file_frame(out, &one);
		if (!good || fclose(out) != 0 || memcmp(text, s.p, n) != 0 ||
		    (e == ERR_TRUNCATED && n != s.n))
			__builtin_trap();
	}
	free(text);
	extract_file_close(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bundle_said said;
	struct sign_seen seen;

	if (size < 2)
		return 0;
	struct slice s = { data + 1, size - 1 };
	switch (data[0] % 4) {
	case 0:
		container(s);
		break;
	case 1:
		extract(s);
		break;
	case 2:
		(void)bundle_parts_read(s, &said);
		break;
	default:
		if (sign_check(s, SLICE("{}\n"), (struct slice){ NULL, 0 }, &seen) != ERR_OK)
			__builtin_trap();
		break;
	}
	return 0;
}
