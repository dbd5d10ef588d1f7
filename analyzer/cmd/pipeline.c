/* pipeline.c - where the rooms are joined: one screen shows the whole machine. */
#include "analyzer/cmd/pipeline.h"

#include "analyzer/base/when.h"

/* How often calls and flows are looked over, in capture time. */
#define TICK (100 * WHEN_MS)

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
	track_observe(((struct pipeline *)ctx)->track, o);
}

static void call(void *ctx, const struct call *c)
{
	struct pipeline *p = ctx;

	if (!p->stopped)
		p->stopped = !p->give(p->ctx, c, judge_call(p->judge, c));
}

void pipeline_open(struct pipeline *p, struct capture *capture, struct judge *judge,
		   pipeline_call_fn *give, void *ctx)
{
	*p = (struct pipeline){ .capture = capture, .judge = judge, .give = give, .ctx = ctx };
	p->wire = wire_new((struct wire_hooks){ p, payload, sighting }, (struct wire_limits){ 0 });
	p->observe = observe_new(observation, p, (struct observe_limits){ 0 });
	p->track = track_new(call, p, track_defaults());
}

static void look_over(struct pipeline *p)
{
	observe_tick(p->observe, p->now_ns);
	track_tick(p->track, p->now_ns);
	p->tick_ns = p->now_ns + TICK;
}

void pipeline_run(struct pipeline *p)
{
	struct frame f;

	while (!p->stopped && capture_next(p->capture, &f)) {
		if (f.ts_ns > p->now_ns)
			p->now_ns = f.ts_ns;
		if (p->now_ns >= p->tick_ns)
			look_over(p);
		wire_feed(p->wire, &f);
	}
	wire_end(p->wire);
	observe_end(p->observe);
	track_end(p->track, p->now_ns);
	capture_finish(p->capture);
}

void pipeline_close(struct pipeline *p)
{
	track_free(p->track);
	observe_free(p->observe);
	wire_free(p->wire);
}
