/* test_sip_auth.c - credentials told apart, secrets set aside. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/sip/sip_auth.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static struct sip_auth a;

static void a_digest_response_gives_all_but_its_secret(void **state)
{
	(void)state;
	assert_int_equal(
		sip_auth_parse(
			SLICE("Digest username=\"bob\", realm=\"a, b\",nonce=\"n\",\r\n "
			      "uri=\"sip:x\","
			      "response=\"00112233445566778899aabbccddeeff\", algorithm=SHA-256,"
			      "qop=auth, nc=0000001a, cnonce=\"c\""),
			&a),
		ERR_OK);
	assert_int_equal(a.scheme, SIP_AUTH_DIGEST);
	assert_int_equal(a.algorithm, SIP_AUTH_SHA256);
	is(a.realm, "a, b");
	is(a.username, "bob");
	is(a.nonce, "n");
	is(a.secret, "00112233445566778899aabbccddeeff");
	assert_int_equal(a.nc, 26);
	assert_int_equal(a.flags, SIP_AUTH_HAS_NONCE | SIP_AUTH_HAS_RESPONSE | SIP_AUTH_HAS_CNONCE |
					  SIP_AUTH_HAS_QOP | SIP_AUTH_HAS_NC | SIP_AUTH_QOP_AUTH);
}

static void a_challenge_has_no_response(void **state)
{
	(void)state;
	assert_int_equal(
		sip_auth_parse(
			SLICE("Digest realm=\"r\",qop=\"auth,auth-int\",nonce=\"n\",stale=TRUE"),
			&a),
		ERR_OK);
	assert_int_equal(a.algorithm, SIP_AUTH_ALGORITHM_ABSENT);
	assert_int_equal(a.secret.n, 0);
	assert_int_equal(a.flags, SIP_AUTH_HAS_NONCE | SIP_AUTH_HAS_QOP | SIP_AUTH_QOP_AUTH |
					  SIP_AUTH_QOP_AUTH_INT | SIP_AUTH_STALE);
}

static void schemes_and_algorithms_are_named(void **state)
{
	static const struct {
		const char *text;
		enum sip_auth_scheme scheme;
		enum sip_auth_algorithm algorithm;
		bool secret;
	} cases[] = {
		{ "Basic YWxpY2U6cHc=", SIP_AUTH_BASIC, 0, true },
		{ "Basic realm=\"x\"", SIP_AUTH_BASIC, 0, false },
		{ "bearer eyJ.abc.def", SIP_AUTH_BEARER, 0, true },
		{ "Bearer authz_server=\"https://x\"", SIP_AUTH_BEARER, 0, false },
		{ "Bearer realmtoken==", SIP_AUTH_BEARER, 0, true },
		{ "Digest algorithm=MD5", SIP_AUTH_DIGEST, SIP_AUTH_MD5, false },
		{ "Digest algorithm=\"md5-SESS\"", SIP_AUTH_DIGEST, SIP_AUTH_MD5_SESS, false },
		{ "Digest algorithm=SHA-512-256", SIP_AUTH_DIGEST, SIP_AUTH_SHA512_256, false },
		{ "Digest algorithm=AKAv1-MD5", SIP_AUTH_DIGEST, SIP_AUTH_AKA, false },
		{ "Digest algorithm=rot13", SIP_AUTH_DIGEST, SIP_AUTH_ALGORITHM_OTHER, false },
		{ "NTLM x=\"y\"", SIP_AUTH_OTHER, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(sip_auth_parse(slice_of(cases[i].text), &a), ERR_OK);
		if (a.scheme != cases[i].scheme || a.algorithm != cases[i].algorithm ||
		    (a.secret.n > 0) != cases[i].secret)
			fail_msg("%s", cases[i].text);
	}
}

static void nothing_is_no_credential(void **state)
{
	(void)state;
	assert_int_equal(sip_auth_parse(SLICE(" \r\n "), &a), ERR_MALFORMED);
	assert_int_equal(sip_auth_parse(SLICE("Basic"), &a), ERR_MALFORMED);
	assert_int_equal(sip_auth_parse(SLICE("Digest realm=\"open"), &a), ERR_OK);
	assert_true(a.flags & SIP_AUTH_OPEN_QUOTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_response_gives_all_but_its_secret),
		cmocka_unit_test(a_challenge_has_no_response),
		cmocka_unit_test(schemes_and_algorithms_are_named),
		cmocka_unit_test(nothing_is_no_credential),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
