/* announce.h - addresses and ports that SDP promised, and for what; expiring by capture time. */
#ifndef EARSHOT_ANNOUNCE_H
#define EARSHOT_ANNOUNCE_H

#include "analyzer/base/addr.h"
#include "analyzer/model/observation.h"

enum announce_what {
	ANNOUNCE_RTP = 1 << 0,
	ANNOUNCE_RTCP = 1 << 1,
	ANNOUNCE_UDPTL = 1 << 2, /* plain: the first octet says nothing here */
	ANNOUNCE_MSRP = 1 << 3,
	ANNOUNCE_BFCP = 1 << 4,
	ANNOUNCE_OTHER = 1 << 5, /* promised, and told apart by its first octet */
};

struct announce;

struct announce *announce_new(uint32_t cap);
void announce_free(struct announce *a);

/* All addresses of one description. Gives how many older entries had to go for room. */
uint64_t announce_sdp(struct announce *a, const struct sdp_seen *sdp, uint64_t now_ns);
/* enum announce_what of an endpoint, 0: never promised. Its use is noted. */
uint8_t announce_of(struct announce *a, struct endpoint at, uint64_t now_ns);
/* Changes whenever an answer of announce_of may have. From 1. */
uint32_t announce_round(const struct announce *a);
/* Forgets what nobody used for ten minutes. */
void announce_expire(struct announce *a, uint64_t now_ns);
uint32_t announce_count(const struct announce *a);

#endif
