/* pipeline.c - where the rooms are joined: one screen shows the whole machine. */
#include "analyzer/cmd/pipeline.h"

#include "analyzer/base/when.h"

/* How often calls and flows are looked over, in capture time. */
#define TICK (100 * WHEN_MS)

enum { KEY_LOG = 0x544c534b }; /* a secrets block that holds an NSS key log */

static void payload(void *ctx, const struct payload *p)
{
	observe_payload(((struct pipeline *)ctx)->observe, p);
}

static void sighting(void *ctx, const struct wire_sighting *s)
{
	observe_sighting(((struct pipeline *)ctx)->observe, s);
}

static void observation(void *ctx, const struct observation *o)
{
	struct pipeline *p = ctx;

	if (p->watch)
		p->watch(p->watch_ctx, o);
	track_observe(p->track, o);
}

static void call(void *ctx, const struct call *c)
{
	struct pipeline *p = ctx;

	if (p->stopped || (p->wanted && !p->wanted(c)))
		return;
	const struct judgement *j = p->judge ? judge_call(p->judge, c) : NULL;
	if (j || !p->judge)
		p->stopped = !p->give(p->ctx, c, j);
}

/* Capture points that the operator calls access links. */
static point_set access_points(const struct capture *c, const struct inventory *v)
{
	point_set access = 0;

	for (size_t i = 0; i < capture_count(c); i++) {
		const struct capture_input *in = capture_at(c, i);
		if (in->point < 64 && inventory_access(v, slice_of(in->label)))
			access |= (point_set)1 << in->point;
	}
	return access;
}

struct pipeline_limits pipeline_limits(void)
{
	return (struct pipeline_limits){ .track = track_defaults() };
}

void pipeline_open(struct pipeline *p, struct capture *capture, struct judge *judge,
		   struct pipeline_given given, struct pipeline_limits limits,
		   pipeline_call_fn *give, void *ctx)
{
	limits.observe.keys = (struct observe_keys){ .keyring = given.ring,
						     .trust = given.trust,
						     .signers = given.signers,
						     .verify_all = given.verify_all };
	limits.track.inventory = given.inventory;
	limits.track.access = capture ? access_points(capture, given.inventory) : given.access;
	limits.track.points = capture ? capture_points(capture) : given.points;
	if (given.skew_ns)
		limits.track.skew_ns = given.skew_ns;
	*p = (struct pipeline){ .capture = capture,
				.judge = judge,
				.ring = given.ring,
				.watch = given.watch,
				.watch_ctx = given.watch_ctx,
				.beat = given.beat,
				.beat_ctx = given.beat_ctx,
				.give = give,
				.ctx = ctx };
	p->wire = wire_new((struct wire_hooks){ p, payload, sighting }, limits.wire);
	p->observe = observe_new(observation, p, limits.observe);
	p->track = track_new(call, p, limits.track);
}

static void look_over(struct pipeline *p)
{
	observe_tick(p->observe, p->now_ns);
	track_tick(p->track, p->now_ns);
	p->tick_ns = p->now_ns + TICK;
}

static inline void take(struct pipeline *p, const struct frame *f, const struct wire_ahead *a)
{
	if (f->ts_ns > p->now_ns)
		p->now_ns = f->ts_ns;
	if (p->now_ns >= p->tick_ns)
		look_over(p);
	wire_feed_ahead(p->wire, f, a);
}

void pipeline_secrets(struct pipeline *p, const struct capture_secret *all, size_t n)
{
	for (size_t i = p->secrets; i < n; i++)
		if (all[i].type == KEY_LOG)
			(void)keyring_add_log(p->ring, all[i].text);
	p->secrets = n;
}

static void take_secrets(struct pipeline *p)
{
	const struct capture_secret *found;
	size_t n = capture_secrets(p->capture, &found);

	pipeline_secrets(p, found, n);
}

/*
 * With thousands of calls nearly every packet waits for its flow to come from memory: the
 * places that a batch will need are fetched before the first of it is worked on. Order and
 * results are as without it (docs/decisions/0008).
 */
void pipeline_take(struct pipeline *p, const struct frame *frames, size_t n)
{
	struct wire_ahead ahead[CAPTURE_BATCH];

	wire_look_ahead(p->wire, frames, n, ahead);
	observe_expect(p->observe, ahead, n);
	for (size_t i = 0; i < n; i++)
		take(p, &frames[i], &ahead[i]);
}

void pipeline_tick(struct pipeline *p, uint64_t now_ns)
{
	if (now_ns > p->now_ns)
		p->now_ns = now_ns;
	if (p->now_ns >= p->tick_ns)
		look_over(p);
}

void pipeline_glimpse(struct pipeline *p)
{
	observe_peek(p->observe);
	track_peek(p->track, p->now_ns);
}

void pipeline_end(struct pipeline *p)
{
	wire_end(p->wire);
	observe_end(p->observe);
	track_end(p->track, p->now_ns);
}

void pipeline_run(struct pipeline *p)
{
	struct frame frames[CAPTURE_BATCH];
	size_t n;

	while (!p->stopped && (n = capture_batch(p->capture, frames, CAPTURE_BATCH))) {
		take_secrets(p);
		pipeline_take(p, frames, n);
		if (p->beat)
			p->beat(p->beat_ctx);
	}
	take_secrets(p);
	pipeline_end(p);
	capture_finish(p->capture);
}

void pipeline_close(struct pipeline *p)
{
	track_free(p->track);
	observe_free(p->observe);
	wire_free(p->wire);
}
