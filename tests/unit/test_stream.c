/* test_stream.c - TCP as a bystander sees it: reordered, repeated, lost, forged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/wire/stream.h"

enum { A, B };

/* All that was handed on, as text: "1A:hello" for bytes, "~" after a gap, "!" for other bytes, "$"
 * closed. */
struct scene {
	struct stream *stream;
	struct wire_counters n;
	struct text heard;
	uint64_t ms;
	uint16_t port; /* of A */
	bool handshake;
};

static void hear(void *ctx, const struct payload *p)
{
	struct scene *s = ctx;

	assert_non_null(p->frame);
	text_addf(&s->heard, "%s%llu%c%s%s%s", s->heard.n ? " " : "", (unsigned long long)p->stream,
		  p->flow.dport == 5060 ? 'A' : 'B', p->gap_before ? "~" : "",
		  p->conflicting ? "!" : "", p->closed ? "$" : ":");
	if (p->bytes.n > 64)
		text_addf(&s->heard, "%zu", p->bytes.n);
	else
		text_add_slice(&s->heard, p->bytes);
	s->handshake = p->handshake;
}

static int begin(void **state)
{
	static struct scene s;

	s = (struct scene){ .ms = 1000, .port = 40000 };
	s.stream = stream_new((struct wire_hooks){ &s, hear, NULL }, 4, 4096, &s.n);
	*state = &s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	stream_free(s->stream);
	text_free(&s->heard);
	return 0;
}

static void send_slice(struct scene *s, int from, uint8_t flags, uint32_t seq, uint32_t ack,
		       struct slice bytes, uint32_t len)
{
	static const uint8_t a[4] = { 192, 0, 2, 1 }, b[4] = { 192, 0, 2, 2 };
	struct flow_key flow = { addr_v4(a), addr_v4(b), s->port, 5060, 6, { 0 } };
	struct ip_segment seg = {
		.bytes = bytes, .len = len, .seq = seq, .ack = ack, .flags = flags
	};
	struct frame frame = { .ts_ns = s->ms * WHEN_MS, .number = 1 };

	if (from == B)
		flow = addr_reversed(&flow);
	stream_feed(s->stream, &flow, &seg, &frame, false);
}

static void put(struct scene *s, int from, uint8_t flags, uint32_t seq, uint32_t ack,
		const char *text)
{
	struct slice bytes = slice_of(text);

	send_slice(s, from, flags, seq, ack, bytes, (uint32_t)bytes.n);
}

static void data(struct scene *s, uint32_t seq, const char *text)
{
	put(s, A, IP_ACK, seq, 900, text);
}

static void acked(struct scene *s, uint32_t upto)
{
	put(s, B, IP_ACK, 900, upto, "");
}

/* Compares what was heard since the last time. */
static void heard(struct scene *s, const char *expected)
{
	assert_string_equal(text_of(&s->heard), expected);
	text_clear(&s->heard);
}

static void shake(struct scene *s, uint32_t isn)
{
	put(s, A, IP_SYN, isn, 0, "");
	put(s, B, IP_SYN | IP_ACK, 899, isn + 1, "");
}

static void hands_on_both_directions_from_handshake_to_fin(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "ask");
	put(s, B, IP_ACK, 900, 103, "reply");
	assert_true(s->handshake);
	put(s, A, IP_FIN | IP_ACK, 103, 905, "bye");
	put(s, B, IP_FIN | IP_ACK, 905, 107, "");
	heard(s, "1A:ask 1B:reply 1A:bye 1A$ 1B$");
	data(s, 103, "bye");
	stream_end(s->stream);
	heard(s, "");
}

static void begins_in_the_middle(void **state)
{
	struct scene *s = *state;

	acked(s, 100);
	data(s, 500, "mid");
	assert_false(s->handshake);
	stream_end(s->stream);
	heard(s, "1A:mid 1A$");
}

static void puts_reordered_segments_in_order(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 106, "three");
	data(s, 103, "two");
	heard(s, "");
	data(s, 100, "one");
	heard(s, "1A:one 1A:two 1A:three");
	assert_int_equal(s->n.tcp_gaps + s->n.tcp_conflicts, 0);
}

static void drops_retransmissions_and_cuts_overlaps(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "abcdef");
	data(s, 100, "abcdef");
	data(s, 102, "cd");
	data(s, 100, "abcdefgh");
	data(s, 107, "hij");
	heard(s, "1A:abcdef 1A:gh 1A:ij");
	assert_int_equal(s->n.tcp_conflicts, 0);
}

static void keeps_the_first_bytes_and_tells_of_others(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 104, "good");
	data(s, 102, "xxEVIL");
	data(s, 100, "ab");
	heard(s, "1A:ab 1A:xx 1A!:good");
	data(s, 100, "OTHERxgood");
	data(s, 110, "next");
	heard(s, "1A!:od 1A:next");
	assert_int_equal(s->n.tcp_conflicts, 2);
}

static void skips_a_gap_that_the_peer_has_acknowledged(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "one");
	data(s, 106, "three");
	acked(s, 111);
	heard(s, "1A:one");
	s->ms += 50;
	acked(s, 111);
	heard(s, "1A~:three");
	assert_int_equal(s->n.tcp_gaps, 1);
	assert_int_equal(s->n.tcp_gap_bytes, 3);
	data(s, 103, "two");
	heard(s, "");
}

static void waits_for_bytes_captured_after_their_acknowledgement(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 103, "two");
	acked(s, 106);
	data(s, 100, "one");
	heard(s, "1A:one 1A:two");
	assert_int_equal(s->n.tcp_gaps, 0);
}

static void gives_up_a_gap_after_a_while_or_at_the_end(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 103, "two");
	stream_tick(s->stream, (s->ms + 5000) * WHEN_MS);
	heard(s, "");
	stream_tick(s->stream, (s->ms + 5001) * WHEN_MS);
	heard(s, "1A~:two");
	put(s, A, IP_ACK | IP_FIN, 110, 900, "x");
	stream_end(s->stream);
	heard(s, "1A~:x 1A$ 1B$");
}

static void skips_gaps_when_the_buffer_is_full(void **state)
{
	struct scene *s = *state;
	static uint8_t bulk[1400];

	shake(s, 99);
	for (uint32_t i = 0; i < 3; i++)
		send_slice(s, A, IP_ACK, 200 + 1400 * i, 900, (struct slice){ bulk, 1400 }, 1400);
	assert_int_equal(s->n.tcp_buffer_full, 1);
	heard(s, "1A~:1400 1A:1400 1A:1400");
}

static void skips_gaps_when_all_buffers_together_are_full(void **state)
{
	struct scene *s = *state;
	static uint8_t bulk[1400];

	stream_at_most(s->stream, 2000);
	shake(s, 99);
	for (uint32_t i = 0; i < 2; i++)
		send_slice(s, A, IP_ACK, 200 + 1400 * i, 900, (struct slice){ bulk, 1400 }, 1400);
	assert_int_equal(s->n.tcp_buffer_full, 1);
	heard(s, "1A~:1400 1A:1400");
}

static void survives_the_wrap_of_sequence_numbers(void **state)
{
	struct scene *s = *state;

	shake(s, 0xfffffffc);
	data(s, 3, "world");
	data(s, 0xfffffffd, "hello ");
	data(s, 0xfffffffd, "hello ");
	heard(s, "1A:hello  1A:world");
}

static void sees_through_probes(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "abc");
	data(s, 102, "\x01"); /* keep-alive: an old byte, with garbage */
	data(s, 102, "");
	data(s, 103, "d"); /* zero-window probe: the next byte */
	data(s, 103, "def");
	heard(s, "1A:abc 1A:d 1A:ef");
	assert_int_equal(s->n.tcp_conflicts, 0);
}

static void ends_both_directions_by_rst(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "abc");
	data(s, 106, "late");
	put(s, B, IP_RST, 900 + (64 << 20), 0, ""); /* not credible */
	heard(s, "1A:abc");
	put(s, B, IP_RST, 900, 0, "");
	heard(s, "1A~:late 1A$ 1B$");
	data(s, 110, "in flight");
	heard(s, "");
	s->ms += 2000;
	data(s, 110, "goes on");
	assert_false(s->handshake);
	heard(s, "2A:goes on");
}

static void counts_a_new_syn_on_used_ports_as_a_new_stream(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "old");
	put(s, A, IP_SYN, 99, 0, ""); /* again: nothing new */
	shake(s, 70000);
	data(s, 70001, "new");
	heard(s, "1A:old 1A$ 1B$ 2A:new");
}

static void hears_what_strays_say_in_the_end(void **state)
{
	struct scene *s = *state;
	uint32_t far = 100 + (512u << 20);

	shake(s, 99);
	for (uint32_t i = 0; i < 3; i++)
		data(s, far + i, "x");
	data(s, far + 3, "more");
	heard(s, "1A~:x 1A:more");
}

static void skips_what_the_snap_length_cut(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	send_slice(s, A, IP_ACK, 100, 900, SLICE("abc"), 10);
	data(s, 110, "next");
	send_slice(s, A, IP_ACK, 120, 900, SLICE("x"), 5);
	data(s, 125, "z");
	data(s, 114, "filled");
	heard(s, "1A:abc 1A~:next 1A:filled 1A:x 1A~:z");
	assert_int_equal(s->n.tcp_gap_bytes, 7 + 4);
}

static void evicts_the_quiet_before_those_that_speak(void **state)
{
	struct scene *s = *state;

	s->port = 40001;
	data(s, 100, "speaks");
	for (s->port = 40002; s->port < 40012; s->port++)
		shake(s, 99);
	s->port = 40001;
	data(s, 106, "again");
	heard(s, "1A:speaks 1A:again");
	assert_int_equal(s->n.tcp_evicted, 7);
	for (s->port = 50001; s->port < 50004; s->port++)
		data(s, 100, "x");
	s->port = 50005;
	data(s, 100, "y");
	heard(s, "12A:x 13A:x 14A:x 1A$ 15A:y");
}

static void forgets_the_idle(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	stream_tick(s->stream, (s->ms + 60001) * WHEN_MS);
	data(s, 100, "late");
	assert_false(s->handshake);
	stream_tick(s->stream, (s->ms + 3600000) * WHEN_MS);
	heard(s, "2A:late");
	stream_tick(s->stream, (s->ms + 3600001) * WHEN_MS);
	heard(s, "2A$");
}

static void closes_at_a_fin_behind_a_proven_gap(void **state)
{
	struct scene *s = *state;

	shake(s, 99);
	data(s, 100, "abc");
	put(s, A, IP_FIN | IP_ACK, 110, 900, "");
	acked(s, 111);
	heard(s, "1A:abc");
	s->ms += 100;
	acked(s, 111);
	heard(s, "1A~$");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hands_on_both_directions_from_handshake_to_fin),
		TEST(begins_in_the_middle),
		TEST(puts_reordered_segments_in_order),
		TEST(drops_retransmissions_and_cuts_overlaps),
		TEST(keeps_the_first_bytes_and_tells_of_others),
		TEST(skips_a_gap_that_the_peer_has_acknowledged),
		TEST(waits_for_bytes_captured_after_their_acknowledgement),
		TEST(gives_up_a_gap_after_a_while_or_at_the_end),
		TEST(skips_gaps_when_the_buffer_is_full),
		TEST(skips_gaps_when_all_buffers_together_are_full),
		TEST(survives_the_wrap_of_sequence_numbers),
		TEST(sees_through_probes),
		TEST(ends_both_directions_by_rst),
		TEST(counts_a_new_syn_on_used_ports_as_a_new_stream),
		TEST(hears_what_strays_say_in_the_end),
		TEST(skips_what_the_snap_length_cut),
		TEST(evicts_the_quiet_before_those_that_speak),
		TEST(forgets_the_idle),
		TEST(closes_at_a_fin_behind_a_proven_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
