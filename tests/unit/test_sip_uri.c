/* test_sip_uri.c - addresses in their parts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/sip/sip_uri.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static const struct {
	const char *text;
	enum err err;
	enum sip_uri_scheme scheme;
	const char *user, *host;
	uint16_t port, flags;
} cases[] = {
	{ "sip:bob@b.example", ERR_OK, SIP_URI_SIP, "bob", "b.example", 0, 0 },
	{ "SIPS:b.example:5061", ERR_OK, SIP_URI_SIPS, "", "b.example", 5061, SIP_URI_HAS_PORT },
	{ "sip:a:secret@b.example", ERR_OK, SIP_URI_SIP, "a", "b.example", 0,
	  SIP_URI_HAS_PASSWORD },
	{ "sip:a;b?c/d@b.example;lr", ERR_OK, SIP_URI_SIP, "a;b?c/d", "b.example", 0, SIP_URI_LR },
	{ "sip:[2001:db8::1]:5070;ob", ERR_OK, SIP_URI_SIP, "", "2001:db8::1", 5070,
	  SIP_URI_HAS_PORT | SIP_URI_OB },
	{ "sip:2001:db8::1", ERR_MALFORMED, SIP_URI_SIP, "", "2001:db8::1", 0, SIP_URI_BARE_V6 },
	{ "sip:[2001:db8::1", ERR_MALFORMED, SIP_URI_SIP, "", "2001:db8::1", 0, SIP_URI_BAD_HOST },
	{ "sip:[192.0.2.1]", ERR_MALFORMED, SIP_URI_SIP, "", "192.0.2.1", 0, SIP_URI_BAD_HOST },
	{ "sip:a@", ERR_MALFORMED, SIP_URI_SIP, "a", "", 0, SIP_URI_BAD_HOST | SIP_URI_MASKED },
	{ "sip:b.example:", ERR_MALFORMED, SIP_URI_SIP, "", "b.example", 0,
	  SIP_URI_HAS_PORT | SIP_URI_BAD_PORT },
	{ "sip:a@b@c.example", ERR_OK, SIP_URI_SIP, "a", "c.example", 0, SIP_URI_TWO_AT },
	{ "sip:a@127.0.0.8", ERR_OK, SIP_URI_SIP, "a", "127.0.0.8", 0, SIP_URI_MASKED },
	{ "sip:a@x7k.invalid;gr=urn:1", ERR_OK, SIP_URI_SIP, "a", "x7k.invalid", 0,
	  SIP_URI_MASKED | SIP_URI_GR },
	{ "sip:a@1.2.3.4;line=sr-x", ERR_OK, SIP_URI_SIP, "a", "1.2.3.4", 0, SIP_URI_MASKED },
	{ "sip:+1@g.example;user=phone?Subject=x", ERR_OK, SIP_URI_SIP, "+1", "g.example", 0,
	  SIP_URI_USER_PHONE | SIP_URI_HAS_HEADERS },
	{ "tel:+1-201-555;phone-context=x", ERR_OK, SIP_URI_TEL, "+1-201-555", "", 0, 0 },
	{ "tel:", ERR_MALFORMED, SIP_URI_TEL, "", "", 0, 0 },
	{ "urn:service:sos", ERR_OK, SIP_URI_URN, "service:sos", "", 0, 0 },
	{ "im:bob@b.example", ERR_OK, SIP_URI_OTHER, "bob@b.example", "", 0, 0 },
	{ "bob", ERR_MALFORMED, SIP_URI_NONE, "", "", 0, 0 },
	{ "", ERR_MALFORMED, SIP_URI_NONE, "", "", 0, 0 },
	{ "sip:a b@b.example", ERR_OK, SIP_URI_SIP, "a b", "b.example", 0, SIP_URI_BAD_CHAR },
};

static void each_uri_gives_its_parts(void **state)
{
	struct sip_uri u;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum err e = sip_uri_parse(slice_of(cases[i].text), &u);
		if (e != cases[i].err || u.scheme != cases[i].scheme || u.port != cases[i].port ||
		    u.flags != cases[i].flags)
			fail_msg("%s: err %d scheme %u port %u flags %#x", cases[i].text, (int)e,
				 u.scheme, u.port, u.flags);
		is(u.user, cases[i].user);
		is(u.host, cases[i].host);
	}
}

static void parameters_are_found_by_name(void **state)
{
	struct sip_uri u;
	struct slice v;

	(void)state;
	assert_int_equal(sip_uri_parse(SLICE("sip:b.example;Transport=TLS;x;maddr=192.0.2.9"), &u),
			 ERR_OK);
	is(u.transport, "TLS");
	is(u.maddr, "192.0.2.9");
	assert_true(sip_uri_param(&u, SLICE("X"), &v));
	assert_int_equal(v.n, 0);
	assert_false(sip_uri_param(&u, SLICE("y"), &v));
}

static void only_numeric_hosts_are_addresses(void **state)
{
	struct sip_uri u;
	struct addr a;

	(void)state;
	assert_int_equal(sip_uri_parse(SLICE("sip:192.0.2.1"), &u), ERR_OK);
	assert_true(sip_uri_addr(&u, &a) && addr_is_v4(&a));
	assert_int_equal(sip_uri_parse(SLICE("sip:[::1]"), &u), ERR_OK);
	assert_true(sip_uri_addr(&u, &a) && addr_is_loopback(&a));
	assert_int_equal(sip_uri_parse(SLICE("sip:1.2.3.example"), &u), ERR_OK);
	assert_false(sip_uri_addr(&u, &a));
	assert_int_equal(u.host_kind, SIP_URI_HOST_NAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_uri_gives_its_parts),
		cmocka_unit_test(parameters_are_found_by_name),
		cmocka_unit_test(only_numeric_hosts_are_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
