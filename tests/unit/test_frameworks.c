/* test_frameworks.c - what a capture says towards controls: against, nothing adverse, nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reports/frameworks.h"
#include "reports/jvalue.h"
#include "reports/wording.h"
#include "rules/shipped.h"
#include "tests/lib/callmake.h"

static struct callmake m;

static void clear_call(const char *from)
{
	callmake_begin(&m, CALL_CALL);
	m.c.ends[0].at = callmake_at(from, 5060);
	callmake_leg(&m, true);
	callmake_line(&m, PROFILE_RTP_AVP, KEYING_NONE);
	callmake_segment(&m, 0, 0, 0);
	callmake_fact_on(&m, FACT_media_clear, 0);
}

/* All that was seen speaks for protection. */
static void protected_call(void)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_DTLS);
	callmake_segment(&m, 0, 0, 0);
	callmake_fact_on(&m, FACT_media_relayed, 0)->value = 100;
	struct fact *f = callmake_fact(&m, FACT_tls_session);
	f->leg = 0;
	f->value = 1;
}

static struct framework *framework_of(struct slice text)
{
	struct framework *f;
	char *why;

	if (framework_parse(text, &f, &why) != ERR_OK)
		fail_msg("%s", why);
	return f;
}

/* The list of one framework over the calls that `add` gives. */
static json_t *list_of(const struct framework *one, const struct inventory *v,
		       void (*add)(struct frameworks *f))
{
	struct frameworks *f = frameworks_new(&one, one != NULL, one != NULL, v);

	add(f);
	json_t *list = frameworks_json(f);
	frameworks_free(f);
	return list;
}

static const json_t *control(const json_t *list, size_t n)
{
	return json_array_get(jvalue_get(json_array_get(list, 0), "controls"), n);
}

static void add(struct frameworks *f)
{
	frameworks_add(f, &m.c, callmake_judge(&m));
}

static void add_nothing(struct frameworks *f)
{
	(void)f;
}

static void hipaa_is_what_is_shown_unasked(void **state)
{
	(void)state;
	json_t *list = list_of(NULL, NULL, add_nothing);
	const json_t *hipaa = json_array_get(list, 0);

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(jvalue_str(hipaa, "id"), "hipaa-security-rule");
	assert_false(jvalue_is(hipaa, "chosen"));
	assert_string_equal(jvalue_str(control(list, 0), "status"), "not-assessable");
	assert_string_equal(jvalue_str(control(list, 0), "wording"), "not assessable from traffic");
	json_decref(list);
}

static void is_evidence_against_where_a_mapped_rule_was_violated(void **state)
{
	(void)state;
	clear_call("10.0.0.1");
	json_t *list = list_of(NULL, NULL, add);

	assert_string_equal(jvalue_str(control(list, 0), "wording"),
			    "evidence against, if these calls carried ePHI");
	assert_string_equal(jvalue_str(control(list, 2), "wording"),
			    "gap to fix or document (addressable), if these calls carried ePHI");
	assert_int_equal(jvalue_int(control(list, 0), "calls"), 1);
	assert_string_equal(jvalue_at(jvalue_get(control(list, 0), "rules"), 0), "MED-001");
	assert_string_equal(jvalue_str(control(list, 5), "status"), "not-assessable");
	/* A risk analysis is a document: findings are input to it, and nothing against it. */
	assert_string_equal(jvalue_str(control(list, 7), "status"), "not-assessable");
	assert_string_equal(jvalue_str(control(list, 7), "wording"),
			    "not assessable from traffic; what was found is input to it");
	json_decref(list);
}

static void says_no_adverse_evidence_only_where_something_was_seen(void **state)
{
	(void)state;
	protected_call();
	json_t *list = list_of(NULL, NULL, add);

	assert_string_equal(jvalue_str(control(list, 0), "status"), "no-adverse-evidence");
	assert_string_equal(jvalue_str(control(list, 4), "status"), "not-assessable");
	json_decref(list);
	callmake_begin(&m, CALL_OPAQUE);
	callmake_line(&m, PROFILE_OTHER, KEYING_UNKNOWN);
	list = list_of(NULL, NULL, add);
	for (size_t i = 0; control(list, i); i++)
		assert_string_equal(jvalue_str(control(list, i), "status"), "not-assessable");
	json_decref(list);
}

#define OWN(rest)                                                                                  \
	"{\"schema\":\"earshot.framework/1\",\"name\":\"n\",\"id\":\"i\",\"title\":\"t\","         \
	"\"edition\":\"e\",\"condition\":\"if so\",\"notice\":\"Only if so.\","                    \
	"\"checked_on\":\"2026-01-31\",\"controls\":[{\"id\":\"1\",\"citation\":\"c\","            \
	"\"title\":\"t\",\"shows\":\"s\",\"not_shown\":\"n\"," rest

/* Without looks_at a rule that came out satisfied shows that something was checked. */
static void a_satisfied_rule_is_something_checked(void **state)
{
	(void)state;
	struct framework *f =
		framework_of(slice_of(OWN("\"maps\":[\"B2B-005\"]}],\"scope\":\"none\","
					  "\"status\":\"in force\"}")));

	protected_call();
	json_t *list = list_of(f, NULL, add);
	assert_string_equal(jvalue_str(control(list, 0), "status"), "no-adverse-evidence");
	assert_true(jvalue_is(json_array_get(list, 0), "chosen"));
	assert_null(jvalue_get(json_array_get(list, 0), "calls_by_scope"));
	json_decref(list);
	clear_call("10.0.0.1");
	list = list_of(f, NULL, add);
	assert_string_equal(jvalue_str(control(list, 0), "status"), "not-assessable");
	json_decref(list);
	framework_free(f);
}

static void a_proposal_is_worded_as_one(void **state)
{
	(void)state;
	struct framework *f = framework_of(shipped_find(SHIPPED_FRAMEWORK, "hipaa-2025"));

	clear_call("10.0.0.1");
	json_t *list = list_of(f, NULL, add);
	assert_string_equal(jvalue_str(json_array_get(list, 0), "status"), "proposed");
	assert_string_equal(jvalue_str(control(list, 0), "wording"),
			    "evidence against the proposal, if these calls carried ePHI");
	json_decref(list);
	framework_free(f);
}

/* ---- scope ------------------------------------------------------------------------------ */

static void tag(struct inventory *v, const char *address, const char *scope)
{
	struct inventory_entry e = { .prefix = INVENTORY_WHOLE };

	assert_true(addr_parse(slice_of(address), &e.at));
	e.roles = INVENTORY_ROLE(ROLE_ENDPOINT);
	e.scopes = (uint16_t)(1u << inventory_scope(v, slice_of(scope)));
	assert_int_equal(inventory_add(v, &e), ERR_OK);
}

static void add_three(struct frameworks *f)
{
	static const char *const from[] = { "10.0.0.11", "10.0.0.12", "10.0.0.13" };

	for (size_t i = 0; i < 3; i++) {
		clear_call(from[i]);
		add(f);
	}
}

static void add_out_of_scope(struct frameworks *f)
{
	clear_call("10.0.0.12");
	add(f);
}

static void counts_calls_apart_by_the_tags_of_the_inventory(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct text t = { 0 };

	tag(v, "10.0.0.11", "phi");
	tag(v, "10.0.0.12", "pan");
	json_t *list = list_of(NULL, v, add_three);
	const json_t *n = jvalue_get(control(list, 0), "calls_by_scope");
	assert_int_equal(jvalue_int(n, "in_scope"), 1);
	assert_int_equal(jvalue_int(n, "out_of_scope"), 1);
	assert_int_equal(jvalue_int(n, "without_tag"), 1);
	assert_int_equal(jvalue_int(control(list, 0), "calls"), 2);
	assert_true(wording_scope(json_array_get(list, 0), &t));
	assert_non_null(strstr(text_of(&t), "1 call in scope (phi), 1 call out of scope, 1 call "
					    "without a tag"));
	text_free(&t);
	json_decref(list);
	inventory_free(v);
}

static void what_is_out_of_scope_decides_nothing(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	tag(v, "10.0.0.12", "pan");
	json_t *list = list_of(NULL, v, add_out_of_scope);
	assert_string_equal(jvalue_str(control(list, 0), "status"), "not-assessable");
	assert_int_equal(json_array_size(jvalue_get(control(list, 0), "rules")), 0);
	assert_int_equal(jvalue_int(json_array_get(list, 0), "calls"), 1);
	json_decref(list);
	inventory_free(v);
}

static int end(void **state)
{
	(void)state;
	callmake_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hipaa_is_what_is_shown_unasked),
		cmocka_unit_test(is_evidence_against_where_a_mapped_rule_was_violated),
		cmocka_unit_test(says_no_adverse_evidence_only_where_something_was_seen),
		cmocka_unit_test(a_satisfied_rule_is_something_checked),
		cmocka_unit_test(a_proposal_is_worded_as_one),
		cmocka_unit_test(counts_calls_apart_by_the_tags_of_the_inventory),
		cmocka_unit_test(what_is_out_of_scope_decides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
