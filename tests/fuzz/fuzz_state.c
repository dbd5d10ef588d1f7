/* fuzz_state.c - the state of an earlier run and records of calls, as a stranger writes them. */
#include <stdlib.h>

#include "analyzer/watch/alerts.h"
#include "analyzer/watch/memory.h"
#include "analyzer/watch/metrics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct all {
	struct alerts *alerts;
	struct memory *memory;
	struct metrics *metrics;
};

static void count(void *ctx, const struct event *e)
{
	metrics_event(ctx, e);
}

static struct all begin(struct metrics *metrics)
{
	return (struct all){
		alerts_new((struct alerts_options){
			.clean_calls = 1, .room = 3, .give = count, .ctx = metrics }),
		memory_new((struct memory_options){
			.room = 3, .learn_ns = 1, .give = count, .ctx = metrics }),
		metrics,
	};
}

static void end(struct all *a)
{
	alerts_free(a->alerts);
	memory_free(a->memory);
}

static void call(void *ctx, const struct event *e)
{
	struct all *a = ctx;

	if (e->time_ns > INT64_MAX) /* beyond the year 2262, and beyond JSON's numbers */
		return;
	metrics_event(a->metrics, e);
	alerts_call(a->alerts, e);
	memory_call(a->memory, e);
	alerts_tick(a->alerts, e->time_ns + UINT64_C(86400000000000));
}

/* What was kept is read to the same, and kept the same again. */
static void keep(const struct all *a)
{
	json_t *alerts = alerts_save(a->alerts), *memory = memory_save(a->memory);
	struct all b = begin(a->metrics);

	if (!alerts_load(b.alerts, alerts) || !memory_load(b.memory, memory))
		__builtin_trap();
	json_t *again[] = { alerts_save(b.alerts), memory_save(b.memory) };
	if (!json_equal(alerts, again[0]) || !json_equal(memory, again[1]))
		__builtin_trap();
	if (alerts_counters(a->alerts).open > 3 || memory_counters(a->memory).entries > 3)
		__builtin_trap();
	json_decref(alerts);
	json_decref(memory);
	json_decref(again[0]);
	json_decref(again[1]);
	end(&b);
}

static void show(const struct all *a)
{
	json_t *open = alerts_open(a->alerts, 2);
	struct metrics_now now = { .version = "", .policy = "", .open_alerts = open };
	struct text t = { 0 };

	metrics_text(a->metrics, &now, &t);
	metrics_page(a->metrics, &now, &t);
	text_free(&t);
	json_decref(open);
}

/* Lines: the first is the state, the others are calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct all a = begin(metrics_new());
	struct slice rest = { data, size }, line;

	if (slice_cut(&rest, '\n', &line)) {
		json_t *state = json_loadb((const char *)line.p, line.n, 0, NULL);
		(void)alerts_load(a.alerts, state);
		(void)memory_load(a.memory, state);
		json_decref(state);
	}
	while (slice_cut(&rest, '\n', &line))
		(void)event_give_line(EVENT_CALL, line, call, &a);
	keep(&a);
	show(&a);
	metrics_free(a.metrics);
	end(&a);
	return 0;
}
