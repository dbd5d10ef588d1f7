/* test_sip_field.c - small headers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/sip/sip_field.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

#define UUID "ab30317f1a784dc48ff824d0d3715d86"
#define NIL  "00000000000000000000000000000000"

static void session_ids_come_in_pairs(void **state)
{
	struct sip_field_session_id id;

	(void)state;
	assert_int_equal(sip_field_session_id(SLICE(UUID ";remote=" NIL), &id), ERR_OK);
	is(id.local, UUID);
	assert_true(id.remote_nil);
	assert_false(id.local_nil);
	assert_int_equal(sip_field_session_id(SLICE(UUID), &id), ERR_OK);
	assert_int_equal(id.remote.n, 0);
	assert_int_equal(sip_field_session_id(SLICE("xyz;remote=" NIL), &id), ERR_MALFORMED);
	assert_int_equal(sip_field_session_id(SLICE(UUID ";remote=12"), &id), ERR_MALFORMED);
}

static void replaces_names_a_dialog(void **state)
{
	struct sip_field_dialog d;

	(void)state;
	assert_int_equal(sip_field_dialog(SLICE("c@h ;to-tag=1;from-tag=2;early-only"), &d),
			 ERR_OK);
	is(d.call_id, "c@h");
	is(d.to_tag, "1");
	is(d.from_tag, "2");
	assert_true(d.early_only);
	assert_int_equal(sip_field_dialog(SLICE("c@h;to-tag=1"), &d), ERR_MALFORMED);
	assert_int_equal(sip_field_dialog(SLICE("c;remote-tag=r;local-tag=l"), &d), ERR_OK);
	is(d.from_tag, "l");
}

static void a_reason_has_protocol_cause_and_text(void **state)
{
	struct sip_field_reason r;

	(void)state;
	assert_int_equal(sip_field_reason(SLICE("Q.850;cause=16;text=\"Normal; end\""), &r),
			 ERR_OK);
	is(r.protocol, "Q.850");
	assert_int_equal(r.cause, 16);
	is(r.text, "Normal; end");
	assert_int_equal(sip_field_reason(SLICE(";cause=1"), &r), ERR_MALFORMED);
}

static void rack_names_response_and_request(void **state)
{
	struct sip_field_rack r;

	(void)state;
	assert_int_equal(sip_field_rack(SLICE("776656 1 INVITE"), &r), ERR_OK);
	assert_int_equal(r.rseq, 776656);
	assert_int_equal(r.cseq, 1);
	is(r.method, "INVITE");
	assert_int_equal(sip_field_rack(SLICE("1 INVITE"), &r), ERR_MALFORMED);
}

static void numbers_and_tokens_stop_at_their_parameters(void **state)
{
	struct sip_field_token t;
	uint64_t n;

	(void)state;
	assert_int_equal(sip_field_number(SLICE("1800;refresher=uac"), 10000, &n), ERR_OK);
	assert_int_equal(n, 1800);
	assert_int_equal(sip_field_number(SLICE("18x"), 10000, &n), ERR_MALFORMED);
	assert_int_equal(sip_field_number(SLICE("10001"), 10000, &n), ERR_MALFORMED);
	assert_int_equal(sip_field_token(SLICE("terminated;reason=noresource"), &t), ERR_OK);
	is(t.token, "terminated");
	is(t.params, "reason=noresource");
	assert_int_equal(sip_field_token(SLICE(";x"), &t), ERR_MALFORMED);
}

static void identity_is_described_not_shown(void **state)
{
	struct sip_field_identity i;

	(void)state;
	assert_int_equal(
		sip_field_identity(
			SLICE("aa.bb.cc;info=<https://c.example/x>;alg=ES256;ppt=\"shaken\""), &i),
		ERR_OK);
	assert_false(i.compact);
	is(i.ppt, "shaken");
	is(i.info, "<https://c.example/x>");
	assert_int_equal(sip_field_identity(SLICE("..cc;info=<x>"), &i), ERR_OK);
	assert_true(i.compact);
	assert_int_equal(sip_field_identity(SLICE("\"c2ln\""), &i), ERR_OK);
	assert_true(i.legacy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_ids_come_in_pairs),
		cmocka_unit_test(replaces_names_a_dialog),
		cmocka_unit_test(a_reason_has_protocol_cause_and_text),
		cmocka_unit_test(rack_names_response_and_request),
		cmocka_unit_test(numbers_and_tokens_stop_at_their_parameters),
		cmocka_unit_test(identity_is_described_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
