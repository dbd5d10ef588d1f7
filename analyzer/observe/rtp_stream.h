/* rtp_stream.h - one RTP stream of a flow: its window, its pace, its changes of kind. */
#ifndef EARSHOT_RTP_STREAM_H
#define EARSHOT_RTP_STREAM_H

#include "analyzer/observe/flow.h"
#include "analyzer/observe/print.h"
#include "analyzer/observe/prove.h"
#include "analyzer/observe/window.h"
#include "analyzer/proto/rtp/rtp.h"
#include "analyzer/wire/wire.h"

#define RTP_STREAM_WINDOW_NS (10 * WHEN_SECOND)
#define RTP_STREAM_GAP_NS    WHEN_SECOND
enum {
	RTP_STREAM_SIZE_RUN = 8, /* equal lengths in a row that make a pattern */
	RTP_STREAM_SHORT = 8,	 /* shorter payloads are noise, events, keep-alives */
};

/* The commonest of many values, when one has the majority: a vote in constant space. */
struct vote {
	uint16_t value;
	uint8_t lead;
};

/* Packets of a stint that the snap length cut, and the first of them. */
struct cut_media {
	uint32_t packets;
	struct evidence at;
};

/* While it is asleep all but the prints: nothing of what it was is untold then. */
struct stream {
	struct stream *next;
	uint64_t last_ns;
	uint32_t self; /* its number in the store that holds it */
	uint32_t look; /* its tester's number while the window is being tested */
	uint32_t ssrc, ts;
	uint16_t seq, restart_seq, rolls, pending; /* pending: enum window_reason */
	struct vote len, step;
	uint16_t run_len, settled_len;
	uint16_t unbroken; /* packets in a row, up to now, that came without a hole */
	uint8_t run, other_pt, other_run, other_total;
	bool tested, started; /* tested: a tester was found for this window */
	bool continued, has_event, asleep;
	uint32_t event; /* the last one: a digit, wiped with the stream */
	struct window_seen now;
	struct window_list done;
	uint64_t stint_ns; /* of the stint's first packet */
	struct evidence at;
	uint64_t packets, bytes;
	struct cut_media cut;
	struct prove *prove; /* NULL: no keys are known for its path */
	struct print_box prints;
};

/* Another vote for `one`. Inline: two are cast for every packet. */
static inline void rtp_stream_vote(uint16_t *value, uint8_t *lead, uint32_t one)
{
	uint16_t v = (uint16_t)(one > UINT16_MAX ? UINT16_MAX : one);

	if (*value == v) {
		*lead = (uint8_t)(*lead + (*lead < UINT8_MAX));
	} else if (*lead == 0) {
		*value = v;
		*lead = 1;
	} else {
		--*lead;
	}
}
/* No tester was found yet for this window, and it is not too late. */
bool rtp_stream_wants_tester(const struct stream *s);
/* Octets behind the RTP header, as they were on the wire. */
static inline size_t rtp_stream_octets(const struct payload *p, const struct rtp_quick *q)
{
	return p->wire_len - q->header_len;
}
/* Follows the numbers of this packet. Why it opens a window (enum window_reason), 0: it does not.
 */
uint16_t rtp_stream_reasons(struct stream *s, const struct rtp_quick *q, const struct payload *p);
/* The window that ran must have been closed. */
void rtp_stream_open(struct stream *s, uint16_t reasons, const struct rtp_quick *q, size_t len,
		     struct evidence at);
/* `before`: the stream's sequence number before this packet. */
void rtp_stream_count(struct stream *s, const struct payload *p, const struct rtp_quick *q,
		      size_t len, uint16_t before);
/* So many packets more came in order without a hole. */
void rtp_stream_follow(struct stream *s, unsigned packets);
/* Keeps a print of this packet if its content says so. */
void rtp_stream_print(struct stream *s, const struct payload *p, const struct rtp_quick *q,
		      struct slice payload);

#endif
