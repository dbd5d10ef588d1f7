/* endpoint.c - where it listens, its thread, and what it serves. */
#include "analyzer/watch/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyzer/base/addr.h"
#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/endpoint_serve.h"

enum { BACKLOG = 64, PORT_MAX = 65535 };

struct endpoint_server {
	struct endpoint_shelf shelf;
	struct endpoint at;
	char where[ENDPOINT_TEXT];
	int listener, stop[2];
	bool started;
	pthread_t thread;
};

/* ---- where ------------------------------------------------------------------------------------
 */

static const uint8_t loopback[4] = { 127, 0, 0, 1 };

/* Up to the last colon it is an address; without one all of it is a port. */
static bool parse(struct slice where, struct endpoint *at)
{
	size_t colon = where.n;
	uint64_t port;

	while (colon > 0 && where.p[colon - 1] != ':')
		colon--;
	struct slice host = slice_upto(where, colon ? colon - 1 : 0);
	if (!slice_number(slice_from(where, colon), PORT_MAX, &port))
		return false;
	at->port = (uint16_t)port;
	at->addr = addr_v4(loopback);
	if (!host.n || slice_eq(host, SLICE("localhost")))
		return true;
	/* 2001:db8::1:9100 may mean either; with brackets it is plain. */
	return (host.p[0] == '[' || slice_find(host, ':') == host.n) && addr_parse(host, &at->addr);
}

static socklen_t socket_address(const struct endpoint *at, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof *out);
	if (addr_is_v4(&at->addr)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(at->port);
		memcpy(&v4->sin_addr, at->addr.b + 12, 4);
		return sizeof *v4;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(at->port);
	memcpy(&v6->sin6_addr, at->addr.b, 16);
	return sizeof *v6;
}

static int listen_at(const struct endpoint *at)
{
	struct sockaddr_storage a;
	socklen_t n = socket_address(at, &a);
	int on = 1, fd = socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)&a, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int why = errno;
	(void)close(fd);
	errno = why;
	return -1;
}

/* The port that the system chose. */
static void learn_port(struct endpoint_server *e)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;

	if (getsockname(e->listener, (struct sockaddr *)&a, &n) == 0)
		e->at.port = ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
							  : ((struct sockaddr_in6 *)&a)->sin6_port);
	(void)addr_endpoint_text(&e->at, e->where);
}

static enum err fail(struct endpoint_server *e, enum err err, const char *where, const char *what,
		     char **why)
{
	struct text t = { 0 };

	text_addf(&t, "%s: %s", where, what);
	*why = t.p;
	free(e);
	return err;
}

enum err endpoint_open(struct endpoint_server **out, const char *where, char **why)
{
	struct endpoint_server *e = mem_zero(1, sizeof *e);

	*out = NULL;
	if (!parse(slice_of(where), &e->at))
		return fail(e, ERR_USAGE, where,
			    "not ADDRESS:PORT, [ADDRESS]:PORT or a port to listen on", why);
	e->listener = listen_at(&e->at);
	if (e->listener < 0)
		return fail(e, ERR_IO, where, strerror(errno), why);
	if (pipe2(e->stop, O_CLOEXEC | O_NONBLOCK) != 0) {
		int error = errno;
		(void)close(e->listener);
		return fail(e, ERR_IO, where, strerror(error), why);
	}
	(void)pthread_mutex_init(&e->shelf.lock, NULL);
	learn_port(e);
	*out = e;
	return ERR_OK;
}

const char *endpoint_where(const struct endpoint_server *e)
{
	return e->where;
}

/* ---- the thread -------------------------------------------------------------------------------
 */

static void *serve(void *ctx)
{
	struct endpoint_server *e = ctx;

	endpoint_serve(e->listener, e->stop[0], &e->shelf);
	return NULL;
}

/* Signals are the main thread's. */
bool endpoint_start(struct endpoint_server *e)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	e->started = pthread_create(&e->thread, NULL, serve, e) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e->started;
}

void endpoint_publish(struct endpoint_server *e, struct slice metrics, struct slice page,
		      bool healthy)
{
	struct endpoint_copy *c = mem_zero(1, sizeof *c);

	c->held = 1;
	c->at_ms = clock_steady() / WHEN_MS;
	c->healthy = healthy;
	text_add_slice(&c->metrics, metrics);
	text_add_slice(&c->page, page);
	(void)pthread_mutex_lock(&e->shelf.lock);
	struct endpoint_copy *before = e->shelf.newest;
	e->shelf.newest = c;
	(void)pthread_mutex_unlock(&e->shelf.lock);
	endpoint_serve_give_back(&e->shelf, before);
}

void endpoint_close(struct endpoint_server *e)
{
	if (!e)
		return;
	if (e->started) {
		(void)!write(e->stop[1], "", 1);
		(void)pthread_join(e->thread, NULL);
	}
	(void)close(e->listener);
	(void)close(e->stop[0]);
	(void)close(e->stop[1]);
	endpoint_serve_give_back(&e->shelf, e->shelf.newest);
	(void)pthread_mutex_destroy(&e->shelf.lock);
	free(e);
}
