/* test_feed_hep.c - HEP listeners on loopback: good senders, bad ones, and too many. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/feeding.h"
#include "tests/lib/hepping.h"

enum { WAIT = 2000, SENDERS = 64 };

static struct feed *opened(enum feed_kind kind, const char *where, struct feed_options o)
{
	const struct feed_source s = { kind, NULL, where };
	struct feed *f;
	char *why;

	assert_int_equal(feed_open(&f, &s, 1, o, &why), ERR_OK);
	return f;
}

static struct feed *listening(enum feed_kind kind, const char *where, struct feed_options o)
{
	struct feed *f = opened(kind, where, o);

	feed_start(f);
	return f;
}

static uint16_t port_of(struct feed *f)
{
	const char *name = feed_at(f, 0)->name;

	return (uint16_t)atoi(strrchr(name, ':') + 1);
}

static int connected(struct feed *f, int type)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port_of(f)) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static void send_text(int fd, const struct text *t)
{
	assert_int_equal(send(fd, t->p, t->n, MSG_NOSIGNAL), t->n);
}

static void send_packet(int fd, const char *payload, const char *key)
{
	struct text t = { 0 };

	hepping_packet(&t, payload, key);
	send_text(fd, &t);
	text_free(&t);
}

/* The next frame holds this payload. */
static void expect(struct feed *f, const char *payload)
{
	struct frame got;

	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_int_equal(got.link_type, 12);
	assert_int_equal(got.wire_len, got.bytes.n);
	assert_true(got.bytes.n > strlen(payload));
	assert_memory_equal(got.bytes.p + got.bytes.n - strlen(payload), payload, strlen(payload));
}

static void refused(struct feed *f, uint64_t n)
{
	for (int i = 0; i < 100 && feed_at(f, 0)->refused < n; i++)
		feeding_sleep(10);
	assert_int_equal(feed_at(f, 0)->refused, n);
}

/* The listener has closed it. */
static void closed(int fd)
{
	struct timeval limit = { .tv_sec = 2 };
	char b;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	ssize_t got = recv(fd, &b, 1, 0);
	assert_true(got == 0 || (got < 0 && errno == ECONNRESET));
	(void)close(fd);
}

static void takes_datagrams(void **state)
{
	struct feed *f = listening(FEED_HEP_UDP, "127.0.0.1:0", (struct feed_options){ 0 });
	int fd = connected(f, SOCK_DGRAM);
	struct sockaddr_in own;
	socklen_t n = sizeof own;
	struct frame got;

	(void)state;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &n), 0);
	send_packet(fd, "one", NULL);
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_memory_equal(got.bytes.p + 12, "\x7f\0\0\1\x7f\0\0\1", 8);
	assert_memory_equal(got.bytes.p + 20, &own.sin_port, 2);
	assert_int_equal(got.bytes.p[22] << 8 | got.bytes.p[23], port_of(f));
	assert_in_range(got.ts_ns / 1000000000, (uint64_t)time(NULL) - 5, (uint64_t)time(NULL));
	send_packet(fd, "two", "any key");
	expect(f, "two");
	assert_string_equal(feed_at(f, 0)->label, "hep");
	assert_int_equal(feed_at(f, 0)->refused, 0);
	(void)close(fd);
	feed_close(f);
}

static void knows_where_a_datagram_went(void **state)
{
	struct feed *f = listening(FEED_HEP_UDP, "[::]:0", (struct feed_options){ 0 });
	int fd = connected(f, SOCK_DGRAM);
	struct frame got;

	(void)state;
	send_packet(fd, "one", NULL);
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_int_equal(got.bytes.p[0], 0x45);
	assert_memory_equal(got.bytes.p + 16, "\x7f\0\0\1", 4);
	(void)close(fd);
	feed_close(f);
}

static void refuses_datagrams_without_the_key(void **state)
{
	struct feed *f = listening(FEED_HEP_UDP, "127.0.0.1:0",
				   (struct feed_options){ .hep_auth = "myHep" });
	int fd = connected(f, SOCK_DGRAM);

	(void)state;
	send_packet(fd, "one", NULL);
	send_packet(fd, "two", "myHe");
	assert_int_equal(send(fd, "no HEP at all", 13, 0), 13);
	send_packet(fd, "three", "myHep");
	expect(f, "three");
	refused(f, 3);
	(void)close(fd);
	feed_close(f);
}

/* What judges does not look: the ring fills, the rest is lost, and the loss is told in its place.
 */
static void counts_datagrams_that_find_no_room(void **state)
{
	struct feed *f =
		listening(FEED_HEP_UDP, "127.0.0.1:0", (struct feed_options){ .queue = 1 });
	int fd = connected(f, SOCK_DGRAM);
	struct text t = { 0 };
	struct frame got;
	uint64_t seen = 0, before = 0;

	(void)state;
	hepping_large(&t, 60000);
	for (int i = 0; i < 60; i++)
		send_text(fd, &t);
	for (int i = 0; i < 200 && feed_at(f, 0)->waiting < 30 * 60000; i++)
		feeding_sleep(10);
	feeding_sleep(200);
	assert_int_equal(feed_at(f, 0)->queue_drops, 0); /* before the first frame none was lost */
	while (feed_batch(f, &got, 1, 100)) {
		seen++;
		assert_int_equal(got.number, ++before);
	}
	for (int i = 0; i < 200 && !feed_at(f, 0)->queue_drops; i++)
		assert_int_equal(feed_batch(f, &got, 1, 10), 0);
	assert_int_equal(feed_at(f, 0)->queue_drops, 60 - seen);
	send_text(fd, &t);
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_in_range(seen, 30, 35);
	assert_int_equal(feed_at(f, 0)->kernel_drops, 0);
	assert_int_equal(feed_at(f, 0)->queue_drops, 60 - seen);
	assert_int_equal(got.number, 61);
	text_free(&t);
	(void)close(fd);
	feed_close(f);
}

/* Nobody reads yet: the kernel says with the next datagram how many it had no room for. */
static void tells_what_the_kernel_dropped(void **state)
{
	struct feed *f =
		opened(FEED_HEP_UDP, "127.0.0.1:0", (struct feed_options){ .buffer = 65536 });
	int fd = connected(f, SOCK_DGRAM);
	struct text t = { 0 };

	(void)state;
	hepping_large(&t, 10000);
	for (int i = 0; i < 60; i++)
		send_text(fd, &t);
	feed_start(f);
	size_t given = feeding_all(f, 200);
	send_text(fd, &t);
	assert_int_equal(feeding_all(f, 200), 1);
	assert_in_range(given, 1, 59);
	assert_int_equal(given + feed_at(f, 0)->kernel_drops, 60);
	text_free(&t);
	(void)close(fd);
	feed_close(f);
}

static void takes_connections_split_anywhere(void **state)
{
	struct feed *f = listening(FEED_HEP_TCP, "127.0.0.1:0", (struct feed_options){ 0 });
	struct text t = { 0 };

	(void)state;
	hepping_packet(&t, "one", NULL);
	hepping_packet(&t, "two", NULL);
	for (size_t at = 1; at < t.n; at++) {
		int fd = connected(f, SOCK_STREAM);
		assert_int_equal(send(fd, t.p, at, MSG_NOSIGNAL), at);
		if (at % 16 == 0)
			feeding_sleep(2);
		assert_int_equal(send(fd, t.p + at, t.n - at, MSG_NOSIGNAL), t.n - at);
		expect(f, "one");
		expect(f, "two");
		(void)close(fd);
	}
	assert_int_equal(feed_at(f, 0)->refused, 0);
	text_free(&t);
	feed_close(f);
}

static void ends_connections_that_talk_nonsense(void **state)
{
	struct feed *f = listening(FEED_HEP_TCP, "127.0.0.1:0",
				   (struct feed_options){ .hep_auth = "myHep" });
	int fd = connected(f, SOCK_STREAM);

	(void)state;
	assert_int_equal(send(fd, "GET / HTTP/1.0\r\n", 16, MSG_NOSIGNAL), 16);
	closed(fd);
	refused(f, 1);
	fd = connected(f, SOCK_STREAM);
	send_packet(fd, "one", "myHip");
	closed(fd);
	refused(f, 2);
	fd = connected(f, SOCK_STREAM);
	send_packet(fd, "two", "myHep");
	expect(f, "two");
	assert_int_equal(send(fd, "HEP3\0\3", 6, MSG_NOSIGNAL), 6);
	closed(fd);
	refused(f, 3);
	feed_close(f);
}

static void passes_over_packets_too_large(void **state)
{
	struct feed *f = listening(FEED_HEP_TCP, "127.0.0.1:0", (struct feed_options){ 0 });
	int fd = connected(f, SOCK_STREAM);
	struct text t = { 0 };

	(void)state;
	hepping_large(&t, 65535);
	hepping_packet(&t, "after", NULL);
	send_text(fd, &t);
	expect(f, "after");
	refused(f, 1);
	text_free(&t);
	(void)close(fd);
	feed_close(f);
}

static void has_room_for_so_many_senders(void **state)
{
	struct feed *f = listening(FEED_HEP_TCP, "127.0.0.1:0", (struct feed_options){ 0 });
	int fds[SENDERS];

	(void)state;
	for (size_t i = 0; i < SENDERS; i++) {
		fds[i] = connected(f, SOCK_STREAM);
		send_packet(fds[i], "here", NULL);
		expect(f, "here");
	}
	closed(connected(f, SOCK_STREAM));
	refused(f, 1);
	(void)close(fds[0]);
	feeding_sleep(20);
	fds[0] = connected(f, SOCK_STREAM);
	send_packet(fds[0], "again", NULL);
	expect(f, "again");
	for (size_t i = 0; i < SENDERS; i++)
		(void)close(fds[i]);
	feed_close(f);
}

static void stops_at_once(void **state)
{
	static const enum feed_kind kinds[] = { FEED_HEP_UDP, FEED_HEP_TCP };
	struct frame got;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct feed *f = listening(kinds[i], "127.0.0.1:0", (struct feed_options){ 0 });
		int fd = connected(f, kinds[i] == FEED_HEP_TCP ? SOCK_STREAM : SOCK_DGRAM);
		feeding_sleep(20);
		uint64_t before = feeding_ms();
		feed_stop(f);
		while (!feed_over(f))
			assert_int_equal(feed_batch(f, &got, 1, WAIT), 0);
		feed_close(f);
		assert_true(feeding_ms() - before < 200);
		(void)close(fd);
	}
}

static void refuses_addresses_that_are_none(void **state)
{
	static const char *const wrong[] = { "",
					     "9060",
					     ":9060",
					     "localhost:9060",
					     "127.0.0.1",
					     "127.0.0.1:",
					     "127.0.0.1:65536",
					     "::1:9060",
					     "127.0.0.1:90x",
					     "[127.0.0.1:9060" };
	struct feed *f;
	char *why;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const struct feed_source s = { FEED_HEP_UDP, NULL, wrong[i] };
		assert_int_equal(feed_open(&f, &s, 1, (struct feed_options){ 0 }, &why), ERR_USAGE);
		free(why);
	}
	const struct feed_source far = { FEED_HEP_TCP, NULL, "192.0.2.77:9060" };
	assert_int_equal(feed_open(&f, &far, 1, (struct feed_options){ 0 }, &why), ERR_IO);
	assert_non_null(strstr(why, "192.0.2.77:9060: it cannot be listened on"));
	free(why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_datagrams),
		cmocka_unit_test(knows_where_a_datagram_went),
		cmocka_unit_test(refuses_datagrams_without_the_key),
		cmocka_unit_test(counts_datagrams_that_find_no_room),
		cmocka_unit_test(tells_what_the_kernel_dropped),
		cmocka_unit_test(takes_connections_split_anywhere),
		cmocka_unit_test(ends_connections_that_talk_nonsense),
		cmocka_unit_test(passes_over_packets_too_large),
		cmocka_unit_test(has_room_for_so_many_senders),
		cmocka_unit_test(stops_at_once),
		cmocka_unit_test(refuses_addresses_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
