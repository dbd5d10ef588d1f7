/* test_shown.c - certificates and ZIDs of a call, each once, sorted, not too many. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/keyscene.h"

#define ALICE KEYSCENE_ALICE
#define BOB   KEYSCENE_BOB

static struct scene *s;
static const struct proof_seen unproved;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	scene_free(s);
	return 0;
}

static const struct call *call_of(enum call_kind kind)
{
	scene_end(s, 100);
	const struct call *c = scene_row(s, kind, 0);
	assert_non_null(c);
	return c;
}

static void expect(const struct call *c, unsigned i, enum credential_kind kind, const char *who,
		   unsigned length)
{
	struct endpoint e = scene_endpoint(who);
	const struct credential *k = &c->credentials[i];

	if (kind != CREDENTIAL_TLS)
		e.port = 0;
	assert_in_range(i, 0, c->credential_count - 1);
	assert_int_equal(k->kind, kind);
	assert_true(addr_endpoint_eq(&k->who, &e));
	assert_int_equal(k->length, length);
}

static void dtls(bool done)
{
	struct dtls_seen d = keyscene_shake(1, 2);

	d.shake.server_done = done;
	scene_call(s, keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS),
		   keyscene_sdp(s, BOB, 2, SETUP_PASSIVE));
	keyscene_dtls(s, ALICE, BOB, 1.1, &d);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void both_ends_of_a_dtls_handshake(void **state)
{
	(void)state;
	dtls(true);
	const struct call *c = call_of(CALL_CALL);
	assert_int_equal(c->credential_count, 2);
	expect(c, 0, CREDENTIAL_DTLS, ALICE, 32);
	expect(c, 1, CREDENTIAL_DTLS, BOB, 32);
	assert_memory_not_equal(c->credentials[0].digest, c->credentials[1].digest, 32);
}

static void not_of_a_handshake_that_was_not_completed(void **state)
{
	(void)state;
	dtls(false);
	assert_int_equal(call_of(CALL_CALL)->credential_count, 0);
}

static void both_ends_of_a_zrtp_exchange(void **state)
{
	struct zrtp_seen z = keyscene_exchange(1, 2);
	(void)state;
	scene_call(s, keyscene_zrtp_sdp(s, ALICE, 1), keyscene_zrtp_sdp(s, BOB, 2));
	keyscene_zrtp(s, ALICE, BOB, 1.1, &z);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
	const struct call *c = call_of(CALL_CALL);
	assert_int_equal(c->credential_count, 2);
	expect(c, 0, CREDENTIAL_ZID, ALICE, 8);
	expect(c, 1, CREDENTIAL_ZID, BOB, 8);
}

static struct tls_seen connection(uint8_t cert)
{
	struct tls_seen t = { .alpn = SLICE("sip") };

	t.shake = (struct handshake_seen){ .client_hello = true,
					   .server_hello = true,
					   .client_done = true,
					   .server_done = true,
					   .version = 0x0303,
					   .client_at = { 1, scene_ns(0), 0 },
					   .server_at = { 2, scene_ns(0), 0 } };
	t.shake.certs[1].sent = true;
	memset(t.shake.certs[1].digest[CERT_SHA256], cert, 32);
	return t;
}

static void the_server_of_a_connection(void **state)
{
	struct tls_seen t = connection(9);
	(void)state;
	scene_connection(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, &t);
	const struct call *c = call_of(CALL_OPAQUE);
	assert_int_equal(c->credential_count, 1);
	expect(c, 0, CREDENTIAL_TLS, "10.0.0.9:5061", 32);
	assert_int_equal(c->credentials[0].digest[31], 9);
}

static void not_what_the_client_refused(void **state)
{
	struct tls_seen t = connection(9);
	(void)state;
	t.shake.client_done = false;
	t.shake.alert_fatal = true;
	scene_connection(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, &t);
	assert_int_equal(call_of(CALL_OPAQUE)->credential_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ends_of_a_dtls_handshake),
		TEST(not_of_a_handshake_that_was_not_completed),
		TEST(both_ends_of_a_zrtp_exchange),
		TEST(the_server_of_a_connection),
		TEST(not_what_the_client_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
