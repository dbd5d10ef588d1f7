/* test_body_seen.c - bodies by what they tell, not by what they are wrapped in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/observe/body_seen.h"

#define CPIM "From: <sip:a@example.com>\r\nTo: <sip:b@example.com>\r\n\r\n"

static enum body_kind kind(enum sip_body_type type, const char *text)
{
	struct sip_body_part p = { .type = type, .bytes = slice_of(text) };

	return body_seen_kind(&p);
}

static void a_wrapper_is_what_it_holds(void **state)
{
	static const struct {
		const char *text;
		enum body_kind kind;
	} rows[] = {
		{ CPIM "Content-Type: text/plain; charset=utf-8\r\n\r\nhello", BODY_TEXT },
		{ CPIM "Content-type: message/imdn+xml\r\n\r\n<imdn/>", BODY_COMPOSING },
		{ CPIM "Content-Type: application/im-iscomposing+xml\r\n\r\n<x/>", BODY_COMPOSING },
		{ CPIM "Content-Type: application/pkcs7-mime\r\n\r\nMIIB", BODY_PKCS7 },
		/* what a person writes about receipts is none */
		{ CPIM "Content-Type: text/plain\r\n\r\nsee message/imdn+xml", BODY_TEXT },
		{ "From: <sip:a@example.com>\n\nContent-Type: message/imdn+xml\n\n<imdn/>",
		  BODY_COMPOSING },
		{ "no head at all", BODY_TEXT },
		{ "", BODY_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(kind(SIP_BODY_CPIM, rows[i].text), rows[i].kind);
}

static void keys_pressed_are_told_from_keys_not_pressed(void **state)
{
	(void)state;
	assert_int_equal(kind(SIP_BODY_KPML_RESPONSE, "<kpml-response code=\"200\" digits=\"4\"/>"),
			 BODY_DTMF);
	assert_int_equal(kind(SIP_BODY_KPML_RESPONSE, "<kpml-response code=\"423\" digits=\"\"/>"),
			 BODY_OTHER);
	assert_int_equal(kind(SIP_BODY_KPML_RESPONSE, "<kpml-response code=\"487\"/>"), BODY_OTHER);
	assert_int_equal(kind(SIP_BODY_KPML_REQUEST, "<regex>x</regex>"), BODY_OTHER);
	assert_int_equal(kind(sip_body_type_of(SLICE("application/hook-flash")), "flash"),
			 BODY_OTHER);
	assert_int_equal(kind(SIP_BODY_DTMF_RELAY, "Signal=1"), BODY_DTMF);
	assert_int_equal(kind(SIP_BODY_ISUP, "x"), BODY_OTHER);
	assert_int_equal(kind(SIP_BODY_MEDIA_CONTROL, "<picture_fast_update/>"), BODY_OTHER);
}

static void a_kind_of_network_is_no_place(void **state)
{
	(void)state;
	assert_true(body_seen_names_cell(
		SLICE("3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=26201A1B2C3D4E5F")));
	assert_true(body_seen_names_cell(SLICE("3GPP-GERAN; CGI-3GPP=26201A1B2C3D")));
	assert_true(body_seen_names_cell(SLICE("IEEE-802.11; i-wlan-node-id=00112233aabb")));
	assert_false(body_seen_names_cell(SLICE("3GPP-E-UTRAN-FDD")));
	assert_false(body_seen_names_cell(SLICE("ADSL; network-provided")));
	assert_false(body_seen_names_cell(SLICE("")));
}

static void presence_is_no_place_by_itself(void **state)
{
	static const char place[] = "<presence><gp:geopriv><gp:location-info/></presence>";
	struct sip_body b = { .n = 1, .parts = { { .type = SIP_BODY_PIDF } } };

	(void)state;
	b.parts[0].bytes = SLICE("<presence><tuple/></presence>");
	assert_false(body_seen_location(&b));
	b.parts[0].bytes = SLICE(place);
	assert_true(body_seen_location(&b));
	b.parts[0].type = SIP_BODY_TEXT;
	assert_false(body_seen_location(&b));
}

static bool enveloped(const char *params, const char *bytes, size_t n)
{
	struct sip_body b = { .n = 1, .parts = { { .type = SIP_BODY_PKCS7_MIME } } };

	b.parts[0].type_params = slice_of(params);
	b.parts[0].bytes = (struct slice){ (const uint8_t *)bytes, n };
	return body_seen_enveloped(&b);
}

static void a_signature_hides_nothing(void **state)
{
	static const char object[] = "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
	static const char signature[] = "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

	(void)state;
	assert_true(enveloped("smime-type=enveloped-data; name=smime.p7m", "", 0));
	assert_true(enveloped("smime-type=authEnveloped-data", "", 0));
	assert_true(enveloped("", object, sizeof object - 1));
	assert_false(enveloped("", signature, sizeof signature - 1));
	assert_false(enveloped("smime-type=signed-data", object, sizeof object - 1));
	assert_false(enveloped("smime-type=certs-only", "", 0));
	assert_false(enveloped("", "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrapper_is_what_it_holds),
		cmocka_unit_test(keys_pressed_are_told_from_keys_not_pressed),
		cmocka_unit_test(a_kind_of_network_is_no_place),
		cmocka_unit_test(presence_is_no_place_by_itself),
		cmocka_unit_test(a_signature_hides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
