/* test_named.c - names of a server's certificate against the host that was asked for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/track/named.h"

enum way { SIP, WEB, OPAQUE };

static const struct {
	enum way way;
	const char *host, *name, *dns, *cn; /* name: a URI's where dns is given beside it */
	enum check want;
	bool wildcard, cn_only;
} rows[] = {
	/* RFC 5922 7.2: the whole name, whatever its case */
	{ SIP, "example.com", "example.com", NULL, NULL, CHECK_OK, false, false },
	{ SIP, "EXAMPLE.com", "example.COM", NULL, NULL, CHECK_OK, false, false },
	{ SIP, "example.com", "other.example", NULL, NULL, CHECK_BAD, false, false },
	{ SIP, "example.com", "sip.example.com", NULL, NULL, CHECK_BAD, false, false },
	{ SIP, "example.com", "notexample.com", NULL, NULL, CHECK_BAD, false, false },
	/* the target of an SRV lookup is not the domain: nothing is said */
	{ SIP, "sip1.example.com", "example.com", NULL, NULL, CHECK_NONE, false, false },
	{ SIP, "evilexample.com", "example.com", NULL, NULL, CHECK_BAD, false, false },
	{ SIP, "sip.com", "com", NULL, NULL, CHECK_BAD, false, false },
	/* a wildcard that would match is CERT-004 only */
	{ SIP, "sip.example.com", "*.example.com", NULL, NULL, CHECK_OK, true, false },
	{ SIP, "a.sip.example.com", "*.example.com", NULL, NULL, CHECK_BAD, false, false },
	{ SIP, "example.com", "*.example.com", NULL, NULL, CHECK_BAD, false, false },
	/* DNS names count only where there is no sip URI, CN only without any SAN (7.1) */
	{ SIP, "example.com", "other.example", "example.com", NULL, CHECK_BAD, false, false },
	{ SIP, "example.com", "other.example", NULL, "example.com", CHECK_BAD, false, false },
	{ SIP, "example.com", NULL, NULL, "example.com", CHECK_OK, false, true },
	{ SIP, "sip.example.com", NULL, NULL, "*.example.com", CHECK_OK, true, true },
	{ SIP, "example.com", NULL, NULL, "Example Phone", CHECK_BAD, false, false },
	{ SIP, "example.com", NULL, NULL, NULL, CHECK_BAD, false, false },
	/* WebSocket: the rules of HTTPS (RFC 7118 9.1) */
	{ WEB, "ws.example.com", "example.com", "ws.example.com", NULL, CHECK_OK, false, false },
	{ WEB, "ws.example.com", "*.example.com", NULL, NULL, CHECK_OK, false, false },
	{ WEB, "ws.example.com", "ws.example.com", "x.example", NULL, CHECK_BAD, false, false },
	{ WEB, "ws.example.com", "example.com", NULL, NULL, CHECK_BAD, false, false },
	/* either may run inside: only what fails both is wrong */
	{ OPAQUE, "ws.example.com", "x.example", "ws.example.com", NULL, CHECK_OK, false, false },
	{ OPAQUE, "ws.example.com", "*.example.com", NULL, NULL, CHECK_OK, false, false },
	{ OPAQUE, "ws.example.com", "x.example", "y.example", NULL, CHECK_BAD, false, false },
	{ OPAQUE, NULL, "x.example", NULL, NULL, CHECK_NONE, false, false },
};

static void fill(struct cert_seen *c, unsigned i)
{
	c->parsed = true;
	c->has_san = rows[i].name != NULL;
	c->name_count = rows[i].name != NULL;
	c->names[0] = slice_of(rows[i].name ? rows[i].name : "");
	c->names_uri = rows[i].dns != NULL;
	c->dns_count = rows[i].dns != NULL;
	c->dns[0] = slice_of(rows[i].dns ? rows[i].dns : "");
	c->cn = slice_of(rows[i].cn ? rows[i].cn : "");
}

static struct tls_seen connection(unsigned i)
{
	struct tls_seen t = { .sni = slice_of(rows[i].host ? rows[i].host : "") };

	t.alpn = rows[i].way == SIP   ? SLICE("sip")
		 : rows[i].way == WEB ? SLICE("http/1.1")
				      : (struct slice){ NULL, 0 };
	fill(&t.shake.certs[1], i);
	return t;
}

static void judges_names_by_what_runs_inside(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tls_seen t = connection(i);
		struct named n = named_judge(&t);
		if (n.name != rows[i].want || n.wildcard != rows[i].wildcard ||
		    n.cn_only != rows[i].cn_only)
			fail_msg("row %u: %d %d %d", i, n.name, n.wildcard, n.cn_only);
	}
}

static void names_beyond_those_held_leave_it_open(void **state)
{
	(void)state;
	struct tls_seen t = connection(2);
	assert_int_equal(named_judge(&t).name, CHECK_BAD);
	t.shake.certs[1].names_more = true;
	assert_int_equal(named_judge(&t).name, CHECK_NONE);
}

static void what_is_no_certificate_is_not_judged(void **state)
{
	(void)state;
	struct tls_seen t = connection(2);
	t.shake.certs[1].parsed = false;
	assert_int_equal(named_judge(&t).name, CHECK_NONE);
}

static void a_websocket_on_a_sip_port_goes_by_its_own_rules(void **state)
{
	(void)state;
	struct tls_seen t = connection(18);
	t.alpn = (struct slice){ NULL, 0 };
	t.sip_port = true;
	assert_true(named_judge(&t).wildcard);
	t.websocket = true;
	assert_false(named_judge(&t).wildcard);
	assert_int_equal(named_judge(&t).name, CHECK_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_names_by_what_runs_inside),
		cmocka_unit_test(names_beyond_those_held_leave_it_open),
		cmocka_unit_test(what_is_no_certificate_is_not_judged),
		cmocka_unit_test(a_websocket_on_a_sip_port_goes_by_its_own_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
