/* test_draft.c - a draft guesses from signs, says why, and asserts nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "reports/draft.h"
#include "reports/draft_guess.h"
#include "reports/jvalue.h"
#include "rules/inventory_file.h"
#include "tests/lib/reporting.h"

static struct endpoint at(const char *text)
{
	struct endpoint e = { { { 0 } }, 5060 };

	assert_true(addr_parse(slice_of(text), &e.addr));
	return e;
}

static struct observation request(enum sip_verb verb, const char *from, const char *to,
				  unsigned vias)
{
	struct observation o = { .kind = OBSERVATION_SIP, .first_ns = WHEN_SECOND };

	o.flow = addr_flow_key(at(from), at(to), 17);
	o.as.sip.request = true;
	o.as.sip.verb = verb;
	o.as.sip.via_count = (uint16_t)vias;
	return o;
}

static char *text_of_draft(const struct draft *d)
{
	static const char *const points[] = { "alice", "bob" };
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_true(draft_write(d, points, 2, out));
	assert_int_equal(fclose(out), 0);
	return text;
}

static json_t *read_draft(const struct draft *d)
{
	char *text = text_of_draft(d);
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	free(text);
	assert_non_null(o);
	return o;
}

/* The guess about a host, "" when there is none. */
static const char *guess(const json_t *draft, const char *address)
{
	const json_t *all = jvalue_get(draft, "entries");

	for (size_t i = 0; i < json_array_size(all); i++)
		if (strcmp(jvalue_str(json_array_get(all, i), "address"), address) == 0)
			return jvalue_str(json_array_get(all, i), "guess");
	fail_msg("%s is not in the draft", address);
	return NULL;
}

/* Two phones and 10.0.9.10 between them; `media`: through it, not only signaling. */
static void call_is_seen(struct draft *d, bool media)
{
	struct reporting m;

	reporting_call(&m, 0);
	if (!media)
		m.call.media_count = 0;
	draft_call(d, &m.call);
}

static void what_passes_requests_on_may_be_a_proxy_and_with_media_an_sbc(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct observation one = request(SIP_VERB_INVITE, "10.0.0.1", "10.0.9.10", 1);
	struct observation two = request(SIP_VERB_INVITE, "10.0.9.10", "10.0.0.2", 2);
	struct route_seen record = { .kind = ROUTE_RECORD, .addr = at("10.0.9.10").addr };

	two.as.sip.routes = &record;
	two.as.sip.route_count = 1;
	draft_observe(d, &one);
	draft_observe(d, &two);
	call_is_seen(d, false);
	json_t *o = read_draft(d);
	assert_string_equal(guess(o, "10.0.9.10"), "proxy");
	json_decref(o);
	call_is_seen(d, true);
	o = read_draft(d);
	assert_string_equal(guess(o, "10.0.9.10"), "sbc");
	json_decref(o);
	draft_free(d);
}

static void a_host_that_registers_and_talks_may_be_an_endpoint(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct observation o = request(SIP_VERB_REGISTER, "10.0.0.1", "10.0.9.10", 1);

	draft_observe(d, &o);
	call_is_seen(d, true);
	json_t *all = read_draft(d);
	assert_string_equal(guess(all, "10.0.0.1"), "endpoint");
	json_decref(all);
	draft_free(d);
}

static void a_call_begun_right_after_one_was_got_hints_at_a_b2bua(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct observation in = request(SIP_VERB_INVITE, "10.0.0.1", "10.0.9.10", 1);
	struct observation out = request(SIP_VERB_INVITE, "10.0.9.10", "10.0.0.2", 1);

	out.first_ns += WHEN_SECOND;
	draft_observe(d, &in);
	draft_observe(d, &out);
	call_is_seen(d, true);
	json_t *o = read_draft(d);
	assert_string_equal(guess(o, "10.0.9.10"), "b2bua");
	json_decref(o);
	draft_free(d);
}

static void a_turn_server_is_listed_without_a_call(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct observation o = { .kind = OBSERVATION_STUN };

	o.flow = addr_flow_key(at("10.0.0.1"), at("10.0.0.9"), 17);
	o.as.stun.turn = true;
	draft_observe(d, &o);
	json_t *all = read_draft(d);
	assert_string_equal(guess(all, "10.0.0.9"), "turn");
	assert_int_equal(draft_hosts(d), 1);
	json_decref(all);
	draft_free(d);
}

static void hosts_that_no_call_touches_are_left_out(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct observation web = { .kind = OBSERVATION_TLS };

	web.flow = addr_flow_key(at("10.0.0.77"), at("10.0.0.78"), 6);
	web.as.tls.shake.client_hello = true;
	draft_observe(d, &web);
	assert_int_equal(draft_hosts(d), 0);
	draft_free(d);
}

static void given_back_as_it_is_a_draft_asserts_nothing(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct inventory *v;
	char *why;

	call_is_seen(d, true);
	char *text = text_of_draft(d);
	if (inventory_file_parse(slice_of(text), &v, &why) != ERR_OK)
		fail_msg("%s", why);
	assert_true(inventory_entries(v) >= 3);
	for (size_t i = 0; i < inventory_entries(v); i++)
		assert_int_equal(inventory_entry_at(v, i)->roles, 0);
	assert_int_equal(inventory_links(v), 0);
	assert_false(inventory_access(v, SLICE("alice")));
	inventory_free(v);
	free(text);
	draft_free(d);
}

static void readable_links_and_taps_are_questions(void **state)
{
	(void)state;
	struct draft *d = draft_new();
	struct observation o = request(SIP_VERB_REGISTER, "10.0.0.1", "10.0.9.10", 1);

	draft_observe(d, &o);
	call_is_seen(d, true);
	json_t *all = read_draft(d);
	const json_t *tap = json_array_get(jvalue_get(all, "taps"), 0);
	const json_t *link = json_array_get(jvalue_get(all, "questions"), 0);
	assert_non_null(strstr(jvalue_str(tap, "question"), "access link of 10.0.0.1 "));
	assert_string_equal(jvalue_str(tap, "place"), "unknown");
	assert_string_equal(jvalue_at(jvalue_get(link, "between"), 0), "10.0.0.1");
	json_decref(all);
	draft_free(d);
}

static void of_a_user_agent_only_a_known_product_is_kept(void **state)
{
	(void)state;
	enum role role;

	assert_string_equal(draft_guess_product(SLICE("Yealink SIP-T46G 66.81 0015651234"), &role),
			    "Yealink");
	assert_int_equal(role, ROLE_ENDPOINT);
	assert_string_equal(draft_guess_product(SLICE("kamailio (5.6)"), &role), "Kamailio");
	assert_null(draft_guess_product(SLICE("Alice's own telephone"), &role));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes_requests_on_may_be_a_proxy_and_with_media_an_sbc),
		cmocka_unit_test(a_host_that_registers_and_talks_may_be_an_endpoint),
		cmocka_unit_test(a_call_begun_right_after_one_was_got_hints_at_a_b2bua),
		cmocka_unit_test(a_turn_server_is_listed_without_a_call),
		cmocka_unit_test(hosts_that_no_call_touches_are_left_out),
		cmocka_unit_test(given_back_as_it_is_a_draft_asserts_nothing),
		cmocka_unit_test(readable_links_and_taps_are_questions),
		cmocka_unit_test(of_a_user_agent_only_a_known_product_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
