/* test_score.c - the label table is total, and the figures printed in rule-catalog B.9 hold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "rules/score.h"

enum { FLAGS = 32, COMBINATIONS = SHOWN_COUNT * SHOWN_COUNT * SHOWN_COUNT * SHOWN_COUNT * FLAGS };

struct combination {
	enum shown c[CONDITIONS], hop;
	struct score_flags flags;
};

static struct combination combination(int i)
{
	int bits = i % FLAGS, n = i / FLAGS;

	return (struct combination){
		.c = { (enum shown)(n % 6), (enum shown)(n / 6 % 6), (enum shown)(n / 36 % 6) },
		.hop = (enum shown)(n / 216),
		.flags = { bits & 1, bits >> 1 & 1, bits >> 2 & 1, bits >> 3 & 1, bits >> 4 & 1 },
	};
}

static bool good(enum shown s)
{
	return s == SHOWN_PASS || s == SHOWN_NOT_APPLICABLE;
}

static bool any(const struct combination *x, enum shown s)
{
	return x->c[CONDITION_KEYS] == s || x->c[CONDITION_MEDIA] == s;
}

static bool both_apart(const struct combination *x)
{
	return x->c[1] == SHOWN_NOT_APPLICABLE && x->c[2] == SHOWN_NOT_APPLICABLE;
}

/* Each row of the table of B.9 by itself; the first that holds is the label. */
static bool row_holds(const struct combination *x, enum label l)
{
	bool pass = good(x->c[1]) && good(x->c[2]), e2e = pass && x->c[0] == SHOWN_PASS;
	bool e2e_media = pass && x->hop == SHOWN_PASS && x->c[0] != SHOWN_PASS;

	switch (l) {
	case LABEL_EXPOSED:
		return x->flags.exposed;
	case LABEL_TAMPERING:
		return x->flags.tampering;
	case LABEL_WEAK:
		return x->flags.weak;
	case LABEL_SIGNALING_EXPOSED:
		return x->flags.readable || x->hop == SHOWN_FAIL;
	case LABEL_HOP_BY_HOP:
		return any(x, SHOWN_FAIL);
	case LABEL_UNDETERMINED:
		return any(x, SHOWN_SUSPECT) || any(x, SHOWN_NOT_OBSERVABLE);
	case LABEL_NO_BREAK_SEEN:
		return !e2e && !e2e_media;
	case LABEL_END_TO_END_MEDIA:
		return e2e_media;
	default:
		return e2e;
	}
}

static enum label expected(const struct combination *x)
{
	for (int l = LABEL_EXPOSED; l <= LABEL_SIGNALING_EXPOSED; l++)
		if (row_holds(x, (enum label)l))
			return (enum label)l;
	if (!x->flags.scored || both_apart(x))
		return LABEL_NONE;
	for (int l = LABEL_HOP_BY_HOP; l < LABEL_NONE; l++)
		if (row_holds(x, (enum label)l))
			return (enum label)l;
	return LABELS;
}

static void gives_every_combination_one_label(void **state)
{
	int broken = 0;

	(void)state;
	for (int i = 0; i < COMBINATIONS; i++) {
		struct combination x = combination(i);
		enum label l = score_label(x.c, x.hop, x.flags);
		broken += l != expected(&x) || l >= LABELS;
	}
	assert_int_equal(broken, 0);
}

static void never_gives_a_better_label_for_a_worse_flag(void **state)
{
	int broken = 0;

	(void)state;
	for (int i = 0; i < COMBINATIONS; i++) {
		struct combination x = combination(i);
		enum label before = score_label(x.c, x.hop, x.flags);
		x.flags.exposed = true;
		broken += score_label(x.c, x.hop, x.flags) != LABEL_EXPOSED;
		broken += before < LABEL_EXPOSED;
	}
	assert_int_equal(broken, 0);
}

static struct verdict shows(enum shown s)
{
	static const struct verdict v[SHOWN_COUNT] = {
		{ KNOWN_OK, true, 4 },	     { KNOWN_OK, false, 4 },   { KNOWN_NONE, false, 0 },
		{ KNOWN_SUSPECT, false, 1 }, { KNOWN_FAIL, false, 3 }, { KNOWN_NONE, true, 0 },
	};
	return v[s];
}

static struct score_input input(enum shown s, enum shown k, enum shown m, enum label l)
{
	struct score_input in = { .conditions = { shows(s), shows(k), shows(m) },
				  .label = l,
				  .scored = true,
				  .coverage = 1.0 };

	for (int i = 0; i < CONDITIONS; i++)
		in.points[i] = score_points(in.conditions[i]);
	return in;
}

static void scores_a_call_in_clear_about_five(void **state)
{
	struct score_input in = input(SHOWN_FAIL, SHOWN_FAIL, SHOWN_FAIL, LABEL_EXPOSED);

	(void)state;
	in.points[CONDITION_SIGNALING] = 20;
	in.caps = SCORE_CAP_CLEAR | SCORE_CAP_SIGNALING;
	struct score s = score_of(&in);
	assert_int_equal(s.seen, 5);
	assert_string_equal(s.letter, "F");
}

static void scores_a_reencrypting_box_sixty(void **state)
{
	struct score_input in = input(SHOWN_FAIL, SHOWN_FAIL, SHOWN_FAIL, LABEL_HOP_BY_HOP);

	(void)state;
	in.points[CONDITION_SIGNALING] = 90;
	in.points[CONDITION_KEYS] = in.points[CONDITION_MEDIA] = 50;
	in.caps = SCORE_CAP_HOP | SCORE_CAP_SIGNALING;
	struct score s = score_of(&in);
	assert_int_equal(s.seen, 60);
	assert_string_equal(s.letter, "C");
}

static void caps_media_end_to_end_behind_a_proxy_at_94(void **state)
{
	struct score_input in = input(SHOWN_FAIL, SHOWN_PASS, SHOWN_PASS, LABEL_END_TO_END_MEDIA);

	(void)state;
	in.points[CONDITION_SIGNALING] = 90;
	in.caps = SCORE_CAP_SIGNALING;
	struct score s = score_of(&in);
	assert_int_equal(s.seen, 94);
	assert_string_equal(s.letter, "A");
}

static void gives_no_number_where_nothing_is_determined(void **state)
{
	struct score_input in = input(SHOWN_NOT_OBSERVABLE, SHOWN_NOT_OBSERVABLE,
				      SHOWN_NOT_OBSERVABLE, LABEL_UNDETERMINED);

	(void)state;
	in.caps = SCORE_CAP_UNSEEN;
	struct score s = score_of(&in);
	assert_false(s.has_score);
	assert_string_equal(s.letter, "");
	assert_int_equal(s.low, 0);
	assert_int_equal(s.high, 100);
}

static void gives_no_letter_where_little_was_seen(void **state)
{
	struct score_input in =
		input(SHOWN_PARTIAL, SHOWN_PARTIAL, SHOWN_PARTIAL, LABEL_NO_BREAK_SEEN);

	(void)state;
	in.coverage = 0.59;
	assert_string_equal(score_of(&in).letter, "");
	in.coverage = 0.60;
	assert_string_equal(score_of(&in).letter, "A");
	/* Readable media stays F whatever else is seen. */
	in = input(SHOWN_FAIL, SHOWN_FAIL, SHOWN_FAIL, LABEL_EXPOSED);
	in.caps = SCORE_CAP_CLEAR;
	in.coverage = 0.1;
	assert_string_equal(score_of(&in).letter, "F");
}

static void gives_a_plus_only_end_to_end_without_findings(void **state)
{
	struct score_input in = input(SHOWN_PASS, SHOWN_PASS, SHOWN_PASS, LABEL_END_TO_END);

	(void)state;
	assert_string_equal(score_of(&in).letter, "A+");
	in.above_low = true;
	in.medium = 1;
	assert_string_equal(score_of(&in).letter, "A");
	assert_int_equal(score_of(&in).seen, 97);
}

static void deducts_ten_at_most_and_never_goes_below_zero(void **state)
{
	struct score_input in = input(SHOWN_PASS, SHOWN_PASS, SHOWN_PASS, LABEL_END_TO_END);

	(void)state;
	in.medium = 9;
	in.low = 9;
	assert_int_equal(score_of(&in).seen, 90);
	in = input(SHOWN_FAIL, SHOWN_FAIL, SHOWN_FAIL, LABEL_EXPOSED);
	in.medium = 9;
	assert_int_equal(score_of(&in).seen, 0);
}

static void keeps_the_score_inside_its_range(void **state)
{
	int broken = 0;

	(void)state;
	for (int i = 0; i < 6 * 6 * 6 * 16; i++) {
		struct combination x = combination(i / 16 * FLAGS);
		struct score_input in = input(x.c[0], x.c[1], x.c[2], LABEL_NO_BREAK_SEEN);
		in.caps = (uint16_t)(i % 16 * 0x111 & 0xfff);
		in.medium = (uint8_t)(i % 4);
		struct score s = score_of(&in);
		broken += s.low > s.seen || s.seen > s.high;
	}
	assert_int_equal(broken, 0);
}

static void takes_the_lowest_of_several_caps(void **state)
{
	struct score_input in = input(SHOWN_PASS, SHOWN_PASS, SHOWN_PASS, LABEL_SIGNALING_EXPOSED);

	(void)state;
	in.caps = SCORE_CAP_DIGEST | SCORE_CAP_RECORDED | SCORE_CAP_SIGNALING;
	assert_int_equal(score_of(&in).seen, 49);
	assert_int_equal(score_cap_value(SCORE_CAP_SIBLING), 34);
	assert_non_null(strstr(score_cap_text(SCORE_CAP_SIBLING), "34: "));
}

static void best_label_keeps_what_is_refuted(void **state)
{
	struct verdict v[CONDITIONS] = { shows(SHOWN_FAIL), shows(SHOWN_SUSPECT),
					 shows(SHOWN_NOT_OBSERVABLE) };
	struct score_flags scored = { .scored = true };

	(void)state;
	assert_int_equal(score_best_label(v, SHOWN_NOT_OBSERVABLE, scored), LABEL_END_TO_END_MEDIA);
	v[CONDITION_SIGNALING] = shows(SHOWN_NOT_OBSERVABLE);
	assert_int_equal(score_best_label(v, SHOWN_PASS, scored), LABEL_END_TO_END);
	v[CONDITION_MEDIA] = shows(SHOWN_FAIL);
	assert_int_equal(score_best_label(v, SHOWN_PASS, scored), LABEL_HOP_BY_HOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_every_combination_one_label),
		cmocka_unit_test(never_gives_a_better_label_for_a_worse_flag),
		cmocka_unit_test(scores_a_call_in_clear_about_five),
		cmocka_unit_test(scores_a_reencrypting_box_sixty),
		cmocka_unit_test(caps_media_end_to_end_behind_a_proxy_at_94),
		cmocka_unit_test(gives_no_number_where_nothing_is_determined),
		cmocka_unit_test(gives_no_letter_where_little_was_seen),
		cmocka_unit_test(gives_a_plus_only_end_to_end_without_findings),
		cmocka_unit_test(deducts_ten_at_most_and_never_goes_below_zero),
		cmocka_unit_test(keeps_the_score_inside_its_range),
		cmocka_unit_test(takes_the_lowest_of_several_caps),
		cmocka_unit_test(best_label_keeps_what_is_refuted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
