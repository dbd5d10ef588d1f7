/* zrtp_chain.h - what a listener can recompute of ZRTP: the hash chain, its MACs, hvi (RFC 6189 9).
 */
#ifndef EARSHOT_ZRTP_CHAIN_H
#define EARSHOT_ZRTP_CHAIN_H

#include "analyzer/base/slice.h"

enum { ZRTP_CHAIN_IMAGE = 32, ZRTP_CHAIN_MAC = 8 };

/* SHA-256; the chain and hello hash use it whatever hash the exchange chose. */
void zrtp_chain_hash(struct slice s, uint8_t out[ZRTP_CHAIN_IMAGE]);
/* Is `image` the hash of `of`, `steps` (1 or 2) times? */
bool zrtp_chain_follows(struct slice of, unsigned steps, struct slice image);
/* The 8 octets that end `message`, under HMAC-SHA-256 with `key`. */
bool zrtp_chain_mac(struct slice key, struct slice message);
/* hvi: hash of DHPart2 and the responder's Hello, cut to its length. `sha384`: S384 was chosen. */
bool zrtp_chain_hvi(struct slice hvi, bool sha384, struct slice dhpart2, struct slice hello);

#endif
