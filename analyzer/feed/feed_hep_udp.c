/* feed_hep_udp.c - HEP by datagram: one packet each, timed and counted by the kernel. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/feed/feed_hep.h"

enum { AT_ONCE = 16, DATAGRAM = 65536, BESIDE = 256 };

/* Room for as many datagrams as one call may bring. */
struct listener {
	struct feed_hep *hep;
	uint32_t drops; /* as the kernel counts, in 32 bits */
	struct mmsghdr messages[AT_ONCE];
	struct iovec parts[AT_ONCE];
	struct sockaddr_storage from[AT_ONCE];
	_Alignas(struct cmsghdr) uint8_t beside[AT_ONCE][BESIDE];
	uint8_t bytes[AT_ONCE][DATAGRAM];
};

/* Beyond its usual limit only with rights; as far as it lets us without. */
static void ask_for_room(int fd, size_t octets)
{
	int n = octets < INT32_MAX / 2 ? (int)octets : INT32_MAX / 2;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &n, sizeof n))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof n);
}

static void ask_for_more(int fd)
{
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	(void)setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
}

static enum err udp_open(struct feed_reader *r, struct text *why)
{
	enum err e;
	struct feed_hep *h = feed_hep_bind(r, SOCK_DGRAM, why, &e);

	if (!h)
		return e;
	struct listener *l = mem_zero(1, sizeof *l);
	l->hep = h;
	r->own = l;
	ask_for_room(h->fd, r->options->buffer);
	ask_for_more(h->fd);
	return ERR_OK;
}

static void udp_close(struct feed_reader *r)
{
	struct listener *l = r->own;

	if (!l)
		return;
	feed_hep_close(l->hep);
	explicit_bzero(l->bytes, sizeof l->bytes);
	free(l);
}

/* What the kernel says beside a datagram. */
struct beside {
	uint64_t ts_ns;
	struct endpoint to;
	uint32_t drops;
};

static void take_socket_level(const struct cmsghdr *c, struct beside *out)
{
	struct timespec t;

	if (c->cmsg_type == SO_TIMESTAMPNS) {
		memcpy(&t, CMSG_DATA(c), sizeof t);
		out->ts_ns = (uint64_t)t.tv_sec * WHEN_SECOND + (uint64_t)t.tv_nsec;
	} else if (c->cmsg_type == SO_RXQ_OVFL) {
		memcpy(&out->drops, CMSG_DATA(c), sizeof out->drops);
	}
}

static void take_beside(struct msghdr *m, struct beside *out)
{
	struct in_pktinfo four;
	struct in6_pktinfo six;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET) {
			take_socket_level(c, out);
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&four, CMSG_DATA(c), sizeof four);
			out->to.addr = addr_v4((const uint8_t *)&four.ipi_addr);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&six, CMSG_DATA(c), sizeof six);
			out->to.addr = addr_v6(six.ipi6_addr.s6_addr);
		}
	}
}

static void take(struct listener *l, size_t i)
{
	struct mmsghdr *m = &l->messages[i];
	struct beside b = { .to = l->hep->local, .drops = l->drops };
	struct endpoint from = feed_hep_endpoint(&l->from[i]);

	take_beside(&m->msg_hdr, &b);
	/* Dropped before this one: told before it. */
	feed_reader_lost(l->hep->reader, (uint32_t)(b.drops - l->drops), 0, 0);
	l->drops = b.drops;
	(void)feed_hep_take(l->hep, (struct slice){ l->bytes[i], m->msg_len }, &from, &b.to,
			    b.ts_ns ? b.ts_ns : clock_day());
}

static int receive(struct listener *l)
{
	for (size_t i = 0; i < AT_ONCE; i++) {
		l->parts[i] = (struct iovec){ l->bytes[i], DATAGRAM };
		l->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &l->from[i],
			.msg_namelen = sizeof l->from[i],
			.msg_iov = &l->parts[i],
			.msg_iovlen = 1,
			.msg_control = l->beside[i],
			.msg_controllen = BESIDE,
		};
	}
	return recvmmsg(l->hep->fd, l->messages, AT_ONCE, MSG_DONTWAIT, NULL);
}

static void udp_run(struct feed_reader *r)
{
	struct listener *l = r->own;
	short events;
	int got = 0;

	while (!feed_reader_stopping(r)) {
		if (got <= 0 && !feed_reader_wait(r, l->hep->fd, -1, &events))
			break;
		got = receive(l);
		for (int i = 0; i < got; i++)
			take(l, (size_t)i);
	}
}

const struct feed_reader_kind feed_hep_udp_kind = {
	.open = udp_open,
	.run = udp_run,
	.close = udp_close,
	.word = "hep",
	.lives = true,
};
