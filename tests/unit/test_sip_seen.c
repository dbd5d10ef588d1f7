/* test_sip_seen.c - what of a SIP message crosses the wall, and what must not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/observe/sip_seen.h"

#define KEY			 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
#define ASSERT_TEXT(slice, text) assert_true(slice_eq((slice), SLICE(text)))

static const char invite[] =
	"INVITE sips:bob@example.com SIP/2.0\r\n"
	"Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1;received=198.51.100.7\r\n"
	"Via: SIP/2.0/UDP phone.example.com;branch=z9hG4bK0\r\n"
	"From: \"Alice\" <sip:alice:secret@example.com>;tag=a1\r\n"
	"To: <tel:+4930123456>\r\n"
	"Call-ID: c1@192.0.2.1\r\n"
	"CSeq: 7 INVITE\r\n"
	"Contact: <sip:alice@192.0.2.1:5061;transport=tls>;+sip.src\r\n"
	"Record-Route: <sip:192.0.2.9;lr;transport=tcp>\r\n"
	"Route: <sip:proxy.example.com;lr>\r\n"
	"Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", "
	"response=\"6629fae49393a05397450978507c4ef1\", qop=auth, nc=00000001, cnonce=\"c\"\r\n"
	"Replaces: other@call;to-tag=1;from-tag=2\r\n"
	"Privacy: id;critical\r\n"
	"User-Agent: phone/1\r\n"
	"Max-Forwards: 70\r\n"
	"Content-Type: application/sdp\r\n"
	"Content-Length: 486\r\n"
	"\r\n";

static const char sdp[] =
	"v=0\r\n"
	"o=alice 42 43 IN IP4 192.0.2.1\r\n"
	"s=-\r\n"
	"c=IN IP4 192.0.2.1\r\n"
	"t=0 0\r\n"
	"a=group:BUNDLE a0\r\n"
	"m=audio 40000 RTP/SAVP 0 101\r\n"
	"a=mid:a0\r\n"
	"a=sendonly\r\n"
	"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY "|2^20|1:4\r\n"
	"a=candidate:1 1 UDP 2130706431 192.0.2.1 40000 typ host\r\n"
	"a=candidate:2 1 UDP 1 203.0.113.9 5000 typ relay raddr 192.0.2.1 rport 40000\r\n"
	"a=ice-ufrag:abcd\r\n"
	"m=video 40002 UDP/TLS/RTP/SAVPF 96\r\n"
	"a=rtcp-mux\r\n"
	"a=setup:actpass\r\n"
	"a=fingerprint:sha-256 AA:BB\r\n"
	"m=image 40004 udptl t38\r\n";

static struct {
	struct sip_reader *reader;
	char bytes[4096];
	size_t n;
	struct sip_seen seen;
	bool is_sip, usable;
} s;

/* The capture kept `snap` octets of it. */
static void read_cut(const char *head, const char *body, size_t snap)
{
	struct sip_carried how = { .carrier = SIP_TRANSPORT_UDP, .handshake = true };

	s.n = strlen(head) + strlen(body);
	assert_true(s.n < sizeof s.bytes);
	memcpy(s.bytes, head, strlen(head));
	memcpy(s.bytes + strlen(head), body, strlen(body));
	how.cut = snap < s.n;
	s.n = how.cut ? snap : s.n;
	s.usable = sip_seen_read(s.reader, (struct slice){ (const uint8_t *)s.bytes, s.n }, how,
				 &s.seen, &s.is_sip);
}

static void read_bytes(const char *head, const char *body)
{
	read_cut(head, body, SIZE_MAX);
}

static int start(void **state)
{
	(void)state;
	memset(&s, 0, sizeof s);
	s.reader = sip_seen_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	sip_seen_free(s.reader);
	return 0;
}

/* Content-Length of the invite is written for a body of another length on purpose elsewhere. */
static void read_invite_with(const char *body)
{
	char head[2048];
	char *length;

	strcpy(head, invite);
	length = strstr(head, "486");
	assert_true(strlen(body) < 1000);
	snprintf(length, 32, "%zu\r\n\r\n", strlen(body));
	read_bytes(head, body);
	assert_true(s.is_sip && s.usable);
}

static void read_invite(void)
{
	read_invite_with(sdp);
}

static void reads_who_asks_whom(void **state)
{
	(void)state;
	read_invite();
	assert_true(s.seen.request && s.seen.ruri_sips);
	assert_int_equal(s.seen.verb, SIP_VERB_INVITE);
	ASSERT_TEXT(s.seen.call_id, "c1@192.0.2.1");
	assert_int_equal(s.seen.cseq, 7);
	ASSERT_TEXT(s.seen.from.user, "alice");
	ASSERT_TEXT(s.seen.from.tag, "a1");
	assert_true(s.seen.from.has_password);
	assert_true(s.seen.to.tel);
	ASSERT_TEXT(s.seen.replaces, "other@call");
	assert_true(s.seen.siprec && s.seen.contact.src);
	assert_int_equal(s.seen.contact.transport, SIP_TRANSPORT_TLS);
	assert_true(s.seen.has_privacy && !s.seen.passport.present);
	assert_int_equal(s.seen.expires, UINT32_MAX);
	assert_true(s.seen.tcp_handshake);
}

static void reads_the_way_it_came(void **state)
{
	char text[ADDR_TEXT];

	(void)state;
	read_invite();
	assert_int_equal(s.seen.via_count, 2);
	assert_int_equal(s.seen.vias[0].transport, SIP_TRANSPORT_TLS);
	assert_string_equal(addr_text(&s.seen.vias[0].addr, text), "198.51.100.7");
	assert_true(addr_is_none(&s.seen.vias[1].addr));
	ASSERT_TEXT(s.seen.branch, "z9hG4bK1");
	assert_int_equal(s.seen.route_count, 2);
	assert_int_equal(s.seen.routes[0].kind, ROUTE_ROUTE);
	assert_int_equal(s.seen.routes[1].kind, ROUTE_RECORD);
	assert_int_equal(s.seen.routes[1].transport, SIP_TRANSPORT_TCP);
}

static void notes_that_digest_credentials_passed(void **state)
{
	(void)state;
	read_invite();
	assert_int_equal(s.seen.auth_count, 1);
	assert_int_equal(s.seen.auths[0].scheme, AUTH_DIGEST);
	assert_true(s.seen.auths[0].md5 && s.seen.auths[0].has_response);
	assert_true(s.seen.auths[0].has_qop && !s.seen.auths[0].challenge);
	assert_true(slice_eq(s.seen.auths[0].nonce, SLICE("n")));
	assert_true(slice_eq(s.seen.auths[0].username, SLICE("alice")));
	assert_int_equal(s.seen.auths[0].nc, 1);
}

static void reads_what_each_line_promises(void **state)
{
	(void)state;
	read_invite();
	assert_non_null(s.seen.sdp);
	assert_int_equal(s.seen.body, BODY_SDP);
	assert_int_equal(s.seen.sdp->line_count, 3);
	const struct line_seen *l = s.seen.sdp->lines;
	assert_int_equal(l[0].profile, PROFILE_RTP_SAVP);
	assert_int_equal(l[0].direction, SDP_SENDONLY);
	assert_int_equal(l[0].rtcp.port, 40001);
	assert_true(l[0].bundled && !l[1].bundled);
	assert_int_equal(l[0].candidate_count, 2);
	assert_int_equal(l[0].candidates[1].type, 3);
	ASSERT_TEXT(l[0].ufrag, "abcd");
	assert_int_equal(l[1].setup, SETUP_ACTPASS);
	assert_int_equal(l[1].rtcp.port, 40002);
	assert_int_equal(l[1].fingerprint_count, 1);
	assert_int_equal(l[2].profile, PROFILE_UDPTL);
	assert_int_equal(l[2].kind, MEDIA_IMAGE);
	assert_int_equal(s.seen.crypto_lines, 1);
	assert_int_equal(s.seen.fingerprint_lines, 1);
}

static void names_a_key_without_keeping_it(void **state)
{
	/* The key of RFC 4568 9.3 decodes to thirty printable octets. */
	static const char decoded[] = "wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#";

	(void)state;
	read_invite();
	const struct crypto_seen *c = &s.seen.sdp->lines[0].cryptos[0];
	assert_int_equal(s.seen.sdp->lines[0].crypto_count, 1);
	assert_true(c->valid);
	assert_int_equal(c->lifetimes[0], 1 << 20);
	assert_int_equal(c->key_octets, 30);
	assert_true(c->key_names[0] == digest_name(SLICE(decoded)));
	assert_null(memmem(&s.seen, sizeof s.seen, decoded, 8));
	assert_null(memmem(s.seen.sdp, sizeof *s.seen.sdp, decoded, 8));
	assert_null(memmem(c, sizeof *c, decoded, 8));
	assert_false(slice_eq(c->suite, SLICE(KEY)));
}

static const struct crypto_seen *read_suite(const char *suite)
{
	char body[512];

	snprintf(body, sizeof body,
		 "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
		 "m=audio 40000 RTP/SAVP 0\r\na=crypto:1 %s inline:" KEY "\r\n",
		 suite);
	read_invite_with(body);
	assert_int_equal(s.seen.sdp->lines[0].crypto_count, 1);
	return &s.seen.sdp->lines[0].cryptos[0];
}

static void tells_what_a_cipher_falls_short_of(void **state)
{
	static const struct {
		const char *suite;
		unsigned want;
	} rows[] = {
		{ "AES_CM_128_HMAC_SHA1_80", SHORT_OF_CNSA },
		{ "AES_192_CM_HMAC_SHA1_80", SHORT_OF_CNSA },
		{ "AES_256_CM_HMAC_SHA1_80", 0 },
		{ "AEAD_AES_128_GCM", SHORT_OF_CNSA },
		{ "AEAD_AES_256_GCM", 0 },
		{ "F8_128_HMAC_SHA1_80", SHORT_OF_CNSA | SHORT_OF_FIPS },
		{ "SEED_CTR_128_HMAC_SHA1_80", SHORT_OF_CNSA | SHORT_OF_FIPS },
		{ "AEAD_ARIA_256_GCM", SHORT_OF_FIPS },
		{ "NULL_HMAC_SHA1_80", 0 },
		{ "NOBODY_KNOWS", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(read_suite(rows[i].suite)->cipher_short, rows[i].want);
}

/* Whether a slice lies over some text of the message. */
static bool covers(struct slice of, const char *text)
{
	return of.n && memmem(of.p, of.n, text, strlen(text));
}

static void no_slice_of_the_record_covers_a_secret(void **state)
{
	static const char *const secrets[] = { KEY, "secret", "6629fae4" };

	(void)state;
	read_invite();
	const struct slice slices[] = {
		s.seen.method,
		s.seen.ruri,
		s.seen.call_id,
		s.seen.from.display,
		s.seen.from.user,
		s.seen.from.host,
		s.seen.to.user,
		s.seen.contact.user,
		s.seen.replaces,
		s.seen.user_agent,
		s.seen.event,
		s.seen.session_id,
		s.seen.auths->realm,
		s.seen.vias->host,
		s.seen.branch,
		s.seen.sdp->session_id,
		s.seen.sdp->lines->cryptos->suite,
		s.seen.sdp->lines->proto,
		s.seen.sdp->lines->ufrag,
		s.seen.sdp->lines->mid,
	};
	for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++)
		for (size_t k = 0; k < sizeof secrets / sizeof secrets[0]; k++)
			assert_false(covers(slices[i], secrets[k]));
}

static void a_request_uri_loses_its_password(void **state)
{
	(void)state;
	read_bytes("OPTIONS sip:bob:hidden@example.com;x=1 SIP/2.0\r\n"
		   "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
		   "To: <sip:b@c>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n",
		   "");
	assert_true(s.usable);
	assert_false(covers(s.seen.ruri, "hidden"));
}

static void the_method_of_a_response_is_that_of_its_cseq(void **state)
{
	(void)state;
	read_bytes("SIP/2.0 183 Progress\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
		   "From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>;tag=2\r\nCall-ID: c\r\n"
		   "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
		   "");
	assert_false(s.seen.request);
	assert_int_equal(s.seen.status, 183);
	assert_int_equal(s.seen.verb, SIP_VERB_INVITE);
	assert_int_equal(s.seen.body, BODY_NONE);
	assert_null(s.seen.sdp);
}

static void tells_what_kind_of_body_came(void **state)
{
	const struct {
		const char *type;
		enum body_kind kind;
	} cases[] = {
		{ "text/plain", BODY_TEXT },
		{ "message/cpim", BODY_TEXT },
		{ "application/dtmf-relay", BODY_DTMF },
		{ "message/sipfrag;version=2.0", BODY_SIPFRAG },
		{ "application/pkcs7-mime", BODY_PKCS7 },
		{ "application/dialog-info+xml", BODY_DIALOG_INFO },
		{ "application/im-iscomposing+xml", BODY_COMPOSING },
		{ "application/x-new", BODY_OTHER },
	};
	char head[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(head, sizeof head,
			 "MESSAGE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
			 "From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: c\r\nCSeq: 1 "
			 "MESSAGE\r\n"
			 "Content-Type: %s\r\nContent-Length: 5\r\n\r\n",
			 cases[i].type);
		read_bytes(head, "hello");
		assert_int_equal(s.seen.body, cases[i].kind);
		assert_int_equal(s.seen.body_bytes, 5);
	}
}

static unsigned gateway_signs(const char *uri, const char *more, const char *type)
{
	char head[512];

	snprintf(head, sizeof head,
		 "INVITE %s SIP/2.0\r\nCall-ID: g\r\nCSeq: 1 INVITE\r\n%sContent-Type: %s\r\n"
		 "Content-Length: 4\r\n\r\n",
		 uri, more, type);
	read_bytes(head, "v=0\n");
	return s.seen.gateway;
}

static void tells_the_signs_of_a_gateway_apart(void **state)
{
	(void)state;
	assert_int_equal(gateway_signs("sip:b@c", "", "application/sdp"), 0);
	assert_int_equal(gateway_signs("tel:+4930123456", "", "application/sdp"), GATEWAY_TEL);
	assert_int_equal(gateway_signs("sip:b@c", "", "application/isup;version=itu-t92+"),
			 GATEWAY_ISUP);
	assert_int_equal(gateway_signs("tel:+49", "P-charge-info: <sip:1@c>\r\n", "text/plain"),
			 GATEWAY_TEL | GATEWAY_CHARGE);
}

static void what_is_not_sip_is_told_from_what_is_broken(void **state)
{
	(void)state;
	read_bytes("GET / HTTP/1.1\r\n\r\n", "");
	assert_false(s.is_sip);
	assert_false(s.usable);
	read_bytes("OPTIONS sip:b@c SIP/2.0\r\nTo: <sip:b@c>\r\n\r\n", "");
	assert_true(s.is_sip);
	assert_false(s.usable);
}

/* A REGISTER or INVITE with one more line. */
static void read_with(const char *start_line, const char *line)
{
	char head[1024];

	snprintf(head, sizeof head,
		 "%s SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
		 "%sCall-ID: c\r\nCSeq: 1 %.*s\r\n%s\r\n\r\n",
		 start_line, strstr(line, "To:") ? "" : "To: <sip:b@c>\r\n",
		 (int)strcspn(start_line, " "), start_line, line);
	read_bytes(head, "");
	assert_true(s.usable);
}

/* 3GPP TS 24.229 5.1.1.2: the first REGISTER carries credentials with nothing in them. */
static void an_empty_response_is_no_response(void **state)
{
	(void)state;
	read_with("REGISTER sip:ims.example", "Authorization: Digest username=\"a@ims.example\", "
					      "realm=\"ims.example\", uri=\"sip:ims.example\", "
					      "nonce=\"\", response=\"\"");
	assert_int_equal(s.seen.auth_count, 1);
	assert_false(s.seen.auths[0].has_response);
	read_with("REGISTER sip:ims.example",
		  "Authorization: Digest username=\"a\", realm=\"i\", nonce=\"n\", "
		  "algorithm=AKAv1-MD5, response=\"6629fae49393a05397450978507c4ef1\"");
	assert_true(s.seen.auths[0].has_response && s.seen.auths[0].aka);
	assert_false(s.seen.auths[0].md5);
}

static void a_star_is_no_binding(void **state)
{
	(void)state;
	read_with("REGISTER sip:example.com", "Contact: *\r\nExpires: 0");
	assert_false(s.seen.contact.present);
	read_with("REGISTER sip:example.com", "Contact: <sip:a@192.0.2.1>");
	assert_true(s.seen.contact.present);
}

static void knows_an_emergency_by_where_it_was_meant_to_go(void **state)
{
	(void)state;
	read_with("INVITE urn:service:sos", "To: <urn:service:sos>");
	assert_true(s.seen.ruri_emergency);
	read_with("INVITE sip:psap@esinet.example", "To: <urn:service:sos.fire>");
	assert_true(s.seen.ruri_emergency);
	read_with("INVITE sip:sos@example.com", "To: <sip:sos@example.com>");
	assert_false(s.seen.ruri_emergency);
}

static void a_password_in_the_request_uri_is_told(void **state)
{
	(void)state;
	read_with("INVITE sip:bob:hidden@example.com", "Subject: x");
	assert_true(s.seen.ruri_password);
	read_with("INVITE sip:bob@example.com", "Subject: x");
	assert_false(s.seen.ruri_password);
}

static void reads_what_ipsec_was_settled_on(void **state)
{
	static const struct {
		const char *line;
		enum ipsec_null want;
	} rows[] = {
		{ "Security-Verify: ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;q=0.1",
		  IPSEC_NULL_SETTLED },
		{ "Security-Verify: ipsec-3gpp;alg=hmac-sha-1-96", IPSEC_NULL_SETTLED },
		{ "Security-Verify: ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc",
		  IPSEC_ENCRYPTING },
		/* which of the two ran is not seen: nothing is claimed */
		{ "Security-Verify: ipsec-3gpp;ealg=null, ipsec-3gpp;ealg=aes-cbc", IPSEC_SETTLED },
		{ "Security-Client: ipsec-3gpp;ealg=aes-cbc, ipsec-3gpp;ealg=null",
		  IPSEC_NULL_OFFERED },
		{ "Security-Client: ipsec-3gpp;ealg=aes-cbc", IPSEC_NOT_NULL },
		{ "Security-Client: tls;q=0.2, digest", IPSEC_NOT_NULL },
		{ "Subject: ipsec-3gpp;ealg=null", IPSEC_NOT_NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		read_with("REGISTER sip:ims.example", rows[i].line);
		assert_int_equal(s.seen.ipsec_null, rows[i].want);
	}
}

#define WITH_READER(test) cmocka_unit_test_setup_teardown(test, start, stop)

/* A line that was cut may be another one than its beginning says. */
static void of_a_cut_message_whole_lines_are_read(void **state)
{
	(void)state;
	size_t at = (size_t)(strstr(invite, "c1@192.0.2.1") - invite);

	for (size_t n = at; n < at + strlen("c1@192.0.2.1\r\n"); n++) {
		read_cut(invite, sdp, n);
		assert_true(s.is_sip && !s.usable && s.seen.truncated);
	}
	read_cut(invite, sdp, at + strlen("c1@192.0.2.1\r\n"));
	assert_true(s.is_sip && s.usable && s.seen.truncated);
	ASSERT_TEXT(s.seen.call_id, "c1@192.0.2.1");
	assert_null(s.seen.sdp);
}

static void of_cut_sdp_whole_lines_are_read(void **state)
{
	(void)state;
	size_t head = strlen(invite), key = (size_t)(strstr(sdp, "a=crypto") - sdp);
	size_t end = key + (size_t)(strchr(sdp + key, '\n') - (sdp + key)) + 1;

	for (size_t n = key; n < end; n++) {
		read_cut(invite, sdp, head + n);
		assert_non_null(s.seen.sdp);
		assert_int_equal(s.seen.crypto_lines, 0);
	}
	read_cut(invite, sdp, head + end);
	assert_int_equal(s.seen.crypto_lines, 1);
	/* Of the port, the profile and the digest no beginning is taken for the whole. */
	read_cut(invite, sdp, head + (size_t)(strstr(sdp, "02 UDP") - sdp));
	assert_int_equal(s.seen.sdp->line_count, 1);
	read_cut(invite, sdp, head + (size_t)(strstr(sdp, ":BB") - sdp));
	assert_int_equal(s.seen.fingerprint_lines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_READER(reads_who_asks_whom),
		WITH_READER(reads_the_way_it_came),
		WITH_READER(notes_that_digest_credentials_passed),
		WITH_READER(reads_what_each_line_promises),
		WITH_READER(names_a_key_without_keeping_it),
		WITH_READER(tells_what_a_cipher_falls_short_of),
		WITH_READER(no_slice_of_the_record_covers_a_secret),
		WITH_READER(a_request_uri_loses_its_password),
		WITH_READER(the_method_of_a_response_is_that_of_its_cseq),
		WITH_READER(tells_what_kind_of_body_came),
		WITH_READER(tells_the_signs_of_a_gateway_apart),
		WITH_READER(what_is_not_sip_is_told_from_what_is_broken),
		WITH_READER(an_empty_response_is_no_response),
		WITH_READER(a_star_is_no_binding),
		WITH_READER(knows_an_emergency_by_where_it_was_meant_to_go),
		WITH_READER(a_password_in_the_request_uri_is_told),
		WITH_READER(of_a_cut_message_whole_lines_are_read),
		WITH_READER(of_cut_sdp_whole_lines_are_read),
		WITH_READER(reads_what_ipsec_was_settled_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
