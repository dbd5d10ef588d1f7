/* test_mikey.c - the header that says how a MIKEY message carries keys. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyzer/proto/mikey/mikey.h"

/* RFC 3830 6.1: version, type, next payload, V and PRF, CSB ID, number of CS, map type. */
static struct slice message(uint8_t version, uint8_t type, size_t n)
{
	static uint8_t bytes[] = { 0, 0, 5, 0x80, 1, 2, 3, 4, 2, 0, 0xff, 0xff };

	bytes[0] = version;
	bytes[1] = type;
	return (struct slice){ bytes, n };
}

static void reads_the_common_header(void **state)
{
	struct mikey m;

	(void)state;
	assert_int_equal(mikey_read(message(1, MIKEY_DH_INIT, 12), &m), ERR_OK);
	assert_int_equal(m.version, 1);
	assert_int_equal(m.type, MIKEY_DH_INIT);
	assert_int_equal(m.next_payload, 5);
	assert_int_equal(m.sessions, 2);
	assert_int_equal(mikey_read(message(1, MIKEY_SAKKE, MIKEY_HEADER), &m), ERR_OK);
	assert_int_equal(m.type, MIKEY_SAKKE);
}

static void a_shorter_one_is_truncated(void **state)
{
	struct mikey m;

	(void)state;
	for (size_t n = 0; n < MIKEY_HEADER; n++)
		assert_int_equal(mikey_read(message(1, MIKEY_PSK_INIT, n), &m), ERR_TRUNCATED);
}

static void another_version_is_none_of_ours(void **state)
{
	struct mikey m;

	(void)state;
	assert_int_equal(mikey_read(message(0, MIKEY_PSK_INIT, 12), &m), ERR_MALFORMED);
	assert_int_equal(mikey_read(message(2, MIKEY_PSK_INIT, 12), &m), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_common_header),
		cmocka_unit_test(a_shorter_one_is_truncated),
		cmocka_unit_test(another_version_is_none_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
