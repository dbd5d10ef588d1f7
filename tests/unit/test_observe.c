/* test_observe.c - payloads in, observations out: the room as a whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/when.h"
#include "analyzer/observe/idset.h"
#include "analyzer/observe/observe.h"

enum { TOLD = 256, UDP = 17, TCP = 6 };

/* What was told, as far as a test asks for it. */
static struct {
	struct observe *o;
	struct {
		enum observation_kind kind;
		struct flow_key flow;
		uint64_t packets;
		uint64_t hash; /* of the plain parts */
		bool in_turn, truncated;
		int speaks;
		uint8_t call_id[32];
	} told[TOLD];
	size_t count;
	uint64_t frame, now_ns;
	bool hinted;
} t;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	if (t.count == TOLD)
		return;
	t.told[t.count].kind = o->kind;
	t.told[t.count].flow = o->flow;
	t.told[t.count].hash = o->first_ns ^ (o->last_ns << 1) ^ (o->evidence.frame << 40);
	if (o->kind == OBSERVATION_MEDIA) {
		t.told[t.count].packets = o->as.media.packets;
		t.told[t.count].in_turn = o->as.media.in_turn;
	}
	if (o->kind == OBSERVATION_FLOW) {
		t.told[t.count].packets = o->as.flow.parsed;
		t.told[t.count].speaks = (int)o->as.flow.speaks;
	}
	if (o->kind == OBSERVATION_SIP) {
		t.told[t.count].truncated = o->as.sip.truncated;
		size_t n = o->as.sip.call_id.n < 32 ? o->as.sip.call_id.n : 31;
		memcpy(t.told[t.count].call_id, o->as.sip.call_id.p, n);
	}
	t.count++;
}

static int start_with(struct observe_limits limits)
{
	memset(&t, 0, sizeof t);
	t.o = observe_new(remember, NULL, limits);
	t.now_ns = 1000 * WHEN_SECOND;
	return 0;
}

static int start(void **state)
{
	(void)state;
	return start_with((struct observe_limits){ 0 });
}

static int start_small(void **state)
{
	(void)state;
	return start_with((struct observe_limits){ .flows = 2, .lookers = 1, .announced = 1 });
}

static int stop(void **state)
{
	(void)state;
	observe_free(t.o);
	return 0;
}

static struct endpoint at(uint8_t last, uint16_t port)
{
	const uint8_t v4[4] = { 192, 0, 2, last };

	return (struct endpoint){ addr_v4(v4), port };
}

static const struct observe_counters *counters(void)
{
	return observe_counters(t.o);
}

/* Twenty milliseconds later, a datagram of which the capture left so many octets out. */
static void give_cut(struct endpoint src, struct endpoint dst, struct slice bytes, uint32_t missing)
{
	t.now_ns += 20 * WHEN_MS;
	struct frame f = { .number = ++t.frame, .ts_ns = t.now_ns };
	struct wire_ahead a = {
		.plain = true,
		.payload = { .bytes = bytes,
			     .flow = addr_flow_key(src, dst, UDP),
			     .frame = &f,
			     .cut = missing > 0,
			     .wire_len = (uint32_t)bytes.n + missing },
	};

	observe_tick(t.o, t.now_ns);
	if (t.hinted)
		observe_expect(t.o, &a, 1);
	observe_payload(t.o, &a.payload);
}

static void give(struct endpoint src, struct endpoint dst, struct slice bytes)
{
	give_cut(src, dst, bytes, 0);
}

struct segment {
	struct slice bytes;
	uint64_t stream;
	bool gap, closed;
};

static void give_tcp(bool back, struct segment s)
{
	t.now_ns += 20 * WHEN_MS;
	struct frame f = { .number = ++t.frame, .ts_ns = t.now_ns };
	struct payload p = { .bytes = s.bytes,
			     .frame = &f,
			     .stream = s.stream,
			     .gap_before = s.gap,
			     .closed = s.closed };

	p.flow = back ? addr_flow_key(at(2, 5060), at(1, 5555), TCP)
		      : addr_flow_key(at(1, 5555), at(2, 5060), TCP);
	observe_payload(t.o, &p);
}

static void give_rtp(struct endpoint src, struct endpoint dst, uint16_t seq, uint32_t ssrc)
{
	uint8_t b[172] = { 0x80, 0, (uint8_t)(seq >> 8), (uint8_t)seq };
	uint32_t ts = seq * 160u;

	for (int i = 0; i < 4; i++) {
		b[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
		b[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	}
	for (size_t i = 12; i < sizeof b; i++)
		b[i] = (uint8_t)(i * seq + (i ^ seq));
	give(src, dst, (struct slice){ b, sizeof b });
}

/* An INVITE whose body promises one line at 192.0.2.1. */
static struct slice invite(const char *line, const char *call_id)
{
	static char text[2048];
	char body[512];

	snprintf(body, sizeof body,
		 "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n%s\r\n",
		 line);
	int n = snprintf(text, sizeof text,
			 "INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			 "From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: %s\r\n"
			 "CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 call_id, strlen(body), body);
	return (struct slice){ (const uint8_t *)text, (size_t)n };
}

static size_t told(enum observation_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < t.count; i++)
		n += t.told[i].kind == kind;
	return n;
}

static size_t first(enum observation_kind kind)
{
	for (size_t i = 0; i < t.count; i++)
		if (t.told[i].kind == kind)
			return i;
	fail_msg("no observation of kind %d", (int)kind);
	return 0;
}

static void announced_media_is_believed_at_once(void **state)
{
	(void)state;
	give(at(1, 5060), at(2, 5060), invite("m=audio 4000 RTP/AVP 0", "c1"));
	give_rtp(at(9, 7000), at(1, 4000), 1, 77);
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_SIP), 1);
	assert_int_equal(told(OBSERVATION_MEDIA), 1);
	assert_int_equal(t.told[first(OBSERVATION_MEDIA)].packets, 1);
	assert_int_equal(t.told[first(OBSERVATION_MEDIA)].flow.sport, 7000);
	assert_int_equal(counters()->call_ids, 1);
	assert_int_equal(counters()->invite_call_ids, 1);
}

static void unannounced_media_is_believed_by_continuity_and_counted_whole(void **state)
{
	(void)state;
	for (uint16_t seq = 0; seq < 30; seq++)
		give_rtp(at(9, 7000), at(8, 4000), seq, 77);
	observe_end(t.o);
	assert_int_equal(t.count, 1);
	assert_int_equal(t.told[0].packets, 30);
	assert_int_equal(counters()->rtp_streams, 1);
}

static void three_packets_are_not_media(void **state)
{
	(void)state;
	for (uint16_t seq = 0; seq < 3; seq++)
		give_rtp(at(9, 7000), at(8, 4000), seq, 77);
	observe_end(t.o);
	assert_int_equal(t.count, 0);
}

static void names_and_noise_tell_nothing(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t b[64];
		for (size_t k = 0; k < sizeof b; k++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			b[k] = (uint8_t)(random >> 56);
		}
		give(at(3, 1234), at(4, (uint16_t)(53 + i % 5)), (struct slice){ b, 10 + i % 50 });
	}
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_MEDIA) + told(OBSERVATION_RTCP), 0);
	assert_int_equal(counters()->rtp_streams, 0);
}

static void what_looks_like_rtp_and_is_not_is_a_hint_at_most(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 40; i++)
		give_rtp(at(3, 1234), at(4, 9999), (uint16_t)(i * 7919), i * 40503u);
	observe_end(t.o);
	assert_int_equal(t.count, 1);
	assert_int_equal(t.told[0].kind, OBSERVATION_FLOW);
	assert_int_equal(t.told[0].speaks, FLOW_RTP_LIKE);
	assert_int_equal(counters()->hinted, 1);
}

static void a_few_packets_of_fax_are_believed_once_announced(void **state)
{
	(void)state;
	for (int announced = 0; announced < 2; announced++) {
		if (announced)
			give(at(1, 5060), at(2, 5060), invite("m=image 4000 udptl t38", "c1"));
		for (uint8_t seq = 0; seq < 4; seq++) {
			uint8_t b[] = { 0, seq, 1, 0x06, 0, 0 };
			give(at(9, 7000), at(1, 4000), (struct slice){ b, sizeof b });
		}
	}
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_FLOW), 1);
	assert_int_equal(t.told[first(OBSERVATION_FLOW)].speaks, FLOW_UDPTL);
	assert_int_equal(t.told[first(OBSERVATION_FLOW)].packets, 8);
}

static void audio_goes_on_while_the_port_turns_to_fax(void **state)
{
	(void)state;
	give(at(1, 5060), at(2, 5060), invite("m=audio 4000 RTP/AVP 0", "c1"));
	give_rtp(at(9, 7000), at(1, 4000), 1, 77);
	give(at(1, 5060), at(2, 5060), invite("m=image 4000 udptl t38", "c1"));
	for (uint8_t seq = 0; seq < 4; seq++) {
		uint8_t b[] = { 0, seq, 1, 0x06, 0, 0 };
		give(at(9, 7000), at(1, 4000), (struct slice){ b, sizeof b });
		give_rtp(at(9, 7000), at(1, 4000), (uint16_t)(2 + seq), 77);
	}
	observe_end(t.o);
	assert_int_equal(t.told[first(OBSERVATION_MEDIA)].packets, 5);
	assert_int_equal(t.told[first(OBSERVATION_FLOW)].packets, 4);
}

static void sip_over_tcp_is_cut_from_pieces_of_any_size(void **state)
{
	struct slice whole = invite("m=audio 4000 RTP/AVP 0", "c1");

	(void)state;
	for (size_t i = 0; i < whole.n; i++)
		give_tcp(false, (struct segment){ .bytes = { whole.p + i, 1 }, .stream = 1 });
	give_tcp(false, (struct segment){ .bytes = whole, .stream = 1 });
	give_tcp(true, (struct segment){ .bytes = SLICE("\r\n\r\n"), .stream = 1 });
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_SIP), 2);
	assert_int_equal(counters()->sip_messages, 2);
	assert_int_equal(counters()->sip_junk_bytes, 0);
}

static void a_gap_cuts_a_message_and_is_told(void **state)
{
	struct slice whole = invite("m=audio 4000 RTP/AVP 0", "c1");

	(void)state;
	give_tcp(false, (struct segment){ .bytes = slice_upto(whole, whole.n - 10), .stream = 1 });
	give_tcp(false, (struct segment){ .bytes = whole, .stream = 1, .gap = true });
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_SIP), 2);
	assert_true(t.told[first(OBSERVATION_SIP)].truncated);
	assert_int_equal(told(OBSERVATION_LOSS), 1);
}

static void a_connection_ends_when_both_directions_did(void **state)
{
	struct slice none = { NULL, 0 };

	(void)state;
	give_tcp(false, (struct segment){ .bytes = SLICE("INVITE sip:"), .stream = 1 });
	give_tcp(false, (struct segment){ .bytes = none, .stream = 1, .closed = true });
	give_tcp(true, (struct segment){ .bytes = none, .stream = 1, .closed = true });
	give_tcp(false,
		 (struct segment){ .bytes = invite("m=audio 9 RTP/AVP 0", "c2"), .stream = 2 });
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_SIP), 1);
	assert_int_equal(counters()->flows, 2);
}

/* A ChannelBind request for channel 0x4001 and the peer 192.0.2.20:4000. */
static const uint8_t channel_bind[] = {
	0, 9,	 0, 20, 0x21,	     0x12,	  0xa4,	      0x42, 1,	      2,
	3, 4,	 5, 6,	7,	     8,		  9,	      10,   11,	      12,
	0, 0x0c, 0, 4,	0x40,	     1,		  0,	      0,    0,	      0x12,
	0, 8,	 0, 1,	0x0f ^ 0x21, 0xa0 ^ 0x12, 192 ^ 0x21, 0x12, 2 ^ 0xa4, 20 ^ 0x42,
};

static void media_inside_turn_is_a_flow_of_its_own(void **state)
{
	(void)state;
	give(at(1, 6000), at(2, 3478), (struct slice){ channel_bind, sizeof channel_bind });
	for (uint16_t seq = 0; seq < 10; seq++) {
		uint8_t b[4 + 172] = { 0x40, 1, 0, 172, 0x80, 0, 0, (uint8_t)seq };
		b[8] = 0;
		b[10] = (uint8_t)(seq * 160u >> 8);
		b[11] = (uint8_t)(seq * 160u);
		b[15] = 7;
		memset(b + 16, seq * 31 + 5, sizeof b - 16);
		give(at(1, 6000), at(2, 3478), (struct slice){ b, sizeof b });
	}
	observe_end(t.o);
	size_t i = first(OBSERVATION_MEDIA);
	assert_true(t.told[i].in_turn);
	assert_int_equal(t.told[i].packets, 10);
	assert_int_equal(t.told[i].flow.sport, 6000);
	assert_int_equal(t.told[i].flow.dport, 4000);
	assert_int_equal(told(OBSERVATION_STUN), 1);
}

/* The same datagrams with hints and tokens, for flows known and unknown. */
static void hints_change_nothing(void **state)
{
	uint64_t packets[2];

	for (int hinted = 0; hinted < 2; hinted++) {
		for (uint16_t seq = 0; seq < 200; seq++) {
			t.hinted = hinted;
			give_rtp(at(9, 7000), at(8, 4000), seq, 77);
			give_rtp(at(8, 4000), at(9, 7000), seq, 78);
		}
		t.hinted = false;
		observe_end(t.o);
		packets[hinted] = t.told[t.count - 1].packets;
		stop(state);
		if (!hinted)
			start(state);
	}
	start(state);
	assert_int_equal(packets[0], 200);
	assert_int_equal(packets[1], 200);
}

static void a_silent_flow_tells_after_fifteen_seconds(void **state)
{
	(void)state;
	for (uint16_t seq = 0; seq < 30; seq++)
		give_rtp(at(9, 7000), at(8, 4000), seq, 77);
	observe_tick(t.o, t.now_ns + 10 * WHEN_SECOND);
	assert_int_equal(t.count, 0);
	observe_tick(t.o, t.now_ns + 16 * WHEN_SECOND);
	assert_int_equal(t.count, 1);
	observe_tick(t.o, t.now_ns + 100 * WHEN_SECOND);
	observe_end(t.o);
	assert_int_equal(t.count, 1);
}

static void a_full_table_tells_the_oldest_flow_early(void **state)
{
	(void)state;
	for (uint16_t port = 1; port <= 4; port++)
		for (uint16_t seq = 0; seq < 5; seq++)
			give_rtp(at(9, port), at(8, 4000), seq, port);
	assert_int_equal(counters()->flows_evicted, 2);
	assert_int_equal(told(OBSERVATION_MEDIA), 2);
	assert_int_equal(told(OBSERVATION_LOSS), 2);
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_MEDIA), 4);
}

static void senders_of_sip_alone_take_nothing_with_them(void **state)
{
	(void)state;
	for (uint16_t port = 1; port <= 5; port++)
		give(at(9, port), at(8, 5060), invite("m=audio 4000 RTP/AVP 0", "c"));
	assert_int_equal(counters()->flows_evicted, 3);
	assert_int_equal(told(OBSERVATION_SIP), 5);
	assert_int_equal(told(OBSERVATION_LOSS), 0);
}

static void a_peek_tells_what_the_end_would_and_flows_stay(void **state)
{
	(void)state;
	for (uint16_t port = 1; port <= 3; port++)
		for (uint16_t seq = 0; seq < 30; seq++)
			give_rtp(at(9, port), at(8, 4000), seq, port);
	observe_peek(t.o);
	assert_int_equal(told(OBSERVATION_MEDIA), 3);
	assert_int_equal(observe_flows(t.o), 3);
	observe_end(t.o);
	assert_int_equal(told(OBSERVATION_MEDIA), 3);
	assert_int_equal(observe_flows(t.o), 0);
}

static void a_run_without_end_counts_ids_with_bounded_memory(void **state)
{
	struct idset *s = idset_rolling(8);
	char id[8];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct slice one = { (uint8_t *)id, (size_t)snprintf(id, sizeof id, "%u", i) };
		assert_true(idset_add(s, one) && idset_add(s, one));
		assert_int_equal(idset_count(s), i + 1);
	}
	assert_true(idset_add(s, SLICE("998"))); /* still known */
	assert_int_equal(idset_count(s), 1000);
	assert_true(idset_add(s, SLICE("3"))); /* long forgotten */
	assert_int_equal(idset_count(s), 1001);
	idset_free(s);
}

static void a_second_sighting_is_counted_and_not_told(void **state)
{
	struct frame f = { .number = 2, .ts_ns = t.now_ns };
	struct slice bytes = invite("m=audio 4000 RTP/AVP 0", "c1");
	struct wire_sighting s = { .flow = addr_flow_key(at(1, 5060), at(2, 5060), UDP),
				   .frame = &f,
				   .bytes = bytes };

	(void)state;
	observe_sighting(t.o, &s);
	assert_int_equal(counters()->sip_messages, 0);
	give(at(1, 5060), at(2, 5060), bytes);
	observe_sighting(t.o, &s);
	assert_int_equal(counters()->sip_messages, 2);
	assert_int_equal(counters()->call_ids, 1);
	assert_int_equal(told(OBSERVATION_SIP), 1);
}

/* Before its Call-ID a message is of no call: told as lost, each time, and not as malformed. */
static void a_message_cut_before_its_call_id_is_told_as_cut(void **state)
{
	struct frame f = { .number = 2, .ts_ns = t.now_ns };
	struct slice whole = invite("m=audio 4000 RTP/AVP 0", "c1");
	const uint8_t *id = memmem(whole.p, whole.n, "Call-ID", 7);

	(void)state;
	assert_non_null(id);
	struct slice cut = slice_upto(whole, (size_t)(id - whole.p) + 10);
	struct wire_sighting s = { .flow = addr_flow_key(at(1, 5060), at(2, 5060), UDP),
				   .frame = &f,
				   .bytes = cut,
				   .cut = true };
	give_cut(at(1, 5060), at(2, 5060), cut, 300);
	give_cut(at(1, 5060), at(2, 5060), cut, 300);
	observe_sighting(t.o, &s);
	assert_int_equal(counters()->sip_messages, 3);
	assert_int_equal(counters()->sip_cut, 3);
	assert_int_equal(counters()->sip_malformed, 0);
	assert_int_equal(told(OBSERVATION_SIP), 0);
	/* One for the datagrams of the flow, and one for each message. */
	assert_int_equal(told(OBSERVATION_LOSS), 3);
	give(at(1, 5060), at(2, 5060), slice_upto(whole, (size_t)(id - whole.p)));
	assert_int_equal(counters()->sip_malformed, 1);
	assert_int_equal(counters()->sip_cut, 3);
}

static uint64_t run_once(void)
{
	uint64_t sum = 0;

	for (uint16_t i = 0; i < 600; i++) {
		give_rtp(at((uint8_t)(i % 7), 7000), at(8, 4000), (uint16_t)(i / 7), i % 7u);
		if (i % 100 == 0)
			give(at(1, 5060), at(2, 5060), invite("m=audio 4000 RTP/AVP 0", "c1"));
	}
	observe_end(t.o);
	for (size_t i = 0; i < t.count; i++)
		sum = sum * 31 + t.told[i].hash + (uint64_t)t.told[i].kind + t.told[i].flow.sport +
		      t.told[i].flow.src.b[15];
	return sum;
}

static void the_same_payloads_tell_the_same_in_the_same_order(void **state)
{
	uint64_t sum = run_once();
	size_t count = t.count;

	(void)state;
	observe_free(t.o);
	start(NULL);
	assert_true(run_once() == sum);
	assert_int_equal(t.count, count);
	assert_true(count > 7);
}

#define WITH_ROOM(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOM(announced_media_is_believed_at_once),
		WITH_ROOM(unannounced_media_is_believed_by_continuity_and_counted_whole),
		WITH_ROOM(three_packets_are_not_media),
		WITH_ROOM(names_and_noise_tell_nothing),
		WITH_ROOM(what_looks_like_rtp_and_is_not_is_a_hint_at_most),
		WITH_ROOM(a_few_packets_of_fax_are_believed_once_announced),
		WITH_ROOM(audio_goes_on_while_the_port_turns_to_fax),
		WITH_ROOM(sip_over_tcp_is_cut_from_pieces_of_any_size),
		WITH_ROOM(a_gap_cuts_a_message_and_is_told),
		WITH_ROOM(a_connection_ends_when_both_directions_did),
		WITH_ROOM(media_inside_turn_is_a_flow_of_its_own),
		WITH_ROOM(hints_change_nothing),
		WITH_ROOM(a_silent_flow_tells_after_fifteen_seconds),
		cmocka_unit_test(a_run_without_end_counts_ids_with_bounded_memory),
		cmocka_unit_test_setup_teardown(senders_of_sip_alone_take_nothing_with_them,
						start_small, stop),
		cmocka_unit_test_setup_teardown(a_peek_tells_what_the_end_would_and_flows_stay,
						start, stop),
		cmocka_unit_test_setup_teardown(a_full_table_tells_the_oldest_flow_early,
						start_small, stop),
		WITH_ROOM(a_second_sighting_is_counted_and_not_told),
		WITH_ROOM(a_message_cut_before_its_call_id_is_told_as_cut),
		WITH_ROOM(the_same_payloads_tell_the_same_in_the_same_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
