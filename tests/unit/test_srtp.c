/* test_srtp.c - keys derived and tags checked, against the RFCs and another implementation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

/* RFC 7714's packets start from session keys, which no caller may set: the code itself is here. */
#include "analyzer/crypto/srtp.c"
#include "tests/lib/sealing.h"

#if __has_include(<srtp2/srtp.h>)
#include <srtp2/srtp.h>
#define HAVE_PEER 1
#else
#define HAVE_PEER 0
#endif

enum { ROOM = 2048, ROCS = 5 };

static const struct srtp_suite cm128_80 = { SRTP_CM, 16, 14, 10, 10 };
static const struct srtp_suite cm128_32 = { SRTP_CM, 16, 14, 4, 10 };
static const struct srtp_suite cm192_80 = { SRTP_CM, 24, 14, 10, 10 };
static const struct srtp_suite cm256_80 = { SRTP_CM, 32, 14, 10, 10 };
static const struct srtp_suite cm256_32 = { SRTP_CM, 32, 14, 4, 10 };
static const struct srtp_suite gcm128 = { SRTP_GCM, 16, 12, 16, 16 };
static const struct srtp_suite gcm256 = { SRTP_GCM, 32, 12, 16, 16 };

static size_t from_hex(const char *text, uint8_t *out)
{
	size_t n = 0;
	unsigned v;

	for (; *text; text += 2) {
		while (*text == ' ')
			text++;
		assert_int_equal(sscanf(text, "%2x", &v), 1);
		out[n++] = (uint8_t)v;
	}
	return n;
}

/* An RTP packet of 12 + 160 octets. */
static size_t make_rtp(uint8_t *to, uint16_t seq, uint32_t ssrc)
{
	memset(to, 0, 12);
	to[0] = 0x80;
	to[2] = (uint8_t)(seq >> 8);
	to[3] = (uint8_t)seq;
	for (int i = 0; i < 4; i++)
		to[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	for (unsigned i = 0; i < 160; i++)
		to[12 + i] = (uint8_t)(i * 3 + seq);
	return 172;
}

/* A receiver report with an SDES behind it. */
static size_t make_rtcp(uint8_t *to)
{
	static const uint8_t packet[] = { 0x80, 0xc9, 0, 1, 1, 2, 3,   4,   0x81, 0xca, 0, 3,
					  1,	2,    3, 4, 1, 4, 't', 'e', 's',  't',	0, 0 };

	memcpy(to, packet, sizeof packet);
	return sizeof packet;
}

/* ---- vectors ------------------------------------------------------------------------------- */

static const struct {
	const struct srtp_suite *suite;
	const char *master, *auth;
} derivations[] = {
	{ &cm128_80, "E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6", /* 3711 B.3 */
	  "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4" },
	{ &cm192_80, /* RFC 6188 7.4 */
	  "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1 c8522f3acd4ce86d5add78edbb11",
	  "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb" },
	{ &cm256_80, /* RFC 6188 7.3 */
	  "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"
	  "3b04803de51ee7c96423ab5b78d2",
	  "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05" },
};

/* A packet signed under the authentication key the RFC prints. */
static size_t sign(uint8_t *p, const char *auth, uint32_t roc)
{
	uint8_t key[AUTH_KEY], mac[EVP_MAX_MD_SIZE];
	size_t n = make_rtp(p, 99, 7);
	unsigned got = 0;

	assert_int_equal(from_hex(auth, key), AUTH_KEY);
	put32(p + n, roc);
	HMAC(EVP_sha1(), key, AUTH_KEY, p, n + 4, mac, &got);
	memcpy(p + n, mac, 10);
	return n + 10;
}

static void derives_the_authentication_keys_of_the_rfcs(void **state)
{
	(void)state;
	uint8_t master[64], p[ROOM];

	for (size_t i = 0; i < sizeof derivations / sizeof *derivations; i++) {
		size_t n = from_hex(derivations[i].master, master);
		struct srtp *s =
			srtp_new(derivations[i].suite, (struct slice){ master, n }, SRTP_STANDARD);
		assert_non_null(s);
		struct slice packet = { p, sign(p, derivations[i].auth, 3) };
		assert_true(srtp_rtp_valid(s, packet, 3, 0));
		assert_false(srtp_rtp_valid(s, packet, 2, 0));
		srtp_free(s);
	}
}

static const char *const session_128 = "000102030405060708090a0b0c0d0e0f";
static const char *const rfc7714_salt = "517569642070726f2071756f";

/* A session as RFC 7714 16 and 17 print it, without derivation. */
static struct srtp *printed_session(const char *key_text)
{
	uint8_t zero[44] = { 0 }, key[KEY_MAX];
	size_t n = from_hex(key_text, key);
	struct srtp *s = srtp_new(n == 16 ? &gcm128 : &gcm256, (struct slice){ zero, n + 12 },
				  SRTP_STANDARD);

	assert_non_null(s);
	for (int i = 0; i < 2; i++) {
		s->session[i] = (struct session){ .made = true, .usable = true };
		s->session[i].open = new_open(key, (unsigned)n);
		from_hex(rfc7714_salt, s->session[i].salt);
	}
	return s;
}

static void opens_the_packet_of_rfc_7714_section_16(void **state)
{
	(void)state;
	uint8_t p[ROOM];
	size_t n = from_hex("8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd5"
			    "0d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
			    p);
	struct srtp *s = printed_session(session_128);

	assert_true(srtp_rtp_valid(s, (struct slice){ p, n }, 0, 0));
	assert_false(srtp_rtp_valid(s, (struct slice){ p, n }, 1, 0));
	srtp_free(s);
}

static void opens_the_srtcp_packets_of_rfc_7714_section_17(void **state)
{
	(void)state;
	uint8_t p[ROOM];
	bool encrypted = false;
	struct srtp *s = printed_session(session_128);
	size_t n = from_hex("81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32d"
			    "c676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf872"
			    "45d9eade800005d4",
			    p);

	assert_true(srtp_rtcp_valid(s, (struct slice){ p, n }, 0, &encrypted));
	assert_true(encrypted);
	n = from_hex("81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
		     "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef841dd9683dd78ec92ae58790"
		     "125f62b3000005d4",
		     p);
	assert_true(srtp_rtcp_valid(s, (struct slice){ p, n }, 0, &encrypted));
	assert_false(encrypted);
	srtp_free(s);
}

/* ---- the same packets from tests/lib/sealing ------------------------------------------------ */

static const struct suite_row {
	const struct srtp_suite *suite;
	size_t tag;
} suites[] = {
	{ &cm128_80, 10 }, { &cm128_32, 4 }, { &cm192_80, 10 }, { &cm256_80, 10 },
	{ &cm256_32, 4 },  { &gcm128, 16 },  { &gcm256, 16 },
};

static struct srtp *open_sealing(const struct srtp_suite *suite, const struct sealing *s,
				 enum srtp_variant variant)
{
	uint8_t master[46];

	memcpy(master, s->key, s->key_n);
	memcpy(master + s->key_n, s->salt, s->salt_n);
	return srtp_new(suite, (struct slice){ master, s->key_n + s->salt_n }, variant);
}

static void accepts_packets_of_every_suite_at_any_roll_over(void **state)
{
	(void)state;
	static const uint32_t rocs[] = { 0, 1, 3, 65536, UINT32_MAX };
	uint8_t p[ROOM];

	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		struct sealing k =
			sealing_new((uint8_t)(i + 1), suites[i].suite->key, suites[i].tag);
		struct srtp *s = open_sealing(suites[i].suite, &k, SRTP_STANDARD);
		for (unsigned r = 0; r < ROCS; r++) {
			size_t n = make_rtp(p, (uint16_t)(65000 + 200 * r), 0xfeed0000u + r);
			struct slice packet = { p, sealing_rtp(&k, p, n, rocs[r]) };
			assert_true(srtp_rtp_valid(s, packet, rocs[r], 0));
			assert_false(srtp_rtp_valid(s, packet, rocs[r] + 1, 0));
		}
		srtp_free(s);
	}
}

static void refuses_every_flipped_bit_and_every_cut(void **state)
{
	(void)state;
	uint8_t p[ROOM];

	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		struct sealing k =
			sealing_new((uint8_t)(i + 1), suites[i].suite->key, suites[i].tag);
		struct srtp *s = open_sealing(suites[i].suite, &k, SRTP_STANDARD);
		size_t n = sealing_rtp(&k, p, make_rtp(p, 5, 9), 0);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(srtp_rtp_valid(s, (struct slice){ p, n }, 0, 0));
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		for (size_t cut = 0; cut < n; cut++)
			assert_false(srtp_rtp_valid(s, (struct slice){ p, cut }, 0, 0));
		assert_true(srtp_rtp_valid(s, (struct slice){ p, n }, 0, 0));
		srtp_free(s);
	}
}

static void refuses_a_key_that_differs_in_one_bit(void **state)
{
	(void)state;
	uint8_t p[ROOM];

	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		struct sealing k = sealing_new(9, suites[i].suite->key, suites[i].tag);
		struct slice packet = { p, sealing_rtp(&k, p, make_rtp(p, 5, 9), 0) };
		for (size_t bit = 0; bit < 8 * (k.key_n + k.salt_n); bit += 5) {
			struct sealing other = k;
			uint8_t *at = bit / 8 < k.key_n ? other.key + bit / 8
							: other.salt + (bit / 8 - k.key_n);
			*at ^= (uint8_t)(1u << bit % 8);
			struct srtp *s = open_sealing(suites[i].suite, &other, SRTP_STANDARD);
			assert_false(srtp_rtp_valid(s, packet, 0, 0));
			srtp_free(s);
		}
	}
}

static void steps_over_a_key_identifier_of_the_right_length_only(void **state)
{
	(void)state;
	uint8_t p[ROOM];
	bool e;

	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		struct sealing k = sealing_new(4, suites[i].suite->key, suites[i].tag);
		k.mki_n = 4;
		memcpy(k.mki, "\1\2\3\4", 4);
		struct srtp *s = open_sealing(suites[i].suite, &k, SRTP_STANDARD);
		size_t n = sealing_rtp(&k, p, make_rtp(p, 5, 9), 1);
		for (unsigned mki = 0; mki <= 8; mki++)
			assert_int_equal(srtp_rtp_valid(s, (struct slice){ p, n }, 1, mki),
					 mki == 4);
		n = sealing_rtcp(&k, p, make_rtcp(p), 17, true);
		for (unsigned mki = 0; mki <= 8; mki++)
			assert_int_equal(srtp_rtcp_valid(s, (struct slice){ p, n }, mki, &e),
					 mki == 4);
		srtp_free(s);
	}
}

static void checks_srtcp_encrypted_and_clear(void **state)
{
	(void)state;
	uint8_t p[ROOM];
	bool encrypted;

	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		struct sealing k = sealing_new(4, suites[i].suite->key, suites[i].tag);
		struct srtp *s = open_sealing(suites[i].suite, &k, SRTP_STANDARD);
		for (int e = 0; e < 2; e++) {
			size_t n = sealing_rtcp(&k, p, make_rtcp(p), 0x7ffffff0u, e);
			assert_true(srtp_rtcp_valid(s, (struct slice){ p, n }, 0, &encrypted));
			assert_int_equal(encrypted, e);
			for (size_t cut = 0; cut < n; cut++)
				assert_false(srtp_rtcp_valid(s, (struct slice){ p, cut }, 0,
							     &encrypted));
			p[9] ^= 1;
			assert_false(srtp_rtcp_valid(s, (struct slice){ p, n }, 0, &encrypted));
		}
		srtp_free(s);
	}
}

static void reads_the_salt_aligned_the_other_way(void **state)
{
	(void)state;
	uint8_t p[ROOM];
	struct sealing k = sealing_new(4, 16, 16);

	k.salt_right = true;
	struct slice packet = { p, sealing_rtp(&k, p, make_rtp(p, 5, 9), 0) };
	struct srtp *standard = open_sealing(&gcm128, &k, SRTP_STANDARD);
	struct srtp *right = open_sealing(&gcm128, &k, SRTP_SALT_RIGHT);
	assert_false(srtp_rtp_valid(standard, packet, 0, 0));
	assert_true(srtp_rtp_valid(right, packet, 0, 0));
	srtp_free(standard);
	srtp_free(right);
}

/* RFC 3550 5.1: contributing sources and an extension are signed, not encrypted. */
static void signs_the_whole_header(void **state)
{
	(void)state;
	uint8_t p[ROOM];
	struct sealing k = sealing_new(4, 16, 10);
	size_t n = make_rtp(p, 5, 9);

	p[0] = 0x92; /* two sources, and an extension of one word behind them */
	p[22] = 0;
	p[23] = 1;
	n = sealing_rtp(&k, p, n, 0);
	struct srtp *s = open_sealing(&cm128_80, &k, SRTP_STANDARD);
	/* sealing encrypts from octet 12 on: the length of the extension must stay small. */
	p[22] = p[23] = 0xff;
	assert_false(srtp_rtp_valid(s, (struct slice){ p, n }, 0, 0));
	p[0] = 0x8f;
	for (size_t cut = 0; cut < 12 + 60 + 10; cut++)
		assert_false(srtp_rtp_valid(s, (struct slice){ p, cut }, 0, 0));
	srtp_free(s);
}

static void refuses_what_is_no_suite(void **state)
{
	(void)state;
	static const struct srtp_suite odd[] = {
		{ SRTP_CM, 16, 14, 0, 10 },   { SRTP_CM, 17, 14, 10, 10 },
		{ SRTP_CM, 33, 14, 10, 10 },  { SRTP_CM, 16, 15, 10, 10 },
		{ SRTP_CM, 16, 14, 10, 0 },   { SRTP_CM, 24, 4, 10, 10 },
		{ SRTP_CM, 16, 14, 21, 10 },  { SRTP_GCM, 16, 12, 8, 16 },
		{ SRTP_GCM, 24, 12, 16, 16 }, { SRTP_GCM, 16, 14, 16, 16 },
		{ SRTP_GCM, 16, 12, 16, 8 },
	};
	uint8_t master[64] = { 1 };

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		for (int v = SRTP_STANDARD; v <= SRTP_SALT_RIGHT; v++)
			assert_null(srtp_new(
				&odd[i], (struct slice){ master, odd[i].key + (size_t)odd[i].salt },
				(enum srtp_variant)v));
	assert_null(srtp_new(&cm128_80, (struct slice){ master, 29 }, SRTP_STANDARD));
	assert_null(srtp_new(&cm128_80, (struct slice){ master, 30 }, SRTP_LEGACY_192));
	assert_null(srtp_new(&cm128_80, (struct slice){ master, 30 }, SRTP_SALT_RIGHT));
}

/* ---- packets of another implementation ------------------------------------------------------- */

#if HAVE_PEER
#define CALLS(X)                                                                                   \
	X(srtp_init)                                                                               \
	X(srtp_create)                                                                             \
	X(srtp_dealloc)                                                                            \
	X(srtp_protect)                                                                            \
	X(srtp_protect_mki)                                                                        \
	X(srtp_protect_rtcp)                                                                       \
	X(srtp_protect_rtcp_mki)                                                                   \
	X(srtp_set_stream_roc)                                                                     \
	X(srtp_crypto_policy_set_rtp_default)                                                      \
	X(srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32)                                          \
	X(srtp_crypto_policy_set_null_cipher_hmac_sha1_80)                                         \
	X(srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80)                                          \
	X(srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80)                                          \
	X(srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32)                                          \
	X(srtp_crypto_policy_set_aes_gcm_128_16_auth)                                              \
	X(srtp_crypto_policy_set_aes_gcm_256_16_auth)

#define DECLARE(f) static __typeof__(f) *peer_##f;
CALLS(DECLARE)

/* Loaded, not linked: no other test needs it, and this one can do without. */
static bool peer_there(void)
{
	static void *lib;

	if (lib)
		return true;
	lib = dlopen("libsrtp2.so.1", RTLD_NOW);
#define FIND(f)                                                                                    \
	if (lib) {                                                                                 \
		void *at = dlsym(lib, #f);                                                         \
		assert_non_null(at);                                                               \
		memcpy(&peer_##f, &at, sizeof at);                                                 \
	}
	CALLS(FIND)
	return lib && peer_srtp_init() == srtp_err_status_ok;
}

struct peer_row {
	const char *name;
	__typeof__(&peer_srtp_crypto_policy_set_rtp_default) set;
	struct srtp_suite suite;
	enum srtp_variant variant;
};

static const struct peer_row peer_rows[] = {
	{ "128-80",
	  &peer_srtp_crypto_policy_set_rtp_default,
	  { SRTP_CM, 16, 14, 10, 10 },
	  SRTP_STANDARD },
	{ "128-32",
	  &peer_srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32,
	  { SRTP_CM, 16, 14, 4, 10 },
	  SRTP_STANDARD },
	{ "null",
	  &peer_srtp_crypto_policy_set_null_cipher_hmac_sha1_80,
	  { SRTP_NULL, 16, 14, 10, 10 },
	  SRTP_STANDARD },
	{ "192-80",
	  &peer_srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80,
	  { SRTP_CM, 24, 14, 10, 10 },
	  SRTP_LEGACY_192 },
	{ "256-80",
	  &peer_srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
	  { SRTP_CM, 32, 14, 10, 10 },
	  SRTP_STANDARD },
	{ "256-32",
	  &peer_srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32,
	  { SRTP_CM, 32, 14, 4, 10 },
	  SRTP_STANDARD },
	{ "gcm-128",
	  &peer_srtp_crypto_policy_set_aes_gcm_128_16_auth,
	  { SRTP_GCM, 16, 12, 16, 16 },
	  SRTP_STANDARD },
	{ "gcm-256",
	  &peer_srtp_crypto_policy_set_aes_gcm_256_16_auth,
	  { SRTP_GCM, 32, 12, 16, 16 },
	  SRTP_STANDARD },
};

/* What one row's packets are made and checked with. */
struct pair {
	srtp_t peer;
	struct srtp *ours, *wrong;
};

static struct pair pair_up(const struct peer_row *row, bool mki, bool clear_rtcp)
{
	static uint8_t master[64];
	static unsigned char id[] = { 9, 8, 7, 6 };
	struct pair p;
	size_t n = (size_t)row->suite.key + row->suite.salt;
	srtp_master_key_t key = { master, id, sizeof id }, *keys[] = { &key };
	srtp_policy_t policy = { .ssrc.type = ssrc_any_outbound, .window_size = 128 };

	for (size_t i = 0; i < sizeof master; i++)
		master[i] = (uint8_t)(i * 37 + 11 + (size_t)row->name[0]);
	(*row->set)(&policy.rtp);
	/* 32 bits are for RTP alone (RFC 4568 6.2.2). */
	(*row->set)(&policy.rtcp);
	policy.rtcp.auth_tag_len = row->suite.rtcp_tag;
	if (clear_rtcp)
		policy.rtcp.sec_serv = sec_serv_auth;
	policy.key = mki ? NULL : master;
	policy.keys = mki ? keys : NULL;
	policy.num_master_keys = mki;
	assert_int_equal(peer_srtp_create(&p.peer, &policy), srtp_err_status_ok);
	p.ours = srtp_new(&row->suite, (struct slice){ master, n }, row->variant);
	master[3] ^= 4;
	p.wrong = srtp_new(&row->suite, (struct slice){ master, n }, row->variant);
	return p;
}

static void pair_free(struct pair *p)
{
	peer_srtp_dealloc(p->peer);
	srtp_free(p->ours);
	srtp_free(p->wrong);
}

static int peer_or_skip(void **state)
{
	(void)state;
	if (!peer_there())
		print_message("skipped: libsrtp2 is not installed\n");
	return 0;
}

/* Three streams in turn, over two wraps of their numbers. */
static void verifies_every_packet_of_a_peer(void **state)
{
	(void)state;
	uint32_t p[ROOM / 4];

	for (size_t i = 0; peer_there() && i < sizeof peer_rows / sizeof *peer_rows; i++) {
		struct pair pair = pair_up(&peer_rows[i], false, false);
		for (unsigned k = 0; k < 131072 + 600; k += 173) {
			uint32_t at = 65000 + k;
			int n = (int)make_rtp((uint8_t *)p, (uint16_t)at, 0x1000 + k % 3);
			assert_int_equal(peer_srtp_protect(pair.peer, p, &n), srtp_err_status_ok);
			struct slice packet = { (uint8_t *)p, (size_t)n };
			assert_true(srtp_rtp_valid(pair.ours, packet, at >> 16, 0));
			assert_false(srtp_rtp_valid(pair.ours, packet, (at >> 16) + 1, 0));
			assert_false(srtp_rtp_valid(pair.wrong, packet, at >> 16, 0));
		}
		pair_free(&pair);
	}
}

static void verifies_a_peer_that_names_its_key(void **state)
{
	(void)state;
	uint32_t p[ROOM / 4];
	bool e;

	for (size_t i = 0; peer_there() && i < sizeof peer_rows / sizeof *peer_rows; i++) {
		struct pair pair = pair_up(&peer_rows[i], true, false);
		int n = (int)make_rtp((uint8_t *)p, 7, 0x1000);
		assert_int_equal(peer_srtp_protect_mki(pair.peer, p, &n, 1, 0), srtp_err_status_ok);
		struct slice packet = { (uint8_t *)p, (size_t)n };
		assert_true(srtp_rtp_valid(pair.ours, packet, 0, 4));
		assert_false(srtp_rtp_valid(pair.ours, packet, 0, 0));
		n = (int)make_rtcp((uint8_t *)p);
		assert_int_equal(peer_srtp_protect_rtcp_mki(pair.peer, p, &n, 1, 0),
				 srtp_err_status_ok);
		packet.n = (size_t)n;
		assert_true(srtp_rtcp_valid(pair.ours, packet, 4, &e));
		assert_false(srtp_rtcp_valid(pair.ours, packet, 0, &e));
		pair_free(&pair);
	}
}

static void verifies_srtcp_of_a_peer(void **state)
{
	(void)state;
	uint32_t p[ROOM / 4];
	bool e;

	for (size_t i = 0; peer_there() && i < 2 * sizeof peer_rows / sizeof *peer_rows; i++) {
		const struct peer_row *row = &peer_rows[i / 2];
		struct pair pair = pair_up(row, false, i % 2);
		for (int k = 0; k < 3; k++) {
			int n = (int)make_rtcp((uint8_t *)p);
			assert_int_equal(peer_srtp_protect_rtcp(pair.peer, p, &n),
					 srtp_err_status_ok);
			struct slice packet = { (uint8_t *)p, (size_t)n };
			assert_true(srtp_rtcp_valid(pair.ours, packet, 0, &e));
			if (row->suite.cipher != SRTP_NULL)
				assert_int_equal(e, i % 2 == 0);
			assert_false(srtp_rtcp_valid(pair.wrong, packet, 0, &e));
		}
		pair_free(&pair);
	}
}

/* What RFC 6188 asks for and what that peer does are two things; each is told from the other. */
static void tells_the_legacy_derivation_apart(void **state)
{
	(void)state;
	uint32_t p[ROOM / 4];

	if (!peer_there())
		return;
	struct peer_row row = peer_rows[3];
	row.variant = SRTP_STANDARD;
	struct pair pair = pair_up(&row, false, false);
	int n = (int)make_rtp((uint8_t *)p, 7, 0x1000);
	assert_int_equal(peer_srtp_protect(pair.peer, p, &n), srtp_err_status_ok);
	assert_false(srtp_rtp_valid(pair.ours, (struct slice){ (uint8_t *)p, (size_t)n }, 0, 0));
	pair_free(&pair);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derives_the_authentication_keys_of_the_rfcs),
		cmocka_unit_test(opens_the_packet_of_rfc_7714_section_16),
		cmocka_unit_test(opens_the_srtcp_packets_of_rfc_7714_section_17),
		cmocka_unit_test(accepts_packets_of_every_suite_at_any_roll_over),
		cmocka_unit_test(refuses_every_flipped_bit_and_every_cut),
		cmocka_unit_test(refuses_a_key_that_differs_in_one_bit),
		cmocka_unit_test(steps_over_a_key_identifier_of_the_right_length_only),
		cmocka_unit_test(checks_srtcp_encrypted_and_clear),
		cmocka_unit_test(reads_the_salt_aligned_the_other_way),
		cmocka_unit_test(signs_the_whole_header),
		cmocka_unit_test(refuses_what_is_no_suite),
#if HAVE_PEER
		cmocka_unit_test_setup(verifies_every_packet_of_a_peer, peer_or_skip),
		cmocka_unit_test(verifies_a_peer_that_names_its_key),
		cmocka_unit_test(verifies_srtcp_of_a_peer),
		cmocka_unit_test(tells_the_legacy_derivation_apart),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
