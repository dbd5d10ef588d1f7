/* test_keyed_strength.c - what agreed ciphers fall short of, and that only a policy asks
 * (SRTP-005).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/keyscene.h"

#define ALICE KEYSCENE_ALICE
#define BOB   KEYSCENE_BOB

enum { BOTH = SHORT_OF_CNSA | SHORT_OF_FIPS };

/* ---- the fact ---------------------------------------------------------------------------------
 */

/* What the first call of a scene falls short of. */
static unsigned lacks(struct scene *s)
{
	scene_end(s, 1000);
	const struct fact *f = call_fact(scene_row(s, CALL_CALL, 0), FACT_srtp_cipher, NULL);
	unsigned value = f ? (unsigned)f->value : 0;

	assert_true(!f || (f->media == 0 && f->at_count == 1));
	scene_free(s);
	return value;
}

static unsigned by_sdes(uint8_t offered, uint8_t taken)
{
	struct scene *s = scene_new();
	struct sdp_seen *o = keyscene_sdes(s, ALICE, 7), *n = scene_sdp(s, BOB, PROFILE_RTP_SAVP);

	keyscene_crypto(s, scene_line(o, 0), 9)->cipher_short = offered;
	struct crypto_seen *c = keyscene_crypto(s, scene_line(n, 0), 8);
	c->cipher_short = taken;
	scene_call(s, o, n);
	scene_bye(s, 22);
	return lacks(s);
}

static unsigned by_profile(uint16_t profile, bool done)
{
	struct scene *s = scene_new();
	struct dtls_seen shake = keyscene_shake(2, 1);

	shake.shake.profile = profile;
	shake.shake.server_done = done;
	scene_call(s, keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS),
		   keyscene_sdp(s, BOB, 2, SETUP_ACTIVE));
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	scene_bye(s, 22);
	return lacks(s);
}

static unsigned by_zrtp(const char *cipher)
{
	struct scene *s = scene_new();
	struct zrtp_seen z = keyscene_exchange(1, 2);

	memcpy(z.cipher, cipher, ZRTP_NAME);
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, 1), keyscene_zrtp_sdp(s, BOB, 2));
	keyscene_zrtp(s, ALICE, BOB, 1.2, &z);
	scene_bye(s, 22);
	return lacks(s);
}

static void the_suite_that_was_taken_counts(void **state)
{
	(void)state;
	assert_int_equal(by_sdes(0, SHORT_OF_CNSA), SHORT_OF_CNSA);
	assert_int_equal(by_sdes(0, BOTH), BOTH);
	assert_int_equal(by_sdes(BOTH, 0), 0);
}

static void the_profile_that_was_chosen_counts(void **state)
{
	(void)state;
	assert_int_equal(by_profile(1, true), SHORT_OF_CNSA);
	assert_int_equal(by_profile(7, true), SHORT_OF_CNSA);
	assert_int_equal(by_profile(8, true), 0);
	assert_int_equal(by_profile(0x0b, true), BOTH);
	assert_int_equal(by_profile(0x10, true), SHORT_OF_FIPS);
	assert_int_equal(by_profile(0x11, true), 0); /* not known here */
	assert_int_equal(by_profile(5, true), 0);    /* no cipher at all is DTLS-011 */
	assert_int_equal(by_profile(1, false), 0);
}

static void the_cipher_of_the_commit_counts(void **state)
{
	(void)state;
	assert_int_equal(by_zrtp("AES1"), SHORT_OF_CNSA);
	assert_int_equal(by_zrtp("AES3"), 0);
	assert_int_equal(by_zrtp("2FS3"), SHORT_OF_FIPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_suite_that_was_taken_counts),
		cmocka_unit_test(the_profile_that_was_chosen_counts),
		cmocka_unit_test(the_cipher_of_the_commit_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
