/* test_copy.c - work done in a copy of the process. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/copy.h"

static struct copy c;

static int stop(void **state)
{
	(void)state;
	copy_end(&c);
	return 0;
}

static int finish(void)
{
	int status = -2;

	for (int i = 0; i < 500 && !copy_look(&c, &status); i++)
		copy_wait(&c, 10);
	return status;
}

static int say_number(void *ctx, int to)
{
	int *number = ctx;

	*number += 1;
	return copy_write(to, number, sizeof *number) ? 7 : 1;
}

static void it_works_on_a_picture_of_the_process(void **state)
{
	(void)state;
	int number = 41, got;

	assert_true(copy_begin(&c, say_number, &number));
	assert_true(copy_busy(&c));
	assert_int_equal(finish(), 7);
	assert_false(copy_busy(&c));
	assert_int_equal(number, 41);
	assert_int_equal(c.got.n, sizeof got);
	memcpy(&got, c.got.p, sizeof got);
	assert_int_equal(got, 42);
}

enum { MUCH = 3 * 1024 * 1024 };

static int say_much(void *ctx, int to)
{
	char *much = calloc(MUCH, 1);
	bool ok = much && copy_write(to, much, MUCH);

	(void)ctx;
	free(much);
	return ok ? 0 : 1;
}

static void more_than_a_pipe_holds_comes_through(void **state)
{
	(void)state;
	assert_true(copy_begin(&c, say_much, NULL));
	assert_int_equal(finish(), 0);
	assert_int_equal(c.got.n, MUCH);
}

static int break_down(void *ctx, int to)
{
	(void)ctx;
	(void)to;
	abort();
}

static void one_that_breaks_is_told(void **state)
{
	(void)state;
	assert_true(copy_begin(&c, break_down, NULL));
	assert_int_equal(finish(), -1);
	assert_true(copy_begin(&c, say_much, NULL));
	assert_int_equal(finish(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(it_works_on_a_picture_of_the_process, stop),
		cmocka_unit_test_teardown(more_than_a_pipe_holds_comes_through, stop),
		cmocka_unit_test_teardown(one_that_breaks_is_told, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
