/* test_bfcp.c - floor control headers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/media/bfcp.h"

#define IDS "\0\0\0\1\0\2\0\3"

static void reads_a_message_and_leaves_the_next(void **state)
{
	(void)state;
	struct slice stream = SLICE("\x20\1\0\1" IDS "\4\4\0\5"
				    "\x20\2\0\0");
	struct bfcp_message m;

	assert_int_equal(bfcp_next(&stream, &m), ERR_OK);
	assert_int_equal(m.version, 1);
	assert_int_equal(m.primitive, 1);
	assert_int_equal(m.conference, 1);
	assert_int_equal(m.transaction, 2);
	assert_int_equal(m.user, 3);
	assert_int_equal(m.body.n, 4);
	assert_int_equal(bfcp_next(&stream, &m), ERR_TRUNCATED);
	assert_int_equal(stream.n, 4);
}

static void knows_bfcp_when_it_sees_it(void **state)
{
	(void)state;
	const struct {
		struct slice datagram;
		bool is;
	} rows[] = {
		{ SLICE("\x40\x0d\0\0" IDS), true },
		{ SLICE("\x50\x0d\0\1" IDS "\4\4\0\5"), true },
		{ SLICE("\x40\1\0\2" IDS "\5\5\0\1\2\0\0\0"), true },
		{ SLICE("\x48\1\0\4" IDS "\0\0\0\1"
			"part"),
		  true },
		{ SLICE(""), false },
		{ SLICE("\x60\1\0\0" IDS), false },	       /* version 3 */
		{ SLICE("\x40\x13\0\0" IDS), false },	       /* no such primitive */
		{ SLICE("\x28\1\0\0" IDS), false },	       /* a fragment over a stream */
		{ SLICE("\x40\1\0\1" IDS "\5\1\0\0"), false }, /* attribute shorter than itself */
		{ SLICE("\x40\1\0\1" IDS "\5\x0c\0\0"), false },
		{ SLICE("\x40\1\0\0" IDS "x"), false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(bfcp_looks_like(rows[i].datagram), rows[i].is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_message_and_leaves_the_next),
		cmocka_unit_test(knows_bfcp_when_it_sees_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
