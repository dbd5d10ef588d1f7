/* test_handshake.c - hellos as they travel, and what they offer and choose. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/observe/handshake.h"
#include "analyzer/proto/tls/tls.h"
#include "tests/lib/making.h"

static struct handshake *h;
static struct cert_cache *certs;
static struct making hello;

static int start(void **state)
{
	(void)state;
	certs = cert_cache_new(NULL);
	h = handshake_new(false, certs);
	hello = (struct making){ .big = true };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	handshake_free(h);
	cert_cache_free(certs);
	making_drop(&hello);
	return 0;
}

static void say(bool client, uint8_t type)
{
	handshake_message(h, client,
			  &(struct handshake_message){
				  .type = type, .body = { hello.p, hello.n }, .at = { 1, 1, 0 } });
	making_drop(&hello);
	hello.big = true;
}

static void one_extension(const uint16_t *versions, unsigned n, bool choice)
{
	making_u16(&hello, n ? 4 + 2 * n + !choice : 0);
	if (!n)
		return;
	making_u16(&hello, 43); /* supported_versions */
	making_u16(&hello, 2 * n + !choice);
	if (!choice)
		making_fill(&hello, (uint8_t)(2 * n), 1);
	for (unsigned i = 0; i < n; i++)
		making_u16(&hello, versions[i]);
}

/* RFC 5246 7.4.1.2: lists end with 0. */
static void offer(uint16_t legacy, const uint16_t *suites, const uint16_t *versions)
{
	unsigned n = 0, v = 0;

	while (suites[n])
		n++;
	while (versions[v])
		v++;
	making_u16(&hello, legacy);
	making_fill(&hello, 7, 32);
	making_fill(&hello, 0, 1);
	making_u16(&hello, 2 * n);
	for (unsigned i = 0; i < n; i++)
		making_u16(&hello, suites[i]);
	making_u16(&hello, 0x0100);
	one_extension(versions, v, false);
	say(true, TLS_CLIENT_HELLO);
}

static void choose(uint16_t legacy, uint16_t suite, uint16_t version)
{
	making_u16(&hello, legacy);
	making_fill(&hello, 8, 32);
	making_fill(&hello, 0, 1);
	making_u16(&hello, suite);
	making_fill(&hello, 0, 1);
	one_extension(&version, version != 0, true);
	say(false, TLS_SERVER_HELLO);
}

static void only_real_weak_values_make_a_weak_offer(void **state)
{
	static const struct {
		uint16_t suites[6], versions[4];
		bool weak;
	} rows[] = {
		/* values of RFC 8701, signaling values of RFC 5746 and RFC 7507 */
		{ { 0x0a0a, 0x1301, 0xc02f, 0x00ff, 0x5600 }, { 0x1a1a, 0x0304, 0x0303 }, false },
		{ { 0xc02f, 0xc013, 0x000a }, { 0 }, false }, /* legacy, not broken */
		{ { 0xc02f, 0x0005 }, { 0 }, true },	      /* RC4 */
		{ { 0xc02f, 0x0001 }, { 0 }, true },	      /* NULL */
		{ { 0xc02f, 0x0034 }, { 0 }, true },	      /* anonymous */
		{ { 0x1301 }, { 0x0304, 0x0301 }, true },
		{ { 0x1301, 0xfafa }, { 0xfafa, 0x0304 }, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		offer(0x0303, rows[i].suites, rows[i].versions);
		assert_true(handshake_facts(h)->client_hello);
		assert_int_equal(handshake_facts(h)->weak_offered, rows[i].weak);
		stop(state);
		start(state);
	}
}

static const uint16_t suites[] = { 0x1301, 0xc02f, 0 }, versions[] = { 0x0304, 0x0303, 0 };

static void the_version_of_1_3_is_in_its_extension(void **state)
{
	(void)state;
	offer(0x0303, suites, versions);
	choose(0x0303, 0x1301, 0x0304);
	const struct handshake_seen *f = handshake_facts(h);
	assert_int_equal(f->version, 0x0304);
	assert_int_equal(f->offered, 0x0304);
	assert_int_equal(f->suite_grade, SUITE_AEAD);
	assert_true(f->hidden && f->forward_secret);
}

static void without_the_extension_the_old_field_counts(void **state)
{
	(void)state;
	offer(0x0303, suites, versions);
	choose(0x0301, 0xc013, 0);
	const struct handshake_seen *f = handshake_facts(h);
	assert_int_equal(f->version, 0x0301);
	assert_int_equal(f->suite_grade, SUITE_CBC_SHA1);
	assert_false(f->hidden);
	assert_false(f->renegotiation_info || f->extended_master_secret);
}

static void a_suite_says_whether_it_has_forward_secrecy(void **state)
{
	(void)state;
	offer(0x0303, suites, versions);
	choose(0x0303, 0x009c, 0); /* TLS_RSA_WITH_AES_128_GCM_SHA256 */
	assert_false(handshake_facts(h)->forward_secret);
	assert_int_equal(handshake_facts(h)->suite_grade, SUITE_AEAD);
	stop(state);
	start(state);
	offer(0x0303, suites, versions);
	choose(0x0303, 0x1234, 0); /* nobody's */
	assert_int_equal(handshake_facts(h)->suite_grade, SUITE_UNSEEN);
	assert_null(handshake_facts(h)->suite_name);
}

static void an_alert_is_kept_and_ends_nothing_that_was_done(void **state)
{
	(void)state;
	offer(0x0303, suites, versions);
	handshake_alert(h, false, false, (struct evidence){ 2, 2, 0 });
	assert_false(handshake_facts(h)->alert_fatal);
	handshake_alert(h, false, true, (struct evidence){ 3, 3, 0 });
	assert_true(handshake_facts(h)->alert_fatal);
	assert_int_equal(handshake_facts(h)->alert_at.frame, 3);
	assert_false(handshake_facts(h)->client_done || handshake_facts(h)->server_done);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(only_real_weak_values_make_a_weak_offer),
		STAGED(the_version_of_1_3_is_in_its_extension),
		STAGED(without_the_extension_the_old_field_counts),
		STAGED(a_suite_says_whether_it_has_forward_secrecy),
		STAGED(an_alert_is_kept_and_ends_nothing_that_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
