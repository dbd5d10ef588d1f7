/* test_media_seen.c - streams: when windows open, what is counted, which packets are chosen. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/observe/media_seen.h"
#include "analyzer/observe/vault.h"
#include "analyzer/observe/print.h"
#include "analyzer/observe/window.h"
#include "tests/lib/sealing.h"

enum { TOLD = 32 };

/* A room with one flow, and what was told of it. */
static struct {
	struct tell tell;
	struct media_room room;
	struct flow flow;
	struct media_seen told[TOLD];
	struct window_seen windows[TOLD][MEDIA_WINDOWS];
	struct print_seen prints[TOLD][MEDIA_PRINTS];
	size_t count;
	uint64_t frame;
} m;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	if (o->kind != OBSERVATION_MEDIA || m.count == TOLD)
		return;
	const struct media_seen *seen = &o->as.media;
	m.told[m.count] = *seen;
	memcpy(m.windows[m.count], seen->windows, seen->window_count * sizeof *seen->windows);
	memcpy(m.prints[m.count], seen->prints, seen->print_count * sizeof *seen->prints);
	m.count++;
}

static int start(void **state)
{
	(void)state;
	memset(&m, 0, sizeof m);
	m.tell.fn = remember;
	m.tell.vault = vault_new();
	media_seen_open(&m.room, &m.tell, 4);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	media_seen_end(&m.room, &m.flow);
	uint32_t left = m.room.streams;
	media_seen_close(&m.room);
	vault_free(m.tell.vault);
	return left != 0;
}

/* A packet as a test wants it; its payload is noise that depends on seq and pt only. */
struct rtp {
	uint64_t ms;
	uint32_t ssrc, ts;
	uint16_t seq;
	uint8_t pt;
	size_t len;
	uint8_t sources; /* contributing ones it names (CSRC) */
	size_t snap;	 /* octets of the payload that the capture kept; 0: all */
};

static void send(struct rtp r)
{
	uint8_t bytes[12 + 256] = { (uint8_t)(0x80 | r.sources) };
	struct frame frame = { .number = ++m.frame, .ts_ns = r.ms * WHEN_MS + WHEN_SECOND };
	size_t kept = r.snap && r.snap < r.len ? r.snap : r.len;
	struct payload p = { .bytes = { bytes, 12 + kept },
			     .frame = &frame,
			     .cut = kept < r.len,
			     .wire_len = (uint32_t)(12 + r.len) };
	struct rtp_quick q = {
		.ssrc = r.ssrc, .ts = r.ts, .seq = r.seq, .pt = r.pt, .header_len = 12
	};
	uint64_t noise = 0x9e3779b97f4a7c15u * (r.seq + 1u) + r.pt;

	for (size_t i = 0; i < r.len; i++) {
		noise ^= noise << 13;
		noise ^= noise >> 7;
		noise ^= noise << 17;
		bytes[12 + i] = (uint8_t)(noise >> 24);
	}
	media_seen_packet(&m.room, &m.flow, 0, &p, &q);
}

/* A second of talk: 50 packets, 160 octets, from the given millisecond and sequence number. */
static void talk(uint64_t ms, uint16_t seq, unsigned packets)
{
	for (unsigned i = 0; i < packets; i++)
		send((struct rtp){ .ms = ms + i * 20,
				   .ssrc = 7,
				   .seq = (uint16_t)(seq + i),
				   .ts = (seq + i) * 160u,
				   .len = 160 });
}

static const struct window_seen *told(void)
{
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.count, 1);
	return m.windows[0];
}

static void counts_a_stream_into_its_first_window(void **state)
{
	(void)state;
	talk(0, 100, 50);
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 1);
	assert_int_equal(w->reasons, WINDOW_START);
	assert_int_equal(w->packets, 50);
	assert_int_equal(w->bytes, 50 * 160);
	assert_int_equal(w->first_seq, 100);
	assert_int_equal(w->last_seq, 149);
	assert_int_equal(w->payload_len, 160);
	assert_int_equal(w->ts_step, 160);
	assert_int_equal(w->lost, 0);
	assert_int_equal(m.tell.count.rtp_streams, 1);
}

/* Twenty packets of ten seconds ago, in order; nothing was missing since. */
static void a_burst_that_comes_again_is_counted(void **state)
{
	(void)state;
	talk(0, 100, 600);
	talk(12000, 150, 20);
	talk(12400, 700, 50);
	media_seen_tell(&m.room, &m.flow);
	unsigned again = 0;
	for (unsigned i = 0; i < m.told[0].window_count; i++)
		again += m.windows[0][i].again;
	assert_int_equal(again, 20);
}

static void pass_router(uint64_t ms, uint32_t ssrc, uint16_t input)
{
	uint8_t bytes[12 + 160] = { 0x80, 0, 0, 1, 0, 0, 0, 160, 0, 0, 0, (uint8_t)ssrc };
	struct frame frame = { .number = ++m.frame,
			       .ts_ns = ms * WHEN_MS + WHEN_SECOND,
			       .input = input };
	struct wire_sighting s = { .frame = &frame,
				   .bytes = { bytes, sizeof bytes },
				   .routed = true };

	media_seen_routed(&m.flow, 0, &s);
}

/* Of an input of its own the frame cannot be named where the stint's are. */
static void packets_that_passed_a_router_are_counted_with_the_first(void **state)
{
	(void)state;
	pass_router(0, 7, 0);
	talk(0, 100, 50);
	for (unsigned i = 0; i < 40; i++)
		pass_router(i * 20U, 7, i < 2);
	pass_router(800, 8, 0);
	talk(12000, 150, 50);
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 2);
	assert_int_equal(w[0].routed, 40);
	assert_int_equal(w[0].routed_frame, 1 + 50 + 3);
	assert_int_equal(w[0].routed_ns, 40 * WHEN_MS + WHEN_SECOND);
	assert_int_equal(w[1].routed, 0);
	assert_int_equal(w[1].routed_frame, 0);
}

/* A mirror port shows packets twice within moments. */
static void a_packet_seen_twice_did_not_come_again(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 400; i++) {
		talk(i * 20U, i, 1);
		if (i > 10)
			talk(i * 20U, (uint16_t)(i - 10), 1);
	}
	assert_int_equal(told()->again, 0);
}

static void what_fills_a_hole_did_not_come_again(void **state)
{
	(void)state;
	talk(0, 0, 50);
	talk(1400, 70, 300);
	talk(7400, 50, 20);
	assert_int_equal(told()->again, 0);
}

static void counts_packets_that_name_contributing_sources(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 100; i++)
		send((struct rtp){ .ms = i * 20U,
				   .ssrc = 7,
				   .seq = i,
				   .ts = i * 160U,
				   .len = 160,
				   .sources = i % 4 ? 2 : 0 });
	const struct window_seen *w = told();
	assert_int_equal(w->packets, 100);
	assert_int_equal(w->mixed, 75);
}

static void opens_a_window_every_ten_seconds(void **state)
{
	(void)state;
	talk(0, 0, 1250);
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 3);
	assert_int_equal(w[1].reasons, WINDOW_TIMER);
	assert_int_equal(w[1].first_seq, 500);
	assert_int_equal(w[0].packets + w[1].packets + w[2].packets, 1250);
	assert_int_equal(m.told[0].packets, 1250);
}

static void opens_a_window_after_a_second_of_silence(void **state)
{
	(void)state;
	talk(0, 0, 50);
	talk(2500, 50, 50);
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 2);
	assert_int_equal(w[1].reasons, WINDOW_GAP);
	assert_int_equal(w[1].lost, 0);
}

static void opens_a_window_when_another_codec_stays(void **state)
{
	(void)state;
	talk(0, 0, 50);
	for (uint16_t i = 0; i < 10; i++)
		send((struct rtp){ .ms = 1000u + i * 20u,
				   .ssrc = 7,
				   .seq = (uint16_t)(50 + i),
				   .pt = 8,
				   .len = 160 });
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 2);
	assert_int_equal(w[1].reasons, WINDOW_PT);
	assert_int_equal(w[1].pt, 8);
	assert_int_equal(w[1].packets, 7);
}

static void events_and_comfort_noise_open_no_window(void **state)
{
	(void)state;
	talk(0, 0, 20);
	for (uint16_t i = 0; i < 20; i++) {
		send((struct rtp){ .ms = 400u + i * 40u,
				   .ssrc = 7,
				   .seq = (uint16_t)(20 + 2 * i),
				   .pt = 101,
				   .len = 4 });
		send((struct rtp){ .ms = 420u + i * 40u,
				   .ssrc = 7,
				   .seq = (uint16_t)(21 + 2 * i),
				   .pt = 13,
				   .len = 1 });
	}
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 1);
	assert_int_equal(w->pt, 0);
	assert_int_equal(w->event_packets, 20);
	assert_int_equal(w->short_payloads, 40);
	assert_true(w->event_ok < 20);
}

/* RFC 4733 2.3: event, end and volume, duration. */
static void send_event(uint16_t seq, uint8_t event, uint8_t second, uint8_t duration)
{
	const uint8_t bytes[16] = { [0] = 0x80, [12] = event, second, 0, duration };
	struct frame frame = { .number = ++m.frame, .ts_ns = seq * 20 * WHEN_MS + WHEN_SECOND };
	struct payload p = { .bytes = { bytes, sizeof bytes },
			     .frame = &frame,
			     .wire_len = sizeof bytes };
	struct rtp_quick q = { .ssrc = 7, .seq = seq, .pt = 101, .header_len = 12 };

	media_seen_packet(&m.room, &m.flow, 0, &p, &q);
}

static void tells_digits_from_a_flash_and_from_no_event(void **state)
{
	(void)state;
	talk(0, 0, 20);
	send_event(20, 15, 10, 160);
	send_event(21, 15, 10, 160); /* the same once more */
	send_event(22, 0, 0x8a, 200);
	send_event(23, 16, 10, 160);  /* flash */
	send_event(24, 36, 10, 160);  /* a tone of a fax */
	send_event(25, 5, 0x4a, 160); /* the reserved bit */
	const struct window_seen *w = told();
	assert_int_equal(w->event_packets, 5);
	assert_int_equal(w->event_ok, 3);
	assert_int_equal(w->event_digits, 2);
}

static void opens_a_window_when_lengths_change_for_good(void **state)
{
	(void)state;
	talk(0, 0, 50);
	for (uint16_t i = 0; i < 20; i++)
		send((struct rtp){
			.ms = 1000u + i * 20u, .ssrc = 7, .seq = (uint16_t)(50 + i), .len = 170 });
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 2);
	assert_int_equal(w[1].reasons, WINDOW_SIZE);
	assert_int_equal(w[1].payload_len, 170);
}

static void varying_lengths_open_no_window(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 400; i++)
		send((struct rtp){
			.ms = i * 20u, .ssrc = 7, .seq = i, .len = 60 + (i * 7919u) % 90 });
	told();
	assert_int_equal(m.told[0].window_count, 1);
}

static void opens_a_window_at_a_wrap_and_counts_it(void **state)
{
	(void)state;
	talk(0, 65500, 100);
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 2);
	assert_int_equal(w[1].reasons, WINDOW_WRAP);
	assert_int_equal(w[0].rolls, 0);
	assert_int_equal(w[1].rolls, 1);
	assert_int_equal(w[1].first_seq, 0);
	assert_int_equal(w[1].lost, 0);
}

static void a_handshake_opens_a_window_with_the_next_packet(void **state)
{
	(void)state;
	talk(0, 0, 10);
	media_seen_reopen(&m.flow, WINDOW_ZRTP);
	media_seen_reopen(&m.flow, WINDOW_STUN);
	talk(200, 10, 10);
	const struct window_seen *w = told();
	assert_int_equal(m.told[0].window_count, 2);
	assert_int_equal(w[1].reasons, WINDOW_ZRTP | WINDOW_STUN);
	assert_int_equal(w[1].packets, 10);
}

static void counts_lost_and_late_packets(void **state)
{
	const uint16_t seqs[] = { 1, 2, 5, 3, 6, 9 };

	(void)state;
	for (uint16_t i = 0; i < 6; i++)
		send((struct rtp){ .ms = i * 20u, .ssrc = 7, .seq = seqs[i], .len = 160 });
	const struct window_seen *w = told();
	assert_int_equal(w->packets, 6);
	assert_int_equal(w->lost, 3);
	assert_int_equal(m.tell.count.rtp_gaps, 3);
}

static void a_new_start_of_numbers_is_no_loss(void **state)
{
	(void)state;
	talk(0, 100, 20);
	talk(400, 30000, 20);
	const struct window_seen *w = told();
	assert_int_equal(w->packets, 40);
	assert_int_equal(w->lost, 0);
	assert_int_equal(w->last_seq, 30019);
}

static void a_stream_that_slept_goes_on_as_itself(void **state)
{
	(void)state;
	talk(0, 100, 200);
	media_seen_tell(&m.room, &m.flow);
	media_seen_sleep(&m.room, &m.flow);
	media_seen_sleep(&m.room, &m.flow);
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.count, 1);
	talk(20000, 303, 200);
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.count, 2);
	assert_int_equal(m.room.streams, 1);
	assert_true(m.told[1].continued);
	assert_int_equal(m.told[1].print_count, MEDIA_PRINTS);
	assert_int_equal(m.windows[1][0].lost, 3);
	assert_int_equal(m.windows[1][0].reasons, WINDOW_GAP);
}

static void of_sources_that_sleep_the_one_heard_wakes(void **state)
{
	(void)state;
	for (uint32_t ssrc = 1; ssrc <= 3; ssrc++)
		for (uint16_t i = 0; i < 10; i++)
			send((struct rtp){ .ms = i * 20, .ssrc = ssrc, .seq = i, .len = 160 });
	media_seen_tell(&m.room, &m.flow);
	media_seen_sleep(&m.room, &m.flow);
	send((struct rtp){ .ms = 20000, .ssrc = 2, .seq = 10, .len = 160 });
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.count, 4);
	assert_int_equal(m.told[3].ssrc, 2);
	assert_int_equal(m.room.streams, 3);
}

static void tells_a_stint_every_thirty_seconds(void **state)
{
	(void)state;
	talk(0, 0, 3100);
	assert_int_equal(m.count, 2);
	assert_false(m.told[0].continued);
	assert_true(m.told[1].continued);
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.count, 3);
	assert_int_equal(m.told[0].packets + m.told[1].packets + m.told[2].packets, 3100);
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.count, 3);
}

static void keeps_sources_apart_and_gives_up_the_longest_silent(void **state)
{
	(void)state;
	for (uint32_t ssrc = 1; ssrc <= MEDIA_SEEN_SSRCS + 1; ssrc++)
		send((struct rtp){ .ms = ssrc, .ssrc = ssrc, .seq = 1, .len = 160 });
	assert_int_equal(m.count, 1);
	assert_int_equal(m.told[0].ssrc, 1);
	assert_int_equal(m.tell.count.streams_evicted, 1);
	assert_int_equal(m.room.streams, MEDIA_SEEN_SSRCS);
}

static void counts_what_came_before_it_was_believed(void **state)
{
	const struct claim_candidate held = { .first_ns = WHEN_SECOND,
					      .last_ns = WHEN_SECOND + 1,
					      .ssrc = 7,
					      .packets = 3,
					      .bytes = 480,
					      .first_seq = 97,
					      .seq = 99 };

	(void)state;
	media_seen_start(&m.room, &m.flow, &held);
	talk(0, 100, 10);
	const struct window_seen *w = told();
	assert_int_equal(w->packets, 13);
	assert_int_equal(w->bytes, 13 * 160);
	assert_int_equal(w->first_seq, 97);
}

static void tests_forty_packets_and_finds_noise_clean(void **state)
{
	(void)state;
	talk(0, 0, 50);
	const struct window_seen *w = told();
	assert_int_equal(w->tested, 40);
	assert_int_equal(w->halves, 2);
	assert_int_equal(w->fired_halves, 0);
}

/* A snap length of 96 octets: lengths are those of the wire, and what is there is tested. */
static void a_cut_stream_is_what_it_was_on_the_wire(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 50; i++)
		send((struct rtp){ .ms = i * 20,
				   .ssrc = 7,
				   .seq = (uint16_t)i,
				   .ts = i * 160,
				   .len = 170,
				   .snap = i < 5 ? 0 : 42 });
	const struct window_seen *w = told();
	assert_int_equal(w->payload_len, 170);
	assert_int_equal(w->bytes, 50 * 170);
	assert_int_equal(w->tested, 40);
	assert_int_equal(w->fired_halves, 0);
	assert_int_equal(w->residue_tag, w->residue_packets);
	assert_int_equal(m.told[0].cut, 45);
	assert_int_equal(m.told[0].cut_at.frame, 6);
	assert_true(m.told[0].print_count <= 5);
}

static void says_when_no_tester_was_free(void **state)
{
	(void)state;
	for (uint32_t ssrc = 1; ssrc <= 5; ssrc++)
		send((struct rtp){ .ms = ssrc, .ssrc = ssrc, .seq = 1, .len = 160 });
	media_seen_tell(&m.room, &m.flow);
	assert_int_equal(m.tell.count.windows_unlooked, 1);
}

static size_t common_prints(size_t a, size_t b)
{
	size_t common = 0;

	for (size_t i = 0; i < m.told[a].print_count; i++)
		for (size_t j = 0; j < m.told[b].print_count; j++)
			common += m.prints[a][i].choice == m.prints[b][j].choice &&
				  m.prints[a][i].payload == m.prints[b][j].payload &&
				  m.prints[a][i].seq == m.prints[b][j].seq;
	return common;
}

static void two_points_choose_the_same_packets_whatever_was_lost(void **state)
{
	(void)state;
	talk(0, 0, 400);
	media_seen_end(&m.room, &m.flow);
	for (uint16_t i = 0; i < 400; i++)
		if (i % 40 != 3)
			talk(5 + i * 20u, i, 1);
	media_seen_end(&m.room, &m.flow);
	assert_int_equal(m.told[0].print_count, MEDIA_PRINTS);
	assert_int_equal(m.told[1].print_count, MEDIA_PRINTS);
	assert_true(common_prints(0, 1) >= MEDIA_PRINTS - 10);
}

static void repeated_tails_do_not_fill_the_prints(void **state)
{
	struct print_box b;
	struct print_seen list[MEDIA_PRINTS];
	uint8_t silence[160];

	(void)state;
	memset(silence, 0xff, sizeof silence);
	print_reset(&b);
	for (uint16_t i = 200; i > 0; i--) {
		struct print_packet p = { .payload = { silence, sizeof silence }, .seq = i };
		p.choice = print_choice(p.payload);
		print_offer(&b, &p);
	}
	assert_int_equal(print_list(&b, list), PRINT_ALIKE);
	for (uint16_t i = 0; i < PRINT_ALIKE; i++)
		assert_int_equal(list[i].seq, i + 1);
}

static void prints_are_the_smallest_in_order(void **state)
{
	struct print_box b;
	struct print_seen list[MEDIA_PRINTS];

	(void)state;
	print_reset(&b);
	for (uint64_t i = 0; i < 1000; i++)
		print_offer(&b, &(struct print_packet){ .payload = SLICE("x"),
							.choice = (i * 379) % 1000 << 32 });
	assert_int_equal(print_list(&b, list), MEDIA_PRINTS);
	for (uint64_t i = 0; i < MEDIA_PRINTS; i++)
		assert_int_equal(list[i].choice, i << 32);
	assert_false(print_fits(b.limit, UINT64_C(999) << 32));
}

static void thinning_keeps_first_last_and_changes(void **state)
{
	struct window_list l = { 0 };
	uint32_t packets = 0;

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		uint16_t why = i == 0 ? WINDOW_START : i % 10 == 5 ? WINDOW_GAP : WINDOW_TIMER;
		window_add(&l, &(struct window_seen){
				       .first_ns = i, .packets = 10, .reasons = why, .pt = 0 });
	}
	assert_int_equal(l.count, MEDIA_WINDOWS);
	assert_int_equal(l.w[0].reasons, WINDOW_START);
	assert_int_equal(l.w[MEDIA_WINDOWS - 1].first_ns, 39);
	unsigned gaps = 0;
	for (uint8_t i = 0; i < l.count; i++) {
		packets += l.w[i].packets;
		gaps += (l.w[i].reasons & WINDOW_GAP) != 0;
	}
	assert_int_equal(packets, 400);
	assert_int_equal(gaps, 4);
	window_free(&l);
}

static void merging_unites_what_tests_found(void **state)
{
	struct window_seen a = { .packets = 10, .halves = 2, .fired = LOOK_CHI, .fired_halves = 1 };
	const struct window_seen b = { .packets = 90,
				       .halves = 255,
				       .fired = LOOK_BIT,
				       .fired_halves = 2,
				       .payload_len = 33,
				       .g729_ok = 65535 };

	(void)state;
	a.g729_ok = 5;
	window_merge(&a, &b);
	assert_int_equal(a.packets, 100);
	assert_int_equal(a.halves, 255);
	assert_int_equal(a.fired, LOOK_CHI | LOOK_BIT);
	assert_int_equal(a.fired_halves, 3);
	assert_int_equal(a.payload_len, 33);
	assert_int_equal(a.g729_ok, 65535);
	assert_true(a.reasons & WINDOW_MERGED);
}

#define WITH_ROOM(test) cmocka_unit_test_setup_teardown(test, start, stop)

/* ---- media under keys ------------------------------------------------------------------------ */

static void learn(const struct sealing *k)
{
	const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };
	struct endpoint src = { addr_v4(a), 4000 }, dst = { addr_v4(b), 5000 };
	struct vault_ring *ring = vault_ring(m.tell.vault, 1, 0, WHEN_SECOND);
	struct vault_key key = { .name = 9, .suite = SDP_AES_CM_128_HMAC_SHA1_80, .n = 30 };

	memcpy(key.octets, k->key, 16);
	memcpy(key.octets + 16, k->salt, 14);
	vault_add(m.tell.vault, ring, &key);
	vault_place(m.tell.vault, ring, src, 0);
	m.flow.key = addr_flow_key(src, dst, 17);
}

/* Packets as the observe room hands them on, 20 ms apart, sealed at the roll-over count they have.
 */
static void talk_sealed(const struct sealing *k, uint32_t from, uint32_t to, uint32_t step)
{
	for (uint32_t n = from; n < to; n += step) {
		uint8_t bytes[12 + 160 + SEALING_ROOM] = { 0x80 };
		struct frame frame = { .number = ++m.frame,
				       .ts_ns = WHEN_SECOND + (n - from) / step * 20 * WHEN_MS };
		struct rtp_quick q = { .ts = n * 160, .seq = (uint16_t)n, .header_len = 12 };
		bytes[2] = (uint8_t)(n >> 8);
		bytes[3] = (uint8_t)n;
		struct payload p = { .bytes = { bytes, sealing_rtp(k, bytes, 172, n >> 16) },
				     .frame = &frame };
		if (!media_seen_known(&m.room, &m.flow, 0, &p))
			media_seen_packet(&m.room, &m.flow, 0, &p, &q);
	}
}

static void proves_samples_of_a_stream_on_its_short_way(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k);
	talk_sealed(&k, 100, 1100, 1);
	told();
	const struct proof_seen *p = &m.told[0].proof;
	assert_true(p->key_name == 9);
	assert_int_equal(p->tried, p->verified);
	assert_in_range(p->verified, 18, 30); /* about one a second of twenty */
	uint32_t windows = 0;
	for (unsigned i = 0; i < m.told[0].window_count; i++)
		windows += m.windows[0][i].verified;
	assert_int_equal(windows, p->verified);
}

static void proves_every_packet_across_wraps_when_asked_to(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k);
	m.tell.keys.verify_all = true;
	talk_sealed(&k, 60000, 60000 + 500 * 400, 400);
	uint64_t tried = m.tell.count.srtp_tried;
	assert_int_equal(tried, 500);
	assert_int_equal(m.tell.count.srtp_verified, tried);
}

/* A packet from before a wrap that comes behind it has the count of before. */
static void proves_packets_that_come_late_across_a_wrap(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k);
	m.tell.keys.verify_all = true;
	talk_sealed(&k, 65500, 65535, 1);
	talk_sealed(&k, 65536, 65540, 1);
	talk_sealed(&k, 65535, 65536, 1);
	talk_sealed(&k, 65540, 65580, 1);
	assert_int_equal(m.tell.count.srtp_tried, 80);
	assert_int_equal(m.tell.count.srtp_verified, 80);
	assert_in_range(m.tell.count.srtp_trials, 80, 82);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOM(counts_a_stream_into_its_first_window),
		WITH_ROOM(counts_packets_that_name_contributing_sources),
		WITH_ROOM(a_burst_that_comes_again_is_counted),
		WITH_ROOM(packets_that_passed_a_router_are_counted_with_the_first),
		WITH_ROOM(a_packet_seen_twice_did_not_come_again),
		WITH_ROOM(what_fills_a_hole_did_not_come_again),
		WITH_ROOM(opens_a_window_every_ten_seconds),
		WITH_ROOM(opens_a_window_after_a_second_of_silence),
		WITH_ROOM(opens_a_window_when_another_codec_stays),
		WITH_ROOM(events_and_comfort_noise_open_no_window),
		WITH_ROOM(tells_digits_from_a_flash_and_from_no_event),
		WITH_ROOM(opens_a_window_when_lengths_change_for_good),
		WITH_ROOM(varying_lengths_open_no_window),
		WITH_ROOM(opens_a_window_at_a_wrap_and_counts_it),
		WITH_ROOM(a_handshake_opens_a_window_with_the_next_packet),
		WITH_ROOM(counts_lost_and_late_packets),
		WITH_ROOM(a_new_start_of_numbers_is_no_loss),
		WITH_ROOM(a_stream_that_slept_goes_on_as_itself),
		WITH_ROOM(of_sources_that_sleep_the_one_heard_wakes),
		WITH_ROOM(tells_a_stint_every_thirty_seconds),
		WITH_ROOM(keeps_sources_apart_and_gives_up_the_longest_silent),
		WITH_ROOM(counts_what_came_before_it_was_believed),
		WITH_ROOM(tests_forty_packets_and_finds_noise_clean),
		WITH_ROOM(a_cut_stream_is_what_it_was_on_the_wire),
		WITH_ROOM(says_when_no_tester_was_free),
		WITH_ROOM(two_points_choose_the_same_packets_whatever_was_lost),
		cmocka_unit_test(repeated_tails_do_not_fill_the_prints),
		cmocka_unit_test(prints_are_the_smallest_in_order),
		cmocka_unit_test(thinning_keeps_first_last_and_changes),
		cmocka_unit_test(merging_unites_what_tests_found),
		cmocka_unit_test_setup_teardown(proves_samples_of_a_stream_on_its_short_way, start,
						stop),
		cmocka_unit_test_setup_teardown(proves_every_packet_across_wraps_when_asked_to,
						start, stop),
		cmocka_unit_test_setup_teardown(proves_packets_that_come_late_across_a_wrap, start,
						stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
