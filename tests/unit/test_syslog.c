/* test_syslog.c - what is given reaches a receiver, at least once, or is counted lost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/watch/output.h"
#include "tests/lib/read5424.h"
#include "tests/lib/receiver.h"

static char folder[] = "/tmp/test-syslog-XXXXXX";
static struct output *o;

static const char *file(const char *name)
{
	static char paths[4][80];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static int make_folder(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(folder))
		return -1;
	receiver_make_certificate(folder, "good", "IP:127.0.0.1,DNS:localhost");
	receiver_make_certificate(folder, "other", "DNS:other.example");
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const all[] = { "good.ca",  "good.cert",  "good.key",
					   "other.ca", "other.cert", "other.key" };
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		(void)unlink(file(all[i]));
	return rmdir(folder);
}

static void give_it(void *ctx, const struct event *e)
{
	(void)ctx;
	output_give(o, e);
}

/* Events with ids "0", "1", ... */
static void give(size_t from, size_t upto)
{
	for (; from < upto; from++) {
		char line[160];
		(void)snprintf(line, sizeof line,
			       "{\"run\":\"r1\",\"event_id\":\"%zu\",\"time\":"
			       "\"2026-01-02T03:04:05.678Z\",\"message\":\"Number %zu\"}",
			       from, from);
		assert_true(event_give_line(EVENT_ALERT, slice_of(line), give_it, NULL));
	}
}

static const char *where(const char *carrier, unsigned port)
{
	static char text[64];

	(void)snprintf(text, sizeof text, "%s:127.0.0.1:%u", carrier, port);
	return text;
}

static void open_with(struct output_syslog_options of)
{
	char *why = NULL;

	of.kinds = ~0u;
	of.facility = 10;
	if (output_syslog(&o, of, &why) != ERR_OK)
		fail_msg("not opened: %s", why);
}

static void open_at(const char *carrier, unsigned port, uint32_t queue)
{
	open_with((struct output_syslog_options){ .where = where(carrier, port), .queue = queue });
	output_start(o);
}

static void open_tls(unsigned port)
{
	open_with((struct output_syslog_options){ .where = where("tls", port),
						  .ca = file("good.ca") });
	output_start(o);
}

static struct receiver *tls_receiver(unsigned port)
{
	return receiver_start((struct receiver_options){ .carrier = RECEIVER_TLS,
							 .port = port,
							 .cert = file("good.cert"),
							 .key = file("good.key") });
}

static struct receiver *receiver(enum receiver_carrier carrier, unsigned port)
{
	if (carrier == RECEIVER_TLS)
		return tls_receiver(port);
	return receiver_start((struct receiver_options){ .carrier = carrier, .port = port });
}

/* Sets how often each id below `n` was received. */
static void tally(struct receiver *r, unsigned *times, size_t n)
{
	static struct read5424 got;

	assert_false(receiver_broken(r));
	for (size_t i = 0; i < receiver_count(r); i++) {
		if (!read5424(slice_of(receiver_message(r, i)), &got))
			fail_msg("breaks the grammar: %s", receiver_message(r, i));
		size_t id = (size_t)atoi(read5424_value(&got, "id"));
		assert_true(id < n);
		times[id]++;
	}
}

static bool wait_until(bool (*is)(const struct output_counters *n, size_t what), size_t what)
{
	const struct timespec pause = { 0, 900000 };

	for (int i = 0; i < 1500; i++) {
		struct output_counters n = output_counters(o);
		if (is(&n, what))
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static bool has_failed(const struct output_counters *n, size_t times)
{
	return n->failures >= times;
}

static bool is_up(const struct output_counters *n, size_t unused)
{
	(void)unused;
	return n->up;
}

static void arrives(enum receiver_carrier carrier, const char *name)
{
	struct receiver *r = receiver(carrier, 0);
	unsigned times[200] = { 0 };

	if (carrier == RECEIVER_TLS)
		open_tls(receiver_port(r));
	else
		open_at(name, receiver_port(r), 0);
	give(0, 200);
	assert_true(receiver_wait(r, 200, 3000));
	output_finish(o, 1000);
	struct output_counters n = output_counters(o);
	assert_int_equal(strncmp(n.name, name, 3), 0);
	assert_int_equal(n.given, 200);
	assert_int_equal(n.sent, 200);
	assert_int_equal(n.lost + n.again + n.waiting + n.reconnects + n.failures, 0);
	output_close(o, 0);
	tally(r, times, 200);
	for (size_t i = 0; i < 200; i++)
		assert_int_equal(times[i], 1);
	assert_non_null(strstr(receiver_message(r, 7), "] Number 7"));
	receiver_free(r);
}

static void arrives_over_udp(void **state)
{
	(void)state;
	arrives(RECEIVER_UDP, "udp");
}

static void arrives_over_tcp(void **state)
{
	(void)state;
	arrives(RECEIVER_TCP, "tcp");
}

static void arrives_over_tls(void **state)
{
	(void)state;
	arrives(RECEIVER_TLS, "tls");
}

/* What is given just before the end is sent all the same. */
static void the_end_waits_for_the_queue(void **state)
{
	(void)state;
	for (int tls = 0; tls < 2; tls++) {
		struct receiver *r = receiver(tls ? RECEIVER_TLS : RECEIVER_TCP, 0);
		if (tls)
			open_tls(receiver_port(r));
		else
			open_at("tcp", receiver_port(r), 0);
		give(0, 5000);
		output_finish(o, 2000);
		assert_int_equal(output_counters(o).lost, 0);
		assert_int_equal(output_counters(o).sent, 5000);
		assert_int_equal(output_counters(o).failures, 0);
		output_close(o, 0);
		assert_true(receiver_wait(r, 5000, 1000));
		assert_false(receiver_broken(r));
		assert_true(receiver_ended(r) == (tls == 1));
		receiver_free(r);
	}
}

/* Killed and started again: nothing is missing, and what may not have been read comes again. */
static void survives_a_restart(enum receiver_carrier carrier)
{
	unsigned times[300] = { 0 }, port;
	struct receiver *r = receiver(carrier, 0);

	port = receiver_port(r);
	if (carrier == RECEIVER_TLS)
		open_tls(port);
	else
		open_at("tcp", port, 0);
	give(0, 100);
	assert_true(receiver_wait(r, 100, 3000));
	receiver_stop(r);
	assert_true(wait_until(has_failed, 1));
	assert_false(output_counters(o).up);
	give(100, 200);
	struct receiver *second = receiver(carrier, port);
	assert_true(receiver_wait(second, 200, 3000));
	give(200, 300);
	assert_true(receiver_wait(second, 300, 3000));
	output_finish(o, 1000);
	struct output_counters n = output_counters(o);
	assert_int_equal(n.given, 300);
	assert_int_equal(n.again, 100);
	assert_int_equal(n.sent, 400);
	assert_int_equal(n.lost, 0);
	assert_int_equal(n.reconnects, 1);
	assert_true(n.why[0]);
	output_close(o, 0);
	tally(second, times, 300);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(times[i], 1);
	/* What comes again comes first, and in its order. */
	assert_non_null(strstr(receiver_message(second, 0), "id=\"0\""));
	assert_non_null(strstr(receiver_message(second, 99), "id=\"99\""));
	assert_non_null(strstr(receiver_message(second, 100), "id=\"100\""));
	receiver_free(r);
	receiver_free(second);
}

static void survives_a_restart_over_tcp(void **state)
{
	(void)state;
	survives_a_restart(RECEIVER_TCP);
}

static void survives_a_restart_over_tls(void **state)
{
	(void)state;
	survives_a_restart(RECEIVER_TLS);
}

/* A receiver that cuts every connection in the middle, and reads nothing of what was under way. */
static void survives_cuts_in_the_middle(void **state)
{
	enum { ALL = 2000 };
	static unsigned times[ALL];
	(void)state;
	struct receiver *r = receiver_start(
		(struct receiver_options){ .carrier = RECEIVER_TCP, .cut_after = 900 });
	unsigned port = receiver_port(r);
	open_at("tcp", port, 0);
	give(0, ALL);
	assert_true(wait_until(has_failed, 2));
	receiver_stop(r);
	struct receiver *second = receiver(RECEIVER_TCP, port);
	assert_true(receiver_wait(second, ALL, 3000));
	output_finish(o, 1000);
	struct output_counters n = output_counters(o);
	assert_int_equal(n.lost, 0);
	assert_int_equal(n.sent - n.again, ALL);
	output_close(o, 0);
	tally(r, times, ALL);
	tally(second, times, ALL);
	for (size_t i = 0; i < ALL; i++)
		assert_true(times[i] >= 1);
	receiver_free(r);
	receiver_free(second);
}

static void beyond_the_queue_the_oldest_are_lost(void **state)
{
	unsigned times[1000] = { 0 }, port = receiver_free_port(RECEIVER_TCP);
	size_t missing = 0;
	(void)state;
	open_at("tcp", port, 64);
	give(0, 1000);
	struct output_counters n = output_counters(o);
	assert_int_equal(n.given, 1000);
	assert_int_equal(n.waiting, 64);
	assert_int_equal(n.lost, 1000 - 64);
	struct receiver *r = receiver(RECEIVER_TCP, port);
	assert_true(receiver_wait(r, 64, 3000));
	output_finish(o, 1000);
	n = output_counters(o);
	assert_int_equal(n.sent, 64);
	output_close(o, 0);
	tally(r, times, 1000);
	for (size_t i = 0; i < 1000; i++) {
		missing += times[i] == 0;
		assert_int_equal(times[i], i >= 1000 - 64);
	}
	assert_int_equal(missing, n.lost);
	receiver_free(r);
}

/* Also by weight: what waits has a bound in bytes whatever the queue's. */
static void the_queue_is_bounded_in_bytes(void **state)
{
	static char said[7900];
	struct event e = {
		.kind = EVENT_ALERT, .id = "x", .message = said, .object = json_object()
	};
	(void)state;
	open_with((struct output_syslog_options){ .where = where("tcp", 9), .queue = 1u << 30 });
	memset(said, 'x', sizeof said - 1);
	for (size_t i = 0; i < 9000; i++)
		output_give(o, &e);
	json_decref(e.object);
	struct output_counters n = output_counters(o);
	assert_int_equal(n.waiting + n.lost, 9000);
	assert_true(n.waiting * 7900 < 64 << 20);
	assert_true(n.lost > 600);
	output_finish(o, 0);
	assert_int_equal(output_counters(o).lost, 9000);
	output_close(o, 0);
}

static void what_is_queued_at_the_end_is_lost(void **state)
{
	(void)state;
	open_at("tcp", receiver_free_port(RECEIVER_TCP), 0);
	give(0, 10);
	assert_true(wait_until(has_failed, 1));
	assert_string_equal(output_counters(o).why, "Connection refused");
	output_finish(o, 50);
	struct output_counters n = output_counters(o);
	assert_int_equal(n.lost, 10);
	assert_int_equal(n.waiting, 0);
	output_close(o, 0);
	open_with((struct output_syslog_options){ .where = where("tcp", 9) });
	give(0, 10); /* never started */
	output_finish(o, 50);
	assert_int_equal(output_counters(o).lost, 10);
	output_close(o, 0);
}

/* Sent, and the receiver gone before the end: nobody knows, so it counts. */
static void what_is_in_doubt_at_the_end_is_lost(void **state)
{
	(void)state;
	struct receiver *r = receiver(RECEIVER_TCP, 0);
	open_at("tcp", receiver_port(r), 0);
	give(0, 10);
	assert_true(receiver_wait(r, 10, 3000));
	receiver_stop(r);
	assert_true(wait_until(has_failed, 1));
	assert_int_equal(output_counters(o).waiting, 10);
	output_finish(o, 0);
	assert_int_equal(output_counters(o).lost, 10);
	output_close(o, 0);
	receiver_free(r);
}

static void nobody_listens_to_datagrams(void **state)
{
	(void)state;
	unsigned port = receiver_free_port(RECEIVER_UDP);
	open_at("udp", port, 0);
	give(0, 10);
	assert_true(wait_until(has_failed, 1));
	struct output_counters n = output_counters(o);
	assert_true(n.lost >= 1);
	assert_int_equal(n.sent + n.lost + n.waiting, 10);
	struct receiver *r = receiver(RECEIVER_UDP, port);
	assert_true(receiver_wait(r, 8, 3000));
	output_finish(o, 1000);
	n = output_counters(o);
	assert_int_equal(receiver_count(r) + n.lost, 10);
	output_close(o, 0);
	receiver_free(r);
}

/* ---- TLS --------------------------------------------------------------------------------- */

static void expect_refused(struct output_syslog_options of, struct receiver *r, const char *why)
{
	of.where = where("tls", receiver_port(r));
	open_with(of);
	output_start(o);
	give(0, 3);
	assert_true(wait_until(has_failed, 1));
	struct output_counters n = output_counters(o);
	assert_false(n.up);
	if (!strstr(n.why, why))
		fail_msg("\"%s\" and not \"%s\"", n.why, why);
	output_finish(o, 0);
	assert_int_equal(output_counters(o).lost, 3);
	output_close(o, 0);
	assert_int_equal(receiver_count(r), 0);
}

static void an_authority_that_is_not_ours_is_refused(void **state)
{
	(void)state;
	struct receiver *r = tls_receiver(0);
	expect_refused((struct output_syslog_options){ .ca = file("other.ca") }, r,
		       "certificate refused: ");
	receiver_free(r);
}

static void a_name_that_is_not_its_own_is_refused(void **state)
{
	(void)state;
	struct receiver *r = tls_receiver(0);
	expect_refused(
		(struct output_syslog_options){ .ca = file("good.ca"), .peer = "log.example" }, r,
		"certificate refused: hostname mismatch");
	expect_refused((struct output_syslog_options){ .ca = file("good.ca"), .peer = "127.0.0.2" },
		       r, "certificate refused: IP address mismatch");
	receiver_free(r);
	r = receiver_start((struct receiver_options){
		.carrier = RECEIVER_TLS, .cert = file("other.cert"), .key = file("other.key") });
	expect_refused((struct output_syslog_options){ .ca = file("other.ca") }, r,
		       "certificate refused: IP address mismatch");
	receiver_free(r);
}

static void a_name_other_than_the_host_can_be_asked_for(void **state)
{
	(void)state;
	struct receiver *r = tls_receiver(0);
	open_with((struct output_syslog_options){ .where = where("tls", receiver_port(r)),
						  .ca = file("good.ca"),
						  .peer = "localhost" });
	output_start(o);
	give(0, 1);
	assert_true(receiver_wait(r, 1, 3000));
	output_close(o, 1000);
	receiver_free(r);
}

static void own_certificates_are_shown(void **state)
{
	(void)state;
	struct receiver *r =
		receiver_start((struct receiver_options){ .carrier = RECEIVER_TLS,
							  .cert = file("good.cert"),
							  .key = file("good.key"),
							  .client_ca = file("other.ca") });
	struct output_syslog_options of = { .where = where("tls", receiver_port(r)),
					    .ca = file("good.ca"),
					    .cert = file("other.cert"),
					    .key = file("other.key") };
	open_with(of);
	output_start(o);
	give(0, 3);
	assert_true(receiver_wait(r, 3, 3000));
	output_close(o, 1000);
	of.cert = NULL;
	open_with(of);
	output_start(o);
	give(0, 3);
	assert_true(wait_until(has_failed, 1));
	assert_int_equal(receiver_count(r), 3);
	output_close(o, 0);
	receiver_free(r);
}

static void plain_text_is_no_tls(void **state)
{
	(void)state;
	struct receiver *r = receiver(RECEIVER_TCP, 0);
	open_tls(receiver_port(r));
	assert_true(wait_until(has_failed, 1));
	assert_int_equal(receiver_count(r), 0);
	output_close(o, 0);
	receiver_free(r);
}

/* ---- what is refused ---------------------------------------------------------------------- */

static void expect_usage(struct output_syslog_options of, const char *part)
{
	char *why = NULL;

	assert_int_equal(output_syslog(&o, of, &why), ERR_USAGE);
	assert_non_null(why);
	if (!strstr(why, part))
		fail_msg("\"%s\" does not say \"%s\"", why, part);
	free(why);
}

static void where_must_be_one(void **state)
{
	static const char *const wrong[] = {
		"",	      "tls",	  "tls:",	 "tls::6514",
		"sctp:x:1",   "tcp:h:0",  "tcp:h:65536", "tcp:h:",
		"tcp:h:1:2",  "tcp:[::1", "tcp:[::1]x",	 "tcp:[]:1",
		"tcp:::1",    "tcp:h:-1", "tcp:h:+1",	 "127.0.0.1:514",
		"tcp:h:0x10",
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		expect_usage((struct output_syslog_options){ .where = wrong[i] },
			     "not udp:HOST:PORT");
}

static void ports_have_their_usual_number(void **state)
{
	static const char *const all[][2] = { { "udp:127.0.0.1", "udp:127.0.0.1:514" },
					      { "TCP:127.0.0.1", "tcp:127.0.0.1:601" },
					      { "tls:[::1]", "tls:[::1]:6514" },
					      { "tcp:[::1]:7", "tcp:[::1]:7" } };
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		open_with((struct output_syslog_options){ .where = all[i][0],
							  .ca = file("good.ca") });
		assert_string_equal(output_counters(o).name, all[i][1]);
		output_close(o, 0);
	}
}

static void files_must_be_readable(void **state)
{
	(void)state;
	expect_usage(
		(struct output_syslog_options){ .where = "tls:127.0.0.1", .ca = "/nonexistent/ca" },
		"/nonexistent/ca");
	expect_usage(
		(struct output_syslog_options){ .where = "tls:127.0.0.1", .ca = file("good.key") },
		"good.key");
	expect_usage((struct output_syslog_options){ .where = "tls:127.0.0.1",
						     .ca = file("good.ca"),
						     .cert = file("good.key") },
		     "cannot read a certificate");
	expect_usage((struct output_syslog_options){ .where = "tls:127.0.0.1",
						     .ca = file("good.ca"),
						     .cert = file("good.cert"),
						     .key = file("other.key") },
		     "key");
}

/* The thread waits in vain for an answer; the caller does not. */
static void the_end_comes_in_time(void **state)
{
	struct timespec before, after;
	(void)state;
	struct receiver *r = receiver(RECEIVER_TCP, 0);
	open_tls(receiver_port(r)); /* takes the hello and never answers */
	give(0, 3);
	for (int i = 0; i < 1000 && !receiver_accepted(r); i++)
		(void)receiver_wait(r, 1, 2);
	assert_int_equal(receiver_accepted(r), 1);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	output_close(o, 200);
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
			    (after.tv_nsec - before.tv_nsec) / 1000000 <
		    450);
	receiver_free(r);
}

static void an_idle_receiver_that_closes_is_noticed(void **state)
{
	(void)state;
	struct receiver *r = receiver(RECEIVER_TCP, 0);
	unsigned port = receiver_port(r);
	open_at("tcp", port, 0);
	assert_true(wait_until(is_up, 0));
	receiver_stop(r);
	assert_true(wait_until(has_failed, 1));
	struct receiver *second = receiver(RECEIVER_TCP, port);
	assert_true(wait_until(is_up, 0));
	assert_int_equal(output_counters(o).reconnects, 1);
	output_close(o, 100);
	receiver_free(r);
	receiver_free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives_over_udp),
		cmocka_unit_test(arrives_over_tcp),
		cmocka_unit_test(arrives_over_tls),
		cmocka_unit_test(the_end_waits_for_the_queue),
		cmocka_unit_test(survives_a_restart_over_tcp),
		cmocka_unit_test(survives_a_restart_over_tls),
		cmocka_unit_test(survives_cuts_in_the_middle),
		cmocka_unit_test(beyond_the_queue_the_oldest_are_lost),
		cmocka_unit_test(the_queue_is_bounded_in_bytes),
		cmocka_unit_test(what_is_queued_at_the_end_is_lost),
		cmocka_unit_test(what_is_in_doubt_at_the_end_is_lost),
		cmocka_unit_test(nobody_listens_to_datagrams),
		cmocka_unit_test(an_authority_that_is_not_ours_is_refused),
		cmocka_unit_test(a_name_that_is_not_its_own_is_refused),
		cmocka_unit_test(a_name_other_than_the_host_can_be_asked_for),
		cmocka_unit_test(own_certificates_are_shown),
		cmocka_unit_test(plain_text_is_no_tls),
		cmocka_unit_test(where_must_be_one),
		cmocka_unit_test(ports_have_their_usual_number),
		cmocka_unit_test(files_must_be_readable),
		cmocka_unit_test(the_end_comes_in_time),
		cmocka_unit_test(an_idle_receiver_that_closes_is_noticed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
