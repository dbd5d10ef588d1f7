/* test_tls_shake.c - messages of a handshake behind the hellos, as bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/proto/tls/tls_shake.h"

#define BODY(lit)                                                                                  \
	(struct slice)                                                                             \
	{                                                                                          \
		(const uint8_t *)(lit), sizeof(lit) - 1                                            \
	}

static void reads_a_chain(void **state)
{
	(void)state;
	struct tls_chain c;

	assert_int_equal(tls_shake_certificate(BODY("\0\0\x0b\0\0\3abc\0\0\2de"), false, &c),
			 ERR_OK);
	assert_int_equal(c.count, 2);
	assert_true(slice_eq(c.certs[0], SLICE("abc")));
	assert_true(slice_eq(c.certs[1], SLICE("de")));
	assert_int_equal(tls_shake_certificate(BODY("\0\0\0"), false, &c), ERR_OK);
	assert_int_equal(c.count, 0);
}

static void reads_a_chain_of_tls_1_3(void **state)
{
	(void)state;
	struct tls_chain c;

	assert_int_equal(
		tls_shake_certificate(BODY("\2xy\0\0\x11\0\0\3abc\0\2ee\0\0\2de\0\0"), true, &c),
		ERR_OK);
	assert_int_equal(c.count, 2);
	assert_true(slice_eq(c.certs[1], SLICE("de")));
}

static void counts_more_certificates_than_it_keeps(void **state)
{
	(void)state;
	uint8_t body[3 + 40 * 4] = { 0, 0, 160 };
	struct tls_chain c;

	for (int i = 0; i < 40; i++)
		memcpy(body + 3 + 4 * i, "\0\0\1c", 4);
	assert_int_equal(tls_shake_certificate((struct slice){ body, sizeof body }, false, &c),
			 ERR_OK);
	assert_int_equal(c.count, 40);
	assert_true(slice_eq(c.certs[TLS_CHAIN_MAX - 1], SLICE("c")));
}

static void refuses_chains_whose_lengths_disagree(void **state)
{
	(void)state;
	static const struct slice wrong[] = {
		{ (const uint8_t *)"", 0 },
		{ (const uint8_t *)"\0\0", 2 },
		{ (const uint8_t *)"\0\0\1", 3 },
		{ (const uint8_t *)"\0\0\6\0\0\4abc", 9 },
		{ (const uint8_t *)"\0\0\6\0\0\3abcd", 10 },
		{ (const uint8_t *)"\0\0\3\0\0\0", 6 },
		{ (const uint8_t *)"\0\0\5\0\0\1a\0", 8 },
		{ (const uint8_t *)"\xff\xff\xff\0\0\3abc", 9 },
	};
	struct tls_chain c;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		for (int tls13 = 0; tls13 < 2; tls13++)
			assert_int_not_equal(tls_shake_certificate(wrong[i], tls13, &c), ERR_OK);
}

static void reads_a_signed_elliptic_exchange(void **state)
{
	(void)state;
	struct tls_server_kex k;
	struct slice body = BODY("\3\0\x1d\4PPPP\4\3\0\5sssss");

	assert_int_equal(tls_shake_server_kex(body, true, true, &k), ERR_OK);
	assert_int_equal(k.group, 29);
	assert_true(slice_eq(k.share, SLICE("PPPP")));
	assert_true(slice_eq(k.params, slice_upto(body, 8)));
	assert_int_equal(k.scheme, 0x0403);
	assert_true(slice_eq(k.signature, SLICE("sssss")));
	assert_int_equal(tls_shake_server_kex(BODY("\3\0\x17\4PPPP\0\5sssss"), true, false, &k),
			 ERR_OK);
	assert_int_equal(k.scheme, 0);
	assert_int_equal(tls_shake_server_kex(BODY("\3\0\x17\4PPPP"), true, true, &k), ERR_OK);
	assert_int_equal(k.signature.n, 0); /* anonymous */
	for (size_t cut = 0; cut < body.n; cut++)
		if (cut != 8)
			assert_int_not_equal(
				tls_shake_server_kex(slice_upto(body, cut), true, true, &k),
				ERR_OK);
	assert_int_not_equal(tls_shake_server_kex(BODY("\1\0\x17\4PPPP"), true, true, &k), ERR_OK);
}

static void measures_a_prime_in_bits(void **state)
{
	(void)state;
	struct tls_server_kex k;

	assert_int_equal(
		tls_shake_server_kex(BODY("\0\4\0\0\x01\xff\0\1\2\0\3YYY"), false, false, &k),
		ERR_OK);
	assert_int_equal(k.bits, 9);
	assert_int_equal(k.group, 0);
	assert_true(slice_eq(k.share, SLICE("YYY")));
	assert_int_equal(tls_shake_server_kex(BODY("\0\2\x80\0\0\1\2\0\3YYY"), false, false, &k),
			 ERR_OK);
	assert_int_equal(k.bits, 16);
	assert_int_equal(tls_shake_server_kex(BODY("\0\0\0\0\0\0"), false, false, &k), ERR_OK);
	assert_int_equal(k.bits, 0);
}

static void reads_what_the_client_sends(void **state)
{
	(void)state;
	struct slice share, sig;
	uint16_t scheme;

	assert_int_equal(tls_shake_client_kex(BODY("\3abc"), true, &share), ERR_OK);
	assert_true(slice_eq(share, SLICE("abc")));
	assert_int_equal(tls_shake_client_kex(BODY("\0\3abc"), false, &share), ERR_OK);
	assert_true(slice_eq(share, SLICE("abc")));
	assert_int_not_equal(tls_shake_client_kex(BODY("\4abc"), true, &share), ERR_OK);
	assert_int_not_equal(tls_shake_client_kex(BODY("\2abc"), true, &share), ERR_OK);
	assert_int_equal(tls_shake_verify(BODY("\4\1\0\2ss"), true, &scheme, &sig), ERR_OK);
	assert_int_equal(scheme, 0x0401);
	assert_true(slice_eq(sig, SLICE("ss")));
	assert_int_equal(tls_shake_verify(BODY("\0\2ss"), false, &scheme, &sig), ERR_OK);
	assert_int_equal(scheme, 0);
	assert_int_not_equal(tls_shake_verify(BODY("\0\2sss"), false, &scheme, &sig), ERR_OK);
	assert_int_not_equal(tls_shake_verify(BODY("\4\1\0"), true, &scheme, &sig), ERR_OK);
}

static struct tls_more more_of(struct slice extensions, struct slice suites)
{
	struct tls_hello h = { .extensions = extensions, .suites = suites };
	struct tls_more m;

	tls_shake_more(&h, &m);
	return m;
}

static void reads_extensions_of_a_client(void **state)
{
	(void)state;
	struct tls_more m = more_of(BODY("\0\x33\0\x0a\0\x08\0\x1d\0\4PPPP"
					 "\0\x2d\0\3\2\0\1"
					 "\0\x29\0\0\0\x16\0\0\0\x23\0\0\0\x2a\0\0"),
				    BODY("\0\xff"));

	assert_true(slice_eq(m.share, BODY("\0\x1d\0\4PPPP")));
	assert_true(m.psk && m.psk_ke && m.psk_dhe && m.encrypt_then_mac && m.ticket &&
		    m.early_data && m.renegotiation_info);
	m = more_of(BODY("\0\x2d\0\2\1\1"), BODY("\x13\1"));
	assert_true(m.psk_dhe && !m.psk_ke && !m.psk && !m.renegotiation_info);
	m = more_of(BODY("\0\x33\0\1x"), BODY("\x13\1")); /* too short for its list */
	assert_int_equal(m.share.n, 0);
}

static void reads_extensions_of_a_server(void **state)
{
	(void)state;
	struct tls_more m = more_of(BODY("\0\x33\0\x08\0\x1d\0\4PPPP\xff\1\0\1\0"), BODY(""));

	assert_int_equal(m.group, 29);
	assert_true(slice_eq(m.share, SLICE("PPPP")));
	assert_true(m.renegotiation_info);
	m = more_of(BODY("\0\x33\0\2\0\x17"), BODY("")); /* a retry names the group alone */
	assert_int_equal(m.group, 23);
	assert_int_equal(m.share.n, 0);
}

static void knows_grease(void **state)
{
	(void)state;
	unsigned count = 0;

	for (unsigned v = 0; v <= UINT16_MAX; v++)
		count += tls_shake_is_grease((uint16_t)v);
	assert_int_equal(count, 16);
	assert_true(tls_shake_is_grease(0x0a0a) && tls_shake_is_grease(0xfafa) &&
		    !tls_shake_is_grease(0x0a1a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_chain),
		cmocka_unit_test(reads_a_chain_of_tls_1_3),
		cmocka_unit_test(counts_more_certificates_than_it_keeps),
		cmocka_unit_test(refuses_chains_whose_lengths_disagree),
		cmocka_unit_test(reads_a_signed_elliptic_exchange),
		cmocka_unit_test(measures_a_prime_in_bits),
		cmocka_unit_test(reads_what_the_client_sends),
		cmocka_unit_test(reads_extensions_of_a_client),
		cmocka_unit_test(reads_extensions_of_a_server),
		cmocka_unit_test(knows_grease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
