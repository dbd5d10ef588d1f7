/* test_mem.c - memory that copies of the process have no part in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

enum { OCTETS = 3 << 20, PAGE = 4096 };

static void pages_come_zeroed(void **state)
{
	uint8_t *p = mem_pages(OCTETS);

	(void)state;
	for (size_t i = 0; i < OCTETS; i += PAGE)
		assert_int_equal(p[i], 0);
	memset(p, 1, OCTETS);
	mem_pages_free(p, OCTETS);
	mem_pages_free(NULL, OCTETS);
}

/* What is not mapped cannot be locked or advised on: asked so, nothing has to crash. */
static void a_copy_of_the_process_has_none(void **state)
{
	uint8_t *p = mem_pages(OCTETS);
	int status;

	(void)state;
	p[0] = 1;
	pid_t child = fork();
	if (child == 0)
		_exit(msync(p, OCTETS, MS_ASYNC) == 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(msync(p, OCTETS, MS_ASYNC), 0);
	mem_pages_free(p, OCTETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_come_zeroed),
		cmocka_unit_test(a_copy_of_the_process_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
