/* test_dtls_seen.c - real DTLS handshakes, shown as a capture shows them: what is told of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/cert.h"
#include "analyzer/observe/dtls_join.h"
#include "analyzer/observe/dtls_seen.h"
#include "analyzer/observe/vault.h"
#include "tests/lib/shaking.h"

enum { TOLD = 16, UDP = 17 };

static struct {
	struct tell tell;
	struct flow flow;
	struct dtls_seen told[TOLD];
	unsigned count;
	uint64_t frame;
} c;
static struct shaking *s;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	assert_int_equal(o->kind, OBSERVATION_DTLS);
	assert_true(c.count < TOLD);
	c.told[c.count++] = o->as.dtls;
}

static int start(void **state)
{
	(void)state;
	const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };

	memset(&c, 0, sizeof c);
	c.tell.fn = remember;
	c.tell.certs = cert_cache_new(NULL);
	c.tell.vault = vault_new();
	c.flow.key = addr_flow_key((struct endpoint){ addr_v4(a), 4000 },
				   (struct endpoint){ addr_v4(b), 5000 }, UDP);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	cold_free(&c.flow);
	cert_cache_free(c.tell.certs);
	vault_free(c.tell.vault);
	shaking_free(s);
	s = NULL;
	return 0;
}

/* Observed anew, with the same handshake. */
static void again(void)
{
	struct shaking *kept = s;

	s = NULL;
	stop(NULL);
	start(NULL);
	s = kept;
}

static void shake(struct shaking_how how)
{
	s = shaking_new(how);
	shaking_run(s);
	assert_true(s->done || how.refuse);
}

static bool show(const struct shaking_datagram *d)
{
	struct frame f = { .number = ++c.frame, .ts_ns = (1000 + c.frame) * WHEN_SECOND };
	struct payload p = { .bytes = { d->bytes, d->n }, .frame = &f };

	return dtls_seen_packet(&c.tell, &c.flow, d->from_server, &p);
}

/* All datagrams, in order; how often both sides left the clear. */
static unsigned show_all(void)
{
	unsigned keyed = 0;

	for (unsigned i = 0; i < s->count; i++)
		keyed += show(&s->d[i]);
	return keyed;
}

static const struct dtls_seen *told(unsigned which)
{
	c.count = 0;
	dtls_seen_tell(&c.tell, &c.flow);
	assert_true(which < c.count);
	return &c.told[which];
}

static void is_certificate_of(const struct cert_seen *got, X509 *x)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	assert_true(got->sent && got->parsed && !got->none);
	X509_digest(x, EVP_sha256(), digest, &n);
	assert_memory_equal(got->digest[CERT_SHA256], digest, 32);
}

/* ---- what handshakes say ------------------------------------------------------------------- */

static const struct {
	struct shaking_how how;
	uint16_t version;
	bool ecdhe;
} kinds[] = {
	{ { .mutual = true }, 0xfefd, true },
	{ { .mutual = true, .rsa = true }, 0xfefd, true },
	{ { .mutual = true, .cookies = true, .profiles = "SRTP_AES128_CM_SHA1_80" }, 0xfefd, true },
	{ { .mutual = true, .mtu = 300 }, 0xfefd, true },
	{ { .mutual = true, .rsa = true, .mtu = 256, .cookies = true }, 0xfefd, true },
	{ { .mutual = true, .version = DTLS1_VERSION }, 0xfeff, true },
	{ { .mutual = true, .version = DTLS1_VERSION, .rsa = true }, 0xfeff, true },
	{ { .mutual = true, .rsa = true, .suites = "AES256-SHA256:@SECLEVEL=0" }, 0xfefd, false },
	{ { .mutual = true, .suites = "ECDHE-ECDSA-AES256-GCM-SHA384" }, 0xfefd, true },
	{ { .mutual = true, .suites = "ECDHE-ECDSA-CHACHA20-POLY1305" }, 0xfefd, true },
	{ { .mutual = false }, 0xfefd, true },
};

static void tells_the_facts_of_every_kind_of_handshake(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct shaking_how *how = &kinds[i].how;
		stop(NULL);
		start(NULL);
		shake(*how);
		assert_int_equal(show_all(), 1);
		const struct dtls_seen *d = told(0);
		const struct handshake_seen *h = &d->shake;
		assert_int_equal(c.count, 1);
		assert_true(h->client_hello && h->server_hello && h->client_done && h->server_done);
		assert_false(h->conflict || h->incomplete || h->hidden || h->resumed ||
			     h->alert_fatal);
		assert_int_equal(h->version, kinds[i].version);
		assert_int_equal(h->forward_secret, kinds[i].ecdhe);
		assert_true(d->client_is_src && d->application && h->has_randoms);
		assert_int_equal(h->has_profile, how->profiles != NULL);
		is_certificate_of(&h->certs[1], s->server_cert);
		assert_int_equal(h->certs[1].possession, kinds[i].ecdhe ? CHECK_OK : CHECK_NONE);
		assert_int_equal(h->client_cert_asked, how->mutual);
		if (how->mutual) {
			is_certificate_of(&h->certs[0], s->client_cert);
			assert_int_equal(h->certs[0].possession, CHECK_OK);
		} else {
			assert_false(h->certs[0].sent);
		}
	}
}

static void tells_the_srtp_profile(void **state)
{
	(void)state;
	shake((struct shaking_how){ .profiles = "SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80" });
	show_all();
	const struct handshake_seen *h = &told(0)->shake;
	assert_true(h->has_profile);
	assert_int_equal(h->profile, s->profile);
	assert_int_equal(h->profiles_offered, 2);
}

static void does_not_mind_the_server_being_the_flows_source(void **state)
{
	(void)state;
	shake((struct shaking_how){ .mutual = true });
	for (unsigned i = 0; i < s->count; i++) {
		s->d[i].from_server = !s->d[i].from_server;
		show(&s->d[i]);
	}
	const struct dtls_seen *d = told(0);
	assert_true(d->client_is_src);
	assert_int_equal(d->shake.certs[0].possession, CHECK_OK);
}

/* ---- how captures show them ------------------------------------------------------------------ */

/* Each datagram twice, as a retransmission or two capture points show it. */
static void does_not_mind_repetition(void **state)
{
	(void)state;
	shake((struct shaking_how){ .mutual = true, .mtu = 300, .cookies = true });
	for (unsigned i = 0; i < s->count; i++) {
		show(&s->d[i]);
		show(&s->d[i]);
		if (i > 3)
			show(&s->d[i - 3]);
	}
	const struct handshake_seen *h = &told(0)->shake;
	assert_int_equal(c.count, 1);
	assert_false(h->conflict);
	assert_int_equal(h->certs[0].possession, CHECK_OK);
	assert_int_equal(h->certs[1].possession, CHECK_OK);
}

static uint64_t lcg = 1;

static unsigned dice(unsigned n)
{
	lcg = lcg * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(lcg >> 33) % n;
}

static void show_shuffled(void)
{
	unsigned order[SHAKING_DATAGRAMS];

	for (unsigned i = 0; i < s->count; i++)
		order[i] = i;
	for (unsigned i = 0; i + 1 < s->count; i++) {
		unsigned with = i + dice(s->count - i < 4 ? s->count - i : 4);
		unsigned kept = order[i];
		order[i] = order[with];
		order[with] = kept;
	}
	for (unsigned i = 0; i < s->count; i++)
		show(&s->d[order[i]]);
}

/* Neighbours change places: what is told may be less, but is never wrong. */
static void says_nothing_false_of_a_shuffled_capture(void **state)
{
	(void)state;
	unsigned whole = 0;

	shake((struct shaking_how){ .mutual = true, .mtu = 300 });
	for (unsigned round = 0; round < 50; round++) {
		again();
		show_shuffled();
		told(0);
		for (unsigned a = 0; a < c.count; a++) {
			const struct handshake_seen *h = &c.told[a].shake;
			assert_false(h->conflict || h->resumed);
			assert_int_not_equal(h->certs[0].possession, CHECK_BAD);
			assert_int_not_equal(h->certs[1].possession, CHECK_BAD);
			whole += h->certs[0].possession == CHECK_OK &&
				 h->certs[1].possession == CHECK_OK;
		}
	}
	assert_true(whole >= 30);
}

static void says_nothing_false_of_a_handshake_with_holes(void **state)
{
	(void)state;
	shake((struct shaking_how){ .mutual = true, .mtu = 300, .rsa = true });
	for (unsigned lost = 0; lost < s->count; lost++) {
		again();
		for (unsigned i = 0; i < s->count; i++)
			if (i != lost)
				show(&s->d[i]);
		told(0);
		for (unsigned a = 0; a < c.count; a++) {
			const struct handshake_seen *h = &c.told[a].shake;
			assert_false(h->conflict || h->resumed);
			assert_int_not_equal(h->certs[0].possession, CHECK_BAD);
			assert_int_not_equal(h->certs[1].possession, CHECK_BAD);
		}
	}
}

static void tells_two_handshakes_on_a_flow_apart(void **state)
{
	(void)state;
	shake((struct shaking_how){ .mutual = true, .mtu = 300 });
	struct shaking *other = shaking_new((struct shaking_how){ .mutual = true, .mtu = 300 });
	shaking_run(other);
	unsigned lost = s->count / 2;
	for (unsigned i = 0; i < s->count; i++)
		if (i != lost) /* what waits for it must not meet the next one's messages */
			show(&s->d[i]);
	for (unsigned i = 0; i < other->count; i++)
		show(&other->d[i]);
	const struct dtls_seen *d = told(1);
	assert_int_equal(c.count, 2);
	assert_int_equal(d->association, 1);
	assert_false(d->shake.conflict || c.told[0].shake.conflict);
	assert_int_equal(d->shake.certs[0].possession, CHECK_OK);
	is_certificate_of(&d->shake.certs[1], other->server_cert);
	shaking_free(other);
}

static void lets_handshakes_beyond_eight_touch_nothing(void **state)
{
	(void)state;
	s = shaking_new(
		(struct shaking_how){ .mutual = true, .suites = "ECDHE-ECDSA-AES256-GCM-SHA384" });
	for (unsigned i = 0; i < 10; i++) {
		SSL_SESSION_free(s->session);
		s->session = NULL;
		shaking_run(s);
	}
	show_all();
	told(7);
	assert_int_equal(c.count, 8);
	for (unsigned i = 0; i < 8; i++) {
		assert_false(c.told[i].shake.conflict);
		assert_int_equal(c.told[i].shake.certs[0].possession, CHECK_OK);
	}
	assert_int_equal(c.tell.count.handshakes, 8);
	assert_true(c.tell.count.handshakes_capped > 0);
}

/* One octet in every other place: more pieces than are held of a message. */
static void counts_fragments_that_find_no_room(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DTLS_JOIN_PIECES + 2; i++) {
		struct shaking_datagram d = {
			.n = 26,
			.bytes = { 22, 0xfe, 0xfd, 0,  0, 0, 0, 0, 0, 0, (uint8_t)i,
				   0,  13,   11,   0,  2, 0, 0, 3, 0, 0, (uint8_t)(2 * i),
				   0,  0,    1,	   'x' },
		};
		(void)show(&d);
		assert_int_equal(c.tell.count.handshakes_capped,
				 i < DTLS_JOIN_PIECES ? 0 : i + 1 - DTLS_JOIN_PIECES);
	}
}

static void knows_a_resumed_session(void **state)
{
	(void)state;
	s = shaking_new(
		(struct shaking_how){ .mutual = true, .profiles = "SRTP_AES128_CM_SHA1_80" });
	shaking_run(s);
	unsigned first = s->count;
	shaking_run(s);
	assert_true(s->done && s->resumed);
	for (unsigned i = first; i < s->count; i++)
		show(&s->d[i]);
	const struct handshake_seen *h = &told(0)->shake;
	assert_true(h->resumed && h->client_done && h->server_done && h->has_profile);
	assert_false(h->certs[0].sent || h->certs[1].sent || h->conflict);
}

static void tells_a_refusal(void **state)
{
	(void)state;
	shake((struct shaking_how){ .refuse = true });
	assert_false(s->done);
	show_all();
	const struct handshake_seen *h = &told(0)->shake;
	assert_true(h->alert_fatal && h->client_cert_asked && h->certs[0].none);
	assert_false(h->server_done);
}

/* ---- tampering ------------------------------------------------------------------------------- */

/* Turns the bit of one octet in a handshake message's fragment; where the message does not come,
 * false. */
static bool tamper(uint8_t type, size_t from_end, bool from_server)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct shaking_datagram *d = &s->d[i];
		size_t at = 0;
		while (d->from_server == from_server && at + 25 < d->n && d->bytes[at] == 22 &&
		       d->bytes[at + 4] == 0) {
			size_t n = (size_t)d->bytes[at + 11] << 8 | d->bytes[at + 12];
			if (d->bytes[at + 13] == type) {
				d->bytes[at + 13 + n - from_end] ^= 1;
				return true;
			}
			at += 13 + n;
		}
	}
	return false;
}

static void refuses_signatures_that_were_touched(void **state)
{
	(void)state;
	for (int rsa = 0; rsa < 2; rsa++) {
		stop(NULL);
		start(NULL);
		shake((struct shaking_how){ .mutual = true, .rsa = rsa });
		assert_true(tamper(12, 5, true));
		assert_true(tamper(15, 5, false));
		show_all();
		const struct handshake_seen *h = &told(0)->shake;
		assert_int_equal(h->certs[0].possession, CHECK_BAD);
		assert_int_equal(h->certs[1].possession, CHECK_BAD);
	}
}

/* The certificate of somebody else, shown by one who has not its key. */
static void refuses_a_certificate_whose_key_the_sender_lacks(void **state)
{
	(void)state;
	shake((struct shaking_how){ .mutual = true });
	struct shaking *other = shaking_new((struct shaking_how){ .mutual = true });
	EVP_PKEY *stolen = X509_get_pubkey(other->server_cert);
	uint8_t ours[256], theirs[256], *p = ours, *q = theirs;
	EVP_PKEY *key = X509_get_pubkey(s->server_cert);
	int n = i2d_PUBKEY(key, &p), m = i2d_PUBKEY(stolen, &q);
	unsigned swapped = 0;

	assert_int_equal(n, m);
	for (unsigned i = 0; i < s->count; i++)
		for (size_t at = 0; at + (size_t)n <= s->d[i].n; at++)
			if (memcmp(s->d[i].bytes + at, ours, (size_t)n) == 0) {
				memcpy(s->d[i].bytes + at, theirs, (size_t)n);
				swapped++;
			}
	assert_true(swapped > 0);
	show_all();
	const struct handshake_seen *h = &told(0)->shake;
	assert_int_equal(h->certs[1].possession, CHECK_BAD);
	/* The client signed what it saw: the transcript is another one now. */
	assert_int_equal(h->certs[0].possession, CHECK_BAD);
	assert_false(h->certs[1].self_signed);
	EVP_PKEY_free(stolen);
	EVP_PKEY_free(key);
	shaking_free(other);
}

static void notes_fragments_that_disagree(void **state)
{
	(void)state;
	shake((struct shaking_how){ .rsa = true, .mtu = 300 });
	for (unsigned i = 0; i < s->count; i++) {
		show(&s->d[i]);
		/* A fragment of the server's certificate again, and otherwise. */
		if (s->d[i].from_server && s->d[i].bytes[0] == 22 && s->d[i].bytes[13] == 11) {
			s->d[i].bytes[40] ^= 1;
			show(&s->d[i]);
			s->d[i].bytes[40] ^= 1;
			break;
		}
	}
	assert_true(told(0)->shake.conflict);
}

/* ---- odd captures ------------------------------------------------------------------------------
 */

static void says_little_of_a_flow_joined_late(void **state)
{
	(void)state;
	shake((struct shaking_how){ .mutual = true });
	show(&s->d[s->count - 1]);
	const struct dtls_seen *d = told(0);
	assert_false(d->shake.client_hello || d->shake.server_hello || d->shake.resumed);
	assert_false(d->client_is_src && d->shake.client_done);
	assert_true(d->application);
}

static void counts_records(void **state)
{
	(void)state;
	uint32_t records = 0;

	shake((struct shaking_how){ .mutual = true, .mtu = 300 });
	for (unsigned i = 0; i < s->count; i++)
		records += dtls_seen_records((struct slice){ s->d[i].bytes, s->d[i].n });
	show_all();
	assert_int_equal(told(0)->records, records);
	assert_int_equal(c.tell.count.dtls_records, records);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(tells_the_facts_of_every_kind_of_handshake),
		T(tells_the_srtp_profile),
		T(does_not_mind_the_server_being_the_flows_source),
		T(does_not_mind_repetition),
		T(says_nothing_false_of_a_shuffled_capture),
		T(says_nothing_false_of_a_handshake_with_holes),
		T(tells_two_handshakes_on_a_flow_apart),
		T(lets_handshakes_beyond_eight_touch_nothing),
		T(counts_fragments_that_find_no_room),
		T(knows_a_resumed_session),
		T(tells_a_refusal),
		T(refuses_signatures_that_were_touched),
		T(refuses_a_certificate_whose_key_the_sender_lacks),
		T(notes_fragments_that_disagree),
		T(says_little_of_a_flow_joined_late),
		T(counts_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
