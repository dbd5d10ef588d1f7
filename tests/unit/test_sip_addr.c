/* test_sip_addr.c - name-addr, addr-spec, and what stands behind them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/sip/sip_addr.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static const struct {
	const char *text, *display, *uri, *tag;
	uint16_t flags;
} cases[] = {
	{ "sip:a@a.example;tag=1", "", "sip:a@a.example", "1",
	  SIP_ADDR_HAS_TAG | SIP_ADDR_BARE_PARAMS },
	{ "<sip:a@a.example;lr>;tag=x", "", "sip:a@a.example;lr", "x",
	  SIP_ADDR_HAS_TAG | SIP_ADDR_BRACKETS },
	{ "Al Ice <sip:a@a.example>", "Al Ice", "sip:a@a.example", "", SIP_ADDR_BRACKETS },
	{ "\"A \\\" <b>\"<sip:a@a.example> ; tag = y", "A \\\" <b>", "sip:a@a.example", "y",
	  SIP_ADDR_HAS_TAG | SIP_ADDR_BRACKETS },
	{ "*", "", "", "", SIP_ADDR_STAR },
	{ "Bell, A <sip:a@a.example>", "Bell, A", "sip:a@a.example", "",
	  SIP_ADDR_BRACKETS | SIP_ADDR_BAD_NAME },
	{ "< sip:a@a.example >", "", "sip:a@a.example", "", SIP_ADDR_BRACKETS | SIP_ADDR_PADDED },
	{ "<sip:a@a.example;tag=1", "", "sip:a@a.example", "1",
	  SIP_ADDR_BRACKETS | SIP_ADDR_OPEN_ANGLE | SIP_ADDR_HAS_TAG },
	{ "sip:a@a.example?x=y", "", "sip:a@a.example?x=y", "", SIP_ADDR_BAD_URI },
	{ "<sip:f@x.example>;isfocus;+sip.src;ob", "", "sip:f@x.example", "",
	  SIP_ADDR_BRACKETS | SIP_ADDR_ISFOCUS | SIP_ADDR_SRC | SIP_ADDR_OB },
	{ "<sip:m@x.example>;automata", "", "sip:m@x.example", "",
	  SIP_ADDR_BRACKETS | SIP_ADDR_AUTOMATON },
	{ "<sip:m@x.example>;automata=\"FALSE\"", "", "sip:m@x.example", "", SIP_ADDR_BRACKETS },
	{ "<sip:f@x.example;ob>;+sip.srs;tag", "", "sip:f@x.example;ob", "",
	  SIP_ADDR_BRACKETS | SIP_ADDR_SRS | SIP_ADDR_OB | SIP_ADDR_HAS_TAG },
};

static void each_form_gives_its_parts(void **state)
{
	struct sip_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(sip_addr_parse(slice_of(cases[i].text), &a), ERR_OK);
		if (a.flags != cases[i].flags)
			fail_msg("%s: flags %#x", cases[i].text, a.flags);
		is(a.display, cases[i].display);
		is(a.uri.text, cases[i].uri);
		is(a.tag, cases[i].tag);
	}
}

static void an_address_without_uri_is_refused(void **state)
{
	struct sip_addr a;

	(void)state;
	assert_int_equal(sip_addr_parse(SLICE(""), &a), ERR_MALFORMED);
	assert_int_equal(sip_addr_parse(SLICE("\"only a name\""), &a), ERR_MALFORMED);
	assert_int_equal(sip_addr_parse(SLICE("<>;tag=1"), &a), ERR_MALFORMED);
	assert_true(a.flags & SIP_ADDR_BAD_URI);
	is(a.tag, "1");
}

static void the_device_id_is_unquoted(void **state)
{
	struct sip_addr a;
	struct slice v;

	(void)state;
	assert_int_equal(
		sip_addr_parse(SLICE("<sip:a@1.2.3.4>;+sip.instance=\"<urn:uuid:0>\";expires=60"),
			       &a),
		ERR_OK);
	is(a.instance, "<urn:uuid:0>");
	assert_true(sip_addr_param(&a, SLICE("Expires"), &v));
	is(v, "60");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_gives_its_parts),
		cmocka_unit_test(an_address_without_uri_is_refused),
		cmocka_unit_test(the_device_id_is_unquoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
