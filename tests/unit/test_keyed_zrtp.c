/* test_keyed_zrtp.c - the rules on ZRTP, from scenes: what sets them off, and what must not. */
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

enum { A = 1, B = 2, OTHER = 3 }; /* sides */

static const struct proof_seen unproved;

static void exchanged(struct scene *s, const struct zrtp_seen *z)
{
	keyscene_zrtp(s, ALICE, BOB, 1.1, z);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void call_with(struct scene *s, const struct zrtp_seen *z)
{
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), keyscene_zrtp_sdp(s, BOB, B));
	exchanged(s, z);
}

static void ordinary(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	call_with(s, &z);
}

/* ---- ZRTP-001, ZRTP-002 -------------------------------------------------------------------- */

static void another_hello(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, OTHER);

	call_with(s, &z);
}

static void a_hello_that_was_started_again(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, OTHER);

	z.side[1].hellos = 2;
	call_with(s, &z);
}

static void several_hash_lines(struct scene *s)
{
	struct sdp_seen *n = keyscene_zrtp_sdp(s, BOB, OTHER);
	struct zrtp_seen z = keyscene_exchange(A, B);

	keyscene_hello_hash(s, scene_line(n, 0), "1.10", B);
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), n);
	exchanged(s, &z);
}

static void a_hash_of_another_version(struct scene *s)
{
	struct sdp_seen *n = keyscene_zrtp_sdp(s, BOB, 0);
	struct zrtp_seen z = keyscene_exchange(A, B);

	keyscene_hello_hash(s, scene_line(n, 0), "1.00", OTHER);
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), n);
	exchanged(s, &z);
}

/* Cut short or masked by who made the capture. */
static void a_hash_that_is_none(struct scene *s)
{
	struct sdp_seen *n = keyscene_zrtp_sdp(s, BOB, 0);
	struct zrtp_seen z = keyscene_exchange(A, B);

	scene_hello_hash(s, scene_line(n, 0));
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), n);
	exchanged(s, &z);
}

static void an_answer_of_the_other_branch(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, OTHER);
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){ .src = a,
					 .dst = b,
					 .method = "INVITE",
					 .sdp = keyscene_zrtp_sdp(s, ALICE, A) });
	for (unsigned i = 0; i < 2; i++)
		scene_say(s,
			  (struct scene_sip){ .at = i ? 1 : 0.3,
					      .src = b,
					      .dst = a,
					      .method = "INVITE",
					      .status = i ? 200 : 183,
					      .to_tag = i ? "b" : "c",
					      .sdp = keyscene_zrtp_sdp(s, i ? BOB : "10.0.0.3:5000",
								       i ? B : OTHER) });
	exchanged(s, &z);
}

static void an_answer_that_was_not_captured(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(OTHER, B);
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){ .src = a,
					 .dst = b,
					 .method = "INVITE",
					 .sdp = keyscene_zrtp_sdp(s, ALICE, A) });
	scene_say(s, (struct scene_sip){
			     .at = 1.1, .src = a, .dst = b, .method = "ACK", .to_tag = "b" });
	exchanged(s, &z);
}

/* Its answer comes again with another address; the caller's Hello was announced to nobody here. */
static void an_offer_that_was_not_captured(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(OTHER, B);

	for (unsigned i = 0; i < 2; i++)
		scene_say(s, (struct scene_sip){
				     .at = 1 + i,
				     .src = "10.0.0.2:5060",
				     .dst = "10.0.0.1:5060",
				     .method = "INVITE",
				     .status = 200,
				     .to_tag = "b",
				     .sdp = keyscene_zrtp_sdp(s, i ? "10.0.0.7:20000" : BOB, B) });
	exchanged(s, &z);
}

static void no_hash(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	scene_call(s, keyscene_zrtp_sdp(s, ALICE, 0), keyscene_zrtp_sdp(s, BOB, 0));
	exchanged(s, &z);
}

static void no_hash_in_what_was_captured(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){ .src = a,
					 .dst = b,
					 .method = "INVITE",
					 .sdp = keyscene_zrtp_sdp(s, ALICE, 0) });
	scene_say(s, (struct scene_sip){
			     .at = 1.1, .src = a, .dst = b, .method = "ACK", .to_tag = "b" });
	exchanged(s, &z);
}

static void a_hello_is_held_against_every_hash_announced(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "as announced", ordinary, "ZRTP-001", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "another", another_hello, "ZRTP-001", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "started again", a_hello_that_was_started_again, "ZRTP-001", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "several lines", several_hash_lines, "ZRTP-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "another version", a_hash_of_another_version, "ZRTP-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "none that fits", a_hash_that_is_none, "ZRTP-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "a fork", an_answer_of_the_other_branch, "ZRTP-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "no offer here", an_offer_that_was_not_captured, "ZRTP-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "no answer here", an_answer_that_was_not_captured, "ZRTP-001", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "none", no_hash, "ZRTP-001", KEYSCENE_SILENT, 0, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "none", no_hash, "ZRTP-002", KEYSCENE_VIOLATED, SEVERITY_LOW, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "announced", ordinary, "ZRTP-002", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "of another version", a_hash_of_another_version, "ZRTP-002", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "no answer here", no_hash_in_what_was_captured, "ZRTP-002", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- ZRTP-003 -------------------------------------------------------------------------------- */

static void the_m_flag(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.side[1].mitm = true;
	call_with(s, &z);
}

static void a_sas_relay(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.sas_relay = true;
	call_with(s, &z);
}

static void the_p_and_s_flags(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.side[0].passive = z.side[1].signs = true;
	call_with(s, &z);
}

static void a_middle_admits_itself_by_its_own_flag(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "M", the_m_flag, "ZRTP-003", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ "SASrelay", a_sas_relay, "ZRTP-003", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ "P and S", the_p_and_s_flags, "ZRTP-003", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "none", ordinary, "ZRTP-003", KEYSCENE_SILENT, 0, SHOWN_PARTIAL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- ZRTP-004, ZRTP-005 ------------------------------------------------------------------------
 */

static void voices(struct scene *s, double from, double to, bool clear)
{
	for (unsigned i = 0; i < 2; i++)
		keyscene_srtp(s, (struct keyscene_stream){ .from = from,
							   .to = to,
							   .src = i ? BOB : ALICE,
							   .dst = i ? ALICE : BOB,
							   .ssrc = i + 1,
							   .clear = clear });
}

static void unfinished_with(struct scene *s, bool bob_answers, bool clear)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.completed = false;
	for (unsigned i = 0; i < 2; i++)
		z.side[i].chain = z.side[i].hello_mac = z.side[i].hvi = z.side[i].commit_mac =
			CHECK_NONE;
	z.side[1].hello = bob_answers;
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, 0), keyscene_zrtp_sdp(s, BOB, 0));
	keyscene_zrtp(s, ALICE, BOB, 1.1, &z);
	voices(s, 1.2, 21, clear);
	scene_bye(s, 22);
}

static void unfinished_and_clear(struct scene *s)
{
	unfinished_with(s, true, true);
}

static void unfinished_and_not_readable(struct scene *s)
{
	unfinished_with(s, true, false);
}

static void a_peer_without_zrtp(struct scene *s)
{
	unfinished_with(s, false, true);
}

static void clear_after_an_exchange(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), keyscene_zrtp_sdp(s, BOB, B));
	keyscene_zrtp(s, ALICE, BOB, 1.1, &z);
	voices(s, 1.5, 21, true);
	scene_bye(s, 22);
}

static void go_clear_with(struct scene *s, bool acknowledged, bool media, bool clear)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.go_clear = true;
	z.clear_ack = acknowledged;
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), keyscene_zrtp_sdp(s, BOB, B));
	keyscene_zrtp(s, ALICE, BOB, 1.1, &z);
	if (media)
		voices(s, 1.5, 21, clear);
	scene_bye(s, 22);
}

static void agreed_to_go_clear(struct scene *s)
{
	go_clear_with(s, true, true, false);
}

static void asked_and_went_clear(struct scene *s)
{
	go_clear_with(s, false, true, true);
}

static void asked_and_stayed_as_it_was(struct scene *s)
{
	go_clear_with(s, false, true, false);
}

static void asked_and_nothing_seen_after_it(struct scene *s)
{
	go_clear_with(s, false, false, false);
}

static void what_did_not_end_is_judged_by_the_media(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "clear", unfinished_and_clear, "ZRTP-004", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_NOT_OBSERVABLE, SHOWN_FAIL },
		{ "not readable", unfinished_and_not_readable, "ZRTP-004", KEYSCENE_UNKNOWN, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "a peer without", a_peer_without_zrtp, "ZRTP-004", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ "a peer without", a_peer_without_zrtp, "MED-001", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_FAIL },
		{ "completed", ordinary, "ZRTP-004", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "clear all the same", clear_after_an_exchange, "MED-006", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_PARTIAL, SHOWN_FAIL },
		{ "agreed", agreed_to_go_clear, "ZRTP-005", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_PARTIAL, SHOWN_FAIL },
		{ "went clear", asked_and_went_clear, "ZRTP-005", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_PARTIAL, SHOWN_FAIL },
		{ "stayed", asked_and_stayed_as_it_was, "ZRTP-005", KEYSCENE_NOTED, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "not seen", asked_and_nothing_seen_after_it, "ZRTP-005", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_PARTIAL, SHOWN_SUSPECT },
		{ "never asked", ordinary, "ZRTP-005", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- ZRTP-006, ZRTP-007 ------------------------------------------------------------------------
 */

static void a_broken_chain(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.side[0].chain = CHECK_BAD;
	call_with(s, &z);
}

static void a_broken_code(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.side[1].hello_mac = CHECK_BAD;
	call_with(s, &z);
}

static void damaged_packets(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	z.bad_crc = 3;
	call_with(s, &z);
}

static void chosen(struct scene *s, const char *tag, const char *agreement, bool multi, bool pre)
{
	struct zrtp_seen z = keyscene_exchange(A, B);

	memcpy(z.tag, tag, ZRTP_NAME);
	memcpy(z.agreement, agreement, ZRTP_NAME);
	z.multistream = multi;
	z.preshared = pre;
	call_with(s, &z);
}

static void a_tag_of_32_bits(struct scene *s)
{
	chosen(s, "HS32", "DH3k", false, false);
}

static void a_group_of_2048_bits(struct scene *s)
{
	chosen(s, "HS80", "DH2k", false, false);
}

static void multistream(struct scene *s)
{
	chosen(s, "HS80", "Mult", true, false);
}

static void checks_that_fail_refute_and_choices_do_not(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "chain", a_broken_chain, "ZRTP-006", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "code", a_broken_code, "ZRTP-006", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "damaged by the capture", damaged_packets, "ZRTP-006", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "HS32", a_tag_of_32_bits, "ZRTP-007", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "DH2k", a_group_of_2048_bits, "ZRTP-007", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "HS80 and DH3k", ordinary, "ZRTP-007", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "Multistream", multistream, "ZRTP-007", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

static uint8_t grade_of_keys(void (*play)(struct scene *s, const char *, const char *, bool, bool),
			     bool multi, bool pre)
{
	struct scene *s = scene_new();

	play(s, "HS80", multi ? "Mult" : pre ? "Prsh" : "DH3k", multi, pre);
	const struct judgement *j = keyscene_judge(s, CALL_CALL);
	uint8_t grade = j->conditions[CONDITION_KEYS].v.grade;
	scene_free(s);
	return grade;
}

static int looked_at(const char *tag, const char *agreement, bool pre)
{
	struct scene *s = scene_new();

	chosen(s, tag, agreement, false, pre);
	scene_end(s, 400);
	const struct fact *f = call_fact(&s->rows[0], FACT_zrtp_chosen, NULL);
	int value = f ? (int)f->value : -1;
	scene_free(s);
	return value;
}

static void choices_are_in_order_only_where_all_were_shown(void **state)
{
	(void)state;
	assert_int_equal(looked_at("HS80", "DH3k", false), 1);
	assert_int_equal(looked_at("HS80", "Prsh", true), 0);
	assert_int_equal(looked_at("\0\0\0", "DH3k", false), 0);
	assert_int_equal(looked_at("HS32", "DH3k", false), -1);
}

static void preshared_keys_are_worth_less_than_an_exchange(void **state)
{
	(void)state;
	assert_int_equal(grade_of_keys(chosen, false, false), 4);
	assert_int_equal(grade_of_keys(chosen, false, true), 3);
}

/* An exchange that was worth less does not become worth more by the next one. */
static void several_exchanges_are_worth_what_the_least_is(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct scene *s = scene_new();
		struct zrtp_seen z[2] = { keyscene_exchange(A, B), keyscene_exchange(A, B) };
		z[first].preshared = true;
		scene_call(s, keyscene_zrtp_sdp(s, ALICE, A), keyscene_zrtp_sdp(s, BOB, B));
		keyscene_zrtp(s, ALICE, BOB, 1.1, &z[0]);
		keyscene_zrtp(s, ALICE, BOB, 9, &z[1]);
		scene_bye(s, 22);
		scene_end(s, 100);
		const struct fact *f =
			call_fact(scene_row(s, CALL_CALL, 0), FACT_zrtp_complete, NULL);
		assert_int_equal(f->value, 1);
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_is_held_against_every_hash_announced),
		cmocka_unit_test(a_middle_admits_itself_by_its_own_flag),
		cmocka_unit_test(what_did_not_end_is_judged_by_the_media),
		cmocka_unit_test(checks_that_fail_refute_and_choices_do_not),
		cmocka_unit_test(choices_are_in_order_only_where_all_were_shown),
		cmocka_unit_test(preshared_keys_are_worth_less_than_an_exchange),
		cmocka_unit_test(several_exchanges_are_worth_what_the_least_is),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
