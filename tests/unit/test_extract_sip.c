/* test_extract_sip.c - what an extract keeps of a message, and that nothing hidden is among it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/alias.h"
#include "analyzer/cmd/extract_sip.h"

#define KEY_A "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define KEY_B "PS1uQCVeLmQ8aTs+Mzk7aW5lOiBIZWxsbyB3b3Js"
#define HEAD                                                                                       \
	"INVITE sip:bob%40x:pass@example.org;user=phone;secretparam=SECRET SIP/2.0\r\n"            \
	"Via: SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKSECRET;received=10.0.0.8;rport=99\r\n"       \
	"From: \"SECRET Person\" <sip:alice@example.org>;tag=SECRETtag\r\n"                        \
	"To: <sip:bob@[2001:db8::7]:5070>\r\nCall-ID: SECRET@10.0.0.7\r\nCSeq: 3 INVITE\r\n"       \
	"Contact: <sip:alice@10.0.0.7;gr=SECRET>;+sip.instance=\"<urn:SECRET>\"\r\n"               \
	"Authorization: Digest username=\"SECRET\", response=\"SECRET\"\r\n"                       \
	"X-Anything: SECRET\r\nSubject: SECRET\r\nUser-Agent: SECRET\r\n"

static char *written(enum redact mode, const char *message)
{
	struct redactor *hide = redact_new(mode, false);
	struct alias *a = alias_new(hide, mode, false);
	struct text out = { 0 };

	assert_true(extract_sip_write(a, slice_of(message), &out));
	alias_free(a);
	redact_free(hide);
	return out.p;
}

static void expect_gone(const char *out, const char *const *words)
{
	for (; *words; words++)
		if (strstr(out, *words))
			fail_msg("'%s' stands in:\n%s", *words, out);
}

static void keeps_the_frame_and_none_of_the_names(void **state)
{
	static const char *const gone[] = { "SECRET",  "alice",	      "bob",	     "pass",
					    "10.0.0.", "2001:db8::7", "example.org", NULL };
	char *out = written(REDACT_MASK,
			    HEAD "Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nSECRET");
	(void)state;

	expect_gone(out, gone);
	assert_non_null(strstr(out, "INVITE sip:user-1@host-1.example SIP/2.0\r\n"));
	assert_non_null(strstr(out, "Via: SIP/2.0/UDP 198.18.0.1:5060;received=198.18.0.2;rport=99;"
				    "branch=z9hG4bKbranch-1\r\n"));
	assert_non_null(strstr(out, "From: <sip:user-2@host-1.example>;tag=tag-1\r\n"));
	assert_non_null(strstr(out, "To: <sip:user-3@[2001:db8:e4::1]:5070>\r\n"));
	assert_non_null(strstr(out, "Contact: <sip:user-2@198.18.0.1>\r\n"));
	assert_non_null(strstr(out, "Content-Type: text/plain\r\nContent-Length: 6\r\n\r\n------"));
	free(out);
}

static void shows_people_where_the_report_does_and_no_secret(void **state)
{
	static const char *const gone[] = { "urn:",    "response", "Digest", "X-Anything",
					    "Subject", "pass",	   "Person", NULL };
	char *out = written(REDACT_NONE, HEAD "Content-Length: 0\r\n\r\n");
	(void)state;

	expect_gone(out, gone);
	assert_non_null(strstr(out, "From: <sip:alice@example.org>"));
	assert_non_null(strstr(out, "Via: SIP/2.0/UDP 10.0.0.7:5060"));
	free(out);
}

static void keeps_promises_and_no_key(void **state)
{
	static const char *const gone[] = { KEY_A, KEY_B, "SECRET", "10.0.0.", "alice", NULL };
	char *out = written(
		REDACT_MASK, HEAD
		"Content-Type: application/sdp\r\n\r\n"
		"v=0\r\no=alice 77 78 IN IP4 10.0.0.7\r\ns=SECRET\r\ni=SECRET\r\ne=SECRET\r\n"
		"c=IN IP4 10.0.0.7\r\nk=clear:SECRET\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0 101 "
		"SECRET\r\n"
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_A "|2^20|1:4 UNENCRYPTED_SRTCP\r\n"
		"a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" KEY_B "\r\n"
		"a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:" KEY_A "\r\n"
		"a=rtpmap:101 telephone-event/8000\r\na=ice-pwd:SECRET\r\na=ice-ufrag:SECRET\r\n"
		"a=candidate:1 1 UDP 1 10.0.0.7 4000 typ host\r\na=ssrc:1 cname:SECRET\r\n"
		"a=key-mgmt:mikey SECRET\r\na=fingerprint:sha-256 "
		"AB:CD\r\na=sendonly\r\na=SECRET\r\n");
	(void)state;

	expect_gone(out, gone);
	assert_non_null(strstr(
		out, "\r\no=- 1 78 IN IP4 198.18.0.1\r\ns=-\r\nc=IN IP4 198.18.0.1\r\nt=0 0\r\n"
		     "m=audio 4000 RTP/SAVP 0 101\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"));
	assert_non_null(strstr(out, "|2^20|1:4 UNENCRYPTED_SRTCP\r\n"));
	assert_non_null(strstr(
		out, "a=key-mgmt:mikey AAAA\r\na=fingerprint:sha-256 AB:CD\r\na=sendonly\r\n"));
	/* Equal keys have equal stand-ins, others others; as long as they were. */
	const char *first = strstr(out, "inline:") + 7, *second = strstr(first, "inline:") + 7;
	const char *third = strstr(second, "inline:") + 7;
	assert_memory_equal(first, third, 40);
	assert_memory_not_equal(first, second, 40);
	assert_int_equal(second[40], '\r');
	free(out);
}

static void keys_keep_their_padding(void **state)
{
	struct redactor *hide = redact_new(REDACT_NONE, false);
	struct alias *a = alias_new(hide, REDACT_NONE, false);
	struct text t = { 0 };
	(void)state;

	alias_key(a, &t, SLICE("QUJDRA=="));
	assert_int_equal(t.n, 8);
	assert_string_equal(t.p + 6, "==");
	assert_non_null(strchr("AQgw", t.p[5]));
	text_free(&t);
	alias_free(a);
	redact_free(hide);
}

static void finds_names_in_what_stays_as_it_was(void **state)
{
	struct redactor *hide = redact_new(REDACT_MASK, false);
	struct alias *a = alias_new(hide, REDACT_MASK, false);
	struct text t = { 0 };
	(void)state;

	alias_user(a, &t, SLICE("alice"));
	assert_true(alias_named_in(a, SLICE("\x01 CN=alice \x02")));
	assert_true(alias_named_in(a, SLICE("carol@example.org")));
	assert_false(alias_named_in(a, SLICE("CN=WebRTC @ \x40\x41")));
	text_free(&t);
	alias_free(a);
	redact_free(hide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_frame_and_none_of_the_names),
		cmocka_unit_test(shows_people_where_the_report_does_and_no_secret),
		cmocka_unit_test(keeps_promises_and_no_key),
		cmocka_unit_test(keys_keep_their_padding),
		cmocka_unit_test(finds_names_in_what_stays_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
