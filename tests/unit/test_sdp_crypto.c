/* test_sdp_crypto.c - a=crypto as RFC 4568, 6188 and 7714 would judge it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/proto/sdp/sdp_crypto.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

#define K30 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define K28 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="
#define K38 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU="
#define K46 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ=="
#define K44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="
#define S80 "AES_CM_128_HMAC_SHA1_80"

static const struct {
	const char *text;
	enum sdp_crypto_suite suite;
	enum sdp_crypto_reason reason;
	uint16_t flags;
	uint8_t keys;
} cases[] = {
	/* RFC 4568 6.1, 5.1.3, 7.1 */
	{ "1 " S80 " inline:" K30 "|2^20|1:4", SDP_AES_CM_128_HMAC_SHA1_80, 0, 0, 1 },
	{ "2 F8_128_HMAC_SHA1_80 inline:" K30 "|1066:4;inline:" K30 "|2^20|2:4 FEC_ORDER=FEC_SRTP",
	  SDP_F8_128_HMAC_SHA1_80, 0, SDP_CRYPTO_FEC_ORDER_FEC_SRTP, 2 },
	{ "1 AES_CM_128_HMAC_SHA1_32 inline:" K30, SDP_AES_CM_128_HMAC_SHA1_32, 0, 0, 1 },
	{ "1 " S80 " inline:" K30 " KDR=1 UNENCRYPTED_SRTCP WSH=64", SDP_AES_CM_128_HMAC_SHA1_80, 0,
	  SDP_CRYPTO_KDR | SDP_CRYPTO_UNENCRYPTED_SRTCP | SDP_CRYPTO_WSH, 1 },
	/* RFC 6188, RFC 7714 */
	{ "1 AES_192_CM_HMAC_SHA1_80 inline:" K38, SDP_AES_192_CM_HMAC_SHA1_80, 0, 0, 1 },
	{ "1 AES_256_CM_HMAC_SHA1_80 inline:" K46, SDP_AES_256_CM_HMAC_SHA1_80, 0, 0, 1 },
	{ "1 AES_CM_256_HMAC_SHA1_32 inline:" K46, SDP_AES_256_CM_HMAC_SHA1_32, 0, SDP_CRYPTO_ALIAS,
	  1 },
	{ "1 AEAD_AES_128_GCM inline:" K28 "|2^31|1:1", SDP_AEAD_AES_128_GCM, 0, 0, 1 },
	{ "1 AEAD_AES_256_GCM inline:" K44, SDP_AEAD_AES_256_GCM, 0, 0, 1 },
	{ "1 aead_aes_128_gcm inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw", SDP_AEAD_AES_128_GCM,
	  0, SDP_CRYPTO_ALIAS | SDP_CRYPTO_UNPADDED, 1 },
	/* What makes a line invalid. */
	{ "x " S80 " inline:" K30, SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_TAG, 0, 1 },
	{ "1234567890 " S80 " inline:" K30, SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_TAG, 0, 1 },
	{ "1", SDP_SUITE_OTHER, SDP_CRYPTO_NO_SUITE, 0, 0 },
	{ "1 " S80, SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_NO_KEY, 0, 0 },
	{ "1 " S80 " uri:x", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_METHOD, 0, 0 },
	{ "1 " S80 " inline:a~bc", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_BASE64, 0, 1 },
	{ "1 " S80 " inline:" K28, SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_LENGTH, 0, 1 },
	{ "1 " S80 " inline:" K30 "|2^49", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_LIFETIME, 0,
	  1 },
	{ "1 " S80 " inline:" K30 "|0", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_LIFETIME, 0,
	  1 },
	{ "1 " S80 " inline:" K30 "|1:129", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_MKI, 0, 1 },
	{ "1 " S80 " inline:" K30 "|256:1", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_MKI, 0, 1 },
	{ "1 " S80 " inline:" K30 ";inline:" K30 "|1:4", SDP_AES_CM_128_HMAC_SHA1_80,
	  SDP_CRYPTO_MKI_MISSING, 0, 2 },
	{ "1 " S80 " inline:" K30 " KDR=25", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_BAD_PARAM,
	  SDP_CRYPTO_KDR, 1 },
	{ "1 " S80 " inline:" K30 " NEW=1", SDP_AES_CM_128_HMAC_SHA1_80, SDP_CRYPTO_UNKNOWN_PARAM,
	  0, 1 },
	{ "1 " S80 " inline:" K30 " -NEW=1", SDP_AES_CM_128_HMAC_SHA1_80, 0, SDP_CRYPTO_EXTENSION,
	  1 },
	{ "1 " S80 " inline:" K30 " FEC_KEY=inline:" K30, SDP_AES_CM_128_HMAC_SHA1_80, 0,
	  SDP_CRYPTO_FEC_KEY, 1 },
	{ "1 NEW_SUITE inline:" K30, SDP_SUITE_OTHER, SDP_CRYPTO_UNKNOWN_SUITE, 0, 1 },
	{ "1  NULL_HMAC_SHA1_80 inline:" K30 "  UNENCRYPTED_SRTP", SDP_NULL_HMAC_SHA1_80, 0,
	  SDP_CRYPTO_SPACE | SDP_CRYPTO_UNENCRYPTED_SRTP, 1 },
};

static void each_line_is_judged(void **state)
{
	struct sdp_crypto c;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum err e = sdp_crypto_parse(slice_of(cases[i].text), &c);
		enum err want = cases[i].reason == SDP_CRYPTO_VALID	      ? ERR_OK
				: cases[i].reason == SDP_CRYPTO_UNKNOWN_SUITE ? ERR_UNSUPPORTED
									      : ERR_MALFORMED;
		if (e != want || c.suite != cases[i].suite || c.reason != cases[i].reason ||
		    c.flags != cases[i].flags || c.key_n != cases[i].keys)
			fail_msg("case %zu: err %d suite %d reason %d flags %#x keys %u", i, (int)e,
				 (int)c.suite, (int)c.reason, c.flags, c.key_n);
	}
}

static void key_fields_are_measured(void **state)
{
	struct sdp_crypto c;

	(void)state;
	assert_int_equal(sdp_crypto_parse(SLICE("7 " S80 " inline:" K30 "|2^20|1066:4"), &c),
			 ERR_OK);
	assert_int_equal(c.tag, 7);
	assert_int_equal(c.keys[0].octets, 30);
	is(c.keys[0].secret_base64, K30);
	assert_true(c.keys[0].lifetime_power);
	assert_int_equal(c.keys[0].lifetime, 1 << 20);
	assert_int_equal(c.keys[0].mki, 1066);
	assert_int_equal(c.keys[0].mki_length, 4);
}

static void base64_is_strict_about_everything_but_padding(void **state)
{
	static const struct {
		const char *text;
		int want;
	} words[] = {
		{ "QUJD", 3 },	{ "QUI=", 2 },	{ "QQ==", 1 },	 { "QUI", 2 },	 { "QQ", 1 },
		{ "QQ=", -1 },	{ "Q", -1 },	{ "", -1 },	 { "====", -1 }, { "QU=I", -1 },
		{ "QU I", -1 }, { "QU-_", -1 }, { "QUJD=", -1 },
	};
	uint8_t out[8];

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (sdp_crypto_decode(slice_of(words[i].text), out, sizeof out) != words[i].want)
			fail_msg("%s", words[i].text);
	assert_int_equal(sdp_crypto_decode(SLICE("QUJD"), out, sizeof out), 3);
	assert_memory_equal(out, "ABC", 3);
	assert_int_equal(sdp_crypto_decode(SLICE("QUJD"), out, 2), -1);
}

static void every_suite_has_sizes_and_every_reason_words(void **state)
{
	(void)state;
	for (unsigned i = SDP_SUITE_OTHER + 1; i < SDP_SUITE_COUNT; i++) {
		const struct sdp_crypto_suite_info *info =
			sdp_crypto_info((enum sdp_crypto_suite)i);
		assert_true(info->name && info->name[0] && info->key >= 16 && info->salt >= 12);
		assert_true(info->srtp_tag_bits >= 32 && info->srtcp_tag_bits >= 80);
	}
	for (unsigned i = 0; i <= SDP_CRYPTO_UNKNOWN_SUITE; i++)
		assert_true(strlen(sdp_crypto_reason_text((enum sdp_crypto_reason)i)) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_judged),
		cmocka_unit_test(key_fields_are_measured),
		cmocka_unit_test(base64_is_strict_about_everything_but_padding),
		cmocka_unit_test(every_suite_has_sizes_and_every_reason_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
