/* watch_sources.c - what the sources lost, and how the watch stands. */
#include "analyzer/cmd/watch_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"

enum { SOURCES = WATCH_SOURCES + ARGS_POINTS, LIMITS = 32 };

void watch_sources_name(struct watch *w)
{
	for (size_t i = 0; i < feed_count(w->feed) && i < SOURCES; i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		w->labels[i] = in->label;
		w->names[i] = in->name;
		w->firsts[i] = w->started_ns;
		if (!w->points[in->point])
			w->points[in->point] = in->label;
	}
}

static uint64_t dropped(const struct feed_input *in)
{
	return in->kernel_drops + in->interface_drops + in->queue_drops;
}

/*
 * Packets lost since the last look are those of calls that were alive between the two, or later:
 * what waits in front of judging was captured before the last loss.
 */
static void note_loss(struct watch *w, size_t i, const struct feed_input *in)
{
	struct watch_loss *l = &w->losses[i];
	uint64_t now = w->pipeline.now_ns, drops = dropped(in);

	if (drops > l->drops && now)
		track_lost(w->pipeline.track, in->point, l->at_ns ? l->at_ns : now,
			   in->lost_ns > now ? in->lost_ns : now, drops - l->drops);
	l->drops = drops;
	l->at_ns = now;
}

static void describe(const struct feed_input *in, struct pulse_source *p, struct metrics_source *m)
{
	*p = (struct pulse_source){ .label = in->label,
				    .name = in->name,
				    .kind = feed_kind_text(in->kind),
				    .packets = in->packets,
				    .drops = dropped(in),
				    .last_ns = in->last_ns,
				    /* One that ended without a word of why has not broken. */
				    .up = in->up || !in->why[0],
				    .over = in->over,
				    .why = in->why };
	*m = (struct metrics_source){ .label = in->label,
				      .kind = feed_kind_text(in->kind),
				      .packets = in->packets,
				      .bytes = in->bytes,
				      .kernel_drops = in->kernel_drops,
				      .interface_drops = in->interface_drops,
				      .queue_drops = in->queue_drops,
				      .outages = in->outages,
				      .waiting = in->waiting,
				      .up = in->up };
}

/* How it stands, in the words of whoever asks: the same sources, and the caps that were met. */
struct standing {
	struct pulse_source pulse[SOURCES];
	struct metrics_source metrics[SOURCES];
	size_t sources;
	const char *limit_names[LIMITS];
	uint64_t limit_counts[LIMITS], limits_hit;
	size_t limits;
};

static void look_at_sources(struct watch *w, struct standing *s)
{
	s->sources = feed_count(w->feed) < SOURCES ? feed_count(w->feed) : SOURCES;
	for (size_t i = 0; i < s->sources; i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		note_loss(w, i, in);
		describe(in, &s->pulse[i], &s->metrics[i]);
	}
}

static void look_at_limits(const struct watch *w, struct standing *s)
{
	const struct summary_inputs rows = { .rows_left_out = w->report.rows_dropped };
	const struct summary_since now = summary_since(&w->pipeline, &rows, &w->keys);

	s->limits_hit = 0;
	for (s->limits = 0; s->limits < LIMITS && now.limits[s->limits].name; s->limits++) {
		s->limit_names[s->limits] = now.limits[s->limits].name;
		s->limit_counts[s->limits] = now.limits[s->limits].n;
		s->limits_hit += now.limits[s->limits].n;
	}
}

static struct pulse_state pulse_of(struct watch *w, const struct standing *s, uint64_t day)
{
	return (struct pulse_state){ .sources = s->pulse,
				     .source_count = s->sources,
				     .now_ns = w->pipeline.now_ns ? w->pipeline.now_ns : day,
				     .clock_ns = day,
				     .calls_open = track_open(w->pipeline.track),
				     .calls_judged = w->calls_judged,
				     .limits_hit = s->limits_hit,
				     .outputs_lost = bus_lost(&w->bus),
				     .root = w->rights.root && w->rights.stay,
				     .unconfined = w->unconfined };
}

static struct metrics_now metrics_of(const struct watch *w, const struct standing *s, uint64_t day)
{
	const struct wire_counters *wire = wire_counters(w->pipeline.wire);

	return (struct metrics_now){
		.version = EARSHOT_VERSION,
		.policy = judge_policy(w->judge)->name,
		.sources = s->metrics,
		.source_count = s->sources,
		.calls_open = track_open(w->pipeline.track),
		.flows_open = observe_flows(w->pipeline.observe),
		.resident_bytes = watch_limits_resident(w),
		.memory_cap = w->args.watch.memory,
		.started_ns = w->started_ns,
		.clock_ns = day,
		.newest_ns = w->pipeline.now_ns,
		.packets_duplicate = wire->duplicates,
		.fragments_expired = wire->fragments_expired,
		.tcp_gaps = wire->tcp_gaps,
		.rtp_gaps = observe_counters(w->pipeline.observe)->rtp_gaps,
		.limit_names = s->limit_names,
		.limit_counts = s->limit_counts,
		.limit_count = s->limits,
	};
}

void watch_sources_look(struct watch *w)
{
	struct standing s;
	uint64_t day = clock_day();

	look_at_sources(w, &s);
	look_at_limits(w, &s);
	struct pulse_state pulse = pulse_of(w, &s, day);
	struct metrics_now metrics = metrics_of(w, &s, day);
	bus_tick(&w->bus, &metrics, &pulse);
}

/* ---- for reports ------------------------------------------------------------------------------
 */

static void problem(struct summary *s, const char **list, size_t *n, uint64_t count,
		    const char *words)
{
	struct text t = { 0 };

	if (!count)
		return;
	text_addf(&t, "%llu %s", (unsigned long long)count, words);
	list[(*n)++] = summary_keep(s, t.p);
}

static void one_input(struct summary *s, const struct watch *w, const struct feed_input *in,
		      struct document_input *out)
{
	const char **problems = mem_zero(6, sizeof *problems);
	size_t n = 0;

	summary_keep(s, (char *)problems);
	problem(s, problems, &n, in->kernel_drops, "packets were dropped by the kernel");
	problem(s, problems, &n, in->interface_drops, "packets were dropped by the interface");
	problem(s, problems, &n, in->queue_drops,
		"packets were dropped because judging was behind");
	problem(s, problems, &n, in->refused, "HEP packets were refused");
	problem(s, problems, &n, in->outages, "times it could not be read");
	if (in->why[0])
		problems[n++] = in->why;
	*out = (struct document_input){ .label = in->label,
					.name = in->name,
					.sha256 = "",
					.bytes = in->bytes,
					.packets = in->packets,
					.first_ns = in->first_ns,
					.last_ns = in->last_ns,
					.complete = !w->cut && !n && in->over,
					.problems = problems,
					.problem_count = n };
}

struct summary_inputs watch_sources_inputs(struct watch *w, struct summary *s)
{
	size_t n = feed_count(w->feed) < SOURCES ? feed_count(w->feed) : SOURCES;
	struct summary_inputs all = { .count = n,
				      .points = w->points,
				      .rows_left_out = w->report.rows_dropped };

	s->inputs = mem_zero(n, sizeof *s->inputs);
	s->input_count = n;
	all.all = s->inputs;
	for (size_t i = 0; i < n; i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		one_input(s, w, in, &s->inputs[i]);
		all.damaged |= in->outages > 0;
		all.usable |= in->packets > 0;
		all.packets += in->packets;
		all.snaplen_cut += in->snaplen_cut;
		all.drops += dropped(in);
	}
	return all;
}
