/* feed_hep.h - listeners for the copies that elements send to their monitor (HEPv3). */
#ifndef EARSHOT_FEED_HEP_H
#define EARSHOT_FEED_HEP_H

#include "analyzer/feed/feed_hep_frame.h"
#include "analyzer/feed/feed_reader.h"

extern const struct feed_reader_kind feed_hep_udp_kind, feed_hep_tcp_kind;

/* What both kinds of listener have. */
struct feed_hep {
	struct feed_reader *reader;
	int fd;
	struct endpoint local; /* as bound: the address may be that of all */
	uint16_t id;	       /* of the last frame */
	uint8_t frame[FEED_HEP_FRAME_MAX];
};

/*
 * Binds a socket of `type` to r->where ("192.0.2.1:9060", "[::]:9060") and names the reader by what
 * was bound. NULL: *why and *e say it.
 */
struct feed_hep *feed_hep_bind(struct feed_reader *r, int type, struct text *why, enum err *e);
void feed_hep_close(struct feed_hep *h); /* NULL is fine */

/* The endpoint in a socket address of either family. */
struct endpoint feed_hep_endpoint(const void *address);

/*
 * Gives a packet on as a frame, or counts it as refused: then it says why. The sender's endpoint,
 * the one it was sent to, and when it came.
 */
enum err feed_hep_take(struct feed_hep *h, struct slice packet, const struct endpoint *src,
		       const struct endpoint *dst, uint64_t ts_ns);

#endif
