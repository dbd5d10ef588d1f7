/* test_inventory.c - what the operator asserts is found for every address it speaks of, no more. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/model/inventory.h"

static struct addr at(const char *text)
{
	struct addr a = { { 0 } };

	assert_true(addr_parse(slice_of(text), &a));
	return a;
}

static void say(struct inventory *v, const char *address, unsigned prefix, role_set roles)
{
	struct inventory_entry e = { .at = at(address), .prefix = (uint8_t)prefix, .roles = roles };

	assert_int_equal(inventory_add(v, &e), ERR_OK);
}

static enum role role_of(const struct inventory *v, const char *address)
{
	struct addr a = at(address);

	return inventory_role(v, &a);
}

static void link_up(struct inventory *v, const char *a, unsigned a_prefix, const char *b,
		    unsigned b_prefix, enum link_protection p)
{
	struct inventory_link k = { at(a), at(b), (uint8_t)a_prefix, (uint8_t)b_prefix, p, NULL };

	assert_int_equal(inventory_add_link(v, &k), ERR_OK);
}

static int between(const struct inventory *v, const char *a, const char *b)
{
	struct addr x = at(a), y = at(b);
	const struct inventory_link *k = inventory_between(v, &x, &y);

	return k ? (int)k->protection : -1;
}

static void no_inventory_asserts_nothing(void **state)
{
	(void)state;
	struct addr a = at("10.0.0.1");
	const uint8_t digest[32] = { 1 };

	assert_null(inventory_at(NULL, &a));
	assert_null(inventory_certificate(NULL, digest));
	assert_false(inventory_says(NULL, &a, ROLE_ENDPOINT));
	assert_int_equal(inventory_role(NULL, &a), ROLE_UNKNOWN);
	assert_null(inventory_between(NULL, &a, &a));
	assert_false(inventory_access(NULL, SLICE("alice")));
	assert_null(inventory_scope_text(NULL, 0));
	assert_int_equal(inventory_entries(NULL) + inventory_links(NULL) + inventory_taps(NULL), 0);
	inventory_free(NULL);
}

static void an_address_beats_its_network(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	say(v, "10.9.0.0", 96 + 16, INVENTORY_ROLE(ROLE_PROXY));
	say(v, "10.9.0.7", 128, INVENTORY_ROLE(ROLE_CONFERENCE));
	assert_int_equal(role_of(v, "10.9.0.7"), ROLE_CONFERENCE);
	assert_int_equal(role_of(v, "10.9.0.8"), ROLE_PROXY);
	assert_int_equal(role_of(v, "10.10.0.8"), ROLE_UNKNOWN);
	inventory_free(v);
}

static void the_longest_prefix_speaks(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	say(v, "10.1.2.0", 96 + 24, INVENTORY_ROLE(ROLE_SBC));
	say(v, "10.0.0.0", 96 + 8, INVENTORY_ROLE(ROLE_PROXY));
	say(v, "10.1.0.0", 96 + 16, INVENTORY_ROLE(ROLE_RELAY));
	say(v, "0.0.0.0", 96, INVENTORY_ROLE(ROLE_MONITOR));
	say(v, "10.1.2.128", 96 + 25, INVENTORY_ROLE(ROLE_TURN));
	assert_int_equal(role_of(v, "10.1.2.3"), ROLE_SBC);
	assert_int_equal(role_of(v, "10.1.2.200"), ROLE_TURN);
	assert_int_equal(role_of(v, "10.1.3.3"), ROLE_RELAY);
	assert_int_equal(role_of(v, "10.2.2.3"), ROLE_PROXY);
	assert_int_equal(role_of(v, "192.0.2.1"), ROLE_MONITOR);
	inventory_free(v);
}

static void a_network_forgets_the_bits_behind_its_prefix(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	say(v, "10.1.2.3", 96 + 20, INVENTORY_ROLE(ROLE_PROXY));
	say(v, "2001:db8:1:2::3", 61, INVENTORY_ROLE(ROLE_SBC));
	assert_int_equal(role_of(v, "10.1.15.9"), ROLE_PROXY);
	assert_int_equal(role_of(v, "10.1.16.9"), ROLE_UNKNOWN);
	assert_int_equal(role_of(v, "2001:db8:1:7::9"), ROLE_SBC);
	assert_int_equal(role_of(v, "2001:db8:1:8::9"), ROLE_UNKNOWN);
	inventory_free(v);
}

static void mapped_ipv4_is_ipv4(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	say(v, "::ffff:10.0.0.1", 128, INVENTORY_ROLE(ROLE_ENDPOINT));
	say(v, "10.0.0.2", 128, INVENTORY_ROLE(ROLE_PROXY));
	assert_int_equal(role_of(v, "10.0.0.1"), ROLE_ENDPOINT);
	assert_int_equal(role_of(v, "::ffff:a00:2"), ROLE_PROXY);
	inventory_free(v);
}

static void a_network_of_ipv6_holds_no_ipv4(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct inventory_entry wrong = { .at = at("10.0.0.0"), .prefix = 8 };

	say(v, "::", 0, INVENTORY_ROLE(ROLE_ENDPOINT));
	assert_int_equal(role_of(v, "2001:db8::1"), ROLE_ENDPOINT);
	assert_int_equal(role_of(v, "10.0.0.1"), ROLE_UNKNOWN);
	assert_int_equal(inventory_add(v, &wrong), ERR_MALFORMED);
	inventory_free(v);
}

static void roles_of_one_address_add_up(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct addr a = at("10.0.0.1");

	say(v, "10.0.0.1", 128, INVENTORY_ROLE(ROLE_RECORDER));
	say(v, "10.0.0.1", 128, INVENTORY_ROLE(ROLE_SBC) | INVENTORY_ROLE(ROLE_TURN));
	assert_int_equal(inventory_entries(v), 1);
	assert_true(inventory_says(v, &a, ROLE_RECORDER));
	assert_true(inventory_says(v, &a, ROLE_TURN));
	assert_false(inventory_says(v, &a, ROLE_ENDPOINT));
	assert_int_equal(inventory_role(v, &a), ROLE_SBC);
	inventory_free(v);
}

static void who_ends_a_call_is_named_first(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	say(v, "10.0.0.1", 128, INVENTORY_ROLE(ROLE_PROXY) | INVENTORY_ROLE(ROLE_ENDPOINT));
	say(v, "10.0.0.2", 128, INVENTORY_ROLE(ROLE_MONITOR) | INVENTORY_ROLE(ROLE_LOAD_BALANCER));
	assert_int_equal(role_of(v, "10.0.0.1"), ROLE_ENDPOINT);
	assert_int_equal(role_of(v, "10.0.0.2"), ROLE_LOAD_BALANCER);
	inventory_free(v);
}

/* A reader who writes "unknown" for one host of a network takes it out of what the network is. */
static void an_entry_without_a_role_silences_its_network(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct addr a = at("10.0.0.1");

	say(v, "10.0.0.0", 96 + 8, INVENTORY_ROLE(ROLE_ENDPOINT));
	say(v, "10.0.0.1", 128, 0);
	assert_non_null(inventory_at(v, &a));
	assert_int_equal(inventory_role(v, &a), ROLE_UNKNOWN);
	assert_false(inventory_says(v, &a, ROLE_ENDPOINT));
	inventory_free(v);
}

static void names_and_scopes_are_kept(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	char name[] = "ward 3 phone";
	struct inventory_entry e = { .at = at("10.0.0.1"), .prefix = 128, .name = name };

	e.scopes = (uint16_t)(1 << inventory_scope(v, SLICE("phi")));
	assert_int_equal(inventory_add(v, &e), ERR_OK);
	name[0] = 'X';
	assert_int_equal(inventory_scope(v, SLICE("pan")), 1);
	assert_int_equal(inventory_scope(v, SLICE("phi")), 0);
	assert_string_equal(inventory_entry_at(v, 0)->name, "ward 3 phone");
	assert_int_equal(inventory_at(v, &e.at)->scopes, 1);
	assert_string_equal(inventory_scope_text(v, 1), "pan");
	assert_null(inventory_scope_text(v, 2));
	inventory_free(v);
}

static void scope_tags_have_a_limit(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	for (char i = 0; i < INVENTORY_SCOPES; i++) {
		const uint8_t tag[1] = { (uint8_t)('a' + i) };
		assert_int_equal(inventory_scope(v, (struct slice){ tag, 1 }), i);
	}
	assert_int_equal(inventory_scope(v, SLICE("one more")), -1);
	inventory_free(v);
}

static void a_certificate_is_found_by_its_digest(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct inventory_entry e = { .by_certificate = true, .certificate = { 7, 8 } };
	uint8_t other[32] = { 7, 9 };
	struct addr none = { { 0 } };

	e.roles = INVENTORY_ROLE(ROLE_SBC);
	assert_int_equal(inventory_add(v, &e), ERR_OK);
	assert_int_equal(inventory_certificate(v, e.certificate)->roles, e.roles);
	assert_null(inventory_certificate(v, other));
	assert_null(inventory_at(v, &none));
	inventory_free(v);
}

static void a_link_is_found_either_way_round(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	link_up(v, "10.1.0.0", 96 + 16, "10.2.0.0", 96 + 16, LINK_IPSEC);
	link_up(v, "10.2.0.9", 128, "10.1.0.0", 96 + 16, LINK_WIREGUARD);
	link_up(v, "2001:db8::", 32, "10.1.0.0", 96 + 16, LINK_MACSEC);
	assert_int_equal(between(v, "10.1.3.4", "10.2.3.4"), LINK_IPSEC);
	assert_int_equal(between(v, "10.2.3.4", "10.1.3.4"), LINK_IPSEC);
	assert_int_equal(between(v, "10.1.3.4", "10.2.0.9"), LINK_WIREGUARD);
	assert_int_equal(between(v, "10.2.0.9", "10.1.3.4"), LINK_WIREGUARD);
	assert_int_equal(between(v, "10.1.3.4", "2001:db8::1"), LINK_MACSEC);
	assert_int_equal(between(v, "10.1.3.4", "10.1.3.5"), -1);
	assert_int_equal(between(v, "10.2.3.4", "10.3.3.4"), -1);
	inventory_free(v);
}

static void overlapping_links_give_one_answer_both_ways(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	link_up(v, "10.0.0.0", 96 + 8, "10.1.1.0", 96 + 24, LINK_IPSEC);
	link_up(v, "10.2.2.0", 96 + 24, "10.0.0.0", 96 + 8, LINK_MACSEC);
	assert_int_equal(between(v, "10.1.1.1", "10.2.2.2"), between(v, "10.2.2.2", "10.1.1.1"));
	inventory_free(v);
}

static void a_contradiction_is_refused(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct inventory_link k = { at("10.2.0.0"), at("10.1.0.0"), 112, 112, LINK_IPSEC, NULL };

	link_up(v, "10.1.0.0", 112, "10.2.0.0", 112, LINK_IPSEC);
	assert_int_equal(inventory_add_link(v, &k), ERR_OK);
	k.protection = LINK_UNKNOWN;
	assert_int_equal(inventory_add_link(v, &k), ERR_MALFORMED);
	assert_int_equal(inventory_links(v), 1);
	assert_int_equal(inventory_add_tap(v, SLICE("alice"), true), ERR_OK);
	assert_int_equal(inventory_add_tap(v, SLICE("alice"), true), ERR_OK);
	assert_int_equal(inventory_add_tap(v, SLICE("alice"), false), ERR_MALFORMED);
	inventory_free(v);
}

static void only_taps_called_access_are_access_links(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();

	assert_int_equal(inventory_add_tap(v, SLICE("alice"), true), ERR_OK);
	assert_int_equal(inventory_add_tap(v, SLICE("core"), false), ERR_OK);
	assert_true(inventory_access(v, SLICE("alice")));
	assert_false(inventory_access(v, SLICE("core")));
	assert_false(inventory_access(v, SLICE("alic")));
	assert_string_equal(inventory_tap_at(v, 1)->label, "core");
	inventory_free(v);
}

static void holds_as_many_entries_as_it_promises(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct inventory_entry e = { .at = at("10.0.0.0"), .prefix = 128 };

	for (unsigned i = 0; i < INVENTORY_ENTRIES; i++) {
		e.at.b[14] = (uint8_t)(i >> 8);
		e.at.b[15] = (uint8_t)i;
		e.roles = INVENTORY_ROLE(i % 2 ? ROLE_PROXY : ROLE_ENDPOINT);
		assert_int_equal(inventory_add(v, &e), ERR_OK);
	}
	assert_int_equal(role_of(v, "10.0.255.255"), ROLE_PROXY);
	assert_int_equal(role_of(v, "10.0.1.2"), ROLE_ENDPOINT);
	assert_int_equal(inventory_add(v, &e), ERR_OK);
	e.at.b[13] = 1;
	assert_int_equal(inventory_add(v, &e), ERR_LIMIT);
	inventory_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_inventory_asserts_nothing),
		cmocka_unit_test(an_address_beats_its_network),
		cmocka_unit_test(the_longest_prefix_speaks),
		cmocka_unit_test(a_network_forgets_the_bits_behind_its_prefix),
		cmocka_unit_test(mapped_ipv4_is_ipv4),
		cmocka_unit_test(a_network_of_ipv6_holds_no_ipv4),
		cmocka_unit_test(roles_of_one_address_add_up),
		cmocka_unit_test(who_ends_a_call_is_named_first),
		cmocka_unit_test(an_entry_without_a_role_silences_its_network),
		cmocka_unit_test(names_and_scopes_are_kept),
		cmocka_unit_test(scope_tags_have_a_limit),
		cmocka_unit_test(a_certificate_is_found_by_its_digest),
		cmocka_unit_test(a_link_is_found_either_way_round),
		cmocka_unit_test(overlapping_links_give_one_answer_both_ways),
		cmocka_unit_test(a_contradiction_is_refused),
		cmocka_unit_test(only_taps_called_access_are_access_links),
		cmocka_unit_test(holds_as_many_entries_as_it_promises),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
