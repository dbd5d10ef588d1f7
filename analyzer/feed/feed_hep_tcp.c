/* feed_hep_tcp.c - HEP by connection: a bounded number of senders, each on its best behaviour. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/feed/feed_hep.h"

enum {
	SENDERS_MAX = 64,
	LARGEST = 65536, /* octets of a packet, by the width of its length */
	TICK_MS = 1000,
	PAUSE_MS = 100, /* when the system has no descriptor for a sender */
};

/* How long a connection may say nothing: before its first packet, inside one, and at all. */
#define FIRST_NS  (10 * WHEN_SECOND)
#define INSIDE_NS (30 * WHEN_SECOND)
#define QUIET_NS  (3600 * WHEN_SECOND)

struct sender {
	int fd; /* -1: a free place */
	struct endpoint from, to;
	uint64_t heard_ns; /* monotonic: connected; once it is known, its last octets */
	bool known;	   /* it sent a packet that was let in */
	size_t n;
	uint8_t *bytes; /* of the packet that is not whole yet */
};

struct listener {
	struct feed_hep *hep;
	size_t count;
	struct sender senders[SENDERS_MAX];
};

static enum err tcp_open(struct feed_reader *r, struct text *why)
{
	enum err e;
	struct feed_hep *h = feed_hep_bind(r, SOCK_STREAM, why, &e);

	if (!h)
		return e;
	struct listener *l = mem_zero(1, sizeof *l);
	l->hep = h;
	for (size_t i = 0; i < SENDERS_MAX; i++)
		l->senders[i].fd = -1;
	r->own = l;
	return ERR_OK;
}

static void drop(struct listener *l, struct sender *s)
{
	(void)close(s->fd);
	explicit_bzero(s->bytes, LARGEST);
	free(s->bytes);
	*s = (struct sender){ .fd = -1 };
	l->count--;
}

static void refuse(struct listener *l, struct sender *s)
{
	feed_reader_refuse(l->hep->reader);
	drop(l, s);
}

static void tcp_close(struct feed_reader *r)
{
	struct listener *l = r->own;

	if (!l)
		return;
	for (size_t i = 0; i < SENDERS_MAX; i++)
		if (l->senders[i].fd >= 0)
			drop(l, &l->senders[i]);
	feed_hep_close(l->hep);
	free(l);
}

static struct endpoint own_end(int fd)
{
	struct sockaddr_storage address = { .ss_family = AF_INET };
	socklen_t n = sizeof address;

	(void)getsockname(fd, (struct sockaddr *)&address, &n);
	return feed_hep_endpoint(&address);
}

static void seat(struct listener *l, int fd, const struct sockaddr_storage *from)
{
	struct sender *s = l->senders;
	int on = 1;

	while (s->fd >= 0)
		s++;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	*s = (struct sender){
		.fd = fd,
		.from = feed_hep_endpoint(from),
		.to = own_end(fd),
		.heard_ns = clock_steady(),
		.bytes = mem_zero(1, LARGEST),
	};
	l->count++;
}

static void let_in(struct listener *l)
{
	struct sockaddr_storage from;
	socklen_t n = sizeof from;
	int fd = accept4(l->hep->fd, (struct sockaddr *)&from, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && l->count < SENDERS_MAX) {
		seat(l, fd, &from);
	} else if (fd >= 0) {
		(void)close(fd);
		feed_reader_refuse(l->hep->reader);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		(void)feed_reader_pause(l->hep->reader, PAUSE_MS);
	}
}

/* Whole packets go on. False: the sender sends what is none, or has not the key. */
static bool take_packets(struct listener *l, struct sender *s)
{
	uint64_t now = clock_day();
	struct slice rest = { s->bytes, s->n }, packet;
	enum err e;

	while (!(e = feed_hep_frame_cut(&rest, &packet))) {
		enum err taken = feed_hep_take(l->hep, packet, &s->from, &s->to, now);
		if (taken && taken != ERR_LIMIT)
			return false;
		s->known = true;
	}
	if (e == ERR_MALFORMED) {
		feed_reader_refuse(l->hep->reader);
		return false;
	}
	memmove(s->bytes, rest.p, rest.n);
	s->n = rest.n;
	return true;
}

static void hear(struct listener *l, struct sender *s)
{
	ssize_t got = recv(s->fd, s->bytes + s->n, LARGEST - s->n, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		if (s->n)
			feed_reader_refuse(l->hep->reader);
		drop(l, s);
		return;
	}
	s->n += (size_t)got;
	if (!take_packets(l, s))
		drop(l, s);
	else if (s->known)
		s->heard_ns = clock_steady();
}

static void end_silence(struct listener *l, struct sender *s, uint64_t now)
{
	uint64_t silent = now - s->heard_ns;

	if (!s->known && silent > FIRST_NS)
		refuse(l, s);
	else if (s->n && silent > INSIDE_NS)
		refuse(l, s);
	else if (silent > QUIET_NS)
		drop(l, s);
}

/* Waits for octets and newcomers; false: the feed was stopped. */
static bool serve(struct listener *l)
{
	struct pollfd on[SENDERS_MAX + 2];
	struct feed_reader *r = l->hep->reader;

	for (size_t i = 0; i < SENDERS_MAX; i++)
		on[i] = (struct pollfd){ .fd = l->senders[i].fd, .events = POLLIN };
	on[SENDERS_MAX] = (struct pollfd){ .fd = l->hep->fd, .events = POLLIN };
	on[SENDERS_MAX + 1] = (struct pollfd){ .fd = r->stop, .events = POLLIN };
	feed_reader_flush(r);
	(void)poll(on, SENDERS_MAX + 2, l->count || r->unreported ? TICK_MS : -1);
	if (on[SENDERS_MAX + 1].revents)
		return false;
	uint64_t now = clock_steady();
	for (size_t i = 0; i < SENDERS_MAX; i++) {
		if (on[i].revents)
			hear(l, &l->senders[i]);
		else if (on[i].fd >= 0)
			end_silence(l, &l->senders[i], now);
	}
	if (on[SENDERS_MAX].revents)
		let_in(l);
	return true;
}

static void tcp_run(struct feed_reader *r)
{
	while (serve(r->own))
		;
}

const struct feed_reader_kind feed_hep_tcp_kind = {
	.open = tcp_open,
	.run = tcp_run,
	.close = tcp_close,
	.word = "hep",
	.lives = true,
};
