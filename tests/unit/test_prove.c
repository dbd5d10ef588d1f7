/* test_prove.c - packets tried under known keys: what is believed, what is not, what it costs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/crypto/srtp.h"
#include "analyzer/observe/prove.h"
#include "analyzer/observe/vault.h"
#include "tests/lib/replay.h"
#include "tests/lib/sealing.h"

enum { ROOM = 2048, UDP = 17, SSRC = 0x01020304 };
#define NOW (1000 * WHEN_SECOND)

/* One stream on its path. */
static struct {
	struct tell tell;
	struct prove *prove;
	struct window_seen window;
	struct vault_ring *ring;
	struct flow_key path;
	struct endpoint src, dst;
	uint64_t frame;
	uint8_t bytes[ROOM];
} s;

static struct endpoint at(uint8_t host, uint16_t port)
{
	const uint8_t v4[4] = { 10, 0, 0, host };

	return (struct endpoint){ addr_v4(v4), port };
}

static int start(void **state)
{
	(void)state;
	memset(&s, 0, sizeof s);
	s.tell.vault = vault_new();
	s.src = at(1, 4000);
	s.dst = at(2, 5000);
	s.path = addr_flow_key(s.src, s.dst, UDP);
	s.ring = vault_ring(s.tell.vault, 1, 0, NOW);
	vault_place(s.tell.vault, s.ring, s.src, 0);
	vault_place(s.tell.vault, s.ring, s.dst, 1);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	prove_free(s.prove);
	vault_free(s.tell.vault);
	return 0;
}

static enum sdp_crypto_suite suite_of(const struct sealing *k)
{
	if (k->tag == 16)
		return k->key_n == 16 ? SDP_AEAD_AES_128_GCM : SDP_AEAD_AES_256_GCM;
	if (k->tag == 4)
		return SDP_AES_CM_128_HMAC_SHA1_32;
	return k->key_n == 16	? SDP_AES_CM_128_HMAC_SHA1_80
	       : k->key_n == 24 ? SDP_AES_192_CM_HMAC_SHA1_80
				: SDP_AES_256_CM_HMAC_SHA1_80;
}

static uint64_t learn(const struct sealing *k, uint8_t side)
{
	struct vault_key key = { .suite = suite_of(k),
				 .n = (uint8_t)(k->key_n + k->salt_n),
				 .mki_octets = (uint8_t)k->mki_n,
				 .side = side };

	memcpy(key.octets, k->key, k->key_n);
	memcpy(key.octets + k->key_n, k->salt, k->salt_n);
	key.name = digest_name((struct slice){ key.octets, key.n });
	vault_add(s.tell.vault, s.ring, &key);
	return key.name;
}

/* The nth packet, 20 ms after the one before; `k` NULL: in clear. */
static void send_at(const struct sealing *k, uint32_t n, uint32_t rolls, uint32_t roc)
{
	struct prove_packet p = { .ts_ns = NOW + n * 20 * WHEN_MS,
				  .frame = ++s.frame,
				  .rolls = rolls };
	size_t len = 12 + 160;

	memset(s.bytes, (int)(n * 3 + 1), len);
	memcpy(s.bytes, "\x80\0\0\0\0\0\0\0\1\2\3\4", 12);
	s.bytes[2] = (uint8_t)(n >> 8);
	s.bytes[3] = (uint8_t)n;
	if (k)
		len = sealing_rtp(k, s.bytes, len, roc);
	p.bytes = (struct slice){ s.bytes, len };
	prove_look(&s.tell, &s.prove, s.path, p.ts_ns);
	if (s.prove && p.ts_ns >= prove_due(&s.tell, s.prove))
		prove_try(&s.tell, s.prove, s.path, &p, &s.window);
}

static void send(const struct sealing *k, uint32_t n)
{
	send_at(k, n, n >> 16, n >> 16);
}

static void run(const struct sealing *k, uint32_t from, uint32_t to)
{
	for (uint32_t n = from; n < to; n++)
		send(k, n);
}

static struct proof_seen proof(void)
{
	struct proof_seen p;

	prove_tell(s.prove, &p);
	return p;
}

static void proves_a_stream_by_its_senders_key(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);
	uint64_t name = learn(&k, 0);

	run(&k, 0, 500);
	struct proof_seen p = proof();
	assert_true(p.key_name == name);
	assert_false(p.wrong_way || p.rekeyed || p.legacy_kdf || p.salt_right);
	assert_int_equal(p.verified, p.tried);
	assert_in_range(p.verified, 10, 14); /* two at the start, then one a second */
	assert_int_equal(p.roc, 0);
	assert_int_equal(s.window.verified, p.verified);
	assert_int_equal(s.window.trials, p.tried);
	assert_int_equal(proof().tried, 0);
}

static void says_nothing_without_keys(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	run(&k, 0, 50);
	assert_null(s.prove);
	assert_true(proof().key_name == 0 && proof().tried == 0);
}

static void tries_every_packet_when_asked_to(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 32, 10);

	learn(&k, 0);
	s.tell.keys.verify_all = true;
	run(&k, 0, 300);
	assert_int_equal(proof().verified, 300);
}

static void notes_a_key_used_the_wrong_way(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10), other = sealing_new(2, 16, 10);

	learn(&other, 0);
	learn(&k, 1);
	run(&k, 0, 10);
	assert_true(proof().wrong_way);
}

static void never_counts_clear_media_as_proof(void **state)
{
	(void)state;
	static const size_t tags[] = { 4, 10, 16 };

	for (unsigned i = 0; i < 3; i++) {
		struct sealing k = sealing_new((uint8_t)i, 16, tags[i]);
		learn(&k, 0);
	}
	s.tell.keys.verify_all = true;
	run(NULL, 0, 600);
	struct proof_seen p = proof();
	assert_int_equal(p.tried, 600);
	assert_true(p.verified == 0 && p.key_name == 0 && p.failed_after == 0);
	assert_int_equal(s.window.verified, 0);
	assert_true(s.window.trials > 2 * 3 * 1024);
}

static void bounds_the_search_for_a_stream_that_never_fits(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	run(NULL, 0, 3000); /* a minute */
	uint64_t trials = s.tell.count.srtp_trials;
	assert_in_range(trials, 2048, 2048 + 40 * 8);
	assert_in_range(s.tell.count.srtp_searched, 2048, 2048 + 16);
	assert_in_range(proof().tried, 20, 30);
}

static void a_run_bounds_what_searches_cost_and_counts_it(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	s.tell.count.srtp_searched = PROVE_SEARCHED;
	run(NULL, 0, 100);
	assert_int_equal(s.tell.count.srtp_searched, PROVE_SEARCHED);
	assert_int_equal(s.tell.count.srtp_searches_capped, 1);
	assert_true(s.tell.count.srtp_in_vain >= s.tell.count.srtp_trials);

	uint64_t trials = s.tell.count.srtp_trials;
	s.tell.count.srtp_in_vain = PROVE_IN_VAIN;
	run(NULL, 100, 3000);
	uint8_t rtcp[64] = { 0x80, 200, 0, 6 };
	bool encrypted;
	assert_int_equal(
		prove_rtcp(&s.tell, s.path, (struct slice){ rtcp, sizeof rtcp }, NOW, &encrypted),
		0);
	assert_int_equal(s.tell.count.srtp_trials, trials);
	assert_true(s.tell.count.srtp_searches_capped > 1);
}

/* Keys that change with every other packet: trying begins anew some times, not for ever. */
static void other_keys_without_end_are_not_tried_without_end(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct sealing k = sealing_new((uint8_t)i, 16, 10);
		learn(&k, 0);
		run(NULL, 10 * i, 10 * i + 10);
	}
	assert_true(s.tell.count.srtp_searches_capped > 100);
	assert_true(s.tell.count.srtp_trials < 200000);
	assert_in_range(proof().tried, 20, 150);
}

/* More keys at one place than are tried. */
static void keys_that_are_left_out_are_counted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * PROVE_KEYS; i++) {
		struct sealing k = sealing_new((uint8_t)i, 16, 10);
		s.ring = vault_ring(s.tell.vault, i, 0, NOW);
		vault_place(s.tell.vault, s.ring, s.src, 0);
		learn(&k, 0);
	}
	assert_int_equal(vault_unfound(s.tell.vault), 0);
	run(NULL, 0, 1);
	assert_true(vault_unfound(s.tell.vault) >= PROVE_KEYS);
}

static void finds_a_stream_joined_late(void **state)
{
	(void)state;
	static const uint32_t rocs[] = { 1, 2, 77, 1023 };

	for (unsigned i = 0; i < 4; i++) {
		stop(NULL);
		start(NULL);
		struct sealing k = sealing_new(1, 16, 10);
		learn(&k, 0);
		for (uint32_t n = 0; n < 100; n++)
			send_at(&k, n, 0, rocs[i]);
		struct proof_seen p = proof();
		assert_true(p.key_name != 0);
		assert_int_equal(p.roc, rocs[i]);
		assert_true(s.tell.count.srtp_trials < 1200);
	}
}

static void gives_up_beyond_1023_roll_overs(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	for (uint32_t n = 0; n < 100; n++)
		send_at(&k, n, 0, 1024);
	assert_true(proof().key_name == 0);
}

/* 100,000 packets a second would be one and a half roll-overs. */
static void a_stream_has_no_more_roll_overs_than_its_call_had_time_for(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	vault_begin(s.ring, NOW);
	learn(&k, 0);
	s.tell.count.srtp_improbable = PROVE_IMPROBABLE;
	for (uint32_t n = 0; n < 40; n++)
		send_at(&k, n, 0, 9);
	assert_true(proof().key_name == 0);
	assert_true(s.tell.count.srtp_trials < 40 * 8);
	assert_int_equal(s.tell.count.srtp_searches_capped, 0);
	assert_true(s.tell.count.srtp_searches_narrowed > 0);
	stop(NULL);
	start(NULL);
	vault_begin(s.ring, NOW);
	learn(&k, 0);
	s.tell.count.srtp_improbable = PROVE_IMPROBABLE;
	for (uint32_t n = 600 * 50; n < 600 * 50 + 40; n++) /* ten minutes later */
		send_at(&k, n, 0, 900);
	assert_int_equal(proof().roc, 900);
}

static void what_is_improbable_is_asked_of_the_first_streams_all_the_same(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	vault_begin(s.ring, NOW);
	learn(&k, 0);
	for (uint32_t n = 0; n < 40; n++)
		send_at(&k, n, 0, 900);
	assert_int_equal(proof().roc, 900);
	assert_int_equal(s.tell.count.srtp_improbable, 0); /* only what was in vain counts */
	stop(NULL);
	start(NULL);
	vault_begin(s.ring, NOW);
	learn(&k, 0);
	run(NULL, 0, 3000);
	assert_int_equal(s.tell.count.srtp_improbable, 2048);
}

static void an_undeclared_mki_is_tried_at_first_and_where_a_window_begins(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	run(NULL, 0, 10); /* in clear */
	k.mki_n = 2;
	memcpy(k.mki, "\x12\x34", 2);
	run(&k, 10, 20);
	assert_true(proof().key_name == 0);
	prove_window(s.prove);
	run(&k, 20, 40);
	assert_true(proof().key_name != 0);
	assert_int_equal(proof().mki_octets, 2);
}

static void follows_roll_overs(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	for (uint32_t n = 65500; n < 65536 * 3; n += 11)
		send_at(&k, n, (n >> 16), (n >> 16) + 4);
	struct proof_seen p = proof();
	assert_int_equal(p.roc, 4);
	assert_int_equal(p.failed_after, 0);
}

static void stands_one_wrap_that_loss_hid(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	run(&k, 0, 200);
	for (uint32_t n = 200; n < 400; n++)
		send_at(&k, n, 0, 1);
	struct proof_seen p = proof();
	assert_true(p.failed_after == 0 && p.verified > 6 && !p.rekeyed);
}

static void meets_a_key_that_comes_after_the_media(void **state)
{
	(void)state;
	struct sealing first = sealing_new(1, 16, 10), k = sealing_new(2, 16, 10);

	learn(&first, 1); /* the offer; early media under the key of the answer */
	for (uint32_t n = 0; n < 200; n++)
		send_at(&k, n, 0, 9);
	assert_true(proof().key_name == 0);
	uint64_t name = learn(&k, 0);
	for (uint32_t n = 200; n < 400; n++)
		send_at(&k, n, 0, 9); /* searched anew, for keys that are new */
	assert_true(proof().key_name == name);
}

static void sees_another_key_in_mid_stream(void **state)
{
	(void)state;
	struct sealing a = sealing_new(1, 16, 10), b = sealing_new(2, 16, 10);

	learn(&a, 0);
	run(&a, 0, 200);
	uint64_t name = learn(&b, 0);
	run(&b, 200, 400);
	struct proof_seen p = proof();
	assert_true(p.rekeyed && p.key_name == name);
	assert_int_equal(p.failed_after, 0);
}

static void counts_packets_that_fail_after_a_proof(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	run(&k, 0, 100);
	uint64_t first = s.frame + 1;
	run(NULL, 100, 400);
	struct proof_seen p = proof();
	assert_true(p.key_name != 0 && p.failed_after >= 5 && p.failed_frame >= first);
	assert_int_equal(p.tried, p.verified + p.failed_after);
	run(&k, 400, 500);
	p = proof();
	assert_true(p.verified > 0 && !p.rekeyed);
}

static void proves_media_that_begins_in_clear(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);

	learn(&k, 0);
	run(NULL, 0, 300);
	assert_true(proof().verified == 0);
	prove_window(s.prove); /* another size opens one */
	run(&k, 300, 400);
	assert_true(proof().verified > 0);
}

static void wants_three_matches_of_a_short_tag(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 4);

	learn(&k, 0);
	s.tell.keys.verify_all = true;
	run(&k, 0, 2);
	struct proof_seen p = proof();
	assert_true(p.key_name == 0 && p.verified == 0 && p.tried == 2);
	send(&k, 2);
	p = proof();
	assert_true(p.key_name != 0);
	assert_int_equal(p.verified, 3);
	run(&k, 3, 50);
	assert_int_equal(proof().verified, 47);
}

static void forgets_short_tags_that_matched_by_chance(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 4);

	learn(&k, 0);
	s.tell.keys.verify_all = true;
	for (uint32_t n = 0; n < 90; n += 3) {
		run(&k, n, n + 2);
		send(NULL, n + 2);
	}
	assert_true(proof().verified == 0);
	assert_int_equal(s.window.verified, 0);
}

static void reads_salts_and_keys_the_other_ways_in_use(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 32, 16);

	k.salt_right = true;
	learn(&k, 0);
	run(&k, 0, 10);
	assert_true(proof().salt_right);
	stop(NULL);
	start(NULL);
	/* AES-192 as if its 38 octets were the first of the 46 of AES-256. */
	struct sealing told = sealing_new(3, 24, 10), used = told;
	used.key_n = 32;
	memcpy(used.key + 24, told.salt, 8);
	memset(used.salt, 0, sizeof used.salt);
	memcpy(used.salt, told.salt + 8, 6);
	learn(&told, 0);
	run(&used, 0, 10);
	struct proof_seen p = proof();
	assert_true(p.legacy_kdf && p.verified > 0);
	stop(NULL);
	start(NULL);
	learn(&told, 0);
	run(&told, 0, 10);
	assert_true(proof().verified > 0 && !proof().legacy_kdf);
}

static void finds_a_key_identifier_nobody_declared(void **state)
{
	(void)state;
	static const size_t lengths[] = { 1, 2, 4 };

	for (unsigned i = 0; i < 3; i++) {
		stop(NULL);
		start(NULL);
		struct sealing k = sealing_new(1, 16, 10);
		learn(&k, 0);
		k.mki_n = lengths[i];
		run(&k, 0, 10);
		struct proof_seen p = proof();
		assert_int_equal(p.mki_octets, lengths[i]);
		assert_true(p.verified > 0);
	}
}

static void uses_the_identifiers_length_that_was_declared(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 16);

	k.mki_n = 3;
	learn(&k, 0);
	run(&k, 0, 10);
	assert_int_equal(proof().mki_octets, 3);
}

/* F8 cannot be checked: that says nothing about the key. */
static void tries_nothing_under_suites_it_cannot_check(void **state)
{
	(void)state;
	struct vault_key key = { .name = 5, .suite = SDP_F8_128_HMAC_SHA1_80, .n = 30 };
	struct sealing k = sealing_new(1, 16, 10);

	vault_add(s.tell.vault, s.ring, &key);
	run(&k, 0, 500);
	assert_int_equal(proof().tried, 0);
	assert_int_equal(s.window.tried, 0);
}

static void keeps_keys_of_a_long_call(void **state)
{
	(void)state;
	struct sealing k = sealing_new(1, 16, 10);
	struct vault_found found;

	learn(&k, 0);
	for (uint32_t n = 0; n < 40 * 60 * 50; n += 50) {
		send(&k, n);
		vault_expire(s.tell.vault, NOW + n * 20 * WHEN_MS);
	}
	assert_int_equal(vault_find(s.tell.vault, s.src, s.dst, NOW, &found, 1), 1);
	assert_int_equal(proof().failed_after, 0);
}

static void proves_srtcp(void **state)
{
	(void)state;
	static const uint8_t report[] = {
		0x80, 0xc9, 0, 1, 1, 2, 3, 4, 0x81, 0xcb, 0, 1, 1, 2, 3, 4
	};
	bool e = true;

	for (unsigned i = 0; i < 4; i++) {
		struct sealing k = sealing_new((uint8_t)(i + 3), i & 1 ? 32 : 16, i & 2 ? 16 : 10);
		uint64_t name = learn(&k, 0);
		k.mki_n = i & 1 ? 4 : 0;
		memcpy(s.bytes, report, sizeof report);
		struct slice p = { s.bytes, sealing_rtcp(&k, s.bytes, sizeof report, i, i & 1) };
		assert_true(prove_rtcp(&s.tell, s.path, p, NOW, &e) == name);
		assert_int_equal(e, i & 1);
		s.bytes[6] ^= 1;
		assert_true(prove_rtcp(&s.tell, s.path, p, NOW, &e) == 0 && !e);
		assert_true(prove_rtcp(&s.tell, s.path, (struct slice){ report, sizeof report },
				       NOW, &e) == 0);
	}
}

/* ---- other people's captures (issue 3, acceptance 2) -------------------------------------------
 */

#define PUBLIC "captures/public/"

/* A capture of one stream, as its manifest describes it. */
struct tally {
	struct srtp *key;
	uint64_t packets, valid;
	uint16_t seq;
	uint32_t rolls;
};

static void check_payload(void *ctx, const struct payload *p)
{
	struct tally *t = ctx;
	uint8_t pt = p->bytes.n > 12 ? p->bytes.p[1] & 0x7f : 0;

	if (p->flow.proto != UDP || p->bytes.n < 12 + 10 || p->bytes.p[0] >> 6 != 2 ||
	    (pt >= 64 && pt < 96))
		return;
	uint16_t seq = (uint16_t)(p->bytes.p[2] << 8 | p->bytes.p[3]);
	if (t->packets && seq < t->seq && t->seq - seq > 32768)
		t->rolls++;
	bool late = t->packets && seq > t->seq && seq - t->seq > 32768;
	if (!late)
		t->seq = seq;
	t->packets++;
	t->valid += srtp_rtp_valid(t->key, p->bytes, t->rolls - late, 0);
}

static bool in_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/';
}

/* The first run of 40 base64 letters with a word about a key before it: 30 octets of key and salt.
 */
static bool find_key(const char *row, const char *end, uint8_t out[32])
{
	for (const char *at = row; at < end; at++) {
		size_t n = 0;
		while (at + n < end && in_base64(at[n]))
			n++;
		if (n == 40)
			return sdp_crypto_decode((struct slice){ (const uint8_t *)at, 40 }, out,
						 32) == 30;
		at += n;
	}
	return false;
}

/* "VERIFIED: all 11888 packets", "VERIFIED: 1556/1556 tags" or "VERIFIED: 1556 payloads". */
static uint64_t promised(const char *row, const char *end)
{
	const char *at = strstr(row, "VERIFIED: ");

	if (!at || at >= end)
		return 0;
	at += strcspn(at, "0123456789");
	return strtoull(at, NULL, 10);
}

static void check_capture(const char *name, const uint8_t *master, uint64_t want)
{
	static const struct srtp_suite suite = { SRTP_CM, 16, 14, 10, 10 };
	struct tally t = { .key = srtp_new(&suite, (struct slice){ master, 30 }, SRTP_STANDARD) };

	replay_capture(name, check_payload, &t);
	print_message("%s: %llu of %llu\n", name, (unsigned long long)t.valid,
		      (unsigned long long)t.packets);
	assert_int_equal(t.valid, want);
	assert_int_equal(t.packets, want);
	srtp_free(t.key);
}

/* A row is `| srtp/name | ...`; one that names no key has that of the row before. */
static void every_tag_of_the_public_captures_verifies(void **state)
{
	(void)state;
	uint8_t master[32];
	bool has_key = false;
	unsigned captures = 0;

	if (!replay_there(PUBLIC "MANIFEST.md"))
		return;
	char *text = replay_text(PUBLIC "MANIFEST.md");
	assert_non_null(text);
	for (char *row = strstr(text, "\n| srtp/"); row; row = strstr(row + 1, "\n| srtp/")) {
		char name[256] = PUBLIC;
		const char *end = row + 1 + strcspn(row + 1, "\n");
		uint64_t want = promised(row, end);
		has_key |= find_key(row + 1, end, master);
		if (!want || !has_key)
			continue;
		strncat(name, row + 3, strcspn(row + 3, " |"));
		check_capture(name, master, want);
		captures++;
	}
	explicit_bzero(master, sizeof master);
	free(text);
	assert_true(captures >= 4);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(proves_a_stream_by_its_senders_key),
		T(says_nothing_without_keys),
		T(tries_every_packet_when_asked_to),
		T(notes_a_key_used_the_wrong_way),
		T(never_counts_clear_media_as_proof),
		T(bounds_the_search_for_a_stream_that_never_fits),
		T(a_run_bounds_what_searches_cost_and_counts_it),
		T(other_keys_without_end_are_not_tried_without_end),
		T(keys_that_are_left_out_are_counted),
		T(finds_a_stream_joined_late),
		T(gives_up_beyond_1023_roll_overs),
		T(a_stream_has_no_more_roll_overs_than_its_call_had_time_for),
		T(what_is_improbable_is_asked_of_the_first_streams_all_the_same),
		T(an_undeclared_mki_is_tried_at_first_and_where_a_window_begins),
		T(follows_roll_overs),
		T(stands_one_wrap_that_loss_hid),
		T(meets_a_key_that_comes_after_the_media),
		T(sees_another_key_in_mid_stream),
		T(counts_packets_that_fail_after_a_proof),
		T(proves_media_that_begins_in_clear),
		T(wants_three_matches_of_a_short_tag),
		T(forgets_short_tags_that_matched_by_chance),
		T(reads_salts_and_keys_the_other_ways_in_use),
		T(finds_a_key_identifier_nobody_declared),
		T(uses_the_identifiers_length_that_was_declared),
		T(tries_nothing_under_suites_it_cannot_check),
		T(keeps_keys_of_a_long_call),
		T(proves_srtcp),
		cmocka_unit_test(every_tag_of_the_public_captures_verifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
