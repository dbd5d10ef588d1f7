/* test_contrast.c - two reports side by side: what is new, worse, better, gone, and where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "reports/contrast.h"
#include "reports/jvalue.h"

#define ID(digit)     digit "0000000000000000000000000000000"
#define REPORT(calls) "{\"schema\":\"earshot.report/1\",\"run\":\"r\",\"calls\":[" calls "]}"
#define FINDING(digit, severity, waived)                                                           \
	"{\"rule\":\"SIG-001\",\"outcome\":\"violated\",\"title\":\"t\",\"scope\":\"leg 0\","      \
	"\"element\":\"10.0.9.1:5060\",\"severity\":\"" severity "\",\"waived\":" waived           \
	",\"problem\":\"" ID(digit) "\"}"
#define CALL(label, tls, keying, findings)                                                         \
	"{\"label\":\"" label "\",\"legs\":[{\"a\":\"endpoint-7:5060\",\"b\":\"10.0.9.1:5061\","   \
	"\"transport\":\"tls\",\"tls\":\"" tls "\"}],\"media\":[{\"keying\":\"" keying             \
	"\",\"segments\":[{\"a\":\"endpoint-7:4000\",\"b\":\"10.0.9.1:4002\"}]}],\"findings\":"    \
	"[" findings "]}"

static enum err take(struct contrast *c, enum contrast_side side, const char *text)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	const char *why;
	enum err e = contrast_read(c, side, "name", in, &why);

	fclose(in);
	return e;
}

/* The comparison as JSON; *code is the exit code. */
static json_t *compared(const char *before, const char *after, int *code)
{
	struct contrast *c = contrast_new();
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(take(c, CONTRAST_BEFORE, before), ERR_OK);
	assert_int_equal(take(c, CONTRAST_AFTER, after), ERR_OK);
	*code = contrast_result(c);
	assert_true(contrast_json_write(c, out));
	fclose(out);
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	free(text);
	contrast_free(c);
	return o;
}

static const char *change_of(const json_t *o, size_t i)
{
	return jvalue_str(json_array_get(jvalue_get(o, "problems"), i), "change");
}

static void tells_problems_apart(void **state)
{
	int code;
	(void)state;
	json_t *o =
		compared(REPORT(CALL("EXPOSED", "TLS 1.0, x", "sdes",
				     FINDING("1", "high", "null") "," FINDING(
					     "2", "low", "null") "," FINDING("3", "high", "null"))),
			 REPORT(CALL("EXPOSED", "TLS 1.0, x", "sdes",
				     FINDING("2", "high", "null") "," FINDING(
					     "3", "low", "null") "," FINDING("4", "low", "null"))),
			 &code);

	assert_int_equal(code, 1);
	assert_string_equal(change_of(o, 0), "new");
	assert_string_equal(change_of(o, 1), "worse");
	assert_string_equal(change_of(o, 2), "better");
	assert_string_equal(change_of(o, 3), "gone");
	json_decref(o);
}

static void says_what_changed_on_a_trunk(void **state)
{
	int code;
	(void)state;
	json_t *o = compared(REPORT(CALL("EXPOSED", "TLS 1.0, x", "sdes", "")),
			     REPORT(CALL("HOP BY HOP", "TLS 1.3, y", "dtls-srtp", "")), &code);
	const json_t *trunk = json_array_get(jvalue_get(o, "trunks"), 0);

	assert_int_equal(code, 0);
	assert_string_equal(jvalue_str(trunk, "name"), "10.0.9.1 \xe2\x80\x93 endpoints");
	assert_true(jvalue_is(trunk, "changed"));
	assert_string_equal(jvalue_str(jvalue_get(trunk, "before"), "tls"), "TLS 1.0");
	assert_string_equal(jvalue_str(jvalue_get(trunk, "after"), "tls"), "TLS 1.3");
	assert_string_equal(jvalue_str(jvalue_get(trunk, "after"), "keying"), "dtls-srtp");
	assert_int_equal(jvalue_int(jvalue_get(jvalue_get(trunk, "before"), "labels"), "EXPOSED"),
			 1);
	json_decref(o);
}

static void counts_no_waived_finding_as_new(void **state)
{
	int code;
	(void)state;
	json_decref(compared(
		REPORT(CALL("WEAK", "", "sdes", "")),
		REPORT(CALL("WEAK", "", "sdes", FINDING("1", "high", "{\"owner\":\"o\"}"))),
		&code));
	assert_int_equal(code, 0);
}

static void takes_silence_for_no_pass(void **state)
{
	int code;
	(void)state;
	json_decref(compared(REPORT(CALL("WEAK", "", "sdes", FINDING("1", "high", "null"))),
			     REPORT(""), &code));
	assert_int_equal(code, 4);
}

static void says_in_what_share_of_the_rows(void **state)
{
#define WITH	CALL("WEAK", "", "sdes", FINDING("1", "high", "null"))
#define WITHOUT CALL("WEAK", "", "sdes", "")
	int code;
	(void)state;
	json_t *o = compared(REPORT(WITH "," WITH), REPORT(WITH "," WITHOUT), &code);
	const json_t *p = json_array_get(jvalue_get(o, "problems"), 0);

	assert_int_equal(code, 0);
	assert_string_equal(change_of(o, 0), "share");
	assert_true(jvalue_real(jvalue_get(p, "before"), "share") == 1.0);
	assert_true(jvalue_real(jvalue_get(p, "after"), "share") == 0.5);
	json_decref(o);
}

static void refuses_what_is_no_report(void **state)
{
	struct contrast *c = contrast_new();
	(void)state;

	assert_int_equal(take(c, CONTRAST_BEFORE, "{"), ERR_MALFORMED);
	assert_int_equal(take(c, CONTRAST_BEFORE, "[]"), ERR_MALFORMED);
	assert_int_equal(take(c, CONTRAST_BEFORE, "{\"schema\":\"earshot.report/1\"}"),
			 ERR_MALFORMED);
	assert_false(contrast_whole(c));
	contrast_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_problems_apart),
		cmocka_unit_test(says_what_changed_on_a_trunk),
		cmocka_unit_test(counts_no_waived_finding_as_new),
		cmocka_unit_test(takes_silence_for_no_pass),
		cmocka_unit_test(says_in_what_share_of_the_rows),
		cmocka_unit_test(refuses_what_is_no_report),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
