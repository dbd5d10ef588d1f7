/* test_output_file.c - events as NDJSON and ECS lines, to files, pipes and devices. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/watch/output.h"

#define CALL                                                                                       \
	"{\"run\":\"r1\",\"event\":\"call\",\"event_id\":\"00112233445566778899aabbccddeeff\","    \
	"\"time\":\"2026-01-02T03:04:05.678Z\",\"message\":\"A call\",\"state\":\"firm\","         \
	"\"revision\":2,\"id\":\"c1\",\"start\":\"2026-01-02T03:04:00Z\",\"end\":"                 \
	"\"2026-01-02T03:04:05.678Z\",\"label\":\"EXPOSED\",\"conditions\":{\"media\":{"           \
	"\"verdict\":\"fail\",\"grade\":4,\"why\":\"clear\"}},\"findings\":[{\"rule\":\"MED-"      \
	"001\","                                                                                   \
	"\"title\":\"Clear media\",\"detail\":\"RTP\",\"outcome\":\"violated\",\"severity\":"      \
	"\"critical\",\"class\":\"exposure\",\"problem\":\"p1\",\"fingerprint\":\"f1\"}]}"

static char folder[] = "/tmp/test-output-XXXXXX", path[64];
static struct output *o;
static json_t *head;

static int make_folder(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/out", folder);
	head = json_pack("{s:s, s:{s:s, s:s}}", "run", "r1", "tool", "version", "9.9", "policy",
			 "baseline");
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	json_decref(head);
	return rmdir(folder);
}

static int clean(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static void give_it(void *ctx, const struct event *e)
{
	(void)ctx;
	output_give(o, e);
}

static void give_finding(void *ctx, const struct event *e)
{
	(void)ctx;
	event_findings(e, give_it, NULL);
}

static void give_call(void)
{
	assert_true(event_give_line(EVENT_CALL, SLICE(CALL), give_it, NULL));
}

static void give_other(enum event_kind kind, json_t *object)
{
	const char *const words[] = { "x", event_kind_text(kind), NULL };

	event_give((struct event_of){ .kind = kind,
				      .run = "r1",
				      .time_ns = 1767323045678000000,
				      .severity = SEVERITY_HIGH,
				      .words = words,
				      .message = "Something was said" },
		   object, give_it, NULL);
}

static void open_it(const char *where, enum output_lines lines, uint32_t kinds)
{
	struct output_file_options of = {
		.path = where, .lines = lines, .kinds = kinds, .head = head
	};

	assert_int_equal(output_file(&o, of), ERR_OK);
	output_start(o);
}

static char *content(void)
{
	static char got[1 << 16];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof got - 1, f)] = '\0';
	(void)fclose(f);
	return got;
}

/* The only line there is, parsed. */
static json_t *only_line(void)
{
	char *text = content();
	json_t *doc = json_loads(text, 0, NULL);

	assert_non_null(doc);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	return doc;
}

/* What stands at "a/b/c", as text. */
static const char *at(json_t *doc, const char *where)
{
	char copy[128];
	json_t *v = doc;

	(void)snprintf(copy, sizeof copy, "%s", where);
	for (char *save = NULL, *part = strtok_r(copy, "/", &save); part;
	     part = strtok_r(NULL, "/", &save))
		v = json_object_get(v, part);
	if (!json_is_string(v))
		fail_msg("no text at %s", where);
	return json_string_value(v);
}

static json_t *as_ecs(enum event_kind kind, json_t *object)
{
	(void)unlink(path);
	open_it(path, OUTPUT_ECS, ~0u);
	if (object)
		give_other(kind, object);
	else if (kind == EVENT_CALL)
		give_call();
	else
		assert_true(event_give_line(EVENT_CALL, SLICE(CALL), give_finding, NULL));
	output_close(o, 0);
	json_t *doc = only_line();
	assert_string_equal(at(doc, "ecs/version"), "8.11.0");
	assert_string_equal(at(doc, "observer/version"), "9.9");
	assert_string_equal(at(doc, "earshot/run"), "r1");
	return doc;
}

static void lines_are_the_events(void **state)
{
	(void)state;
	open_it(path, OUTPUT_NDJSON, ~0u);
	give_call();
	give_call();
	struct output_counters n = output_counters(o);
	assert_string_equal(n.name, path);
	assert_int_equal(n.given, 2);
	assert_int_equal(n.sent, 2);
	assert_true(n.up);
	output_close(o, 0);
	assert_string_equal(content(), CALL "\n" CALL "\n");
}

static void only_kinds_that_are_asked_for(void **state)
{
	(void)state;
	open_it(path, OUTPUT_NDJSON, 1u << EVENT_ALERT);
	give_call();
	give_other(EVENT_ALERT, json_object());
	output_finish(o, 0);
	give_other(EVENT_ALERT, json_object());
	assert_int_equal(output_counters(o).given, 1);
	assert_int_equal(output_counters(o).sent, 1);
	output_close(o, 0);
	json_t *doc = only_line();
	assert_string_equal(at(doc, "event"), "alert");
	json_decref(doc);
}

static void a_call_in_ecs(void **state)
{
	(void)state;
	json_t *d = as_ecs(EVENT_CALL, NULL);
	assert_string_equal(at(d, "@timestamp"), "2026-01-02T03:04:05.678Z");
	assert_string_equal(at(d, "event/id"), "00112233445566778899aabbccddeeff");
	assert_string_equal(at(d, "event/kind"), "state");
	assert_string_equal(at(d, "event/dataset"), "earshot.call");
	assert_string_equal(at(d, "event/outcome"), "failure");
	assert_string_equal(at(d, "earshot/state"), "firm");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(d, "earshot"), "revision")), 2);
	assert_string_equal(at(d, "earshot/media/verdict"), "fail");
	json_decref(d);
}

static void a_finding_in_ecs(void **state)
{
	(void)state;
	json_t *d = as_ecs(EVENT_FINDING, NULL);
	assert_string_equal(at(d, "event/kind"), "event");
	assert_string_equal(at(d, "event/dataset"), "earshot.finding");
	assert_string_equal(at(d, "event/code"), "MED-001");
	assert_string_equal(at(d, "event/reason"), "RTP");
	assert_string_equal(at(d, "message"), "Clear media: RTP");
	assert_string_equal(at(d, "rule/id"), "MED-001");
	assert_string_equal(at(d, "rule/name"), "Clear media");
	assert_string_equal(at(d, "rule/category"), "exposure");
	assert_string_equal(at(d, "rule/ruleset"), "baseline");
	assert_string_equal(at(d, "threat/technique/id"), "T1040");
	assert_string_equal(at(d, "earshot/problem"), "p1");
	assert_string_equal(at(d, "earshot/call"), "c1");
	assert_string_equal(at(d, "earshot/state"), "firm");
	assert_null(json_object_get(json_object_get(d, "earshot"), "rule"));
	json_decref(d);
}

static json_t *alert(const char *word)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "state", word, "rule",
			 "MED-001", "title", "Clear media", "class", "exposure", "problem", "p1",
			 "count", 7, "first_seen", "2026-01-01T00:00:00Z", "last_seen",
			 "2026-01-02T00:00:00Z");
}

static void an_alert_in_ecs(void **state)
{
	static const char *const words[] = { "opened", "worse", "lasting", "cleared" };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		json_t *d = as_ecs(EVENT_ALERT, alert(words[i]));
		assert_string_equal(at(d, "event/kind"), "alert");
		assert_string_equal(at(d, "event/action"), words[i]);
		assert_string_equal(at(d, "event/outcome"), i == 3 ? "success" : "failure");
		assert_string_equal(at(d, "event/start"), "2026-01-01T00:00:00Z");
		assert_string_equal(at(d, "event/end"), "2026-01-02T00:00:00Z");
		assert_string_equal(at(d, "earshot/first_seen"), "2026-01-01T00:00:00Z");
		assert_string_equal(at(d, "earshot/severity"), "high");
		assert_int_equal(
			json_integer_value(json_object_get(json_object_get(d, "earshot"), "count")),
			7);
		json_decref(d);
	}
}

static void the_others_in_ecs(void **state)
{
	static const struct {
		enum event_kind kind;
		const char *ecs, *dataset;
	} all[] = {
		{ EVENT_CHANGE, "event", "earshot.change" },
		{ EVENT_POSTURE, "metric", "earshot.posture" },
		{ EVENT_VISIBILITY, "event", "earshot.visibility" },
		{ EVENT_HEARTBEAT, "metric", "earshot.heartbeat" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		json_t *d = as_ecs(all[i].kind, json_pack("{s:s, s:{s:n}}", "odd \"\n]name",
							  "odd \"\n]value", "more", "n"));
		assert_string_equal(at(d, "event/kind"), all[i].ecs);
		assert_string_equal(at(d, "event/dataset"), all[i].dataset);
		assert_string_equal(at(d, "event/outcome"), "unknown");
		assert_string_equal(at(d, "earshot/odd \"\n]name"), "odd \"\n]value");
		assert_null(json_object_get(d, "threat"));
		json_decref(d);
	}
}

static void a_full_device_loses_and_says_so(void **state)
{
	(void)state;
	open_it("/dev/full", OUTPUT_NDJSON, ~0u);
	give_call();
	give_call();
	struct output_counters n = output_counters(o);
	assert_int_equal(n.given, 2);
	assert_int_equal(n.lost, 2);
	assert_int_equal(n.sent, 0);
	assert_false(n.up);
	assert_string_equal(n.why, "cannot be written: No space left on device");
	output_close(o, 0);
	open_it("/dev/null", OUTPUT_NDJSON, ~0u);
	give_call();
	assert_int_equal(output_counters(o).sent, 1);
	output_close(o, 0);
}

static void a_fifo_without_a_reader_is_waited_for(void **state)
{
	char got[2 * sizeof CALL];
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	open_it(path, OUTPUT_NDJSON, ~0u);
	assert_false(output_counters(o).up);
	give_call();
	assert_int_equal(output_counters(o).lost, 1);
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	output_tick(o, 0);
	assert_true(output_counters(o).up);
	give_call();
	assert_int_equal(read(fd, got, sizeof got), sizeof CALL);
	assert_memory_equal(got, CALL "\n", sizeof CALL);
	(void)close(fd);
	give_call(); /* the reader went */
	struct output_counters n = output_counters(o);
	assert_int_equal(n.given, 3);
	assert_int_equal(n.sent, 1);
	assert_int_equal(n.lost, 2);
	output_close(o, 0);
}

static size_t drain(int fd, char *to, size_t room)
{
	size_t got = 0;

	for (ssize_t r; got < room && (r = read(fd, to + got, room - got)) > 0;)
		got += (size_t)r;
	return got;
}

/* Somebody who reads nothing holds nobody up for long, and what he gets in the end is whole. */
static void a_reader_that_stands_still_loses_whole_lines(void **state)
{
	static char got[1 << 20];
	const size_t line = sizeof CALL; /* with its newline */
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	open_it(path, OUTPUT_NDJSON, ~0u);
	for (int i = 0; i < 300; i++)
		give_call();
	struct output_counters n = output_counters(o);
	assert_int_equal(n.given, n.sent + n.lost);
	assert_true(n.lost > 0);
	assert_string_equal(n.why, "the reader takes nothing");
	size_t size = drain(fd, got, sizeof got);
	output_tick(o, 0);
	give_call();
	size += drain(fd, got + size, sizeof got - size);
	assert_int_equal(size % line, 0);
	for (size_t i = 0; i < size; i += line)
		assert_memory_equal(got + i, CALL "\n", line);
	n = output_counters(o);
	assert_int_equal(size / line, n.sent);
	assert_true(n.up);
	output_close(o, 0);
	(void)close(fd);
}

static void what_was_begun_and_not_finished_is_lost(void **state)
{
	static char got[1 << 20];
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	open_it(path, OUTPUT_NDJSON, ~0u);
	for (int i = 0; i < 300; i++)
		give_call();
	output_finish(o, 0);
	size_t whole = drain(fd, got, sizeof got) / sizeof CALL;
	struct output_counters n = output_counters(o);
	assert_int_equal(n.sent, whole);
	assert_int_equal(n.sent + n.lost, n.given);
	output_close(o, 0);
	(void)close(fd);
}

/* Runs `give_call` with standard output led to `fd`. */
static struct output_counters with_stdout(int fd, int times)
{
	int before = dup(STDOUT_FILENO);

	(void)fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	open_it("-", OUTPUT_NDJSON, ~0u);
	while (times--)
		give_call();
	output_finish(o, 0);
	struct output_counters n = output_counters(o);
	n.name = NULL;
	output_close(o, 0);
	assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
	(void)close(before);
	return n;
}

static void standard_output_whose_reader_went(void **state)
{
	int ends[2];
	char got[sizeof CALL];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	struct output_counters n = with_stdout(ends[1], 1);
	assert_int_equal(n.sent, 1);
	assert_int_equal(read(ends[0], got, sizeof got), sizeof got);
	assert_memory_equal(got, CALL "\n", sizeof CALL);
	(void)close(ends[0]);
	n = with_stdout(ends[1], 2);
	(void)close(ends[1]);
	assert_int_equal(n.given, 2);
	assert_int_equal(n.lost, 2);
	assert_string_equal(n.why, "cannot be written: Broken pipe");
}

static void a_folder_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(output_file(&o, (struct output_file_options){ .path = folder }), ERR_IO);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(output_file(&o, (struct output_file_options){ .path = "/nonexistent/x" }),
			 ERR_IO);
	assert_int_equal(errno, ENOENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, clean, clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_are_the_events),
		TEST(only_kinds_that_are_asked_for),
		TEST(a_call_in_ecs),
		TEST(a_finding_in_ecs),
		TEST(an_alert_in_ecs),
		TEST(the_others_in_ecs),
		TEST(a_full_device_loses_and_says_so),
		TEST(a_fifo_without_a_reader_is_waited_for),
		TEST(a_reader_that_stands_still_loses_whole_lines),
		TEST(what_was_begun_and_not_finished_is_lost),
		TEST(standard_output_whose_reader_went),
		TEST(a_folder_is_no_file),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
