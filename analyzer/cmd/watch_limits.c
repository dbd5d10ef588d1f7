/* watch_limits.c - the tables of a watch stay within --memory. */
#include "analyzer/base/when.h"
#include "analyzer/cmd/watch_parts.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

/*
 * Shares of --memory, by what an entry takes in a busy network (measured: docs/decisions/0035).
 * Together they leave room for the copies that judge open calls, whose pages part from ours as
 * either writes to them.
 */
enum {
	DEFAULT_MIB = 512,
	FLOW_BYTES = 2560,
	CALL_BYTES = 16 * 1024,
	STREAM_BYTES = 1024,
	ANNOUNCED_BYTES = 128,
	SHED_PART = 16, /* of the calls that are held, when memory is short */
	HOLD_MS = 100,	/* between looks at how much there is */
	RING_SHARE = 8, /* of --memory, for the rings of all interfaces */
	RING_LEAST = 2 << 20,
	RING_MOST = 64 << 20,
	QUEUE_SHARE = 16, /* for what waits of all sources */
	QUEUE_LEAST = 2 << 20,
	QUEUE_MOST = 16 << 20,
};

static uint64_t cap(const struct watch *w)
{
	return w->args.watch.memory ? w->args.watch.memory : (uint64_t)DEFAULT_MIB << 20;
}

static uint32_t at_most(uint64_t n, uint32_t least, uint32_t most)
{
	return n < least ? least : n > most ? most : (uint32_t)n;
}

struct pipeline_limits watch_limits_of(const struct watch *w)
{
	struct pipeline_limits l = chosen_limits(&w->chosen);
	uint64_t bytes = cap(w);

	l.observe.flows = at_most(bytes / 8 / FLOW_BYTES, 1024, 1 << 20);
	l.observe.announced = at_most(bytes / 32 / ANNOUNCED_BYTES, 1024, 1 << 18);
	l.observe.call_ids = at_most(bytes / 2048, 4096, 4 << 20);
	l.track.calls = at_most(bytes / 2 / CALL_BYTES, 512, 1 << 20);
	l.track.held = l.track.calls;
	l.track.forget_silent = true;
	l.track.flow_bytes = bytes / 8;
	l.observe.tcp_held = at_most(bytes / 16, 4 << 20, 64 << 20);
	l.wire.streams = at_most(bytes / 32 / STREAM_BYTES, 256, 1 << 18);
	l.wire.streams_held = at_most(bytes / 16, 4 << 20, 32 << 20);
	return l;
}

static uint64_t interfaces(const struct watch *w)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->args.watch.source_count; i++)
		n += w->args.watch.sources[i].kind == FEED_INTERFACE;
	return n;
}

/* Both hold what comes while judging stands still. */
size_t watch_limits_ring(const struct watch *w)
{
	uint64_t n = interfaces(w);

	return w->args.watch.buffer
		       ? w->args.watch.buffer
		       : at_most(cap(w) / RING_SHARE / (n ? n : 1), RING_LEAST, RING_MOST);
}

bool watch_limits_fit(const struct watch *w)
{
	uint64_t rings = w->args.watch.buffer * interfaces(w);

	if (rings <= cap(w) / 2)
		return true;
	fprintf(stderr,
		"earshot: rings of %llu MiB (--buffer) leave too little of --memory (%llu MiB)\n",
		(unsigned long long)(rings >> 20), (unsigned long long)(cap(w) >> 20));
	return false;
}

size_t watch_limits_queue(const struct watch *w)
{
	size_t sources = w->args.watch.source_count;

	return at_most(cap(w) / QUEUE_SHARE / (sources ? sources : 1), QUEUE_LEAST, QUEUE_MOST);
}

void watch_limits_open(struct watch *w)
{
	if (!w->args.watch.memory)
		w->args.watch.memory = cap(w);
	w->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

uint64_t watch_limits_resident(const struct watch *w)
{
	char text[128];
	unsigned long long all, resident;
	ssize_t n = w->statm < 0 ? -1 : pread(w->statm, text, sizeof text - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "%llu %llu", &all, &resident) != 2)
		return 0;
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The tables have their caps; what calls hold beside them is only known when it is there. */
void watch_limits_hold(struct watch *w)
{
	uint64_t now = clock_steady(), most = cap(w) - cap(w) / 8;
	size_t held = track_held(w->pipeline.track);

	if (now < w->held_ns)
		return;
	w->held_ns = now + HOLD_MS * WHEN_MS;
	uint64_t resident = watch_limits_resident(w);
	if (resident < most || !held)
		return;
	size_t n = held / SHED_PART +
		   (size_t)((double)(resident - most) / (double)resident * (double)held) + 1;
	track_shed(w->pipeline.track, n);
	(void)malloc_trim(0);
}
