/* send_events.c - gives event lines from standard input to an output; for tests of receivers. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/watch/output.h"
#include "reports/jvalue.h"

/*
 * usage: send_events WHERE QUEUE CA
 *        send_events ndjson:PATH BYTES -        a file, rotated beyond so many
 *        send_events ecs:PATH BYTES -
 *
 * WHERE as output_syslog wants it, QUEUE its bound (0: the usual), CA a file of authorities or "-".
 * An empty line, and the end, print the counters as a line of JSON.
 */

static struct output *o;

static void tell(void)
{
	struct output_counters n = output_counters(o);
	json_t *j = json_object();

	jvalue_put(j, "given", jvalue_number(n.given));
	jvalue_put(j, "sent", jvalue_number(n.sent));
	jvalue_put(j, "again", jvalue_number(n.again));
	jvalue_put(j, "lost", jvalue_number(n.lost));
	jvalue_put(j, "waiting", jvalue_number(n.waiting));
	jvalue_put(j, "reconnects", jvalue_number(n.reconnects));
	jvalue_put(j, "failures", jvalue_number(n.failures));
	jvalue_put(j, "up", json_boolean(n.up));
	jvalue_put(j, "why", jvalue_text(n.why));
	(void)json_dumpf(j, stdout, JSON_COMPACT);
	(void)printf("\n");
	(void)fflush(stdout);
	json_decref(j);
}

static void give(void *ctx, const struct event *e)
{
	struct event of_its_kind = *e;

	(void)ctx;
	if (event_kind_parse(slice_of(jvalue_str(e->object, "event")), &of_its_kind.kind))
		output_give(o, &of_its_kind);
}

static void read_all(void)
{
	char *line = NULL;
	size_t room = 0;

	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
		if (n == 1)
			tell();
		else
			(void)event_give_line(
				EVENT_CALL, (struct slice){ (const uint8_t *)line, (size_t)n - 1 },
				give, NULL);
	}
	free(line);
}

static bool open_file(char **argv, enum output_lines lines, const json_t *head)
{
	struct output_file_options of = { .path = strchr(argv[1], ':') + 1,
					  .lines = lines,
					  .kinds = ~0u,
					  .rotate_bytes = strtoul(argv[2], NULL, 10),
					  .keep = 1000,
					  .head = head };

	return output_file(&o, of) == ERR_OK;
}

static bool open_syslog(char **argv)
{
	char *why = NULL;
	struct output_syslog_options of = { .where = argv[1],
					    .kinds = ~0u,
					    .queue = (uint32_t)strtoul(argv[2], NULL, 10),
					    .ca = strcmp(argv[3], "-") == 0 ? NULL : argv[3],
					    .hostname = "probe.example",
					    .facility = 10 };

	if (output_syslog(&o, of, &why) == ERR_OK)
		return true;
	(void)fprintf(stderr, "send_events: %s\n", why);
	return false;
}

static bool open_output(char **argv, const json_t *head)
{
	if (strncmp(argv[1], "ndjson:", 7) == 0)
		return open_file(argv, OUTPUT_NDJSON, head);
	if (strncmp(argv[1], "ecs:", 4) == 0)
		return open_file(argv, OUTPUT_ECS, head);
	return open_syslog(argv);
}

int main(int argc, char **argv)
{
	json_t *head = json_pack("{s:s, s:{s:s, s:s}}", "run", "r1", "tool", "version", "0",
				 "policy", "baseline");

	(void)signal(SIGPIPE, SIG_IGN);
	if (argc != 4 || !open_output(argv, head))
		return 2;
	output_start(o);
	read_all();
	output_finish(o, 5000);
	tell();
	output_close(o, 0);
	json_decref(head);
	return 0;
}
