/* test_zrtp_seen.c - ZRTP exchanges: what passed, and what of it can be recomputed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "analyzer/observe/zrtp_seen.h"
#include "analyzer/proto/zrtp/zrtp.h"
#include "tests/lib/replay.h"

enum { UDP = 17, ROOM = 1024, HEADER = 12, IMAGE = 32 };

/* ---- making an exchange -----------------------------------------------------------------------
 */

struct message {
	uint8_t bytes[ROOM];
	size_t n;
};

/* One side: its chain, and what it says. H[0] is the secret, H[3] in the Hello. */
struct side {
	uint8_t h[4][IMAGE];
	struct message hello, commit, part, confirm;
	uint32_t ssrc;
};

static struct side a, b; /* initiator, responder */

static void put(struct message *m, const void *p, size_t n)
{
	memcpy(m->bytes + m->n, p, n);
	m->n += n;
}

static void fill(struct message *m, uint8_t with, size_t n)
{
	memset(m->bytes + m->n, with, n);
	m->n += n;
}

static void begin(struct message *m, const char *type)
{
	m->n = 0;
	put(m, "\x50\x5a\0\0", 4);
	put(m, type, 8);
}

static void set_length(struct message *m)
{
	m->bytes[2] = (uint8_t)(m->n / 4 >> 8);
	m->bytes[3] = (uint8_t)(m->n / 4);
}

/* RFC 6189 9: eight octets under the image that will be revealed next. */
static void end(struct message *m, const uint8_t key[IMAGE])
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	m->n += 8;
	set_length(m);
	HMAC(EVP_sha256(), key, IMAGE, m->bytes, m->n - 8, mac, &n);
	memcpy(m->bytes + m->n - 8, mac, 8);
}

static void make_chain(struct side *s, uint8_t seed)
{
	memset(s->h[0], seed, IMAGE);
	for (int i = 0; i < 3; i++)
		EVP_Digest(s->h[i], IMAGE, s->h[i + 1], NULL, EVP_sha256(), NULL);
	s->ssrc = seed;
}

static void make_hello(struct side *s, uint8_t flags)
{
	struct message *m = &s->hello;
	uint8_t word[4] = { flags, 0x01, 0x11, 0x11 };

	begin(m, "Hello   ");
	put(m, "1.10test client     ", 20);
	put(m, s->h[3], IMAGE);
	fill(m, (uint8_t)s->ssrc, 12);
	put(m, word, 4);
	put(m, "S256AES1HS80DH3kB32 ", 20);
	end(m, s->h[2]);
}

static void make_part(struct side *s, const char *type)
{
	begin(&s->part, type);
	put(&s->part, s->h[1], IMAGE);
	fill(&s->part, 0x11, 32);
	fill(&s->part, (uint8_t)(s->ssrc + 1), 384);
	end(&s->part, s->h[0]);
}

static void make_commit(struct side *s, const struct side *to, const char *hash, const char *how)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t hvi[EVP_MAX_MD_SIZE] = { 0 };

	EVP_DigestInit_ex(c, hash[1] == '3' ? EVP_sha384() : EVP_sha256(), NULL);
	EVP_DigestUpdate(c, s->part.bytes, s->part.n);
	EVP_DigestUpdate(c, to->hello.bytes, to->hello.n);
	EVP_DigestFinal_ex(c, hvi, NULL);
	EVP_MD_CTX_free(c);
	begin(&s->commit, "Commit  ");
	put(&s->commit, s->h[2], IMAGE);
	fill(&s->commit, (uint8_t)s->ssrc, 12);
	put(&s->commit, hash, 4);
	put(&s->commit, "AES1HS80", 8);
	put(&s->commit, how, 4);
	put(&s->commit, "B32 ", 4);
	put(&s->commit, hvi, strcmp(how, "Mult") == 0 ? 16 : strcmp(how, "Prsh") == 0 ? 24 : IMAGE);
	end(&s->commit, s->h[1]);
}

static void make_all(const char *hash)
{
	make_chain(&a, 0x21);
	make_chain(&b, 0x42);
	make_hello(&a, 0);
	make_hello(&b, 0);
	make_part(&a, "DHPart2 ");
	make_part(&b, "DHPart1 ");
	make_commit(&a, &b, hash, "DH3k");
}

/* ---- showing it -------------------------------------------------------------------------------
 */

static struct {
	struct tell tell;
	struct flow flow;
	struct zrtp_seen told;
	unsigned count;
	uint64_t frame;
	uint16_t seq;
} c;

static void remember(void *ctx, const struct observation *o)
{
	(void)ctx;
	assert_int_equal(o->kind, OBSERVATION_ZRTP);
	c.told = o->as.zrtp;
	c.count++;
}

static int start(void **state)
{
	(void)state;
	const uint8_t one[4] = { 10, 0, 0, 1 }, two[4] = { 10, 0, 0, 2 };

	memset(&c, 0, sizeof c);
	c.tell.fn = remember;
	c.flow.key = addr_flow_key((struct endpoint){ addr_v4(one), 4000 },
				   (struct endpoint){ addr_v4(two), 5000 }, UDP);
	make_all("S256");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	cold_free(&c.flow);
	return 0;
}

static bool show_as(unsigned direction, const struct message *m, uint32_t ssrc)
{
	uint8_t p[ROOM + 16] = {
		0x10, 0, (uint8_t)(c.seq >> 8), (uint8_t)c.seq, 'Z', 'R', 'T', 'P'
	};
	size_t n = HEADER + m->n;
	struct frame f = { .number = ++c.frame, .ts_ns = (1000 + c.frame) * WHEN_SECOND };

	c.seq++;
	for (int i = 0; i < 4; i++)
		p[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	memcpy(p + HEADER, m->bytes, m->n);
	uint32_t crc = zrtp_crc32c((struct slice){ p, n });
	for (int i = 0; i < 4; i++)
		p[n + (size_t)i] = (uint8_t)(crc >> (8 * i));
	return zrtp_seen_packet(&c.tell, &c.flow, direction,
				&(struct payload){ .bytes = { p, n + 4 }, .frame = &f });
}

static bool show(unsigned direction, const struct message *m)
{
	return show_as(direction, m, direction ? b.ssrc : a.ssrc);
}

static bool show_bare(unsigned direction, const char *type)
{
	struct message m;

	begin(&m, type);
	if (type[0] == 'C' && type[3] == 'f' && type[4] == 'i')
		fill(&m, 0x77, 64);
	set_length(&m);
	return show(direction, &m);
}

/* From Hello to Conf2ACK; how many packets opened windows. */
static unsigned show_exchange(void)
{
	unsigned opened = 0;

	opened += show(0, &a.hello);
	opened += show_bare(1, "HelloACK");
	opened += show(1, &b.hello);
	opened += show_bare(0, "HelloACK");
	opened += show(0, &a.commit);
	if (b.part.n)
		opened += show(1, &b.part);
	if (a.part.n)
		opened += show(0, &a.part);
	opened += show_bare(1, "Confirm1");
	opened += show_bare(0, "Confirm2");
	opened += show_bare(1, "Conf2ACK");
	return opened;
}

static const struct zrtp_seen *told(void)
{
	c.count = 0;
	zrtp_seen_tell(&c.tell, &c.flow);
	assert_int_equal(c.count, 1);
	return &c.told;
}

static void is_all_right(const struct zrtp_seen *z, unsigned from)
{
	const struct zrtp_side_seen *i = &z->side[from], *r = &z->side[!from];

	assert_int_equal(i->chain, CHECK_OK);
	assert_int_equal(i->hello_mac, CHECK_OK);
	assert_int_equal(i->commit_mac, CHECK_OK);
	assert_int_equal(i->hvi, CHECK_OK);
	assert_int_equal(r->chain, CHECK_OK);
	assert_int_equal(r->hello_mac, CHECK_OK);
	assert_int_equal(r->commit_mac, CHECK_NONE);
	assert_int_equal(r->hvi, CHECK_NONE);
}

static void recomputes_a_whole_exchange(void **state)
{
	(void)state;
	static const char *const hashes[] = { "S256", "S384" };

	for (unsigned i = 0; i < 2; i++) {
		stop(NULL);
		start(NULL);
		make_all(hashes[i]);
		assert_int_equal(show_exchange(), 2); /* Confirm2, Conf2ACK */
		const struct zrtp_seen *z = told();
		is_all_right(z, 0);
		assert_true(z->completed && z->initiator_src && !z->multistream && !z->preshared);
		assert_int_equal(z->count, 10);
		assert_string_equal((const char *)z->hash, hashes[i]);
		assert_string_equal((const char *)z->agreement, "DH3k");
		assert_string_equal((const char *)z->side[0].version, "1.10");
		assert_int_equal(z->ssrc[0], a.ssrc);
		assert_int_equal(z->ssrc[1], b.ssrc);
		uint8_t want[IMAGE];
		EVP_Digest(a.hello.bytes, a.hello.n, want, NULL, EVP_sha256(), NULL);
		assert_memory_equal(z->side[0].hello_hash, want, IMAGE);
		assert_int_equal(z->side[0].hellos, 1);
		assert_true(z->done.frame == c.frame && z->first_hello.frame == 1);
	}
}

static void knows_the_initiator_wherever_it_is(void **state)
{
	(void)state;
	show(1, &b.hello); /* the responder is heard first */
	show_exchange();
	const struct zrtp_seen *z = told();
	assert_false(z->initiator_src);
	is_all_right(z, 1);
}

/* RFC 6189 4.2: both may commit; who sends DHPart2 is the one that counts. */
static void resolves_two_commits(void **state)
{
	(void)state;
	show(0, &a.hello);
	show(1, &b.hello);
	make_commit(&b, &a, "S256", "DH3k");
	show(1, &b.commit);
	show(0, &a.commit);
	show(1, &b.part);
	show(0, &a.part);
	is_all_right(told(), 0);
}

static void does_not_mind_repetition_with_another_sequence_number(void **state)
{
	(void)state;
	struct {
		unsigned d;
		struct message *m;
	} all[] = {
		{ 0, &a.hello }, { 1, &b.hello }, { 0, &a.commit }, { 1, &b.part }, { 0, &a.part },
	};

	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < 5; i++)
			for (unsigned k = 0; k <= i; k++)
				show(all[k].d, all[k].m);
	const struct zrtp_seen *z = told();
	is_all_right(z, 0);
	assert_int_equal(z->side[0].hellos, 1);
	assert_false(z->completed);
}

static void recomputes_what_a_hole_leaves(void **state)
{
	(void)state;
	show(1, &b.hello);
	show(0, &a.commit);
	show(0, &a.part);
	const struct zrtp_seen *z = told();
	assert_int_equal(z->side[1].hvi, CHECK_OK);
	assert_int_equal(z->side[1].commit_mac, CHECK_OK);
	assert_int_equal(z->side[1].chain, CHECK_NONE);
	assert_int_equal(z->side[1].hello_mac, CHECK_NONE);
	assert_int_equal(z->side[0].chain, CHECK_NONE);
	assert_int_equal(z->side[0].hello_mac, CHECK_NONE);
}

static bool any_bad(const struct zrtp_seen *z)
{
	bool bad = false;

	for (int i = 0; i < 2; i++)
		bad |= z->side[i].chain == CHECK_BAD || z->side[i].hello_mac == CHECK_BAD ||
		       z->side[i].commit_mac == CHECK_BAD || z->side[i].hvi == CHECK_BAD;
	return bad;
}

/* Whichever octet of a message is touched, a check fails; the checksum is made to fit. */
/* Both commit, and any of the messages may not have been captured. */
static void faults_nothing_for_what_was_not_captured(void **state)
{
	(void)state;
	for (unsigned seen = 1; seen < 1 << 7; seen++) {
		stop(NULL);
		start(NULL);
		make_all("S256");
		make_part(&b, "DHPart2 ");
		make_commit(&b, &a, "S256", "DH3k");
		make_part(&b, "DHPart1 ");
		const struct {
			unsigned from;
			const struct message *m;
		} all[] = { { 0, &a.hello }, { 1, &b.hello }, { 1, &b.commit }, { 0, &a.commit },
			    { 1, &b.part },  { 0, &a.part },  { 1, &b.part } };
		for (unsigned i = 0; i < 7; i++)
			if (seen >> i & 1)
				show(all[i].from, all[i].m);
		assert_false(any_bad(told()));
	}
}

static void catches_every_tampering(void **state)
{
	(void)state;
	struct {
		struct message *m;
		size_t from;
	} touched[] = {
		{ &a.hello, 16 }, { &b.hello, 16 }, { &a.commit, 12 },
		{ &a.part, 12 },  { &b.part, 12 },
	};

	for (unsigned i = 0; i < 5; i++)
		for (size_t at = touched[i].from; at < touched[i].m->n; at += 3) {
			/* The counts of a Hello's lists, the agreement of a Commit, say how to read
			 * it. */
			if ((i < 2 && at >= 76 && at < 80) || (i == 2 && at >= 68 && at < 72))
				continue;
			/* What H0 signs is for the endpoints: of the responder's part only H1 is.
			 */
			if (i == 4 && at >= 44)
				continue;
			stop(NULL);
			start(NULL);
			touched[i].m->bytes[at] ^= 0x40;
			show_exchange();
			assert_true(any_bad(told()));
		}
}

/* An active middle that makes its own keys makes its own chain: nothing is wrong, it is another. */
static void cannot_fault_a_chain_that_is_whole(void **state)
{
	(void)state;
	make_chain(&b, 0x99);
	make_hello(&b, 0x20);
	make_part(&b, "DHPart1 ");
	make_commit(&a, &b, "S256", "DH3k");
	show_exchange();
	const struct zrtp_seen *z = told();
	is_all_right(z, 0);
	assert_true(z->side[1].mitm && !z->side[0].mitm);
}

static void does_not_judge_hashes_it_cannot_compute(void **state)
{
	(void)state;
	make_commit(&a, &b, "N256", "DH3k");
	show_exchange();
	const struct zrtp_seen *z = told();
	assert_int_equal(z->side[0].hvi, CHECK_NONE);
	assert_int_equal(z->side[0].chain, CHECK_OK);
	assert_int_equal(z->side[0].commit_mac, CHECK_OK);
}

static void follows_exchanges_without_a_public_value(void **state)
{
	(void)state;
	static const char *const modes[] = { "Mult", "Prsh" };

	for (unsigned i = 0; i < 2; i++) {
		stop(NULL);
		start(NULL);
		make_commit(&a, &b, "S256", modes[i]);
		a.part.n = b.part.n = 0;
		show_exchange();
		const struct zrtp_seen *z = told();
		assert_int_equal(z->multistream, i == 0);
		assert_int_equal(z->preshared, i == 1);
		assert_true(z->completed);
		assert_int_equal(z->side[0].chain, CHECK_OK);
		assert_int_equal(z->side[0].hello_mac, CHECK_OK);
		assert_int_equal(z->side[0].commit_mac, CHECK_NONE);
		assert_int_equal(z->side[0].hvi, CHECK_NONE);
		assert_int_equal(z->side[1].chain, CHECK_NONE);
	}
}

/* A phone that begins anew has another chain; what it said before is no part of it. */
static void starts_over_with_another_hello(void **state)
{
	(void)state;
	show_exchange();
	make_chain(&a, 0x61);
	make_hello(&a, 0);
	show(0, &a.hello);
	is_all_right(told(), 0);
	make_chain(&b, 0x62);
	make_hello(&b, 0);
	make_part(&a, "DHPart2 ");
	make_part(&b, "DHPart1 ");
	make_commit(&a, &b, "S256", "DH3k");
	show_exchange();
	const struct zrtp_seen *z = told();
	is_all_right(z, 0);
	assert_int_equal(z->side[0].hellos, 2);
}

static void starts_over_in_the_middle(void **state)
{
	(void)state;
	show(0, &a.hello);
	show(1, &b.hello);
	show(0, &a.commit);
	show(1, &b.part);
	make_chain(&a, 0x61);
	make_hello(&a, 0);
	make_part(&a, "DHPart2 ");
	make_commit(&a, &b, "S256", "DH3k");
	show_exchange();
	is_all_right(told(), 0);
}

/* After GoClear a Commit may come that no Hello announced. */
static void leaves_a_confirmed_exchange_as_it_was(void **state)
{
	(void)state;
	show_exchange();
	show_bare(0, "GoClear ");
	make_chain(&a, 0x61);
	make_commit(&a, &b, "S256", "Mult");
	show(0, &a.commit);
	const struct zrtp_seen *z = told();
	is_all_right(z, 0);
	assert_true(z->go_clear && z->go_clear_at.frame == 11 && !z->multistream);
}

/* Streams of a bundle share a flow; each has its own SSRC and its own exchange. */
static void does_not_mix_exchanges_of_two_streams(void **state)
{
	(void)state;
	struct side first_a = a, first_b = b;

	make_chain(&a, 0x71);
	make_chain(&b, 0x72);
	make_hello(&a, 0);
	make_hello(&b, 0);
	make_commit(&a, &b, "S256", "Mult");
	show(0, &first_a.hello);
	show(1, &first_b.hello);
	show_as(0, &first_a.commit, first_a.ssrc);
	show_as(0, &a.hello, a.ssrc);
	show_as(1, &first_b.part, first_b.ssrc);
	show_as(1, &b.hello, b.ssrc);
	show_as(0, &first_a.part, first_a.ssrc);
	show_as(0, &a.commit, a.ssrc);
	assert_false(any_bad(told()));
}

static void believes_no_field_under_a_wrong_checksum(void **state)
{
	(void)state;
	uint8_t p[64] = { 0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 0, 0, 0, 1, 0x50, 0x5a, 0, 3 };
	struct frame f = { .number = 1, .ts_ns = WHEN_SECOND };

	memcpy(p + 16, "GoClear ", 8);
	zrtp_seen_packet(&c.tell, &c.flow, 0, &(struct payload){ .bytes = { p, 28 }, .frame = &f });
	const struct zrtp_seen *z = told();
	assert_int_equal(z->bad_crc, 1);
	assert_true(z->count == 1 && z->messages == 0 && !z->go_clear);
}

static void notes_relayed_voice_strings_and_errors(void **state)
{
	(void)state;
	show_bare(0, "SASrelay");
	show_bare(1, "Error   ");
	const struct zrtp_seen *z = told();
	assert_true(z->sas_relay && z->sas_relay_at.frame == 1 && z->error_at.frame == 2);
}

/* What is answered was said, though the capture lost it. */
static void takes_an_acknowledgement_for_what_it_answers(void **state)
{
	(void)state;
	show_bare(0, "RelayACK");
	show_bare(1, "ClearACK");
	const struct zrtp_seen *z = told();
	assert_true(z->sas_relay && z->sas_relay_at.frame == 1);
	assert_true(z->go_clear && z->clear_ack && z->go_clear_at.frame == 2);
}

static void tells_nothing_twice(void **state)
{
	(void)state;
	show_exchange();
	told();
	zrtp_seen_tell(&c.tell, &c.flow);
	assert_int_equal(c.count, 1);
	show_bare(0, "Ping    ");
	is_all_right(told(), 0);
}

/* ---- captures ----------------------------------------------------------------------------------
 */

static struct endpoint first_src;

static void hear(void *ctx, const struct payload *p)
{
	(void)ctx;
	struct endpoint src = addr_src(&p->flow);

	if (p->flow.proto != UDP || !zrtp_looks_like(p->bytes))
		return;
	if (c.frame++ == 0)
		first_src = src;
	unsigned direction = src.port != first_src.port || !addr_eq(&src.addr, &first_src.addr);
	zrtp_seen_packet(&c.tell, &c.flow, direction, p);
}

static void recognises_exchanges_of_real_phones(void **state)
{
	(void)state;
	static const char *const names[] = { "captures/lab/zrtp-direct/alice.pcap",
					     "captures/public/zrtp/Asterisk_ZFONE_XLITE.pcap" };

	for (unsigned i = 0; i < 2; i++) {
		if (!replay_there(names[i]))
			continue;
		stop(NULL);
		start(NULL);
		replay_capture(names[i], hear, NULL);
		const struct zrtp_seen *z = told();
		assert_true(z->completed && z->bad_crc == 0);
		is_all_right(z, z->initiator_src ? 0 : 1);
		assert_string_equal((const char *)z->agreement, "DH3k");
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(recomputes_a_whole_exchange),
		T(knows_the_initiator_wherever_it_is),
		T(resolves_two_commits),
		T(does_not_mind_repetition_with_another_sequence_number),
		T(recomputes_what_a_hole_leaves),
		T(faults_nothing_for_what_was_not_captured),
		T(catches_every_tampering),
		T(cannot_fault_a_chain_that_is_whole),
		T(does_not_judge_hashes_it_cannot_compute),
		T(follows_exchanges_without_a_public_value),
		T(starts_over_with_another_hello),
		T(starts_over_in_the_middle),
		T(leaves_a_confirmed_exchange_as_it_was),
		T(does_not_mix_exchanges_of_two_streams),
		T(believes_no_field_under_a_wrong_checksum),
		T(notes_relayed_voice_strings_and_errors),
		T(takes_an_acknowledgement_for_what_it_answers),
		T(tells_nothing_twice),
		T(recognises_exchanges_of_real_phones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
