/* test_dtls_keys.c - SRTP keys exported from DTLS are those OpenSSL exports. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/observe/dtls_seen.h"
#include "analyzer/observe/vault.h"
#include "tests/lib/shaking.h"

enum { UDP = 17 };

static struct {
	struct tell tell;
	struct flow flow;
	struct keyring *ring;
	struct endpoint client, server;
	uint64_t frame;
} c;
static struct shaking *s;

static void ignore(void *ctx, const struct observation *o)
{
	(void)ctx;
	(void)o;
}

static int start(void **state)
{
	(void)state;
	const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };

	memset(&c, 0, sizeof c);
	c.client = (struct endpoint){ addr_v4(a), 4000 };
	c.server = (struct endpoint){ addr_v4(b), 5000 };
	c.ring = keyring_new();
	c.tell = (struct tell){ .fn = ignore,
				.certs = cert_cache_new(NULL),
				.vault = vault_new(),
				.keys.keyring = c.ring };
	c.flow.key = addr_flow_key(c.client, c.server, UDP);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	cold_free(&c.flow);
	cert_cache_free(c.tell.certs);
	vault_free(c.tell.vault);
	keyring_free(c.ring);
	shaking_free(s);
	s = NULL;
	return 0;
}

static void shake(struct shaking_how how)
{
	s = shaking_new(how);
	shaking_run(s);
	assert_true(s->done);
}

static void learn_log(void)
{
	keyring_add_log(c.ring, (struct slice){ (const uint8_t *)s->log, strlen(s->log) });
}

static void show(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct frame f = { .number = ++c.frame, .ts_ns = (1000 + c.frame) * WHEN_SECOND };
		struct payload p = { .bytes = { s->d[i].bytes, s->d[i].n }, .frame = &f };
		dtls_seen_packet(&c.tell, &c.flow, s->d[i].from_server, &p);
	}
}

static size_t find(struct endpoint src, struct endpoint dst, struct vault_found out[4])
{
	return vault_find(c.tell.vault, src, dst, 0, out, 4);
}

/* RFC 5764 4.2: client key, server key, client salt, server salt. */
static void has_the_keys(size_t key, size_t salt)
{
	struct vault_found f[4];
	uint8_t want[46];

	for (unsigned side = 0; side < 2; side++) {
		memcpy(want, s->material + side * key, key);
		memcpy(want + key, s->material + 2 * key + side * salt, salt);
		assert_int_equal(side ? find(c.server, c.client, f) : find(c.client, c.server, f),
				 2);
		assert_true(f[0].sender && !f[1].sender);
		assert_int_equal(f[0].key->n, key + salt);
		assert_memory_equal(f[0].key->octets, want, key + salt);
		assert_int_equal(f[0].key->source, KEY_FROM_DTLS);
	}
}

static const struct {
	struct shaking_how how;
	uint8_t key, salt;
} kinds[] = {
	{ { .profiles = "SRTP_AES128_CM_SHA1_80" }, 16, 14 },
	{ { .profiles = "SRTP_AES128_CM_SHA1_32", .rsa = true }, 16, 14 },
	{ { .profiles = "SRTP_AEAD_AES_128_GCM" }, 16, 12 },
	{ { .profiles = "SRTP_AEAD_AES_256_GCM", .suites = "ECDHE-ECDSA-AES256-GCM-SHA384" },
	  32,
	  12 },
	{ { .profiles = "SRTP_AEAD_AES_256_GCM", .suites = "ECDHE-ECDSA-AES128-SHA256" }, 32, 12 },
	{ { .profiles = "SRTP_AES128_CM_SHA1_80", .version = DTLS1_VERSION }, 16, 14 },
	{ { .profiles = "SRTP_AES128_CM_SHA1_80", .cookies = true, .mtu = 300, .mutual = true },
	  16,
	  14 },
	{ { .profiles = "SRTP_AES128_CM_SHA1_80", .rsa = true, .suites = "AES128-SHA:@SECLEVEL=0" },
	  16,
	  14 },
};

static void exports_what_openssl_exports(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		stop(NULL);
		start(NULL);
		shake(kinds[i].how);
		learn_log();
		show(0, s->count);
		has_the_keys(kinds[i].key, kinds[i].salt);
		assert_int_equal(vault_added(c.tell.vault), 2);
	}
}

static void exports_the_keys_of_a_resumed_session(void **state)
{
	(void)state;
	shake((struct shaking_how){ .profiles = "SRTP_AES128_CM_SHA1_80" });
	unsigned first = s->count;
	shaking_run(s);
	assert_true(s->resumed);
	learn_log();
	show(first, s->count);
	has_the_keys(16, 14);
}

static void uses_secrets_that_come_after_the_handshake(void **state)
{
	(void)state;
	struct vault_found f[4];

	shake((struct shaking_how){ .profiles = "SRTP_AES128_CM_SHA1_80" });
	show(0, s->count - 1);
	assert_int_equal(find(c.client, c.server, f), 0);
	learn_log();
	show(s->count - 1, s->count);
	has_the_keys(16, 14);
}

static void exports_nothing_without_the_secret_or_a_profile(void **state)
{
	(void)state;
	shake((struct shaking_how){ .profiles = "SRTP_AES128_CM_SHA1_80" });
	show(0, s->count);
	assert_int_equal(vault_added(c.tell.vault), 0);
	stop(NULL);
	start(NULL);
	shake((struct shaking_how){ .profiles = NULL });
	learn_log();
	show(0, s->count);
	assert_int_equal(vault_added(c.tell.vault), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(exports_what_openssl_exports),
		T(exports_the_keys_of_a_resumed_session),
		T(uses_secrets_that_come_after_the_handshake),
		T(exports_nothing_without_the_secret_or_a_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
