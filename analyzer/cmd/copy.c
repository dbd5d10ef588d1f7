/* copy.c - work done in a copy of the process, which goes on reading packets meanwhile. */
#include "analyzer/cmd/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/when.h"

enum { READ_AT_ONCE = 1024 * 1024, BEHIND = 10 };

static uint64_t time_of(struct timeval t)
{
	return (uint64_t)t.tv_sec * WHEN_SECOND + (uint64_t)t.tv_usec * 1000;
}

static uint64_t system_time(void)
{
	struct rusage used = { 0 };

	(void)getrusage(RUSAGE_THREAD, &used);
	return time_of(used.ru_stime);
}

/* It must not outlive the process, nor take its turn, nor answer for it to signals. */
static int be_copy(copy_fn *work, void *ctx, int to)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpriority(PRIO_PROCESS, 0, BEHIND);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	return work(ctx, to);
}

bool copy_begin(struct copy *c, copy_fn *work, void *ctx)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	uint64_t before = system_time();
	pid_t child = fork();
	if (child < 0) {
		int why = errno;
		(void)close(ends[0]);
		(void)close(ends[1]);
		errno = why;
		return false;
	}
	if (child == 0) {
		(void)close(ends[0]);
		_exit(be_copy(work, ctx, ends[1]));
	}
	(void)close(ends[1]);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	c->child = child;
	c->from = ends[0];
	c->system_ns = before;
	return true;
}

bool copy_busy(const struct copy *c)
{
	return c->child != 0;
}

/* -1: nothing now; 0: the end. */
static ssize_t take(struct copy *c)
{
	ssize_t n = read(c->from, text_reserve(&c->got, READ_AT_ONCE), READ_AT_ONCE);

	if (n > 0)
		text_wrote(&c->got, (size_t)n);
	return n;
}

bool copy_look(struct copy *c, int *status)
{
	int s = 0;

	if (!c->child || take(c) != 0)
		return false;
	(void)close(c->from);
	struct rusage used = { 0 };
	bool known = wait4(c->child, &s, 0, &used) == c->child;
	c->child = 0;
	c->took_ns = time_of(used.ru_utime) + time_of(used.ru_stime) + system_time() - c->system_ns;
	*status = known && WIFEXITED(s) ? WEXITSTATUS(s) : -1;
	return true;
}

void copy_wait(struct copy *c, int wait_ms)
{
	struct pollfd p = { .fd = c->from, .events = POLLIN };

	if (c->child)
		(void)poll(&p, 1, wait_ms);
}

void copy_end(struct copy *c)
{
	if (c->child)
		(void)close(c->from);
	c->child = 0;
	text_free(&c->got);
}

bool copy_write(int to, const void *bytes, size_t n)
{
	const char *from = bytes;

	while (n) {
		ssize_t wrote = write(to, from, n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		from += wrote;
		n -= (size_t)wrote;
	}
	return true;
}
