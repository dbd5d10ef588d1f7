/* test_inventory_file.c - what is not understood is refused, with its place and the nearest word.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analyzer/base/text.h"
#include "rules/inventory_file.h"

#define FILE_OF(rest) "{\"schema\": \"earshot.inventory/1\"" rest "}"
#define ENTRY(rest)   FILE_OF(", \"entries\": [{" rest "}]")
#define LINK(rest)    FILE_OF(", \"links\": [{" rest "}]")

static struct inventory *read_good(const char *text)
{
	struct inventory *v;
	char *why;

	if (inventory_file_parse(slice_of(text), &v, &why) != ERR_OK)
		fail_msg("%s", why);
	assert_null(why);
	return v;
}

static void refuses(const char *text, const char *sentence)
{
	struct inventory *v;
	char *why;

	assert_int_equal(inventory_file_parse(slice_of(text), &v, &why), ERR_MALFORMED);
	assert_null(v);
	assert_string_equal(why, sentence);
	free(why);
}

static struct addr at(const char *text)
{
	struct addr a;

	assert_true(addr_parse(slice_of(text), &a));
	return a;
}

/* The example of the contract, word by word. */
static void reads_addresses_networks_certificates_taps_and_links(void **state)
{
	(void)state;
	struct inventory *v = read_good(FILE_OF(
		",\"entries\":[{\"address\":\"10.1.2.3\",\"role\":\"endpoint\",\"name\":\"ward 3\","
		"\"scope\":[\"phi\"]},{\"network\":\"10.9.0.0/16\",\"role\":\"proxy\"},"
		"{\"certificate_sha256\":"
		"\"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\","
		"\"role\":\"sbc\"},{\"address\":\"10.9.0.7\",\"role\":\"conference\","
		"\"inner_encryption\":\"asserted\"}],\"taps\":[{\"label\":\"alice\",\"place\":"
		"\"access\"}],\"links\":[{\"between\":[\"10.1.0.0/16\",\"10.2.0.0/16\"],"
		"\"protection\":\"ipsec\",\"asserted_by\":\"network team\"}]"));
	struct addr phone = at("10.1.2.3"), mixer = at("10.9.0.7"), far = at("10.2.0.1");
	uint8_t digest[32];

	for (uint8_t i = 0; i < 32; i++)
		digest[i] = (uint8_t)(i + 1);
	assert_int_equal(inventory_role(v, &phone), ROLE_ENDPOINT);
	assert_string_equal(inventory_scope_text(v, 0), "phi");
	assert_true(inventory_at(v, &mixer)->inner_encryption);
	assert_int_equal(inventory_certificate(v, digest)->roles, INVENTORY_ROLE(ROLE_SBC));
	assert_true(inventory_access(v, SLICE("alice")));
	assert_string_equal(inventory_between(v, &far, &phone)->asserted_by, "network team");
	inventory_free(v);
}

static void an_address_may_have_several_roles(void **state)
{
	(void)state;
	struct inventory *v = read_good(
		FILE_OF(",\"entries\":[{\"address\":\"2001:db8::1\",\"role\":[\"relay\","
			"\"recorder\"]},{\"address\":\"2001:db8::1\",\"role\":\"sbc\"}]"));
	struct addr a = at("2001:db8::1");

	assert_int_equal(inventory_at(v, &a)->roles, INVENTORY_ROLE(ROLE_RELAY) |
							     INVENTORY_ROLE(ROLE_RECORDER) |
							     INVENTORY_ROLE(ROLE_SBC));
	inventory_free(v);
}

/* A draft as it is written, before a person has confirmed anything in it. */
static void a_draft_asserts_nothing(void **state)
{
	(void)state;
	struct inventory *v = read_good(FILE_OF(
		",\"comment\":\"c\",\"entries\":[{\"address\":\"10.0.0.1\",\"role\":\"unknown\","
		"\"guess\":\"endpoint\",\"confidence\":\"high\",\"reason\":\"why\",\"comment\":"
		"\"c\"}],\"taps\":[{\"label\":\"a\",\"place\":\"unknown\",\"question\":\"is "
		"it?\"}],"
		"\"links\":[{\"between\":[\"10.0.0.1\",\"::1\"],\"protection\":\"unknown\"}],"
		"\"questions\":[{\"between\":[\"10.0.0.1\",\"10.0.0.2\"],\"question\":\"x\"},"
		"\"y\"]"));
	struct addr a = at("10.0.0.1");

	assert_int_equal(inventory_entries(v), 1);
	assert_int_equal(inventory_at(v, &a)->roles, 0);
	assert_false(inventory_access(v, SLICE("a")));
	inventory_free(v);
}

static void certificates_may_carry_the_colons_that_tools_print(void **state)
{
	(void)state;
	struct inventory *v = read_good(ENTRY("\"role\":\"sbc\",\"certificate_sha256\":"
					      "\"AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:"
					      "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99\""));

	assert_int_equal(inventory_entry_at(v, 0)->certificate[0], 0xaa);
	assert_int_equal(inventory_entry_at(v, 0)->certificate[31], 0x99);
	inventory_free(v);
}

static void misspelt_words_get_the_nearest_one(void **state)
{
	(void)state;
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ ENTRY("\"address\":\"10.0.0.1\",\"role\":\"endpont\""),
		  "entries[0].role: no role 'endpont'; did you mean endpoint?" },
		{ ENTRY("\"address\":\"10.0.0.1\",\"role\":[\"proxy\",\"sbcc\"]"),
		  "entries[0].role[1]: no role 'sbcc'; did you mean sbc?" },
		{ ENTRY("\"address\":\"10.0.0.1\",\"role\":\"network\""),
		  "entries[0].role: no role 'network'" },
		{ ENTRY("\"adress\":\"10.0.0.1\",\"role\":\"proxy\""),
		  "entries[0]: no key 'adress'; did you mean address?" },
		{ FILE_OF(",\"entrys\":[]"), "no key 'entrys'; did you mean entries?" },
		{ FILE_OF(",\"taps\":[{\"label\":\"a\",\"place\":\"acces\"}]"),
		  "taps[0].place: no place (access, core, unknown) 'acces'; did you mean access?" },
		{ LINK("\"between\":[\"::1\",\"::2\"],\"protection\":\"ipsek\""),
		  "links[0].protection: no protection 'ipsek'; did you mean ipsec?" },
		{ "{\"schema\": \"earshot.report/1\"}",
		  "schema: not earshot.inventory/1 but 'earshot.report/1'" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(cases[i].text, cases[i].sentence);
}

static void addresses_and_networks_are_checked(void **state)
{
	(void)state;
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ ENTRY("\"address\":\"10.0.0\",\"role\":\"proxy\""),
		  "entries[0].address: not an address: '10.0.0'" },
		{ ENTRY("\"address\":\"10.0.0.0/8\",\"role\":\"proxy\""),
		  "entries[0].address: a network stands in \"network\", not in \"address\": "
		  "'10.0.0.0/8'" },
		{ ENTRY("\"address\":\"0.0.0.0\",\"role\":\"proxy\""),
		  "entries[0].address: an address that no host has: '0.0.0.0'" },
		{ ENTRY("\"network\":\"10.0.0.1\",\"role\":\"proxy\""),
		  "entries[0].network: a network without its prefix: '10.0.0.1'" },
		{ ENTRY("\"network\":\"10.0.0.0/33\",\"role\":\"proxy\""),
		  "entries[0].network: a prefix of IPv4 is 0 to 32: '10.0.0.0/33'" },
		{ ENTRY("\"network\":\"2001:db8::/129\",\"role\":\"proxy\""),
		  "entries[0].network: a prefix of IPv6 is 0 to 128: '2001:db8::/129'" },
		{ ENTRY("\"network\":\"10.0.0.1/8\",\"role\":\"proxy\""),
		  "entries[0].network: an address inside a network, not a network: '10.0.0.1/8'" },
		{ LINK("\"between\":[\"10.0.0.1\",\"x/8\"],\"protection\":\"ipsec\""),
		  "links[0].between[1]: not a network: 'x/8'" },
		{ LINK("\"between\":[\"10.0.0.1\"],\"protection\":\"ipsec\""),
		  "links[0].between: is not a list of two addresses or networks" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(cases[i].text, cases[i].sentence);
}

static void digests_are_checked(void **state)
{
	(void)state;
	refuses(ENTRY("\"certificate_sha256\":\"aabbcc\",\"role\":\"sbc\""),
		"entries[0].certificate_sha256: a SHA-256 digest has 64 hexadecimal digits, this "
		"one has not: 'aabbcc'");
	refuses(ENTRY("\"certificate_sha256\":\"sha256\",\"role\":\"sbc\""),
		"entries[0].certificate_sha256: not hexadecimal: 'sha256'");
}

static void what_is_absent_or_of_another_kind_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ ENTRY("\"address\":\"10.0.0.1\""), "entries[0].role: is missing" },
		{ ENTRY("\"role\":\"proxy\""),
		  "entries[0]: needs one of address, network and certificate_sha256" },
		{ ENTRY("\"role\":\"proxy\",\"address\":\"10.0.0.1\",\"network\":\"10.0.0.0/8\""),
		  "entries[0]: needs one of address, network and certificate_sha256" },
		{ ENTRY("\"role\":7,\"address\":\"10.0.0.1\""),
		  "entries[0].role: is neither a text nor a list of texts" },
		{ ENTRY("\"role\":\"proxy\",\"address\":\"10.0.0.1\",\"name\":3"),
		  "entries[0].name: is not a text" },
		{ ENTRY("\"role\":\"proxy\",\"address\":\"10.0.0.1\",\"inner_encryption\":\"no\""),
		  "entries[0].inner_encryption: can only be \"asserted\", not 'no'" },
		{ FILE_OF(",\"entries\":[7]"), "entries[0]: is not an object" },
		{ FILE_OF(",\"taps\":{}"), "taps: is not a list" },
		{ FILE_OF(",\"taps\":[{\"label\":\"\",\"place\":\"core\"}]"),
		  "taps[0].label: is empty" },
		{ "{}", "schema: is missing" },
		{ "[]", "no inventory: not an object" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(cases[i].text, cases[i].sentence);
}

static void contradictions_are_refused(void **state)
{
	(void)state;
	refuses(FILE_OF(",\"taps\":[{\"label\":\"a\",\"place\":\"access\"},"
			"{\"label\":\"a\",\"place\":\"core\"}]"),
		"taps[1]: a tap that has another place already: 'a'");
	refuses(FILE_OF(",\"links\":[{\"between\":[\"::1\",\"::2\"],\"protection\":\"ipsec\"},"
			"{\"between\":[\"::2\",\"::1\"],\"protection\":\"macsec\"}]"),
		"links[1]: a link that has another protection already");
}

static void text_that_is_no_json_is_refused_with_its_place(void **state)
{
	(void)state;
	refuses("{\"schema\": 1,\n  x}",
		"line 2, column 3: not JSON: string or '}' expected near 'x'");
	refuses("{\"schema\": \"a\", \"schema\": \"b\"}",
		"line 1, column 24: not JSON: duplicate object key near '\"schema\"'");
}

static void words_of_the_file_cannot_write_on_the_terminal(void **state)
{
	(void)state;
	refuses(ENTRY("\"address\":\"\\u001b[31m\",\"role\":\"proxy\""),
		"entries[0].address: not an address: '\\x1b[31m'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses_networks_certificates_taps_and_links),
		cmocka_unit_test(an_address_may_have_several_roles),
		cmocka_unit_test(a_draft_asserts_nothing),
		cmocka_unit_test(certificates_may_carry_the_colons_that_tools_print),
		cmocka_unit_test(misspelt_words_get_the_nearest_one),
		cmocka_unit_test(addresses_and_networks_are_checked),
		cmocka_unit_test(digests_are_checked),
		cmocka_unit_test(what_is_absent_or_of_another_kind_is_named),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(text_that_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(words_of_the_file_cannot_write_on_the_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
