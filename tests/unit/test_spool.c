/* test_spool.c - what was put away comes back byte for byte, in any order, and nothing else does.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "reports/spool.h"

enum { RECORDS = 3000 };

/* Record `i`: between 0 and 2,000 bytes, some of which no packer can shorten. */
static void make(struct text *t, unsigned i)
{
	uint32_t x = i * 2654435761U + 1;

	text_clear(t);
	for (unsigned n = i * 7 % 2000; n; n--) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		text_addf(t, "%c", i % 3 ? 'a' + (int)(n % 26) : (int)(x % 94 + 33));
	}
}

static void comes_back(struct spool *s, unsigned i, const uint64_t *at)
{
	struct text want = { 0 }, got = { 0 };

	make(&want, i);
	assert_int_equal(spool_read(s, at[i], want.n, &got), ERR_OK);
	assert_int_equal(got.n, want.n);
	if (want.n)
		assert_memory_equal(got.p, want.p, want.n);
	text_free(&want);
	text_free(&got);
}

static void gives_back_in_any_order(void **state)
{
	(void)state;
	static uint64_t at[RECORDS];
	struct spool *s = spool_new();
	struct text t = { 0 };

	assert_non_null(s);
	for (unsigned i = 0; i < RECORDS; i++) {
		make(&t, i);
		assert_int_equal(spool_add(s, text_slice(&t), &at[i]), ERR_OK);
	}
	assert_int_equal(spool_flush(s), ERR_OK);
	assert_int_equal(spool_flush(s), ERR_OK);
	for (unsigned i = 0; i < RECORDS; i++)
		comes_back(s, i, at);
	for (unsigned i = 0; i < RECORDS; i++)
		comes_back(s, i * 1237 % RECORDS, at);
	text_free(&t);
	spool_free(s);
}

static void takes_a_record_larger_than_a_block(void **state)
{
	(void)state;
	size_t n = 3 << 20;
	uint8_t *big = mem_zero(n, 1);
	struct spool *s = spool_new();
	struct text got = { 0 };
	uint64_t small_at, big_at;

	for (size_t i = 0; i < n; i++)
		big[i] = (uint8_t)(i * i >> 7);
	assert_int_equal(spool_add(s, slice_of("small"), &small_at), ERR_OK);
	assert_int_equal(spool_add(s, (struct slice){ big, n }, &big_at), ERR_OK);
	assert_int_equal(spool_flush(s), ERR_OK);
	assert_int_equal(spool_read(s, big_at, n, &got), ERR_OK);
	assert_memory_equal(got.p, big, n);
	text_clear(&got);
	assert_int_equal(spool_read(s, small_at, 5, &got), ERR_OK);
	assert_string_equal(text_of(&got), "small");
	text_free(&got);
	spool_free(s);
	free(big);
}

static void says_so_when_asked_for_what_it_never_got(void **state)
{
	(void)state;
	struct spool *s = spool_new();
	struct text got = { 0 };
	uint64_t at;

	errno = 0;
	assert_int_equal(spool_read(s, 0, 1, &got), ERR_IO);
	assert_int_equal(errno, EIO);
	assert_int_equal(spool_add(s, slice_of("record"), &at), ERR_OK);
	assert_int_equal(spool_flush(s), ERR_OK);
	assert_int_equal(spool_read(s, at, 7, &got), ERR_IO);
	assert_int_equal(spool_read(s, at + 6, 1, &got), ERR_IO);
	assert_int_equal(spool_read(s, UINT64_MAX, 1, &got), ERR_IO);
	assert_int_equal(spool_read(s, at, 6, &got), ERR_OK);
	text_free(&got);
	spool_free(s);
}

static void small_records_are_read_in_any_order(void **state)
{
	enum { MANY = 4000 };
	struct spool *s = spool_new();
	struct text t = { 0 };
	static uint64_t at[MANY], big;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		text_clear(&t);
		text_addf(&t, "small %04u", i);
		assert_int_equal(spool_put(s, text_slice(&t), &at[i]), ERR_OK);
		if (i == MANY / 2)
			assert_int_equal(spool_add(s, slice_of("between them"), &big), ERR_OK);
		if (i == MANY / 2)
			assert_int_equal(spool_flush(s), ERR_OK);
	}
	for (unsigned k = 0; k < MANY; k++) {
		unsigned i = k * 1999 % MANY; /* the last of them wait yet */
		struct text want = { 0 };
		text_clear(&t);
		text_addf(&want, "small %04u", i);
		assert_int_equal(spool_get(s, at[i], want.n, &t), ERR_OK);
		assert_string_equal(text_of(&t), text_of(&want));
		text_free(&want);
	}
	text_clear(&t);
	assert_int_equal(spool_read(s, big, 12, &t), ERR_OK);
	assert_string_equal(text_of(&t), "between them");
	assert_int_equal(spool_get(s, at[MANY - 1], 11, &t), ERR_IO);
	assert_int_equal(spool_get(s, at[MANY - 1] + 10, 1, &t), ERR_IO);
	text_free(&t);
	spool_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_in_any_order),
		cmocka_unit_test(takes_a_record_larger_than_a_block),
		cmocka_unit_test(says_so_when_asked_for_what_it_never_got),
		cmocka_unit_test(small_records_are_read_in_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
