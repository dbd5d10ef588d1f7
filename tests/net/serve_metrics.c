/* serve_metrics.c - serves the metrics of event lines from standard input; for tests of dashboards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/ecs_event.h"
#include "analyzer/watch/endpoint.h"
#include "analyzer/watch/metrics.h"
#include "analyzer/watch/pulse.h"
#include "reports/jvalue.h"

/*
 * usage: serve_metrics WHERE ECS
 *
 * The first line says where it listens. Each record of a call is judged as in a watch; what is said
 * of it is printed, a line an event, and written to the file ECS as documents of that schema. After
 * an empty line all is published, and an empty line says so; each such round a source has dropped
 * more, and an output lost more. Ends with its input.
 */

static struct endpoint_server *server;
static struct metrics *metrics;
static struct alerts *alerts;
static struct memory *memory;
static struct pulse *pulse;
static FILE *ecs;
static uint64_t began_ns, newest_ns, calls, round_;

static uint64_t clock_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * WHEN_SECOND + (uint64_t)t.tv_nsec;
}

static void write_ecs(const struct event *e)
{
	static const char head[] = "{\"tool\":{\"version\":\"0.1.0\",\"policy\":\"baseline\"}}";
	json_t *of_run = json_loads(head, 0, NULL);
	struct text t = { 0 };

	ecs_event_line(&t, of_run, e);
	(void)fputs(text_of(&t), ecs);
	text_free(&t);
	json_decref(of_run);
}

static void say(void *ctx, const struct event *e)
{
	(void)ctx;
	write_ecs(e);
	metrics_event(metrics, e);
	(void)printf("%.*s\n", (int)e->line.n, (const char *)e->line.p);
}

static void call(void *ctx, const struct event *e)
{
	struct event of_its_kind = *e;

	(void)ctx;
	if (!event_kind_parse(slice_of(jvalue_str(e->object, "event")), &of_its_kind.kind) ||
	    of_its_kind.kind != EVENT_CALL)
		return;
	calls++;
	newest_ns = e->time_ns > newest_ns ? e->time_ns : newest_ns;
	metrics_event(metrics, &of_its_kind);
	write_ecs(&of_its_kind);
	alerts_call(alerts, &of_its_kind);
	memory_call(memory, &of_its_kind);
	event_findings(&of_its_kind, say, NULL);
}

static void beat(uint64_t drops)
{
	const struct pulse_source sources[] = {
		{ .label = "mirror",
		  .name = "eth1",
		  .kind = "interface",
		  .packets = calls * 100,
		  .drops = drops,
		  .last_ns = newest_ns,
		  .up = true },
		{ .label = "branch", .name = "/captures", .kind = "folder", .why = "not there" },
	};
	struct pulse_state s = { .sources = sources,
				 .source_count = 2,
				 .now_ns = newest_ns ? newest_ns : clock_ns(),
				 .clock_ns = clock_ns(),
				 .calls_judged = calls };

	pulse_tick(pulse, &s);
}

static void publish(void)
{
	static const char *const names[] = { "flows" };
	const struct metrics_source sources[] = {
		{ .label = "mirror",
		  .kind = "interface",
		  .packets = calls * 100,
		  .bytes = calls * 9000,
		  .kernel_drops = round_ * 3,
		  .up = true },
		{ .label = "branch", .kind = "folder", .outages = 1 },
	};
	const struct output_counters outputs[] = { { .name = "tls:siem.example:6514",
						     .given = calls,
						     .sent = calls,
						     .lost = round_,
						     .up = true } };
	json_t *open = alerts_open(alerts, 50);
	const struct metrics_now now = { .version = "0.1.0",
					 .policy = "baseline",
					 .sources = sources,
					 .source_count = 2,
					 .outputs = outputs,
					 .output_count = 1,
					 .alerts = alerts_counters(alerts),
					 .memory = memory_counters(memory),
					 .open_alerts = open,
					 .calls_open = 3,
					 .flows_open = 12,
					 .resident_bytes = UINT64_C(80) << 20,
					 .memory_cap = UINT64_C(1) << 30,
					 .started_ns = began_ns,
					 .clock_ns = clock_ns(),
					 .newest_ns = newest_ns,
					 .limit_names = names,
					 .limit_counts = &round_,
					 .limit_count = 1 };
	struct text text = { 0 }, page = { 0 };

	metrics_text(metrics, &now, &text);
	metrics_page(metrics, &now, &page);
	endpoint_publish(server, text_slice(&text), text_slice(&page), true);
	text_free(&text);
	text_free(&page);
	json_decref(open);
}

static void read_all(void)
{
	char *line = NULL;
	size_t room = 0;

	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
		if (n > 1) {
			(void)event_give_line(
				EVENT_CALL, (struct slice){ (const uint8_t *)line, (size_t)n - 1 },
				call, NULL);
			continue;
		}
		beat(++round_ * 3);
		publish();
		(void)printf("\n");
		(void)fflush(stdout);
	}
	free(line);
	alerts_flush(alerts, newest_ns);
}

int main(int argc, char **argv)
{
	static const char run[] = "0123456789abcdef";
	char *why = NULL;

	ecs = argc == 3 ? fopen(argv[2], "w") : NULL;
	if (!ecs || endpoint_open(&server, argv[1], &why) != ERR_OK) {
		(void)fprintf(stderr, "serve_metrics: %s\n", why ? why : "usage: WHERE ECS");
		free(why);
		return 2;
	}
	began_ns = clock_ns();
	metrics = metrics_new();
	alerts = alerts_new((struct alerts_options){ .run = run, .clean_calls = 2, .give = say });
	memory = memory_new((struct memory_options){ .run = run, .learn_ns = 1, .give = say });
	pulse = pulse_new((struct pulse_options){ .run = run, .beat_ns = 1, .give = say });
	(void)printf("%s\n", endpoint_where(server));
	(void)fflush(stdout);
	if (!endpoint_start(server))
		return 1;
	read_all();
	endpoint_close(server);
	(void)fclose(ecs);
	pulse_free(pulse);
	memory_free(memory);
	alerts_free(alerts);
	metrics_free(metrics);
	return 0;
}
