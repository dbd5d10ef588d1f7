/* test_sip_torture.c - every message of RFC 4475 and RFC 5118 does what the RFC says of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/base/arena.h"
#include "analyzer/proto/sdp/sdp.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_auth.h"
#include "analyzer/proto/sip/sip_body.h"
#include "tests/lib/torture.h"

static struct sip_message m;
static struct sip_body body;

struct outcome {
	const char *name;
	enum err err;
	enum sip_method method;
	uint16_t status;
	uint32_t lax, caps;
	size_t body;
};

/* 3.1.1 valid; 3.1.2 invalid; 3.2 transaction; 3.3 application; 3.4 old. */
static const struct outcome rfc4475[] = {
	{ "wsinv", ERR_OK, SIP_INVITE, 0, SIP_LAX_RFC2543_VIA, 0, 150 },
	{ "intmeth", ERR_OK, SIP_OTHER, 0, SIP_LAX_CONTROL, 0, 0 },
	{ "esc01", ERR_OK, SIP_INVITE, 0, 0, 0, 150 },
	{ "escnull", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "esc02", ERR_OK, SIP_OTHER, 0, 0, 0, 0 },
	{ "lwsdisp", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "longreq", ERR_OK, SIP_INVITE, 0, SIP_LAX_NO_BRANCH | SIP_LAX_RFC2543_VIA, SIP_CAP_VIA,
	  150 },
	{ "dblreq", ERR_OK, SIP_REGISTER, 0, SIP_LAX_TRAILING, 0, 0 },
	{ "semiuri", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "transports", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "mpart01", ERR_OK, SIP_MESSAGE, 0, 0, 0, 553 },
	{ "unreason", ERR_OK, SIP_INVITE, 200, 0, 0, 154 },
	{ "noreason", ERR_OK, SIP_INVITE, 100, 0, 0, 0 },
	{ "badinv01", ERR_OK, SIP_INVITE, 0,
	  SIP_LAX_NO_BRANCH | SIP_LAX_RFC2543_VIA | SIP_LAX_BAD_VIA, 0, 152 },
	{ "clerr", ERR_OK, SIP_INVITE, 0, SIP_LAX_LENGTH_OVER, 0, 154 },
	{ "ncl", ERR_OK, SIP_INVITE, 0, SIP_LAX_LENGTH_BAD, 0, 152 },
	{ "scalar02", ERR_OK, SIP_REGISTER, 0, SIP_LAX_BAD_CSEQ | SIP_LAX_BAD_NUMBER, 0, 0 },
	{ "scalarlg", ERR_OK, SIP_OPTIONS, 503, SIP_LAX_BAD_CSEQ, 0, 0 },
	{ "quotbal", ERR_OK, SIP_INVITE, 0, SIP_LAX_OPEN_QUOTE | SIP_LAX_BAD_NAME, 0, 152 },
	{ "ltgtruri", ERR_OK, SIP_INVITE, 0,
	  SIP_LAX_URI_BRACKETS | SIP_LAX_NO_BRANCH | SIP_LAX_RFC2543_VIA, 0, 159 },
	{ "lwsruri", ERR_OK, SIP_INVITE, 0, SIP_LAX_URI_SPACE, 0, 159 },
	{ "lwsstart", ERR_OK, SIP_INVITE, 0, SIP_LAX_START_SPACE, 0, 150 },
	{ "trws", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_START_SPACE, 0, 0 },
	{ "escruri", ERR_OK, SIP_INVITE, 0, SIP_LAX_BAD_URI, 0, 150 },
	{ "baddate", ERR_OK, SIP_INVITE, 0, 0, 0, 150 },
	{ "regbadct", ERR_OK, SIP_REGISTER, 0, SIP_LAX_BAD_ADDR, 0, 0 },
	{ "badaspec", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_URI_SPACE, 0, 0 },
	{ "baddn", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_NO_END | SIP_LAX_BAD_NAME, 0, 0 },
	{ "badvers", ERR_UNSUPPORTED, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "mismatch01", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_METHOD_MISMATCH, 0, 0 },
	{ "mismatch02", ERR_OK, SIP_OTHER, 0, SIP_LAX_METHOD_MISMATCH, 0, 138 },
	{ "bigcode", ERR_OK, SIP_INVITE, 0, SIP_LAX_BAD_STATUS, 0, 0 },
	{ "badbranch", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_NO_BRANCH, 0, 0 },
	{ "insuf", ERR_MALFORMED, SIP_INVITE, 0, SIP_LAX_NO_MAX_FORWARDS, 0, 152 },
	{ "unkscm", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_URI_SCHEME, 0, 0 },
	{ "novelsc", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_URI_SCHEME, 0, 0 },
	{ "unksm2", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "bext01", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "invut", ERR_OK, SIP_INVITE, 0, 0, 0, 40 },
	{ "regaut01", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "multi01", ERR_OK, SIP_INVITE, 0, SIP_LAX_REPEATED, 0, 154 },
	{ "mcl01", ERR_OK, SIP_OPTIONS, 0, SIP_LAX_REPEATED | SIP_LAX_LENGTH_BAD, 0, 67 },
	{ "bcast", ERR_OK, SIP_INVITE, 200, 0, 0, 154 },
	{ "zeromf", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "cparam01", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "cparam02", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "regescrt", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "sdp01", ERR_OK, SIP_INVITE, 0, 0, 0, 150 },
	{ "inv2543", ERR_OK, SIP_INVITE, 0,
	  SIP_LAX_LENGTH_MISSING | SIP_LAX_NO_BRANCH | SIP_LAX_RFC2543_VIA | SIP_LAX_NO_TAG |
		  SIP_LAX_NO_MAX_FORWARDS,
	  0, 105 },
};

/* Three bodies of RFC 5118 are not as long as their Content-Length says; that is the RFC's. */
static const struct outcome rfc5118[] = {
	{ "ipv6-good", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "ipv6-bad", ERR_OK, SIP_REGISTER, 0, SIP_LAX_BAD_URI, 0, 0 },
	{ "port-ambiguous", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "port-unambiguous", ERR_OK, SIP_REGISTER, 0, 0, 0, 0 },
	{ "via-received-param-with-delim", ERR_OK, SIP_BYE, 0, 0, 0, 0 },
	{ "via-received-param-no-delim", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "ipv6-in-sdp", ERR_OK, SIP_INVITE, 0, SIP_LAX_LENGTH_OVER, 0, 251 },
	{ "mult-ip-in-header", ERR_OK, SIP_BYE, 0, 0, 0, 0 },
	{ "mult-ip-in-sdp", ERR_OK, SIP_INVITE, 0, SIP_LAX_TRAILING, 0, 181 },
	{ "ipv4-mapped-ipv6", ERR_OK, SIP_INVITE, 0, SIP_LAX_TRAILING, 0, 236 },
	{ "ipv6-bug-abnf-3-colons", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
	{ "ipv6-correct-abnf-2-colons", ERR_OK, SIP_OPTIONS, 0, 0, 0, 0 },
};

static void expect(struct slice bytes, const struct outcome *want)
{
	if (!bytes.n)
		fail_msg("%s: not in the RFC", want->name);
	enum err e = sip_parse(bytes, &m);
	if (e != want->err || m.lax != want->lax || m.caps != want->caps)
		fail_msg("%s: err %d lax %#x caps %#x", want->name, (int)e, m.lax, m.caps);
	if (m.method != want->method || m.status != want->status || m.body.n != want->body)
		fail_msg("%s: method %d status %u body %zu", want->name, (int)m.method, m.status,
			 m.body.n);
	if (sip_looks_like(bytes) != (e != ERR_UNSUPPORTED))
		fail_msg("%s: does not look like SIP", want->name);
}

static void every_message_of_rfc_4475_has_its_outcome(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	for (size_t i = 0; i < sizeof rfc4475 / sizeof rfc4475[0]; i++)
		expect(torture_4475(rfc4475[i].name), &rfc4475[i]);
}

static void every_message_of_rfc_5118_has_its_outcome(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	for (size_t i = 0; i < sizeof rfc5118 / sizeof rfc5118[0]; i++)
		expect(torture_5118(rfc5118[i].name), &rfc5118[i]);
}

static bool load(struct slice bytes)
{
	return bytes.n && sip_parse(bytes, &m) == ERR_OK;
}

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static void odd_white_space_is_read_over(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_4475("wsinv")));
	is(m.from.display, "J Rosenberg \\\\\\\"");
	is(m.from.uri.host, "example.com");
	is(m.from.tag, "98asjd8");
	is(m.to.tag, "1918181833n");
	is(m.cseq_method_text, "INVITE");
	assert_int_equal(m.cseq, 9);
	assert_int_equal(m.max_forwards, 68);
	assert_int_equal(m.via_n, 3);
	is(m.via[1].host, "spindle.example.com");
	is(m.via[2].host, "192.168.255.111");
	is(m.via[2].branch, "z9hG4bK30239");
	assert_int_equal(m.route.n, 1);
	is(m.route.v[0].uri.host, "services.example.com");
	assert_true(m.route.v[0].uri.flags & SIP_URI_LR);
}

static void a_binary_multipart_is_cut_at_its_boundaries(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_4475("mpart01")));
	sip_body_split(&m, &body);
	assert_int_equal(body.n, 2);
	assert_int_equal(body.parts[0].type, SIP_BODY_TEXT);
	is(body.parts[0].bytes, "Hello");
	assert_int_equal(body.parts[1].type, SIP_BODY_OTHER);
	is(body.parts[1].type_text, "application/octet-stream");
	assert_int_equal(body.flags, SIP_BODY_SPLIT);
}

static void unusual_users_and_methods_survive(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_4475("intmeth")));
	is(m.method_text, "!interesting-Method0123456789_*+`.%indeed'~");
	is(m.uri.host, "example.com");
	assert_true(m.uri.flags & SIP_URI_HAS_PASSWORD);
	assert_true(load(torture_4475("semiuri")));
	is(m.uri.user, "user;par=u%40example.net");
	assert_true(load(torture_4475("escnull")));
	assert_int_equal(m.contact.n, 2);
	is(m.contact.v[1].uri.user, "%00%00");
}

static void an_unknown_scheme_of_authorization_is_named(void **state)
{
	struct sip_auth auth;

	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_4475("regaut01")));
	assert_int_equal(sip_auth_parse(sip_value(&m, SIP_HEADER_AUTHORIZATION), &auth), ERR_OK);
	assert_int_equal(auth.scheme, SIP_AUTH_OTHER);
	is(auth.scheme_text, "NoOneKnowsThisScheme");
}

static void brackets_round_received_are_tolerated(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_5118("via-received-param-with-delim")));
	is(m.via[0].received, "2001:db8::9:255");
	assert_true(m.via[0].flags & SIP_VIA_V6_BRACKET_RECEIVED);
	assert_true(load(torture_5118("via-received-param-no-delim")));
	is(m.via[0].received, "2001:db8::9:255");
	assert_false(m.via[0].flags & SIP_VIA_V6_BRACKET_RECEIVED);
}

static void a_port_inside_the_brackets_is_address(void **state)
{
	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_5118("port-ambiguous")));
	is(m.uri.host, "2001:db8::10:5070");
	assert_int_equal(m.uri.port, 0);
	assert_true(load(torture_5118("port-unambiguous")));
	is(m.uri.host, "2001:db8::10");
	assert_int_equal(m.uri.port, 5070);
}

static void three_colons_are_read_as_two(void **state)
{
	struct addr three, two;

	(void)state;
	if (!torture_available())
		skip();
	assert_true(load(torture_5118("ipv6-bug-abnf-3-colons")));
	assert_true(sip_uri_addr(&m.uri, &three));
	assert_true(m.uri.flags & SIP_URI_THREE_COLONS);
	assert_true(load(torture_5118("ipv6-correct-abnf-2-colons")));
	assert_true(sip_uri_addr(&m.uri, &two));
	assert_true(addr_eq(&two, &three));
}

static void each_medium_keeps_its_own_address(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct sdp *d = NULL;
	struct addr one, two;

	(void)state;
	if (!torture_available()) {
		arena_free(a);
		skip();
	}
	assert_true(load(torture_5118("mult-ip-in-sdp")));
	assert_int_equal(sdp_parse(m.body, a, &d), ERR_OK);
	assert_int_equal(d->media_n, 2);
	assert_true(sdp_address(d->media, &one) && sdp_address(d->media->next, &two));
	assert_true(addr_is_v4(&one));
	assert_false(addr_is_v4(&two));
	assert_true(d->media->own_connection);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_of_rfc_4475_has_its_outcome),
		cmocka_unit_test(every_message_of_rfc_5118_has_its_outcome),
		cmocka_unit_test(odd_white_space_is_read_over),
		cmocka_unit_test(a_binary_multipart_is_cut_at_its_boundaries),
		cmocka_unit_test(unusual_users_and_methods_survive),
		cmocka_unit_test(an_unknown_scheme_of_authorization_is_named),
		cmocka_unit_test(brackets_round_received_are_tolerated),
		cmocka_unit_test(a_port_inside_the_brackets_is_address),
		cmocka_unit_test(three_colons_are_read_as_two),
		cmocka_unit_test(each_medium_keeps_its_own_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
