/* fuzz_dtls_seen.c - datagrams of one flow, joined and read as DTLS handshakes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/observe/dtls_seen.h"
#include "analyzer/observe/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 3, UDP = 17 };

static volatile uint64_t sink;

static void read_slice(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		sink += s.p[i];
}

static void tell(void *ctx, const struct observation *o)
{
	(void)ctx;
	for (int i = 0; i < 2; i++) {
		const struct cert_seen *c = &o->as.dtls.shake.certs[i];
		read_slice(c->cn);
		for (unsigned n = 0; n < c->name_count; n++)
			read_slice(c->names[n]);
		/* Nobody can prove what nobody sent. */
		if (c->possession != CHECK_NONE && !c->sent)
			abort();
	}
}

/* way and telling; two octets of length; the datagram. */
static size_t give(struct tell *t, struct flow *f, const uint8_t *data, size_t size,
		   struct frame *frame)
{
	size_t n = (size_t)data[1] << 8 | data[2];
	unsigned direction = data[0] & 1;

	n = n > size - HEAD ? size - HEAD : n;
	struct payload p = { .bytes = { data + HEAD, n }, .frame = frame };
	frame->number++;
	frame->ts_ns += WHEN_SECOND;
	dtls_seen_packet(t, f, direction, &p);
	sink += dtls_seen_records(p.bytes);
	if (data[0] & 2)
		dtls_seen_tell(t, f);
	return HEAD + n;
}

/* The first datagram's ClientHello stands so far in; its random is given a secret of each kind. */
enum { RANDOM_AT = HEAD + 13 + 12 + 2 };

static void give_secrets(struct keyring *k, const uint8_t *data, size_t size)
{
	static const char *const labels[] = { "CLIENT_RANDOM", "EXPORTER_SECRET" };
	char line[256];

	for (unsigned l = 0; l < 2 && size >= RANDOM_AT + KEYRING_RANDOM; l++) {
		int at = snprintf(line, sizeof line, "%s ", labels[l]);
		for (unsigned i = 0; i < KEYRING_RANDOM; i++)
			at += snprintf(line + at, sizeof line - (size_t)at, "%02x",
				       data[RANDOM_AT + i]);
		line[at++] = ' ';
		memset(line + at, '7', 96);
		sink += keyring_add_log(k, (struct slice){ (uint8_t *)line, (size_t)at + 96 });
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cert_cache *certs;
	const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };
	struct frame frame = { .ts_ns = WHEN_SECOND };
	struct tell t = { .fn = tell, .vault = vault_new(), .keys.keyring = keyring_new() };
	struct flow f = { .key = addr_flow_key((struct endpoint){ addr_v4(a), 4000 },
					       (struct endpoint){ addr_v4(b), 5000 }, UDP) };

	if (!certs)
		certs = cert_cache_new(NULL);
	t.certs = certs;
	give_secrets((struct keyring *)t.keys.keyring, data, size);
	cold_of(&f);
	while (size > HEAD) {
		size_t used = give(&t, &f, data, size, &frame);
		data += used;
		size -= used;
	}
	dtls_seen_tell(&t, &f);
	cold_free(&f);
	vault_free(t.vault);
	keyring_free((struct keyring *)t.keys.keyring);
	return 0;
}
