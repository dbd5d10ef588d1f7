/* test_sdp.c - descriptions, section by section. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/proto/sdp/sdp.h"

static void is(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_of(want)))
		fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

#define HEAD "v=0\r\no=alice 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define FP256                                                                                      \
	"12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:"  \
	"AB:4A:AD"
#define K30 "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"

static struct arena *arena;
static struct sdp *d;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static enum err parse(const char *text)
{
	return sdp_parse(slice_of(text), arena, &d);
}

static void a_plain_offer_is_read(void **state)
{
	struct addr a;

	(void)state;
	assert_int_equal(
		parse(HEAD "b=AS:64\r\nm=audio 49170 RTP/AVP 0 8 97\r\na=rtpmap:97 opus/48000/2\r\n"
			   "a=fmtp:97 useinbandfec=1\r\na=ptime:20\r\na=sendonly\r\n"),
		ERR_OK);
	assert_int_equal(d->lax, 0);
	is(d->session_id, "1");
	is(d->origin_address, "192.0.2.1");
	assert_int_equal(d->section.bandwidths->value, 64);
	assert_int_equal(d->media_n, 1);
	assert_int_equal(d->media->kind, SDP_AUDIO);
	assert_int_equal(d->media->proto, SDP_RTP_AVP);
	assert_int_equal(d->media->port, 49170);
	assert_int_equal(d->media->ptime, 20);
	assert_int_equal(d->media->section.direction, SDP_DIR_SENDONLY);
	assert_true(sdp_address(d->media, &a) && addr_is_v4(&a));
	assert_false(d->media->own_connection);
}

static void codecs_come_from_rtpmap_or_the_static_table(void **state)
{
	const struct sdp_codec *c;

	(void)state;
	assert_int_equal(parse(HEAD "m=audio 4 RTP/AVP 0 97 98\r\na=rtpmap:97 L16/16000/2\r\n"
				    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"),
			 ERR_OK);
	c = sdp_codec_of(d->media, 0);
	is(c->name, "PCMU");
	assert_int_equal(c->clock, 8000);
	c = sdp_codec_of(d->media, 97);
	assert_int_equal(c->channels, 2);
	assert_true(c->in_formats && c->has_rtpmap);
	assert_int_equal(sdp_codec_of(d->media, 98)->name.n, 0);
	c = sdp_codec_of(d->media, 101);
	is(c->fmtp, "0-15");
	assert_false(c->in_formats);
	assert_null(sdp_codec_of(d->media, 5));
	assert_int_equal(d->media->codec_n, 4);
}

static void protocols_have_their_meaning(void **state)
{
	static const struct {
		const char *text;
		enum sdp_proto proto;
		bool rtp, secure, dtls;
	} protos[] = {
		{ "RTP/AVP", SDP_RTP_AVP, true, false, false },
		{ "rtp/savpf", SDP_RTP_SAVPF, true, true, false },
		{ "UDP/TLS/RTP/SAVPF", SDP_UDP_TLS_RTP_SAVPF, true, true, true },
		{ "udptl", SDP_UDPTL, false, false, false },
		{ "UDP/TLS/UDPTL", SDP_UDP_TLS_UDPTL, false, true, true },
		{ "TCP/TLS/MSRP", SDP_TCP_TLS_MSRP, false, true, false },
		{ "UDP/DTLS/SCTP", SDP_UDP_DTLS_SCTP, false, true, true },
		{ "XTP/NEW", SDP_PROTO_OTHER, false, false, false },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof protos / sizeof protos[0]; i++) {
		snprintf(text, sizeof text, HEAD "m=audio 4 %s 0\r\n", protos[i].text);
		assert_int_equal(parse(text), ERR_OK);
		enum sdp_proto p = d->media->proto;
		if (p != protos[i].proto || sdp_proto_is_rtp(p) != protos[i].rtp ||
		    sdp_proto_is_secure(p) != protos[i].secure ||
		    sdp_proto_is_dtls(p) != protos[i].dtls)
			fail_msg("%s", protos[i].text);
	}
}

/* RFC 5763 7.1, RFC 8842 5: session level counts for each m-line that says nothing itself. */
static void session_level_is_inherited(void **state)
{
	(void)state;
	assert_int_equal(
		parse(HEAD
		      "a=setup:actpass\r\na=fingerprint:sha-256 " FP256 "\r\na=ice-ufrag:abcd\r\n"
		      "a=ice-pwd:secret\r\na=recvonly\r\na=tls-id:x\r\na=ice-lite\r\n"
		      "m=audio 4 UDP/TLS/RTP/SAVP 0\r\n"
		      "m=video 6 UDP/TLS/RTP/SAVP 99\r\nc=IN IP6 2001:db8::1\r\na=setup:active\r\n"
		      "a=fingerprint:sha-1 "
		      "00:11\r\na=inactive\r\na=rtcp-mux\r\na=ice-ufrag:wxyz\r\n"),
		ERR_OK);
	struct sdp_section *audio = &d->media->section, *video = &d->media->next->section;
	assert_int_equal(audio->setup, SDP_SETUP_ACTPASS);
	assert_int_equal(audio->fingerprint_n, 1);
	assert_true(audio->fingerprints->valid);
	assert_int_equal(audio->direction, SDP_DIR_RECVONLY);
	assert_int_equal(audio->flags, SDP_HAS_ICE_PWD | SDP_ICE_LITE);
	assert_int_equal(video->setup, SDP_SETUP_ACTIVE);
	assert_false(video->fingerprints->valid);
	assert_int_equal(video->direction, SDP_DIR_INACTIVE);
	assert_true(video->flags & SDP_RTCP_MUX);
	is(video->ice_ufrag, "wxyz");
	is(video->tls_id, "x");
	assert_int_equal(d->fingerprint_lines, 2);
}

static void fingerprints_must_fit_their_hash(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} prints[] = {
		{ "sha-256 " FP256, true },
		{ "SHA-256 " FP256, true },
		{ "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab", true },
		{ "sha-1 " FP256, false },
		{ "sha-999 " FP256, false },
		{ "sha-256 " FP256 " x", false },
		{ "sha-256", false },
		{ "sha-1 4A-AD", false },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof prints / sizeof prints[0]; i++) {
		snprintf(text, sizeof text, HEAD "a=fingerprint:%s\r\n", prints[i].text);
		assert_int_equal(parse(text), ERR_OK);
		if (d->section.fingerprints->valid != prints[i].valid)
			fail_msg("%s", prints[i].text);
		assert_int_equal(d->lax & SDP_LAX_BAD_ATTRIBUTE ? 0 : 1, prints[i].valid);
	}
}

/* RFC 8839 5.1 */
static void candidates_are_read_word_by_word(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD
			       "m=audio 4 RTP/AVP 0\r\n"
			       "a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host\r\n"
			       "a=candidate:2 2 udp 1694498815 192.0.2.3 45664 typ srflx raddr "
			       "203.0.113.141 rport 8998\r\n"
			       "a=candidate:3 1 tcp 1 2001:db8::5 9 typ relay raddr 0.0.0.0 rport "
			       "0 tcptype active\r\n"
			       "a=candidate:4 1 udp 1 4f-a1.local 5000 typ host generation 0\r\n"
			       "a=candidate:5 1 udp x\r\n"),
			 ERR_OK);
	const struct sdp_candidate *c = d->media->candidates;
	assert_int_equal(c->type, SDP_CANDIDATE_HOST);
	assert_int_equal(c->priority, 2130706431);
	c = c->next;
	assert_int_equal(c->component, 2);
	assert_true(c->has_related);
	assert_int_equal(c->rport, 8998);
	c = c->next;
	assert_int_equal(c->type, SDP_CANDIDATE_RELAY);
	is(c->tcptype, "active");
	assert_true(c->next->mdns);
	assert_false(c->next->has_addr);
	assert_int_equal(d->media->candidate_n, 4);
	assert_int_equal(d->candidate_lines, 5);
	assert_true(d->lax & SDP_LAX_BAD_ATTRIBUTE);
}

static void crypto_lines_are_counted_kept_and_checked(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "a=crypto:9 AES_CM_128_HMAC_SHA1_80 inline:" K30 "\r\n"
				    "m=audio 4 RTP/SAVP 0\r\n"
				    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "\r\n"
				    "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:short\r\n"),
			 ERR_OK);
	assert_int_equal(d->crypto_lines, 3);
	assert_int_equal(d->media->crypto_n, 2);
	assert_int_equal(d->media->crypto_valid_n, 1);
	assert_int_equal(d->lax, SDP_LAX_SESSION_CRYPTO | SDP_LAX_REPEATED_CRYPTO_TAG |
					 SDP_LAX_BAD_ATTRIBUTE);
}

static void old_and_other_keys_are_noticed(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "k=base64:AAAA\r\nm=audio 4 RTP/AVP 0\r\n"
				    "m=audio 6 RTP/AVP 0\r\nk=clear:x\r\na=key-mgmt:mikey AQAF\r\n"
				    "a=acap:1 crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" K30 "\r\n"
				    "a=tcap:1 RTP/SAVP\r\na=pcfg:1 t=1 a=1\r\n"),
			 ERR_OK);
	assert_int_equal(d->media->section.key, SDP_KEY_BASE64);
	struct sdp_section *s = &d->media->next->section;
	assert_int_equal(s->key, SDP_KEY_CLEAR);
	assert_int_equal(s->flags, SDP_KEY_MGMT_MIKEY | SDP_HAS_ACAP | SDP_ACAP_CRYPTO |
					   SDP_HAS_TCAP | SDP_HAS_PCFG);
	is(s->key_mgmt_prefix, "mikey");
	is(s->pcfg, "1 t=1 a=1");
	assert_int_equal(d->key_lines, 2);
	assert_int_equal(d->key_mgmt_lines, 1);
}

static void zrtp_hash_belongs_to_its_medium(void **state)
{
	(void)state;
	assert_int_equal(
		parse(HEAD "m=audio 4 RTP/AVP 0\r\na=zrtp-hash:1.10 "
			   "fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df\r\n"
			   "m=video 6 RTP/AVP 34\r\na=zrtp-hash:1.10 fe30\r\n"),
		ERR_OK);
	assert_true(d->media->section.zrtp_hashes->valid);
	is(d->media->section.zrtp_hashes->version, "1.10");
	assert_false(d->media->next->section.zrtp_hashes->valid);
	assert_int_equal(d->zrtp_hash_lines, 2);
}

static void groups_ssrcs_and_the_rest_find_their_place(void **state)
{
	struct sdp_media *m;

	(void)state;
	assert_int_equal(
		parse(HEAD
		      "a=group:BUNDLE a v\r\na=record:on\r\nm=audio 4/2 RTP/AVP 0\r\na=mid:a\r\n"
		      "a=ssrc:4294967295 cname:x@y\r\na=ssrc-group:FID 1 2\r\na=rtcp:53020 IN IP4 "
		      "192.0.2.9\r\n"
		      "a=label:1\r\na=content:main\r\na=bundle-only\r\nm=image 6 udptl t38\r\n"
		      "a=T38FaxVersion:0\r\nm=message 7 TCP/MSRP *\r\na=path:msrp://a:7/x;tcp\r\n"
		      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n"),
		ERR_OK);
	is(d->groups->semantics, "BUNDLE");
	is(d->groups->members, "a v");
	m = d->media;
	assert_int_equal(m->port_count, 2);
	assert_int_equal(m->ssrcs->ssrc, UINT32_MAX);
	is(m->ssrcs->attribute, "cname");
	is(m->ssrc_groups->semantics, "FID");
	assert_int_equal(m->rtcp_port, 53020);
	assert_true(addr_is_v4(&m->rtcp_addr));
	assert_true(m->section.flags & SDP_BUNDLE_ONLY && m->section.flags & SDP_RECORD_ON);
	m = m->next;
	assert_int_equal(m->kind, SDP_IMAGE);
	assert_true(m->section.flags & SDP_HAS_T38);
	is(m->next->path, "msrp://a:7/x;tcp");
	assert_int_equal(m->next->next->sctp_port, 5000);
	assert_int_equal(d->lax, 0);
}

static void hold_is_seen_old_and_new(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD "m=audio 4 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"
				    "m=audio 0 RTP/AVP 0\r\na=sendonly\r\na=inactive\r\n"
				    "m=video 5 RTP/AVP 34\r\nc=IN IP4 224.2.1.1/127/3\r\n"),
			 ERR_OK);
	assert_true(d->media->hold);
	assert_int_equal(d->media->next->port, 0);
	assert_int_equal(d->media->next->section.direction, SDP_DIR_INACTIVE);
	assert_int_equal(d->lax, SDP_LAX_TWO_DIRECTIONS);
	const struct sdp_connection *c = d->media->next->next->section.connections;
	assert_int_equal(c->ttl, 127);
	assert_int_equal(c->count, 3);
}

static const struct {
	const char *text;
	enum err err;
	uint32_t lax;
} flaws[] = {
	{ "v=0\no=a 1 2 IN IP4 x\ns=-\nt=0 0\n", ERR_OK, SDP_LAX_BARE_LF },
	{ "o=a 1 2 IN IP4 x\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\nc=IN IP4 1.2.3.4\r\n", ERR_OK,
	  SDP_LAX_NO_VERSION },
	{ "v=0\r\no=a 1\r\nt=0 0\r\n", ERR_OK, SDP_LAX_BAD_ORIGIN },
	{ "v=0\r\no=a 1 2 IN IP4 x\r\n", ERR_OK, SDP_LAX_NO_TIMING },
	{ HEAD "nonsense\r\n", ERR_OK, SDP_LAX_BAD_LINE },
	{ HEAD "m=audio x RTP/AVP 0\r\n", ERR_OK, SDP_LAX_BAD_MEDIA },
	{ HEAD "m=audio 4 RTP/AVP 200\r\n", ERR_OK, SDP_LAX_BAD_MEDIA },
	{ "v=0\r\no=a 1 2 IN IP4 x\r\nt=0 0\r\nm=audio 4 RTP/AVP 0\r\n", ERR_OK,
	  SDP_LAX_NO_CONNECTION },
	{ HEAD "a=setup:later\r\n", ERR_OK, SDP_LAX_BAD_ATTRIBUTE },
	{ "\r\n" HEAD, ERR_OK, SDP_LAX_TRAILING },
	{ "hello\r\n", ERR_MALFORMED,
	  SDP_LAX_NO_VERSION | SDP_LAX_BAD_ORIGIN | SDP_LAX_NO_TIMING | SDP_LAX_BAD_LINE },
	{ "", ERR_MALFORMED, SDP_LAX_NO_VERSION | SDP_LAX_BAD_ORIGIN | SDP_LAX_NO_TIMING },
};

static void each_flaw_has_its_flag(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++)
		if (parse(flaws[i].text) != flaws[i].err || d->lax != flaws[i].lax)
			fail_msg("case %zu: lax %#x", i, d->lax);
}

static void what_does_not_fit_is_counted(void **state)
{
	static char text[1 << 16];

	(void)state;
	strcpy(text, HEAD);
	for (int i = 0; i < 70; i++)
		strcat(text, "m=audio 4 RTP/SAVP 0\r\na=crypto:1 X inline:AA\r\n");
	assert_int_equal(parse(text), ERR_OK);
	assert_int_equal(d->media_n, SDP_MAX_MEDIA);
	assert_int_equal(d->crypto_lines, 70);
	assert_int_equal(d->caps, SDP_CAP_MEDIA);
	strcpy(text, HEAD "m=audio 4 RTP/SAVP 0\r\n");
	for (int i = 0; i < 70; i++)
		strcat(text,
		       "a=candidate:1 1 UDP 1 1.2.3.4 5 typ host\r\na=crypto:1 X inline:AA\r\n"
		       "a=fingerprint:x y\r\n");
	assert_int_equal(parse(text), ERR_OK);
	assert_int_equal(d->media->candidate_n, SDP_MAX_CANDIDATES);
	assert_int_equal(d->media->crypto_n, SDP_MAX_CRYPTO);
	assert_int_equal(d->media->section.fingerprint_n, SDP_MAX_FINGERPRINTS);
	assert_int_equal(d->caps, SDP_CAP_CANDIDATES | SDP_CAP_CRYPTO | SDP_CAP_FINGERPRINTS);
	assert_int_equal(d->fingerprint_lines, 70);
}

static void a_spent_arena_is_said(void **state)
{
	struct arena *small = arena_new(sizeof(struct sdp) + 64);
	struct arena *none = arena_new(16);

	(void)state;
	assert_int_equal(sdp_parse(SLICE(HEAD "m=audio 4 RTP/AVP 0\r\na=crypto:1 X inline:AA\r\n"),
				   small, &d),
			 ERR_OK);
	assert_true(d->caps & SDP_CAP_ARENA);
	assert_int_equal(d->crypto_lines, 1);
	assert_int_equal(sdp_parse(SLICE(HEAD), none, &d), ERR_LIMIT);
	arena_free(small);
	arena_free(none);
}

static void any_attribute_can_be_looked_up(void **state)
{
	struct slice v;
	size_t at = 0;

	(void)state;
	assert_int_equal(parse(HEAD "m=audio 4 RTP/AVP 0\r\na=X-a:1\r\na=flag\r\na=x-a:2\r\n"
				    "m=video 4 RTP/AVP 0\r\na=x-a:3\r\n"),
			 ERR_OK);
	assert_true(sdp_attribute(d->media->section.text, SLICE("x-a"), &at, &v));
	is(v, "1");
	assert_true(sdp_attribute(d->media->section.text, SLICE("x-a"), &at, &v));
	is(v, "2");
	assert_false(sdp_attribute(d->media->section.text, SLICE("x-a"), &at, &v));
	at = 0;
	assert_true(sdp_attribute(d->media->section.text, SLICE("FLAG"), &at, &v));
	assert_int_equal(v.n, 0);
	at = 0;
	assert_false(sdp_attribute(d->section.text, SLICE("x-a"), &at, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_offer_is_read),
		cmocka_unit_test(codecs_come_from_rtpmap_or_the_static_table),
		cmocka_unit_test(protocols_have_their_meaning),
		cmocka_unit_test(session_level_is_inherited),
		cmocka_unit_test(fingerprints_must_fit_their_hash),
		cmocka_unit_test(candidates_are_read_word_by_word),
		cmocka_unit_test(crypto_lines_are_counted_kept_and_checked),
		cmocka_unit_test(old_and_other_keys_are_noticed),
		cmocka_unit_test(zrtp_hash_belongs_to_its_medium),
		cmocka_unit_test(groups_ssrcs_and_the_rest_find_their_place),
		cmocka_unit_test(hold_is_seen_old_and_new),
		cmocka_unit_test(each_flaw_has_its_flag),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(a_spent_arena_is_said),
		cmocka_unit_test(any_attribute_can_be_looked_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
