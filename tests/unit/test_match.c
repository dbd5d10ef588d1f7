/* test_match.c - what two rows have in common, one correlator at a time: rows made by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "analyzer/track/match.h"
#include "tests/lib/callmake.h"
#include "tests/lib/printing.h"

/* A call of one leg and one line that lasts a minute. */
struct row {
	struct live l;
	struct leg leg;
	struct agreed line[2];
	struct line_seen said[2]; /* by the offerer, by the answerer */
	struct crypto_seen crypto[2];
	struct fingerprint_seen print[2];
	struct zrtp_hash_seen hash[2];
	struct segment segment[2];
	struct print_seen prints[2][MEDIA_PRINTS];
	uint32_t ssrcs[MEDIA_PRINTS];
	struct sight sight;
	struct sdp_seen offer;
	struct pact pact;
};

static struct row x, y;
static const uint64_t SKEW_NS = 2 * WHEN_SECOND;

static uint64_t at(double seconds)
{
	return 1700000000 * WHEN_SECOND + (uint64_t)(int64_t)(seconds * 1e9);
}

static void row_make(struct row *r, const char *from, const char *to, double start)
{
	memset(r, 0, sizeof *r);
	r->leg = (struct leg){ .a = callmake_at(from, 5060),
			       .b = callmake_at(to, 5060),
			       .readable = true,
			       .messages = 4 };
	r->line[0].m.offerer = callmake_at(from, 4000);
	r->line[0].m.answerer = callmake_at(to, 5000);
	r->line[0].m.segments = r->segment;
	r->line[0].lines[0] = &r->said[0];
	r->line[0].lines[1] = &r->said[1];
	r->line[0].line_count = 2;
	r->l.list = (struct agreed_list){ r->line, 1 };
	r->l.call = (struct call){ .kind = CALL_CALL,
				   .legs = &r->leg,
				   .leg_count = 1,
				   .start_ns = at(start),
				   .answered_ns = at(start + 2),
				   .end_ns = at(start + 60),
				   .from_user = SLICE("alice"),
				   .to_user = SLICE("bob") };
}

/* Alice to the box, the box to Bob. */
static void through_a_box(void)
{
	row_make(&x, "10.0.0.1", "10.0.0.9", 0);
	row_make(&y, "10.0.0.9", "10.0.0.2", 0.5);
}

static void strangers(void)
{
	row_make(&x, "10.0.0.1", "10.0.0.9", 0);
	row_make(&y, "10.0.0.8", "10.0.0.2", 0.5);
	y.l.call.from_user = SLICE("carol");
}

static void speak(struct row *r, unsigned line, const char *from, const char *to, uint64_t cipher)
{
	struct segment *s = &r->segment[line];
	struct printing p = { .cipher = cipher, .count = 1000, .zero_ns = at(3) };

	*s = (struct segment){ .a = callmake_at(from, (uint16_t)(4000 + line)),
			       .b = callmake_at(to, (uint16_t)(5000 + line)),
			       .ssrcs = { 7 },
			       .ssrc_count = 1,
			       .packets = 1000,
			       .protection = PROTECTION_NONE_FOUND,
			       .first_ns = at(3),
			       .last_ns = at(23),
			       .prints = r->prints[line],
			       .print_ssrcs = r->ssrcs };
	s->print_count = printing_list(&p, r->prints[line]);
	s->print_limit = s->prints[s->print_count - 1].choice;
	for (unsigned i = 0; i < MEDIA_PRINTS; i++)
		r->ssrcs[i] = 7;
	r->line[line].m.segments = s;
	r->line[line].m.segment_count = 1;
	r->line[line].number = (int16_t)line;
}

static bool share_a_key(void)
{
	struct match_key one[MATCH_KEYS], two[MATCH_KEYS];
	unsigned n = match_keys(&x.l, SKEW_NS, one), m = match_keys(&y.l, SKEW_NS, two);

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < m; k++) {
			uint64_t apart = one[i].value - two[k].value;
			bool timed = one[i].timed && two[k].timed;
			if (apart == 0 || (timed && (apart == MATCH_STEP || -apart == MATCH_STEP)))
				return true;
		}
	return false;
}

/* Seen from the other row it is the same; and what matches can be found. */
static void expect(unsigned match)
{
	unsigned m = match & ~(unsigned)MATCH_CHAIN;

	m |= match & MATCH_BEFORE ? MATCH_BEHIND : 0U;
	m |= match & MATCH_BEHIND ? MATCH_BEFORE : 0U;
	assert_int_equal(match_of(&x.l, &y.l, SKEW_NS), match);
	assert_int_equal(match_of(&y.l, &x.l, SKEW_NS), m);
	assert_true(!match || share_a_key());
}

/* ---- through one box --------------------------------------------------------------------- */

static void parties_and_the_media_address_of_the_box_are_a_chain(void **state)
{
	(void)state;
	through_a_box();
	expect(MATCH_BEFORE);
	y.line[0].m.offerer = callmake_at("10.0.0.7", 4000);
	expect(0);
	y.l.call.to_user = SLICE("bob2");
	y.line[0].m.offerer = callmake_at("10.0.0.9", 4000);
	expect(0);
}

static void one_origin_or_media_at_the_box_stands_in_for_its_media_address(void **state)
{
	(void)state;
	struct row *both[] = { &x, &y };

	through_a_box();
	for (unsigned i = 0; i < 2; i++) {
		both[i]->line[0].m.offerer = both[i]->line[0].m.answerer = (struct endpoint){ 0 };
		both[i]->offer = (struct sdp_seen){ .session_id = SLICE("1700"),
						    .origin_user = SLICE("pbx") };
		both[i]->pact.offer = &both[i]->offer;
		both[i]->l.pacts = &both[i]->pact;
	}
	expect(MATCH_BEFORE);
	y.offer.session_id = SLICE("1800");
	expect(0);
	speak(&x, 0, "10.0.0.1", "10.0.0.9", 1);
	speak(&y, 0, "10.0.0.9", "10.0.0.2", 2);
	y.segment[0].ssrcs[0] = 8;
	expect(MATCH_BEFORE);
}

static void the_inner_invite_leaves_while_the_outer_one_waits(void **state)
{
	(void)state;
	static const struct {
		double start, answered; /* of the inner one; 0: never */
		bool fits;
	} cases[] = {
		{ 0.5, 2, true },  { -1.5, 2, true }, { -2.5, 2, false }, { 3.5, 3.9, true },
		{ 4.5, 5, false }, { 1, 3.9, true },  { 1, 4.5, false },  { 1, 0, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		through_a_box();
		y.l.call.start_ns = at(cases[i].start);
		y.l.call.answered_ns = cases[i].answered > 0 ? at(cases[i].answered) : 0;
		expect(cases[i].fits ? MATCH_BEFORE : 0);
	}
}

static void only_calls_and_attempts_with_named_parties_have_a_chain(void **state)
{
	(void)state;
	through_a_box();
	x.l.call.from_user = y.l.call.from_user = SLICE("anonymous");
	expect(0);
	through_a_box();
	y.l.call.kind = CALL_ATTEMPT;
	expect(MATCH_BEFORE);
	y.l.call.kind = CALL_MESSAGE;
	expect(0);
}

static void rows_of_different_times_have_nothing_in_common(void **state)
{
	(void)state;
	through_a_box();
	y.l.call.start_ns = at(63);
	y.l.call.end_ns = at(90);
	x.l.sessions[0] = y.l.sessions[0] = 1;
	x.l.sessions[1] = y.l.sessions[1] = 2;
	assert_int_equal(match_of(&x.l, &y.l, SKEW_NS), 0);
	y.l.call.start_ns = at(61);
	expect(MATCH_SESSION);
}

static void how_far_apart_is_for_the_caller_to_say(void **state)
{
	(void)state;
	strangers();
	y.l.call.start_ns = at(65);
	y.l.call.end_ns = at(90);
	x.l.sessions[0] = y.l.sessions[0] = 1;
	x.l.sessions[1] = y.l.sessions[1] = 2;
	assert_int_equal(match_of(&x.l, &y.l, SKEW_NS), 0);
	assert_int_equal(match_of(&x.l, &y.l, 4 * WHEN_SECOND), 0);
	assert_int_equal(match_of(&x.l, &y.l, 6 * WHEN_SECOND), MATCH_SESSION);
}

/* ---- what descriptions and handshakes say -------------------------------------------------- */

static void both_uuids_of_a_session_id_are_needed(void **state)
{
	(void)state;
	strangers();
	x.l.sessions[0] = y.l.sessions[1] = 1;
	expect(0);
	x.l.sessions[3] = y.l.sessions[0] = 2;
	expect(MATCH_SESSION);
}

static void key(struct row *r, unsigned side, uint64_t name)
{
	r->crypto[side] = (struct crypto_seen){ .key_names = { name } };
	r->said[side].cryptos = &r->crypto[side];
	r->said[side].crypto_count = 1;
}

static void a_key_in_both_counts_where_no_other_key_contradicts(void **state)
{
	(void)state;
	strangers();
	key(&x, 0, 1);
	key(&y, 0, 1);
	expect(MATCH_SDP);
	key(&x, 1, 2);
	expect(MATCH_SDP);
	key(&y, 1, 3);
	expect(0);
	key(&y, 1, 2);
	expect(MATCH_SDP);
	x.crypto[0].pattern = y.crypto[0].pattern = KEY_CONSTANT;
	x.crypto[1].pattern = y.crypto[1].pattern = KEY_TEXT;
	expect(0);
}

static void a_box_may_make_an_offer_of_an_answer(void **state)
{
	(void)state;
	strangers();
	key(&x, 0, 1);
	key(&x, 1, 2);
	key(&y, 0, 2);
	key(&y, 1, 1);
	expect(MATCH_SDP);
	key(&y, 1, 3);
	expect(0);
}

static void a_fingerprint_counts_with_its_ice_fragment_only(void **state)
{
	(void)state;
	struct row *both[] = { &x, &y };

	strangers();
	for (unsigned i = 0; i < 2; i++) {
		both[i]->print[0] = (struct fingerprint_seen){ SLICE("sha-256"), SLICE("AB:CD") };
		both[i]->said[0].fingerprints = &both[i]->print[0];
		both[i]->said[0].fingerprint_count = 1;
	}
	expect(0);
	x.said[0].ufrag = y.said[0].ufrag = SLICE("f1");
	expect(MATCH_SDP);
	y.said[0].ufrag = SLICE("f2");
	expect(0);
}

static void a_hello_hash_in_both_counts(void **state)
{
	(void)state;
	struct row *both[] = { &x, &y };

	strangers();
	for (unsigned i = 0; i < 2; i++) {
		both[i]->hash[0] = (struct zrtp_hash_seen){ SLICE("1.10"), SLICE("FE30") };
		both[i]->said[0].zrtp_hashes = &both[i]->hash[0];
		both[i]->said[0].zrtp_hash_count = 1;
	}
	expect(MATCH_SDP);
	y.hash[0].hash = SLICE("fe31");
	expect(0);
}

static void dialogs_over_one_hop_did_not_come_of_each_other(void **state)
{
	(void)state;
	row_make(&x, "10.0.0.1", "10.0.0.9", 0);
	row_make(&y, "10.0.0.1", "10.0.0.9", 0);
	key(&x, 0, 1);
	key(&y, 0, 1);
	x.l.sessions[0] = y.l.sessions[0] = 1;
	x.l.sessions[1] = y.l.sessions[1] = 2;
	assert_int_equal(match_of(&x.l, &y.l, SKEW_NS), 0);
}

static void sighted(struct row *r, enum sight_kind kind)
{
	r->sight = (struct sight){ .kind = kind, .name = { 5, 5 }, .completed = true };
	r->l.sights = &r->sight;
}

static void one_exchange_of_keys_counts_when_it_completed(void **state)
{
	(void)state;
	strangers();
	sighted(&x, SIGHT_DTLS);
	sighted(&y, SIGHT_DTLS);
	expect(MATCH_EXCHANGE);
	y.sight.kind = SIGHT_ZRTP;
	expect(0);
	x.sight.kind = y.sight.kind = SIGHT_TLS;
	expect(0);
	x.sight.kind = y.sight.kind = SIGHT_ZRTP;
	memset(x.sight.name, 0, 32);
	memset(y.sight.name, 0, 32);
	expect(0);
}

/* ---- media ---------------------------------------------------------------------------------- */

static void equal_packets_count_more_than_equal_numbers(void **state)
{
	(void)state;
	strangers();
	speak(&x, 0, "10.0.0.1", "10.0.0.9", 1);
	speak(&y, 0, "10.0.0.8", "10.0.0.2", 1);
	expect(MATCH_CIPHER);
	speak(&y, 0, "10.0.0.8", "10.0.0.2", 2);
	expect(MATCH_STREAM);
	y.segment[0].ssrcs[0] = 8;
	for (unsigned i = 0; i < MEDIA_PRINTS; i++)
		y.ssrcs[i] = 8;
	expect(0);
}

/* A hair less than clocks may differ by: still the same packets, and still found. */
static void equal_packets_are_found_as_far_apart_as_clocks_may_be(void **state)
{
	(void)state;
	for (unsigned part = 0; part < 8; part++) {
		strangers();
		speak(&x, 0, "10.0.0.1", "10.0.0.9", 1);
		speak(&y, 0, "10.0.0.8", "10.0.0.2", 1);
		y.segment[0].ssrcs[0] = 8;
		for (unsigned i = 0; i < MEDIA_PRINTS; i++) {
			y.ssrcs[i] = 8;
			x.prints[0][i].ts_ns += part * SKEW_NS / 4;
			y.prints[0][i].ts_ns += part * SKEW_NS / 4 + SKEW_NS;
		}
		expect(MATCH_CIPHER);
		for (unsigned i = 0; i < MEDIA_PRINTS; i++)
			y.prints[0][i].ts_ns += 2 * SKEW_NS; /* a recording, played again */
		expect(0);
		assert_false(share_a_key());
	}
}

static void the_same_packets_on_other_ports_of_the_same_hosts_speak_against_it(void **state)
{
	(void)state;
	strangers();
	speak(&x, 0, "10.0.0.1", "10.0.0.9", 1);
	speak(&y, 0, "10.0.0.1", "10.0.0.9", 1);
	y.segment[0].a.port = 4444;
	expect(MATCH_BESIDE);
}

static void media_without_signaling_must_be_found_whole(void **state)
{
	(void)state;
	strangers();
	y.l.call.kind = CALL_OPAQUE;
	y.l.call.leg_count = 0;
	speak(&x, 0, "10.0.0.1", "10.0.0.9", 1);
	speak(&y, 0, "10.0.0.8", "10.0.0.2", 1);
	expect(MATCH_CIPHER);
	y.l.list.count = 2;
	speak(&y, 1, "10.0.0.8", "10.0.0.2", 2);
	y.segment[1].ssrcs[0] = 9;
	expect(MATCH_CIPHER | MATCH_MIXED);
	y.segment[1].packets = 40;
	expect(MATCH_CIPHER);
	y.l.list.count = 1;
	x.l.bye = (struct evidence){ 9, at(60), 0 };
	expect(MATCH_CIPHER);
	y.l.call.end_ns = at(63);
	expect(MATCH_CIPHER | MATCH_MIXED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parties_and_the_media_address_of_the_box_are_a_chain),
		cmocka_unit_test(one_origin_or_media_at_the_box_stands_in_for_its_media_address),
		cmocka_unit_test(the_inner_invite_leaves_while_the_outer_one_waits),
		cmocka_unit_test(only_calls_and_attempts_with_named_parties_have_a_chain),
		cmocka_unit_test(rows_of_different_times_have_nothing_in_common),
		cmocka_unit_test(how_far_apart_is_for_the_caller_to_say),
		cmocka_unit_test(both_uuids_of_a_session_id_are_needed),
		cmocka_unit_test(a_key_in_both_counts_where_no_other_key_contradicts),
		cmocka_unit_test(a_box_may_make_an_offer_of_an_answer),
		cmocka_unit_test(a_fingerprint_counts_with_its_ice_fragment_only),
		cmocka_unit_test(a_hello_hash_in_both_counts),
		cmocka_unit_test(dialogs_over_one_hop_did_not_come_of_each_other),
		cmocka_unit_test(one_exchange_of_keys_counts_when_it_completed),
		cmocka_unit_test(equal_packets_count_more_than_equal_numbers),
		cmocka_unit_test(equal_packets_are_found_as_far_apart_as_clocks_may_be),
		cmocka_unit_test(
			the_same_packets_on_other_ports_of_the_same_hosts_speak_against_it),
		cmocka_unit_test(media_without_signaling_must_be_found_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
