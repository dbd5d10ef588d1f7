/* test_dtls_join.c - handshake fragments put together, whatever their order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/observe/dtls_join.h"

static struct dtls_join j;
static uint8_t text[1 << 16];

static int start(void **state)
{
	(void)state;
	memset(&j, 0, sizeof j);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7 + i / 251);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	dtls_join_clear(&j);
	return 0;
}

/* What came of one fragment: its message whole and right (1), nothing (0), a conflict (+2). */
static int give(uint16_t seq, uint32_t total, uint32_t offset, uint32_t n)
{
	struct dtls_fragment f = { .type = 11,
				   .seq = seq,
				   .total = total,
				   .offset = offset,
				   .body = { text + offset, n } };
	struct slice whole = { NULL, 0 };
	uint8_t *body;
	bool conflict;
	bool got = dtls_join_add(&j, &f, &whole, &body, &conflict);

	if (got && !conflict) {
		assert_int_equal(whole.n, total);
		assert_true(total == 0 || memcmp(whole.p, text, total) == 0);
	}
	free(body);
	return got + 2 * conflict;
}

static void passes_what_is_whole_already(void **state)
{
	(void)state;
	assert_int_equal(give(0, 500, 0, 500), 1);
	assert_int_equal(give(0, 500, 0, 500), 1);
	assert_int_equal(give(1, 0, 0, 0), 1);
}

static void joins_fragments_in_any_order(void **state)
{
	(void)state;
	static const unsigned orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 } };

	for (unsigned o = 0; o < 3; o++)
		for (unsigned i = 0; i < 4; i++)
			assert_int_equal(give((uint16_t)o, 1000, orders[o][i] * 250, 250), i == 3);
}

static void joins_what_overlaps_and_repeats(void **state)
{
	(void)state;
	assert_int_equal(give(0, 1000, 100, 300), 0);
	assert_int_equal(give(0, 1000, 100, 300), 0);
	assert_int_equal(give(0, 1000, 600, 300), 0);
	assert_int_equal(give(0, 1000, 50, 700), 0);
	assert_int_equal(give(0, 1000, 0, 60), 0);
	assert_int_equal(give(0, 1000, 0, 1000), 1);
	assert_int_equal(give(0, 1000, 0, 999), 0);
	assert_int_equal(give(0, 1000, 999, 1), 1);
}

static void keeps_messages_apart(void **state)
{
	(void)state;
	assert_int_equal(give(3, 100, 0, 50), 0);
	assert_int_equal(give(4, 100, 50, 50), 0);
	assert_int_equal(give(4, 100, 0, 50), 1);
	assert_int_equal(give(3, 100, 50, 50), 1);
}

static void tells_octets_that_disagree_and_keeps_the_first(void **state)
{
	(void)state;
	uint8_t other[100] = { 1 };
	struct slice whole;
	uint8_t *body;
	bool conflict;

	assert_int_equal(give(0, 100, 0, 60), 0);
	struct dtls_fragment f = {
		.type = 11, .seq = 0, .total = 100, .offset = 40, .body = { other, 60 }
	};
	assert_true(dtls_join_add(&j, &f, &whole, &body, &conflict));
	assert_true(conflict);
	assert_memory_equal(body, text, 60);
	free(body);
}

static void tells_a_length_or_type_that_changes(void **state)
{
	(void)state;
	assert_int_equal(give(0, 100, 0, 60), 0);
	assert_int_equal(give(0, 101, 60, 41), 2);
	assert_int_equal(give(0, 100, 60, 40), 1);
}

static void lets_the_message_begun_first_go(void **state)
{
	(void)state;
	for (uint16_t i = 0; i <= DTLS_JOIN_MESSAGES; i++)
		assert_int_equal(give(i, 100, 0, 50), 0);
	assert_int_equal(j.dropped, 1);
	assert_int_equal(give(0, 100, 50, 50), 0);
	assert_int_equal(give(DTLS_JOIN_MESSAGES, 100, 50, 50), 1);
}

static void bounds_pieces_and_lengths(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2 * DTLS_JOIN_PIECES; i++)
		assert_int_equal(give(0, 60000, 4 * i, 1), 0);
	assert_true(j.dropped >= DTLS_JOIN_PIECES - 1);
	uint64_t before = j.dropped;
	struct dtls_fragment f = { .type = 11, .total = DTLS_JOIN_TOTAL + 1, .body = { text, 9 } };
	struct slice whole;
	uint8_t *body;
	bool conflict;
	assert_false(dtls_join_add(&j, &f, &whole, &body, &conflict));
	assert_int_equal(j.dropped, before + 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(passes_what_is_whole_already),
		T(joins_fragments_in_any_order),
		T(joins_what_overlaps_and_repeats),
		T(keeps_messages_apart),
		T(tells_octets_that_disagree_and_keeps_the_first),
		T(tells_a_length_or_type_that_changes),
		T(lets_the_message_begun_first_go),
		T(bounds_pieces_and_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
