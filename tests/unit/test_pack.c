/* test_pack.c - packs of rules: read, refused with a place and a reason, and rules added by data.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine.h"
#include "rules/example.h"

static const char house[] =
	"{ \"schema\": \"earshot.rules/1\", \"pack\": \"house\",\n"
	"  \"define\": [ { \"name\": \"busy\", \"scope\": \"media\", \"is\": \"packets >= 50\" } "
	"],\n"
	"  \"rules\": [\n"
	"   { \"id\": \"HOUSE-001\", \"title\": \"Video readable on a ward\",\n"
	"     \"severity\": \"high\", \"class\": \"exposure\", \"checks\": \"c\", \"remediation\": "
	"\"r\",\n"
	"     \"applies_when\": \"kind = call\",\n"
	"     \"seen_when\": \"any(media: kind = video and busy)\",\n"
	"     \"cases\": [\n"
	"       { \"each\": \"facts.media_clear\", \"violated_when\": \"media.kind = video\",\n"
	"         \"severity\": [ { \"when\": \"emergency\", \"text\": \"info\" }, \"critical\" "
	"],\n"
	"         \"detail\": \"{value} packets{text|3|after ' of '} {{seen}}.\" } ],\n"
	"     \"examples\": [\n"
	"       { \"name\": \"readable video\", \"is\": \"violated\", \"severity\": \"critical\",\n"
	"         \"detail\": \"7 packets of H26 {seen}.\",\n"
	"         \"record\": { \"kind\": \"call\", \"media\": [ { \"kind\": \"video\" } ],\n"
	"           \"facts\": [ { \"kind\": \"media_clear\", \"media\": 0, \"value\": 7,\n"
	"                        \"text\": \"H264\" } ] } },\n"
	"       { \"name\": \"protected video\", \"is\": \"satisfied\",\n"
	"         \"record\": { \"kind\": \"call\", \"media\": [ { \"kind\": \"video\", "
	"\"segments\":\n"
	"           [ { \"packets\": 50, \"a\": \"10.0.0.1:4000\", \"b\": \"10.0.0.2:4000\" } ] } "
	"] } },\n"
	"       { \"name\": \"nothing seen\", \"is\": \"not_assessable\",\n"
	"         \"record\": { \"kind\": \"call\" } },\n"
	"       { \"name\": \"a registration\", \"is\": \"not_applicable\",\n"
	"         \"record\": { \"kind\": \"registration\" } } ] } ] }\n";

static enum err add(struct pack_set *s, const char *json, char **why)
{
	*why = NULL;
	return pack_add(s, "house.json", slice_of(json), false, why);
}

static void a_rule_is_added_by_data_alone(void **state)
{
	(void)state;
	struct pack_set *s = pack_set_new();
	struct example_results r;
	char *why;

	assert_int_equal(add(s, house, &why), ERR_OK);
	assert_int_equal(pack_count(s), 1);
	assert_string_equal(pack_find(s, "HOUSE-001")->rule.title, "Video readable on a ward");
	example_run(s, 0, &r);
	assert_int_equal(r.count, 4);
	for (size_t i = 0; i < r.count; i++)
		if (!r.list[i].passed)
			fail_msg("%s: %s", r.list[i].name, r.list[i].why);
	example_free(&r);
	pack_set_free(s);
}

/* The pack above with one text changed for another. */
static void refused(const char *from, const char *to, const char *expected)
{
	const char *at = strstr(house, from);
	struct pack_set *s = pack_set_new();
	struct text t = { 0 };
	char *why;

	assert_non_null(at);
	text_add_slice(&t, (struct slice){ (const uint8_t *)house, (size_t)(at - house) });
	text_add(&t, to);
	text_add(&t, at + strlen(from));
	assert_int_equal(add(s, text_of(&t), &why), ERR_USAGE);
	assert_non_null(why);
	if (!strstr(why, expected))
		fail_msg("said: %s\nexpected: %s", why, expected);
	free(why);
	text_free(&t);
	pack_set_free(s);
}

static void mistakes_are_named_with_their_place(void **state)
{
	(void)state;
	refused("\"cases\"", "\"casess\"", "house.json:8: ");
	refused("\"cases\"", "\"casess\"", "did you mean cases?");
	refused("media.kind = video\"", "media.kimd = video\"",
		"house.json:9: HOUSE-001, case 1: ");
	refused("media.kind = video\"", "media.kimd = video\"", "kind");
	refused("media.kind = video\"", "media.kind = vidoe\"", "video");
	refused("media.kind = video\"", "value\"", "neither true nor false");
	refused("facts.media_clear", "facts.media_claer", "did you mean media_clear?");
	refused("\"critical\" ]", "\"grave\" ]", "no severity: 'grave'");
	refused("\"exposure\"", "\"exposre\"", "'exposre'; did you mean exposure?");
	refused("HOUSE-001", "house 1", "an id is");
	refused("\"remediation\"", "\"title2\"", "title2");
	refused("{{seen}}.", "{value", "a brace is not closed");
	refused("{{seen}}.", "}", "a brace is closed");
	refused("{value}", "{valeu}", "value");
	refused("|3|", "|x|", "behind a bar");
	refused("\"busy\"", "\"packets\"", "is the name of a field: 'packets'");
	refused("\"detail\"", "\"caused_by\": \"HOUSE-1\", \"detail\"",
		"HOUSE-001, case 1 caused_by: ");
	refused("\"detail\"", "\"caused_by\": \"HOUSE-1\", \"detail\"", "did you mean HOUSE-001?");
	refused("\"detail\"", "\"caused_by\": \"{value}\", \"detail\"",
		"a cause is the id of a rule");
	refused("earshot.rules/1", "earshot.rules/9", "earshot.rules/1, not 'earshot.rules/9'");
	refused("\"pack\"", "\"schema\"", "duplicate");
	refused("[\n   {", "[\n   ", "house.json:");
}

static void an_id_is_used_once(void **state)
{
	(void)state;
	struct pack_set *s = pack_set_new();
	char *why;

	assert_int_equal(add(s, house, &why), ERR_OK);
	struct text other = { 0 };
	text_add(&other, house);
	char *busy = strstr(other.p, "busy");
	memcpy(busy, "idle", 4);
	memcpy(strstr(other.p, "and busy"), "and idle", 8);
	assert_int_equal(add(s, text_of(&other), &why), ERR_USAGE);
	assert_non_null(strstr(why, "there is a rule already"));
	free(why);
	text_free(&other);
	pack_set_free(s);
}

/* No rule of a user's makes a pass or a fail. */
static void only_the_catalogue_moves_verdicts(void **state)
{
	(void)state;
	refused("\"violated_when\"", "\"marks\": [\"exposed\"], \"violated_when\"",
		"only the catalogue speaks on verdicts");
	refused("\"violated_when\"",
		"\"says\": [{\"on\": \"media\", \"known\": \"ok\", \"why\": \"w\"}], "
		"\"violated_when\"",
		"only the catalogue speaks on verdicts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_added_by_data_alone),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(an_id_is_used_once),
		cmocka_unit_test(only_the_catalogue_moves_verdicts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
