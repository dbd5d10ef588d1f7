/* feed_hep_frame.h - HEPv3 as it comes to a listener: cut apart, let in or not, dressed as a frame.
 */
#ifndef EARSHOT_FEED_HEP_FRAME_H
#define EARSHOT_FEED_HEP_FRAME_H

#include "analyzer/base/addr.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum {
	FEED_HEP_FRAME_HEADERS = 48,   /* octets: IPv6 and UDP */
	FEED_HEP_FRAME_PACKET = 65507, /* octets of HEP that fit behind IPv4 and UDP */
	FEED_HEP_FRAME_MAX = FEED_HEP_FRAME_HEADERS + FEED_HEP_FRAME_PACKET,
};

/*
 * Cuts the packet at the front off a stream of them, by the length it states. ERR_TRUNCATED:
 * more octets are needed, the stream is untouched; ERR_MALFORMED: no HEPv3 begins here.
 */
enum err feed_hep_frame_cut(struct slice *stream, struct slice *packet) MUST_CHECK;

/*
 * Is one whole packet, its chunks in order, and with the key (chunk 14) where `key` is not NULL?
 * How long the comparison takes does not depend on where keys differ. ERR_MALFORMED: no
 * packet; ERR_USAGE: without the key; ERR_LIMIT: longer than a frame holds.
 */
enum err feed_hep_frame_check(struct slice packet, const char *key) MUST_CHECK;

/*
 * The packet in an IP and UDP header, checksums right, as a capture beside the listener would have
 * it (DLT_RAW). The key, a secret, is zeros in it. `id` is told apart from other packets by IP's
 * identification. Gives the octets written; packet was checked before.
 */
size_t feed_hep_frame_make(uint8_t to[FEED_HEP_FRAME_MAX], struct slice packet,
			   const struct endpoint *src, const struct endpoint *dst, uint16_t id);

#endif
