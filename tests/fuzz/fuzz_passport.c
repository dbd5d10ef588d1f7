/* fuzz_passport.c - a PASSporT taken apart and decoded, with as much room as its size and less. */
#include <stdlib.h>

#include "analyzer/proto/passport/passport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(struct slice text, size_t room)
{
	uint8_t *out = malloc(room ? room : 1);
	int n = passport_decode(text, out, room);

	if (n >= 0 && (size_t)n != text.n * 6 / 8)
		abort();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice token = { data, size };
	struct passport p;

	if (size && passport_decode(token, NULL, 0) > 0)
		abort();
	if (passport_split(token, &p) != ERR_OK)
		return 0;
	if (p.text.n != p.header.n + 1 + p.claims.n || p.text.n + 1 + p.signature.n != size)
		abort();
	if (p.compact != (p.text.n == 1))
		abort();
	decode(p.claims, p.claims.n * 6 / 8);
	decode(p.signature, size % 70);
	return 0;
}
