/* test_print.c - the packets kept are those a full sort would keep. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/observe/print.h"

enum { PACKETS = 3000 };

static struct print_packet given[PACKETS];

static uint64_t next(uint64_t *x)
{
	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return *x ^ *x >> 29;
}

/* One choice in `share` is among the `few` smallest ones; 0: none. */
struct mix {
	unsigned share, few;
	unsigned shift; /* how far choices are moved down: they gather at the bottom */
};

static void fill(struct mix m)
{
	static const uint8_t octets[64] = { 1, 2, 3 };
	uint64_t x = 42;

	for (uint16_t i = 0; i < PACKETS; i++) {
		uint64_t choice = next(&x) >> m.shift;
		if (m.share && i % m.share == 0)
			choice = next(&x) % m.few + 1;
		given[i] = (struct print_packet){ .payload = { octets, 20 + next(&x) % 40 },
						  .choice = choice,
						  .ts_ns = i,
						  .rtp_ts = (uint32_t)(next(&x) % 1000),
						  .seq = i };
	}
}

static int compare(const void *a, const void *b)
{
	const struct print_seen *x = a, *y = b;

	if (x->choice != y->choice)
		return x->choice < y->choice ? -1 : 1;
	if (x->payload != y->payload)
		return x->payload < y->payload ? -1 : 1;
	if (x->rtp_ts != y->rtp_ts)
		return x->rtp_ts < y->rtp_ts ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static uint16_t by_sorting(struct print_seen out[MEDIA_PRINTS])
{
	static struct print_seen all[PACKETS];
	struct print_box one;
	uint16_t n = 0;

	for (size_t i = 0; i < PACKETS; i++) {
		print_put(&one, 0, &given[i]);
		all[i] = one.kept[0];
	}
	qsort(all, PACKETS, sizeof all[0], compare);
	for (size_t i = 0; i < PACKETS && n < MEDIA_PRINTS; i++)
		if (n < PRINT_ALIKE || out[n - PRINT_ALIKE].choice != all[i].choice)
			out[n++] = all[i];
	return n;
}

static void keeps_what_a_full_sort_would_keep(void **state)
{
	static const struct mix mixes[] = { { 0, 0, 0 },  { 2, 1, 0 },	{ 1, 3, 0 },  { 3, 40, 0 },
					    { 0, 0, 40 }, { 2, 5, 31 }, { 50, 2, 8 }, { 1, 1, 0 } };
	struct print_seen want[MEDIA_PRINTS], got[MEDIA_PRINTS];

	(void)state;
	for (size_t i = 0; i < sizeof mixes / sizeof mixes[0]; i++) {
		struct print_box b;
		fill(mixes[i]);
		uint16_t n = by_sorting(want);
		print_reset(&b);
		for (size_t k = 0; k < PACKETS; k++)
			print_offer(&b, &given[k]);
		assert_int_equal(print_list(&b, got), n);
		assert_memory_equal(got, want, n * sizeof got[0]);
	}
}

static void the_order_of_arrival_does_not_matter(void **state)
{
	struct print_seen lists[2][MEDIA_PRINTS];

	(void)state;
	fill((struct mix){ 3, 4, 0 });
	for (size_t back = 0; back < 2; back++) {
		struct print_box b;
		print_reset(&b);
		for (size_t k = 0; k < PACKETS; k++)
			print_offer(&b, &given[back ? PACKETS - 1 - k : k]);
		assert_int_equal(print_list(&b, lists[back]), MEDIA_PRINTS);
	}
	assert_memory_equal(lists[0], lists[1], sizeof lists[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_a_full_sort_would_keep),
		cmocka_unit_test(the_order_of_arrival_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
