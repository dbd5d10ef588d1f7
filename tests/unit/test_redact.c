/* test_redact.c - who is shown, who is called by a number. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/digest.h"
#include "reports/redact.h"
#include "tests/lib/reporting.h"

static struct text out;

static const char *sentence(struct redactor *r, const char *s)
{
	text_clear(&out);
	redact_text(r, &out, s);
	return text_of(&out);
}

static const char *user(struct redactor *r, const char *s)
{
	text_clear(&out);
	redact_user(r, &out, slice_of(s));
	return text_of(&out);
}

static const char *label(struct redactor *r, const char *s)
{
	text_clear(&out);
	redact_label(r, &out, s);
	return text_of(&out);
}

static const char *endpoint(struct redactor *r, const char *addr, uint16_t port)
{
	struct endpoint e;

	memset(&e, 0, sizeof e);
	(void)addr_parse(slice_of(addr), &e.addr);
	e.port = port;
	text_clear(&out);
	redact_endpoint(r, &out, &e);
	return text_of(&out);
}

static int tidy(void **state)
{
	(void)state;
	text_free(&out);
	return 0;
}

static void numbers_by_first_appearance(void **state)
{
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	assert_string_equal(user(r, "alice"), "user-1");
	assert_string_equal(user(r, "bob"), "user-2");
	assert_string_equal(user(r, "alice"), "user-1");
	assert_string_equal(user(r, ""), "");
	assert_string_equal(endpoint(r, "10.0.0.1", 5060), "endpoint-1:5060");
	assert_string_equal(endpoint(r, "10.0.0.1", 0), "endpoint-1");
	assert_string_equal(endpoint(r, "2001:db8::1", 5060), "endpoint-2:5060");
	redact_free(r);
}

/* Short names are kept as they are, longer ones as digests: neither may take another's number. */
static void tells_names_of_all_lengths_apart(void **state)
{
	enum { LONGEST = 40 };
	char name[LONGEST + 1] = "", number[32];
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	for (int round = 0; round < 2; round++)
		for (size_t n = 1; n <= LONGEST; n++) {
			memset(name, 'a', n);
			name[n] = '\0';
			(void)snprintf(number, sizeof number, "user-%zu", n);
			assert_string_equal(user(r, name), number);
		}
	redact_free(r);
}

static void leaves_sentences_without_addresses_as_they_stand(void **state)
{
	static const struct {
		const char *s;
		bool harmless;
	} cases[] = {
		{ "", true },
		{ "SIP was readable on the wire.", true },
		{ "frame.number in {12, 13}", true },
		{ "4.5 s", false },
		{ "from 10.0.0.1", false },
		{ "at ::1", false },
	};
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(redact_harmless(r, slice_of(cases[i].s)), cases[i].harmless);
	assert_string_equal(sentence(r, "231 packets over 4.5 s"), "231 packets over 4.5 s");
	redact_free(r);
}

static void shows_infrastructure_of_this_call_only(void **state)
{
	static const struct call nobody;
	struct reporting m;
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	reporting_call(&m, 0);
	redact_call(r, &m.call);
	assert_string_equal(endpoint(r, "10.0.9.10", 5060), "10.0.9.10:5060");
	assert_string_equal(endpoint(r, "10.0.0.1", 5060), "endpoint-1:5060");
	redact_call(r, &nobody);
	assert_string_equal(endpoint(r, "10.0.9.10", 5060), "endpoint-2:5060");
	redact_free(r);
}

static void hides_an_endpoint_that_is_also_a_box(void **state)
{
	struct reporting m;
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	reporting_call(&m, 0);
	m.elements[0].at = m.call.ends[0].at;
	redact_call(r, &m.call);
	assert_string_equal(endpoint(r, "10.0.0.1", 1), "endpoint-1:1");
	redact_free(r);
}

static void hides_infrastructure_when_asked(void **state)
{
	struct reporting m;
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, true);

	reporting_call(&m, 0);
	redact_call(r, &m.call);
	assert_string_equal(endpoint(r, "10.0.9.10", 5060), "host-1:5060");
	assert_string_equal(endpoint(r, "10.0.0.1", 5060), "endpoint-1:5060");
	redact_free(r);
}

static void finds_addresses_in_sentences(void **state)
{
	static const struct {
		const char *said, *shown;
	} cases[] = {
		{ "from 10.0.0.1 to 10.0.0.2.", "from endpoint-1 to endpoint-2." },
		{ "10.0.0.1:5060, then", "endpoint-1:5060, then" },
		{ "[2001:db8::1]:5060 and 2001:db8::1", "endpoint-3:5060 and endpoint-3" },
		{ "(10.0.0.2)", "(endpoint-2)" },
		{ "at 03:04:05 in v1.2.3, frame 12", "at 03:04:05 in v1.2.3, frame 12" },
		{ "\xe2\x80\x93"
		  "10.0.0.1\xe2\x80\x93",
		  "\xe2\x80\x93"
		  "endpoint-1\xe2\x80\x93" },
		{ "x10.0.0.1y dead:beef ::", "x10.0.0.1y dead:beef ::" },
		{ "[[[ ]", "[[[ ]" },
		{ NULL, "" },
	};
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(sentence(r, cases[i].said), cases[i].shown);
	redact_free(r);
}

static void shows_all_when_told_not_to_redact(void **state)
{
	(void)state;
	struct redactor *r = redact_new(REDACT_NONE, false);

	assert_string_equal(user(r, "alice"), "alice");
	assert_string_equal(endpoint(r, "10.0.0.1", 5060), "10.0.0.1:5060");
	assert_string_equal(endpoint(r, "2001:db8::1", 5060), "[2001:db8::1]:5060");
	assert_string_equal(sentence(r, "from 10.0.0.1"), "from 10.0.0.1");
	assert_string_equal(label(r, "/a/5551234567.pcap"), "/a/5551234567.pcap");
	redact_free(r);
}

static void digests_under_hmac_without_showing(void **state)
{
	char first[64];
	(void)state;
	digest_set_key(SLICE("a key of the test's own"));
	struct redactor *r = redact_new(REDACT_HMAC, false);

	(void)snprintf(first, sizeof first, "%s", user(r, "5551234567"));
	assert_int_equal(strlen(first), strlen("user-") + 16);
	assert_string_equal(user(r, "5551234567"), first);
	assert_string_not_equal(user(r, "5551234568"), first);
	assert_null(strstr(first, "555123"));
	redact_free(r);
}

static void takes_people_out_of_file_names(void **state)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{ "/home/alice/call.pcap", "call.pcap" },
		{ "trace-20260102030405.pcap", "trace-20260102030405.pcap" },
		{ "15551234567.pcap", "number-1.pcap" },
		{ "bob@10.0.0.1.pcap", "user-1@endpoint-1.pcap" },
		{ "call12.pcap", "call12.pcap" },
	};
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	for (size_t i = 0; i + 2 < sizeof cases / sizeof *cases; i++)
		assert_string_equal(label(r, cases[i].name), cases[i].shown);
	assert_null(strstr(label(r, "bob@10.0.0.1.pcap"), "bob"));
	redact_free(r);
}

static void keeps_call_ids_that_tell_nothing(void **state)
{
	struct reporting m;
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	reporting_call(&m, 0);
	text_clear(&out);
	redact_call_id(r, &out, m.legs[0].call_id, &m.call);
	text_add(&out, " ");
	redact_call_id(r, &out, m.legs[1].call_id, &m.call);
	text_add(&out, " ");
	redact_call_id(r, &out, SLICE("x-alice0-y"), &m.call);
	assert_string_equal(text_of(&out), "call-id-1 kxQr-zz call-id-3");
	redact_free(r);
}

static void stops_numbering_at_its_bound(void **state)
{
	char name[32];
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);

	for (unsigned i = 0; i < (1U << 17) + 2; i++) {
		(void)snprintf(name, sizeof name, "u%u", i);
		(void)user(r, name);
	}
	assert_string_equal(text_of(&out), "user-more");
	assert_string_equal(user(r, "u0"), "user-1");
	assert_int_equal(redact_unnumbered(r), 2);
	redact_free(r);
}

static void an_endpoint_that_is_a_gateway_too_stays_hidden(void **state)
{
	(void)state;
	struct redactor *r = redact_new(REDACT_MASK, false);
	struct text t = { 0 };
	struct reporting m;

	reporting_call(&m, 0);
	m.call.ends[0].role = ROLE_GATEWAY;
	m.call.ends[0].roles = 1U << ROLE_GATEWAY | 1U << ROLE_ENDPOINT;
	redact_call(r, &m.call);
	redact_address(r, &t, &m.call.ends[0].at.addr);
	assert_string_equal(text_of(&t), "endpoint-1");
	text_free(&t);
	redact_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_endpoint_that_is_a_gateway_too_stays_hidden),
		cmocka_unit_test(numbers_by_first_appearance),
		cmocka_unit_test(tells_names_of_all_lengths_apart),
		cmocka_unit_test(leaves_sentences_without_addresses_as_they_stand),
		cmocka_unit_test(shows_infrastructure_of_this_call_only),
		cmocka_unit_test(hides_an_endpoint_that_is_also_a_box),
		cmocka_unit_test(hides_infrastructure_when_asked),
		cmocka_unit_test(finds_addresses_in_sentences),
		cmocka_unit_test(shows_all_when_told_not_to_redact),
		cmocka_unit_test(digests_under_hmac_without_showing),
		cmocka_unit_test(takes_people_out_of_file_names),
		cmocka_unit_test(keeps_call_ids_that_tell_nothing),
		cmocka_unit_test(stops_numbering_at_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, tidy);
}
