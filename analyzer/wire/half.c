/* half.c - wire room: the bytes of one TCP direction, in order, with their gaps. */
#include "analyzer/wire/half.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/when.h"

enum {
	MAX_RUNS = 1024,
	FAR = 16 << 20,	     /* no window in use is larger: RFC 7323 allows 1 GiB, nobody has it */
	RST_REACH = 1 << 20, /* RFC 5961 3.2 wants the exact number; a bystander may lag behind */
	STRAYS = 3,
};

/* An acknowledgement may be captured a little before the bytes it acknowledges. */
#define GRACE (20 * WHEN_MS)

static uint64_t position(const struct half *h, uint32_t seq)
{
	return h->next + (uint64_t)(int64_t)(int32_t)(seq - (uint32_t)h->next);
}

static int64_t distance(const struct half *h, uint64_t at)
{
	return (int64_t)(at - h->next);
}

static bool is_far(const struct half *h, uint64_t at)
{
	return distance(h, at) > FAR || distance(h, at) < -(int64_t)FAR;
}

bool half_credible(const struct half *h, uint32_t seq)
{
	int64_t d = distance(h, position(h, seq));

	return !h->started || (d >= -(int64_t)RST_REACH && d <= RST_REACH);
}

bool half_ahead(const struct half *h, uint32_t seq)
{
	return !h->started || distance(h, position(h, seq)) > 0;
}

static void start(struct half *h, uint32_t seq)
{
	h->started = true;
	h->first = seq;
	h->next = (UINT64_C(1) << 32) + seq; /* so that a position never goes below 0 */
	h->acked = h->next;
}

bool half_syn(struct half *h, uint32_t seq)
{
	if (!h->started)
		start(h, seq + 1);
	if (h->first != seq + 1)
		return false;
	h->syn = true;
	return true;
}

void half_acked(struct half *h, uint32_t ack, uint64_t now)
{
	if (!h->started)
		return;
	uint64_t at = position(h, ack);
	if (is_far(h, at) || at <= h->acked)
		return;
	if (h->acked <= h->next)
		h->proof_ns = now;
	h->acked = at;
}

/* Tells pieces apart, does not resist forgery: four lanes, since a TCP-heavy capture pays for it.
 */
static uint64_t sum_of(struct slice s)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	uint64_t lane[4] = { 1, 2, 3, 4 }, word[4] = { 0 };

	for (; s.n >= sizeof word; s.p += sizeof word, s.n -= sizeof word) {
		memcpy(word, s.p, sizeof word);
		for (int i = 0; i < 4; i++)
			lane[i] = (lane[i] ^ word[i]) * odd;
	}
	memset(word, 0, sizeof word);
	if (s.n)
		memcpy(word, s.p, s.n);
	uint64_t sum = s.n;
	for (int i = 0; i < 4; i++) {
		uint64_t v = (lane[i] ^ word[i]) * odd;
		sum = (sum ^ v ^ v >> 32) * odd;
	}
	return sum;
}

static void remember(struct half *h, struct slice bytes)
{
	h->newest = (uint8_t)((h->newest + 1) % HALF_RECENT);
	h->recent[h->newest] = (struct half_recent){ h->next, sum_of(bytes), (uint32_t)bytes.n };
}

/* Compares a retransmission with each remembered piece that lies wholly within it. */
static void check_again(struct half *h, struct half_out *out, uint64_t at, struct slice bytes)
{
	for (size_t i = 0; i < HALF_RECENT; i++) {
		const struct half_recent *r = &h->recent[i];
		if (r->n == 0 || r->at < at || r->at + r->n > at + bytes.n)
			continue;
		if (sum_of(slice_upto(slice_from(bytes, (size_t)(r->at - at)), r->n)) == r->sum)
			continue;
		h->conflict = true;
		out->counters->tcp_conflicts++;
		return;
	}
}

/* Hands on bytes that begin at `next`. */
static void hand_on(struct half *h, struct half_out *out, struct payload *p)
{
	p->gap_before = h->gap;
	p->conflicting |= h->conflict;
	h->gap = h->conflict = false;
	h->spoke = true;
	remember(h, p->bytes);
	h->next += p->bytes.n;
	out->speak(out->ctx, p);
}

static void skip_to(struct half *h, struct half_out *out, uint64_t at)
{
	out->counters->tcp_gaps++;
	out->counters->tcp_gap_bytes += at - h->next;
	h->gap = true;
	h->next = at;
}

/* What the snap length cut off can never come, unless somebody sent it again. */
static void skip_lost(struct half *h, struct half_out *out, uint32_t lost)
{
	uint64_t to = h->next + lost;

	if (h->hold.first && h->hold.first->at < to)
		to = h->hold.first->at;
	if (to > h->next)
		skip_to(h, out, to);
}

static void hand_on_run(struct half *h, struct half_out *out, struct hold_run *r)
{
	struct payload p = { .bytes = { r->bytes, r->n },
			     .frame = &r->frame,
			     .conflicting = r->conflicting,
			     .tunnelled = r->tunnelled };
	uint32_t lost = r->lost;

	hand_on(h, out, &p);
	free(r);
	if (lost)
		skip_lost(h, out, lost);
}

static void drain(struct half *h, struct half_out *out)
{
	while (h->hold.first && h->hold.first->at == h->next) {
		size_t before = h->hold.cost;
		struct hold_run *r = hold_pop(&h->hold);
		*out->held -= before - h->hold.cost;
		hand_on_run(h, out, r);
	}
}

void half_flush(struct half *h, struct half_out *out)
{
	while (h->hold.first) {
		if (h->hold.first->at > h->next)
			skip_to(h, out, h->hold.first->at);
		drain(h, out);
	}
}

/* Where the hole at the front ends, or `next` when there is none. A FIN bounds one too. */
static uint64_t hole_end(const struct half *h)
{
	if (h->hold.first)
		return h->hold.first->at;
	return h->ends && h->fin > h->next ? h->fin : h->next;
}

static void end_at_fin(struct half *h, struct half_out *out, const struct frame *frame)
{
	if (h->ends && h->next >= h->fin)
		half_close(h, out, frame, h->spoke);
}

bool half_give_up(struct half *h, struct half_out *out, const struct frame *now)
{
	bool moved = false;

	while (hole_end(h) > h->next && h->acked >= hole_end(h) && now->ts_ns >= h->proof_ns &&
	       now->ts_ns - h->proof_ns >= GRACE) {
		skip_to(h, out, hole_end(h));
		drain(h, out);
		moved = true;
	}
	if (moved)
		end_at_fin(h, out, now);
	return moved;
}

void half_expire(struct half *h, struct half_out *out)
{
	half_flush(h, out);
	end_at_fin(h, out, NULL);
}

void half_close(struct half *h, struct half_out *out, const struct frame *frame, bool tell)
{
	bool first = h->started && !h->closed;

	h->closed = true;
	if (!first || !tell)
		return;
	struct payload p = { .frame = frame ? frame : &h->last,
			     .gap_before = h->gap,
			     .conflicting = h->conflict,
			     .closed = true };
	h->gap = h->conflict = false;
	out->speak(out->ctx, &p);
}

void half_clear(struct half *h)
{
	hold_clear(&h->hold);
}

static void hold_piece(struct half *h, struct half_out *out, const struct hold_piece *p)
{
	size_t before = h->hold.cost;
	struct hold_added sum = hold_add(&h->hold, p);

	*out->held += h->hold.cost - before;
	if (sum.conflict)
		out->counters->tcp_conflicts++;
}

static bool fits(const struct half *h, const struct half_out *out, size_t n)
{
	return h->hold.cost + n <= out->buffer && *out->held + n <= out->held_max &&
	       h->hold.runs < MAX_RUNS;
}

static void take_direct(struct half *h, struct half_out *out, const struct hold_piece *piece)
{
	struct payload p = { .bytes = piece->bytes,
			     .frame = piece->frame,
			     .tunnelled = piece->tunnelled };

	if (p.bytes.n)
		hand_on(h, out, &p);
	if (piece->lost)
		skip_lost(h, out, piece->lost);
}

/* Cuts off what was handed on before. False: nothing is left. */
static bool trim(struct half *h, struct half_out *out, struct hold_piece *piece)
{
	if (piece->at >= h->next)
		return true;
	uint64_t old = h->next - piece->at;
	check_again(h, out, piece->at, slice_upto(piece->bytes, (size_t)old));
	if (old >= piece->bytes.n + (uint64_t)piece->lost)
		return false;
	if (old > piece->bytes.n)
		piece->lost -= (uint32_t)(old - piece->bytes.n);
	piece->bytes = slice_from(piece->bytes, (size_t)old);
	piece->at = h->next;
	return true;
}

static void take_piece(struct half *h, struct half_out *out, struct hold_piece *piece)
{
	if (!trim(h, out, piece))
		return;
	if (piece->at == h->next && !h->hold.first) {
		take_direct(h, out, piece);
		return;
	}
	if (fits(h, out, piece->bytes.n)) {
		hold_piece(h, out, piece);
		drain(h, out);
		return;
	}
	out->counters->tcp_buffer_full++;
	half_flush(h, out);
	if (!trim(h, out, piece))
		return;
	if (piece->at > h->next)
		skip_to(h, out, piece->at);
	take_direct(h, out, piece);
}

/*
 * Segments far from the rest are strays: of a forged or forgotten SYN, or noise.
 * A few in a row are where the sender really is.
 */
static bool stray(struct half *h, struct half_out *out, uint64_t at)
{
	if (!is_far(h, at)) {
		h->strays = 0;
		return false;
	}
	if (++h->strays < STRAYS)
		return true;
	half_flush(h, out);
	h->strays = 0;
	h->gap = true;
	out->counters->tcp_gaps++;
	h->next = h->acked = at;
	memset(h->recent, 0, sizeof h->recent);
	return false;
}

static void take_data(struct half *h, struct half_out *out, const struct half_segment *seg,
		      uint64_t at)
{
	const struct ip_segment *tcp = seg->tcp;
	struct hold_piece piece = { at, tcp->bytes, tcp->len - (uint32_t)tcp->bytes.n,
				    seg->tunnelled, seg->frame };

	if (tcp->len && !stray(h, out, at))
		take_piece(h, out, &piece);
}

bool half_take(struct half *h, struct half_out *out, const struct half_segment *seg)
{
	const struct ip_segment *tcp = seg->tcp;
	uint32_t seq =
		tcp->seq + (tcp->flags & IP_SYN ? 1 : 0); /* RFC 7413: a SYN may carry data */

	if (h->closed)
		return false;
	if (!h->started) {
		if (!tcp->len && !(tcp->flags & IP_FIN))
			return false;
		start(h, seq);
	}
	uint64_t at = position(h, seq), before = h->next;
	h->last = *seg->frame;
	h->last.bytes = (struct slice){ NULL, 0 };
	if (tcp->flags & IP_FIN && !h->ends && !is_far(h, at)) {
		h->ends = true;
		h->fin = at + tcp->len;
	}
	take_data(h, out, seg, at);
	end_at_fin(h, out, seg->frame);
	return h->next != before;
}
