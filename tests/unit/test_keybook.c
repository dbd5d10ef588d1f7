/* test_keybook.c - keys that turn up in more than one place, and what is no reason to wonder. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

static struct scene *s;
static struct tls_seen seen;

static int start(void **state)
{
	struct handshake_seen *h = &seen.shake;

	(void)state;
	s = scene_new();
	memset(&seen, 0, sizeof seen);
	seen.alpn = SLICE("sip");
	h->client_hello = h->server_hello = h->has_randoms = true;
	h->version = 0x0303;
	h->certs[1].parsed = h->certs[1].sent = true;
	h->certs[1].not_after_s = INT64_MAX;
	memset(h->certs[1].key_digest, 7, sizeof h->certs[1].key_digest);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

static void connect(const char *client, const char *server, double at, uint8_t random)
{
	seen.shake.randoms[0] = random;
	scene_connection(s, client, server, at, &seen);
}

static unsigned rows_that_fire(void)
{
	unsigned n = 0;

	scene_end(s, 100);
	for (unsigned i = 0; i < s->row_count; i++)
		n += callmake_violated(callmake_judge_call(&s->rows[i]), "CERT-007") != NULL;
	return n;
}

static void one_key_of_two_hosts_is_told_where_it_shows_again(void **state)
{
	(void)state;
	connect("10.0.0.1:33000", "10.0.0.8:5061", 0, 1);
	connect("10.0.0.1:33001", "10.0.0.9:5061", 1, 2);
	assert_int_equal(rows_that_fire(), 1);
	const struct call *c = &s->rows[s->row_count - 1];
	const struct fact *f = call_fact(c, FACT_cert_shared, NULL);
	if (!f)
		f = call_fact(&s->rows[0], FACT_cert_shared, NULL);
	assert_int_equal(f->value, 2);
	assert_int_equal(f->grade, 1);
}

static void one_host_may_show_its_key_often(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		connect(i & 1 ? "10.0.0.1:33000" : "10.0.0.2:33001", "10.0.0.9:5061", i, i);
	connect("10.0.0.3:33000", "10.0.0.9:5081", 5, 9);
	assert_int_equal(rows_that_fire(), 0);
}

static void both_address_families_may_be_one_host(void **state)
{
	(void)state;
	connect("10.0.0.1:33000", "10.0.0.9:5061", 0, 1);
	connect("[2001:db8::1]:33000", "[2001:db8::9]:5061", 1, 2);
	assert_int_equal(rows_that_fire(), 0);
}

static void one_connection_on_both_sides_of_a_translator_is_one(void **state)
{
	(void)state;
	connect("192.0.2.1:33000", "198.51.100.9:5061", 0, 1);
	connect("192.0.2.1:33000", "10.0.0.9:5061", 0.01, 1);
	connect("192.0.2.2:33000", "10.0.0.9:5061", 3, 2);
	assert_int_equal(rows_that_fire(), 0);
}

static void a_cluster_that_serves_the_domain_is_no_stranger(void **state)
{
	(void)state;
	seen.sni = SLICE("example.com");
	seen.shake.certs[1].has_san = true;
	seen.shake.certs[1].name_count = 1;
	seen.shake.certs[1].names[0] = SLICE("example.com");
	connect("10.0.0.1:33000", "10.0.0.8:5061", 0, 1);
	connect("10.0.0.1:33001", "10.0.0.9:5061", 1, 2);
	assert_int_equal(rows_that_fire(), 0);
}

static void hidden_certificates_are_not_compared(void **state)
{
	(void)state;
	memset(seen.shake.certs, 0, sizeof seen.shake.certs);
	seen.shake.hidden = true;
	connect("10.0.0.1:33000", "10.0.0.8:5061", 0, 1);
	connect("10.0.0.1:33001", "10.0.0.9:5061", 1, 2);
	assert_int_equal(rows_that_fire(), 0);
}

/* RFC 5626: a call to a phone goes over the connection that the phone opened. */
static void call_over_its_own_connection(const char *phone, const char *id, double at)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = "10.0.0.9:5061",
					 .dst = phone,
					 .method = "INVITE",
					 .call_id = id,
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true });
	scene_say(s, (struct scene_sip){ .at = at + 1,
					 .src = phone,
					 .dst = "10.0.0.9:5061",
					 .method = "INVITE",
					 .status = 200,
					 .to_tag = "b",
					 .call_id = id,
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true });
}

static void who_is_called_is_not_always_the_server(void **state)
{
	(void)state;
	connect("10.0.0.1:33000", "10.0.0.9:5061", 0, 1);
	connect("10.0.0.2:33000", "10.0.0.9:5061", 0, 2);
	call_over_its_own_connection("10.0.0.1:33000", "one", 1);
	call_over_its_own_connection("10.0.0.2:33000", "two", 3);
	assert_int_equal(rows_that_fire(), 0);
	assert_true(scene_has(scene_row(s, CALL_CALL, 0), FACT_tls_session));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(one_key_of_two_hosts_is_told_where_it_shows_again),
		STAGED(one_host_may_show_its_key_often),
		STAGED(both_address_families_may_be_one_host),
		STAGED(one_connection_on_both_sides_of_a_translator_is_one),
		STAGED(a_cluster_that_serves_the_domain_is_no_stranger),
		STAGED(hidden_certificates_are_not_compared),
		STAGED(who_is_called_is_not_always_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
