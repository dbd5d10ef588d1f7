/* vault.h - SRTP keys the auditor came to know, by where they are used; secrets never leave. */
#ifndef EARSHOT_VAULT_H
#define EARSHOT_VAULT_H

#include "analyzer/base/addr.h"
#include "analyzer/model/observation.h"
#include "analyzer/proto/sdp/sdp_crypto.h"

enum {
	VAULT_RINGS = 16384,   /* media lines' worth of keys held; the longest unused goes first */
	VAULT_KEYS = 16,       /* keys of one ring; the oldest goes first */
	VAULT_PLACES = 64,     /* endpoints of one ring */
	VAULT_SHARED = 64,     /* rings that know one endpoint; the one that came first goes */
	VAULT_KEY_OCTETS = 46, /* AES-256 and its salt */
};

struct vault;
struct vault_ring;

/* One master key with its salt. SECRET: never printed, wiped with its ring. */
struct vault_key {
	uint64_t name; /* digest_name of key and salt */
	enum sdp_crypto_suite suite;
	uint8_t octets[VAULT_KEY_OCTETS]; /* key, then salt */
	uint8_t n;
	uint8_t mki_octets; /* declared; 0: none */
	uint8_t source;	    /* enum key_source */
	uint8_t side;	    /* who sends with it, numbered per ring (0, 1); DTLS: 0 the client */
};

struct vault *vault_new(void);
void vault_free(struct vault *v);

/*
 * The ring of a call's media line, made when absent. `call`: a hash of the
 * Call-ID or of a DTLS association, `line`: the m= index.
 */
struct vault_ring *vault_ring(struct vault *v, uint64_t call, unsigned line, uint64_t now_ns);
/* A side by whoever announces: the first one heard of is 0, all others are 1. */
uint8_t vault_side(struct vault_ring *r, uint64_t announcer);
/*
 * The call of this ring began now: its first INVITE was seen, before any key of it. Packets
 * under its keys are younger.
 */
void vault_begin(struct vault_ring *r, uint64_t now_ns);
void vault_add(struct vault *v, struct vault_ring *r, const struct vault_key *key);
/* Media under these keys comes from or goes to this endpoint, which `side` announced. */
void vault_place(struct vault *v, struct vault_ring *r, struct endpoint at, uint8_t side);
/* No key was ever learnt. */
bool vault_bare(const struct vault *v);
/* Changes whenever the answer of vault_find for these two may have. */
uint32_t vault_round(const struct vault *v, struct endpoint src, struct endpoint dst);

/* A key that may protect packets of a path. `sender`: it belongs to the side that sends there. */
struct vault_found {
	const struct vault_key *key; /* good until the vault changes */
	uint64_t begun_ns;	     /* when the call began that it is of; 0: that was not seen */
	bool sender;
};
/*
 * All keys of rings that know src or dst, each once, senders' keys first; gives
 * how many of at most `room`. Its use is noted.
 */
size_t vault_find(struct vault *v, struct endpoint src, struct endpoint dst, uint64_t now_ns,
		  struct vault_found *out, size_t room);
void vault_expire(struct vault *v, uint64_t now_ns); /* what nobody used for ten minutes */
uint64_t vault_evicted(const struct vault *v);	     /* rings, keys and endpoints that met a cap */
uint64_t vault_added(const struct vault *v);	     /* keys learnt */
uint64_t vault_unfound(const struct vault *v);	     /* keys that found no room in an answer */

#endif
