/* test_field.c - the fields of the rule language: named as the report names them, and documented.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rules/field_row.h"

static const struct expr_field *field_named(const struct expr_scope *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return &s->fields[i];
	fail_msg("%s has no field %s", s->name, name);
	return NULL;
}

/* Every name is that of the report, and the report has no more of them. */
#define SAME_NAMES(scope, field, text, type, last)                                                 \
	do {                                                                                       \
		const char *const *names = field_named(scope, field)->names;                       \
		for (int i = 0; i <= (int)(last); i++)                                             \
			assert_string_equal(names[i], text((type)i));                              \
		assert_null(names[(int)(last) + 1]);                                               \
	} while (0)

static void names_are_those_of_the_report(void **state)
{
	(void)state;
	SAME_NAMES(field_call(), "kind", call_kind_text, enum call_kind, CALL_PAGE);
	SAME_NAMES(field_leg(), "transport", observation_transport_text, enum sip_transport,
		   SIP_TRANSPORT_OTHER);
	SAME_NAMES(field_media(), "kind", observation_media_text, enum media_kind,
		   MEDIA_APPLICATION);
	SAME_NAMES(field_media(), "profile", observation_profile_text, enum media_profile,
		   PROFILE_SCTP_DTLS);
	SAME_NAMES(field_media(), "keying", call_keying_text, enum keying, KEYING_UNKNOWN);
	SAME_NAMES(field_segment(), "protection", call_protection_text, enum protection,
		   PROTECTION_VERIFIED);
	SAME_NAMES(field_epoch(), "type", call_epoch_text, enum epoch_type, EPOCH_HOLD);
	SAME_NAMES(field_end(), "role", call_role_text, enum role, ROLE_NETWORK);
	SAME_NAMES(field_end(), "role_from", call_role_from_text, enum role_from, ROLE_ASSERTED);
	SAME_NAMES(field_row(), "label", judge_label_text, enum label, LABEL_NONE);
	SAME_NAMES(field_row_finding(), "severity", judge_severity_text, enum severity,
		   SEVERITY_CRITICAL);
	SAME_NAMES(field_row_finding(), "class", judge_class_text, enum rule_class,
		   CLASS_VISIBILITY);
	SAME_NAMES(field_row_finding(), "outcome", judge_outcome_text, enum outcome, OUTCOME_NOTED);
}

/* The worst first, so that < and >= mean worse and at least as good. */
static void verdicts_are_named_from_the_worst_to_the_best(void **state)
{
	static const char *const rows[] = { "signaling", "keys", "media", "hop_protection" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *const *names = field_named(field_row(), rows[i])->names;
		struct expr_value v = { .known = true };
		assert_string_equal(names[0], "fail");
		assert_string_equal(names[4], "pass");
		for (; names[v.name]; v.name++)
			assert_string_equal(names[v.name],
					    lattice_shown_text(field_row_verdict(&v)));
		assert_int_equal(v.name, SHOWN_COUNT);
	}
}

static void every_mark_can_be_set(void **state)
{
	(void)state;
	assert_true(field_fact_mark_known("exposed"));
	assert_true(field_fact_mark_known("line.clear"));
	assert_false(field_fact_mark_known("line.media"));
	assert_false(field_fact_mark_known("line.exposed"));
	assert_false(field_fact_mark_known("leg.readable"));
	assert_false(field_fact_mark_known("clear"));
	assert_false(field_fact_mark_known(""));
}

/* `earshot rules fields > docs/rule-fields.md` makes it anew. */
static void the_page_in_docs_is_theirs(void **state)
{
	(void)state;
	const struct expr_scope *const roots[] = { field_call(), field_row() };
	struct text want = { 0 }, got = { 0 };
	FILE *f = fopen("docs/rule-fields.md", "rb");
	size_t n;

	assert_non_null(f);
	while ((n = fread(text_reserve(&got, 4096), 1, 4096, f)) > 0)
		text_wrote(&got, n);
	(void)fclose(f);
	expr_reference(roots, 2, &want);
	assert_string_equal(text_of(&got), text_of(&want));
	text_free(&want);
	text_free(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_report),
		cmocka_unit_test(verdicts_are_named_from_the_worst_to_the_best),
		cmocka_unit_test(every_mark_can_be_set),
		cmocka_unit_test(the_page_in_docs_is_theirs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
