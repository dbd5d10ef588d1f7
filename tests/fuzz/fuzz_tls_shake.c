/* fuzz_tls_shake.c - certificates, key exchanges, signatures and extensions of any shape. */
#include <stdlib.h>

#include "analyzer/proto/tls/tls_shake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice part, struct slice whole)
{
	if (part.n && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
		abort();
}

static void certificate(struct slice body, bool tls13)
{
	struct tls_chain chain;

	if (tls_shake_certificate(body, tls13, &chain) != ERR_OK)
		return;
	for (unsigned i = 0; i < chain.count && i < TLS_CHAIN_MAX; i++) {
		if (chain.certs[i].n == 0)
			abort();
		inside(chain.certs[i], body);
	}
}

static void exchanges(struct slice body, bool elliptic, bool schemes)
{
	struct tls_server_kex k;
	struct slice share, signature;
	uint16_t scheme;

	if (tls_shake_server_kex(body, elliptic, schemes, &k) == ERR_OK) {
		inside(k.params, body);
		inside(k.share, k.params);
		inside(k.signature, body);
	}
	if (tls_shake_client_kex(body, elliptic, &share) == ERR_OK)
		inside(share, body);
	if (tls_shake_verify(body, schemes, &scheme, &signature) == ERR_OK)
		inside(signature, body);
}

static void hello(struct slice body, bool client)
{
	struct tls_hello h;
	struct tls_more more;
	enum err e = client ? tls_client_hello(body, false, &h) : tls_server_hello(body, &h);

	if (e != ERR_OK)
		return;
	tls_shake_more(&h, &more);
	inside(more.share, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct slice body = { data + 1, size - 1 };
	certificate(body, data[0] & 1);
	exchanges(body, data[0] & 1, data[0] & 2);
	hello(body, data[0] & 4);
	return 0;
}
