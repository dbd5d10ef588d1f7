/* test_numbering.c - rows found by their keys, as some come and others go. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/numbering.h"

enum { OCTETS = 6, ROWS = 5000 };

struct row {
	uint8_t key[OCTETS];
};

static struct row rows[ROWS + 1];
static struct numbering numbers;

static const uint8_t *key_of(const void *all, uint32_t number)
{
	return ((const struct row *)all)[number].key;
}

static void name(struct row *r, uint32_t number)
{
	memset(r, 7, sizeof *r);
	memcpy(r->key + 1, &number, sizeof number);
}

static void fill(void)
{
	numbering_open(&numbers, OCTETS, key_of);
	for (uint32_t i = 1; i <= ROWS; i++) {
		name(&rows[i], i);
		numbering_add(&numbers, rows, i);
	}
}

static uint32_t found(uint32_t number)
{
	struct row r;

	name(&r, number);
	return numbering_find(&numbers, rows, r.key);
}

static void finds_each_row_as_it_grows(void **state)
{
	(void)state;
	fill();
	assert_int_equal(numbers.count, ROWS);
	for (uint32_t i = 1; i <= ROWS; i++)
		assert_int_equal(found(i), i);
	assert_int_equal(found(0), 0);
	assert_int_equal(found(ROWS + 1), 0);
	numbering_close(&numbers);
}

/* A hole would end the search for what was placed behind it. */
static void loses_no_row_when_others_go(void **state)
{
	(void)state;
	fill();
	for (uint32_t i = 1; i <= ROWS; i++)
		if (i % 3)
			numbering_remove(&numbers, rows, i);
	assert_int_equal(numbers.count, ROWS / 3);
	for (uint32_t i = 1; i <= ROWS; i++)
		assert_int_equal(found(i), i % 3 ? 0 : i);
	numbering_close(&numbers);
}

static void a_number_may_stand_for_another_row_later(void **state)
{
	(void)state;
	fill();
	numbering_remove(&numbers, rows, 5);
	name(&rows[5], ROWS + 5);
	numbering_add(&numbers, rows, 5);
	assert_int_equal(found(5), 0);
	assert_int_equal(found(ROWS + 5), 5);
	numbering_close(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_row_as_it_grows),
		cmocka_unit_test(loses_no_row_when_others_go),
		cmocka_unit_test(a_number_may_stand_for_another_row_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
