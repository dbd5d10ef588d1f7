/* stream.h - wire room: TCP segments in, bytes in order out. */
#ifndef EARSHOT_STREAM_H
#define EARSHOT_STREAM_H

#include "analyzer/wire/ip.h"
#include "analyzer/wire/wire.h"

struct stream;

/*
 * Holds at most `max` connections and `buffer` bytes out of order per direction.
 * Payloads go to hooks.payload. Counts into `counters`, which it borrows.
 */
struct stream *stream_new(struct wire_hooks hooks, uint32_t max, uint32_t buffer,
			  struct wire_counters *counters);
void stream_at_most(struct stream *s, size_t held); /* bytes of all buffers together (32 MiB) */
void stream_free(struct stream *s);		    /* silently: stream_end says goodbye */

/*
 * RFC 9293 3.10.7.4 as a bystander sees it. A hole is given up when the other side
 * has acknowledged what was in it, when the buffer is full, after 5 s, or at the
 * end. A connection ends by FIN of both, RST, a new SYN, an hour of silence, or
 * eviction: of those that ended, then of those that never spoke, then of all, the
 * one whose last packet is oldest.
 */
void stream_feed(struct stream *s, const struct flow_key *flow, const struct ip_segment *seg,
		 const struct frame *frame, bool tunnelled);

/* What capture time alone decides; `now` in nanoseconds. */
void stream_tick(struct stream *s, uint64_t now);
void stream_end(struct stream *s); /* ends every connection, oldest last packet first */

#endif
