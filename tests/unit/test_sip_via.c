/* test_sip_via.c - hops as they wrote themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/sip/sip_via.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

enum { BRANCH = SIP_VIA_HAS_BRANCH | SIP_VIA_COOKIE };

static const struct {
	const char *text;
	enum sip_via_transport transport;
	const char *host;
	uint16_t port, rport, flags;
} cases[] = {
	{ "SIP/2.0/UDP a.example:5070;branch=z9hG4bKx", SIP_VIA_UDP, "a.example", 5070, 0,
	  SIP_VIA_HAS_PORT | BRANCH },
	{ "SIP / 2.0 / tls [2001:db8::1] : 5061 ; branch = z9hG4bKx", SIP_VIA_TLS, "2001:db8::1",
	  5061, 0, SIP_VIA_HAS_PORT | BRANCH },
	{ "SIP/2.0/WSS x9.invalid;branch=z9hG4bKx", SIP_VIA_WSS, "x9.invalid", 0, 0,
	  SIP_VIA_MASKED | BRANCH },
	{ "SIP/2.0/UDP 127.0.0.8;branch=z9hG4bKsr-abc", SIP_VIA_UDP, "127.0.0.8", 0, 0,
	  SIP_VIA_MASKED | SIP_VIA_ENCODED | BRANCH },
	{ "SIP/2.0/UDP a;rport=99;received=192.0.2.1;branch=z9hG4bKx", SIP_VIA_UDP, "a", 0, 99,
	  SIP_VIA_RPORT | SIP_VIA_HAS_RECEIVED | BRANCH },
	{ "SIP/2.0/TCP a;alias;keep;hidden;rport", SIP_VIA_TCP, "a", 0, 0,
	  SIP_VIA_ALIAS | SIP_VIA_KEEP | SIP_VIA_HIDDEN | SIP_VIA_RPORT },
	{ "SIP/2.0/UDP a;received=nonsense", SIP_VIA_UDP, "a", 0, 0,
	  SIP_VIA_HAS_RECEIVED | SIP_VIA_BAD_RECEIVED },
	{ "SIP/2.0/QUIC a;branch=abc", SIP_VIA_OTHER, "a", 0, 0, SIP_VIA_HAS_BRANCH },
	{ "SIP/3.0/TLS-SCTP a", SIP_VIA_TLS_SCTP, "a", 0, 0, SIP_VIA_BAD_VERSION },
};

static void each_via_gives_its_parts(void **state)
{
	struct sip_via v;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(sip_via_parse(slice_of(cases[i].text), &v), ERR_OK);
		if (v.transport != cases[i].transport || v.port != cases[i].port ||
		    v.rport != cases[i].rport || v.flags != cases[i].flags)
			fail_msg("%s: transport %u port %u flags %#x", cases[i].text, v.transport,
				 v.port, v.flags);
		is(v.host, cases[i].host);
	}
}

static void what_is_no_via_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"SIP/2.0",
		"SIP/2.0/UDP",
		"SIP/2.0/UDP ",
		"SIP/2.0/UDP ;branch=z9hG4bKx",
		"SIP/2.0/UDP a:x;lr",
		"SIP/2.0/UDP a b",
		"UDP a",
	};
	struct sip_via v;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (sip_via_parse(slice_of(bad[i]), &v) != ERR_MALFORMED)
			fail_msg("'%s' was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_via_gives_its_parts),
		cmocka_unit_test(what_is_no_via_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
