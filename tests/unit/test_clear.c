/* test_clear.c - windows held against what ciphertext looks like (evidence-methods 5). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/track/clear.h"

/* Windows of a second and 50 packets; digits: halves that fire, '-' one that was not tested. */
static struct clear_verdict judge(const char *pattern, const struct window_seen *like,
				  struct clear_context about)
{
	struct window_seen w[16];
	const struct window_seen *at[16];
	unsigned n = 0;

	for (; pattern[n]; n++) {
		bool tested = pattern[n] != '-';
		w[n] = *like;
		w[n].first_ns = n * 1000000000ULL;
		w[n].last_ns = w[n].first_ns + 1000000000ULL;
		w[n].packets = 50;
		w[n].halves = tested ? 2 : 0;
		w[n].fired_halves = (uint8_t)(tested ? pattern[n] - '0' : 0);
		w[n].fired = w[n].fired_halves ? LOOK_LAG : 0;
		w[n].tested = tested ? 40 : 0;
		at[n] = &w[n];
	}
	return clear_judge(at, n, &about);
}

static void needs_two_halves_and_fills_what_lies_between(void **state)
{
	static const struct {
		const char *pattern;
		enum protection protection;
		unsigned packets;
	} rows[] = {
		{ "", PROTECTION_INSUFFICIENT, 0 }, { "-", PROTECTION_INSUFFICIENT, 0 },
		{ "0", PROTECTION_NONE_FOUND, 0 },  { "1", PROTECTION_INSUFFICIENT, 0 },
		{ "2", PROTECTION_CLEAR, 50 },	    { "11", PROTECTION_CLEAR, 100 },
		{ "0110", PROTECTION_CLEAR, 100 },  { "2-02", PROTECTION_CLEAR, 200 },
		{ "2000", PROTECTION_CLEAR, 50 },   { "0002", PROTECTION_CLEAR, 50 },
	};
	const struct window_seen plain = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct clear_verdict v =
			judge(rows[i].pattern, &plain, (struct clear_context){ 0 });
		assert_int_equal(v.protection, rows[i].protection);
		assert_int_equal(v.clear_packets, rows[i].packets);
		assert_true(v.clear_ns == rows[i].packets / 50 * 1000000000ULL);
	}
}

static void takes_one_half_where_no_keys_were_agreed_and_sizes_are_exact(void **state)
{
	static const struct {
		const char *codec;
		bool no_keys;
		uint16_t zero;
		enum protection protection;
	} rows[] = {
		{ "PCMU", true, 39, PROTECTION_CLEAR },
		{ "PCMU", false, 39, PROTECTION_INSUFFICIENT },
		{ "opus", true, 39, PROTECTION_INSUFFICIENT },
		{ "PCMU", true, 20, PROTECTION_INSUFFICIENT },
		{ NULL, true, 39, PROTECTION_INSUFFICIENT },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct window_seen like = { .residue_packets = 39, .residue_zero = rows[i].zero };
		struct clear_context about = { rows[i].codec, false, rows[i].no_keys };
		assert_int_equal(judge("1", &like, about).protection, rows[i].protection);
	}
}

static void believes_g729_parity_only_without_a_tag(void **state)
{
	static const struct {
		uint16_t frames, ok, zero, tag;
		enum protection protection;
	} rows[] = {
		{ 30, 30, 15, 0, PROTECTION_CLEAR },
		{ 29, 29, 15, 0, PROTECTION_INSUFFICIENT },
		{ 60, 59, 15, 0, PROTECTION_NONE_FOUND },
		{ 45, 45, 0, 15, PROTECTION_NONE_FOUND }, /* two frames and a tag of ten octets */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct window_seen like = { .g729_frames = rows[i].frames,
					    .g729_ok = rows[i].ok,
					    .g729_residue_zero = rows[i].zero,
					    .g729_residue_tag = rows[i].tag };
		assert_int_equal(judge("0", &like, (struct clear_context){ "G729", false, false })
					 .protection,
				 rows[i].protection);
	}
}

static void looks_deep_where_clients_may_encrypt_inside(void **state)
{
	const struct window_seen shallow = { 0 },
				 deep = { .fired_halves_deep = 2, .fired_deep = LOOK_CHI };
	struct clear_context about = { NULL, true, false };

	(void)state;
	assert_int_equal(judge("2", &shallow, about).protection, PROTECTION_NONE_FOUND);
	assert_int_equal(judge("2", &deep, about).protection, PROTECTION_CLEAR);
}

static void thins_neighbours_and_spares_changes(void **state)
{
	struct stint_window w[4] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		w[i].seen.first_ns = i * 10;
		w[i].seen.last_ns = i * 10 + 9;
		w[i].seen.packets = 10;
		w[i].seen.reasons = i == 1 ? WINDOW_PT : WINDOW_TIMER;
	}
	assert_int_equal(clear_thin(w, 4), 3);
	assert_int_equal(w[1].seen.packets, 20);
	assert_int_equal(w[1].seen.last_ns, 29);
	assert_true(w[1].seen.reasons & WINDOW_MERGED);
	assert_int_equal(w[2].seen.first_ns, 30);
}

static void saturates_instead_of_wrapping(void **state)
{
	struct window_seen w = { .packets = UINT32_MAX - 1, .halves = 254 };
	const struct window_seen more = { .packets = 5, .halves = 5 };

	(void)state;
	clear_merge(&w, &more);
	assert_true(w.packets == UINT32_MAX);
	assert_int_equal(w.halves, 255);
}

static void believes_gsm_by_the_signature_of_every_frame(void **state)
{
	(void)state;
	const struct clear_context about = { "GSM", false, false };
	struct window_seen like = { .gsm_frames = 15, .gsm_ok = 15 };

	assert_string_equal(judge("0", &like, about).test, "gsm-signature");
	like.gsm_ok = 14;
	assert_null(judge("0", &like, about).test);
	like = (struct window_seen){ .gsm_frames = 14, .gsm_ok = 14 };
	assert_null(judge("0", &like, about).test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_two_halves_and_fills_what_lies_between),
		cmocka_unit_test(takes_one_half_where_no_keys_were_agreed_and_sizes_are_exact),
		cmocka_unit_test(believes_g729_parity_only_without_a_tag),
		cmocka_unit_test(looks_deep_where_clients_may_encrypt_inside),
		cmocka_unit_test(thins_neighbours_and_spares_changes),
		cmocka_unit_test(saturates_instead_of_wrapping),
		cmocka_unit_test(believes_gsm_by_the_signature_of_every_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
