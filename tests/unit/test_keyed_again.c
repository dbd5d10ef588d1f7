/* test_keyed_again.c - a second handshake on one path: what sets DTLS-013 off, and what must not.
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

enum { A = 1, B = 2, OTHER = 3 }; /* certificates */

static const struct proof_seen unproved;

static struct sdp_seen *offer(struct scene *s)
{
	return keyscene_sdp(s, ALICE, A, SETUP_ACTPASS);
}

static struct sdp_seen *answer(struct scene *s)
{
	return keyscene_sdp(s, BOB, B, SETUP_ACTIVE);
}

static void say(struct scene *s, double at, bool from_bob, const char *method, unsigned status,
		uint32_t cseq, const struct sdp_seen *sdp)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";
	bool bob_asks = from_bob != (status > 0);

	scene_say(s, (struct scene_sip){ .at = at,
					 .src = from_bob ? b : a,
					 .dst = from_bob ? a : b,
					 .method = method,
					 .status = status,
					 .cseq = cseq,
					 .from_tag = bob_asks ? "b" : "a",
					 .to_tag = bob_asks ? "a" : "b",
					 .sdp = sdp });
}

/* The second handshake of the path, whoever Bob's port now belongs to. */
static void again(struct scene *s, double at, uint8_t client)
{
	struct dtls_seen shake = keyscene_shake(client, A);

	shake.association = 1;
	memset(shake.shake.randoms, 0x77, sizeof shake.shake.randoms);
	keyscene_dtls(s, BOB, ALICE, at, &shake);
}

static void begin_with(struct scene *s, const struct sdp_seen *answered)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	scene_call(s, offer(s), answered);
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	keyscene_both(s, 1.5, 41, unproved);
}

static void begin(struct scene *s)
{
	begin_with(s, answer(s));
}

static void another_certificate(struct scene *s)
{
	begin(s);
	again(s, 20, OTHER);
	scene_bye(s, 42);
}

static void the_same_certificate(struct scene *s)
{
	begin(s);
	again(s, 20, B);
	scene_bye(s, 42);
}

static void an_announced_one(struct scene *s)
{
	begin(s);
	say(s, 19, true, "INVITE", 0, 7, keyscene_sdp(s, BOB, OTHER, SETUP_ACTPASS));
	say(s, 19.5, false, "INVITE", 200, 7, keyscene_sdp(s, ALICE, A, SETUP_PASSIVE));
	again(s, 20, OTHER);
	scene_bye(s, 42);
}

/* Both were announced from the start (RFC 8122 5). */
static void one_of_two(struct scene *s)
{
	struct sdp_seen *two = answer(s);

	keyscene_print(s, scene_line(two, 0), "sha-256", OTHER);
	begin_with(s, two);
	again(s, 20, OTHER);
	scene_bye(s, 42);
}

/* Back to a certificate that a later offer has replaced. */
static void one_that_was_replaced(struct scene *s)
{
	begin(s);
	say(s, 10, true, "INVITE", 0, 7, keyscene_sdp(s, BOB, OTHER, SETUP_ACTPASS));
	say(s, 10.5, false, "INVITE", 200, 7, keyscene_sdp(s, ALICE, A, SETUP_PASSIVE));
	again(s, 17, OTHER);
	struct dtls_seen shake = keyscene_shake(B, A);
	shake.association = 2;
	memset(shake.shake.randoms, 0x78, sizeof shake.shake.randoms);
	keyscene_dtls(s, BOB, ALICE, 30, &shake);
	scene_bye(s, 42);
}

/* CSeq 3 of the caller is missing: it may have announced the new certificate. */
static void an_offer_that_may_be_missing(struct scene *s)
{
	begin(s);
	say(s, 19, false, "INFO", 0, 4, NULL);
	again(s, 20, OTHER);
	scene_bye(s, 42);
}

static void a_hidden_certificate(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(OTHER, A);

	begin(s);
	shake.association = 1;
	shake.shake.hidden = true;
	shake.shake.certs[0].sent = shake.shake.certs[1].sent = false;
	keyscene_dtls(s, BOB, ALICE, 20, &shake);
	scene_bye(s, 42);
}

static void one_that_did_not_complete(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(OTHER, A);

	begin(s);
	shake.association = 1;
	shake.shake.server_done = false;
	keyscene_dtls(s, BOB, ALICE, 20, &shake);
	scene_bye(s, 42);
}

/* The path moved: another 5-tuple, the same certificate. */
static void a_path_that_moved(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	begin(s);
	memset(shake.shake.randoms, 0x77, sizeof shake.shake.randoms);
	keyscene_dtls(s, "10.0.0.2:5999", ALICE, 20, &shake);
	scene_bye(s, 42);
}

/* Another call on the same ports, before anyone hung up the first. */
static void another_call_on_the_ports(struct scene *s)
{
	begin(s);
	scene_dialog(s, (struct scene_leg){ .at = 18,
					    .src = "10.0.0.1:5060",
					    .dst = "10.0.0.2:5060",
					    .call_id = "two@example.com",
					    .offer = offer(s),
					    .answer = keyscene_sdp(s, BOB, OTHER, SETUP_ACTIVE),
					    .bye = 60 });
	again(s, 20, OTHER);
	scene_bye(s, 42);
}

static void a_certificate_that_changes_is_held_against_what_was_announced(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "another one", another_certificate, "DTLS-013", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "one that was replaced", one_that_was_replaced, "DTLS-013", KEYSCENE_VIOLATED,
		  SEVERITY_MEDIUM, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "the same", the_same_certificate, "DTLS-013", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "announced", an_announced_one, "DTLS-013", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "one of two", one_of_two, "DTLS-013", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "a gap in CSeq", an_offer_that_may_be_missing, "DTLS-013", KEYSCENE_SILENT, 0,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "hidden", a_hidden_certificate, "DTLS-013", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "not complete", one_that_did_not_complete, "DTLS-013", KEYSCENE_SILENT, 0,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "moved", a_path_that_moved, "DTLS-013", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "another call", another_call_on_the_ports, "DTLS-013", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- the rule by itself --------------------------------------------------------------------- */

static struct callmake m;

static enum shown keys_with(bool everywhere)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	for (int i = 0; i < 2; i++) {
		m.c.ends[i].role = ROLE_ENDPOINT;
		m.c.ends[i].role_from = ROLE_ASSERTED;
		callmake_segment(&m, 0, i, (uint16_t)i);
	}
	callmake_fact_on(&m, FACT_dtls_changed, 0);
	struct fact *same = callmake_fact_on(&m, FACT_dtls_same, 0);
	same->grade = 4;
	same->value = 2;
	same->spans = everywhere;
	return callmake_judge(&m)->conditions[CONDITION_KEYS].shown;
}

static void the_new_handshake_at_both_ends_discharges_it(void **state)
{
	(void)state;
	assert_int_equal(keys_with(false), SHOWN_SUSPECT);
	assert_int_equal(keys_with(true), SHOWN_PASS);
	assert_non_null(callmake_violated(callmake_judge(&m), "DTLS-013"));
	callmake_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_that_changes_is_held_against_what_was_announced),
		cmocka_unit_test(the_new_handshake_at_both_ends_discharges_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
