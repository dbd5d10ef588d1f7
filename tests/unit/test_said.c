/* test_said.c - what was said of a call before its record is firm. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/call_line.h"

#define NOW (100 * WHEN_SECOND)

static struct leg legs[2];
static struct call call;
static struct judgement judgement;

static int start(void **state)
{
	*state = said_new(4);
	memset(legs, 0, sizeof legs);
	legs[0].call_id = SLICE("one");
	legs[1].call_id = SLICE("other leg");
	call = (struct call){ .id = "00000000000000aa",
			      .kind = CALL_CALL,
			      .legs = legs,
			      .leg_count = 1,
			      .start_ns = NOW };
	memset(&judgement, 0, sizeof judgement);
	judgement.label = LABEL_NO_BREAK_SEEN;
	for (int i = 0; i < CONDITIONS; i++)
		judgement.conditions[i].shown = SHOWN_PARTIAL;
	return 0;
}

static int stop(void **state)
{
	said_free(*state);
	return 0;
}

static void say(struct said *s, enum said_state state, uint64_t now)
{
	struct said_word w = said_word(s, &call, &judgement, state, now);

	said_keep(s, &w);
}

static void an_open_call_is_told_when_it_first_fails(void **state)
{
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_NOTHING);
	judgement.conditions[CONDITION_MEDIA].shown = SHOWN_FAIL;
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_INTERIM);
	say(*state, SAID_INTERIM, NOW);
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_NOTHING);
	judgement.conditions[CONDITION_KEYS].shown = SHOWN_FAIL;
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_INTERIM);
}

static void a_failure_that_was_told_is_not_told_again(void **state)
{
	judgement.conditions[CONDITION_MEDIA].shown = SHOWN_FAIL;
	say(*state, SAID_INTERIM, NOW);
	judgement.conditions[CONDITION_MEDIA].shown = SHOWN_PARTIAL;
	say(*state, SAID_INTERIM, NOW);
	judgement.conditions[CONDITION_MEDIA].shown = SHOWN_FAIL;
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_NOTHING);
}

static void a_long_call_is_told_at_intervals(void **state)
{
	uint64_t minute = 60 * WHEN_SECOND;

	assert_int_equal(said_next(*state, &call, &judgement, NOW + minute - 1, minute),
			 SAID_NOTHING);
	assert_int_equal(said_next(*state, &call, &judgement, NOW + minute, minute), SAID_INTERIM);
	say(*state, SAID_INTERIM, NOW + minute);
	assert_int_equal(said_next(*state, &call, &judgement, NOW + minute + 1, minute),
			 SAID_NOTHING);
	assert_int_equal(said_next(*state, &call, &judgement, NOW + 2 * minute, minute),
			 SAID_INTERIM);
}

static void a_call_that_ended_is_told_once(void **state)
{
	call.complete_end = true;
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_PROVISIONAL);
	say(*state, SAID_PROVISIONAL, NOW);
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 1), SAID_NOTHING);
}

static void a_correction_is_numbered_and_says_what_it_changes(void **state)
{
	say(*state, SAID_PROVISIONAL, NOW);
	judgement.label = LABEL_EXPOSED;
	judgement.conditions[CONDITION_KEYS].shown = SHOWN_FAIL;
	struct said_word w = said_word(*state, &call, &judgement, SAID_FIRM, NOW);
	struct said_standing st = said_standing(*state, &w);

	assert_int_equal(st.revision, 2);
	assert_true(st.label_changed);
	assert_int_equal(st.shown_changed, 1U << CONDITION_KEYS);
	assert_null(st.supersedes);
}

static void a_call_joined_with_another_leg_is_the_same_call(void **state)
{
	say(*state, SAID_PROVISIONAL, NOW);
	legs[0].call_id = SLICE("a leg that began before");
	legs[1].call_id = SLICE("one");
	call.leg_count = 2;
	call.id = "00000000000000bb";
	struct said_word w = said_word(*state, &call, &judgement, SAID_FIRM, NOW);
	struct said_standing st = said_standing(*state, &w);

	assert_int_equal(st.revision, 2);
	assert_string_equal(st.supersedes, "00000000000000aa");
	said_keep(*state, &w);
	assert_int_equal(said_count(*state), 0);
}

static void what_became_firm_meanwhile_is_late(void **state)
{
	struct said_word early = said_word(*state, &call, &judgement, SAID_PROVISIONAL, NOW);

	said_open(*state);
	assert_false(said_late(*state, &early));
	say(*state, SAID_FIRM, NOW);
	assert_true(said_late(*state, &early));
	said_shut(*state);
	assert_false(said_late(*state, &early));
	assert_int_equal(said_count(*state), 0);
}

static void the_table_has_a_cap(void **state)
{
	static const char *const names[] = { "1", "2", "3", "4", "5", "6" };

	for (int i = 0; i < 6; i++) {
		legs[0].call_id = slice_of(names[i]);
		say(*state, SAID_PROVISIONAL, NOW);
	}
	assert_int_equal(said_count(*state), 4);
	assert_int_equal(said_forgotten(*state), 2);
	call.complete_end = true;
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_NOTHING);
	legs[0].call_id = SLICE("1");
	assert_int_equal(said_next(*state, &call, &judgement, NOW, 0), SAID_PROVISIONAL);
}

static void a_line_has_the_record_behind_what_it_is(void **state)
{
	struct text out = { 0 };
	struct said_word w = said_word(*state, &call, &judgement, SAID_PROVISIONAL, NOW);
	struct call_line l = { "00112233aabbccdd", SAID_PROVISIONAL, said_standing(*state, &w), NOW,
			       true };

	call_line_add(&out, &l, &call, &judgement, SLICE("{\"id\":\"x\"}"));
	assert_non_null(strstr(text_of(&out), "\"event\":\"call\""));
	assert_non_null(strstr(text_of(&out), "\"state\":\"provisional\",\"complete\":false,"
					      "\"revision\":1,\"supersedes\":null,\"changed\":[]"));
	assert_non_null(strstr(text_of(&out), ",\"id\":\"x\"}"));
	assert_non_null(strstr(text_of(&out), "signaling partial, keys partial, media partial"));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
		TEST(an_open_call_is_told_when_it_first_fails),
		TEST(a_failure_that_was_told_is_not_told_again),
		TEST(a_long_call_is_told_at_intervals),
		TEST(a_call_that_ended_is_told_once),
		TEST(a_correction_is_numbered_and_says_what_it_changes),
		TEST(a_call_joined_with_another_leg_is_the_same_call),
		TEST(what_became_firm_meanwhile_is_late),
		TEST(the_table_has_a_cap),
		TEST(a_line_has_the_record_behind_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
