/* test_sip.c - messages with and without flaws, written here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/proto/sip/sip.h"

#define VIA  "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport\r\n"
#define FROM "From: Alice <sip:alice@a.example>;tag=1\r\n"
#define TO   "To: <sip:bob@b.example>\r\n"
#define CALL "Call-ID: c1@192.0.2.1\r\n"
#define CSEQ "CSeq: 7 INVITE\r\n"
#define MAX  "Max-Forwards: 70\r\n"
#define NIL  "Content-Length: 0\r\n"
#define LINE "INVITE sip:bob@b.example SIP/2.0\r\n"
#define REST VIA FROM TO CALL CSEQ MAX NIL

static struct sip_message m;

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static enum err parse(const char *text)
{
	return sip_parse(slice_of(text), &m);
}

static const struct {
	const char *text;
	uint32_t lax;
	enum sip_broken broken;
} cases[] = {
	{ LINE REST "\r\n", 0, SIP_BROKEN_NONE },
	{ "\r\n\r\n" LINE REST "\r\n", SIP_LAX_LEADING_CRLF, SIP_BROKEN_NONE },
	{ "INVITE  sip:bob@b.example SIP/2.0\r\n" REST "\r\n", SIP_LAX_START_SPACE, 0 },
	{ "INVITE sip:bob@b.example SIP/2.0 \r\n" REST "\r\n", SIP_LAX_START_SPACE, 0 },
	{ "INVITE <sip:bob@b.example> SIP/2.0\r\n" REST "\r\n", SIP_LAX_URI_BRACKETS, 0 },
	{ "INVITE sip:bob@b.example; lr SIP/2.0\r\n" REST "\r\n", SIP_LAX_URI_SPACE, 0 },
	{ "INVITE sip:b.example?Route=x SIP/2.0\r\n" REST "\r\n", SIP_LAX_BAD_URI, 0 },
	{ "INVITE sip:b.example:70000 SIP/2.0\r\n" REST "\r\n", SIP_LAX_BAD_URI, 0 },
	{ "INVITE what:ever SIP/2.0\r\n" REST "\r\n", SIP_LAX_URI_SCHEME, 0 },
	{ LINE REST "nothing here\r\n\r\n", SIP_LAX_NO_COLON, 0 },
	{ LINE REST "N: a\001b\r\n\r\n", SIP_LAX_CONTROL, 0 },
	{ LINE REST "X y: b\r\n\r\n", SIP_LAX_BAD_NAME, 0 },
	{ LINE REST, SIP_LAX_NO_END, 0 },
	{ LINE REST "Call-ID: other\r\n\r\n", SIP_LAX_REPEATED, 0 },
	{ LINE REST "Content-Length: 0\r\n\r\n", SIP_LAX_REPEATED, 0 },
	{ LINE REST "l: 5\r\n\r\n", SIP_LAX_REPEATED | SIP_LAX_LENGTH_BAD, 0 },
	{ LINE VIA FROM TO CALL CSEQ MAX "\r\n", SIP_LAX_LENGTH_MISSING, 0 },
	{ LINE VIA FROM TO CALL CSEQ MAX "Content-Length: -9\r\n\r\n", SIP_LAX_LENGTH_BAD, 0 },
	{ LINE VIA FROM TO CALL CSEQ MAX "Content-Length: 9\r\n\r\nabc", SIP_LAX_LENGTH_OVER, 0 },
	{ LINE VIA FROM TO CALL CSEQ MAX "Content-Length: 2\r\n\r\nabc", SIP_LAX_TRAILING, 0 },
	{ LINE VIA FROM TO CALL "CSeq: 7 BYE\r\n" MAX NIL "\r\n", SIP_LAX_METHOD_MISMATCH, 0 },
	{ LINE VIA FROM TO CALL "CSeq: 2147483648 INVITE\r\n" MAX NIL "\r\n", SIP_LAX_BAD_CSEQ, 0 },
	{ LINE VIA FROM TO CALL CSEQ "Max-Forwards: 300\r\n" NIL "\r\n", SIP_LAX_BAD_NUMBER, 0 },
	{ LINE VIA FROM TO CALL CSEQ NIL "\r\n", SIP_LAX_NO_MAX_FORWARDS, 0 },
	{ LINE "v: SIP/2.0/UDP a.example;branch=old\r\n" FROM TO CALL CSEQ MAX NIL "\r\n",
	  SIP_LAX_RFC2543_VIA, 0 },
	{ LINE "v: SIP/2.0/UDP a.example;branch=z9hG4bK\r\n" FROM TO CALL CSEQ MAX NIL "\r\n",
	  SIP_LAX_NO_BRANCH, 0 },
	{ LINE VIA "f: \"Alice <sip:alice@a.example>;tag=1\r\n" TO CALL CSEQ MAX NIL "\r\n",
	  SIP_LAX_OPEN_QUOTE | SIP_LAX_BAD_NAME, 0 },
	{ LINE VIA "f: <sip:alice@a.example>\r\n" TO CALL CSEQ MAX NIL "\r\n", SIP_LAX_NO_TAG, 0 },
	{ LINE FROM TO CALL CSEQ MAX NIL "\r\n", 0, SIP_BROKEN_NO_VIA },
	{ LINE VIA TO CALL CSEQ MAX NIL "\r\n", 0, SIP_BROKEN_NO_FROM },
	{ LINE VIA FROM CALL CSEQ MAX NIL "\r\n", 0, SIP_BROKEN_NO_TO },
	{ LINE VIA FROM TO CSEQ MAX NIL "\r\n", 0, SIP_BROKEN_NO_CALL_ID },
	{ LINE VIA FROM TO CALL MAX NIL "\r\n", 0, SIP_BROKEN_NO_CSEQ },
	{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0, SIP_BROKEN_START_LINE },
	{ "INVITE sip:bob@b.example SIP/7.0\r\n" REST "\r\n", 0, SIP_BROKEN_VERSION },
	{ "SIP/2.0 200 OK\r\n" REST "\r\n", 0, 0 },
	{ "SIP/2.0 200\r\n" REST "\r\n", SIP_LAX_START_SPACE, 0 },
	{ "SIP/2.0 99 x\r\n" REST "\r\n", SIP_LAX_BAD_STATUS, 0 },
};

static void each_flaw_has_its_flag(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum err e = parse(cases[i].text);
		if (m.lax != cases[i].lax || m.broken != cases[i].broken)
			fail_msg("case %zu: lax %#x broken %d", i, m.lax, (int)m.broken);
		if ((e == ERR_OK) != (cases[i].broken == SIP_BROKEN_NONE))
			fail_msg("case %zu: err %d", i, (int)e);
	}
}

static void a_request_is_cut_into_its_parts(void **state)
{
	(void)state;
	assert_int_equal(parse(LINE REST "\r\n"), ERR_OK);
	assert_true(m.is_request);
	assert_int_equal(m.method, SIP_INVITE);
	is(m.uri.user, "bob");
	is(m.call_id, "c1@192.0.2.1");
	assert_int_equal(m.cseq, 7);
	is(m.from.display, "Alice");
	is(m.from.tag, "1");
	assert_int_equal(m.to.tag.n, 0);
	is(m.via[0].host, "192.0.2.1");
	assert_int_equal(m.via[0].transport, SIP_VIA_UDP);
	assert_true(m.via[0].flags & SIP_VIA_RPORT);
	assert_int_equal(m.max_forwards, 70);
	assert_int_equal(m.head.n, m.bytes.n);
}

static void compact_folded_and_bare_lines_are_read(void **state)
{
	(void)state;
	assert_int_equal(
		parse("SIP/2.0 180 Ringing\nv: SIP/2.0/TLS p.example;branch=z9hG4bK2,\n"
		      " SIP/2.0/UDP 192.0.2.1\n ;branch=z9hG4bK1\nf :\n <sip:a@a.example>;tag=1\n"
		      "T: <sip:b@b.example>;tag=2\nI: x\ncseq:\t1\tINVITE\nl:0\n\n"),
		ERR_OK);
	assert_int_equal(m.lax, SIP_LAX_BARE_LF);
	assert_int_equal(m.status, 180);
	is(m.reason, "Ringing");
	assert_int_equal(m.method, SIP_INVITE);
	assert_int_equal(m.via_n, 2);
	assert_int_equal(m.via[0].transport, SIP_VIA_TLS);
	is(m.via[1].branch, "z9hG4bK1");
	is(m.to.tag, "2");
	is(m.from.uri.user, "a");
}

static void start_line_is_given_even_when_headers_are_missing(void **state)
{
	(void)state;
	assert_int_equal(parse("MESSAGE sips:x@y.example SIP/2.0\r\nl: 2\r\n\r\nhi"),
			 ERR_MALFORMED);
	assert_int_equal(m.method, SIP_MESSAGE);
	assert_int_equal(m.uri.scheme, SIP_URI_SIPS);
	is(m.body, "hi");
	assert_string_equal(sip_broken_text(m.broken), "no Via");
}

static void lists_keep_order_and_count_what_does_not_fit(void **state)
{
	char text[4096] = LINE REST;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			 "Record-Route: <sip:p%u.example;lr>\r\n", i);
	strcat(text, "Route: <sip:r1.example;lr>, \"x, y\" <sip:r2.example;lr>\r\n\r\n");
	assert_int_equal(parse(text), ERR_OK);
	assert_int_equal(m.record_route.n, SIP_MAX_LIST);
	is(m.record_route.v[15].uri.host, "p15.example");
	assert_int_equal(m.caps, SIP_CAP_RECORD_ROUTE);
	assert_int_equal(m.route.n, 2);
	is(m.route.v[1].display, "x, y");
}

static void headers_past_the_list_are_flagged_and_still_checked(void **state)
{
	static char text[16384] = LINE VIA FROM TO CALL CSEQ MAX;

	(void)state;
	for (unsigned i = 0; i < 140; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "X-%u: y\r\n", i);
	strcat(text, "Content-Type: text/plain\r\nl: 3\r\nl: 4\r\n\r\nabc");
	assert_int_equal(parse(text), ERR_OK);
	assert_int_equal(m.caps, SIP_CAP_HEADERS);
	assert_int_equal(m.header_n, SIP_MAX_HEADERS);
	assert_int_equal(m.lax, SIP_LAX_REPEATED | SIP_LAX_LENGTH_BAD);
	is(m.content_type, "text/plain");
	assert_null(sip_value(&m, SIP_HEADER_CONTENT_TYPE).p);
	is(sip_value_named(&m, SLICE("x-3")), "y");
}

static void values_are_found_by_id_by_name_and_by_token(void **state)
{
	struct slice v;
	size_t at = 0;

	(void)state;
	assert_int_equal(
		parse(LINE REST "k: timer, 100rel\r\nSupported: outbound\r\nP-X: 1\r\n\r\n"),
		ERR_OK);
	assert_true(sip_next(&m, SIP_HEADER_SUPPORTED, &at, &v));
	is(v, "timer, 100rel");
	assert_true(sip_next(&m, SIP_HEADER_SUPPORTED, &at, &v));
	is(v, "outbound");
	assert_false(sip_next(&m, SIP_HEADER_SUPPORTED, &at, &v));
	assert_true(sip_has_token(&m, SIP_HEADER_SUPPORTED, SLICE("OUTBOUND")));
	assert_false(sip_has_token(&m, SIP_HEADER_SUPPORTED, SLICE("path")));
	assert_null(sip_value(&m, SIP_HEADER_REQUIRE).p);
	is(sip_value_named(&m, SLICE("p-x")), "1");
}

static void only_sip_looks_like_sip(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} looks[] = {
		{ "INVITE sip:b SIP/2.0\r\n", true },
		{ "sip/2.0 200 OK\r\n", true },
		{ "SIP/2.0 200", true },
		{ "\r\n\r\nBYE sips:x SIP/2.0\n", true },
		{ "UPDATE tel:+1 SIP/2.0 \r\n", true },
		{ "", false },
		{ "\r\n\r\n", false },
		{ "INVITE", false },
		{ "GET / HTTP/1.1\r\n", false },
		{ "SIP/2.0 abc", false },
		{ "SIP/2.0", false },
		{ "ABCDEF \x80\x01zz SIP/2.0\r\n", false },
		{ "OPTIONS rtsp://x RTSP/1.0\r\n", false },
		{ "INVITE SIP/2.0\r\n", false },
		{ "INVITE sip:b SIP/2.0", false },
		{ "\x80\x00\x12\x34", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
		if (sip_looks_like(slice_of(looks[i].text)) != looks[i].want)
			fail_msg("case %zu", i);
}

static void a_header_block_over_the_limit_is_refused(void **state)
{
	static char text[SIP_MAX_HEAD + 4096];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text, LINE "X: ", sizeof(LINE "X: ") - 1);
	assert_int_equal(sip_parse((struct slice){ (uint8_t *)text, sizeof text }, &m), ERR_LIMIT);
	assert_int_equal(m.method, SIP_INVITE);
}

static void every_flag_has_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 28; i++)
		assert_true(sip_lax_text(1u << i)[0]);
	assert_int_equal(sip_lax_text(3)[0], 0);
	for (unsigned i = SIP_INVITE; i <= SIP_UPDATE; i++)
		assert_int_equal(sip_method_of(slice_of(sip_method_name((enum sip_method)i))), i);
	assert_int_equal(sip_method_of(SLICE("invite")), SIP_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flaw_has_its_flag),
		cmocka_unit_test(a_request_is_cut_into_its_parts),
		cmocka_unit_test(compact_folded_and_bare_lines_are_read),
		cmocka_unit_test(start_line_is_given_even_when_headers_are_missing),
		cmocka_unit_test(lists_keep_order_and_count_what_does_not_fit),
		cmocka_unit_test(headers_past_the_list_are_flagged_and_still_checked),
		cmocka_unit_test(values_are_found_by_id_by_name_and_by_token),
		cmocka_unit_test(only_sip_looks_like_sip),
		cmocka_unit_test(a_header_block_over_the_limit_is_refused),
		cmocka_unit_test(every_flag_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
