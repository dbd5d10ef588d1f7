/* test_expr_need.c - what an expression needs to be true, and answers that are kept. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rules/expr_need.h"
#include "rules/field.h"

static struct expr_define define = { .name = "torn" };

static struct expr *compiled(const char *text)
{
	static const struct expr_scope *scopes[1];
	struct expr *e = NULL;
	char *why = NULL;

	scopes[0] = field_call();
	struct expr_names names = { .scopes = scopes, .scope_count = 1 };
	names.defines = define.expr ? &define : NULL;
	names.define_count = define.expr ? 1 : 0;
	if (expr_compile(slice_of(text), &names, &e, &why) != ERR_OK)
		fail_msg("%s: %s", text, why);
	return e;
}

static bool needs(const char *text, enum fact_kind kind)
{
	struct expr *e = compiled(text);
	struct expr_need need = expr_need(e, field_fact_kind), none = { { 0 } }, all;

	for (int i = 0; i < EXPR_NEED_WORDS; i++)
		all.bits[i] = UINT64_MAX;
	assert_true(expr_need_met(&need, &all));
	all.bits[kind / 64] &= ~(UINT64_C(1) << kind % 64);
	bool yes = !expr_need_met(&need, &all);
	assert_true(!yes || !expr_need_met(&need, &none));
	expr_free(e);
	return yes;
}

static void lists_that_must_hold_something_are_found(void **state)
{
	(void)state;
	assert_true(needs("any(facts.loss) and kind = call", FACT_loss));
	assert_true(needs("kind = call and any(facts.clock: any(facts.loss))", FACT_loss));
	assert_true(needs("any(facts.loss) and any(facts.clock) or any(facts.loss: value > 0)",
			  FACT_loss));
	assert_false(needs("any(facts.loss) or any(facts.clock)", FACT_loss));
	assert_false(needs("not any(facts.loss)", FACT_loss));
	assert_false(needs("all(facts.loss: value > 0)", FACT_loss));
	assert_false(needs("none(facts.loss) and any(facts.clock)", FACT_loss));
	assert_false(needs("default(any(facts.loss), true)", FACT_loss));
	assert_false(needs("any(legs) and kind = call", FACT_loss));
}

static void sets_share_what_is_in_both(void **state)
{
	struct expr_need a = { { 0 } }, b = { { 0 } };

	(void)state;
	assert_false(expr_need_share(&a, &b));
	expr_need_add(&a, 3);
	expr_need_add(&a, EXPR_NEED_MOST - 1);
	assert_false(expr_need_share(&a, &b));
	expr_need_add(&b, 4);
	assert_false(expr_need_share(&a, &b));
	expr_need_add(&b, EXPR_NEED_MOST - 1);
	assert_true(expr_need_share(&a, &b));
	assert_true(expr_need_share(&b, &a));
}

static void definitions_are_looked_into(void **state)
{
	(void)state;
	struct expr *e = compiled("any(facts.loss) and answered");

	define.scope = field_call();
	define.expr = e;
	assert_true(needs("torn and any(facts.clock)", FACT_loss));
	assert_false(needs("not torn", FACT_loss));
	define.expr = NULL;
	expr_free(e);
}

static bool reads_marks(const char *text)
{
	struct expr *e = compiled(text);
	bool yes = expr_need_reads(e, field_fact_moves);

	expr_free(e);
	return yes;
}

static void what_rules_change_is_known_to_move(void **state)
{
	(void)state;
	assert_true(reads_marks("marks.readable"));
	assert_true(reads_marks("all(lines: not live)"));
	assert_true(reads_marks("any(media: line.clear)"));
	assert_true(reads_marks("any(facts.media_clear: line.keys_refuted > 0)"));
	assert_false(reads_marks("kind = call and any(facts.loss: value > 0) and any(media)"));
}

/* ---- answers that are kept ------------------------------------------------------------------- */

static unsigned asked;
static uint8_t room[2];

static void ask(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)it;
	asked++;
	out->known = arg != 2;
	out->yes = arg == 1;
}

static uint8_t *answer(const struct expr_item *it, uint16_t place)
{
	return it->at ? &room[place] : NULL;
}

static void a_definition_is_asked_once_of_an_item(void **state)
{
	static const struct expr_field fields[] = {
		{ "no", "", EXPR_BOOL, .get = ask, .arg = 0 },
		{ "yes", "", EXPR_BOOL, .get = ask, .arg = 1 },
		{ "unseen", "", EXPR_BOOL, .get = ask, .arg = 2 },
	};
	static const struct expr_scope thing = { "thing", "", fields, 3, answer };
	static const struct expr_scope *const scopes[] = { &thing };
	static const struct {
		const char *text;
		enum expr_truth is;
	} rows[] = { { "no", EXPR_FALSE }, { "yes", EXPR_TRUE }, { "unseen", EXPR_UNKNOWN } };
	struct expr_item it = { &thing, NULL, &thing }, other = { &thing, NULL, NULL };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct expr_names names = { .scopes = scopes, .scope_count = 1 };
		struct expr *said = NULL, *use = NULL;
		char *why = NULL;
		assert_int_equal(expr_compile(slice_of(rows[i].text), &names, &said, &why), ERR_OK);
		expr_keep(said, 1);
		struct expr_define named = { "said", &thing, said };
		names.defines = &named;
		names.define_count = 1;
		assert_int_equal(expr_compile(SLICE("said"), &names, &use, &why), ERR_OK);
		room[1] = 0;
		asked = 0;
		assert_int_equal(expr_ask(use, &it), rows[i].is);
		assert_int_equal(expr_ask(use, &it), rows[i].is);
		assert_int_equal(asked, 1);
		assert_int_equal(expr_ask(use, &other), rows[i].is); /* it keeps none */
		assert_int_equal(asked, 2);
		assert_int_equal(room[0], 0);
		expr_free(use);
		expr_free(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_that_must_hold_something_are_found),
		cmocka_unit_test(sets_share_what_is_in_both),
		cmocka_unit_test(definitions_are_looked_into),
		cmocka_unit_test(what_rules_change_is_known_to_move),
		cmocka_unit_test(a_definition_is_asked_once_of_an_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
