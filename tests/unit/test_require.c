/* test_require.c - requirements: their grammar, their errors, their three values. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rules/require.h"
#include "tests/lib/callmake.h"

enum {
	PASS = SHOWN_PASS,
	PARTIAL = SHOWN_PARTIAL,
	UNSEEN = SHOWN_NOT_OBSERVABLE,
	SUSPECT = SHOWN_SUSPECT,
	FAIL = SHOWN_FAIL,
	APART = SHOWN_NOT_APPLICABLE
};

static struct judgement now;

static void set(enum condition on, int s)
{
	static const struct verdict v[SHOWN_COUNT] = {
		{ KNOWN_OK, true, 4 },	     { KNOWN_OK, false, 4 },   { KNOWN_NONE, false, 0 },
		{ KNOWN_SUSPECT, false, 1 }, { KNOWN_FAIL, false, 3 }, { KNOWN_NONE, true, 0 },
	};
	now.conditions[on].v = v[s];
	now.conditions[on].shown = (enum shown)s;
}

static void row(int signaling, int keys, int media)
{
	memset(&now, 0, sizeof now);
	set(CONDITION_SIGNALING, signaling);
	set(CONDITION_KEYS, keys);
	set(CONDITION_MEDIA, media);
	now.hop_protection = SHOWN_NOT_OBSERVABLE;
	now.label = LABEL_UNDETERMINED;
	now.high = 100;
}

static enum policy_result ask(const char *text, enum label best)
{
	struct require *r = NULL;
	char *why = NULL;

	if (require_parse(text, &r, &why) != ERR_OK)
		fail_msg("%s", why);
	enum policy_result p = require_ask(r, &(struct require_row){ NULL, &now, best });
	require_free(r);
	return p;
}

static const struct {
	const char *text;
	int shown;
	enum policy_result is;
} conditions[] = {
	{ "media=pass", PASS, POLICY_MET },
	{ "media==pass", FAIL, POLICY_NOT_MET },
	{ "media=pass", PARTIAL, POLICY_CANNOT_TELL },
	{ "media=pass", SUSPECT, POLICY_CANNOT_TELL },
	{ "media=pass", UNSEEN, POLICY_CANNOT_TELL },
	{ "media=pass", APART, POLICY_MET },
	{ "media>=partial", PARTIAL, POLICY_MET },
	{ "media>=partial", FAIL, POLICY_NOT_MET },
	{ "media>=partial", UNSEEN, POLICY_CANNOT_TELL },
	{ "media>=suspect", FAIL, POLICY_NOT_MET },
	{ "media!=fail", PASS, POLICY_MET },
	{ "media!=fail", PARTIAL, POLICY_CANNOT_TELL },
	{ "media!=fail", FAIL, POLICY_NOT_MET },
	{ "not media=fail", UNSEEN, POLICY_CANNOT_TELL },
	{ "not not media=pass", PASS, POLICY_MET },
	{ "not media>=partial", PARTIAL, POLICY_CANNOT_TELL },
	{ "MEDIA = Not-Observable", UNSEEN, POLICY_MET },
};

static void answers_a_condition_with_three_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		row(UNSEEN, UNSEEN, conditions[i].shown);
		assert_int_equal(ask(conditions[i].text, LABEL_END_TO_END), conditions[i].is);
	}
}

static void binds_not_before_and_before_or(void **state)
{
	static const struct {
		const char *text;
		enum policy_result is;
	} cases[] = {
		{ "signaling=pass or keys=pass and media=pass", POLICY_MET },
		{ "(signaling=pass or keys=pass) and media=pass", POLICY_NOT_MET },
		{ "not media=pass and signaling=pass", POLICY_MET },
		{ "not (media=pass and signaling=pass)", POLICY_MET },
		{ "keys=pass or media=pass", POLICY_CANNOT_TELL },
		{ "keys=pass and media=pass", POLICY_NOT_MET },
		{ "keys=pass and signaling=pass", POLICY_CANNOT_TELL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		row(PASS, UNSEEN, FAIL);
		assert_int_equal(ask(cases[i].text, LABEL_HOP_BY_HOP), cases[i].is);
	}
}

static void refutes_a_label_only_when_it_is_out_of_reach(void **state)
{
	(void)state;
	row(FAIL, UNSEEN, UNSEEN);
	assert_int_equal(ask("label >= END-TO-END MEDIA", LABEL_END_TO_END_MEDIA),
			 POLICY_CANNOT_TELL);
	assert_int_equal(ask("label >= END-TO-END", LABEL_END_TO_END_MEDIA), POLICY_NOT_MET);
	assert_int_equal(ask("label>=undetermined", LABEL_END_TO_END_MEDIA), POLICY_MET);
	/* Too little was seen: EXPOSED may still come out. */
	assert_int_equal(ask("label>=HOP BY HOP", LABEL_END_TO_END_MEDIA), POLICY_CANNOT_TELL);
	assert_int_equal(ask("label>=EXPOSED", LABEL_END_TO_END_MEDIA), POLICY_MET);
	now.label = LABEL_EXPOSED;
	assert_int_equal(ask("label >= NO BREAK SEEN and score>=0", LABEL_EXPOSED), POLICY_NOT_MET);
	assert_int_equal(ask("label != EXPOSED", LABEL_EXPOSED), POLICY_NOT_MET);
	assert_int_equal(ask("label = EXPOSED", LABEL_EXPOSED), POLICY_MET);
	now.label = LABEL_NONE;
	assert_int_equal(ask("label >= WEAK", LABEL_END_TO_END), POLICY_CANNOT_TELL);
}

static void compares_numbers_with_what_is_still_possible(void **state)
{
	(void)state;
	row(UNSEEN, UNSEEN, UNSEEN);
	assert_int_equal(ask("score >= 80", LABEL_END_TO_END), POLICY_CANNOT_TELL);
	now.high = 79;
	assert_int_equal(ask("score >= 80", LABEL_END_TO_END), POLICY_NOT_MET);
	now.has_score = true;
	now.score = 60;
	assert_int_equal(ask("score>=60", LABEL_END_TO_END), POLICY_MET);
	now.coverage = 0.5;
	assert_int_equal(ask("coverage >= 50%", LABEL_END_TO_END), POLICY_MET);
	assert_int_equal(ask("coverage >= 51", LABEL_END_TO_END), POLICY_CANNOT_TELL);
	now.hop_protection = SHOWN_FAIL;
	assert_int_equal(ask("hop_protection=pass", LABEL_END_TO_END), POLICY_NOT_MET);
}

static const struct {
	const char *text, *says;
} mistakes[] = {
	{ "medai=pass",
	  "requirement \"medai=pass\", column 1: there is no field \"medai\" in row or call; did "
	  "you mean media?" },
	{ "keys=pass and media=parcial", "column 21: " },
	{ "keys=pass and media=parcial", "did you mean partial?" },
	{ "label>=END-TO-END MEDIAS", "did you mean END-TO-END MEDIA?" },
	{ "media=", "column 7: expected a value" },
	{ "", "column 1: expected a value" },
	{ "and", "column 1: expected a value" },
	{ "media", "neither true nor false" },
	{ "media=80", "column 7: " },
	{ "score>=101", "score and coverage go from 0 to 100" },
	{ "media=pass or not (coverage>=-1)", "score and coverage go from 0 to 100" },
	{ "coverage>=x", "column 11: there is no field \"x\"" },
	{ "(media=pass", "column 12: expected \")\"" },
	{ "media=pass)", "column 11: expected and, or, or the end" },
	{ "media>=not_applicable", "neither better nor worse" },
	{ "keys=pass and media<not_applicable", "neither better nor worse" },
	{ "((((((((((((((((((((((((((((((((((((((media=pass", "nested too deeply" },
};

static void names_what_is_wrong_where_and_the_nearest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct require *r = NULL;
		char *why = NULL;
		assert_int_equal(require_parse(mistakes[i].text, &r, &why), ERR_USAGE);
		assert_null(r);
		if (!strstr(why, mistakes[i].says))
			fail_msg("%s", why);
		free(why);
	}
}

static void refuses_what_is_too_long(void **state)
{
	static char text[6000] = "media=pass";
	struct require *r = NULL;
	char *why = NULL;

	(void)state;
	for (int i = 0; i < 400; i++)
		strcat(text, " or keys=pass");
	assert_int_equal(require_parse(text, &r, &why), ERR_USAGE);
	assert_non_null(strstr(why, "longer than"));
	free(why);
}

/* One language: what else it can ask may be required, too, and is met or cannot be told. */
static enum policy_result of_call(const char *text, bool emergency)
{
	struct callmake m;
	char *why = NULL;

	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	m.c.emergency = emergency;
	struct judge_options o = { .requires = (const char *const[]){ text, NULL } };
	struct judge *j;
	assert_int_equal(judge_new(&j, o, &why), ERR_OK);
	const struct judgement *got = judge_call(j, &m.c);
	enum policy_result p = got->unknown_count     ? POLICY_CANNOT_TELL
			       : got->unmet_count > 1 ? POLICY_NOT_MET
						      : POLICY_MET;
	judge_free(j);
	return p;
}

static void whatever_can_be_asked_of_a_row_can_be_required(void **state)
{
	(void)state;
	assert_int_equal(of_call("emergency", true), POLICY_MET);
	assert_int_equal(of_call("emergency", false), POLICY_CANNOT_TELL);
	assert_int_equal(of_call("any(findings: rule = 'SIG-001')", false), POLICY_MET);
	assert_int_equal(of_call("none(findings: rule = 'SIG-001')", false), POLICY_CANNOT_TELL);
	assert_int_equal(of_call("kind = page or signaling = fail", false), POLICY_MET);
	assert_int_equal(of_call("signaling < suspect", false), POLICY_MET);
	assert_int_equal(of_call("signaling > fail", false), POLICY_CANNOT_TELL);
}

static void a_row_without_its_call_is_known_by_its_verdict(void **state)
{
	(void)state;
	row(PASS, PASS, PASS);
	assert_int_equal(ask("media=pass and emergency", LABEL_END_TO_END), POLICY_CANNOT_TELL);
	assert_int_equal(ask("media=pass or emergency", LABEL_END_TO_END), POLICY_MET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_a_condition_with_three_values),
		cmocka_unit_test(binds_not_before_and_before_or),
		cmocka_unit_test(refutes_a_label_only_when_it_is_out_of_reach),
		cmocka_unit_test(compares_numbers_with_what_is_still_possible),
		cmocka_unit_test(names_what_is_wrong_where_and_the_nearest),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(whatever_can_be_asked_of_a_row_can_be_required),
		cmocka_unit_test(a_row_without_its_call_is_known_by_its_verdict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
