/* media_seen.c - RTP streams of a flow: the path of nearly every packet goes through here. */
#include "analyzer/observe/media_seen.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/observe/rtp_stream.h"

#define STINT_NS (30 * WHEN_SECOND)

/* ---- the short way ------------------------------------------------------------ */

/* Takes back what the short way counted; after this the stream itself is right. */
static void settle(struct flow *f, unsigned direction)
{
	struct flow_hot *h = &f->hot[direction];
	struct stream *s = h->stream;

	if (!s)
		return;
	h->stream = NULL;
	/* They came in order without a hole, so the number of them is in their numbers. */
	uint16_t packets = (uint16_t)(h->seq - s->seq);
	if (packets == 0)
		return;
	s->now.packets += packets;
	s->now.bytes += h->bytes;
	s->now.last_ns = s->last_ns = h->last_ns;
	s->now.last_frame = h->last_frame;
	s->now.last_seq = s->seq = h->seq;
	s->restart_seq = (uint16_t)(h->seq + 1);
	s->ts = h->ts;
	s->len = (struct vote){ h->len, h->len_lead };
	s->step = (struct vote){ h->step, h->step_lead };
	s->run = h->run;
	s->run_len = h->run_len;
	s->other_run = 0;
}

/* From here on plain packets of this stream take the short way. */
static void put_ahead(struct flow *f, unsigned direction, struct stream *s)
{
	f->hot[direction] = (struct flow_hot){
		.stream = s,
		.last_ns = s->last_ns,
		.due_ns = s->pending || rtp_stream_wants_tester(s)
				  ? 0
				  : s->now.first_ns + RTP_STREAM_WINDOW_NS,
		.ssrc = s->ssrc,
		.ts = s->ts,
		.print_limit = (uint32_t)(s->print_limit >> 32),
		.seq = s->seq,
		.run_len = s->run_len,
		.settled_len = s->settled_len,
		.len = s->len.value,
		.step = s->step.value,
		.len_lead = s->len.lead,
		.step_lead = s->step.lead,
		.run = s->run,
		.pt = s->now.pt,
		.looking = s->look != NULL,
	};
}

/* The next packet in order, of the same kind, at its time: nothing can open a window. */
static bool is_plain(const struct flow_hot *h, const struct payload *p, const struct rtp_quick *q,
		     size_t len)
{
	uint64_t ts_ns = p->frame->ts_ns;

	return h->stream && h->ssrc == q->ssrc && q->seq == (uint16_t)(h->seq + 1) && q->seq &&
	       q->pt == h->pt && len >= RTP_STREAM_SHORT && ts_ns >= h->last_ns &&
	       ts_ns <= h->last_ns + RTP_STREAM_GAP_NS && ts_ns < h->due_ns && h->bytes < INT32_MAX;
}

static void look_done(struct media_room *r, struct stream *s)
{
	look_note(s->look, &s->now);
	look_give(r->looks, s->look);
	s->look = NULL;
}

static void close_window(struct media_room *r, struct stream *s)
{
	if (s->look)
		look_done(r, s);
	if (s->now.packets == 0)
		return;
	if (!s->tested)
		r->tell->count.windows_unlooked++;
	s->now.payload_len = s->len.value;
	s->now.ts_step = s->step.value;
	window_add(&s->done, &s->now);
	s->packets += s->now.packets;
	s->bytes += s->now.bytes;
	s->now.packets = 0;
}

static void tell_stint(struct media_room *r, const struct flow *f, unsigned direction,
		       struct stream *s)
{
	struct observation o;

	close_window(r, s);
	if (s->packets == 0)
		return;
	tell_prepare(&o, OBSERVATION_MEDIA, f, direction);
	o.as.media = (struct media_seen){
		.ssrc = s->ssrc,
		.windows = s->done.w,
		.prints = r->prints,
		.window_count = s->done.count,
		.print_count = print_list(&s->prints, r->prints),
		.packets = s->packets,
		.bytes = s->bytes,
		.continued = s->continued,
		.in_turn = flow_in_turn(f),
	};
	tell_send(r->tell, &o, s->done.w[0].first_ns, s->last_ns, s->at);
	window_clear(&s->done);
	print_reset(&s->prints);
	s->print_limit = UINT64_MAX;
	s->packets = s->bytes = 0;
	s->continued = true;
}

/* Closes the window that runs, and the stint when it is due, before another opens. */
static void next_window(struct media_room *r, struct flow *f, unsigned direction, struct stream *s,
			uint64_t now_ns)
{
	close_window(r, s);
	if (s->packets && now_ns >= s->stint_ns + STINT_NS)
		tell_stint(r, f, direction, s);
}

static void look_at(struct media_room *r, struct stream *s, const struct payload *p,
		    const struct rtp_quick *q, struct slice payload)
{
	if (!s->look) {
		if (!rtp_stream_wants_tester(s))
			return;
		s->look = look_take(r->looks);
		if (!s->look)
			return;
		s->tested = true;
	}
	/* Padding is what its sender likes; under SRTP its length cannot be known. */
	if ((p->bytes.p[0] & 0x20) || p->cut)
		return;
	if (!cipherlook_add(s->look, payload, q->ts, q->pt, q->marker))
		look_done(r, s);
}

static void stream_free(struct media_room *r, struct stream *s)
{
	if (s->look)
		look_give(r->looks, s->look);
	window_free(&s->done);
	explicit_bzero(s, sizeof *s);
	free(s);
	r->streams--;
}

/* Room for one more: the one silent longest goes, the older of two. */
static void stream_evict(struct media_room *r, struct flow *f, unsigned direction)
{
	struct stream **oldest = &f->streams[direction];

	for (struct stream **at = oldest; *at; at = &(*at)->next)
		if ((*at)->last_ns <= (*oldest)->last_ns)
			oldest = at;
	struct stream *s = *oldest;
	struct evidence at = { .frame = s->now.last_frame,
			       .ts_ns = s->last_ns,
			       .input = s->at.input };
	tell_stint(r, f, direction, s);
	tell_loss(r->tell, f, direction, LOSS_EVICTED_STREAM, at);
	*oldest = s->next;
	stream_free(r, s);
	r->tell->count.streams_evicted++;
}

static struct stream *stream_new(struct media_room *r, struct flow *f, unsigned direction,
				 uint32_t ssrc)
{
	struct stream *s = mem_zero(1, sizeof *s);
	uint32_t held = 0;

	for (const struct stream *at = f->streams[direction]; at; at = at->next)
		held++;
	if (held >= MEDIA_SEEN_SSRCS)
		stream_evict(r, f, direction);
	s->ssrc = ssrc;
	print_reset(&s->prints);
	s->print_limit = UINT64_MAX;
	s->next = f->streams[direction];
	f->streams[direction] = s;
	r->streams++;
	r->tell->count.rtp_streams++;
	return s;
}

/* Moved to the front: SSRCs of a bundle alternate, but most flows have one. */
static struct stream *stream_of(struct flow *f, unsigned direction, uint32_t ssrc)
{
	for (struct stream **at = &f->streams[direction]; *at; at = &(*at)->next) {
		struct stream *s = *at;
		if (s->ssrc != ssrc)
			continue;
		*at = s->next;
		s->next = f->streams[direction];
		f->streams[direction] = s;
		return s;
	}
	return NULL;
}

static void stream_packet(struct media_room *r, struct flow *f, unsigned direction,
			  struct stream *s, const struct payload *p, const struct rtp_quick *q)
{
	struct slice payload = slice_from(p->bytes, q->header_len);
	uint16_t before = s->seq;
	uint16_t reasons = rtp_stream_reasons(s, q, payload, p->frame->ts_ns);

	if (reasons || s->now.packets == 0) {
		next_window(r, f, direction, s, p->frame->ts_ns);
		rtp_stream_open(s, reasons, q, payload.n, tell_evidence(p));
	}
	rtp_stream_count(s, p, q, payload.n, before);
	look_at(r, s, p, q, payload);
	rtp_stream_print(s, p, q, payload);
	f->unsent = true;
}

/* A run that may become another pattern is for the long way. */
static bool size_stands(struct flow_hot *h, size_t len)
{
	if (len == h->run_len)
		return h->run >= RTP_STREAM_SIZE_RUN && h->settled_len == len;
	h->run_len = (uint16_t)len;
	h->run = 1;
	return true;
}

static bool short_way(struct media_room *r, struct flow *f, unsigned direction,
		      const struct payload *p, const struct rtp_quick *q)
{
	struct flow_hot *h = &f->hot[direction];
	struct slice payload = slice_from(p->bytes, q->header_len);

	if (!is_plain(h, p, q, payload.n) || !size_stands(h, payload.n))
		return false;
	rtp_stream_vote(&h->step, &h->step_lead, q->ts - h->ts);
	rtp_stream_vote(&h->len, &h->len_lead, (uint32_t)payload.n);
	h->bytes += (uint32_t)payload.n;
	h->last_frame = p->frame->number;
	h->seq = q->seq;
	h->ts = q->ts;
	h->last_ns = p->frame->ts_ns;
	if (h->looking) {
		look_at(r, h->stream, p, q, payload);
		h->looking = h->stream->look != NULL;
	}
	if (print_choice(payload) >> 32 <= h->print_limit) {
		print_soon(&h->stream->prints);
		rtp_stream_print(h->stream, p, q, payload);
		h->print_limit = (uint32_t)(h->stream->print_limit >> 32);
	}
	f->unsent = true;
	return true;
}

static bool long_way(struct media_room *r, struct flow *f, unsigned direction,
		     const struct payload *p, const struct rtp_quick *q)
{
	settle(f, direction);
	struct stream *s = stream_of(f, direction, q->ssrc);
	if (!s)
		return false;
	stream_packet(r, f, direction, s, p, q);
	put_ahead(f, direction, s);
	return true;
}

bool media_seen_known(struct media_room *r, struct flow *f, unsigned direction,
		      const struct payload *p, const struct rtp_quick *q)
{
	return short_way(r, f, direction, p, q) || long_way(r, f, direction, p, q);
}

void media_seen_packet(struct media_room *r, struct flow *f, unsigned direction,
		       const struct payload *p, const struct rtp_quick *q)
{
	if (media_seen_known(r, f, direction, p, q))
		return;
	struct stream *s = stream_new(r, f, direction, q->ssrc);
	s->seq = (uint16_t)(q->seq - 1);
	s->last_ns = p->frame->ts_ns;
	stream_packet(r, f, direction, s, p, q);
	put_ahead(f, direction, s);
}

void media_seen_start(struct media_room *r, struct flow *f, const struct claim_candidate *held)
{
	settle(f, held->direction);
	struct stream *s = stream_new(r, f, held->direction, held->ssrc);
	struct rtp_quick first = { .ssrc = held->ssrc, .seq = held->first_seq, .pt = held->pt };
	struct evidence at = { .frame = held->first_frame,
			       .ts_ns = held->first_ns,
			       .input = held->input };

	rtp_stream_open(s, 0, &first, RTP_STREAM_SHORT, at);
	s->now.packets = held->packets;
	s->now.bytes = held->bytes;
	s->now.lost = held->lost;
	s->now.last_ns = s->last_ns = held->last_ns;
	s->now.last_seq = s->seq = held->seq;
	s->now.last_frame = held->first_frame;
	s->ts = held->ts;
	f->unsent = true;
}

void media_seen_reopen(struct flow *f, enum window_reason why)
{
	for (unsigned d = 0; d < 2; d++) {
		settle(f, d);
		for (struct stream *s = f->streams[d]; s; s = s->next)
			s->pending |= (uint16_t)why;
	}
}

void media_seen_tell(struct media_room *r, struct flow *f)
{
	for (unsigned d = 0; d < 2; d++) {
		settle(f, d);
		for (struct stream *s = f->streams[d]; s; s = s->next)
			tell_stint(r, f, d, s);
	}
}

void media_seen_end(struct media_room *r, struct flow *f)
{
	media_seen_tell(r, f);
	for (unsigned d = 0; d < 2; d++) {
		while (f->streams[d]) {
			struct stream *s = f->streams[d];
			f->streams[d] = s->next;
			stream_free(r, s);
		}
	}
}
