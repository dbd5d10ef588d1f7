/* sandbox.c - Landlock for files, seccomp for system calls. */
#include "analyzer/cmd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

/* Younger than the headers of Debian 12; asked for where the kernel knows it. */
#define FILES_TRUNCATE (UINT64_C(1) << 14)

enum {
	ABI_REFER = 2,
	ABI_TRUNCATE = 3,
};

#define FILES_READ (LANDLOCK_ACCESS_FS_READ_FILE)
#define FILES_MAKE                                                                                 \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |                            \
	 LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                               \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* All that the first version can refuse. */
#define FILES_ALL ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* what looks for leaks at the end reads and traces its own process */
#endif

struct sandbox {
	int rules; /* of Landlock; -1: none */
	int why;   /* errno of the first step that failed */
	uint64_t handled;
	unsigned more; /* enum sandbox_more */
};

static long abi_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static void allow(struct sandbox *s, const char *path, uint64_t access)
{
	int fd = s->rules >= 0 ? open(path, O_PATH | O_CLOEXEC) : -1;
	struct landlock_path_beneath_attr rule = { .allowed_access = access & s->handled,
						   .parent_fd = fd };

	if (fd < 0)
		return;
	if (syscall(SYS_landlock_add_rule, s->rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 &&
	    !s->why)
		s->why = errno;
	(void)close(fd);
}

struct sandbox *sandbox_new(void)
{
	struct sandbox *s = mem_zero(1, sizeof *s);
	long abi = abi_version();

	s->rules = -1;
	if (abi < 1) {
		s->why = errno;
		return s;
	}
	s->handled = FILES_ALL;
	if (abi >= ABI_REFER)
		s->handled |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= ABI_TRUNCATE)
		s->handled |= FILES_TRUNCATE;
	struct landlock_ruleset_attr of = { .handled_access_fs = s->handled };
	s->rules = (int)syscall(SYS_landlock_create_ruleset, &of, sizeof of, 0);
	if (s->rules < 0)
		s->why = errno;
	if (SANITIZED)
		allow(s, "/proc", FILES_READ | LANDLOCK_ACCESS_FS_READ_DIR);
	return s;
}

void sandbox_read(struct sandbox *s, const char *path)
{
	allow(s, path, FILES_READ);
}

void sandbox_read_folder(struct sandbox *s, const char *path)
{
	allow(s, path, FILES_READ | LANDLOCK_ACCESS_FS_READ_DIR);
}

void sandbox_also(struct sandbox *s, unsigned more)
{
	s->more |= more;
}

void sandbox_folder(struct sandbox *s, const char *path)
{
	allow(s, path, FILES_MAKE | FILES_TRUNCATE);
}

/* A link stays where it is: what it leads to is written anew beside itself. */
static void allow_beside(struct sandbox *s, const char *path)
{
	char *real = realpath(path, NULL), *folder = mem_text(real ? real : path);
	char *slash = strrchr(folder, '/');

	if (slash)
		slash[slash == folder] = '\0';
	sandbox_folder(s, slash ? folder : ".");
	free(folder);
	free(real);
}

void sandbox_write(struct sandbox *s, const char *path)
{
	struct stat st;

	if (!path || strcmp(path, "-") == 0)
		return;
	bool there = stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode))
		sandbox_folder(s, path);
	else if (there && !S_ISREG(st.st_mode))
		allow(s, path, LANDLOCK_ACCESS_FS_WRITE_FILE | FILES_TRUNCATE);
	else
		allow_beside(s, path);
}

/* What reading captures, writing reports, memory and a second thread take. */
static const int calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(pwrite64),
	SCMP_SYS(lseek),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(close),
	SCMP_SYS(stat),
	SCMP_SYS(fstat),
	SCMP_SYS(lstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(fcntl),
	SCMP_SYS(fadvise64),
	SCMP_SYS(fchmod),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(umask),
	SCMP_SYS(dup),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(prlimit64),
	SCMP_SYS(sysinfo), /* how qsort sorts depends on it */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(tgkill),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Of sockets: those that are open, those that are made, and what copies of the process take. */
static const int calls_of_sockets[] = {
	SCMP_SYS(accept),	    SCMP_SYS(accept4),
	SCMP_SYS(recvfrom),	    SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),	    SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),	    SCMP_SYS(sendmmsg),
	SCMP_SYS(getsockopt),	    SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),	    SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),	    SCMP_SYS(select),
	SCMP_SYS(pselect6),	    SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),	    SCMP_SYS(epoll_ctl),
	SCMP_SYS(eventfd2),	    SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch),
};
static const int calls_of_connecting[] = { SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(uname) };
static const int calls_of_copies[] = { SCMP_SYS(pipe2), SCMP_SYS(wait4), SCMP_SYS(prctl),
				       SCMP_SYS(setpriority) };

static int allow_if(scmp_filter_ctx c, int call, struct scmp_arg_cmp first)
{
	return seccomp_rule_add(c, SCMP_ACT_ALLOW, call, 1, first);
}

/* Of a terminal only its width and whether it is one; threads, and no processes. */
static int allow_some(scmp_filter_ctx c)
{
	enum { TERMINAL_IS = 0x5401, TERMINAL_SIZE = 0x5413, THREAD = 0x10000 };
	int e = allow_if(c, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TERMINAL_IS, 0));

	if (e == 0)
		e = allow_if(c, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TERMINAL_SIZE, 0));
	if (e == 0)
		e = allow_if(c, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, THREAD, THREAD));
	/* Its flags are out of a filter's reach; where it is missing the C library takes clone. */
	return e ? e : seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

#define ALLOW_ALL(c, list) allow_all(c, list, sizeof(list) / sizeof *(list))
static int allow_all(scmp_filter_ctx c, const int *list, size_t n)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++)
		e = seccomp_rule_add(c, SCMP_ACT_ALLOW, list[i], 0);
	return e;
}

/* Names are looked up over these kinds too. */
static int allow_connecting(scmp_filter_ctx c)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK };
	int e = ALLOW_ALL(c, calls_of_connecting);

	for (size_t i = 0; e == 0 && i < sizeof families / sizeof *families; i++)
		e = allow_if(c, SCMP_SYS(socket),
			     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
	return e;
}

/* A ring of the kernel, opened anew when its interface was gone. */
static int allow_capture(scmp_filter_ctx c)
{
	enum { FIRST = 0x8900, SOCKET_KINDS = 0xff00 };
	int e = allow_if(c, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_PACKET, 0));

	if (e == 0)
		e = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(bind), 0);
	return e ? e
		 : allow_if(c, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_KINDS, FIRST));
}

/* A fork is a clone that makes no thread: flags that begin new spaces of names stay refused. */
static int allow_copies(scmp_filter_ctx c)
{
	static const scmp_datum_t spaces = 0x7e020000;
	int e = ALLOW_ALL(c, calls_of_copies);

	if (e == 0)
		e = allow_if(c, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, spaces, 0));
	return e ? e : seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(fork), 0);
}

static int allow_more(scmp_filter_ctx c, unsigned more)
{
	int e = more ? ALLOW_ALL(c, calls_of_sockets) : 0;

	if (e == 0 && (more & SANDBOX_CONNECT))
		e = allow_connecting(c);
	if (e == 0 && (more & SANDBOX_CAPTURE))
		e = allow_capture(c);
	if (e == 0 && (more & SANDBOX_COPIES))
		e = allow_copies(c);
	return e;
}

/* 0, or a negative errno. */
static int narrow_calls(unsigned more)
{
	if (SANITIZED)
		return 0;
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int e = c ? allow_some(c) : -ENOMEM;

	if (e == 0)
		e = ALLOW_ALL(c, calls);
	if (e == 0)
		e = allow_more(c, more);
	if (e == 0)
		e = seccomp_load(c);
	if (c)
		seccomp_release(c);
	return e;
}

static void miss(struct text *missing, const char *what, int why)
{
	text_addf(missing, "%s%s (%s)", missing->n ? "; " : "", what, strerror(why));
}

void sandbox_enter(struct sandbox *s, struct text *missing)
{
	/* Nothing that is started could gain rights by it; both parts below ask for this first. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		miss(missing, "new privileges can be gained", errno);
	if (s->rules >= 0 && !s->why && syscall(SYS_landlock_restrict_self, s->rules, 0) != 0)
		s->why = errno;
	if (s->why)
		miss(missing, "files are not narrowed by Landlock", s->why);
	int e = narrow_calls(s->more);
	if (e)
		miss(missing, "system calls are not narrowed by seccomp", -e);
	if (s->rules >= 0)
		(void)close(s->rules);
	free(s);
}
