/* test_example_capture.c - which files an example may name, and how they are handed on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rules/example_capture.h"

static struct example_captures all;

/* The one example of a pack in the folder house; `said` is all but its name. */
static const struct example_capture *of(const char *said)
{
	static struct pack_set *s;
	struct text t = { 0 };
	char *why = NULL;

	example_capture_free(&all);
	pack_set_free(s);
	s = pack_set_new();
	text_addf(
		&t,
		"{\"schema\":\"earshot.rules/1\",\"pack\":\"house\",\"rules\":[{\"id\":\"HOUSE-1\","
		"\"title\":\"t\",\"severity\":\"low\",\"class\":\"posture\",\"checks\":\"c\","
		"\"remediation\":\"r\",\"cases\":[{}],\"examples\":[{\"name\":\"n\",%s}]}]}",
		said);
	if (pack_add(s, "house/p.json", slice_of(t.p), false, &why) != ERR_OK)
		fail_msg("%s", why);
	text_free(&t);
	example_capture_list(s, 0, &all);
	return all.count ? &all.list[0] : NULL;
}

static void files_lie_beside_the_pack(void **state)
{
	(void)state;
	const struct example_capture *e = of("\"capture\":[\"a=x/a.pcap\",\"b.pcap\"],"
					     "\"keylog\":\"k\",\"where\":\"kind = call\"");
	assert_null(e->why);
	assert_string_equal(e->files[0], "a=house/x/a.pcap");
	assert_string_equal(e->files[1], "house/b.pcap");
	assert_null(e->files[2]);
	assert_string_equal(e->keylog, "house/k");
	assert_null(e->inventory);
	assert_string_equal(e->where, "kind = call");
	assert_null(of("\"record\":{}"));
}

static void nothing_else_of_the_machine_is_named(void **state)
{
	static const char *const outside[] = {
		"\"capture\":\"/etc/passwd\"",
		"\"capture\":\"../a\"",
		"\"capture\":\"a=../b\"",
		"\"capture\":\"x/../../a\"",
		"\"capture\":\"..\"",
		"\"capture\":\"\"",
		"\"capture\":\"a=/b\"",
		"\"capture\":[\"a\",7]",
		"\"capture\":\"a\",\"keylog\":\"/k\"",
		"\"capture\":\"a\",\"inventory\":\"../i\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		if (!strstr(of(outside[i])->why ? all.list[0].why : "", "names no file in"))
			fail_msg("%s", outside[i]);
	assert_null(of("\"capture\":\"..a/b..\"")->why);
	assert_non_null(strstr(of("\"capture\":[]")->why, "names no capture"));
	assert_non_null(strstr(of("\"capture\":\"a\",\"record\":{}")->why, "a record and a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_lie_beside_the_pack),
		cmocka_unit_test(nothing_else_of_the_machine_is_named),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	example_capture_free(&all);
	return failed;
}
