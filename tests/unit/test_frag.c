/* test_frag.c - fragments in any order, overlapping, missing, too many. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/wire/frag.h"

static const uint8_t text[] = "0123456789abcdefghijklmnopqrstuvwxyz";

struct scene {
	struct frag *frag;
	struct wire_counters n;
	struct frame frame;
	struct ip whole;
};

static int begin(void **state)
{
	static struct scene s;

	s = (struct scene){ .frame = { .ts_ns = WHEN_SECOND } };
	s.frag = frag_new(4096, &s.n);
	*state = &s;
	return 0;
}

static int finish(void **state)
{
	struct scene *s = *state;

	frag_free(s->frag);
	return 0;
}

static struct ip piece(uint32_t id, uint16_t offset, const uint8_t *bytes, size_t n, bool more)
{
	static const uint8_t src[4] = { 192, 0, 2, 1 }, dst[4] = { 192, 0, 2, 2 };

	return (struct ip){ .src = addr_v4(src),
			    .dst = addr_v4(dst),
			    .payload = { bytes, n },
			    .len = (uint32_t)n,
			    .id = id,
			    .offset = offset,
			    .fragment = true,
			    .more = more,
			    .version = 4,
			    .proto = 17 };
}

/* A part of `text` as fragment of packet `id`. */
static bool add(struct scene *s, uint32_t id, uint16_t offset, size_t n, bool more)
{
	struct ip p = piece(id, offset, text + offset, n, more);

	return frag_add(s->frag, &p, &s->frame, &s->whole);
}

static bool is_text(const struct scene *s, size_t n)
{
	return slice_eq(s->whole.payload, (struct slice){ text, n }) && s->whole.len == n &&
	       !s->whole.fragment;
}

static void joins_fragments_in_every_order(void **state)
{
	struct scene *s = *state;
	static const struct {
		uint16_t offset;
		uint8_t n;
		bool more;
	} parts[] = { { 0, 8, true }, { 8, 16, true }, { 24, 5, false } };
	static const uint8_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					     { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < 6; i++) {
		for (size_t j = 0; j < 3; j++) {
			bool done = add(s, 7, parts[orders[i][j]].offset, parts[orders[i][j]].n,
					parts[orders[i][j]].more);
			assert_int_equal(done, j == 2);
		}
		assert_true(is_text(s, 29));
	}
	assert_int_equal(s->n.fragments, 18);
	assert_int_equal(s->n.fragments_dropped + s->n.fragments_overlap, 0);
}

static void keeps_the_first_bytes_where_fragments_overlap(void **state)
{
	struct scene *s = *state;
	static const uint8_t other[] = "XXXXXXXXXXXXXXXX";
	struct ip liar = piece(7, 8, other, 16, true);

	assert_false(add(s, 7, 0, 16, true));
	assert_false(frag_add(s->frag, &liar, &s->frame, &s->whole));
	assert_true(add(s, 7, 24, 4, false));
	assert_int_equal(s->whole.payload.n, 28);
	assert_memory_equal(s->whole.payload.p, text, 16);
	assert_memory_equal(s->whole.payload.p + 16, "XXXXXXXX", 8);
	assert_int_equal(s->n.fragments_overlap, 1);
}

static void lets_the_same_fragment_come_again(void **state)
{
	struct scene *s = *state;

	assert_false(add(s, 7, 0, 16, true));
	assert_false(add(s, 7, 0, 16, true));
	assert_true(add(s, 7, 16, 4, false));
	assert_true(is_text(s, 20));
	assert_int_equal(s->n.fragments_overlap, 0);
}

static void keeps_packets_apart(void **state)
{
	struct scene *s = *state;

	assert_false(add(s, 1, 0, 8, true));
	assert_false(add(s, 2, 8, 8, false));
	s->frame.point = 1;
	assert_false(add(s, 1, 8, 8, false));
	s->frame.point = 0;
	assert_true(add(s, 1, 8, 8, false));
	assert_true(is_text(s, 16));
}

static void waits_for_the_hole_and_then_gives_up(void **state)
{
	struct scene *s = *state;

	assert_false(add(s, 7, 0, 8, true));
	assert_false(add(s, 7, 16, 8, false));
	frag_tick(s->frag, 31 * WHEN_SECOND);
	assert_int_equal(s->n.fragments_expired, 0);
	frag_tick(s->frag, 31 * WHEN_SECOND + 1);
	assert_int_equal(s->n.fragments_expired, 1);
	assert_false(add(s, 7, 8, 8, true));
	frag_end(s->frag);
	assert_int_equal(s->n.fragments_expired, 2);
}

static void refuses_what_no_sender_makes(void **state)
{
	struct scene *s = *state;
	struct ip death = piece(8, 65528, text, 16, false), empty = piece(9, 8, text, 0, true);

	assert_false(frag_add(s->frag, &death, &s->frame, &s->whole));
	assert_false(frag_add(s->frag, &empty, &s->frame, &s->whole));
	assert_int_equal(s->n.fragments_dropped, 2);
	assert_false(add(s, 7, 16, 8, false));
	assert_false(add(s, 7, 24, 8, true));	/* past the end */
	assert_false(add(s, 7, 16, 16, false)); /* another end */
	assert_int_equal(s->n.fragments_dropped, 4);
	assert_false(add(s, 6, 16, 8, true));
	assert_false(add(s, 6, 8, 8, false)); /* an end before what is there */
	assert_int_equal(s->n.fragments_dropped, 5);
	frag_end(s->frag);
	assert_int_equal(s->n.fragments_expired, 2);
}

static void evicts_the_oldest_under_the_budget(void **state)
{
	struct scene *s = *state;

	for (uint32_t id = 1; id <= 64; id++)
		assert_false(add(s, id, 0, 8, true));
	assert_true(s->n.fragments_dropped > 32);
	assert_true(add(s, 64, 8, 8, false));
	assert_false(add(s, 1, 8, 8, false));
}

static void ends_the_payload_where_a_fragment_was_cut(void **state)
{
	struct scene *s = *state;
	struct ip cut = piece(7, 0, text, 10, true);

	cut.len = 16;
	assert_false(frag_add(s->frag, &cut, &s->frame, &s->whole));
	assert_true(add(s, 7, 16, 8, false));
	assert_int_equal(s->whole.len, 24);
	assert_true(slice_eq(s->whole.payload, (struct slice){ text, 10 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(joins_fragments_in_every_order, begin, finish),
		cmocka_unit_test_setup_teardown(keeps_the_first_bytes_where_fragments_overlap,
						begin, finish),
		cmocka_unit_test_setup_teardown(lets_the_same_fragment_come_again, begin, finish),
		cmocka_unit_test_setup_teardown(keeps_packets_apart, begin, finish),
		cmocka_unit_test_setup_teardown(waits_for_the_hole_and_then_gives_up, begin,
						finish),
		cmocka_unit_test_setup_teardown(refuses_what_no_sender_makes, begin, finish),
		cmocka_unit_test_setup_teardown(evicts_the_oldest_under_the_budget, begin, finish),
		cmocka_unit_test_setup_teardown(ends_the_payload_where_a_fragment_was_cut, begin,
						finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
