/* syslog.c - messages wait, are sent, and are kept for a while after: one thread a receiver. */
#include "analyzer/watch/syslog.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/output_kind.h"
#include "analyzer/watch/syslog_list.h"

#define KEPT	    (30 * WHEN_SECOND) /* what was sent is in doubt for so long */
#define FIRST_PAUSE (250 * WHEN_MS)
#define LAST_PAUSE  (10 * WHEN_SECOND)
#define LIVED	    WHEN_SECOND /* a connection that lasted so long was one */

enum {
	BATCH_BYTES = 65536,
	BATCH_COUNT = 256,
	SECONDS_NOTED = 32, /* more than KEPT has */
	IDLE_MS = 1000,
	GRACE_MS = 100,
};

/*
 * `waiting` and the counters are shared and have the lock; what was sent is the thread's own.
 * Whoever ends last frees it: a thread that hangs in a name server's answer is not waited for.
 */
struct syslog {
	struct output base;
	struct syslog_message_as as;
	struct syslog_link_to to;
	size_t queue;
	struct text draft, framed; /* of the giver */

	pthread_mutex_t lock;
	struct output_counters n;
	struct syslog_list waiting;
	size_t in_doubt; /* length of `again`, for who may not look at it */
	bool idle, closing, running, left;

	pthread_t thread;
	int wake;
	struct syslog_link *link;
	struct syslog_list again, kept; /* to be sent again; sent of late, oldest first */
	struct text out;
	uint64_t pause_ns, next_ns, opened_ns;
	bool numeric, was_open, asked_again;
	/* Sent of late and not kept, since there was no room: how many in which second. */
	struct {
		uint64_t second;
		size_t count;
	} noted[SECONDS_NOTED];
};

static struct syslog *syslog_of(struct output *o)
{
	return (struct syslog *)o;
}

static void lock(struct syslog *s)
{
	(void)pthread_mutex_lock(&s->lock);
}

static void unlock(struct syslog *s)
{
	(void)pthread_mutex_unlock(&s->lock);
}

static void wake(struct syslog *s)
{
	uint64_t one = 1;

	if (s->wake >= 0 && write(s->wake, &one, sizeof one) < 0)
		return; /* it is awake already */
}

/* ---- what waits -------------------------------------------------------------------------- */

/* With the lock. The oldest go first. */
static void keep_bounds(struct syslog *s)
{
	while (s->waiting.count > s->queue || s->waiting.bytes > SYSLOG_BYTES)
		s->n.lost += syslog_list_drop(&s->waiting);
}

/* Octet counting (RFC 6587 3.4.1, RFC 5425 4.3); a datagram needs none. */
static struct slice framed(struct syslog *s)
{
	struct slice message = text_slice(&s->draft);

	if (s->to.carrier == OUTPUT_UDP)
		return message;
	text_clear(&s->framed);
	text_add_number(&s->framed, message.n);
	text_add(&s->framed, " ");
	text_add_slice(&s->framed, message);
	return text_slice(&s->framed);
}

static void give(struct output *o, const struct event *e)
{
	struct syslog *s = syslog_of(o);

	text_clear(&s->draft);
	syslog_message_add(&s->draft, &s->as, e);
	struct syslog_list_item *i = syslog_list_item(framed(s));
	lock(s);
	s->n.given++;
	syslog_list_add(&s->waiting, i);
	keep_bounds(s);
	bool asleep = s->idle;
	s->idle = false;
	unlock(s);
	if (asleep)
		wake(s);
}

/* ---- what was sent ----------------------------------------------------------------------- */

static void note_forgotten(struct syslog *s, uint64_t sent_ns)
{
	uint64_t second = sent_ns / WHEN_SECOND;
	size_t at = second % SECONDS_NOTED;

	if (s->noted[at].second != second)
		s->noted[at].count = 0;
	s->noted[at].second = second;
	s->noted[at].count++;
}

static size_t take_forgotten(struct syslog *s, uint64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < SECONDS_NOTED; i++) {
		if ((s->noted[i].second + 1) * WHEN_SECOND + KEPT > now)
			n += s->noted[i].count;
		s->noted[i].count = 0;
	}
	return n;
}

static void forget_old(struct syslog *s, uint64_t now)
{
	while (s->kept.first && s->kept.first->sent_ns + KEPT < now)
		(void)syslog_list_drop(&s->kept);
	while (s->kept.bytes > SYSLOG_BYTES) {
		note_forgotten(s, s->kept.first->sent_ns);
		(void)syslog_list_drop(&s->kept);
	}
}

/* ---- the connection ---------------------------------------------------------------------- */

static void pause_longer(struct syslog *s, uint64_t now)
{
	s->next_ns = now + s->pause_ns;
	s->pause_ns = s->pause_ns * 2 < LAST_PAUSE ? s->pause_ns * 2 : LAST_PAUSE;
}

static void fail(struct syslog *s, const char *why)
{
	lock(s);
	output_failed(&s->n, why, 0);
	unlock(s);
	pause_longer(s, clock_steady());
}

/* A name may lead elsewhere by now; where nobody can be asked what was known is tried. */
static void open_link(struct syslog *s)
{
	char why[SYSLOG_LINK_WHY];
	const char *unused;

	if (!s->numeric && s->asked_again)
		(void)syslog_link_resolve(&s->to, &unused);
	s->asked_again = true;
	s->link = syslog_link_open(&s->to, why);
	if (!s->link) {
		fail(s, why);
		return;
	}
	s->opened_ns = clock_steady();
	lock(s);
	s->n.up = true;
	s->n.reconnects += s->was_open;
	unlock(s);
	s->was_open = true;
}

/* All that was sent of late is to be sent again, before what was never sent. */
static void broke(struct syslog *s)
{
	uint64_t now = clock_steady();
	bool refused = syslog_link_refused(s->link);

	forget_old(s, now);
	syslog_list_before(&s->again, &s->kept);
	if (now - s->opened_ns >= LIVED)
		s->pause_ns = FIRST_PAUSE;
	fail(s, syslog_link_why(s->link));
	lock(s);
	s->n.lost += take_forgotten(s, now);
	s->in_doubt = s->again.count;
	if (refused && s->n.sent) { /* of the datagram before it is known that nobody had it */
		s->n.sent--;
		s->n.lost++;
	}
	unlock(s);
	(void)syslog_link_close(s->link, false);
	s->link = NULL;
}

/* ---- sending ----------------------------------------------------------------------------- */

/* Never of both: what is sent again comes first, all of it. */
static void take_batch(struct syslog *s, struct syslog_list *batch)
{
	lock(s);
	struct syslog_list *from = s->again.first ? &s->again : &s->waiting;
	while (from->first && batch->count < BATCH_COUNT && batch->bytes < BATCH_BYTES)
		syslog_list_add(batch, syslog_list_take(from));
	s->in_doubt = s->again.count;
	s->idle = !batch->count && !s->closing;
	unlock(s);
}

/* Of how many messages of the batch all octets were handed over. */
static size_t send_stream(struct syslog *s, const struct syslog_list *batch)
{
	size_t whole = 0;

	text_clear(&s->out);
	for (const struct syslog_list_item *i = batch->first; i; i = i->next)
		text_add_slice(&s->out, (struct slice){ i->bytes, i->n });
	size_t done = syslog_link_send(s->link, text_slice(&s->out));
	for (const struct syslog_list_item *i = batch->first; i && i->n <= done; i = i->next) {
		done -= i->n;
		whole++;
	}
	return whole;
}

static size_t send_datagrams(struct syslog *s, const struct syslog_list *batch)
{
	size_t whole = 0;

	for (const struct syslog_list_item *i = batch->first; i; i = i->next) {
		if (syslog_link_send(s->link, (struct slice){ i->bytes, i->n }) != i->n)
			break;
		whole++;
	}
	return whole;
}

/* The first so many were sent. A datagram is not sent twice. */
static size_t keep_sent(struct syslog *s, struct syslog_list *batch, size_t whole)
{
	uint64_t now = clock_steady();
	size_t again = 0;

	while (whole--) {
		struct syslog_list_item *i = syslog_list_take(batch);
		again += i->sent_ns != 0;
		i->sent_ns = now;
		if (s->to.carrier == OUTPUT_UDP)
			free(i);
		else
			syslog_list_add(&s->kept, i);
	}
	forget_old(s, now);
	return again;
}

static void put_back(struct syslog *s, struct syslog_list *batch)
{
	if (batch->first && batch->first->sent_ns) {
		syslog_list_before(&s->again, batch);
		return;
	}
	syslog_list_before(&s->waiting, batch);
	keep_bounds(s);
}

static void send_batch(struct syslog *s, struct syslog_list *batch)
{
	size_t whole =
		s->to.carrier == OUTPUT_UDP ? send_datagrams(s, batch) : send_stream(s, batch);
	bool all = whole == batch->count;
	size_t again = keep_sent(s, batch, whole);

	lock(s);
	s->n.sent += whole;
	s->n.again += again;
	put_back(s, batch);
	unlock(s);
	if (!all)
		broke(s);
}

/* ---- the thread -------------------------------------------------------------------------- */

/* Until somebody gives something or wants the end, the receiver says something, or so long. */
static void rest(struct syslog *s, uint64_t ms)
{
	struct pollfd p[] = { { .fd = s->wake, .events = POLLIN },
			      { .fd = s->link ? syslog_link_fd(s->link) : -1, .events = POLLIN } };
	uint64_t unused;

	if (poll(p, 2, (int)ms) > 0 && p[0].revents && read(s->wake, &unused, sizeof unused) < 0)
		return; /* somebody else's wake-up: none is lost by it */
}

static bool is_over(struct syslog *s)
{
	lock(s);
	bool empty = !s->waiting.count && !s->again.count;
	bool closing = s->closing;
	unlock(s);
	return closing && (empty || clock_steady() >= atomic_load(&s->to.ends_ns));
}

static void connect_when_due(struct syslog *s)
{
	uint64_t now = clock_steady(), end = atomic_load(&s->to.ends_ns);
	uint64_t due = s->next_ns < end ? s->next_ns : end;

	if (now >= s->next_ns)
		open_link(s);
	else
		rest(s, due > now ? (due - now) / WHEN_MS + 1 : 0);
}

static void work(struct syslog *s)
{
	struct syslog_list batch = { 0 };

	if (!syslog_link_check(s->link)) {
		broke(s);
		return;
	}
	forget_old(s, clock_steady());
	take_batch(s, &batch);
	if (batch.count)
		send_batch(s, &batch);
	else if (!is_over(s))
		rest(s, IDLE_MS);
}

static void say_end(struct syslog *s)
{
	if (!s->link)
		return;
	bool well = syslog_link_close(s->link, true);
	s->link = NULL;
	lock(s);
	if (!well)
		output_failed(&s->n, "the receiver did not take the end", 0);
	s->n.up = false;
	unlock(s);
}

static void free_syslog(struct syslog *s)
{
	(void)syslog_list_clear(&s->waiting);
	(void)syslog_list_clear(&s->again);
	(void)syslog_list_clear(&s->kept);
	syslog_link_free(&s->to);
	text_free(&s->draft);
	text_free(&s->framed);
	text_free(&s->out);
	free((char *)(uintptr_t)s->as.hostname);
	free((char *)(uintptr_t)s->n.name);
	if (s->wake >= 0)
		(void)close(s->wake);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static void *run(void *ctx)
{
	struct syslog *s = ctx;

	while (!is_over(s)) {
		if (s->link)
			work(s);
		else
			connect_when_due(s);
	}
	say_end(s);
	lock(s);
	s->running = false;
	bool left = s->left;
	unlock(s);
	if (left)
		free_syslog(s);
	return NULL;
}

/* Signals are the main thread's. */
static void start(struct output *o)
{
	struct syslog *s = syslog_of(o);
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	s->running = true;
	int code = pthread_create(&s->thread, NULL, run, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code) {
		s->running = false;
		output_failed(&s->n, "no thread", code);
	}
}

/* ---- the caller's side ------------------------------------------------------------------- */

static void stay(struct output *o)
{
	(void)o; /* a connection has no name to be opened anew by */
}

static void tick(struct output *o, uint64_t clock_ns)
{
	(void)o; /* the thread has its own clock */
	(void)clock_ns;
}

static struct output_counters counters(struct output *o)
{
	struct syslog *s = syslog_of(o);

	lock(s);
	struct output_counters n = s->n;
	n.waiting = o->finished ? 0 : s->waiting.count + s->in_doubt;
	unlock(s);
	return n;
}

/* What is in doubt and could not be sent again counts as lost: rather too many than too few. */
static void count_the_rest(struct syslog *s)
{
	lock(s);
	s->n.lost += s->waiting.count + s->in_doubt;
	s->n.up = false;
	unlock(s);
}

static void join(struct syslog *s, uint64_t until_ns)
{
	uint64_t end = until_ns + GRACE_MS * WHEN_MS;
	struct timespec t = { .tv_sec = (time_t)(end / WHEN_SECOND),
			      .tv_nsec = (long)(end % WHEN_SECOND) };

	if (pthread_clockjoin_np(s->thread, NULL, CLOCK_MONOTONIC, &t) != 0)
		(void)pthread_detach(s->thread);
}

static void finish(struct output *o, int wait_ms)
{
	struct syslog *s = syslog_of(o);
	uint64_t end = clock_steady() + (uint64_t)(wait_ms > 0 ? wait_ms : 0) * WHEN_MS;

	lock(s);
	bool runs = s->running;
	s->closing = true;
	atomic_store(&s->to.ends_ns, end);
	unlock(s);
	wake(s);
	if (runs)
		join(s, end);
	count_the_rest(s);
}

static void leave(struct output *o)
{
	struct syslog *s = syslog_of(o);

	lock(s);
	bool runs = s->running;
	s->left = true;
	unlock(s);
	if (!runs)
		free_syslog(s);
}

static const struct output_kind kind = {
	.give = give,
	.reopen = stay,
	.tick = tick,
	.start = start,
	.counters = counters,
	.finish = finish,
	.free = leave,
};

struct output *syslog_new(const struct syslog_options *options)
{
	struct syslog *s = mem_zero(1, sizeof *s);

	s->base = (struct output){ .kind = &kind, .kinds = options->kinds };
	s->queue = options->queue;
	s->as = options->as;
	s->as.hostname = mem_text(options->as.hostname);
	s->to = options->to;
	s->n.name = mem_text(options->name);
	s->numeric = syslog_link_is_numeric(&s->to);
	s->pause_ns = FIRST_PAUSE;
	atomic_store(&s->to.ends_ns, UINT64_MAX);
	s->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	(void)pthread_mutex_init(&s->lock, NULL);
	return &s->base;
}
