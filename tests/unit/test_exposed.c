/* test_exposed.c - the rules on readable media, from scenes: what sets them off, and what must not.
 */
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

static void say(struct scene *s, double at, bool from_bob, unsigned status, uint32_t cseq,
		const struct sdp_seen *sdp)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){ .at = at,
					 .src = from_bob ? b : a,
					 .dst = from_bob ? a : b,
					 .method = "INVITE",
					 .status = status,
					 .cseq = cseq,
					 .to_tag = status || cseq > 1 ? "b" : NULL,
					 .sdp = sdp });
}

static void agreed(struct scene *s, enum media_profile offered, enum media_profile answered)
{
	scene_call(s, scene_sdp(s, ALICE, offered), scene_sdp(s, BOB, answered));
}

static void stream(struct scene *s, double from, double to, bool clear, uint16_t halves,
		   struct proof_seen proof)
{
	keyscene_srtp(s, (struct keyscene_stream){ .from = from,
						   .to = to,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = proof,
						   .clear = clear,
						   .fired_halves = halves });
}

static const struct proof_seen unproved;
static const struct proof_seen proved = { .key_name = 77, .tried = 40, .verified = 40 };

static void voice(struct scene *s, bool clear)
{
	stream(s, 1.5, 21, clear, 0, unproved);
	scene_bye(s, 22);
}

/* ---- MED-001
 * ------------------------------------------------------------------------------------- */

static void open_and_readable(struct scene *s)
{
	agreed(s, PROFILE_RTP_AVP, PROFILE_RTP_AVP);
	voice(s, true);
}

static void open_and_not_readable(struct scene *s)
{
	agreed(s, PROFILE_RTP_AVP, PROFILE_RTP_AVP);
	voice(s, false);
}

static void open_and_a_few_packets(struct scene *s)
{
	agreed(s, PROFILE_RTP_AVP, PROFILE_RTP_AVP);
	scene_talk(s, (struct scene_media){ 1.5, 1.7, ALICE, BOB, 1, 0, true, 0, 0 });
	scene_bye(s, 22);
}

static void zrtp_on_an_open_line(struct scene *s)
{
	struct zrtp_seen z = keyscene_exchange(1, 2);

	agreed(s, PROFILE_RTP_AVP, PROFILE_RTP_AVP);
	keyscene_zrtp(s, ALICE, BOB, 1.1, &z);
	voice(s, false);
}

static void optional_keys(struct scene *s, bool taken, bool clear)
{
	struct sdp_seen *o = keyscene_sdes(s, ALICE, 77), *n = scene_sdp(s, BOB, PROFILE_RTP_AVP);

	scene_line(o, 0)->profile = PROFILE_RTP_AVP;
	if (taken)
		keyscene_crypto(s, scene_line(n, 0), 78);
	scene_call(s, o, n);
	voice(s, clear);
}

static void optional_keys_taken(struct scene *s)
{
	optional_keys(s, true, false);
}

static void a_configuration_chosen_by_acfg(struct scene *s)
{
	struct sdp_seen *o = scene_sdp(s, ALICE, PROFILE_RTP_AVP);
	struct sdp_seen *n = scene_sdp(s, BOB, PROFILE_RTP_AVP);

	scene_line(o, 0)->capneg = scene_line(n, 0)->acfg_secure = true;
	scene_call(s, o, n);
	voice(s, false);
}

static void fax(struct scene *s, enum media_profile profile)
{
	struct sdp_seen *both[] = { scene_sdp(s, ALICE, profile), scene_sdp(s, BOB, profile) };

	for (unsigned i = 0; i < 2; i++) {
		scene_line(both[i], 0)->kind = MEDIA_IMAGE;
		if (profile == PROFILE_DTLS_UDPTL)
			keyscene_print(s, scene_line(both[i], 0), "sha-256", (uint8_t)(i + 1));
	}
	scene_call(s, both[0], both[1]);
	scene_flow(s, ALICE, BOB, 2, FLOW_UDPTL);
	scene_bye(s, 22);
}

static void fax_in_the_open(struct scene *s)
{
	fax(s, PROFILE_UDPTL);
}

static void fax_in_dtls(struct scene *s)
{
	fax(s, PROFILE_DTLS_UDPTL);
}

static void open_lines_fail_when_they_are_heard(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "readable", open_and_readable, "MED-001", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_FAIL },
		{ "not readable", open_and_not_readable, "MED-001", KEYSCENE_UNKNOWN, 0,
		  SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "few", open_and_a_few_packets, "MED-001", KEYSCENE_UNKNOWN, 0, SHOWN_SUSPECT,
		  SHOWN_NOT_OBSERVABLE },
		{ "ZRTP", zrtp_on_an_open_line, "MED-001", KEYSCENE_UNKNOWN, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "OSRTP", optional_keys_taken, "MED-001", KEYSCENE_UNKNOWN, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "acfg", a_configuration_chosen_by_acfg, "MED-001", KEYSCENE_UNKNOWN, 0,
		  SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE },
		{ "fax", fax_in_the_open, "MED-001", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_FAIL },
		{ "fax in DTLS", fax_in_dtls, "MED-001", KEYSCENE_SILENT, 0, SHOWN_NOT_OBSERVABLE,
		  SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- MED-002
 * --------------------------------------------------------------------------------------- */

static void promised(struct scene *s, bool clear, uint16_t halves, struct proof_seen proof)
{
	scene_call(s, keyscene_sdes(s, ALICE, 77), keyscene_sdes(s, BOB, 78));
	stream(s, 1.5, 21, clear, halves, proof);
	scene_bye(s, 22);
}

static void promised_and_readable(struct scene *s)
{
	promised(s, true, 0, unproved);
}

static void promised_and_kept(struct scene *s)
{
	promised(s, false, 0, proved);
}

static void promised_and_doubtful(struct scene *s)
{
	promised(s, false, 1, unproved);
}

static void promised_doubtful_and_proved(struct scene *s)
{
	promised(s, false, 1, proved);
}

static void promised_and_not_readable(struct scene *s)
{
	promised(s, false, 0, unproved);
}

static void readable_as_was_agreed(struct scene *s)
{
	struct sdp_seen *o = keyscene_sdes(s, ALICE, 77), *n = scene_sdp(s, BOB, PROFILE_RTP_SAVP);
	struct crypto_seen *c = keyscene_crypto(s, scene_line(o, 0), 79);

	c->unencrypted_srtp = true;
	c = keyscene_crypto(s, scene_line(n, 0), 78);
	c->tag = 2;
	c->unencrypted_srtp = true;
	scene_call(s, o, n);
	voice(s, true);
}

static void a_promise_is_broken_by_what_is_heard(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "readable", promised_and_readable, "MED-002", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_FAIL },
		{ "kept", promised_and_kept, "MED-002", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "doubtful", promised_and_doubtful, "MED-002", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_FAIL, SHOWN_SUSPECT },
		{ "doubtful, proved", promised_doubtful_and_proved, "MED-002", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "not readable", promised_and_not_readable, "MED-002", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "as agreed", readable_as_was_agreed, "MED-002", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_FAIL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- MED-003, MED-004, MED-005
 * -------------------------------------------------------------------------- */

static void secure_offered_and_open_answered(struct scene *s)
{
	agreed(s, PROFILE_RTP_SAVP, PROFILE_RTP_AVP);
	scene_bye(s, 22);
}

static void secure_offered_open_answered_and_readable(struct scene *s)
{
	agreed(s, PROFILE_RTP_SAVP, PROFILE_RTP_AVP);
	voice(s, true);
}

/* Refused with keys, tried again without; `to`: whom. */
static void tried_again(struct scene *s, const char *to, bool with_keys)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	say(s, 0, false, 0, 1, keyscene_sdes(s, ALICE, 77));
	say(s, 0.3, true, 488, 1, NULL);
	for (unsigned answer = 0; answer < 2; answer++)
		scene_say(s, (struct scene_sip){
				     .at = 1 + answer,
				     .src = answer ? b : a,
				     .dst = answer ? a : b,
				     .method = "INVITE",
				     .cseq = 2,
				     .status = answer ? 200 : 0,
				     .call_id = "two@example.com",
				     .to_user = to,
				     .to_tag = answer ? "c" : NULL,
				     .sdp = with_keys ? keyscene_sdes(s, answer ? BOB : ALICE, 80)
						      : scene_sdp(s, answer ? BOB : ALICE,
								  PROFILE_RTP_AVP) });
}

static const struct judgement *of_the_retry(struct scene *s, const char *to, bool with_keys)
{
	tried_again(s, to, with_keys);
	return keyscene_judge(s, CALL_CALL);
}

static void a_retry_without_keys_is_a_downgrade_for_the_same_callee(void **state)
{
	(void)state;
	static const struct {
		const char *to;
		bool with_keys, fires;
	} list[] = { { "bob", false, true }, { "carol", false, false }, { "bob", true, false } };

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		struct scene *s = scene_new();
		const struct judgement *j = of_the_retry(s, list[i].to, list[i].with_keys);
		const struct finding *f = callmake_violated(j, "MED-003");
		if (!f == list[i].fires || (f && f->severity != SEVERITY_HIGH))
			fail_msg("retry %zu", i);
		scene_free(s);
	}
}

static void optional_keys_declined_and_readable(struct scene *s)
{
	optional_keys(s, false, true);
}

static void optional_keys_declined_and_not_readable(struct scene *s)
{
	optional_keys(s, false, false);
}

static void with_a_second_line(struct scene *s, enum media_profile profile, bool refused)
{
	struct sdp_seen *o = keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS);
	struct sdp_seen *n = keyscene_sdp(s, BOB, 2, SETUP_ACTIVE);
	struct dtls_seen shake = keyscene_shake(2, 1);

	for (unsigned i = 0; i < 2; i++) {
		struct line_seen *m = scene_add_line(
			s, i ? n : o, i ? "10.0.0.2:5002" : "10.0.0.1:4002", MEDIA_IMAGE, profile);
		if (profile == PROFILE_DTLS_UDPTL)
			keyscene_print(s, m, "sha-256", (uint8_t)(i + 1));
	}
	if (refused)
		scene_line(n, 1)->at.port = 0;
	scene_call(s, o, n);
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	voice(s, false);
}

static void an_open_second_line(struct scene *s)
{
	with_a_second_line(s, PROFILE_UDPTL, false);
}

static void a_second_line_that_was_refused(struct scene *s)
{
	with_a_second_line(s, PROFILE_UDPTL, true);
}

static void a_second_line_in_dtls(struct scene *s)
{
	with_a_second_line(s, PROFILE_DTLS_UDPTL, false);
}

static void what_was_given_up_is_told_and_fails_when_heard(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "unseen", secure_offered_and_open_answered, "MED-003", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_SUSPECT },
		{ "readable", secure_offered_open_answered_and_readable, "MED-003",
		  KEYSCENE_VIOLATED, SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_FAIL },
		{ "open from the start", open_and_readable, "MED-003", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_FAIL },
		{ "kept", promised_and_kept, "MED-003", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_PARTIAL },
		{ "declined", optional_keys_declined_and_readable, "MED-004", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_FAIL, SHOWN_FAIL },
		{ "declined, unheard", optional_keys_declined_and_not_readable, "MED-004",
		  KEYSCENE_UNKNOWN, 0, SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "taken", optional_keys_taken, "MED-004", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "a sibling", an_open_second_line, "MED-005", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_SUSPECT, SHOWN_SUSPECT },
		{ "refused", a_second_line_that_was_refused, "MED-005", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "in DTLS", a_second_line_in_dtls, "MED-005", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- MED-006, MED-011: for a time, one way
 * ------------------------------------------------------------ */

static void dtls_and_a_clear_start(struct scene *s, double from, double to)
{
	struct dtls_seen shake = keyscene_shake(2, 1);

	scene_call(s, keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS),
		   keyscene_sdp(s, BOB, 2, SETUP_ACTIVE));
	keyscene_srtp(s, (struct keyscene_stream){ .from = from,
						   .to = to,
						   .src = BOB,
						   .dst = ALICE,
						   .ssrc = 2,
						   .clear = true });
	keyscene_dtls(s, BOB, ALICE, to, &shake);
	keyscene_srtp(s, (struct keyscene_stream){
				 .from = to + 0.5, .to = 21, .src = BOB, .dst = ALICE, .ssrc = 2 });
	scene_bye(s, 22);
}

static void clear_after_the_answer(struct scene *s)
{
	dtls_and_a_clear_start(s, 1.1, 3);
}

static void ringback(struct scene *s)
{
	dtls_and_a_clear_start(s, 0.1, 0.95);
}

static void voices(struct scene *s, enum sdp_direction direction)
{
	struct sdp_seen *o = scene_sdp(s, ALICE, PROFILE_RTP_AVP);

	scene_line(o, 0)->direction = direction;
	scene_call(s, o, scene_sdp(s, BOB, PROFILE_RTP_AVP));
	voice(s, true);
}

static void one_direction_of_two(struct scene *s)
{
	voices(s, SDP_SENDRECV);
}

static void one_direction_as_agreed(struct scene *s)
{
	voices(s, SDP_SENDONLY);
}

static void a_time_in_the_clear_is_judged_by_whose_it_is(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "after the answer", clear_after_the_answer, "MED-006", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_PARTIAL, SHOWN_FAIL },
		{ "ringback", ringback, "MED-006", KEYSCENE_VIOLATED, SEVERITY_LOW, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "all of it", promised_and_readable, "MED-006", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ "one way", one_direction_of_two, "MED-011", KEYSCENE_NOTED, 0, SHOWN_FAIL,
		  SHOWN_FAIL },
		{ "as agreed", one_direction_as_agreed, "MED-011", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_FAIL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_lines_fail_when_they_are_heard),
		cmocka_unit_test(a_promise_is_broken_by_what_is_heard),
		cmocka_unit_test(a_retry_without_keys_is_a_downgrade_for_the_same_callee),
		cmocka_unit_test(what_was_given_up_is_told_and_fails_when_heard),
		cmocka_unit_test(a_time_in_the_clear_is_judged_by_whose_it_is),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
