/* test_keyed_media.c - what tags, RTCP and the length of packets show, from scenes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/keyscene.h"

#define ALICE KEYSCENE_ALICE
#define BOB   KEYSCENE_BOB

enum { OF_ALICE = 77, OF_BOB = 78, OTHER = 79 }; /* keys */

static const struct proof_seen by_alice = { .key_name = OF_ALICE, .tried = 40, .verified = 40 };

/* An offer of two key lines, of which Bob takes the first or the second. */
struct two {
	struct sdp_seen *offer, *answer;
	struct crypto_seen *first, *second, *taken;
};

static struct two two_lines_of_keys(struct scene *s, uint32_t taken)
{
	struct two t = { .offer = scene_sdp(s, ALICE, PROFILE_RTP_SAVP),
			 .answer = scene_sdp(s, BOB, PROFILE_RTP_SAVP) };
	struct line_seen *o = scene_line(t.offer, 0);

	keyscene_crypto(s, o, OF_ALICE);
	t.second = keyscene_crypto(s, o, OTHER);
	t.first = t.second - 1;
	t.taken = keyscene_crypto(s, scene_line(t.answer, 0), OF_BOB);
	t.taken->tag = taken;
	return t;
}

static void play(struct scene *s, const struct two *t, struct proof_seen proof)
{
	scene_call(s, t->offer, t->answer);
	keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
						   .to = 21,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = proof });
	scene_bye(s, 22);
}

/* ---- SRTP-006: one keystream
 * ------------------------------------------------------------------------- */

struct second {
	const char *src, *dst;
	uint32_t ssrc;
	uint16_t first_seq;
	uint64_t key, print;
};

static void two_streams(struct scene *s, struct second with)
{
	struct two t = two_lines_of_keys(s, 1);
	struct proof_seen proof = { .key_name = with.key, .tried = 40, .verified = 40 };

	for (unsigned i = 0; i < 2; i++) {
		scene_add_line(s, i ? t.answer : t.offer, i ? "10.0.0.2:5002" : "10.0.0.1:4002",
			       MEDIA_VIDEO, PROFILE_RTP_SAVP);
		keyscene_crypto(s, scene_line(i ? t.answer : t.offer, 1), OF_ALICE);
	}
	scene_call(s, t.offer, t.answer);
	keyscene_srtp(s, (struct keyscene_stream){ .from = 2,
						   .to = 12,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = by_alice,
						   .print = 0x1111,
						   .first_seq = 1000 });
	keyscene_srtp(s, (struct keyscene_stream){ .from = 2,
						   .to = 12,
						   .src = with.src,
						   .dst = with.dst,
						   .ssrc = with.ssrc,
						   .proof = proof,
						   .print = with.print,
						   .first_seq = with.first_seq });
	scene_bye(s, 22);
}

static void one_keystream_both_ways(struct scene *s)
{
	two_streams(s, (struct second){ BOB, ALICE, 1, 1200, OF_ALICE, 0x2222 });
}

static void one_keystream_on_two_lines(struct scene *s)
{
	two_streams(s,
		    (struct second){ "10.0.0.1:4002", "10.0.0.2:5002", 1, 1200, OF_ALICE, 0x2222 });
}

/* The packets of one line, seen once more on their way: no second stream. */
static void the_same_packets_on_another_path(struct scene *s)
{
	two_streams(s,
		    (struct second){ "10.0.0.1:4002", "10.0.0.2:5002", 1, 1000, OF_ALICE, 0x1111 });
}

static void an_echo(struct scene *s)
{
	two_streams(s, (struct second){ BOB, ALICE, 1, 1000, OF_ALICE, 0x1111 });
}

static void another_ssrc(struct scene *s)
{
	two_streams(s, (struct second){ BOB, ALICE, 2, 1200, OF_ALICE, 0x2222 });
}

static void another_key(struct scene *s)
{
	two_streams(s, (struct second){ BOB, ALICE, 1, 1200, OF_BOB, 0x2222 });
}

static void indexes_that_never_meet(struct scene *s)
{
	two_streams(s, (struct second){ BOB, ALICE, 1, 30000, OF_ALICE, 0x2222 });
}

/* ---- SRTP-007: tags that fail
 * ---------------------------------------------------------------------------- */

static void failing(struct scene *s, uint32_t failed, bool rekeyed)
{
	struct two t = two_lines_of_keys(s, 1);
	struct proof_seen proof = { .key_name = OF_ALICE,
				    .tried = 60,
				    .verified = 60 - failed,
				    .failed_after = failed,
				    .rekeyed = rekeyed };

	play(s, &t, proof);
}

static void many_fail(struct scene *s)
{
	failing(s, 9, false);
}

static void one_fails(struct scene *s)
{
	failing(s, 1, false);
}

static void many_fail_until_the_next_key(struct scene *s)
{
	failing(s, 9, true);
}

static void none_ever_fit(struct scene *s)
{
	struct two t = two_lines_of_keys(s, 1);

	play(s, &t, (struct proof_seen){ .tried = 60 });
}

static void streams_are_told_apart_by_key_ssrc_index_and_tag(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "both ways", one_keystream_both_ways, "SRTP-006", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_FAIL },
		{ "two lines", one_keystream_on_two_lines, "SRTP-006", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_FAIL },
		{ "seen twice", the_same_packets_on_another_path, "SRTP-006", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "an echo", an_echo, "SRTP-006", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "SSRC", another_ssrc, "SRTP-006", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "key", another_key, "SRTP-006", KEYSCENE_SILENT, 0, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "index", indexes_that_never_meet, "SRTP-006", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "many fail", many_fail, "SRTP-007", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_SUSPECT },
		{ "one fails", one_fails, "SRTP-007", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "rekeyed", many_fail_until_the_next_key, "SRTP-007", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "none fit", none_ever_fit, "SRTP-007", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- MED-009, MED-010: RTCP in clear
 * ------------------------------------------------------------------ */

static const struct rtcp_seen reports = { .packets = 5, .clear = 5, .clear_beyond_app = true };

static void with_rtcp(struct scene *s, double at, struct rtcp_seen seen, const char *src,
		      const char *dst)
{
	struct two t = two_lines_of_keys(s, 1);

	keyscene_rtcp(s, src, dst, at, seen);
	play(s, &t, by_alice);
}

static void rtcp_on_its_own_port(struct scene *s)
{
	with_rtcp(s, 5, reports, "10.0.0.1:4001", "10.0.0.2:5001");
}

static void rtcp_on_the_port_of_media(struct scene *s)
{
	with_rtcp(s, 5, reports, ALICE, BOB);
}

static void rtcp_that_is_encrypted(struct scene *s)
{
	with_rtcp(s, 5, (struct rtcp_seen){ .packets = 5, .encrypted = 5 }, "10.0.0.1:4001",
		  "10.0.0.2:5001");
}

static void srtcp_with_e_0(struct scene *s)
{
	struct rtcp_seen r = { .packets = 5, .verified = 4, .e_zero = 4, .clear = 1 };

	with_rtcp(s, 5, r, "10.0.0.1:4001", "10.0.0.2:5001");
}

static void only_app_and_bye(struct scene *s)
{
	with_rtcp(s, 5, (struct rtcp_seen){ .packets = 2, .clear = 2 }, "10.0.0.1:4001",
		  "10.0.0.2:5001");
}

static void rtcp_before_the_answer(struct scene *s)
{
	with_rtcp(s, 0.5, reports, "10.0.0.1:4001", "10.0.0.2:5001");
}

static void rtcp_after_hanging_up(struct scene *s)
{
	with_rtcp(s, 22.5, reports, "10.0.0.1:4001", "10.0.0.2:5001");
}

/* Told once from before the keys to after the end: its last report shows what was in between. */
static void rtcp_that_went_on(struct scene *s)
{
	struct rtcp_seen r = reports;

	r.report_at = (struct evidence){ 500, scene_ns(15), 0 };
	with_rtcp(s, 0.5, r, "10.0.0.1:4001", "10.0.0.2:5001");
}

static void rtcp_of_another_call(struct scene *s)
{
	with_rtcp(s, 5, reports, "10.0.0.1:4009", "10.0.0.2:5009");
}

static void rtcp_beside_open_media(struct scene *s)
{
	keyscene_rtcp(s, "10.0.0.1:4001", "10.0.0.2:5001", 5, reports);
	scene_call(s, scene_sdp(s, ALICE, PROFILE_RTP_AVP), scene_sdp(s, BOB, PROFILE_RTP_AVP));
	scene_voices(s, 1.5, 21, true);
	scene_bye(s, 22);
}

static void a_name_at_a_host(struct scene *s)
{
	struct rtcp_seen r = reports;

	r.cname = r.cname_personal = true;
	with_rtcp(s, 5, r, "10.0.0.1:4001", "10.0.0.2:5001");
}

static void a_name_that_says_nothing(struct scene *s)
{
	struct rtcp_seen r = reports;

	r.cname = true;
	with_rtcp(s, 5, r, "10.0.0.1:4001", "10.0.0.2:5001");
}

static void reports_are_owed_protection_while_the_keys_are_there(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "own port", rtcp_on_its_own_port, "MED-009", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "with media", rtcp_on_the_port_of_media, "MED-009", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "encrypted", rtcp_that_is_encrypted, "MED-009", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "E = 0", srtcp_with_e_0, "MED-009", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "APP and BYE", only_app_and_bye, "MED-009", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "before", rtcp_before_the_answer, "MED-009", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "after", rtcp_after_hanging_up, "MED-009", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "went on", rtcp_that_went_on, "MED-009", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "another call", rtcp_of_another_call, "MED-009", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "open media", rtcp_beside_open_media, "MED-009", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ "a name", a_name_at_a_host, "MED-010", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "no name", a_name_that_says_nothing, "MED-010", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- KEY-010: keys that nobody agreed
 * ------------------------------------------------------------------- */

static void tagged(struct scene *s, uint16_t packets, bool from_the_start)
{
	if (from_the_start)
		scene_call(s, scene_sdp(s, ALICE, PROFILE_RTP_AVP),
			   scene_sdp(s, BOB, PROFILE_RTP_AVP));
	else
		scene_say(s, (struct scene_sip){ .at = 1,
						 .src = "10.0.0.2:5060",
						 .dst = "10.0.0.1:5060",
						 .method = "INVITE",
						 .status = 200,
						 .to_tag = "b",
						 .sdp = scene_sdp(s, BOB, PROFILE_RTP_AVP) });
	keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
						   .to = 21,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .tagged = packets });
	scene_bye(s, 22);
}

static void packets_with_a_tag(struct scene *s)
{
	tagged(s, 60, true);
}

static void too_few_packets_with_a_tag(struct scene *s)
{
	tagged(s, 20, true);
}

static void packets_with_a_tag_joined_late(struct scene *s)
{
	tagged(s, 60, false);
}

static void keyed_on_the_rtcp_port(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(2, 1);

	keyscene_dtls(s, "10.0.0.2:5001", "10.0.0.1:4001", 1.2, &shake);
	tagged(s, 60, true);
}

static void keyed_by_zrtp(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(1, 2);

	keyscene_zrtp(s, ALICE, BOB, 1.2, &z);
	tagged(s, 60, true);
}

static void protection_without_keys_needs_an_explanation(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "a tag", packets_with_a_tag, "KEY-010", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "few", too_few_packets_with_a_tag, "KEY-010", KEYSCENE_SILENT, 0, SHOWN_SUSPECT,
		  SHOWN_NOT_OBSERVABLE },
		{ "joined late", packets_with_a_tag_joined_late, "KEY-010", KEYSCENE_SILENT, 0,
		  SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "RTCP's keys", keyed_on_the_rtcp_port, "KEY-010", KEYSCENE_SILENT, 0,
		  SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "ZRTP", keyed_by_zrtp, "KEY-010", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_told_apart_by_key_ssrc_index_and_tag),
		cmocka_unit_test(reports_are_owed_protection_while_the_keys_are_there),
		cmocka_unit_test(protection_without_keys_needs_an_explanation),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
