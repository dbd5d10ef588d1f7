/* test_sip_body.c - bodies by type, and multiparts in their parts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/proto/sip/sip_body.h"

static struct sip_message m;
static struct sip_body b;

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

/* A message with that Content-Type line (may be empty) and body; headers missing on purpose. */
static void split(const char *type, const char *body)
{
	static char text[8192];

	snprintf(text, sizeof text, "INVITE sip:a SIP/2.0\r\n%s\r\n%s", type, body);
	assert_int_equal(sip_parse(slice_of(text), &m), ERR_MALFORMED);
	sip_body_split(&m, &b);
}

static void types_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum sip_body_type type;
	} types[] = {
		{ "application/sdp", SIP_BODY_SDP },
		{ "Application / SDP", SIP_BODY_SDP },
		{ "message/sipfrag", SIP_BODY_SIPFRAG },
		{ "text/plain", SIP_BODY_TEXT },
		{ "text/html", SIP_BODY_TEXT_OTHER },
		{ "application/x-pkcs7-mime", SIP_BODY_PKCS7_MIME },
		{ "application/rs-metadata+xml", SIP_BODY_RS_METADATA },
		{ "application/dtmf-relay", SIP_BODY_DTMF_RELAY },
		{ "application/dtmf", SIP_BODY_DTMF },
		{ "multipart/related", SIP_BODY_MULTIPART },
		{ "application/x-unheard", SIP_BODY_OTHER },
		{ "", SIP_BODY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		assert_int_equal(sip_body_type_of(slice_of(types[i].text)), types[i].type);
}

static void a_single_body_is_one_part(void **state)
{
	(void)state;
	split("c: application/sdp;charset=utf-8\r\nContent-Disposition: "
	      "session;handling=optional\r\n",
	      "v=0\r\n");
	assert_int_equal(b.n, 1);
	assert_int_equal(b.flags, 0);
	is(b.parts[0].type_text, "application/sdp");
	is(b.parts[0].disposition, "session");
	assert_true(b.parts[0].handling_optional);
	is(sip_body_find(&b, SIP_BODY_SDP)->bytes, "v=0\r\n");
	assert_null(sip_body_find(&b, SIP_BODY_TEXT));
}

static void a_multipart_is_replaced_by_its_parts(void **state)
{
	(void)state;
	split("c: multipart/mixed; boundary=\"b 1\"\r\n",
	      "preamble\r\n--b 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b 1\r\n"
	      "Content-Type: application/rs-metadata\r\nContent-ID: <x>\r\n\r\n<x/>\r\n--b "
	      "1--\r\nrest");
	assert_int_equal(b.n, 2);
	assert_int_equal(b.flags, SIP_BODY_SPLIT);
	is(b.parts[0].bytes, "v=0\r\n");
	is(b.parts[1].bytes, "<x/>");
	is(b.parts[1].content_id, "<x>");
	assert_int_equal(b.parts[1].type, SIP_BODY_RS_METADATA);
	assert_int_equal(b.parts[1].depth, 1);
}

static void a_multipart_in_a_multipart_is_split_once_more(void **state)
{
	(void)state;
	split("c: multipart/mixed;boundary=a\r\n",
	      "--a\r\nContent-Type: multipart/signed;boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\n"
	      "Content-Type: "
	      "multipart/mixed;boundary=c\r\n\r\n--c\r\n\r\ndeep\r\n--c--\r\n--b--\r\n--a--");
	assert_int_equal(b.n, 2);
	assert_int_equal(b.parts[0].type, SIP_BODY_TEXT);
	assert_int_equal(b.parts[0].depth, 2);
	is(b.parts[0].bytes, "plain");
	assert_int_equal(b.parts[1].type, SIP_BODY_MULTIPART);
	assert_int_equal(b.flags, SIP_BODY_SPLIT | SIP_BODY_SIGNED | SIP_BODY_TOO_DEEP);
}

static void a_broken_multipart_is_kept_whole_or_to_its_end(void **state)
{
	(void)state;
	split("c: multipart/mixed\r\n", "--a\r\n\r\nx\r\n--a--");
	assert_int_equal(b.n, 1);
	assert_int_equal(b.flags, SIP_BODY_NO_BOUNDARY);
	assert_int_equal(b.parts[0].type, SIP_BODY_MULTIPART);
	split("c: multipart/mixed;boundary=a\r\n", "--ab\r\n\r\nx\r\n");
	assert_int_equal(b.flags, SIP_BODY_NO_BOUNDARY);
	split("c: multipart/mixed;boundary=a\r\n", "--a\r\n\r\nx\r\n");
	assert_int_equal(b.flags, SIP_BODY_SPLIT | SIP_BODY_UNENDED);
	is(b.parts[0].bytes, "x\r\n");
}

static void parts_beyond_the_limit_are_flagged(void **state)
{
	char text[1024] = "";

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "--a\r\n\r\nx\r\n");
	strcat(text, "--a--");
	split("c: multipart/mixed;boundary=a\r\n", text);
	assert_int_equal(b.n, SIP_BODY_MAX_PARTS);
	assert_true(b.flags & SIP_BODY_TOO_MANY);
}

static void an_untyped_or_encoded_body_is_flagged(void **state)
{
	(void)state;
	split("", "v=0\r\n");
	assert_int_equal(b.flags, SIP_BODY_UNTYPED);
	assert_int_equal(b.parts[0].type, SIP_BODY_SDP);
	split("c: application/sdp\r\nContent-Encoding: gzip\r\n", "xx");
	assert_int_equal(b.flags, SIP_BODY_ENCODED);
	split("c: application/sdp\r\n", "");
	assert_int_equal(b.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_told_apart),
		cmocka_unit_test(a_single_body_is_one_part),
		cmocka_unit_test(a_multipart_is_replaced_by_its_parts),
		cmocka_unit_test(a_multipart_in_a_multipart_is_split_once_more),
		cmocka_unit_test(a_broken_multipart_is_kept_whole_or_to_its_end),
		cmocka_unit_test(parts_beyond_the_limit_are_flagged),
		cmocka_unit_test(an_untyped_or_encoded_body_is_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
