/* test_zrtp.c - ZRTP packets and their checksum. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/proto/zrtp/zrtp.h"

/* A Hello of this project's own laboratory, checksum and all. */
static const uint8_t hello[] = {
	0x10, 0x00, 0x05, 0xaa, 0x5a, 0x52, 0x54, 0x50, 0x13, 0x1d, 0xfd, 0xa4, 0x50, 0x5a,
	0x00, 0x1e, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x20, 0x20, 0x31, 0x2e, 0x31, 0x30,
	0x42, 0x5a, 0x52, 0x54, 0x50, 0x76, 0x31, 0x2e, 0x31, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x36, 0x2d, 0xe3, 0xd1, 0xfa, 0xb1, 0xdc, 0x99, 0x24, 0x09, 0x7b, 0x42,
	0xce, 0x84, 0xe5, 0xbe, 0x7a, 0x42, 0x47, 0xe9, 0x13, 0xf7, 0x51, 0xc8, 0x69, 0x4c,
	0x18, 0x80, 0x2c, 0x5c, 0x66, 0x75, 0xd7, 0xa8, 0xc1, 0x39, 0x50, 0x7f, 0xc5, 0x05,
	0x84, 0x15, 0x3c, 0xe9, 0x00, 0x01, 0x22, 0x21, 0x53, 0x32, 0x35, 0x36, 0x41, 0x45,
	0x53, 0x31, 0x41, 0x45, 0x53, 0x33, 0x48, 0x53, 0x38, 0x30, 0x48, 0x53, 0x33, 0x32,
	0x44, 0x48, 0x33, 0x6b, 0x4d, 0x75, 0x6c, 0x74, 0x42, 0x33, 0x32, 0x20, 0x1b, 0x6e,
	0x5c, 0x55, 0xde, 0xa7, 0xde, 0x46, 0xb8, 0x7c, 0xcd, 0xfb,
};
static const struct slice packet = { hello, sizeof(hello) };

static void computes_the_checksum_of_rfc_3720(void **state)
{
	(void)state;
	uint8_t zeros[32] = { 0 };

	assert_true(zrtp_crc32c(SLICE("123456789")) == 0xe3069283);
	assert_true(zrtp_crc32c((struct slice){ zeros, 32 }) == 0x8a9136aa);
}

static void reads_a_packet_from_the_laboratory(void **state)
{
	(void)state;
	struct zrtp_packet p;

	assert_true(zrtp_looks_like(packet));
	assert_int_equal(zrtp_parse(packet, &p), ERR_OK);
	assert_int_equal(p.type, ZRTP_HELLO);
	assert_string_equal(zrtp_type_name(p.type), "Hello");
	assert_true(p.ssrc == 0x131dfda4);
	assert_int_equal(p.seq, 0x05aa);
	assert_int_equal(p.message.n, sizeof(hello) - 16);
	assert_true(p.crc_ok);
}

static void reads_the_fields_of_a_hello(void **state)
{
	(void)state;
	struct zrtp_packet p;
	struct zrtp_hello h;

	assert_int_equal(zrtp_parse(packet, &p), ERR_OK);
	assert_int_equal(zrtp_hello(p.message, &h), ERR_OK);
	assert_true(slice_eq(h.version, SLICE("1.10")));
	assert_true(slice_starts(h.client, SLICE("BZRTPv1.1")));
	assert_int_equal(h.h3.n, 32);
	assert_int_equal(h.zid.n, 12);
	assert_false(h.signature_capable || h.mitm || h.passive);
	assert_true(slice_eq(h.hashes, SLICE("S256")));
	assert_true(slice_eq(h.ciphers, SLICE("AES1AES3")));
	assert_true(slice_eq(h.tags, SLICE("HS80HS32")));
	assert_true(slice_eq(h.agreements, SLICE("DH3kMult")));
	assert_true(slice_eq(h.sas_types, SLICE("B32 ")));
	assert_int_equal(h.mac.n, 8);
}

static void reads_the_flags(void **state)
{
	(void)state;
	uint8_t copy[sizeof(hello)];
	struct zrtp_hello h;

	memcpy(copy, hello, sizeof(copy));
	copy[88] = 0x60; /* 12 of packet header, then 76 of message */
	assert_int_equal(zrtp_hello((struct slice){ copy + 12, sizeof(copy) - 16 }, &h), ERR_OK);
	assert_true(h.signature_capable && h.mitm && !h.passive);
	copy[90] = 0x88; /* eight ciphers */
	assert_int_equal(zrtp_hello((struct slice){ copy + 12, sizeof(copy) - 16 }, &h),
			 ERR_MALFORMED);
}

static void says_when_the_checksum_is_wrong(void **state)
{
	(void)state;
	uint8_t copy[sizeof(hello)];
	struct zrtp_packet p;

	memcpy(copy, hello, sizeof(copy));
	copy[40] ^= 1;
	assert_int_equal(zrtp_parse((struct slice){ copy, sizeof(copy) }, &p), ERR_OK);
	assert_false(p.crc_ok);
}

static void refuses_lengths_that_disagree(void **state)
{
	(void)state;
	uint8_t longer[sizeof(hello) + 1] = { 0 };
	struct zrtp_packet p;

	memcpy(longer, hello, sizeof(hello));
	assert_int_equal(zrtp_parse((struct slice){ longer, sizeof(longer) }, &p), ERR_MALFORMED);
	for (size_t n = 0; n < sizeof(hello); n++)
		assert_int_equal(zrtp_parse((struct slice){ hello, n }, &p), ERR_TRUNCATED);
	longer[5] ^= 1; /* the cookie */
	assert_false(zrtp_looks_like((struct slice){ longer, sizeof(hello) }));
	assert_int_equal(zrtp_parse((struct slice){ longer, sizeof(hello) }, &p), ERR_MALFORMED);
}

static void names_every_type(void **state)
{
	(void)state;
	for (int t = ZRTP_UNKNOWN; t < ZRTP_TYPE_COUNT; t++)
		assert_true(strlen(zrtp_type_name((enum zrtp_type)t)) > 3);
	assert_string_equal(zrtp_type_name(ZRTP_PING_ACK), "PingACK");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computes_the_checksum_of_rfc_3720),
		cmocka_unit_test(reads_a_packet_from_the_laboratory),
		cmocka_unit_test(reads_the_fields_of_a_hello),
		cmocka_unit_test(reads_the_flags),
		cmocka_unit_test(says_when_the_checksum_is_wrong),
		cmocka_unit_test(refuses_lengths_that_disagree),
		cmocka_unit_test(names_every_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
