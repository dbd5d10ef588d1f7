/* feed_merge.c - a frame goes out when none before it can come, or has had its time to come. */
#include "analyzer/feed/feed_merge.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/when.h"

static void take_report(struct feed_input *in, const struct feed_report *r)
{
	in->kernel_drops = r->kernel_drops;
	in->interface_drops = r->interface_drops;
	in->queue_drops = r->queue_drops;
	in->lost_ns = r->lost_ns;
	in->outages = r->outages;
	memcpy(in->why, r->why, sizeof in->why);
}

static const struct feed_record *next_frame(struct feed_lane *lane)
{
	struct feed_queue *q = &lane->reader->queue;
	const struct feed_record *r;

	while ((r = feed_queue_look(q)) && r->kind == FEED_QUEUE_REPORT) {
		struct feed_report report;

		memcpy(&report, r + 1, sizeof report);
		take_report(lane->input, &report);
		feed_queue_take(q);
	}
	return r;
}

void feed_merge_look(struct feed_lane *lane)
{
	if (lane->head || lane->input->over)
		return;
	/* In this order: what was given before the end is seen. */
	bool ended = atomic_load(&lane->reader->ended);
	lane->head = next_frame(lane);
	if (!ended || lane->head)
		return;
	take_report(lane->input, &lane->reader->report);
	lane->input->over = true;
}

/* What the heads of all lanes come to. */
struct outlook {
	struct feed_lane *first; /* has the earliest frame; NULL: nobody has one */
	bool expected;		 /* an earlier one may come */
	bool certain;		 /* and its source is one that will say so if not */
	bool pressed;		 /* a queue that drops when it is full is filling up */
};

/* The order of lanes is the order of their labels, so it settles equal times. */
static struct outlook look_out(struct feed_merge *m)
{
	struct outlook o = { .first = NULL };

	for (size_t i = 0; i < m->count; i++) {
		struct feed_lane *lane = &m->lanes[i];

		feed_merge_look(lane);
		if (!lane->head) {
			bool waited = !lane->input->over && atomic_load(&lane->reader->up);
			o.expected |= waited;
			o.certain |= waited && lane->reader->certain;
		} else if (!o.first || lane->head->ts_ns < o.first->head->ts_ns) {
			o.first = lane;
		}
	}
	return o;
}

bool feed_merge_pressed(const struct feed_merge *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct feed_reader *r = m->lanes[i].reader;
		if (r->kind->lives && feed_queue_waiting(&r->queue) > r->queue.octets / 2)
			return true;
	}
	return false;
}

static bool may_go(const struct feed_merge *m, const struct outlook *o)
{
	if (!o->expected)
		return true;
	if (feed_merge_pressed(m))
		return true;
	return !o->certain && clock_steady() >= o->first->head->arrived_ns + m->hold_ns;
}

static void count(struct feed_input *in, const struct frame *f)
{
	in->packets++;
	in->bytes += f->bytes.n;
	in->snaplen_cut += f->bytes.n < f->wire_len;
	if (!in->first_ns || f->ts_ns < in->first_ns)
		in->first_ns = f->ts_ns;
	if (f->ts_ns > in->last_ns)
		in->last_ns = f->ts_ns;
}

static void give(struct feed_lane *lane, struct frame *out)
{
	const struct feed_record *r = lane->head;

	*out = (struct frame){
		.bytes = { (const uint8_t *)(r + 1), r->captured },
		.number = r->number,
		.ts_ns = r->ts_ns,
		.wire_len = r->wire_len,
		.iface = r->iface,
		.input = lane->reader->input,
		.point = lane->input->point,
		.link_type = r->link_type,
	};
	count(lane->input, out);
	feed_queue_take(&lane->reader->queue);
	lane->head = NULL;
}

/* The last look is kept: it says what is waited for. */
static size_t gather(struct feed_merge *m, struct frame *out, size_t room, struct outlook *o)
{
	size_t n = 0;

	while (n < room) {
		*o = look_out(m);
		if (!o->first || !may_go(m, o))
			break;
		give(o->first, &out[n++]);
	}
	return n;
}

bool feed_merge_over(const struct feed_merge *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (!m->lanes[i].input->over)
			return false;
	return true;
}

static uint64_t wake_at(const struct feed_merge *m, const struct outlook *o, uint64_t until)
{
	if (!o->first || o->certain)
		return until;
	uint64_t held = o->first->head->arrived_ns + m->hold_ns;
	return held < until ? held : until;
}

/* Until the clock reads so, or a reader has something. False: a signal came. */
static bool sleep_until(struct feed_merge *m, uint64_t ns)
{
	struct pollfd on = { .fd = m->waker.fd, .events = POLLIN };
	uint64_t now = clock_steady(), left = ns > now ? ns - now : 0, unused;
	struct timespec t = { (time_t)(left / WHEN_SECOND), (long)(left % WHEN_SECOND) };

	if (ppoll(&on, 1, &t, NULL) < 0 && errno == EINTR)
		return false;
	(void)!read(m->waker.fd, &unused, sizeof unused);
	return true;
}

/* A reader that finds nobody asleep writes to no descriptor: so the last look is after `asleep`. */
static size_t gather_or_wait(struct feed_merge *m, struct frame *out, size_t room, int wait_ms)
{
	uint64_t until = clock_steady() + (uint64_t)wait_ms * WHEN_MS;
	struct outlook o;

	for (;;) {
		atomic_store(&m->waker.asleep, true);
		size_t n = gather(m, out, room, &o);
		if (n || feed_merge_over(m) || clock_steady() >= until)
			return n;
		if (!sleep_until(m, wake_at(m, &o, until)))
			return 0;
	}
}

size_t feed_merge_batch(struct feed_merge *m, struct frame *out, size_t room, int wait_ms)
{
	struct outlook o;

	for (size_t i = 0; i < m->count; i++)
		feed_queue_release(&m->lanes[i].reader->queue);
	size_t n = gather(m, out, room, &o);
	if (n || wait_ms <= 0 || feed_merge_over(m))
		return n;
	n = gather_or_wait(m, out, room, wait_ms);
	atomic_store(&m->waker.asleep, false);
	return n;
}
