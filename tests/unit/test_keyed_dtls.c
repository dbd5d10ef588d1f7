/* test_keyed_dtls.c - the rules on DTLS, from scenes: what sets them off, and what must not. */
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

/* Bob takes the active part: he is the client. */
static void shaken(struct scene *s, const struct dtls_seen *shake)
{
	keyscene_dtls(s, BOB, ALICE, 1.2, shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void call_with(struct scene *s, const struct sdp_seen *offer, const struct sdp_seen *answer,
		      const struct dtls_seen *shake)
{
	scene_call(s, offer, answer);
	shaken(s, shake);
}

static struct sdp_seen *offer(struct scene *s)
{
	return keyscene_sdp(s, ALICE, A, SETUP_ACTPASS);
}

static struct sdp_seen *answer(struct scene *s)
{
	return keyscene_sdp(s, BOB, B, SETUP_ACTIVE);
}

static void ordinary_with(struct scene *s, const struct dtls_seen *shake)
{
	call_with(s, offer(s), answer(s), shake);
}

static void ordinary(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	ordinary_with(s, &shake);
}

static void say(struct scene *s, double at, bool from_bob, const char *method, unsigned status,
		uint32_t cseq, const struct sdp_seen *sdp)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){ .at = at,
					 .src = from_bob ? b : a,
					 .dst = from_bob ? a : b,
					 .method = method,
					 .status = status,
					 .cseq = cseq,
					 .to_tag = "b",
					 .sdp = sdp });
}

/* ---- DTLS-001 --------------------------------------------------------------------------- */

static void a_strangers_certificate(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(OTHER, A);

	ordinary_with(s, &shake);
}

static void a_strangers_certificate_and_no_media(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(OTHER, A);

	scene_call(s, offer(s), answer(s));
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	scene_bye(s, 22);
}

static void a_certificate_of_a_weaker_hash_only(struct scene *s)
{
	struct sdp_seen *both = answer(s);
	struct dtls_seen shake = keyscene_shake(OTHER, A);

	keyscene_print(s, scene_line(both, 0), "sha-1", OTHER);
	call_with(s, offer(s), both, &shake);
}

static void several_hashes_of_one_certificate(struct scene *s)
{
	struct sdp_seen *many = answer(s);
	struct dtls_seen shake = keyscene_shake(B, A);

	keyscene_print(s, scene_line(many, 0), "sha-1", B);
	keyscene_print(s, scene_line(many, 0), "sha-512", B);
	call_with(s, offer(s), many, &shake);
}

static void two_certificates_announced(struct scene *s)
{
	struct sdp_seen *two = keyscene_sdp(s, BOB, OTHER, SETUP_ACTIVE);
	struct dtls_seen shake = keyscene_shake(B, A);

	keyscene_print(s, scene_line(two, 0), "sha-256", B);
	call_with(s, offer(s), two, &shake);
}

static void a_signature_that_does_not_verify(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	shake.shake.certs[0].possession = CHECK_BAD;
	ordinary_with(s, &shake);
}

/* Damaged, or masked by who made the capture: nothing to hold a certificate against. */
static void a_fingerprint_that_is_none(struct scene *s)
{
	struct sdp_seen *n = keyscene_sdp(s, BOB, 0, SETUP_ACTIVE);
	struct dtls_seen shake = keyscene_shake(B, A);

	scene_fingerprint(s, scene_line(n, 0));
	call_with(s, offer(s), n, &shake);
}

static void an_answer_that_was_not_captured(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, OTHER);

	say(s, 0, false, "INVITE", 0, 1, offer(s));
	say(s, 1.1, false, "ACK", 0, 1, NULL);
	shaken(s, &shake);
}

/* CSeq 3 of the caller is missing: it may have announced the new certificate. */
static void an_update_that_was_not_captured(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, OTHER);

	scene_call(s, offer(s), answer(s));
	say(s, 3, false, "INFO", 0, 4, NULL);
	shaken(s, &shake);
}

static void a_fingerprint_of_an_update(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, OTHER);

	scene_call(s, offer(s), answer(s));
	say(s, 1.15, false, "UPDATE", 0, 2, keyscene_sdp(s, ALICE, OTHER, SETUP_ACTPASS));
	say(s, 1.18, true, "UPDATE", 200, 2, answer(s));
	shaken(s, &shake);
}

/* Early media by one branch of a fork, the call by another: each with its own certificate. */
static void a_certificate_of_the_other_branch(struct scene *s)
{
	struct dtls_seen early = keyscene_shake(OTHER, A), late = keyscene_shake(B, A);
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	say(s, 0, false, "INVITE", 0, 1, offer(s));
	scene_say(s, (struct scene_sip){ .at = 0.3,
					 .src = b,
					 .dst = a,
					 .method = "INVITE",
					 .status = 183,
					 .to_tag = "c",
					 .sdp = keyscene_sdp(s, BOB, OTHER, SETUP_ACTIVE) });
	keyscene_dtls(s, BOB, ALICE, 0.4, &early);
	say(s, 1, true, "INVITE", 200, 1, answer(s));
	say(s, 1.1, false, "ACK", 0, 1, NULL);
	late.association = 1;
	shaken(s, &late);
}

/* Two lines of a BUNDLE share one association, whichever of them announced it. */
static void a_bundle(struct scene *s)
{
	struct sdp_seen *both[] = { offer(s), answer(s) };
	struct dtls_seen shake = keyscene_shake(B, A);

	for (unsigned i = 0; i < 2; i++) {
		scene_add_line(s, both[i], i ? BOB : ALICE, MEDIA_VIDEO, PROFILE_DTLS_SAVP);
		scene_line(both[i], 1)->setup = scene_line(both[i], 0)->setup;
		scene_line(both[i], 0)->bundled = scene_line(both[i], 1)->bundled = true;
	}
	call_with(s, both[0], both[1], &shake);
}

static void a_delayed_offer(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(A, B);

	say(s, 0, false, "INVITE", 0, 1, NULL);
	say(s, 1, true, "INVITE", 200, 1, keyscene_sdp(s, BOB, B, SETUP_ACTPASS));
	say(s, 1.1, false, "ACK", 0, 1, keyscene_sdp(s, ALICE, A, SETUP_ACTIVE));
	keyscene_dtls(s, ALICE, BOB, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void fingerprints_are_held_against_every_one_that_applies(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "as announced", ordinary, "DTLS-001", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "a stranger's", a_strangers_certificate, "DTLS-001", KEYSCENE_VIOLATED,
		  SEVERITY_CRITICAL, SHOWN_FAIL, SHOWN_PARTIAL },
		{ "without media", a_strangers_certificate_and_no_media, "DTLS-001",
		  KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "a weaker hash only", a_certificate_of_a_weaker_hash_only, "DTLS-001",
		  KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "several hashes", several_hashes_of_one_certificate, "DTLS-001", KEYSCENE_SILENT,
		  0, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "two certificates", two_certificates_announced, "DTLS-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "a bad signature", a_signature_that_does_not_verify, "DTLS-001",
		  KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "no answer here", an_answer_that_was_not_captured, "DTLS-001", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "a gap in CSeq", an_update_that_was_not_captured, "DTLS-001", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "no fingerprint", a_fingerprint_that_is_none, "DTLS-001", KEYSCENE_SILENT, 0,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "by UPDATE", a_fingerprint_of_an_update, "DTLS-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "a fork", a_certificate_of_the_other_branch, "DTLS-001", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "BUNDLE", a_bundle, "DTLS-001", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "a delayed offer", a_delayed_offer, "DTLS-001", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- DTLS-002, DTLS-003, DTLS-010 --------------------------------------------------------- */

static void no_fingerprint(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	call_with(s, keyscene_sdp(s, ALICE, 0, SETUP_ACTPASS),
		  keyscene_sdp(s, BOB, 0, SETUP_ACTIVE), &shake);
}

static void no_fingerprint_in_the_answer(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	call_with(s, offer(s), keyscene_sdp(s, BOB, 0, SETUP_ACTIVE), &shake);
}

static void no_fingerprint_and_no_handshake_seen(struct scene *s)
{
	scene_call(s, keyscene_sdp(s, ALICE, 0, SETUP_ACTPASS),
		   keyscene_sdp(s, BOB, 0, SETUP_ACTIVE));
	scene_bye(s, 22);
}

static void fingerprints_that_come_with_the_200(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	say(s, 0, false, "INVITE", 0, 1, offer(s));
	say(s, 0.3, true, "INVITE", 183, 1, keyscene_sdp(s, BOB, 0, SETUP_ACTIVE));
	say(s, 1, true, "INVITE", 200, 1, answer(s));
	say(s, 1.1, false, "ACK", 0, 1, NULL);
	shaken(s, &shake);
}

static void no_fingerprint_in_what_was_captured(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	say(s, 0, false, "INVITE", 0, 1, keyscene_sdp(s, ALICE, 0, SETUP_ACTPASS));
	say(s, 1.1, false, "ACK", 0, 1, NULL);
	shaken(s, &shake);
}

static void sdes_where_dtls_was_offered_too(struct scene *s)
{
	struct sdp_seen *o = offer(s), *n = scene_sdp(s, BOB, PROFILE_RTP_SAVP);

	scene_line(o, 0)->profile = PROFILE_RTP_SAVP;
	scene_crypto(s, scene_line(o, 0));
	scene_crypto(s, scene_line(n, 0));
	scene_call(s, o, n);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void hashed_with(struct scene *s, const char *hash, const char *more)
{
	struct sdp_seen *n = keyscene_sdp(s, BOB, 0, SETUP_ACTIVE);
	struct dtls_seen shake = keyscene_shake(B, A);

	keyscene_print(s, scene_line(n, 0), hash, B);
	if (more)
		keyscene_print(s, scene_line(n, 0), more, B);
	call_with(s, offer(s), n, &shake);
}

static void hashed_with_sha1(struct scene *s)
{
	hashed_with(s, "sha-1", NULL);
}

static void hashed_with_md5(struct scene *s)
{
	hashed_with(s, "md5", NULL);
}

static void hashed_with_sha1_and_sha256(struct scene *s)
{
	hashed_with(s, "SHA-1", "sha-256");
}

static void one_sided_with(struct scene *s, bool asked, bool hidden, bool resumed)
{
	struct dtls_seen shake = keyscene_shake(B, A);
	struct handshake_seen *h = &shake.shake;

	h->client_cert_asked = asked;
	h->certs[0] = (struct cert_seen){ .sent = asked, .none = asked };
	h->hidden = hidden;
	h->resumed = resumed;
	if (hidden || resumed)
		h->certs[1] = (struct cert_seen){ .sent = false };
	ordinary_with(s, &shake);
}

static void no_certificate_asked_for(struct scene *s)
{
	one_sided_with(s, false, false, false);
}

static void an_empty_certificate(struct scene *s)
{
	one_sided_with(s, true, false, false);
}

static void dtls_13(struct scene *s)
{
	one_sided_with(s, false, true, false);
}

static void a_resumed_handshake(struct scene *s)
{
	one_sided_with(s, false, false, true);
}

static void who_is_behind_a_handshake_is_doubted_where_nothing_ties_it(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "no fingerprint", no_fingerprint, "DTLS-002", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "none of one side", no_fingerprint_in_the_answer, "DTLS-002", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "the profile alone", no_fingerprint_and_no_handshake_seen, "DTLS-002",
		  KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_NOT_OBSERVABLE },
		{ "damaged", a_fingerprint_that_is_none, "DTLS-002", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "in the 200", fingerprints_that_come_with_the_200, "DTLS-002", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "BUNDLE", a_bundle, "DTLS-002", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "no answer here", no_fingerprint_in_what_was_captured, "DTLS-002",
		  KEYSCENE_SILENT, 0, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "SDES taken", sdes_where_dtls_was_offered_too, "DTLS-002", KEYSCENE_SILENT, 0,
		  SHOWN_FAIL, SHOWN_NOT_OBSERVABLE },
		{ "SHA-1", hashed_with_sha1, "DTLS-003", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "MD5", hashed_with_md5, "DTLS-003", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "SHA-1 beside SHA-256", hashed_with_sha1_and_sha256, "DTLS-003", KEYSCENE_SILENT,
		  0, SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "not asked for", no_certificate_asked_for, "DTLS-010", KEYSCENE_VIOLATED,
		  SEVERITY_HIGH, SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "empty", an_empty_certificate, "DTLS-010", KEYSCENE_VIOLATED, SEVERITY_HIGH,
		  SHOWN_SUSPECT, SHOWN_PARTIAL },
		{ "DTLS 1.3", dtls_13, "DTLS-010", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "resumed", a_resumed_handshake, "DTLS-010", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "both", ordinary, "DTLS-010", KEYSCENE_SILENT, 0, SHOWN_PARTIAL, SHOWN_PARTIAL },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprints_are_held_against_every_one_that_applies),
		cmocka_unit_test(who_is_behind_a_handshake_is_doubted_where_nothing_ties_it),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
