/* test_claim.c - what a datagram speaks: announced, structured, continuous, or nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/observe/announce.h"
#include "analyzer/observe/claim.h"

#define BYTES(...)                                                                                 \
	((struct slice){ (const uint8_t[]){ __VA_ARGS__ },                                         \
			 sizeof((const uint8_t[]){ __VA_ARGS__ }) })

static void names_protocols_by_structure(void **state)
{
	static const uint8_t dns[] = { 0x12, 0x34, 1, 0,   0, 1, 0, 0, 0, 0,
				       0,    0,	   1, 'a', 0, 0, 1, 0, 1 };
	static const uint8_t stun[] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1,	2,
					3, 4, 5, 6, 7,	  8,	9,    10,   11, 12 };
	static const uint8_t zrtp_like[] = { 0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 1, 2, 3, 4 };
	static const uint8_t rtp[] = { 0x80, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 9, 9 };
	static const uint8_t rtcp[] = { 0x80, 200, 0, 1, 1, 2, 3, 4 };
	static const uint8_t dtls[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40 };
	static const uint8_t channel[] = { 0x40, 0, 0, 4, 1, 2, 3, 4 };
	const struct {
		struct slice bytes;
		enum claim expected;
	} cases[] = {
		{ { dns, sizeof dns }, CLAIM_NOTHING },
		{ { stun, sizeof stun }, CLAIM_STUN },
		{ { stun, sizeof stun - 1 }, CLAIM_NOTHING },
		{ { zrtp_like, sizeof zrtp_like }, CLAIM_ZRTP },
		{ { rtp, sizeof rtp }, CLAIM_RTP },
		{ { rtp, 11 }, CLAIM_NOTHING },
		{ { rtcp, sizeof rtcp }, CLAIM_RTCP },
		{ { dtls, sizeof dtls }, CLAIM_DTLS },
		{ { dtls, sizeof dtls - 1 }, CLAIM_NOTHING },
		{ { channel, sizeof channel }, CLAIM_CHANNEL },
		{ SLICE("INVITE sip:bob@example.com SIP/2.0\r\n\r\n"), CLAIM_SIP },
		{ SLICE("SIP/2.0 200 OK\r\n\r\n"), CLAIM_SIP },
		{ SLICE("HELLO sip"), CLAIM_NOTHING },
		{ { NULL, 0 }, CLAIM_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(claim_datagram(cases[i].bytes, (struct claim_known){ 0 }),
				 cases[i].expected);
}

static void on_a_fax_port_the_first_octet_says_nothing(void **state)
{
	/* UDPTL: sequence number, one octet of primary, no secondary packets. */
	const struct claim_known fax = { .announced = ANNOUNCE_UDPTL };
	struct slice starts_like_stun = BYTES(0, 1, 1, 0x06, 0, 0);
	struct slice starts_like_dtls = BYTES(22, 0xfe, 1, 0x06, 0, 0);

	(void)state;
	assert_int_equal(claim_datagram(starts_like_stun, fax), CLAIM_UDPTL);
	assert_int_equal(claim_datagram(starts_like_dtls, fax), CLAIM_UDPTL);
	assert_int_equal(claim_datagram(starts_like_stun, (struct claim_known){ 0 }),
			 CLAIM_NOTHING);
}

static bool feed(struct claim_sources *s, struct rtp_quick q, unsigned direction,
		 struct claim_candidate *held)
{
	struct claim_packet p = { .rtp = &q,
				  .at = { .frame = q.seq, .ts_ns = q.ts },
				  .payload = 160,
				  .direction = direction };

	return claim_continuous(s, &p, held);
}

static void believes_a_source_at_its_fourth_packet_in_a_row(void **state)
{
	struct claim_sources s = { 0 };
	struct claim_candidate held;

	(void)state;
	for (uint16_t i = 0; i < 3; i++)
		assert_false(feed(&s,
				  (struct rtp_quick){
					  .ssrc = 7, .seq = (uint16_t)(65534 + i), .ts = i * 160u },
				  0, &held));
	assert_true(feed(&s, (struct rtp_quick){ .ssrc = 7, .seq = 1, .ts = 480 }, 0, &held));
	assert_int_equal(held.packets, 3);
	assert_int_equal(held.bytes, 480);
	assert_int_equal(held.first_seq, 65534);
	assert_int_equal(s.count, 0);
}

static void counts_what_was_lost_before_it_believed(void **state)
{
	struct claim_sources s = { 0 };
	struct claim_candidate held;
	const uint16_t seqs[] = { 10, 12, 13, 14 };
	bool believed = false;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		believed = feed(&s, (struct rtp_quick){ .ssrc = 7, .seq = seqs[i] }, 1, &held);
	assert_true(believed);
	assert_int_equal(held.lost, 1);
	assert_int_equal(held.direction, 1);
}

static void never_believes_noise_that_looks_like_version_two(void **state)
{
	struct claim_sources s = { 0 };
	struct claim_candidate held;
	uint64_t random = 88172645463325252u;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		struct rtp_quick q = { .ssrc = (uint32_t)(random >> 32) & 3,
				       .seq = (uint16_t)random,
				       .ts = (uint32_t)(random >> 16) };
		assert_false(feed(&s, q, i & 1, &held));
	}
}

static void never_believes_a_constant_header(void **state)
{
	struct claim_sources s = { 0 };
	struct claim_candidate held;

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(feed(&s, (struct rtp_quick){ .ssrc = 1, .seq = 0x100 }, 0, &held));
}

static void wants_more_of_a_source_named_zero(void **state)
{
	struct claim_sources s = { 0 };
	struct claim_candidate held;
	int needed = 0;

	(void)state;
	for (uint16_t seq = 1; needed == 0 && seq < 50; seq++)
		if (feed(&s, (struct rtp_quick){ .ssrc = 0, .seq = seq }, 0, &held))
			needed = seq;
	assert_int_equal(needed, CLAIM_RUN_ZERO);
}

static struct endpoint at(uint8_t last, uint16_t port)
{
	const uint8_t v4[4] = { 192, 0, 2, last };

	return (struct endpoint){ addr_v4(v4), port };
}

static void promise(struct announce *a, enum media_profile profile, struct endpoint where,
		    uint64_t now_ns)
{
	struct endpoint rtcp = { where.addr, (uint16_t)(where.port + 1) };
	struct line_seen line = { .profile = profile, .at = where, .rtcp = rtcp };
	struct sdp_seen sdp = { .lines = &line, .line_count = 1 };

	announce_sdp(a, &sdp, now_ns);
}

static void remembers_what_sdp_promised(void **state)
{
	struct announce *a = announce_new(10);

	(void)state;
	promise(a, PROFILE_RTP_SAVP, at(1, 4000), WHEN_SECOND);
	assert_int_equal(announce_of(a, at(1, 4000), WHEN_SECOND), ANNOUNCE_RTP);
	assert_int_equal(announce_of(a, at(1, 4001), WHEN_SECOND), ANNOUNCE_RTCP);
	assert_int_equal(announce_of(a, at(2, 4000), WHEN_SECOND), 0);
	announce_free(a);
}

static void a_later_description_turns_audio_into_fax(void **state)
{
	struct announce *a = announce_new(10);

	(void)state;
	promise(a, PROFILE_RTP_AVP, at(1, 4000), WHEN_SECOND);
	uint32_t round = announce_round(a);
	promise(a, PROFILE_RTP_AVP, at(1, 4000), 2 * WHEN_SECOND);
	assert_int_equal(announce_round(a), round);
	promise(a, PROFILE_UDPTL, at(1, 4000), 3 * WHEN_SECOND);
	assert_int_not_equal(announce_round(a), round);
	assert_int_equal(announce_of(a, at(1, 4000), 3 * WHEN_SECOND), ANNOUNCE_UDPTL);
	announce_free(a);
}

static void forgets_promises_ten_minutes_after_their_last_use(void **state)
{
	struct announce *a = announce_new(10);

	(void)state;
	promise(a, PROFILE_UDPTL, at(1, 4000), 100 * WHEN_SECOND);
	promise(a, PROFILE_UDPTL, at(2, 4000), 100 * WHEN_SECOND);
	assert_int_not_equal(announce_of(a, at(1, 4000), 400 * WHEN_SECOND), 0);
	announce_expire(a, 701 * WHEN_SECOND);
	assert_int_equal(announce_of(a, at(2, 4000), 701 * WHEN_SECOND), 0);
	assert_int_not_equal(announce_of(a, at(1, 4000), 701 * WHEN_SECOND), 0);
	announce_free(a);
}

static void gives_up_the_least_used_promise_when_full(void **state)
{
	struct announce *a = announce_new(2);

	(void)state;
	promise(a, PROFILE_UDPTL, at(1, 4000), WHEN_SECOND);
	promise(a, PROFILE_UDPTL, at(2, 4000), 2 * WHEN_SECOND);
	announce_of(a, at(1, 4000), 3 * WHEN_SECOND);
	promise(a, PROFILE_UDPTL, at(3, 4000), 4 * WHEN_SECOND);
	assert_int_equal(announce_count(a), 2);
	assert_int_equal(announce_of(a, at(2, 4000), 5 * WHEN_SECOND), 0);
	assert_int_not_equal(announce_of(a, at(1, 4000), 5 * WHEN_SECOND), 0);
	announce_free(a);
}

/* Ports of one host come and go, some of them in use all the time: none is lost, none stays. */
static void many_promises_come_and_go(void **state)
{
	enum { MANY = 5000, HELD = 100, CAP = 1000 };
	struct announce *a = announce_new(CAP);

	(void)state;
	for (uint16_t i = 0; i < MANY; i++) {
		uint64_t now = (i + 1) * WHEN_SECOND;
		promise(a, PROFILE_UDPTL, at(1, (uint16_t)(1000 + i)), now);
		for (uint16_t k = 0; k < HELD && k <= i; k++)
			assert_int_equal(announce_of(a, at(1, (uint16_t)(1000 + k)), now),
					 ANNOUNCE_UDPTL);
		announce_expire(a, now);
		assert_in_range(announce_count(a), i < 600 ? i + 1 : 601, 601 + HELD);
	}
	for (uint16_t i = HELD; i < MANY; i++)
		assert_int_equal(announce_of(a, at(1, (uint16_t)(1000 + i)), MANY * WHEN_SECOND) !=
					 0,
				 i + 601 >= MANY);
	announce_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_protocols_by_structure),
		cmocka_unit_test(on_a_fax_port_the_first_octet_says_nothing),
		cmocka_unit_test(believes_a_source_at_its_fourth_packet_in_a_row),
		cmocka_unit_test(counts_what_was_lost_before_it_believed),
		cmocka_unit_test(never_believes_noise_that_looks_like_version_two),
		cmocka_unit_test(never_believes_a_constant_header),
		cmocka_unit_test(wants_more_of_a_source_named_zero),
		cmocka_unit_test(remembers_what_sdp_promised),
		cmocka_unit_test(a_later_description_turns_audio_into_fax),
		cmocka_unit_test(forgets_promises_ten_minutes_after_their_last_use),
		cmocka_unit_test(gives_up_the_least_used_promise_when_full),
		cmocka_unit_test(many_promises_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
