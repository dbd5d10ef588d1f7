/* fuzz_tls_open.c - records under keys the fuzzer has: what was sealed opens, and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/tls_open.h"
#include "tests/lib/tls_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 3, TEXT_MAX = 4096, STEPS = 64 };
enum what { SEALED, DAMAGED, RAW, FINISHED, UPDATE, WHATS };

static uint8_t wire[TLS_BODY_MAX + TLS_SEAL_ROOM], plain[TLS_BODY_MAX];

struct play {
	struct tls_seal seal;
	struct tls_open *open;
};

static bool opens(struct play *p, bool from_client, size_t n, struct tls_opened *out)
{
	struct slice s = { wire, n };
	struct tls_record r;

	return tls_next(&s, &r) == ERR_OK && tls_open_record(p->open, from_client, &r, plain, out);
}

static void sealed(struct play *p, bool from_client, uint8_t type, struct slice text)
{
	size_t n = tls_seal_record(&p->seal, from_client, type, text, wire);
	struct tls_opened got;

	if (!opens(p, from_client, n, &got) || got.type != type || got.n != text.n ||
	    memcmp(plain, text.p, text.n) != 0)
		abort();
}

/* One octet of a good record is another: of the body, since of the header not all counts. */
static void damaged(struct play *p, bool from_client, uint8_t type, struct slice text)
{
	struct tls_seal before = p->seal;
	size_t n = tls_seal_record(&p->seal, from_client, type, text, wire);
	struct tls_opened got;

	p->seal = before;
	wire[5 + text.p[0] % (n - 5)] ^= (uint8_t)(text.p[text.n - 1] | 1);
	if (opens(p, from_client, n, &got))
		abort();
}

static void raw(struct play *p, bool from_client, struct slice bytes)
{
	struct tls_opened got;

	memcpy(wire, bytes.p, bytes.n);
	if (opens(p, from_client, bytes.n, &got))
		abort();
}

/* side, kind and type of a record; two octets of length; its text. */
static size_t step(struct play *p, const uint8_t *data, size_t size)
{
	size_t n = (size_t)data[1] << 8 | data[2];
	bool from_client = data[0] & 1;
	uint8_t type = (uint8_t)(20 + (data[0] >> 1 & 3));

	n = n > size - HEAD ? size - HEAD : n > TEXT_MAX ? TEXT_MAX : n;
	struct slice text = { data + HEAD, n };
	switch ((data[0] >> 3) % WHATS) {
	case SEALED:
		sealed(p, from_client, type, text);
		break;
	case DAMAGED:
		if (n)
			damaged(p, from_client, type, text);
		break;
	case RAW:
		raw(p, from_client, text);
		break;
	case FINISHED:
		tls_open_finished(p->open, from_client);
		tls_seal_finished(&p->seal, from_client);
		break;
	case UPDATE:
		tls_open_update(p->open, from_client);
		tls_seal_update(&p->seal, from_client);
		break;
	}
	return HEAD + n;
}

/* The suite, then steps. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keyring *keys;
	struct play p;

	if (!keys) {
		keys = keyring_new();
		tls_seal_secrets(keys);
	}
	if (size < 1)
		return 0;
	tls_seal_begin(&p.seal, data[0]);
	struct tls_keying k = tls_seal_keying(&p.seal);
	p.open = tls_open_new(keys, &k);
	if (!p.open)
		abort();
	data++;
	size--;
	for (unsigned i = 0; i < STEPS && size >= HEAD; i++) {
		size_t used = step(&p, data, size);
		data += used;
		size -= used;
	}
	tls_open_free(p.open);
	return 0;
}
