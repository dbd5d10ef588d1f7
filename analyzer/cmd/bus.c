/* bus.c - what a watch says goes to every place that asked for it. */
#include "analyzer/cmd/bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/written.h"
#include "reports/jvalue.h"

enum { EXIT_USAGE = 2, EXIT_UNWRITTEN = 5, AUTHPRIV = 10, SHOWN = 50 };

#define ALL_EVENTS ((1U << EVENT_KINDS) - 1)

/* A file has the findings within the records; a receiver of messages has them one by one. */
static uint32_t wanted(const struct args *a, bool file)
{
	if (a->watch.events_given)
		return a->watch.events;
	return file ? ALL_EVENTS & ~(1U << EVENT_FINDING) : ALL_EVENTS;
}

static void put(struct bus *b, struct output *o, uint32_t kinds)
{
	b->outputs[b->output_count++] = o;
	b->findings |= (kinds & (1U << EVENT_FINDING)) != 0;
}

/* ---- where they go --------------------------------------------------------------------------- */

static bool open_file(struct bus *b, const struct args *a, const char *format)
{
	struct text path = { 0 };
	struct output *o;

	written_target(a, report_find(format), &path);
	struct output_file_options options = {
		.path = text_of(&path),
		.lines = strcmp(format, "ecs") == 0 ? OUTPUT_ECS : OUTPUT_NDJSON,
		.kinds = wanted(a, true),
		.rotate_bytes = a->watch.rotate_bytes,
		.rotate_ns = a->watch.rotate_ns,
		.keep = a->watch.keep,
		.head = b->head,
	};
	enum err e = output_file(&o, options);
	if (e == ERR_OK)
		put(b, o, options.kinds);
	else
		(void)written_failed(text_of(&path));
	text_free(&path);
	return e == ERR_OK;
}

static bool open_files(struct bus *b, const struct args *a)
{
	for (size_t i = 0; i < a->format_count; i++)
		if (args_is_lines(a->formats[i]) && !open_file(b, a, a->formats[i]))
			return false;
	return true;
}

static bool say(char *why)
{
	fprintf(stderr, "earshot: %s\n", why ? why : "out of memory");
	free(why);
	return false;
}

static bool open_syslogs(struct bus *b, const struct args *a)
{
	for (size_t i = 0; i < a->watch.syslog_count; i++) {
		struct output_syslog_options options = {
			.where = a->watch.syslogs[i],
			.kinds = wanted(a, false),
			.queue = a->watch.syslog_queue,
			.ca = a->watch.syslog_ca,
			.cert = a->watch.syslog_cert,
			.key = a->watch.syslog_key,
			.peer = a->watch.syslog_name,
			.facility = AUTHPRIV,
		};
		struct output *o;
		char *why = NULL;
		if (output_syslog(&o, options, &why) != ERR_OK)
			return say(why);
		put(b, o, options.kinds);
	}
	return true;
}

/* ---- the bus ----------------------------------------------------------------------------------
 */

static void give(void *ctx, const struct event *e)
{
	struct bus *b = ctx;

	metrics_event(b->metrics, e);
	for (size_t i = 0; i < b->output_count; i++)
		output_give(b->outputs[i], e);
}

static json_t *head_of(const struct args *a, const char *run)
{
	json_t *head = json_object(), *tool = json_object();

	jvalue_put(tool, "name", jvalue_text("earshot"));
	jvalue_put(tool, "version", jvalue_text(EARSHOT_VERSION));
	jvalue_put(tool, "policy", jvalue_text(a->policy ? a->policy : "baseline"));
	jvalue_put(head, "tool", tool);
	jvalue_put(head, "run", jvalue_text(run));
	return head;
}

static void open_parts(struct bus *b, const struct args *a)
{
	const struct watch_args *w = &a->watch;

	b->head = head_of(a, b->run);
	b->metrics = metrics_new();
	b->alerts = alerts_new((struct alerts_options){
		.run = b->run, .clean_calls = w->clean_calls, .give = give, .ctx = b });
	b->memory = memory_new((struct memory_options){ .run = b->run, .give = give, .ctx = b });
	b->pulse = pulse_new((struct pulse_options){ .run = b->run,
						     .beat_ns = w->heartbeat_ns,
						     .blind_ns = w->blind_ns,
						     .give = give,
						     .ctx = b });
}

bool bus_open(struct bus *b, const struct args *a, const char *run, int *code)
{
	char *why = NULL;

	*b = (struct bus){ .run = run };
	open_parts(b, a);
	*code = EXIT_USAGE;
	if (!open_syslogs(b, a))
		return false;
	if (a->watch.metrics && endpoint_open(&b->endpoint, a->watch.metrics, &why) != ERR_OK)
		return say(why);
	*code = EXIT_UNWRITTEN;
	return open_files(b, a);
}

bool bus_start(struct bus *b)
{
	for (size_t i = 0; i < b->output_count; i++)
		output_start(b->outputs[i]);
	if (!b->endpoint || endpoint_start(b->endpoint))
		return true;
	fprintf(stderr, "earshot: %s: no thread for it\n", endpoint_where(b->endpoint));
	return false;
}

static void follow(void *ctx, const struct event *call)
{
	struct bus *b = ctx;

	give(b, call);
	if (b->findings)
		event_findings(call, give, b);
	alerts_call(b->alerts, call);
	if (strcmp(jvalue_str(call->object, "state"), "firm") == 0)
		memory_call(b->memory, call);
}

void bus_call(struct bus *b, struct slice line)
{
	(void)event_give_line(EVENT_CALL, line, follow, b);
}

uint64_t bus_lost(struct bus *b)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < b->output_count; i++)
		lost += output_counters(b->outputs[i]).lost;
	return lost;
}

/* A watch that sees nothing at all is not well. */
static bool any_up(const struct metrics_now *now)
{
	for (size_t i = 0; i < now->source_count; i++)
		if (now->sources[i].up)
			return true;
	return false;
}

static void publish(struct bus *b, struct metrics_now *now)
{
	struct output_counters outputs[BUS_OUTPUTS];
	struct text metrics = { 0 }, page = { 0 };

	for (size_t i = 0; i < b->output_count; i++)
		outputs[i] = output_counters(b->outputs[i]);
	json_t *open = alerts_open(b->alerts, SHOWN);
	now->outputs = outputs;
	now->output_count = b->output_count;
	now->alerts = alerts_counters(b->alerts);
	now->memory = memory_counters(b->memory);
	now->open_alerts = open;
	metrics_text(b->metrics, now, &metrics);
	metrics_page(b->metrics, now, &page);
	endpoint_publish(b->endpoint, text_slice(&metrics), text_slice(&page), any_up(now));
	json_decref(open);
	text_free(&metrics);
	text_free(&page);
}

void bus_tick(struct bus *b, struct metrics_now *now, const struct pulse_state *state)
{
	alerts_tick(b->alerts, state->now_ns);
	pulse_tick(b->pulse, state);
	for (size_t i = 0; i < b->output_count; i++)
		output_tick(b->outputs[i], state->clock_ns);
	if (b->endpoint)
		publish(b, now);
}

void bus_reopen(struct bus *b)
{
	for (size_t i = 0; i < b->output_count; i++)
		output_reopen(b->outputs[i]);
}

/* All drain at once: the first is waited for, the others have the time it took. */
uint64_t bus_finish(struct bus *b, uint64_t now_ns, int wait_ms)
{
	if (now_ns)
		alerts_flush(b->alerts, now_ns);
	for (size_t i = 0; i < b->output_count; i++)
		output_finish(b->outputs[i], wait_ms);
	return bus_lost(b);
}

void bus_close(struct bus *b)
{
	for (size_t i = 0; i < b->output_count; i++)
		output_close(b->outputs[i], 0);
	endpoint_close(b->endpoint);
	pulse_free(b->pulse);
	memory_free(b->memory);
	alerts_free(b->alerts);
	metrics_free(b->metrics);
	json_decref(b->head);
	b->output_count = 0;
}
