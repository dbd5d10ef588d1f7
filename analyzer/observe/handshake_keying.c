/* handshake_keying.c - what keys are derived from: randoms, premaster secret, session hash. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/tls_hash.h"
#include "analyzer/observe/handshake_held.h"

enum { RANDOM = 32 };

static struct slice spki_of(const struct handshake *h)
{
	return cert_spki(handshake_der(h, false), h->arena);
}

/* RFC 7627 3: up to and with ClientKeyExchange. */
static void session_hash(const struct handshake *h, struct tls_keying *out)
{
	if (h->seen.incomplete || !h->held[HELD_SERVER_HELLO].bytes ||
	    !handshake_client_whole(h, HELD_CLIENT_KEX))
		return;
	struct slice text = handshake_transcript(h, HELD_CLIENT_HELLO, HELD_CLIENT_KEX);
	out->session_hash_n = (uint8_t)tls_hash(h->suite.sha384, &text, 1, out->session_hash);
	free((void *)text.p);
}

void handshake_keying(const struct handshake *h, struct tls_keying *out)
{
	*out = (struct tls_keying){ .version = h->seen.version,
				    .suite = h->seen.suite,
				    .profile = h->seen.profile,
				    .has_profile = h->seen.has_profile,
				    .encrypt_then_mac = h->encrypt_then_mac,
				    .extended_master_secret = h->seen.extended_master_secret };
	if (h->seen.client_hello)
		out->client_random = (struct slice){ h->client_random, RANDOM };
	if (h->seen.server_hello)
		out->server_random = (struct slice){ h->server_random, RANDOM };
	if (handshake_is_13(h))
		return;
	struct slice body = handshake_body(h, HELD_CLIENT_KEX);
	if (h->suite.kex == TLS_KEX_RSA && body.p &&
	    tls_shake_client_kex(body, false, &out->encrypted_premaster) == ERR_OK)
		out->server_spki = spki_of(h);
	session_hash(h, out);
}
