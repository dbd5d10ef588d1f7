/* test_asserted.c - the report says what was asserted, and what of it no call touched. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "reports/asserted.h"
#include "reports/jvalue.h"
#include "tests/lib/reporting.h"

static const char *const labels[] = { "alice", "bob" };

/* 10.0.0.1, 10.0.0.2 and 10.0.9.10 are in the call that reporting makes; 10.5.5.5 is not. */
static struct inventory *four_entries(void)
{
	static const struct {
		const char *at;
		role_set roles;
		const char *name, *scope;
	} all[] = {
		{ "10.0.0.1", INVENTORY_ROLE(ROLE_ENDPOINT), "ward 3", "phi" },
		{ "10.0.0.2", 0, NULL, "pan" },
		{ "10.0.9.10", INVENTORY_ROLE(ROLE_PROXY) | INVENTORY_ROLE(ROLE_SBC), NULL, NULL },
		{ "10.5.5.5", INVENTORY_ROLE(ROLE_TURN), NULL, "never" },
	};
	struct inventory *v = inventory_new();

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct inventory_entry e = { .prefix = 128,
					     .roles = all[i].roles,
					     .name = all[i].name };
		assert_true(addr_parse(slice_of(all[i].at), &e.at));
		if (all[i].scope)
			e.scopes = (uint16_t)(1U << inventory_scope(v, slice_of(all[i].scope)));
		assert_int_equal(inventory_add(v, &e), ERR_OK);
	}
	return v;
}

static json_t *after_calls(const struct inventory *v, unsigned n, enum redact mode)
{
	struct asserted *a = asserted_new(v);
	struct redactor *hide = redact_new(mode, false);
	struct asserted_file file = { "net.json", "00" };

	for (unsigned i = 0; i < n; i++) {
		struct reporting m;
		reporting_call(&m, i);
		redact_call(hide, &m.call);
		asserted_add(a, hide, &m.call);
	}
	json_t *o = asserted_json(a, hide, file, labels, 2);
	redact_free(hide);
	asserted_free(a);
	return o;
}

static void names_each_asserted_address_once_with_its_calls(void **state)
{
	(void)state;
	struct inventory *v = four_entries();
	json_t *o = after_calls(v, 3, REDACT_NONE);
	const json_t *all = jvalue_get(o, "asserted"), *box = json_array_get(all, 1);

	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(jvalue_str(json_array_get(all, 0), "address"), "10.0.0.1");
	assert_string_equal(jvalue_str(json_array_get(all, 0), "name"), "ward 3");
	assert_string_equal(jvalue_str(box, "role"), "sbc");
	assert_int_equal(json_array_size(jvalue_get(box, "roles")), 2);
	assert_int_equal(jvalue_int(box, "calls"), 3);
	json_decref(o);
	inventory_free(v);
}

static void counts_what_no_call_touched(void **state)
{
	(void)state;
	struct inventory *v = four_entries();
	json_t *o = after_calls(v, 1, REDACT_NONE), *none = after_calls(v, 0, REDACT_NONE);

	assert_int_equal(jvalue_int(o, "entries"), 4);
	assert_int_equal(jvalue_int(o, "matched"), 3);
	assert_int_equal(jvalue_int(o, "unmatched"), 1);
	assert_int_equal(jvalue_int(none, "unmatched"), 4);
	json_decref(o);
	json_decref(none);
	inventory_free(v);
}

static void hides_addresses_of_endpoints(void **state)
{
	(void)state;
	struct inventory *v = four_entries();
	json_t *o = after_calls(v, 1, REDACT_MASK);
	const json_t *phone = json_array_get(jvalue_get(o, "asserted"), 0);

	assert_string_equal(jvalue_str(phone, "address"), "endpoint-1");
	json_decref(o);
	inventory_free(v);
}

static void says_which_labels_no_capture_has(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	assert_int_equal(inventory_add_tap(v, SLICE("alice"), true), ERR_OK);
	assert_int_equal(inventory_add_tap(v, SLICE("bobb"), true), ERR_OK);
	json_t *o = after_calls(v, 0, REDACT_MASK);
	const json_t *taps = jvalue_get(o, "taps");
	assert_true(jvalue_is(json_array_get(taps, 0), "used"));
	assert_false(jvalue_is(json_array_get(taps, 1), "used"));
	json_decref(o);
	inventory_free(v);
}

static void a_call_has_the_scopes_of_its_addresses(void **state)
{
	(void)state;
	struct inventory *v = four_entries();
	struct reporting m;

	reporting_call(&m, 0);
	assert_int_equal(asserted_scopes(v, &m.call), 3);
	assert_int_equal(asserted_scopes(NULL, &m.call), 0);
	inventory_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_asserted_address_once_with_its_calls),
		cmocka_unit_test(counts_what_no_call_touched),
		cmocka_unit_test(hides_addresses_of_endpoints),
		cmocka_unit_test(says_which_labels_no_capture_has),
		cmocka_unit_test(a_call_has_the_scopes_of_its_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
