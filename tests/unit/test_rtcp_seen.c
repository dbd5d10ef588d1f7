/* test_rtcp_seen.c - RTCP on a flow: what of it could be read, and whom it names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/observe/cold.h"
#include "analyzer/observe/rtcp_seen.h"
#include "analyzer/observe/vault.h"
#include "tests/lib/sealing.h"

enum { UDP = 17, ROOM = 256 };

#define NOW    (1000 * WHEN_SECOND)
#define REPORT "\x80\xc9\0\1\0\0\0\x63"
#define BYE    "\x81\xcb\0\1\0\0\0\x63"
#define APP    "\x80\xcc\0\2\0\0\0\x63name"

static struct {
	struct tell tell;
	struct flow flow;
	struct rtcp_seen told;
	unsigned count;
	uint64_t frame;
} c;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	c.told = o->as.rtcp;
	c.count++;
}

static struct endpoint at(uint8_t host, uint16_t port)
{
	const uint8_t v4[4] = { 10, 0, 0, host };

	return (struct endpoint){ addr_v4(v4), port };
}

static int start(void **state)
{
	(void)state;
	memset(&c, 0, sizeof c);
	c.tell.fn = remember;
	c.tell.vault = vault_new();
	c.flow.key = addr_flow_key(at(1, 4001), at(2, 5001), UDP);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	cold_free(&c.flow);
	vault_free(c.tell.vault);
	return 0;
}

static void show(struct slice datagram)
{
	struct frame f = { .number = ++c.frame, .ts_ns = NOW + c.frame * WHEN_SECOND };

	rtcp_seen_packet(&c.tell, &c.flow, 0, &(struct payload){ .bytes = datagram, .frame = &f });
}

static const struct rtcp_seen *told(void)
{
	rtcp_seen_tell(&c.tell, &c.flow);
	return &c.told;
}

/* A compound of a report and a description with that name. */
static void show_name(const char *name)
{
	uint8_t p[ROOM] = REPORT;
	size_t n = strlen(name), at_ = 8, chunk = (4 + 2 + n) / 4 * 4 + 4;

	memcpy(p + at_, "\x81\xca\0\0\0\0\0\x63\1", 9);
	p[at_ + 3] = (uint8_t)(chunk / 4);
	p[at_ + 9] = (uint8_t)n;
	memcpy(p + at_ + 10, name, n);
	show((struct slice){ p, at_ + 4 + chunk });
}

static void tells_a_user_at_a_host_from_a_name_that_says_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool personal;
	} rows[] = { { "alice@10.0.0.1", true },
		     { "Rq3Zs0bFw8b1pYj6", false },
		     { "@host", false },
		     { "alice@", false } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		show_name(rows[i].name);
		const struct rtcp_seen *r = told();
		assert_true(r->cname && r->clear == 1);
		assert_int_equal(r->cname_personal, rows[i].personal);
	}
}

/* The last report that says no goodbye: after it nothing is known of the keys. */
static void remembers_the_first_and_the_last_report(void **state)
{
	(void)state;
	show(SLICE(REPORT));
	show(SLICE(REPORT));
	show(SLICE(REPORT BYE));
	const struct rtcp_seen *r = told();
	assert_int_equal(r->clear_at.frame, 1);
	assert_int_equal(r->report_at.frame, 2);
	assert_true(r->clear == 3 && r->clear_beyond_app);
}

static void takes_no_keep_alive_and_no_farewell_for_a_report(void **state)
{
	(void)state;
	show(SLICE(APP));
	show(SLICE(BYE));
	const struct rtcp_seen *r = told();
	assert_int_equal(r->packets, 2);
	assert_true(!r->clear_beyond_app && r->clear == 0 && r->report_at.frame == 0);
}

static void learn(const struct sealing *k)
{
	struct vault_ring *ring = vault_ring(c.tell.vault, 1, 0, NOW);
	struct vault_key key = { .suite = SDP_AES_CM_128_HMAC_SHA1_80,
				 .n = (uint8_t)(k->key_n + k->salt_n) };

	vault_place(c.tell.vault, ring, at(1, 4001), 0);
	vault_place(c.tell.vault, ring, at(2, 5001), 1);
	memcpy(key.octets, k->key, k->key_n);
	memcpy(key.octets + k->key_n, k->salt, k->salt_n);
	key.name = digest_name((struct slice){ key.octets, key.n });
	vault_add(c.tell.vault, ring, &key);
}

static void counts_tags_that_fit_by_their_e_bit(void **state)
{
	(void)state;
	struct sealing k = sealing_new(3, 16, 10);
	uint8_t p[ROOM];

	learn(&k);
	for (uint32_t i = 0; i < 4; i++) {
		memcpy(p, REPORT BYE, 16);
		show((struct slice){ p, sealing_rtcp(&k, p, 16, i, i != 1) });
	}
	const struct rtcp_seen *r = told();
	assert_int_equal(r->verified, 2); /* a sample: all of them with --verify-all */
	assert_int_equal(r->e_zero, 1);
	assert_int_equal(r->clear_at.frame, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(tells_a_user_at_a_host_from_a_name_that_says_nothing),
		T(remembers_the_first_and_the_last_report),
		T(takes_no_keep_alive_and_no_farewell_for_a_report),
		T(counts_tags_that_fit_by_their_e_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
