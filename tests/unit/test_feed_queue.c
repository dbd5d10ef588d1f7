/* test_feed_queue.c - the ring between a reader and the thread that judges, and secrets beside it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "analyzer/feed/feed_queue.h"
#include "analyzer/feed/feed_secret.h"

enum { MANY = 200000 };

/* Lengths and bytes follow from the number alone, so that both sides know them. */
static size_t length_of(uint64_t number)
{
	return number % 1000 == 0 ? FEED_QUEUE_LARGEST : (size_t)(number * 7919 % 1500);
}

static bool put(struct feed_queue *q, uint64_t number)
{
	size_t n = length_of(number);
	struct feed_record *r = feed_queue_place(q, n);

	if (!r)
		return false;
	r->kind = FEED_QUEUE_FRAME;
	r->number = number;
	r->captured = (uint32_t)n;
	memset(feed_queue_bytes(r), (uint8_t)number, n);
	feed_queue_put(q);
	return true;
}

static void expect(const struct feed_record *r, uint64_t number)
{
	const uint8_t *bytes = (const uint8_t *)(r + 1);

	assert_int_equal(r->number, number);
	assert_int_equal(r->captured, length_of(number));
	if (r->captured) {
		assert_int_equal(bytes[0], (uint8_t)number);
		assert_int_equal(bytes[r->captured - 1], (uint8_t)number);
	}
}

struct scene {
	struct feed_queue q;
	int stop;
};

static void *write_all(void *arg)
{
	struct scene *s = arg;

	for (uint64_t i = 1; i <= MANY; i++) {
		while (!put(&s->q, i)) {
			feed_queue_commit(&s->q);
			feed_queue_wait(&s->q, s->stop, -1);
		}
		if (i % 50 == 0)
			feed_queue_commit(&s->q);
	}
	feed_queue_commit(&s->q);
	return NULL;
}

static void hands_all_on_in_order_however_it_wraps(void **state)
{
	static struct scene s;
	const struct feed_record *r;
	pthread_t writer;

	(void)state;
	s.stop = eventfd(0, EFD_CLOEXEC);
	assert_true(feed_queue_open(&s.q, 1));
	assert_int_equal(s.q.octets, FEED_QUEUE_SMALLEST);
	assert_int_equal(pthread_create(&writer, NULL, write_all, &s), 0);
	for (uint64_t i = 1; i <= MANY;) {
		feed_queue_release(&s.q);
		while ((r = feed_queue_look(&s.q))) {
			expect(r, i++);
			feed_queue_take(&s.q);
		}
	}
	(void)pthread_join(writer, NULL);
	assert_null(feed_queue_look(&s.q));
	assert_int_equal(feed_queue_waiting(&s.q), 0);
	feed_queue_close(&s.q);
	(void)close(s.stop);
}

static void shows_nothing_before_it_is_committed(void **state)
{
	struct feed_queue q = { 0 };

	(void)state;
	assert_true(feed_queue_open(&q, 0));
	assert_true(put(&q, 1));
	assert_null(feed_queue_look(&q));
	assert_true(feed_queue_held(&q) > 0);
	feed_queue_commit(&q);
	assert_int_equal(feed_queue_held(&q), 0);
	expect(feed_queue_look(&q), 1);
	feed_queue_close(&q);
}

/* What was handed out stays as it was until it is released, whatever the writer has. */
static void overwrites_nothing_that_is_not_released(void **state)
{
	struct feed_queue q = { 0 };
	uint64_t n = 1, again;

	(void)state;
	assert_true(feed_queue_open(&q, 0));
	while (put(&q, n))
		n++;
	feed_queue_commit(&q);
	for (uint64_t i = 1; i < n; i++) {
		expect(feed_queue_look(&q), i);
		feed_queue_take(&q);
		assert_false(put(&q, 1000));
	}
	feed_queue_release(&q);
	for (again = n; put(&q, again); again++)
		;
	assert_true(again > n);
	feed_queue_close(&q);
}

static void *stop_soon(void *arg)
{
	const struct scene *s = arg;
	const uint64_t one = 1;

	(void)usleep(20000);
	assert_int_equal(write(s->stop, &one, sizeof one), sizeof one);
	return NULL;
}

static void waits_no_longer_than_the_feed_lasts(void **state)
{
	static struct scene s;
	pthread_t other;

	(void)state;
	s.stop = eventfd(0, EFD_CLOEXEC);
	assert_true(feed_queue_open(&s.q, 0));
	for (uint64_t n = 1; put(&s.q, n); n++)
		;
	feed_queue_commit(&s.q);
	assert_int_equal(pthread_create(&other, NULL, stop_soon, &s), 0);
	feed_queue_wait(&s.q, s.stop, -1);
	(void)pthread_join(other, NULL);
	feed_queue_close(&s.q);
	(void)close(s.stop);
}

static void waits_no_longer_than_asked(void **state)
{
	static struct scene s;

	(void)state;
	s.stop = eventfd(0, EFD_CLOEXEC);
	assert_true(feed_queue_open(&s.q, 0));
	assert_true(feed_queue_room(&s.q));
	for (uint64_t n = 1; put(&s.q, n); n++)
		;
	feed_queue_commit(&s.q);
	feed_queue_wait(&s.q, s.stop, 20);
	assert_false(feed_queue_room(&s.q));
	while (feed_queue_look(&s.q))
		feed_queue_take(&s.q);
	feed_queue_release(&s.q);
	feed_queue_wait(&s.q, s.stop, -1);
	assert_true(feed_queue_room(&s.q));
	feed_queue_close(&s.q);
	(void)close(s.stop);
}

static void holds_a_power_of_two(void **state)
{
	struct feed_queue q = { 0 };

	(void)state;
	assert_true(feed_queue_open(&q, 5 << 20));
	assert_int_equal(q.octets, 4 << 20);
	assert_null(feed_queue_place(&q, FEED_QUEUE_LARGEST + 1));
	feed_queue_close(&q);
}

static void keeps_each_secret_once(void **state)
{
	struct feed_secret *s = feed_secret_new();
	const struct capture_secret one = { 1, 3, SLICE("one") }, two = { 1, 4, SLICE("two") };
	const struct capture_secret *all;

	(void)state;
	assert_int_equal(feed_secret_list(s, &all), 0);
	assert_true(feed_secret_add(s, &one));
	assert_true(feed_secret_add(s, &two));
	assert_true(feed_secret_add(s, &one));
	assert_int_equal(feed_secret_list(s, &all), 2);
	assert_true(slice_eq(all[0].text, one.text) && all[0].text.p != one.text.p);
	assert_int_equal(all[1].input, 4);
	feed_secret_free(s);
}

/* A hostile capture can hold as many as it likes. */
static void holds_no_more_secrets_than_it_has_room_for(void **state)
{
	struct feed_secret *s = feed_secret_new();
	const struct capture_secret *all;
	uint32_t i = 0;

	(void)state;
	do {
		struct capture_secret one = { 1, 0, { (const uint8_t *)&i, sizeof i } };
		if (!feed_secret_add(s, &one))
			break;
	} while (++i < 100000);
	assert_int_equal(i, 65536);
	assert_int_equal(feed_secret_list(s, &all), 65536);
	feed_secret_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_all_on_in_order_however_it_wraps),
		cmocka_unit_test(shows_nothing_before_it_is_committed),
		cmocka_unit_test(overwrites_nothing_that_is_not_released),
		cmocka_unit_test(waits_no_longer_than_the_feed_lasts),
		cmocka_unit_test(waits_no_longer_than_asked),
		cmocka_unit_test(holds_a_power_of_two),
		cmocka_unit_test(keeps_each_secret_once),
		cmocka_unit_test(holds_no_more_secrets_than_it_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
