/* handshake_prove.c - signatures of a handshake. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/tls_hash.h"
#include "analyzer/observe/handshake_held.h"

enum { RANDOM = 32, MESSAGE_HASH = 254, PAD = 64 };

/* ---- transcript --------------------------------------------------------------------- */

/* DTLS numbers messages: none is missing between two of one side when their count fits. */
static bool unbroken(const struct handshake *h, enum held_slot first, enum held_slot last)
{
	unsigned between = 0;

	if (!h->held[first].bytes || !h->held[last].bytes)
		return false;
	for (int s = (int)first; s <= (int)last; s++)
		between += h->held[s].bytes != NULL;
	return !h->datagram || (uint16_t)(h->held[last].seq - h->held[first].seq) + 1u == between;
}

/* ---- signatures ------------------------------------------------------------------------ */

/* RFC 5246 7.4.3: both randoms, then the parameters. */
static void prove_server(struct handshake *h)
{
	struct slice der = handshake_der(h, false);
	struct tls_server_kex kex;

	if (h->proved[1] || !der.n || !h->seen.has_randoms || !handshake_server_kex(h, &kex) ||
	    !kex.signature.n)
		return;
	uint8_t *text = mem_grow(NULL, 2 * RANDOM + kex.params.n, 1);
	memcpy(text, h->client_random, RANDOM);
	memcpy(text + RANDOM, h->server_random, RANDOM);
	memcpy(text + 2 * RANDOM, kex.params.p, kex.params.n);
	h->proved[1] = true;
	h->seen.certs[1].possession = cert_signature_by(
		der, kex.scheme, (struct slice){ text, 2 * RANDOM + kex.params.n }, kex.signature);
	free(text);
}

/* RFC 5246 7.4.8: all handshake messages before it. */
static void prove_client(struct handshake *h)
{
	struct slice der = handshake_der(h, true), signature;
	uint16_t scheme;

	if (h->proved[0] || !der.n || h->seen.incomplete ||
	    !unbroken(h, HELD_SERVER_HELLO, HELD_DONE) ||
	    !handshake_client_whole(h, HELD_CLIENT_VERIFY) ||
	    tls_shake_verify(handshake_body(h, HELD_CLIENT_VERIFY), handshake_has_schemes(h),
			     &scheme, &signature) != ERR_OK)
		return;
	struct slice text = handshake_transcript(h, HELD_CLIENT_HELLO, HELD_CLIENT_KEX);
	h->proved[0] = true;
	h->seen.certs[0].possession = cert_signature_by(der, scheme, text, signature);
	free((void *)text.p);
}

/* ---- TLS 1.3 (RFC 8446 4.4.3) ------------------------------------------------------------- */

/* RFC 8446 4.4.1: a ClientHello that was asked for again stands as its hash. */
static size_t hash_13(const struct handshake *h, enum held_slot last, uint8_t *out)
{
	bool retry = h->seen.retry, wide = h->suite.sha384;
	struct slice first = handshake_held(h, HELD_FIRST_HELLO);
	struct slice rest = handshake_transcript(h, retry ? HELD_RETRY : HELD_CLIENT_HELLO, last);
	uint8_t sum[TLS_HASH_MAX], head[4] = { MESSAGE_HASH, 0, 0, 0 };
	size_t n = retry ? tls_hash(wide, &first, 1, sum) : 0;
	const struct slice pieces[] = { { head, sizeof head }, { sum, n }, rest };

	head[3] = (uint8_t)n;
	n = tls_hash(wide, retry ? pieces : pieces + 2, retry ? 3 : 1, out);
	free((void *)rest.p);
	return n;
}

static void prove_13(struct handshake *h, bool client)
{
	static const char server_text[] = "TLS 1.3, server CertificateVerify";
	static const char client_text[] = "TLS 1.3, client CertificateVerify";
	enum held_slot verify = client ? HELD_CLIENT_VERIFY : HELD_SERVER_VERIFY;
	struct slice der = handshake_der(h, client), signature;
	uint8_t text[PAD + sizeof server_text + TLS_HASH_MAX];
	uint16_t scheme;

	if (h->datagram || h->proved[client ? 0 : 1] || !der.n || h->seen.incomplete ||
	    !h->held[verify].bytes || (client && !h->held[HELD_SERVER_FINISHED].bytes) ||
	    tls_shake_verify(handshake_body(h, verify), true, &scheme, &signature) != ERR_OK)
		return;
	memset(text, ' ', PAD);
	memcpy(text + PAD, client ? client_text : server_text, sizeof server_text);
	size_t n = PAD + sizeof server_text;
	n += hash_13(h, client ? HELD_CLIENT_CERT : HELD_SERVER_CERT, text + n);
	h->proved[client ? 0 : 1] = true;
	h->seen.certs[client ? 0 : 1].possession =
		cert_signature_by(der, scheme, (struct slice){ text, n }, signature);
}

void handshake_prove(struct handshake *h)
{
	if (!h->seen.server_hello)
		return;
	if (handshake_is_13(h)) {
		prove_13(h, false);
		prove_13(h, true);
	} else {
		prove_server(h);
		prove_client(h);
	}
}
