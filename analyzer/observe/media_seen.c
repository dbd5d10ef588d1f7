/* media_seen.c - RTP streams of a flow: the path of nearly every packet goes through here. */
#include "analyzer/observe/media_seen.h"

#include <string.h>

#include "analyzer/observe/rtp_stream.h"
#include "analyzer/observe/vault.h"

#define STINT_NS     (30 * WHEN_SECOND)
#define KEYS_COME_NS (5 * WHEN_SECOND)
#define KEYS_ASK_NS  (200 * WHEN_MS)

/* Prints are nine tenths of a stream, and for most of the time that it is held it is silent. */
#define SLEEPING offsetof(struct stream, prints)
_Static_assert(SLEEPING + sizeof(struct print_box) == sizeof(struct stream), "prints come last");

void media_seen_open(struct media_room *r, struct tell *tell, uint32_t lookers)
{
	*r = (struct media_room){ .tell = tell, .looks = look_new(lookers) };
	slab_open(&r->store, sizeof(struct stream), UINT32_MAX);
	slab_open(&r->sleepers, SLEEPING, UINT32_MAX);
}

void media_seen_close(struct media_room *r)
{
	look_free(r->looks);
	r->looks = NULL;
	slab_close(&r->store);
	slab_close(&r->sleepers);
}

/* ---- the short way ------------------------------------------------------------ */

#define MARKER	      UINT32_C(0x00800000)
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Version 2, no padding, extension or source list; marker or not is for MARKER to say. */
static inline uint32_t next_word(uint8_t pt, uint16_t seq)
{
	return UINT32_C(0x80000000) | (uint32_t)pt << 16 | seq;
}

/* Takes back what the short way counted; after this the stream itself is right. */
static void settle(struct flow *f, unsigned direction)
{
	struct flow_hot *h = &f->hot[direction];
	struct stream *s = h->stream;

	if (!s)
		return;
	h->stream = NULL;
	/* They came in order without a hole, so the number of them is in their numbers. */
	uint16_t seq = (uint16_t)(h->next - 1), packets = (uint16_t)(seq - s->seq);
	if (packets == 0)
		return;
	s->prints.count = h->print_count;
	rtp_stream_follow(s, packets);
	s->now.packets += packets;
	s->now.bytes += h->bytes;
	s->now.last_ns = s->last_ns = h->last_ns;
	s->now.last_frame = h->last_frame;
	s->now.last_seq = s->seq = seq;
	s->restart_seq = (uint16_t)(seq + 1);
	s->ts = h->ts;
	s->len = (struct vote){ h->len, h->len_lead };
	s->step = (struct vote){ h->step, h->step_lead };
	s->run = h->run;
	s->run_len = h->run_len;
	s->other_run = 0;
}

/*
 * When the next packet must take the long way, to be tried under keys: at once
 * or after a while where there are some; soon while a stream is young and the
 * answer that brings them may still come.
 */
static uint64_t prove_soon(const struct media_room *r, const struct stream *s, uint64_t window_ns)
{
	uint64_t due = window_ns;

	if (s->prove)
		due = prove_due(r->tell, s->prove);
	else if (!vault_bare(r->tell->vault) && s->last_ns < s->stint_ns + KEYS_COME_NS)
		due = s->last_ns + KEYS_ASK_NS;
	return due < window_ns ? due : window_ns;
}

/* From here on plain packets of this stream take the short way. */
static void put_ahead(const struct media_room *r, struct flow *f, unsigned direction,
		      struct stream *s)
{
	uint64_t due = prove_soon(r, s, s->now.first_ns + RTP_STREAM_WINDOW_NS);

	f->hot[direction] = (struct flow_hot){
		.stream = s,
		.last_ns = s->last_ns,
		.due_ns = s->pending || rtp_stream_wants_tester(s) ? 0 : due,
		.ssrc = s->ssrc,
		.ts = s->ts,
		.print_limit = s->prints.limit,
		.print_count = s->prints.count,
		.next = next_word(s->now.pt, (uint16_t)(s->seq + 1)),
		.run_len = s->run_len,
		.settled_len = s->settled_len,
		.len = s->len.value,
		.step = s->step.value,
		.len_lead = s->len.lead,
		.step_lead = s->step.lead,
		.run = s->run,
		.look = s->look,
	};
}

/* The next packet in order, of the same kind, at its time: nothing can open a window. */
ALWAYS_INLINE bool is_plain(const struct flow_hot *h, const struct payload *p,
			    const struct rtp_quick *q, size_t len)
{
	uint64_t ts_ns = p->frame->ts_ns;

	return h->stream && !(p->bytes.p[0] & 15) && next_word(q->pt, q->seq) == h->next &&
	       h->ssrc == q->ssrc && q->seq && len >= RTP_STREAM_SHORT &&
	       ts_ns - h->last_ns <= RTP_STREAM_GAP_NS && ts_ns < h->due_ns &&
	       h->bytes < INT32_MAX && p->frame->number <= UINT32_MAX;
}

static void look_done(struct media_room *r, struct stream *s)
{
	look_note(look_at(r->looks, s->look), &s->now);
	look_give(r->looks, s->look);
	s->look = 0;
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
	for (uint8_t i = 0; i < s->done.count; i++)
		r->tell->count.rtp_gaps += s->done.w[i].lost;
	tell_prepare(&o, OBSERVATION_MEDIA, f, direction);
	o.as.media = (struct media_seen){
		.ssrc = s->ssrc,
		.windows = s->done.w,
		.prints = r->prints,
		.window_count = s->done.count,
		.print_count = print_list(&s->prints, r->prints),
		.packets = s->packets,
		.bytes = s->bytes,
		.cut = s->cut.packets,
		.cut_at = s->cut.at,
		.continued = s->continued,
		.in_turn = flow_in_turn(f),
	};
	prove_tell(s->prove, &o.as.media.proof);
	tell_send(r->tell, &o, s->done.w[0].first_ns, s->last_ns, s->at);
	window_clear(&s->done);
	print_reset(&s->prints);
	s->packets = s->bytes = 0;
	s->cut.packets = 0;
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

/* Padding is what its sender likes; under SRTP its length cannot be known. */
static bool is_testable(const struct payload *p)
{
	return (p->bytes.p[0] & 0x20) == 0;
}

/* False: the tester is full. */
ALWAYS_INLINE bool look_add(struct media_room *r, uint32_t look, const struct payload *p,
			    const struct rtp_quick *q)
{
	return cipherlook_add(
		look_at(r->looks, look),
		&(struct cipherlook_packet){ .payload = slice_from(p->bytes, q->header_len),
					     .len = rtp_stream_octets(p, q),
					     .ts = q->ts,
					     .pt = q->pt,
					     .marker = q->marker });
}

static void test_packet(struct media_room *r, struct stream *s, const struct payload *p,
			const struct rtp_quick *q)
{
	if (!s->look) {
		if (!rtp_stream_wants_tester(s))
			return;
		s->look = look_take(r->looks);
		if (!s->look)
			return;
		s->tested = true;
	}
	if (is_testable(p) && !look_add(r, s->look, p, q))
		look_done(r, s);
}

/* The same on the short way: the stream itself is asked only when its tester is full. */
static void test_ahead(struct media_room *r, struct flow_hot *h, const struct payload *p,
		       const struct rtp_quick *q)
{
	if (!is_testable(p) || look_add(r, h->look, p, q))
		return;
	look_done(r, h->stream);
	h->look = 0;
}

static void leave(struct media_room *r, struct stream *s)
{
	struct slab *store = s->asleep ? &r->sleepers : &r->store;
	uint32_t self = s->self;

	explicit_bzero(s, store->size);
	slab_give(store, self);
}

/* The same stream in the other store. */
static struct stream *moved(struct media_room *r, struct stream *s)
{
	struct slab *to = s->asleep ? &r->store : &r->sleepers;
	uint32_t self = slab_take(to);
	struct stream *there = slab_at(to, self);

	memcpy(there, s, SLEEPING);
	there->self = self;
	there->asleep = !s->asleep;
	leave(r, s);
	return there;
}

static struct stream *woken(struct media_room *r, struct stream *s)
{
	if (!s->asleep)
		return s;
	s = moved(r, s);
	print_reset(&s->prints);
	return s;
}

static void stream_free(struct media_room *r, struct stream *s)
{
	if (s->look)
		look_give(r->looks, s->look);
	window_free(&s->done);
	prove_free(s->prove);
	leave(r, s);
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
	uint32_t held = 0;

	for (const struct stream *at = f->streams[direction]; at; at = at->next)
		held++;
	if (held >= MEDIA_SEEN_SSRCS)
		stream_evict(r, f, direction);
	uint32_t self = slab_take(&r->store);
	struct stream *s = slab_at(&r->store, self);
	memset(s, 0, sizeof *s);
	s->self = self;
	s->ssrc = ssrc;
	print_reset(&s->prints);
	s->next = f->streams[direction];
	f->streams[direction] = s;
	r->streams++;
	r->tell->count.rtp_streams++;
	return s;
}

/* Moved to the front: SSRCs of a bundle alternate, but most flows have one. */
static struct stream *stream_of(struct media_room *r, struct flow *f, unsigned direction,
				uint32_t ssrc)
{
	for (struct stream **at = &f->streams[direction]; *at; at = &(*at)->next) {
		struct stream *s = *at;
		if (s->ssrc != ssrc)
			continue;
		*at = s->next;
		s = woken(r, s);
		s->next = f->streams[direction];
		f->streams[direction] = s;
		return s;
	}
	return NULL;
}

/* Roll-overs at this packet: one from before a wrap may come behind it. */
static uint32_t rolls_at(const struct stream *s, uint16_t seq)
{
	bool late = seq > s->seq && seq - s->seq > INT16_MAX;

	return s->rolls - (uint32_t)(late && s->rolls);
}

static void prove_packet(struct media_room *r, const struct flow *f, unsigned direction,
			 struct stream *s, const struct payload *p, const struct rtp_quick *q)
{
	struct flow_key path = flow_side(f, direction);
	uint64_t now_ns = p->frame->ts_ns;

	prove_look(r->tell, &s->prove, path, now_ns);
	if (!s->prove || p->cut || now_ns < prove_due(r->tell, s->prove))
		return;
	prove_try(r->tell, s->prove, path,
		  &(struct prove_packet){ .bytes = p->bytes,
					  .ts_ns = now_ns,
					  .frame = p->frame->number,
					  .rolls = rolls_at(s, q->seq) },
		  &s->now);
}

static __attribute__((noinline)) void note_cut(struct stream *s, const struct payload *p)
{
	if (s->cut.packets++ == 0)
		s->cut.at = tell_evidence(p);
}

static void stream_packet(struct media_room *r, struct flow *f, unsigned direction,
			  struct stream *s, const struct payload *p, const struct rtp_quick *q)
{
	size_t len = rtp_stream_octets(p, q);
	uint16_t before = s->seq;
	uint16_t reasons = rtp_stream_reasons(s, q, p);

	if (reasons || s->now.packets == 0) {
		next_window(r, f, direction, s, p->frame->ts_ns);
		rtp_stream_open(s, reasons, q, len, tell_evidence(p));
		prove_window(s->prove);
	}
	rtp_stream_count(s, p, q, len, before);
	if (p->cut)
		note_cut(s, p);
	test_packet(r, s, p, q);
	rtp_stream_print(s, p, q, slice_from(p->bytes, q->header_len));
	prove_packet(r, f, direction, s, p, q);
	f->unsent = true;
}

/* A run that may become another pattern is for the long way. */
ALWAYS_INLINE bool size_stands(struct flow_hot *h, size_t len)
{
	if (len == h->run_len)
		return h->run >= RTP_STREAM_SIZE_RUN && h->settled_len == len;
	h->run_len = (uint16_t)len;
	h->run = 1;
	return true;
}

/* The stream's own lines are written, not read: nothing waits for them to come. */
static void keep_print(struct flow_hot *h, const struct print_packet *p)
{
	struct print_box *b = &h->stream->prints;

	print_put(b, h->print_count++, p);
	if (h->print_count < PRINT_ROOM)
		return;
	b->count = h->print_count;
	print_thin(b);
	h->print_count = b->count;
	h->print_limit = b->limit;
}

ALWAYS_INLINE bool short_way(struct media_room *r, struct flow *f, unsigned direction,
			     const struct payload *p, const struct rtp_quick *q)
{
	struct flow_hot *h = &f->hot[direction];
	struct slice payload = slice_from(p->bytes, q->header_len);
	size_t len = rtp_stream_octets(p, q);

	if (!is_plain(h, p, q, len) || !size_stands(h, len))
		return false;
	rtp_stream_vote(&h->step, &h->step_lead, q->ts - h->ts);
	rtp_stream_vote(&h->len, &h->len_lead, (uint32_t)len);
	h->bytes += (uint32_t)len;
	h->last_frame = (uint32_t)p->frame->number;
	h->next = next_word(q->pt, (uint16_t)(q->seq + 1));
	h->ts = q->ts;
	h->last_ns = p->frame->ts_ns;
	if (h->look)
		test_ahead(r, h, p, q);
	uint64_t choice = print_choice(payload);
	if (p->cut)
		note_cut(h->stream, p);
	else if (print_fits(h->print_limit, choice))
		keep_print(h, &(struct print_packet){ .payload = payload,
						      .choice = choice,
						      .ts_ns = p->frame->ts_ns,
						      .rtp_ts = q->ts,
						      .seq = q->seq });
	f->unsent = true;
	return true;
}

static bool long_way(struct media_room *r, struct flow *f, unsigned direction,
		     const struct payload *p, const struct rtp_quick *q)
{
	settle(f, direction);
	struct stream *s = stream_of(r, f, direction, q->ssrc);
	if (!s)
		return false;
	stream_packet(r, f, direction, s, p, q);
	put_ahead(r, f, direction, s);
	return true;
}

/* What nearly every packet begins with, known by one comparison. */
static inline bool look_next(const struct flow_hot *h, struct slice s, struct rtp_quick *q)
{
	if (s.n < RTP_HEADER || (rtp_word(s.p) & ~MARKER) != h->next)
		return false;
	*q = (struct rtp_quick){ .ts = rtp_word(s.p + 4),
				 .ssrc = rtp_word(s.p + 8),
				 .seq = (uint16_t)h->next,
				 .header_len = RTP_HEADER,
				 .pt = h->next >> 16 & 0x7f,
				 .marker = s.p[1] >> 7 };
	return true;
}

static __attribute__((noinline)) bool other_packet(struct media_room *r, struct flow *f,
						   unsigned direction, const struct payload *p)
{
	struct rtp_quick q;

	if (!f->hot[direction].stream && !f->streams[direction])
		return false;
	if (!rtp_not_rtcp(p->bytes) || !rtp_look(p->bytes, &q))
		return false;
	return short_way(r, f, direction, p, &q) || long_way(r, f, direction, p, &q);
}

bool media_seen_known(struct media_room *r, struct flow *f, unsigned direction,
		      const struct payload *p)
{
	struct rtp_quick q;

	if (look_next(&f->hot[direction], p->bytes, &q) && rtp_not_rtcp(p->bytes) &&
	    short_way(r, f, direction, p, &q))
		return true;
	return other_packet(r, f, direction, p);
}

void media_seen_expect(const struct media_room *r, const struct flow *f, unsigned direction,
		       struct slice bytes)
{
	const struct flow_hot *h = &f->hot[direction];

	if (!h->stream)
		return;
	if (h->look)
		look_expect(r->looks, h->look);
	/* A print is written to memory that nothing else has touched for long. */
	if (bytes.n >= RTP_HEADER + PRINT_TAIL && print_fits(h->print_limit, print_choice(bytes)))
		__builtin_prefetch(&h->stream->prints.kept[h->print_count], 1);
}

void media_seen_packet(struct media_room *r, struct flow *f, unsigned direction,
		       const struct payload *p, const struct rtp_quick *q)
{
	if (long_way(r, f, direction, p, q))
		return;
	struct stream *s = stream_new(r, f, direction, q->ssrc);
	s->seq = (uint16_t)(q->seq - 1);
	s->last_ns = p->frame->ts_ns;
	stream_packet(r, f, direction, s, p, q);
	put_ahead(r, f, direction, s);
}

void media_seen_routed(struct flow *f, unsigned direction, const struct wire_sighting *seen)
{
	struct stream *s = f->streams[direction];
	struct rtp_quick q;

	if (!s || !rtp_not_rtcp(seen->bytes) || !rtp_look(seen->bytes, &q))
		return;
	while (s && s->ssrc != q.ssrc)
		s = s->next;
	if (!s || s->asleep)
		return;
	s->now.routed++;
	if (s->now.routed_frame || seen->frame->input != s->at.input)
		return;
	s->now.routed_frame = seen->frame->number;
	s->now.routed_ns = seen->frame->ts_ns;
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

void media_seen_sleep(struct media_room *r, struct flow *f)
{
	for (unsigned d = 0; d < 2; d++) {
		settle(f, d);
		for (struct stream **at = &f->streams[d]; *at; at = &(*at)->next) {
			if ((*at)->asleep)
				continue;
			window_free(&(*at)->done);
			*at = moved(r, *at);
		}
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
