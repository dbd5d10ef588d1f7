/*
 * test_feed_interface.c - a pair of interfaces in a network namespace of the test's own: what is
 * sent into one end comes out of the feed on the other. Skipped where that is not allowed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "tests/lib/feeding.h"

enum { WAIT = 3000, FRAME = 200 };

static bool allowed;

static void run(const char *command)
{
	assert_int_equal(system(command), 0);
}

static void make_pair(void)
{
	run("ip link add feed0 type veth peer name feed1");
	run("ip link set feed0 up && ip link set feed1 up");
}

static int own_network(void **state)
{
	(void)state;
	allowed = geteuid() == 0 && unshare(CLONE_NEWNET) == 0 &&
		  system("ip link set lo up 2>/dev/null") == 0 &&
		  system("echo 1 | tee /proc/sys/net/ipv6/conf/default/disable_ipv6 >/dev/null 2>&1"
			 " && ip link add feed0 type veth peer name feed1 2>/dev/null &&"
			 " ip link del feed0") == 0;
	return 0;
}

static struct feed *open_on(struct feed_options o)
{
	const struct feed_source s = { FEED_INTERFACE, NULL, "feed0" };
	struct feed *f;
	char *why = NULL;

	if (!allowed)
		skip();
	make_pair();
	assert_int_equal(feed_open(&f, &s, 1, o, &why), ERR_OK);
	return f;
}

static struct feed *listen_on(struct feed_options o)
{
	struct feed *f = open_on(o);

	feed_start(f);
	feeding_sleep(20);
	return f;
}

static void end(struct feed *f)
{
	feed_close(f);
	run("ip link del feed1");
}

static int sender(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0800) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	a.sll_ifindex = (int)if_nametoindex("feed1");
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* UDP in IPv4, numbered in its last octet. */
static void put(uint8_t *p, unsigned number, uint16_t port, bool later)
{
	memset(p, 0, FRAME);
	memset(p, 0xff, 6);
	p[6] = 2;
	p[12] = 8;
	p[14] = 0x45;
	p[17] = FRAME - 14;
	p[21] = later ? 9 : 0;
	p[23] = 17;
	p[26] = p[30] = 10;
	p[33] = 1;
	p[34] = p[36] = (uint8_t)(port >> 8);
	p[35] = p[37] = (uint8_t)port;
	p[FRAME - 1] = (uint8_t)number;
}

static void send_frame(int fd, unsigned number, uint16_t port, bool later)
{
	uint8_t p[FRAME];

	put(p, number, port, later);
	assert_int_equal(send(fd, p, sizeof p, 0), sizeof p);
}

static void send_one(unsigned number)
{
	int fd = sender();

	send_frame(fd, number, 5060, false);
	(void)close(fd);
}

static void expect(struct feed *f, unsigned number)
{
	struct frame got;

	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_int_equal(got.bytes.n, FRAME);
	assert_int_equal(got.bytes.p[FRAME - 1], number);
}

/* Some state is told within two seconds. */
static void becomes(struct feed *f, bool up, uint64_t outages)
{
	struct frame got;

	for (int i = 0; i < 200; i++) {
		assert_int_equal(feed_batch(f, &got, 1, 10), 0);
		const struct feed_input *in = feed_at(f, 0);
		if (in->up == up && in->outages >= outages)
			break;
	}
	assert_int_equal(feed_at(f, 0)->up, up);
	assert_int_equal(feed_at(f, 0)->outages, outages);
}

static void gives_what_comes(void **state)
{
	struct feed *f = listen_on((struct feed_options){ 0 });
	struct frame got;

	(void)state;
	send_one(1);
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_int_equal(got.number, 1);
	assert_int_equal(got.link_type, 1);
	assert_int_equal(got.wire_len, FRAME);
	assert_in_range(got.ts_ns / 1000000000, (uint64_t)time(NULL) - 5, (uint64_t)time(NULL));
	assert_string_equal(feed_at(f, 0)->label, "feed0");
	assert_true(feed_at(f, 0)->up);
	end(f);
}

static void cuts_at_the_snap_length(void **state)
{
	struct feed *f = listen_on((struct feed_options){ .snaplen = 100 });
	struct frame got;

	(void)state;
	send_one(1);
	assert_int_equal(feed_batch(f, &got, 1, WAIT), 1);
	assert_int_equal(got.bytes.n, 100);
	assert_int_equal(got.wire_len, FRAME);
	assert_int_equal(feed_at(f, 0)->snaplen_cut, 1);
	end(f);
}

static void filters_in_the_kernel_and_keeps_fragments(void **state)
{
	struct feed *f = listen_on((struct feed_options){ .bpf = "udp port 5060" });

	(void)state;
	int fd = sender();
	send_frame(fd, 1, 4000, false);
	send_frame(fd, 2, 5060, false);
	send_frame(fd, 3, 4000, true);
	send_frame(fd, 4, 4000, false);
	send_frame(fd, 5, 5060, false);
	(void)close(fd);
	expect(f, 2);
	expect(f, 3);
	expect(f, 5);
	assert_int_equal(feed_at(f, 0)->packets, 3);
	end(f);
}

static void survives_down_and_up(void **state)
{
	struct feed *f = listen_on((struct feed_options){ 0 });

	(void)state;
	send_one(1);
	expect(f, 1);
	run("ip link set feed0 down");
	becomes(f, false, 1);
	assert_string_equal(feed_at(f, 0)->why, "the interface went down");
	run("ip link set feed0 up");
	becomes(f, true, 1);
	send_one(2);
	expect(f, 2);
	/* So short that nobody looked meanwhile. */
	run("ip link set feed0 down && ip link set feed0 up");
	becomes(f, true, 2);
	send_one(3);
	expect(f, 3);
	end(f);
}

static void opens_again_what_was_made_anew(void **state)
{
	struct feed *f = listen_on((struct feed_options){ 0 });

	(void)state;
	send_one(1);
	expect(f, 1);
	run("ip link del feed1");
	for (int i = 0; i < 200 && feed_at(f, 0)->up; i++)
		feeding_sleep(10);
	assert_false(feed_at(f, 0)->up);
	make_pair();
	for (int i = 0; i < 300 && !feed_at(f, 0)->up; i++)
		feeding_sleep(10);
	assert_true(feed_at(f, 0)->up);
	assert_in_range(feed_at(f, 0)->outages, 1, 2);
	send_one(2);
	expect(f, 2);
	end(f);
}

static void stops_at_once(void **state)
{
	struct feed *f = listen_on((struct feed_options){ 0 });
	struct frame got;

	(void)state;
	send_one(1);
	expect(f, 1);
	uint64_t before = feeding_ms();
	feed_stop(f);
	while (!feed_over(f))
		(void)feed_batch(f, &got, 1, WAIT);
	end(f);
	assert_true(feeding_ms() - before < 300);
}

/* Nobody reads yet: the kernel's ring fills, and it counts what it drops. */
static void tells_what_the_kernel_dropped(void **state)
{
	enum { SENT = 20000 };
	struct feed *f = open_on((struct feed_options){ .buffer = 1 << 20 });

	(void)state;
	int fd = sender();
	for (unsigned i = 0; i < SENT; i++)
		send_frame(fd, i, 5060, false);
	feed_start(f);
	size_t given = feeding_all(f, 500);
	assert_true(feed_at(f, 0)->kernel_drops > 0);
	assert_int_equal(given + feed_at(f, 0)->kernel_drops, SENT);
	assert_int_equal(feed_at(f, 0)->queue_drops, 0);
	(void)close(fd);
	end(f);
}

/* Nobody judges yet: the queue fills, then the kernel's ring, which alone drops what neither holds.
 */
static void leaves_to_the_kernel_what_finds_no_room(void **state)
{
	enum { SENT = 40000 };
	struct feed *f = listen_on((struct feed_options){ .queue = 1, .buffer = 1 << 20 });
	struct frame got[CAPTURE_BATCH];
	uint64_t given = 0, last = 0;
	size_t n;

	(void)state;
	int fd = sender();
	for (unsigned i = 0; i < SENT; i++)
		send_frame(fd, i, 5060, false);
	(void)close(fd);
	feeding_sleep(300);
	assert_true(feed_pressed(f));
	while ((n = feed_batch(f, got, CAPTURE_BATCH, 500))) {
		given += n;
		last = got[n - 1].number;
	}
	const struct feed_input *in = feed_at(f, 0);
	assert_int_equal(in->packets, given);
	assert_false(feed_pressed(f));
	assert_true(in->kernel_drops > 0);
	assert_int_equal(in->queue_drops, 0);
	assert_int_equal(given + in->kernel_drops, SENT);
	assert_int_equal(last, given);
	assert_true(in->lost_ns >= in->first_ns && in->lost_ns <= clock_day());
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_comes),
		cmocka_unit_test(cuts_at_the_snap_length),
		cmocka_unit_test(filters_in_the_kernel_and_keeps_fragments),
		cmocka_unit_test(survives_down_and_up),
		cmocka_unit_test(opens_again_what_was_made_anew),
		cmocka_unit_test(stops_at_once),
		cmocka_unit_test(tells_what_the_kernel_dropped),
		cmocka_unit_test(leaves_to_the_kernel_what_finds_no_room),
	};

	return cmocka_run_group_tests(tests, own_network, NULL);
}
