/* test_progress.c - the line that says how far reading is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/base/when.h"
#include "analyzer/cmd/progress.h"

static void says(struct capture_place at, uint64_t elapsed_ns, const char *line)
{
	struct text t = { 0 };

	progress_line(&t, at, elapsed_ns);
	assert_string_equal(text_of(&t), line);
	assert_true(t.n <= 78);
	text_free(&t);
}

static void share_rate_and_time_left(void **state)
{
	(void)state;
	says((struct capture_place){ 500000000, 2000000000, 3400000 }, 2 * WHEN_SECOND,
	     " 25 % [######..................] 3.4 M packets, 250 MB/s, 6 s left");
	says((struct capture_place){ 1000000000, 200000000000, 7000000 }, 4 * WHEN_SECOND,
	     "  0 % [........................] 7.0 M packets, 250 MB/s");
	says((struct capture_place){ 50, 1000, 12 }, 600 * WHEN_SECOND,
	     "  5 % [#.......................] 12 packets, 0 B/s, 3 h 10 min left");
	says((struct capture_place){ 10000, 20000, 999 }, 65 * WHEN_SECOND,
	     " 50 % [############............] 999 packets, 154 B/s, 1 min 05 s left");
}

static void what_is_not_known_is_left_out(void **state)
{
	(void)state;
	says((struct capture_place){ 12345, 0, 1234 }, WHEN_SECOND, "1.2 k packets, 12.3 kB/s");
	says((struct capture_place){ 0, 0, 0 }, 0, "0 packets");
}

static void a_file_that_grew_is_at_its_end(void **state)
{
	(void)state;
	says((struct capture_place){ 3000, 2000, 5 }, WHEN_SECOND,
	     "100 % [########################] 5 packets, 3.0 kB/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share_rate_and_time_left),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(a_file_that_grew_is_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
