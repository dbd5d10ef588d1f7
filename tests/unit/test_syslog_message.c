/* test_syslog_message.c - events as RFC 5424: what is told, and what hostile text cannot do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/watch/syslog_message.h"
#include "tests/lib/read5424.h"

static struct syslog_message_as as = { .hostname = "probe1",
				       .process = 4711,
				       .enterprise = 32473,
				       .facility = 10,
				       .limit = SYSLOG_MESSAGE_STREAM };
static struct text message;
static struct read5424 got;

static int free_message(void **state)
{
	(void)state;
	text_free(&message);
	as.limit = SYSLOG_MESSAGE_STREAM;
	as.hostname = "probe1";
	return 0;
}

static void encode(void *ctx, const struct event *e)
{
	(void)ctx;
	text_clear(&message);
	syslog_message_add(&message, &as, e);
	if (!read5424(text_slice(&message), &got))
		fail_msg("breaks the grammar: %s", message.p);
	assert_true(message.n <= as.limit);
}

static void read_line(enum event_kind kind, const char *line)
{
	assert_true(event_give_line(kind, slice_of(line), encode, NULL));
}

static void read_object(enum event_kind kind, enum severity severity, const char *said,
			json_t *object)
{
	const char *const words[] = { "x", NULL };

	event_give((struct event_of){ .kind = kind,
				      .run = "r1",
				      .time_ns = 1767323045678901234,
				      .severity = severity,
				      .words = words,
				      .message = said },
		   object, encode, NULL);
}

static void expect(const char *name, const char *value)
{
	const char *v = read5424_value(&got, name);

	if (!v)
		fail_msg("%s is missing in %s", name, message.p);
	assert_string_equal(v, value);
}

static void an_alert(void **state)
{
	(void)state;
	read_object(EVENT_ALERT, SEVERITY_HIGH, "Clear media at 10.0.0.1",
		    json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:[s], s:{}, s:n, s:b}", "rule",
			      "MED-001", "problem", "p1", "state", "opened", "count", 12, "element",
			      "10.0.0.1", "first_seen", "2026-01-01T00:00:00Z", "calls", "c1",
			      "more", "none", "gates", 1));
	assert_string_equal(got.time, "2026-01-02T03:04:05.678901Z");
	assert_string_equal(got.host, "probe1");
	assert_string_equal(got.app, "earshot");
	assert_string_equal(got.process, "4711");
	assert_string_equal(got.id, "MED-001");
	assert_string_equal(got.sd_id, "earshot@32473");
	assert_int_equal(got.pri, 10 * 8 + 3);
	expect("event", "alert");
	expect("run", "r1");
	expect("rule", "MED-001");
	expect("problem", "p1");
	expect("state", "opened");
	expect("severity", "high");
	expect("count", "12");
	expect("element", "10.0.0.1");
	expect("first_seen", "2026-01-01T00:00:00Z");
	expect("gates", "true");
	assert_int_equal(strlen(read5424_value(&got, "id")), 32);
	assert_null(read5424_value(&got, "calls"));
	assert_null(read5424_value(&got, "more"));
	assert_null(read5424_value(&got, "none"));
	assert_null(read5424_value(&got, "left_out"));
	assert_int_equal(got.message.n, 23);
	assert_memory_equal(got.message.p, "Clear media at 10.0.0.1", 23);
}

static void a_call(void **state)
{
	(void)state;
	read_line(EVENT_CALL,
		  "{\"run\":\"r1\",\"event\":\"call\",\"event_id\":\"e1\",\"time\":"
		  "\"2026-01-02T03:04:05.678901234Z\",\"message\":\"A call\",\"id\":\"c1\","
		  "\"state\":\"firm\",\"revision\":3,\"label\":\"EXPOSED\",\"score\":12.5,"
		  "\"conditions\":{\"media\":{\"verdict\":\"fail\"},\"keys\":{\"verdict\":"
		  "\"partial\"}},\"signaling\":\"forged\"}");
	assert_string_equal(got.time, "2026-01-02T03:04:05.678901Z");
	assert_string_equal(got.id, "call");
	assert_int_equal(got.pri, 10 * 8 + 6);
	expect("id", "e1");
	expect("call", "c1");
	expect("revision", "3");
	expect("score", "12.5");
	expect("media", "fail");
	expect("keys", "partial");
	assert_null(read5424_value(&got, "signaling"));
}

static void severities(void **state)
{
	static const struct {
		enum severity severity;
		unsigned level;
	} all[] = { { SEVERITY_CRITICAL, 2 },
		    { SEVERITY_HIGH, 3 },
		    { SEVERITY_MEDIUM, 4 },
		    { SEVERITY_LOW, 5 },
		    { SEVERITY_INFO, 6 } };
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		read_object(EVENT_ALERT, all[i].severity, "m", json_object());
		assert_int_equal(got.pri, 80 + all[i].level);
		assert_string_equal(got.id, "alert");
	}
}

static void what_is_missing_is_nil(void **state)
{
	(void)state;
	as.hostname = "";
	read_line(EVENT_HEARTBEAT, "{}");
	assert_string_equal(got.time, "-");
	assert_string_equal(got.host, "-");
	assert_int_equal(got.message.n, 0);
	as.hostname = "a b\n\xc3\xa4";
	read_line(EVENT_HEARTBEAT, "{\"time\":\"2026-01-02T03:04:05Z\"}");
	assert_string_equal(got.host, "a_b___");
	assert_string_equal(got.time, "2026-01-02T03:04:05.000000Z");
}

/* What stands in the value is what text_printable makes of it, cut to 256 octets. */
static void expect_harmless(const char *name, struct slice wire)
{
	struct text whole = { 0 };
	const char *v = read5424_value(&got, name);

	text_printable(&whole, wire);
	assert_non_null(v);
	size_t n = strlen(v);
	assert_true(n <= SYSLOG_MESSAGE_VALUE);
	assert_true(n == whole.n || n > SYSLOG_MESSAGE_VALUE - 16);
	assert_memory_equal(v, text_of(&whole), n);
	text_free(&whole);
}

static void read_hostile(struct slice s)
{
	json_t *v = json_stringn((const char *)s.p, s.n);

	if (!v) /* broken UTF-8 is no JSON: it cannot come so far */
		return;
	struct text said = { 0 };
	text_utf8(&said, s);
	read_object(
		EVENT_FINDING, SEVERITY_LOW, text_of(&said),
		json_pack("{s:O, s:O, s:O, s:O}", "rule", v, "element", v, "label", v, "other", v));
	expect_harmless("rule", s);
	expect_harmless("element", s);
	expect_harmless("other", s);
	json_decref(v);
	text_free(&said);
	for (size_t i = 0; i < message.n; i++)
		if ((uint8_t)message.p[i] < 0x20 || message.p[i] == 0x7f)
			fail_msg("a control character in %s", message.p);
}

static const char *const hostile[] = {
	"\"",
	"\\",
	"]",
	"\\\"",
	"\\]",
	"\\\\",
	"\"]",
	"\"] x",
	"\" a=\"b",
	"][a b=\"c",
	"]]]]]]",
	"\"\"\"\"",
	"\\\\\\\\",
	"\\x0a",
	"a\nb",
	"\r\n",
	"\t",
	"\x01",
	"\x1b[2J",
	"\x7f",
	"\xc2\x85",
	"\xe2\x80\xa8",
	"\xe2\x80\xae",
	"\xef\xbb\xbf",
	"\xc2\x9b",
	"<34>1 -",
	"12 <34>1",
	"=",
	" ",
	"",
	"%s%n",
	"${jndi:x}",
	"@cee: {}",
	"[a@1 b=\"]\"]",
	"'",
	"\xf0\x9f\x93\x9e",
	"\xef\xbf\xbf",
	"\xe2\x81\xa6",
	"-",
	"#012",
	"\\u000a",
};

static void hostile_text_stays_in_its_place(void **state)
{
	unsigned n = 0;
	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
		for (size_t k = 0; k < 6; k++, n++) {
			static const char *const around[][2] = { { "", "" },	  { "a", "" },
								 { "", "b" },	  { "\\", "\"" },
								 { "\"]", "\n" }, { "]", "\\" } };
			struct text t = { 0 };
			text_addf(&t, "%s%s%s", around[k][0], hostile[i], around[k][1]);
			read_hostile((struct slice){ (const uint8_t *)text_of(&t), t.n });
			text_free(&t);
		}
	for (unsigned c = 1; c < 256; c++, n++) {
		uint8_t one[] = { 'a', (uint8_t)c, 'b' }, two[] = { 0xc2, (uint8_t)c };
		read_hostile((struct slice){ one, 3 });
		read_hostile((struct slice){ two, 2 });
	}
	assert_true(n > 400);
}

/* Whatever stands at the border: a character is whole or not there. */
static void values_end_on_a_character(void **state)
{
	static const char *const units[] = {
		"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x93\x9e", "\n", "\"", "\\"
	};
	(void)state;
	for (size_t u = 0; u < sizeof units / sizeof *units; u++)
		for (size_t front = 0; front < 5; front++) {
			struct text t = { 0 };
			text_addf(&t, "%.*s", (int)front, "xxxxx");
			while (t.n < 600)
				text_add(&t, units[u]);
			read_hostile(text_slice(&t));
			text_free(&t);
		}
}

static json_t *many(unsigned n, size_t length)
{
	json_t *o = json_object();
	char name[16], value[512];

	memset(value, '"', sizeof value);
	value[length] = '\0';
	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(name, sizeof name, "m%u", i);
		(void)json_object_set_new(o, name, json_string(value));
	}
	return o;
}

/* Structured data leaves room for the sentence, and says what it had no room for. */
static void too_much_is_counted(void **state)
{
	static char said[20000];
	static const size_t limits[] = { SYSLOG_MESSAGE_DATAGRAM, SYSLOG_MESSAGE_STREAM };
	(void)state;
	for (size_t i = 0; i + 3 < sizeof said; i += 2)
		memcpy(said + i, "\xc3\xa4", 3);
	for (size_t i = 0; i < 2; i++) {
		as.limit = limits[i];
		read_object(EVENT_HEARTBEAT, SEVERITY_INFO, said, many(100, 100));
		unsigned left_out = (unsigned)atoi(read5424_value(&got, "left_out"));
		assert_int_equal(left_out + got.count - 1, 4 + 100);
		expect("event", "heartbeat");
		assert_true(message.n > as.limit - 2);
		assert_int_equal(got.message.n % 2, 0);
	}
	read_object(EVENT_HEARTBEAT, SEVERITY_INFO, "m", many(20, 100));
	assert_null(read5424_value(&got, "left_out"));
}

static void names_that_are_none_are_left_away(void **state)
{
	(void)state;
	read_object(EVENT_CHANGE, SEVERITY_INFO, "m",
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "a b", "1", "a=b", "2", "a]b",
			      "3", "a\"b", "4", "", "5", "abcdefghijklmnopqrstuvwxyz0123456", "6",
			      "abcdefghijklmnopqrstuvwxyz012345", "7"));
	expect("abcdefghijklmnopqrstuvwxyz012345", "7");
	assert_int_equal(got.count, 5);
}

#define TEST(f) cmocka_unit_test_teardown(f, free_message)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_alert),
		TEST(a_call),
		TEST(severities),
		TEST(what_is_missing_is_nil),
		TEST(hostile_text_stays_in_its_place),
		TEST(values_end_on_a_character),
		TEST(too_much_is_counted),
		TEST(names_that_are_none_are_left_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
