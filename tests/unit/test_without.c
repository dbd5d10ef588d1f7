/* test_without.c - what one change would move: judged again, never guessed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"

static struct callmake m;

/* LABELS: without it alone no label is better. */
static enum label label_without(const struct judgement *j, const char *rule)
{
	for (uint16_t i = 0; i < j->without_count; i++)
		if (!j->without[i].problem && strcmp(j->without[i].rule->id, rule) == 0)
			return j->without[i].label;
	return LABELS;
}

static unsigned problems_told(const struct judgement *j, const char *rule)
{
	unsigned n = 0;

	for (uint16_t i = 0; i < j->without_count; i++)
		n += j->without[i].problem && strcmp(j->without[i].rule->id, rule) == 0;
	return n;
}

/* Voice in clear; `readable`: over SIP in clear. */
static void clear_call(bool readable)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, readable);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	callmake_segment(&m, 0, 0, 0);
	callmake_segment(&m, 0, 1, 0);
	callmake_fact_on(&m, FACT_media_clear, 0);
}

static void leaves_what_else_is_wrong(void **state)
{
	(void)state;
	clear_call(true);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_int_equal(label_without(j, "MED-001"), LABEL_SIGNALING_EXPOSED);
	/* The voice is still there to be heard. */
	assert_int_equal(label_without(j, "SIG-001"), LABELS);
}

static void makes_no_pass_out_of_what_is_taken_away(void **state)
{
	(void)state;
	clear_call(false);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_int_equal(label_without(j, "MED-001"), LABEL_UNDETERMINED);
}

static void takes_what_follows_along(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_segment(&m, 0, 0, 0);
	struct fact *key = callmake_fact_on(&m, FACT_key_readable, 0);
	key->leg = 0;
	key->value = 30;
	key->text = "AES_CM_128_HMAC_SHA1_80";
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->label, LABEL_EXPOSED);
	assert_string_equal(callmake_violated(j, "KEY-001")->caused_by, "SIG-001");
	assert_int_equal(label_without(j, "SIG-001"), LABEL_UNDETERMINED);
	assert_int_equal(label_without(j, "KEY-001"), LABEL_SIGNALING_EXPOSED);
}

static void tells_of_a_registration(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_REGISTRATION);
	callmake_leg(&m, true);
	callmake_fact(&m, FACT_registration_readable)->leg = 0;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
	assert_int_equal(label_without(j, "SIG-007"), LABEL_NONE);
}

static void needs_all_places_where_two_hold_the_label(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true)->b = callmake_at("10.0.0.9", 5060);
	callmake_leg(&m, true)->a = callmake_at("10.0.0.9", 5060);
	callmake_line(&m, PROFILE_DTLS_SAVPF, KEYING_DTLS);
	callmake_segment(&m, 0, 0, 0);
	callmake_fact_on(&m, FACT_media_no_plaintext, 0);
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->label, LABEL_SIGNALING_EXPOSED);
	assert_int_equal(label_without(j, "SIG-001"), LABEL_UNDETERMINED);
	assert_int_equal(problems_told(j, "SIG-001"), 0);
}

static void is_silent_where_nothing_was_violated(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_OPAQUE);
	callmake_leg(&m, false);
	assert_int_equal(callmake_judge(&m)->without_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_what_else_is_wrong),
		cmocka_unit_test(makes_no_pass_out_of_what_is_taken_away),
		cmocka_unit_test(takes_what_follows_along),
		cmocka_unit_test(tells_of_a_registration),
		cmocka_unit_test(needs_all_places_where_two_hold_the_label),
		cmocka_unit_test(is_silent_where_nothing_was_violated),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	callmake_end();
	return failed;
}
