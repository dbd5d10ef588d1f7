/* test_expr_wrong.c - what is said of an expression that cannot be: the column, the reason, the
 * nearest name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "tests/lib/asking.h"

struct row {
	const char *text, *why;
};

/* Of a leg in its call. */
static char *refused(struct slice text)
{
	const struct expr_scope *const scopes[] = { asking_leg(), asking_call() };
	struct expr_names names = asking_names;
	struct expr *e = NULL;
	char *why = NULL;

	names.scopes = scopes;
	names.scope_count = 2;
	if (expr_compile(text, &names, &e, &why) == ERR_OK)
		fail_msg("%.*s: was not refused", (int)text.n, (const char *)text.p);
	assert_null(e);
	return why;
}

static void refuse_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *why = refused(slice_of(rows[i].text));
		if (strcmp(why, rows[i].why) != 0)
			fail_msg("%s:\n%s\nnot\n%s", rows[i].text, why, rows[i].why);
		free(why);
	}
}

#define REFUSE(rows) refuse_all(rows, sizeof(rows) / sizeof *(rows))

static void names_the_nearest(void **state)
{
	static const struct row rows[] = {
		{ "kying = sdes", "column 1: there is no field \"kying\" in leg or call" },
		{ "scor > 3",
		  "column 1: there is no field \"scor\" in leg or call; did you mean score?" },
		{ "SCOER > 3",
		  "column 1: there is no field \"SCOER\" in leg or call; did you mean score?" },
		{ "xylophone > 3", "column 1: there is no field \"xylophone\" in leg or call" },
		{ "legs.label = WEAK", "column 1: \"legs\" is a list of leg: what is read of one "
				       "of them stands in any(legs: …)" },
		{ "any(media: media.keying = sdes)",
		  "column 12: \"media\" is a list of medium: what is read of one of them stands in "
		  "any(media: …)" },
		{ "any(media: medium.keyng = sdes)",
		  "column 19: medium has no field \"keyng\"; did you mean keying?" },
		{ "any(media: kyeing = sdes)", "column 12: there is no field \"kyeing\" in medium, "
					       "leg or call; did you mean keying?" },
		{ "any(media as m: n.keying = sdes)",
		  "column 17: there is no field \"n\" in medium, leg or call; did you mean m?" },
		{ "any(media as med: mde.keying = sdes)",
		  "column 19: there is no field \"mde\" in medium, leg or call; did you mean "
		  "med?" },
		{ "any(media as in: true)", "column 14: this name has a meaning of its own" },
		{ "any(media as m: any(media as m: true))", "column 30: this name is taken" },
		{ "from = alice",
		  "column 8: there is no field \"alice\" in leg or call; a text stands in quotes" },
		{ "any(legs.media: true)", "column 5: \"legs\" is a list of leg: what is read of "
					   "one of them stands in any(legs: …)" },
		{ "anny(media: true)",
		  "column 1: there is no function \"anny\"; did you mean any?" },
		{ "any media: true", "column 1: there is no field \"any\" in leg or call" },
		{ "lookup(from, 'mdia') = 'x'",
		  "column 14: there are no words \"mdia\"; did you mean media?" },
		{ "score.x = 5", "column 1: \"score\" is a number and has no fields" },
		{ "first.nme = 5", "column 7: leg has no field \"nme\": it has transport, at, "
				   "carrier, other, version, media" },
		{ "carrier.nme = 'x'",
		  "column 9: carrier has no field \"nme\"; did you mean name?" },
		{ "carrier.xyz = 'x'",
		  "column 9: carrier has no field \"xyz\": it has name, trusted" },
		{ "from = 'ä' and scor = 5",
		  "column 16: there is no field \"scor\" in leg or call; did you mean score?" },
		{ "first.legs", "column 7: leg has no field \"legs\": it has transport, at, "
				"carrier, other, version, media" },
		{ "at = fe80::zz", "column 6: there is no field \"fe80\" in leg or call" },
		{ "keying = sdes", "column 1: there is no field \"keying\" in leg or call; did you "
				   "mean any(media: keying …)?" },
		{ "trusted", "column 1: there is no field \"trusted\" in leg or call; did you mean "
			     "carrier.trusted?" },
		{ "any(legs: any(media: trusted))",
		  "column 22: there is no field \"trusted\" in medium, leg, leg or call; did you "
		  "mean carrier.trusted?" },
		{ "label = weak and end", "column 18: there is no field \"end\" in leg or call" },
	};

	(void)state;
	REFUSE(rows);
}

static void names_the_values_of_an_enumeration(void **state)
{
	static const struct row rows[] = {
		{ "any(media: keying = sdess)",
		  "column 21: keying is one of none, sdes, dtls-srtp, zrtp: \"sdess\" is none of "
		  "them; did you mean sdes?" },
		{ "any(media: keying = sdess and true)",
		  "column 21: keying is one of none, sdes, dtls-srtp, zrtp: \"sdess\" is none of "
		  "them; did you mean sdes?" },
		{ "any(media: keying = dlts-srtp)",
		  "column 21: keying is one of none, sdes, dtls-srtp, zrtp: \"dlts-srtp\" is none "
		  "of them; did you mean dtls-srtp?" },
		{ "any(media: keying = 'sdess')",
		  "column 21: keying is one of none, sdes, dtls-srtp, zrtp: \"sdess\" is none of "
		  "them; did you mean sdes?" },
		{ "any(media: keying in {sdes, zrpt})",
		  "column 29: keying is one of none, sdes, dtls-srtp, zrtp: \"zrpt\" is none of "
		  "them; did you mean zrtp?" },
		{ "label = END-TO-ENT MEDIA and score > 3",
		  "column 9: label is one of EXPOSED, WEAK, HOP BY HOP, END-TO-END MEDIA, END: "
		  "\"END-TO-ENT MEDIA\" is none of them; did you mean END-TO-END MEDIA?" },
		{ "label = end to end medai",
		  "column 9: label is one of EXPOSED, WEAK, HOP BY HOP, END-TO-END MEDIA, END: "
		  "\"end to end medai\" is none of them; did you mean END-TO-END MEDIA?" },
		{ "version >= TLS1.4",
		  "column 12: version is one of SSL2, SSL3, TLS1.0, TLS1.1, TLS1.2, TLS1.3, "
		  "DTLS1.0, DTLS1.2, DTLS1.3: \"TLS1.4\" is none of them; did you mean TLS1.0?" },
		{ "version >= TLSv1.2",
		  "column 12: version is one of SSL2, SSL3, TLS1.0, TLS1.1, TLS1.2, TLS1.3, "
		  "DTLS1.0, DTLS1.2, DTLS1.3: \"TLSv1.2\" is none of them; did you mean TLS1.2?" },
		{ "version = 'tls1.4'",
		  "column 11: version is one of SSL2, SSL3, TLS1.0, TLS1.1, TLS1.2, TLS1.3, "
		  "DTLS1.0, DTLS1.2, DTLS1.3: \"tls1.4\" is none of them; did you mean TLS1.0?" },
		{ "label = weak.x",
		  "column 9: label is one of EXPOSED, WEAK, HOP BY HOP, END-TO-END MEDIA, END: "
		  "\"weak.x\" is none of them; did you mean WEAK?" },
	};

	(void)state;
	REFUSE(rows);
}

static void refuses_types_that_do_not_meet(void **state)
{
	static const struct row rows[] = {
		{ "media = sdes", "column 1: \"media\" is a list of medium: ask any(), all(), "
				  "none() or count() of it" },
		{ "media is known", "column 1: \"media\" is a list of medium: ask any(), all(), "
				    "none() or count() of it" },
		{ "any(media: keying = 5)",
		  "column 21: \"keying\" is one of none, sdes, dtls-srtp, zrtp and \"5\" is a "
		  "number: they cannot be compared" },
		{ "label = 3",
		  "column 9: \"label\" is one of EXPOSED, WEAK, HOP BY HOP, END-TO-END MEDIA, END "
		  "and \"3\" is a number: they cannot be compared" },
		{ "label = true",
		  "column 9: \"label\" is one of EXPOSED, WEAK, HOP BY HOP, END-TO-END MEDIA, END "
		  "and \"true\" is true or false: they cannot be compared" },
		{ "transport < tls", "column 11: \"transport\" is one of udp, tcp, tls, none, "
				     "without order: only = and != compare it" },
		{ "secure < true", "column 8: \"secure\" is true or false, without order: only = "
				   "and != compare it" },
		{ "from < 'x'",
		  "column 6: \"from\" is a text, without order: only = and != compare it" },
		{ "at < 10.0.0.1",
		  "column 4: \"at\" is an address, without order: only = and != compare it" },
		{ "at in {10.0.0.0/8, 5}", "column 20: \"at\" is an address and \"5\" is a number: "
					   "they cannot be compared" },
		{ "at in legs", "column 7: \"legs\" is a list of leg: ask any(), all(), none() or "
				"count() of it" },
		{ "carrier < carrier",
		  "column 9: \"carrier\" is one carrier, without order: only = and != compare it" },
		{ "carrier = leg", "column 11: \"carrier\" is one carrier and \"leg\" is one leg: "
				   "they cannot be compared" },
		{ "carrier and true", "column 1: \"carrier\" is one carrier where true or false is "
				      "needed: compare it with something" },
		{ "score in {'a'}", "column 11: \"score\" is a number and \"'a'\" is a text: they "
				    "cannot be compared" },
		{ "score > 30s", "column 9: \"score\" is a number and \"30s\" is a duration: they "
				 "cannot be compared" },
		{ "start > 5",
		  "column 9: \"start\" is a time and \"5\" is a number: they cannot be compared" },
		{ "start + start > start",
		  "column 9: \"start\" is a time and \"start\" is a time: they cannot be added" },
		{ "length - start > 1s", "column 10: \"length\" is a duration and \"start\" is a "
					 "time: there is no difference of them" },
		{ "score + 'a' > 1",
		  "column 9: \"score\" is a number and \"'a'\" is a text: they cannot be added" },
		{ "transport + tls = tls",
		  "column 13: \"transport\" is one of udp, tcp, tls, none and \"tls\" is one of "
		  "udp, tcp, tls, none: they cannot be added" },
		{ "score and true", "column 1: \"score\" is a number where true or false is "
				    "needed: compare it with something" },
		{ "true and score", "column 10: \"score\" is a number where true or false is "
				    "needed: compare it with something" },
		{ "not score", "column 5: \"score\" is a number where true or false is needed: "
			       "compare it with something" },
		{ "any(score)", "column 5: \"score\" is a number, not a list" },
		{ "any(carrier: true)", "column 5: \"carrier\" is one carrier, not a list" },
		{ "any(media: score)", "column 12: \"score\" is a number where true or false is "
				       "needed: compare it with something" },
		{ "default(score, 'a')", "column 16: \"score\" is a number and \"'a'\" is a text: "
					 "they cannot be compared" },
		{ "default(score, length)", "column 16: \"score\" is a number and \"length\" is a "
					    "duration: they cannot be compared" },
		{ "if(score, 1, 2) = 1", "column 4: \"score\" is a number where true or false is "
					 "needed: compare it with something" },
		{ "if(true, 1, 'a') = 1",
		  "column 13: \"1\" is a number and \"'a'\" is a text: they cannot be compared" },
		{ "lookup(score, 'media') = 'x'",
		  "column 8: \"score\" is a number where a text is needed" },
		{ "starts(score, 'x')", "column 8: \"score\" is a number where a text is needed" },
		{ "starts(from, 5)", "column 14: \"5\" is a number where a text is needed" },
		{ "version >= 5", "column 12: \"version\" is a version and \"5\" is a number: they "
				  "cannot be compared" },
		{ "legs", "column 1: \"legs\" is a list of leg: ask any(), all(), none() or "
			  "count() of it" },
		{ "count(legs) and true", "column 1: \"count(legs)\" is a number where true or "
					  "false is needed: compare it with something" },
		{ "count(legs: 5) = 1", "column 13: \"5\" is a number where true or false is "
					"needed: compare it with something" },
	};

	(void)state;
	REFUSE(rows);
}

static void refuses_values_that_are_none(void **state)
{
	static const struct row rows[] = {
		{ "at = 10.0.0.300", "column 6: this is neither a number nor an address" },
		{ "at = 10.0.0.0/8", "column 6: a network stands behind \"in\"" },
		{ "at in 10.0.0.1/8",
		  "column 7: this is an address inside a network, not a network" },
		{ "at in 10.0.0.0/33", "column 7: a prefix of IPv4 is 0 to 32" },
		{ "at in 2001:db8::/129", "column 7: a prefix of IPv6 is 0 to 128" },
		{ "at in 'nonsense'", "column 7: this is not an address" },
		{ "at = 'nonsense'", "column 6: this is not an address" },
		{ "length > 30",
		  "column 10: \"length\" is a duration and \"30\" is a number: a duration needs a "
		  "unit right behind its number (ns, us, ms, s, min, h or d), as in 30s" },
		{ "length > 30 s",
		  "column 10: \"length\" is a duration and \"30\" is a number: a duration needs a "
		  "unit right behind its number (ns, us, ms, s, min, h or d), as in 30s" },
		{ "length > 30sec", "column 10: there is no unit \"sec\": a unit is one of ns, us, "
				    "ms, s, min, h or d" },
		{ "length > 30minn", "column 10: there is no unit \"minn\"; did you mean min?" },
		{ "length > -3s", "column 10: a duration is never below zero" },
		{ "length = 1.1234567891s", "column 10: a number has at most 9 decimals" },
		{ "length > 999999999999d", "column 10: the duration is too long" },
		{ "score > 99999999999999999999", "column 9: the number is too large" },
		{ "score > 1.2.3", "column 9: this is neither a number nor an address" },
		{ "score = 0xfffffffffffffffff", "column 9: the number is too large" },
		{ "score = 0x", "column 9: there is no unit \"x\"; did you mean s?" },
		{ "start > '2026-02-30'",
		  "column 9: a time is written '2026-01-02' or '2026-01-02T03:04:05Z'" },
		{ "start > '2026-01-02 03:04:05'",
		  "column 9: a time is written '2026-01-02' or '2026-01-02T03:04:05Z'" },
		{ "start > '1969-12-31'",
		  "column 9: a time is written '2026-01-02' or '2026-01-02T03:04:05Z'" },
		{ "from = 'abc", "column 8: the text that begins here does not end" },
		{ "from = \"abc", "column 8: the text that begins here does not end" },
	};

	(void)state;
	REFUSE(rows);
}

static void says_what_it_expected(void **state)
{
	static const struct row rows[] = {
		{ "", "column 1: expected a value" },
		{ "   ", "column 4: expected a value" },
		{ "any(media as 5: true)", "column 14: expected a name, not \"5\"" },
		{ "score in 5", "column 10: expected a set, as in {a, b}, not \"5\"" },
		{ "score in {}", "column 11: expected a value, not \"}\"" },
		{ "score in {1, 2", "column 15: expected \"}\"" },
		{ "score in {1 2}", "column 13: expected \"}\", not \"2\"" },
		{ "score = ", "column 9: expected a value" },
		{ "= 5", "column 1: expected a value, not \"=\"" },
		{ "score = 5 score = 6", "column 11: expected and, or, or the end, not \"score\"" },
		{ "score = 5 = 5", "column 11: expected and, or, or the end, not \"=\"" },
		{ "(score = 5", "column 11: expected \")\"" },
		{ "score = 5)", "column 10: expected and, or, or the end, not \")\"" },
		{ "all(media)", "column 10: expected \":\" and what must hold for all, not \")\"" },
		{ "any(5)", "column 5: expected a list, not \"5\"" },
		{ "any(media keying = sdes)", "column 11: expected \")\", not \"keying\"" },
		{ "any(media: true", "column 16: expected \")\"" },
		{ "default(score)", "column 14: expected \",\", not \")\"" },
		{ "if(true, 1) = 1", "column 11: expected \",\", not \")\"" },
		{ "lookup(from, media) = 'x'",
		  "column 14: expected the name of a list of words, in quotes, not \"media\"" },
		{ "score is unknown", "column 10: expected known, as in \"is known\" or \"is not "
				      "known\", not \"unknown\"" },
		{ "score is not 5",
		  "column 14: expected known, as in \"is known\" or \"is not known\", not \"5\"" },
		{ "score not 5", "column 11: expected \"in\", not \"5\"" },
		{ "secure not known", "column 12: expected \"in\", not \"known\"" },
		{ "first. = 5", "column 8: expected a field, not \"=\"" },
		{ "first.5 = 5", "column 7: expected a field, not \"5\"" },
		{ "score $ 5", "column 7: expected and, or, or the end, not \"$\"" },
		{ "score = €", "column 9: expected a value, not \"€\"" },
		{ "score && true", "column 7: expected and, or, or the end, not \"&\"" },
		{ "! secure", "column 1: expected a value, not \"!\"" },
		{ "score =! 5", "column 8: expected a value, not \"!\"" },
		{ "score => 5", "column 8: expected a value, not \">\"" },
		{ "and", "column 1: expected a value, not \"and\"" },
		{ "not", "column 4: expected a value" },
		{ "true and", "column 9: expected a value" },
		{ "true or or", "column 9: expected a value, not \"or\"" },
		{ "label = weak (3)", "column 14: expected and, or, or the end, not \"(\"" },
	};

	(void)state;
	REFUSE(rows);
}

static void shows_no_control_characters(void **state)
{
	char *why = refused(SLICE("score = \x1b[31m"));

	(void)state;
	assert_string_equal(why, "column 9: expected a value, not \"\\x1b\"");
	free(why);
	why = refused(SLICE("from = 'a\0b'"));
	assert_string_equal(why, "column 10: an octet of value 0");
	free(why);
}

static void cuts_what_is_long(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add(&t, "from = 5 + '");
	for (int i = 0; i < 40; i++)
		text_add(&t, "\xc3\xa4");
	text_add(&t, "'");
	char *why = refused(slice_of(text_of(&t)));
	assert_non_null(strstr(why, "\xc3\xa4…\" is a text: they cannot be added"));
	assert_null(strstr(why, "\\x"));
	free(why);
	text_free(&t);
}

static void refuses_more_scopes_than_it_holds(void **state)
{
	const struct expr_scope *scopes[EXPR_SCOPES + 1];
	struct expr_names names = { .scopes = scopes, .scope_count = EXPR_SCOPES + 1 };
	struct expr *e = NULL;
	char *why = NULL;

	(void)state;
	for (size_t i = 0; i <= EXPR_SCOPES; i++)
		scopes[i] = asking_call();
	assert_int_equal(expr_compile(SLICE("true"), &names, &e, &why), ERR_USAGE);
	assert_string_equal(why, "column 1: too many items at hand at once");
	free(why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_nearest),
		cmocka_unit_test(names_the_values_of_an_enumeration),
		cmocka_unit_test(refuses_types_that_do_not_meet),
		cmocka_unit_test(refuses_values_that_are_none),
		cmocka_unit_test(says_what_it_expected),
		cmocka_unit_test(shows_no_control_characters),
		cmocka_unit_test(cuts_what_is_long),
		cmocka_unit_test(refuses_more_scopes_than_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
