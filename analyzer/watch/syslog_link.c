/* syslog_link.c - a connection to a syslog receiver: UDP, TCP, or TLS over TCP. */
#include "analyzer/watch/syslog_link.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/output_kind.h"

/*
 * A receiver that is gone without a word is noticed within half of the time for which sent
 * messages are kept: what it did not get can still be sent again.
 */
enum {
	CONNECT_MS = 5000,
	STALL_MS = 15000,
	UNANSWERED_MS = 10000,
	IDLE_S = 5,
	PROBE_S = 2,
	PROBES = 3,
	LOOK_MS = 100, /* so often is looked whether the end came nearer */
	GOODBYE_MS = 500,
};

struct syslog_link {
	struct syslog_link_to *to;
	int fd;
	int code; /* errno of what broke it, 0: see why */
	struct syslog_tls_line *tls;
	char why[SYSLOG_LINK_WHY];
};

/* ---- addresses --------------------------------------------------------------------------- */

static struct addrinfo *ask(const struct syslog_link_to *to, int flags, int *code)
{
	struct addrinfo *list = NULL;
	struct addrinfo hint = { .ai_flags = flags | AI_NUMERICSERV,
				 .ai_socktype =
					 to->carrier == OUTPUT_UDP ? SOCK_DGRAM : SOCK_STREAM };

	*code = getaddrinfo(to->host, to->port, &hint, &list);
	return *code ? NULL : list;
}

bool syslog_link_resolve(struct syslog_link_to *to, const char **why)
{
	int code;
	struct addrinfo *list = ask(to, 0, &code);

	if (!list) {
		*why = gai_strerror(code);
		return false;
	}
	to->count = 0;
	for (struct addrinfo *a = list; a && to->count < SYSLOG_LINK_ADDRESSES; a = a->ai_next) {
		if (a->ai_addrlen > sizeof *to->addresses)
			continue;
		memcpy(&to->addresses[to->count], a->ai_addr, a->ai_addrlen);
		to->lengths[to->count++] = a->ai_addrlen;
	}
	freeaddrinfo(list);
	return true;
}

bool syslog_link_is_numeric(const struct syslog_link_to *to)
{
	int code;
	struct addrinfo *list = ask(to, AI_NUMERICHOST, &code);

	if (list)
		freeaddrinfo(list);
	return code == 0;
}

void syslog_link_free(struct syslog_link_to *to)
{
	syslog_tls_free(to->tls);
	free(to->host);
	free(to->port);
}

/* ---- waiting ----------------------------------------------------------------------------- */

static uint64_t in_ms(uint64_t ms)
{
	return clock_steady() + ms * WHEN_MS;
}

/* False with ETIMEDOUT: not until then. */
static bool wait_for(const struct syslog_link *l, short events, uint64_t until_ns)
{
	struct pollfd p = { .fd = l->fd, .events = events };

	for (;;) {
		uint64_t now = clock_steady(), end = atomic_load(&l->to->ends_ns);
		end = until_ns < end ? until_ns : end;
		uint64_t left = now < end ? (end - now) / WHEN_MS + 1 : 0;
		int n = poll(&p, 1, left < LOOK_MS ? (int)left : LOOK_MS);
		if (n > 0)
			return true;
		if (now >= end) {
			errno = ETIMEDOUT;
			return false;
		}
	}
}

static void broken(struct syslog_link *l, int code)
{
	l->code = code;
	(void)snprintf(l->why, sizeof l->why, "%s", strerror(code));
}

/* False: broken, or it takes too long. */
static bool goes_on(struct syslog_link *l, enum syslog_tls_went how, uint64_t until_ns)
{
	if (how == SYSLOG_TLS_BROKEN || how == SYSLOG_TLS_CLOSED) {
		(void)snprintf(l->why, sizeof l->why, "%s",
			       how == SYSLOG_TLS_BROKEN ? syslog_tls_why(l->tls)
							: "closed by the receiver");
		return false;
	}
	if (how == SYSLOG_TLS_DONE ||
	    wait_for(l, how == SYSLOG_TLS_WANTS_READ ? POLLIN : POLLOUT, until_ns))
		return true;
	broken(l, errno);
	return false;
}

/* ---- opening ----------------------------------------------------------------------------- */

static void set(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

static void set_stream(int fd)
{
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS);
}

static bool connected(struct syslog_link *l, size_t i)
{
	int code = 0;
	socklen_t n = sizeof code;

	if (connect(l->fd, (const struct sockaddr *)&l->to->addresses[i], l->to->lengths[i]) == 0)
		return true;
	if (errno != EINPROGRESS || !wait_for(l, POLLOUT, in_ms(CONNECT_MS)))
		return false;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &code, &n) != 0)
		return false;
	errno = code;
	return code == 0;
}

static bool shaken(struct syslog_link *l)
{
	uint64_t until = in_ms(CONNECT_MS);
	enum syslog_tls_went how;

	l->tls = syslog_tls_begin(l->to->tls, l->fd);
	if (!l->tls) {
		broken(l, ENOMEM);
		return false;
	}
	do {
		how = syslog_tls_shake(l->tls);
		if (!goes_on(l, how, until))
			return false;
	} while (how != SYSLOG_TLS_DONE);
	return true;
}

static bool open_at(struct syslog_link *l, size_t i)
{
	int type = l->to->carrier == OUTPUT_UDP ? SOCK_DGRAM : SOCK_STREAM;

	l->fd = socket(l->to->addresses[i].ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0) {
		broken(l, errno);
		return false;
	}
	if (type == SOCK_STREAM)
		set_stream(l->fd);
	if (!connected(l, i)) {
		broken(l, errno);
		return false;
	}
	return l->to->carrier != OUTPUT_TLS || shaken(l);
}

struct syslog_link *syslog_link_open(struct syslog_link_to *to, char why[SYSLOG_LINK_WHY])
{
	(void)snprintf(why, SYSLOG_LINK_WHY, "no address");
	for (size_t i = 0; i < to->count; i++) {
		struct syslog_link *l = mem_zero(1, sizeof *l);
		l->to = to;
		if (open_at(l, i))
			return l;
		(void)snprintf(why, SYSLOG_LINK_WHY, "%s", l->why);
		(void)syslog_link_close(l, false);
	}
	return NULL;
}

/* ---- sending ----------------------------------------------------------------------------- */

/* Some of it; 0: broken, or nothing was taken for so long. */
static size_t send_some(struct syslog_link *l, struct slice s, uint64_t until_ns)
{
	for (;;) {
		ssize_t n = send(l->fd, s.p, s.n, MSG_NOSIGNAL);
		if (n > 0)
			return (size_t)n;
		bool full = n < 0 && (errno == EAGAIN || errno == ENOBUFS);
		if (!full && errno != EINTR)
			break;
		if (full && !wait_for(l, POLLOUT, until_ns))
			break;
	}
	broken(l, errno);
	return 0;
}

static size_t write_some(struct syslog_link *l, struct slice s, uint64_t until_ns)
{
	size_t done;
	enum syslog_tls_went how;

	do {
		how = syslog_tls_write(l->tls, s, &done);
		if (!goes_on(l, how, until_ns))
			return 0;
	} while (how != SYSLOG_TLS_DONE);
	return done;
}

size_t syslog_link_send(struct syslog_link *l, struct slice s)
{
	size_t done = 0;

	while (done < s.n) {
		uint64_t until = in_ms(STALL_MS);
		struct slice rest = slice_from(s, done);
		size_t n = l->tls ? write_some(l, rest, until) : send_some(l, rest, until);
		if (!n)
			break;
		done += n;
	}
	return done;
}

/* What a receiver sends is of no use; that it has closed is. */
static enum syslog_tls_went read_some(struct syslog_link *l)
{
	char unused[512];

	if (l->tls)
		return syslog_tls_read(l->tls);
	ssize_t n = recv(l->fd, unused, sizeof unused, MSG_DONTWAIT);
	if (n == 0 && l->to->carrier != OUTPUT_UDP)
		return SYSLOG_TLS_CLOSED;
	if (n >= 0)
		return SYSLOG_TLS_DONE;
	if (errno == EAGAIN || errno == EINTR)
		return SYSLOG_TLS_WANTS_READ;
	return SYSLOG_TLS_BROKEN;
}

bool syslog_link_check(struct syslog_link *l)
{
	enum { READS = 64 }; /* one that talks without end is not listened to longer */
	enum syslog_tls_went how = SYSLOG_TLS_DONE;

	for (int i = 0; how == SYSLOG_TLS_DONE && i < READS; i++)
		how = read_some(l);
	if (how == SYSLOG_TLS_CLOSED)
		(void)snprintf(l->why, sizeof l->why, "closed by the receiver");
	else if (how == SYSLOG_TLS_BROKEN && l->tls)
		(void)snprintf(l->why, sizeof l->why, "%s", syslog_tls_why(l->tls));
	else if (how == SYSLOG_TLS_BROKEN)
		broken(l, errno);
	return how != SYSLOG_TLS_CLOSED && how != SYSLOG_TLS_BROKEN;
}

const char *syslog_link_why(const struct syslog_link *l)
{
	return l->why;
}

bool syslog_link_refused(const struct syslog_link *l)
{
	return l->to->carrier == OUTPUT_UDP && l->code == ECONNREFUSED;
}

int syslog_link_fd(const struct syslog_link *l)
{
	return l->fd;
}

/* ---- the end ----------------------------------------------------------------------------- */

/*
 * What is not read yet when a socket is closed makes a reset of it, and that can take from the
 * receiver what it has not read: it is waited for. How it ends TLS for its part is of no interest.
 */
static bool say_goodbye(struct syslog_link *l)
{
	uint64_t until = in_ms(GOODBYE_MS);
	char unused[512];
	ssize_t n;

	if (l->tls)
		syslog_tls_say_end(l->tls);
	if (l->to->carrier == OUTPUT_UDP || shutdown(l->fd, SHUT_WR) != 0)
		return l->to->carrier == OUTPUT_UDP;
	do {
		n = recv(l->fd, unused, sizeof unused, 0);
	} while ((n > 0 && clock_steady() < until) ||
		 (n < 0 && errno == EAGAIN && wait_for(l, POLLIN, until)));
	return n >= 0 || errno == ETIMEDOUT;
}

bool syslog_link_close(struct syslog_link *l, bool gently)
{
	bool well = gently && say_goodbye(l);

	syslog_tls_end(l->tls);
	if (l->fd >= 0)
		(void)close(l->fd);
	free(l);
	return well;
}
