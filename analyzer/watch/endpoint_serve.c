/* endpoint_serve.c - one loop over all connections: read a request, write the answer, hang up. */
#include "analyzer/watch/endpoint_serve.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/endpoint_request.h"

enum { CONNECTIONS = 32, GIVEN_MS = 5000, STALE_MS = 60000, STOP = 0, LISTENER = 1, FIRST = 2 };

enum stage { READING, WRITING, LEAVING };

struct connection {
	int fd; /* -1: free */
	enum stage stage;
	uint64_t until_ms;
	uint8_t in[ENDPOINT_REQUEST_MOST];
	size_t in_n, sent;
	struct text head;
	struct endpoint_copy *copy; /* what the body is of */
	struct slice body;
};

struct server {
	struct endpoint_shelf *shelf;
	int listener, stop;
	struct connection all[CONNECTIONS];
	struct pollfd polled[CONNECTIONS + FIRST];
};

/* ---- what was published ------------------------------------------------------------------------
 */

struct endpoint_copy *endpoint_serve_take(struct endpoint_shelf *s)
{
	(void)pthread_mutex_lock(&s->lock);
	struct endpoint_copy *c = s->newest;
	if (c)
		c->held++;
	(void)pthread_mutex_unlock(&s->lock);
	return c;
}

void endpoint_serve_give_back(struct endpoint_shelf *s, struct endpoint_copy *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&s->lock);
	bool last = --c->held == 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	text_free(&c->metrics);
	text_free(&c->page);
	free(c);
}

/* ---- answers -------------------------------------------------------------------------------- */

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} all[] = {
		{ 200, "OK" },
		{ 400, "Bad Request" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 414, "URI Too Long" },
		{ 431, "Request Header Fields Too Large" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].status == status)
			return all[i].text;
	return "Error";
}

static void date(struct text *t)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm tm = { 0 };

	if (gmtime_r(&now, &tm))
		text_addf(t, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday],
			  tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
			  tm.tm_sec);
}

/* Whatever a browser might do with a page of ours, it may not: as in the page's own policy. */
static void head(struct connection *c, int status, const char *type)
{
	text_clear(&c->head);
	text_addf(&c->head, "HTTP/1.1 %d %s\r\n", status, reason(status));
	date(&c->head);
	text_addf(&c->head, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, c->body.n);
	if (status == 405)
		text_add(&c->head, "Allow: GET, HEAD\r\n");
	text_add(&c->head,
		 "Connection: close\r\n"
		 "Cache-Control: no-store\r\n"
		 "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
		 "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
		 "Cross-Origin-Resource-Policy: same-origin\r\n"
		 "Referrer-Policy: no-referrer\r\n"
		 "X-Content-Type-Options: nosniff\r\n"
		 "X-Frame-Options: DENY\r\n\r\n");
}

static void plain(struct connection *c, int status, const char *words)
{
	c->body = slice_of(words);
	head(c, status, "text/plain; charset=utf-8");
}

static void page(struct connection *c, const struct text *t, const char *type)
{
	c->body = (struct slice){ (const uint8_t *)text_of(t), t->n };
	head(c, 200, type);
}

static void health(struct connection *c)
{
	if (clock_steady() / WHEN_MS - c->copy->at_ms > STALE_MS)
		plain(c, 503, "nothing was published for a minute\n");
	else if (!c->copy->healthy)
		plain(c, 503, "not well\n");
	else
		plain(c, 200, "ok\n");
}

static void answer(struct server *s, struct connection *c, struct endpoint_request r)
{
	c->copy = r.status == 200 ? endpoint_serve_take(s->shelf) : NULL;
	if (r.status != 200) {
		plain(c, r.status, reason(r.status));
	} else if (!c->copy) {
		plain(c, 503, "nothing was published yet\n");
	} else if (r.page == ENDPOINT_METRICS) {
		page(c, &c->copy->metrics, "text/plain; version=0.0.4; charset=utf-8");
	} else if (r.page == ENDPOINT_HOME) {
		page(c, &c->copy->page, "text/html; charset=utf-8");
	} else {
		health(c);
	}
	if (r.head)
		c->body.n = 0;
	c->stage = WRITING;
}

/* ---- connections ------------------------------------------------------------------------------
 */

static void hang_up(struct server *s, struct connection *c)
{
	(void)close(c->fd);
	endpoint_serve_give_back(s->shelf, c->copy);
	text_free(&c->head);
	c->copy = NULL;
	c->fd = -1;
}

static bool for_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* False: it is over. */
static bool take_in(struct server *s, struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_n, sizeof c->in - c->in_n, 0);

	if (n <= 0)
		return n < 0 && for_later();
	c->in_n += (size_t)n;
	struct endpoint_request r = endpoint_request_read((struct slice){ c->in, c->in_n });
	if (r.status)
		answer(s, c, r);
	return true;
}

static struct slice unsent(const struct connection *c)
{
	if (c->sent < c->head.n)
		return slice_from(text_slice(&c->head), c->sent);
	return slice_from(c->body, c->sent - c->head.n);
}

/* Said all that it had to: what else the other side sends is read away, so that it is not reset
 * before it has read the answer. */
static bool send_out(struct connection *c)
{
	struct slice left;

	while ((left = unsent(c)).n) {
		ssize_t n = send(c->fd, left.p, left.n, MSG_NOSIGNAL);
		if (n < 0)
			return for_later();
		c->sent += (size_t)n;
	}
	c->stage = LEAVING;
	return shutdown(c->fd, SHUT_WR) == 0;
}

static bool read_away(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in, sizeof c->in, 0);

	return n > 0 || (n < 0 && for_later());
}

static bool go_on(struct server *s, struct connection *c)
{
	if (c->stage == READING && !take_in(s, c))
		return false;
	if (c->stage == WRITING)
		return send_out(c);
	return c->stage == READING || read_away(c);
}

static void let_in(struct server *s, struct connection *c)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	c->fd = fd;
	c->stage = READING;
	c->in_n = c->sent = 0;
	c->body = (struct slice){ NULL, 0 };
	c->until_ms = clock_steady() / WHEN_MS + GIVEN_MS;
}

/* ---- the loop ---------------------------------------------------------------------------------
 */

static struct connection *free_one(struct server *s)
{
	for (int i = 0; i < CONNECTIONS; i++)
		if (s->all[i].fd < 0)
			return &s->all[i];
	return NULL;
}

/* The time until the first connection must end, -1: there is none. */
static int fill(struct server *s)
{
	uint64_t now = clock_steady() / WHEN_MS, first = UINT64_MAX;

	s->polled[STOP] = (struct pollfd){ .fd = s->stop, .events = POLLIN };
	s->polled[LISTENER] =
		(struct pollfd){ .fd = free_one(s) ? s->listener : -1, .events = POLLIN };
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &s->all[i];
		bool writes = c->stage == WRITING;
		s->polled[FIRST + i] =
			(struct pollfd){ .fd = c->fd, .events = writes ? POLLOUT : POLLIN };
		if (c->fd >= 0 && c->until_ms < first)
			first = c->until_ms;
	}
	if (first == UINT64_MAX)
		return -1;
	return first > now ? (int)(first - now) : 0;
}

static void step(struct server *s)
{
	uint64_t now = clock_steady() / WHEN_MS;

	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &s->all[i];
		if (c->fd < 0)
			continue;
		if ((s->polled[FIRST + i].revents && !go_on(s, c)) || c->until_ms <= now)
			hang_up(s, c);
	}
	if (s->polled[LISTENER].revents)
		let_in(s, free_one(s));
}

void endpoint_serve(int listener, int stop, struct endpoint_shelf *shelf)
{
	struct server *s = mem_zero(1, sizeof *s);

	s->shelf = shelf;
	s->listener = listener;
	s->stop = stop;
	for (int i = 0; i < CONNECTIONS; i++)
		s->all[i].fd = -1;
	for (;;) {
		int n = poll(s->polled, CONNECTIONS + FIRST, fill(s));
		if (n < 0 && errno != EINTR)
			break;
		if (n >= 0 && s->polled[STOP].revents)
			break;
		if (n >= 0)
			step(s);
	}
	for (int i = 0; i < CONNECTIONS; i++)
		if (s->all[i].fd >= 0)
			hang_up(s, &s->all[i]);
	free(s);
}
