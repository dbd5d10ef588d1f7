/* handshake_held.h - the messages a handshake keeps, in the order its transcript has them. */
#ifndef EARSHOT_HANDSHAKE_HELD_H
#define EARSHOT_HANDSHAKE_HELD_H

#include "analyzer/base/arena.h"
#include "analyzer/observe/handshake.h"
#include "analyzer/proto/tls/tls_shake.h"
#include "analyzer/proto/tls/tls_suite.h"

/*
 * Each message has one place, so the transcript does not depend on the order in
 * which a capture shows it (RFC 5246 7.3, RFC 8446 2).
 */
enum held_slot {
	HELD_FIRST_HELLO, /* the ClientHello before a retry; no part of the transcript in DTLS */
	HELD_RETRY,
	HELD_CLIENT_HELLO,
	HELD_SERVER_HELLO,
	HELD_EXTENSIONS,
	HELD_REQUEST_13,
	HELD_SERVER_CERT,
	HELD_STATUS,
	HELD_SERVER_KEX,
	HELD_REQUEST,
	HELD_DONE,
	HELD_SERVER_VERIFY,
	HELD_SERVER_FINISHED,
	HELD_CLIENT_CERT,
	HELD_CLIENT_KEX,
	HELD_CLIENT_VERIFY,
	HELD_SLOTS
};

enum { HELD_BYTES = 96 * 1024, HELD_TLS_HEADER = 4, HELD_DTLS_HEADER = 12 };

struct held {
	uint8_t *bytes; /* with its header; NULL: not seen */
	size_t n;
	uint16_t seq;
};

struct handshake {
	bool datagram, client_ems, encrypt_then_mac;
	bool proved[2]; /* the client's, the server's signature was tried */
	struct cert_cache *cache;
	struct arena *arena;
	struct handshake_seen seen;
	struct tls_suite_info suite;
	struct tls_more client_more; /* without its share */
	uint8_t client_random[32], server_random[32], session_id[32];
	uint8_t session_id_n;
	bool echoed; /* the server named the session the client named */
	struct held held[HELD_SLOTS];
	size_t held_bytes;
	unsigned refused;
};

bool handshake_is_13(const struct handshake *h);
bool handshake_has_schemes(const struct handshake *h); /* signatures name their algorithm */
struct slice handshake_held(const struct handshake *h, enum held_slot s);
struct slice handshake_body(const struct handshake *h, enum held_slot s); /* without header */
struct slice handshake_der(const struct handshake *h, bool client);	  /* first certificate */
bool handshake_server_kex(const struct handshake *h, struct tls_server_kex *out);
/* All messages from one place to another, in a buffer for the caller to free. */
struct slice handshake_transcript(const struct handshake *h, enum held_slot from,
				  enum held_slot last);
/* None of the client's messages up to this one is missing. */
bool handshake_client_whole(const struct handshake *h, enum held_slot last);
/* Checks each signature as soon as all it covers is there. */
void handshake_prove(struct handshake *h);

#endif
