/* test_keyed_chosen.c - what a DTLS server chose: version, suite, profile, from scenes. */
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

enum { A = 1, B = 2 }; /* certificates */

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

/* ---- DTLS-004, DTLS-005, DTLS-011: what was chosen ------------------------------------------- */

static void dtls_10(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	shake.shake.version = 0xfeff;
	ordinary_with(s, &shake);
}

static void with_suite(struct scene *s, const char *name, enum suite_grade grade, bool forward)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	shake.shake.suite_name = name;
	shake.shake.suite_grade = (uint8_t)grade;
	shake.shake.forward_secret = forward;
	ordinary_with(s, &shake);
}

static void a_null_suite(struct scene *s)
{
	with_suite(s, "TLS_RSA_WITH_NULL_SHA", SUITE_BROKEN, false);
}

static void an_rc4_suite(struct scene *s)
{
	with_suite(s, "TLS_ECDHE_RSA_WITH_RC4_128_SHA", SUITE_BROKEN, true);
}

static void a_static_suite(struct scene *s)
{
	with_suite(s, "TLS_RSA_WITH_AES_128_GCM_SHA256", SUITE_AEAD, false);
}

static void with_profile(struct scene *s, bool has, uint16_t profile, const char *name)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	shake.shake.has_profile = has;
	shake.shake.profile = profile;
	shake.shake.profile_name = name;
	shake.shake.null_profile_offered = true;
	ordinary_with(s, &shake);
}

static void a_null_profile(struct scene *s)
{
	with_profile(s, true, 5, "SRTP_NULL_HMAC_SHA1_80");
}

static void a_null_profile_offered_only(struct scene *s)
{
	with_profile(s, true, 1, "SRTP_AES128_CM_HMAC_SHA1_80");
}

static void no_profile(struct scene *s)
{
	with_profile(s, false, 0, NULL);
}

static void a_short_tag(struct scene *s)
{
	with_profile(s, true, 2, "SRTP_AES128_CM_HMAC_SHA1_32");
}

static void dtls_13_without_a_profile_to_see(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	shake.shake.hidden = true;
	shake.shake.has_profile = false;
	shake.shake.version = 0xfefc;
	shake.shake.certs[0] = shake.shake.certs[1] = (struct cert_seen){ .sent = false };
	ordinary_with(s, &shake);
}

static void fax_in_dtls(struct scene *s)
{
	struct sdp_seen *both[] = { offer(s), answer(s) };
	struct dtls_seen shake = keyscene_shake(B, A);

	for (unsigned i = 0; i < 2; i++) {
		scene_line(both[i], 0)->kind = MEDIA_IMAGE;
		scene_line(both[i], 0)->profile = PROFILE_DTLS_UDPTL;
	}
	shake.shake.has_profile = false;
	scene_call(s, both[0], both[1]);
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	scene_bye(s, 22);
}

static void what_the_server_chose_counts_and_nothing_else(void **state)
{
	(void)state;
	static const struct keyscene_case list[] = {
		{ "DTLS 1.0", dtls_10, "DTLS-004", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "DTLS 1.2", ordinary, "DTLS-004", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "NULL suite", a_null_suite, "DTLS-005", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_FAIL, SHOWN_PARTIAL },
		{ "RC4", an_rc4_suite, "DTLS-005", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "static RSA", a_static_suite, "DTLS-005", KEYSCENE_VIOLATED, SEVERITY_MEDIUM,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "AEAD and ECDHE", ordinary, "DTLS-005", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "the profile is none of the suite", a_null_profile, "DTLS-005", KEYSCENE_SILENT,
		  0, SHOWN_PARTIAL, SHOWN_FAIL },
		{ "NULL profile", a_null_profile, "DTLS-011", KEYSCENE_VIOLATED, SEVERITY_CRITICAL,
		  SHOWN_PARTIAL, SHOWN_FAIL },
		{ "NULL offered", a_null_profile_offered_only, "DTLS-011", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "none", no_profile, "DTLS-011", KEYSCENE_VIOLATED, SEVERITY_HIGH, SHOWN_PARTIAL,
		  SHOWN_NOT_OBSERVABLE },
		{ "a short tag", a_short_tag, "SRTP-004", KEYSCENE_VIOLATED, SEVERITY_LOW,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "a long tag", ordinary, "SRTP-004", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_PARTIAL },
		{ "DTLS 1.3", dtls_13_without_a_profile_to_see, "DTLS-011", KEYSCENE_SILENT, 0,
		  SHOWN_PARTIAL, SHOWN_PARTIAL },
		{ "fax", fax_in_dtls, "DTLS-011", KEYSCENE_SILENT, 0, SHOWN_PARTIAL,
		  SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_server_chose_counts_and_nothing_else),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	callmake_end();
	return failed;
}
