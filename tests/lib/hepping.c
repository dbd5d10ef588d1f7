/* hepping.c - chunks as the specification has them: vendor, type, length, value. */
#include "tests/lib/hepping.h"

enum { KEY = 14, PAYLOAD = 15, CHUNK = 6 };

static void add16(struct text *t, size_t v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	text_add_slice(t, (struct slice){ b, sizeof b });
}

static void chunk(struct text *t, uint16_t type, struct slice value)
{
	add16(t, 0);
	add16(t, type);
	add16(t, CHUNK + value.n);
	text_add_slice(t, value);
}

static void wrap(struct text *to, const struct text *chunks)
{
	text_add(to, "HEP3");
	add16(to, CHUNK + chunks->n);
	text_add_slice(to, (struct slice){ (const uint8_t *)text_of(chunks), chunks->n });
}

void hepping_packet(struct text *to, const char *payload, const char *key)
{
	struct text t = { 0 };

	chunk(&t, 1, SLICE("\2"));
	chunk(&t, 2, SLICE("\21"));
	chunk(&t, 3, SLICE("\12\0\0\1"));
	chunk(&t, 4, SLICE("\12\0\0\2"));
	chunk(&t, 7, SLICE("\23\304"));
	chunk(&t, 8, SLICE("\23\305"));
	chunk(&t, 9, SLICE("\151\125\271\0"));
	chunk(&t, 10, SLICE("\0\0\0\1"));
	chunk(&t, 11, SLICE("\1"));
	chunk(&t, 12, SLICE("\0\0\0\7"));
	if (key)
		chunk(&t, KEY, slice_of(key));
	chunk(&t, PAYLOAD, slice_of(payload));
	wrap(to, &t);
	text_free(&t);
}

void hepping_large(struct text *to, size_t octets)
{
	struct text t = { 0 };

	add16(&t, 0);
	add16(&t, PAYLOAD);
	add16(&t, octets - CHUNK);
	while (t.n < octets - CHUNK)
		text_add(&t, "x");
	wrap(to, &t);
	text_free(&t);
}
