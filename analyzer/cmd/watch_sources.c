/* watch_sources.c - what the sources lost, and how the watch stands. */
#include "analyzer/base/when.h"
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

/* Packets lost since the last look are those of calls that were alive between the two. */
static void note_loss(struct watch *w, size_t i, const struct feed_input *in)
{
	struct watch_loss *l = &w->losses[i];
	uint64_t now = w->pipeline.now_ns, drops = dropped(in);

	if (drops > l->drops && now)
		track_lost(w->pipeline.track, in->point, l->at_ns ? l->at_ns : now, now,
			   drops - l->drops);
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

static uint64_t hits(const struct summary_since *s, const char **names, uint64_t *counts, size_t *n)
{
	uint64_t all = 0;

	for (*n = 0; *n < LIMITS && s->limits[*n].name; (*n)++) {
		names[*n] = s->limits[*n].name;
		counts[*n] = s->limits[*n].n;
		all += counts[*n];
	}
	return all;
}

void watch_sources_look(struct watch *w)
{
	struct pulse_source pulse[SOURCES];
	struct metrics_source metrics[SOURCES];
	struct summary_inputs none = { 0 };
	const char *names[LIMITS];
	uint64_t counts[LIMITS];
	size_t n = feed_count(w->feed) < SOURCES ? feed_count(w->feed) : SOURCES, limits;

	for (size_t i = 0; i < n; i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		note_loss(w, i, in);
		describe(in, &pulse[i], &metrics[i]);
	}
	struct summary_since s = summary_since(&w->pipeline, &none, &w->keys);
	const struct wire_counters *wire = wire_counters(w->pipeline.wire);
	const struct observe_counters *seen = observe_counters(w->pipeline.observe);
	uint64_t day = watch_cmd_day();
	struct pulse_state state = { .sources = pulse,
				     .source_count = n,
				     .now_ns = w->pipeline.now_ns ? w->pipeline.now_ns : day,
				     .clock_ns = day,
				     .calls_open = track_open(w->pipeline.track),
				     .calls_judged = w->calls_judged,
				     .limits_hit = hits(&s, names, counts, &limits),
				     .outputs_lost = bus_lost(&w->bus),
				     .root = w->rights.root && w->rights.stay,
				     .unconfined = w->unconfined };
	struct metrics_now now = { .version = EARSHOT_VERSION,
				   .policy = judge_policy(w->judge)->name,
				   .sources = metrics,
				   .source_count = n,
				   .calls_open = state.calls_open,
				   .flows_open = observe_flows(w->pipeline.observe),
				   .resident_bytes = watch_limits_resident(w),
				   .memory_cap = w->args.watch.memory,
				   .started_ns = w->started_ns,
				   .clock_ns = day,
				   .newest_ns = w->pipeline.now_ns,
				   .packets_duplicate = wire->duplicates,
				   .fragments_expired = wire->fragments_expired,
				   .tcp_gaps = wire->tcp_gaps,
				   .rtp_gaps = seen->rtp_gaps,
				   .limit_names = names,
				   .limit_counts = counts,
				   .limit_count = limits };
	bus_tick(&w->bus, &now, &state);
}

/* ---- for reports ------------------------------------------------------------------------------
 */

static const char *keep(struct summary *s, char *text)
{
	s->held = mem_grow(s->held, s->held_count + 1, sizeof *s->held);
	s->held[s->held_count++] = text;
	return text;
}

static void problem(struct summary *s, const char **list, size_t *n, uint64_t count,
		    const char *words)
{
	struct text t = { 0 };

	if (!count)
		return;
	text_addf(&t, "%llu %s", (unsigned long long)count, words);
	list[(*n)++] = keep(s, t.p);
}

static void one_input(struct summary *s, const struct watch *w, const struct feed_input *in,
		      struct document_input *out)
{
	const char **problems = mem_zero(6, sizeof *problems);
	size_t n = 0;

	keep(s, (char *)problems);
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
