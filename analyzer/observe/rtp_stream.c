/* rtp_stream.c - one RTP stream of a flow: its window, its pace, its changes of kind. */
#include "analyzer/observe/rtp_stream.h"

enum {
	SIZE_WINDOW = 16, /* packets a window has before another pattern may close it */
	PT_RUN = 4,	  /* packets in a row of another type that make it the main one */
	PT_TOTAL = 20,	  /* the same, not in a row */
	SEQ_JUMP = 3000,  /* RFC 3550 A.1 MAX_DROPOUT: beyond, a restart rather than loss */
	AGAIN = 250,	  /* packets behind: later than any order of arrival, and any mirror port */
	LOOK_LATEST = 100, /* packets into a window, testing does not begin any more */
	EVENT_BYTES = 4,
	DIGIT_LAST = 15, /* RFC 4733 3.2 */
	EVENT_LAST = 16, /* a flash of the hook */
};

bool rtp_stream_wants_tester(const struct stream *s)
{
	return !s->tested && s->now.packets <= LOOK_LATEST;
}

/* An event or comfort noise that happens to come first does not name the window's type. */
static uint8_t main_type(const struct stream *s, uint8_t pt, size_t len)
{
	return len >= RTP_STREAM_SHORT || !s->started ? pt : s->now.pt;
}

void rtp_stream_open(struct stream *s, uint16_t reasons, const struct rtp_quick *q, size_t len,
		     struct evidence at)
{
	s->now = (struct window_seen){
		.first_ns = at.ts_ns,
		.first_frame = at.frame,
		.reasons = s->started ? reasons : (uint16_t)(reasons | WINDOW_START),
		.first_seq = q->seq,
		.rolls = s->rolls,
		.pt = main_type(s, q->pt, len),
	};
	s->len = s->step = (struct vote){ 0, 0 };
	s->pending = 0;
	s->tested = false;
	s->started = true;
	s->run = s->other_run = s->other_total = 0;
	if (s->packets == 0) {
		s->at = at;
		s->stint_ns = at.ts_ns;
	}
}

/* A length that became the rule after another was: fixed-rate codecs only ever get here. */
static uint16_t size_pattern(struct stream *s, size_t len)
{
	if (len != s->run_len || s->run == 0) {
		s->run_len = (uint16_t)len;
		s->run = 1;
		return 0;
	}
	if (++s->run < RTP_STREAM_SIZE_RUN)
		return 0;
	s->run = RTP_STREAM_SIZE_RUN;
	if (s->settled_len == len)
		return 0;
	bool changed = s->settled_len != 0 && s->now.packets >= SIZE_WINDOW;
	if (changed || s->settled_len == 0)
		s->settled_len = (uint16_t)len;
	return changed ? WINDOW_SIZE : 0;
}

static void event_packet(struct stream *s, struct slice payload)
{
	uint32_t event = (uint32_t)payload.p[0] << 24 | (uint32_t)payload.p[1] << 16 |
			 (uint32_t)payload.p[2] << 8 | payload.p[3];

	if (s->has_event && s->event == event)
		return;
	s->has_event = true;
	s->event = event;
	if (s->now.event_packets == UINT16_MAX)
		return;
	s->now.event_packets++;
	if (payload.p[0] > EVENT_LAST || (payload.p[1] & 0x40))
		return;
	s->now.event_ok++;
	s->now.event_digits = (uint16_t)(s->now.event_digits + (payload.p[0] <= DIGIT_LAST));
}

/*
 * Events and comfort noise come between packets of the main type without
 * changing it; another codec stays, or keeps coming back.
 */
static uint16_t other_type(struct stream *s, uint8_t pt, struct slice payload, size_t len)
{
	if (len == EVENT_BYTES && payload.n == len)
		event_packet(s, payload);
	if (len < RTP_STREAM_SHORT)
		return 0;
	if (pt != s->other_pt) {
		s->other_pt = pt;
		s->other_run = s->other_total = 0;
	}
	s->other_run++;
	s->other_total++;
	return s->other_run >= PT_RUN || s->other_total >= PT_TOTAL ? WINDOW_PT : 0;
}

static uint16_t due(const struct stream *s, uint64_t ts_ns)
{
	uint16_t reasons = s->pending;

	if (s->now.packets == 0 || ts_ns >= s->now.first_ns + RTP_STREAM_WINDOW_NS)
		reasons |= WINDOW_TIMER;
	if (ts_ns > s->last_ns + RTP_STREAM_GAP_NS)
		reasons = (uint16_t)((reasons & ~WINDOW_TIMER) | WINDOW_GAP);
	return reasons;
}

void rtp_stream_follow(struct stream *s, unsigned packets)
{
	unsigned unbroken = s->unbroken + packets;

	s->unbroken = (uint16_t)(unbroken < SEQ_JUMP ? unbroken : SEQ_JUMP);
}

/* RFC 3550 A.1 in short: what is missing, what comes late, what starts anew. */
static uint16_t sequence(struct stream *s, uint16_t seq)
{
	uint16_t step = (uint16_t)(seq - s->seq);
	uint16_t reasons = 0;

	if (step == 0)
		return 0;
	if (step < SEQ_JUMP) {
		if (seq < s->seq) {
			s->rolls++;
			reasons = WINDOW_WRAP;
		}
		if (step > 1)
			s->unbroken = 0;
		rtp_stream_follow(s, 1);
		s->seq = seq;
	} else if (step > UINT16_MAX - SEQ_JUMP) {
		if (s->now.lost)
			s->now.lost--;
	} else if (seq == s->restart_seq) {
		s->seq = seq;
		s->unbroken = 0;
	}
	s->restart_seq = (uint16_t)(seq + 1);
	return reasons;
}

/* Loss belongs to the window of the packet that shows it; a step of one says the pace. */
static void count_step(struct stream *s, uint16_t before, const struct rtp_quick *q)
{
	uint16_t step = (uint16_t)(s->seq - before);

	if (step > 1 && step < SEQ_JUMP)
		s->now.lost += step - 1u;
	if (step == 1 && s->now.packets && q->pt == s->now.pt)
		rtp_stream_vote(&s->step.value, &s->step.lead, q->ts - s->ts);
}

uint16_t rtp_stream_reasons(struct stream *s, const struct rtp_quick *q, const struct payload *p)
{
	size_t len = rtp_stream_octets(p, q);
	uint16_t reasons = 0;

	if (s->started)
		reasons = due(s, p->frame->ts_ns) | sequence(s, q->seq);
	else
		s->seq = q->seq;
	if (s->now.packets && q->pt != s->now.pt)
		reasons |= other_type(s, q->pt, slice_from(p->bytes, q->header_len), len);
	else if (s->now.packets)
		reasons |= size_pattern(s, len);
	return reasons;
}

void rtp_stream_print(struct stream *s, const struct payload *p, const struct rtp_quick *q,
		      struct slice payload)
{
	if (p->cut || payload.n == 0)
		return;
	print_offer(&s->prints, &(struct print_packet){ .payload = payload,
							.choice = print_choice(payload),
							.ts_ns = p->frame->ts_ns,
							.rtp_ts = q->ts,
							.seq = q->seq });
}

/* Numbers came without a hole since then, so this one has been here: it is no late arrival. */
static void count_again(struct stream *s, uint16_t seq)
{
	uint16_t behind = (uint16_t)(s->seq - seq);

	if (behind >= AGAIN && behind < s->unbroken && s->now.again < UINT16_MAX)
		s->now.again++;
}

static void count_packet(struct stream *s, const struct payload *p, const struct rtp_quick *q,
			 size_t len, bool main)
{
	struct window_seen *w = &s->now;

	w->packets++;
	w->bytes += len;
	w->last_ns = p->frame->ts_ns;
	w->last_frame = p->frame->number;
	w->last_seq = q->seq;
	if (len < RTP_STREAM_SHORT && w->short_payloads < UINT16_MAX)
		w->short_payloads++;
	if (main)
		rtp_stream_vote(&s->len.value, &s->len.lead, (uint32_t)len);
	s->ts = q->ts;
	if (p->frame->ts_ns > s->last_ns)
		s->last_ns = p->frame->ts_ns;
}

void rtp_stream_count(struct stream *s, const struct payload *p, const struct rtp_quick *q,
		      size_t len, uint16_t before)
{
	bool main = q->pt == s->now.pt;

	count_step(s, before, q);
	count_again(s, q->seq);
	if (main)
		s->other_run = 0;
	count_packet(s, p, q, len, main);
	s->now.mixed += (p->bytes.p[0] & 15) != 0;
}
