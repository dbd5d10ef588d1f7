/* test_expr_show.c - values in words, and the page of all fields. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tests/lib/asking.h"

static const struct row {
	const char *text, *shown;
} rows[] = {
	{ "score > 3", "yes" },
	{ "score < 3", "no" },
	{ "secure", "" },
	{ "score", "80" },
	{ "score + 0.25", "80.25" },
	{ "-1 - score", "-81" },
	{ "9007199254740992", "9007199254740992" },
	{ "9007199254740992 + 9007199254740992", "1.801439851e+16" },
	{ "12345678901", "12345678901" },
	{ "length", "90.5 s" },
	{ "1ms", "0.0 s" },
	{ "start + 5ns", "2026-01-02T03:04:05.000000005Z" },
	{ "from", "alice@a.test" },
	{ "'\xff'", "\xef\xbf\xbd" },
	{ "label", "END-TO-END MEDIA" },
	{ "first.transport", "tls" },
	{ "first.version", "TLS1.2" },
	{ "DTLS1.3", "DTLS1.3" },
	{ "first.at", "10.1.2.3" },
	{ "2001:db8::7", "2001:db8::7" },
	{ "first.carrier", "carrier" },
	{ "first.other.carrier", "" },
	{ "lookup(from, 'media')", "alice@a.test" },
	{ "lookup('G711', 'media')", "plain telephony" },
	{ "count(legs)", "2" },
};

static void shows_every_type(void **state)
{
	struct expr_item it = asking_item(asking_call(), asking_example());

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct text shown = { 0 };
		struct expr *e = NULL;
		char *why = NULL;
		if (expr_compile(slice_of(rows[i].text), &asking_names, &e, &why) != ERR_OK)
			fail_msg("%s: %s", rows[i].text, why);
		struct expr_value v = expr_eval(e, &it);
		expr_show(e, &v, &shown);
		assert_string_equal(text_of(&shown), rows[i].shown);
		text_free(&shown);
		expr_free(e);
	}
}

static void shows_what_has_no_name_as_it_is(void **state)
{
	struct asking_thing leg = { 0 }, call = { 0 };
	struct expr_item it = asking_item(asking_call(), &call);
	struct text shown = { 0 };
	struct expr *e = NULL;
	char *why = NULL;

	(void)state;
	leg.v[ASKING_VERSION] = (struct expr_value){ .known = true, .version = 0x7f1c };
	call.v[ASKING_FIRST] = (struct expr_value){ .known = true, .item = { .at = &leg } };
	assert_int_equal(expr_compile(SLICE("first.version"), &asking_names, &e, &why), ERR_OK);
	struct expr_value v = expr_eval(e, &it);
	expr_show(e, &v, &shown);
	assert_string_equal(text_of(&shown), "0x7f1c");
	text_free(&shown);
	expr_free(e);
}

static const char page[] =
	"## leg\n\nOne leg.\n\n"
	"| field | type | meaning |\n|---|---|---|\n"
	"| `transport` | one of `udp`, `tcp`, `tls`, `none` | Of SIP. |\n"
	"| `at` | address | Where. |\n"
	"| `carrier` | one [carrier](#carrier) | Who carries it. |\n"
	"| `other` | one [leg](#leg) | The next leg. |\n"
	"| `version` | version | Of TLS. |\n"
	"| `media` | list of [medium](#medium) | Its media. |\n"
	"\n## carrier\n\nOne carrier.\n\n"
	"| field | type | meaning |\n|---|---|---|\n"
	"| `name` | text | Its name. |\n"
	"| `trusted` | true or false | By us. |\n"
	"\n## medium\n\nOne medium.\n\n"
	"| field | type | meaning |\n|---|---|---|\n"
	"| `keying` | one of `none`, `sdes`, `dtls-srtp`, `zrtp` | How keys came. |\n"
	"| `packets` | number | How many. |\n"
	"| `codec` | text | Its codec. |\n"
	"| `lost` | number | Not seen. |\n";

static void writes_the_page_of_what_can_be_reached(void **state)
{
	const struct expr_scope *const roots[] = { asking_leg(), asking_leg() };
	struct text out = { 0 };

	(void)state;
	expr_reference(roots, 2, &out);
	assert_string_equal(text_of(&out), page);
	text_free(&out);
}

static void keeps_bars_inside_their_cell(void **state)
{
	const struct expr_scope *const roots[] = { asking_call() };
	struct text out = { 0 };

	(void)state;
	expr_reference(roots, 1, &out);
	assert_non_null(strstr(text_of(&out),
			       "| `label` | one of, rising: `EXPOSED`, `WEAK`, `HOP BY HOP`, "
			       "`END-TO-END MEDIA`, `END` | How good \\| bad. |\n"));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_every_type),
		cmocka_unit_test(shows_what_has_no_name_as_it_is),
		cmocka_unit_test(writes_the_page_of_what_can_be_reached),
		cmocka_unit_test(keeps_bars_inside_their_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
