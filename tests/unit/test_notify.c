/* test_notify.c - what a service manager is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "analyzer/cmd/notify.h"

static int manager = -1;
static struct notify n;

/* A name of the abstract kind: no file is left behind. */
static int start(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int length = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "earshot-test-%d", getpid());
	char name[64];

	(void)state;
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_return_code(
		bind(manager, (struct sockaddr *)&at,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)),
		0);
	(void)snprintf(name, sizeof name, "@earshot-test-%d", getpid());
	(void)setenv("NOTIFY_SOCKET", name, 1);
	(void)unsetenv("WATCHDOG_USEC");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	notify_close(&n);
	(void)close(manager);
	return 0;
}

static void heard(const char *what)
{
	char text[64] = "";
	ssize_t got = recv(manager, text, sizeof text - 1, 0);

	if (!what) {
		assert_int_equal(got, -1);
		return;
	}
	assert_int_equal(got, strlen(what));
	assert_string_equal(text, what);
}

static void it_is_told_when_the_program_is_ready(void **state)
{
	(void)state;
	notify_open(&n);
	notify_say(&n, "READY=1");
	heard("READY=1");
	notify_alive(&n, 1000000000);
	heard(NULL);
}

static void a_watchdog_is_fed_twice_as_often_as_it_must_be(void **state)
{
	(void)state;
	(void)setenv("WATCHDOG_USEC", "20000000", 1);
	notify_open(&n);
	assert_true(n.every_ns == UINT64_C(10000000000));
	notify_alive(&n, 1);
	heard("WATCHDOG=1");
	notify_alive(&n, UINT64_C(9000000000));
	heard(NULL);
	notify_alive(&n, UINT64_C(10000000001));
	heard("WATCHDOG=1");
}

static void nobody_need_be_there(void **state)
{
	(void)state;
	(void)setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	notify_open(&n);
	assert_int_equal(n.fd, -1);
	notify_say(&n, "READY=1");
	(void)unsetenv("NOTIFY_SOCKET");
	notify_open(&n);
	assert_int_equal(n.fd, -1);
	heard(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
		TEST(it_is_told_when_the_program_is_ready),
		TEST(a_watchdog_is_fed_twice_as_often_as_it_must_be),
		TEST(nobody_need_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
