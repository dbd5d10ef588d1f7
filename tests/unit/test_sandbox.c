/* test_sandbox.c - behind the door: named files open, others and other calls are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/cmd/sandbox.h"

#if defined __SANITIZE_ADDRESS__
#define CALLS_ARE_NARROWED 0
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define CALLS_ARE_NARROWED 0
#endif
#endif
#ifndef CALLS_ARE_NARROWED
#define CALLS_ARE_NARROWED 1
#endif

static char folder[64], named[128], other[128], elsewhere[128];

static void write_file(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs("x", f);
	assert_int_equal(fclose(f), 0);
}

static int make_files(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/earshot-sandbox-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(named, sizeof named, "%s/named", folder);
	(void)snprintf(other, sizeof other, "%s/other", folder);
	(void)snprintf(elsewhere, sizeof elsewhere, "%s/out", folder);
	write_file(named);
	write_file(other);
	return mkdir(elsewhere, 0700);
}

static int remove_files(void **state)
{
	char made[160];

	(void)state;
	(void)snprintf(made, sizeof made, "%s/report", elsewhere);
	(void)unlink(made);
	(void)unlink(named);
	(void)unlink(other);
	(void)rmdir(elsewhere);
	return rmdir(folder);
}

enum { FINE = 0, NO_LANDLOCK = 50 };

/* In a child, since the door stays shut: its exit code is what `inside` says. */
static int behind_the_door(int (*inside)(void), unsigned more)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct text missing = { 0 };
		char report[160];
		struct sandbox *s = sandbox_new();

		(void)snprintf(report, sizeof report, "%s/report", elsewhere);
		sandbox_read(s, named);
		sandbox_read(s, "/no/such/file");
		sandbox_write(s, report);
		sandbox_write(s, "-");
		sandbox_write(s, NULL);
		sandbox_also(s, more);
		sandbox_enter(s, &missing);
		bool open_files = strstr(text_of(&missing), "Landlock") != NULL;
		text_free(&missing);
		_exit(open_files ? NO_LANDLOCK : inside());
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect_fine_with(int (*inside)(void), unsigned more)
{
	int code = behind_the_door(inside, more);

	if (code == NO_LANDLOCK)
		skip(); /* this kernel has none, which is what a user is told too */
	assert_int_equal(code, FINE);
}

static void expect_fine(int (*inside)(void))
{
	expect_fine_with(inside, 0);
}

static int refused(const char *path, int how)
{
	int fd = open(path, how, 0600);

	return fd < 0 && errno == EACCES ? FINE : 1;
}

static int named_file_alone(void)
{
	if (open(named, O_RDONLY) < 0)
		return 1;
	if (refused(named, O_WRONLY) || refused(named, O_RDWR))
		return 2;
	if (refused(other, O_RDONLY) || refused("/etc/passwd", O_RDONLY))
		return 3;
	return refused(folder, O_RDONLY | O_DIRECTORY) ? 4 : FINE;
}

static int no_file_else(void)
{
	return refused(other, O_RDONLY) || refused(named, O_WRONLY) ||
			       refused("/etc/passwd", O_RDONLY) || refused("/etc/shadow", O_RDONLY)
		       ? 3
		       : FINE;
}

static int reports_folder_alone(void)
{
	char part[160], report[160], outside[160];

	(void)snprintf(part, sizeof part, "%s/part", elsewhere);
	(void)snprintf(report, sizeof report, "%s/report", elsewhere);
	(void)snprintf(outside, sizeof outside, "%s/report", folder);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0)
		return 1;
	if (rename(part, report) != 0)
		return 2;
	if (rename(report, outside) == 0 || unlink(other) == 0)
		return 3;
	if (refused(outside, O_WRONLY | O_CREAT))
		return 4;
	return mkdir(part, 0700) == 0 ? 5 : FINE;
}

static void *nothing(void *arg)
{
	return arg;
}

static int threads_and_memory(void)
{
	pthread_t t;
	void *volatile much = malloc(64 << 20);

	if (!much)
		return 1;
	memset(much, 1, 64 << 20);
	free(much);
	if (pthread_create(&t, NULL, nothing, NULL) != 0 || pthread_join(t, NULL) != 0)
		return 2;
	return FINE;
}

static int no_other_calls(void)
{
	char *const words[] = { (char *)(uintptr_t) "true", NULL };

	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 2;
	if (execv("/bin/true", words) == 0 || errno != EPERM)
		return 3;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 || errno != EPERM)
		return 4;
	if (chmod(named, 0777) == 0 || errno != EPERM)
		return 5;
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return 6;
	return fork() >= 0 ? 7 : FINE;
}

/* ---- a watch's door ---------------------------------------------------------- */

enum { ALL_OF_IT = SANDBOX_SOCKETS | SANDBOX_CONNECT | SANDBOX_COPIES | SANDBOX_CAPTURE };

static int copies_and_sockets(void)
{
	int status, ends[2], family[] = { AF_INET, AF_INET6, AF_UNIX };

	for (size_t i = 0; i < sizeof family / sizeof *family; i++)
		if (socket(family[i], SOCK_DGRAM, 0) < 0 && errno == EPERM)
			return 1;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return 2;
	pid_t child = fork();
	if (child == 0)
		_exit(no_file_else() ? 1 : 0);
	if (child < 0 || wait4(child, &status, 0, NULL) != child)
		return 3;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? FINE : 4;
}

/* What could lead out of the process: refused by the filter, whatever rights there are. */
static int nothing_that_leads_out(void)
{
	static const struct {
		long call, a, b, c;
	} tries[] = {
		{ SYS_ptrace, PTRACE_TRACEME, 0, 0 },
		{ SYS_kill, 1, 0, 0 },
		{ SYS_tkill, 1, 0, 0 },
		{ SYS_process_vm_readv, 1, 0, 0 },
		{ SYS_pidfd_open, 1, 0, 0 },
		{ SYS_unshare, 0, 0, 0 },
		{ SYS_setns, -1, 0, 0 },
		{ SYS_clone, 0x10000000 | SIGCHLD, 0, 0 }, /* with a space of users of its own */
		{ SYS_mount, 0, 0, 0 },
		{ SYS_chroot, 0, 0, 0 },
		{ SYS_setuid, 0, 0, 0 },
		{ SYS_capset, 0, 0, 0 },
		{ SYS_bpf, 0, 0, 0 },
		{ SYS_perf_event_open, 0, 0, 0 },
		{ SYS_io_uring_setup, 1, 0, 0 },
		{ SYS_userfaultfd, 0, 0, 0 },
		{ SYS_keyctl, 0, 0, 0 },
		{ SYS_init_module, 0, 0, 0 },
		{ SYS_linkat, 0, 0, 0 },
		{ SYS_symlinkat, 0, 0, 0 },
		{ SYS_socket, AF_ALG, SOCK_SEQPACKET, 0 },
		{ SYS_socket, AF_VSOCK, SOCK_STREAM, 0 },
		{ SYS_socket, AF_BLUETOOTH, SOCK_RAW, 0 },
	};

	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		if (syscall(tries[i].call, tries[i].a, tries[i].b, tries[i].c) != -1 ||
		    errno != EPERM)
			return 100 + (int)i;
	return FINE;
}

static int no_program(void)
{
	char *const words[] = { (char *)(uintptr_t) "true", NULL };

	if (execv("/bin/true", words) == 0 || errno != EPERM)
		return 1;
	if (syscall(SYS_execveat, AT_FDCWD, "/bin/true", words, NULL, 0) == 0 || errno != EPERM)
		return 2;
	return no_file_else();
}

/* Sockets that are open, and no others. */
static int no_new_sockets(void)
{
	int family[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET };

	for (size_t i = 0; i < sizeof family / sizeof *family; i++)
		if (socket(family[i], SOCK_DGRAM, 0) >= 0 || errno != EPERM)
			return 1;
	return connect(-1, NULL, 0) == 0 || errno != EPERM ? 2 : FINE;
}

static void a_watch_copies_itself_and_connects(void **state)
{
	(void)state;
	expect_fine_with(copies_and_sockets, ALL_OF_IT);
}

static void a_watch_starts_no_program_and_opens_no_other_file(void **state)
{
	(void)state;
	if (!CALLS_ARE_NARROWED)
		skip();
	expect_fine_with(no_program, ALL_OF_IT);
}

static void a_watch_touches_no_other_process(void **state)
{
	(void)state;
	if (!CALLS_ARE_NARROWED)
		skip();
	expect_fine_with(nothing_that_leads_out, ALL_OF_IT);
}

static void a_watch_without_receivers_connects_nowhere(void **state)
{
	(void)state;
	if (!CALLS_ARE_NARROWED)
		skip();
	expect_fine_with(no_new_sockets, SANDBOX_SOCKETS | SANDBOX_COPIES);
}

static void reads_what_was_named(void **state)
{
	(void)state;
	expect_fine(named_file_alone);
}

static void writes_where_reports_go(void **state)
{
	(void)state;
	expect_fine(reports_folder_alone);
}

static void threads_can_be_started(void **state)
{
	(void)state;
	expect_fine(threads_and_memory);
}

static void other_calls_are_refused(void **state)
{
	(void)state;
	if (!CALLS_ARE_NARROWED)
		skip();
	expect_fine(no_other_calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_named),
		cmocka_unit_test(writes_where_reports_go),
		cmocka_unit_test(threads_can_be_started),
		cmocka_unit_test(other_calls_are_refused),
		cmocka_unit_test(a_watch_copies_itself_and_connects),
		cmocka_unit_test(a_watch_starts_no_program_and_opens_no_other_file),
		cmocka_unit_test(a_watch_touches_no_other_process),
		cmocka_unit_test(a_watch_without_receivers_connects_nowhere),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
