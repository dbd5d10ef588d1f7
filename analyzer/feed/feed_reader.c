/* feed_reader.c - copies frames into the queue, and tells of those that found no room. */
#include "analyzer/feed/feed_reader.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"

/* Octets after which the other side is told, though more are at hand. */
enum { HAND_ON = 128 * 1024, QUEUE_DEFAULT = 16 << 20, TELL_MS = 100 };

bool feed_reader_open(struct feed_reader *r)
{
	return feed_queue_open(&r->queue, r->options->queue ? r->options->queue : QUEUE_DEFAULT);
}

static void wake(struct feed_reader *r)
{
	static const uint64_t one = 1;

	if (atomic_load(&r->waker->asleep) && atomic_exchange(&r->waker->asleep, false))
		(void)!write(r->waker->fd, &one, sizeof one);
}

/* Whoever sees `ended` may read the last report from here, should the queue have no room for it. */
static void end(struct feed_reader *r)
{
	feed_reader_up(r, false);
	feed_queue_commit(&r->queue);
	atomic_store(&r->ended, true);
	wake(r);
}

static void *run(void *arg)
{
	struct feed_reader *r = arg;

	r->kind->run(r);
	end(r);
	return NULL;
}

/* Signals are for the thread that judges. */
void feed_reader_start(struct feed_reader *r)
{
	sigset_t all, before;

	atomic_store(&r->up, true);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r->threaded = pthread_create(&r->thread, NULL, run, r) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r->threaded)
		return;
	feed_reader_outage(r, "no thread could be started to read it");
	end(r);
}

void feed_reader_close(struct feed_reader *r)
{
	if (r->threaded)
		(void)pthread_join(r->thread, NULL);
	r->kind->close(r);
	feed_queue_close(&r->queue);
	free(r->where);
	free(r->name);
}

bool feed_reader_pause(const struct feed_reader *r, int ms)
{
	struct pollfd on = { .fd = r->stop, .events = POLLIN };

	return poll(&on, 1, ms) > 0;
}

bool feed_reader_wait(struct feed_reader *r, int fd, int ms, short *events)
{
	struct pollfd on[2] = { { .fd = fd, .events = POLLIN },
				{ .fd = r->stop, .events = POLLIN } };

	int got;

	/* A loss that found no room in the queue is told as soon as it has some. */
	do {
		feed_reader_flush(r);
		got = poll(on, 2, r->unreported ? TELL_MS : ms);
	} while (got == 0 && ms < 0);
	*events = on[0].revents;
	return !on[1].revents;
}

/* False: no room now. What was lost is told before any frame that comes after it. */
static bool tell_losses(struct feed_reader *r)
{
	struct feed_record *to = feed_queue_place(&r->queue, sizeof r->report);

	if (!to)
		return false;
	to->kind = FEED_QUEUE_REPORT;
	memcpy(feed_queue_bytes(to), &r->report, sizeof r->report);
	feed_queue_put(&r->queue);
	r->unreported = false;
	return true;
}

static struct feed_record *place(struct feed_reader *r, size_t n)
{
	if (r->unreported && !tell_losses(r))
		return NULL;
	return feed_queue_place(&r->queue, n);
}

/* NULL: the frame is lost, or the feed was stopped. */
static struct feed_record *place_or_wait(struct feed_reader *r, size_t n)
{
	struct feed_record *to = place(r, n);

	while (!to && !r->kind->lives && !feed_reader_stopping(r)) {
		feed_reader_flush(r);
		feed_queue_wait(&r->queue, r->stop, -1);
		to = place(r, n);
	}
	return to;
}

bool feed_reader_room(struct feed_reader *r, int ms)
{
	if (feed_reader_has_room(r))
		return true;
	feed_reader_flush(r);
	feed_queue_wait(&r->queue, r->stop, ms);
	return feed_reader_has_room(r);
}

void feed_reader_give(struct feed_reader *r, const struct frame *f)
{
	size_t n = f->bytes.n < FEED_QUEUE_LARGEST ? f->bytes.n : FEED_QUEUE_LARGEST;
	struct feed_record *to = place_or_wait(r, n);

	if (!to && !r->kind->lives)
		return;
	r->number++;
	if (!to) {
		r->report.queue_drops++;
		r->report.lost_ns = f->ts_ns;
		r->unreported = true;
		return;
	}
	to->kind = FEED_QUEUE_FRAME;
	to->number = r->number;
	to->ts_ns = f->ts_ns;
	to->arrived_ns = clock_coarse();
	to->captured = (uint32_t)n;
	to->wire_len = f->wire_len;
	to->iface = f->iface;
	to->link_type = f->link_type;
	if (n)
		memcpy(feed_queue_bytes(to), f->bytes.p, n);
	feed_queue_put(&r->queue);
	if (feed_queue_held(&r->queue) >= HAND_ON)
		feed_reader_flush(r);
}

void feed_reader_flush(struct feed_reader *r)
{
	if (r->unreported)
		(void)tell_losses(r);
	feed_queue_commit(&r->queue);
	wake(r);
}

void feed_reader_lost(struct feed_reader *r, uint64_t kernel, uint64_t interface, uint64_t until_ns)
{
	if (!kernel && !interface)
		return;
	r->report.kernel_drops += kernel;
	r->report.interface_drops += interface;
	if (until_ns > r->report.lost_ns)
		r->report.lost_ns = until_ns;
	r->unreported = true;
}

static void __attribute__((format(printf, 2, 0)))
say_why(struct feed_reader *r, const char *format, va_list args)
{
	(void)vsnprintf(r->report.why, sizeof r->report.why, format, args);
	r->unreported = true;
}

void feed_reader_outage(struct feed_reader *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_why(r, format, args);
	va_end(args);
	r->report.outages++;
}

void feed_reader_still(struct feed_reader *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_why(r, format, args);
	va_end(args);
}

void feed_reader_up(struct feed_reader *r, bool up)
{
	atomic_store(&r->up, up);
}

void feed_reader_refuse(struct feed_reader *r)
{
	atomic_fetch_add_explicit(&r->refused, 1, memory_order_relaxed);
}

void feed_reader_secret(struct feed_reader *r, const struct capture_secret *s)
{
	struct capture_secret own = *s;

	own.input = r->input;
	if (!feed_secret_add(r->secrets, &own))
		feed_reader_outage(r, "more decryption secrets than are held: %zu octets not used",
				   s->text.n);
}
