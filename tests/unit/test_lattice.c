/* test_lattice.c - the laws of rule-catalog B.3, over all values. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rules/lattice.h"

enum { GRADES = 5, ANSWERS = GRADES * GRADES * GRADES * 2, VERDICTS = 4 * GRADES * 2 };

static struct answer answer_number(int i)
{
	return (struct answer){ .ok = (uint8_t)(i % GRADES),
				.suspect = (uint8_t)(i / GRADES % GRADES),
				.fail = (uint8_t)(i / GRADES / GRADES % GRADES),
				.against_interest = i >= ANSWERS / 2 };
}

static struct verdict verdict_number(int i)
{
	return (struct verdict){ .known = (enum known)(i % 4),
				 .grade = (uint8_t)(i / 4 % GRADES),
				 .complete = i >= VERDICTS / 2 };
}

static bool same_answer(struct answer a, struct answer b)
{
	return a.ok == b.ok && a.suspect == b.suspect && a.fail == b.fail &&
	       a.against_interest == b.against_interest;
}

static bool same_verdict(struct verdict a, struct verdict b)
{
	return a.known == b.known && a.complete == b.complete && a.grade == b.grade;
}

static void joins_answers_in_any_order_and_grouping(void **state)
{
	int broken = 0;

	(void)state;
	for (int i = 0; i < ANSWERS; i++)
		for (int k = 0; k < ANSWERS; k++) {
			struct answer a = answer_number(i), b = answer_number(k);
			struct answer c = answer_number((i * 7 + k * 13) % ANSWERS);
			struct answer ab = lattice_join_answers(a, b);
			broken += !same_answer(ab, lattice_join_answers(b, a));
			broken += !same_answer(lattice_join_answers(ab, c),
					       lattice_join_answers(a, lattice_join_answers(b, c)));
			broken += !same_answer(lattice_join_answers(a, a), a);
		}
	assert_int_equal(broken, 0);
}

static void joins_verdicts_in_any_order_and_grouping(void **state)
{
	int broken = 0;

	(void)state;
	for (int i = 0; i < VERDICTS; i++)
		for (int k = 0; k < VERDICTS; k++)
			for (int n = 0; n < VERDICTS; n++) {
				struct verdict a = verdict_number(i), b = verdict_number(k),
					       c = verdict_number(n);
				struct verdict ab = lattice_join(a, b), bc = lattice_join(b, c);
				broken += !same_verdict(ab, lattice_join(b, a));
				broken += !same_verdict(lattice_join(ab, c), lattice_join(a, bc));
				broken += !same_verdict(lattice_join(a, a), a);
			}
	assert_int_equal(broken, 0);
}

static void has_a_neutral_element(void **state)
{
	(void)state;
	for (int i = 0; i < VERDICTS; i++) {
		struct verdict v = verdict_number(i);
		assert_true(same_verdict(lattice_join(v, lattice_identity()), v));
	}
	assert_int_equal(lattice_shown(lattice_identity()), SHOWN_NOT_APPLICABLE);
}

static void never_turns_a_fail_into_less(void **state)
{
	int broken = 0;

	(void)state;
	for (int i = 0; i < ANSWERS; i++)
		for (int k = 0; k < ANSWERS; k++) {
			struct answer a = answer_number(i);
			struct answer more = lattice_join_answers(a, answer_number(k));
			if (lattice_settle(a, false).known == KNOWN_FAIL)
				broken += lattice_settle(more, true).known != KNOWN_FAIL;
		}
	assert_int_equal(broken, 0);
}

static void settles_by_grade(void **state)
{
	static const struct {
		struct answer a;
		enum known known;
		uint8_t grade;
	} cases[] = {
		{ { .fail = 3, .ok = 4 }, KNOWN_FAIL, 3 },
		{ { .fail = 2, .against_interest = true, .ok = 4 }, KNOWN_FAIL, 2 },
		{ { .fail = 2 }, KNOWN_SUSPECT, 2 },
		{ { .fail = 1, .against_interest = true }, KNOWN_SUSPECT, 1 },
		{ { .suspect = 2, .ok = 3 }, KNOWN_OK, 3 },
		{ { .suspect = 3, .ok = 3 }, KNOWN_SUSPECT, 3 },
		{ { .suspect = 1, .ok = 2 }, KNOWN_NONE, 0 },
		{ { .ok = 2 }, KNOWN_NONE, 0 },
		{ { .ok = 4 }, KNOWN_OK, 4 },
		{ { .ok = 0 }, KNOWN_NONE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct verdict v = lattice_settle(cases[i].a, false);
		assert_int_equal(v.known, cases[i].known);
		assert_int_equal(v.grade, cases[i].grade);
	}
}

static void shows_what_was_not_proved_as_not_observable(void **state)
{
	(void)state;
	/* A doubt that a declaration answered is neither a pass nor "nothing to judge". */
	struct verdict v = lattice_settle((struct answer){ .suspect = 1, .ok = 2 }, true);
	assert_int_equal(lattice_shown(v), SHOWN_NOT_OBSERVABLE);
	v = lattice_settle((struct answer){ .ok = 0 }, true);
	assert_int_equal(lattice_shown(v), SHOWN_NOT_APPLICABLE);
}

static void shows_a_pass_only_where_complete(void **state)
{
	(void)state;
	for (int i = 0; i < VERDICTS; i++) {
		struct verdict v = verdict_number(i);
		bool pass = lattice_shown(v) == SHOWN_PASS;
		assert_true(pass == (v.known == KNOWN_OK && v.complete));
	}
	assert_string_equal(lattice_shown_text(SHOWN_NOT_OBSERVABLE), "not_observable");
	assert_string_equal(lattice_known_text(KNOWN_SUSPECT), "suspect");
}

static void takes_the_weakest_link_of_an_ok(void **state)
{
	struct verdict a = { KNOWN_OK, true, 4 }, b = { KNOWN_OK, false, 3 };

	(void)state;
	struct verdict both = lattice_join(a, b);
	assert_int_equal(both.grade, 3);
	assert_false(both.complete);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_answers_in_any_order_and_grouping),
		cmocka_unit_test(joins_verdicts_in_any_order_and_grouping),
		cmocka_unit_test(has_a_neutral_element),
		cmocka_unit_test(never_turns_a_fail_into_less),
		cmocka_unit_test(settles_by_grade),
		cmocka_unit_test(shows_what_was_not_proved_as_not_observable),
		cmocka_unit_test(shows_a_pass_only_where_complete),
		cmocka_unit_test(takes_the_weakest_link_of_an_ok),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
