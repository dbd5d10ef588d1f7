/* sdp_seen.h - a session description becomes part of an observation, keys named and wiped. */
#ifndef EARSHOT_SDP_SEEN_H
#define EARSHOT_SDP_SEEN_H

#include "analyzer/base/arena.h"
#include "analyzer/model/observation.h"
#include "analyzer/observe/vault.h"

enum { SDP_SEEN_KEYS = 32 };

/* SECRET: keys that stood in one description, for the vault; wiped by their owner. */
struct sdp_keys {
	struct {
		unsigned line; /* m= index */
		struct vault_key key;
	} of[SDP_SEEN_KEYS];
	uint8_t count;
};

/*
 * Fills *out from a body, arrays from the arena, and adds its crypto and
 * fingerprint lines to the message's counts; keys that fit their suite are added to
 * *keys. False: not SDP.
 */
bool sdp_seen_read(struct slice body, struct arena *a, struct sdp_seen *out,
		   struct sip_seen *message, struct sdp_keys *keys);

#endif
