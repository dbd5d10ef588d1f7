/* feed_hep.c - what listeners on UDP and TCP share: their address, and packets becoming frames. */
#include "analyzer/feed/feed_hep.h"

#include <errno.h>
#include <netinet/in.h>
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

enum { PORT_MAX = 65535 };

static bool parse(const char *where, struct endpoint *out)
{
	struct slice all = slice_of(where);
	const char *colon = strrchr(where, ':');
	uint64_t port;

	if (!colon || !slice_number(slice_of(colon + 1), PORT_MAX, &port))
		return false;
	struct slice host = slice_upto(all, (size_t)(colon - where));
	/* Without brackets the port would be a part of an IPv6 address. */
	if (host.n && host.p[0] != '[' && slice_find(host, ':') < host.n)
		return false;
	out->port = (uint16_t)port;
	return addr_parse(host, &out->addr);
}

struct endpoint feed_hep_endpoint(const void *address)
{
	const struct sockaddr_in *four = address;
	const struct sockaddr_in6 *six = address;

	if (four->sin_family == AF_INET)
		return (struct endpoint){ addr_v4((const uint8_t *)&four->sin_addr),
					  ntohs(four->sin_port) };
	return (struct endpoint){ addr_v6(six->sin6_addr.s6_addr), ntohs(six->sin6_port) };
}

static socklen_t to_socket_address(const struct endpoint *e, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	if (addr_is_v4(&e->addr)) {
		struct sockaddr_in *four = (struct sockaddr_in *)out;
		four->sin_family = AF_INET;
		four->sin_port = htons(e->port);
		memcpy(&four->sin_addr, e->addr.b + 12, 4);
		return sizeof *four;
	}
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(e->port);
	memcpy(six->sin6_addr.s6_addr, e->addr.b, sizeof e->addr.b);
	return sizeof *six;
}

/* -1: errno says why. */
static int bind_socket(const struct endpoint *e, int type)
{
	struct sockaddr_storage address;
	socklen_t n = to_socket_address(e, &address);
	int fd = socket(address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	if (type == SOCK_STREAM) /* a restart need not wait for old connections to be forgotten */
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, n) == 0 &&
	    (type != SOCK_STREAM || listen(fd, SOMAXCONN) == 0))
		return fd;
	int saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

static struct endpoint bound_to(int fd)
{
	struct sockaddr_storage address = { .ss_family = AF_INET };
	socklen_t n = sizeof address;

	(void)getsockname(fd, (struct sockaddr *)&address, &n);
	return feed_hep_endpoint(&address);
}

struct feed_hep *feed_hep_bind(struct feed_reader *r, int type, struct text *why, enum err *e)
{
	struct endpoint local;
	char name[ENDPOINT_TEXT];

	*e = ERR_USAGE;
	if (!parse(r->where, &local)) {
		text_add(why, "it is no ADDRESS:PORT (an IPv6 address stands in brackets)");
		return NULL;
	}
	*e = ERR_IO;
	int fd = bind_socket(&local, type);
	if (fd < 0) {
		text_addf(why, "it cannot be listened on: %s", strerror(errno));
		return NULL;
	}
	struct feed_hep *h = mem_zero(1, sizeof *h);
	h->reader = r;
	h->fd = fd;
	h->local = bound_to(fd);
	free(r->name);
	r->name = mem_text(addr_endpoint_text(&h->local, name));
	*e = ERR_OK;
	return h;
}

void feed_hep_close(struct feed_hep *h)
{
	if (!h)
		return;
	(void)close(h->fd);
	free(h);
}

enum err feed_hep_take(struct feed_hep *h, struct slice packet, const struct endpoint *src,
		       const struct endpoint *dst, uint64_t ts_ns)
{
	enum err e = feed_hep_frame_check(packet, h->reader->options->hep_auth);

	if (e) {
		feed_reader_refuse(h->reader);
		return e;
	}
	size_t n = feed_hep_frame_make(h->frame, packet, src, dst, ++h->id);
	const struct frame f = {
		.bytes = { h->frame, n },
		.ts_ns = ts_ns,
		.wire_len = (uint32_t)n,
		.link_type = DLT_RAW,
	};
	feed_reader_give(h->reader, &f);
	return ERR_OK;
}
