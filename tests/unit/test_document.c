/* test_document.c - the document, its order, its head and its bounds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "reports/jvalue.h"
#include "tests/lib/reporting.h"

static const json_t *path(const json_t *at, const char *dotted)
{
	char key[64];

	while (at && *dotted) {
		size_t n = strcspn(dotted, ".");
		(void)snprintf(key, sizeof key, "%.*s", (int)n, dotted);
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key))
				       : jvalue_get(at, key);
		dotted += n + (dotted[n] == '.');
	}
	return at;
}

static json_t *whole(struct document *d)
{
	char *text = reporting_text(d, "json", 80);
	json_t *doc = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	free(text);
	assert_non_null(doc);
	return doc;
}

static void has_every_key_in_document_order(void **state)
{
	static const char *const keys[] = { "schema",
					    "run",
					    "tool",
					    "inputs",
					    "losses",
					    "limits_hit",
					    "summary",
					    "calls",
					    "rules",
					    "problems",
					    "unexplained_media",
					    "frameworks" };
	size_t i = 0;
	const char *key;
	json_t *value;
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 2);
	json_t *doc = whole(d);

	json_object_foreach(doc, key, value)
	{
		assert_true(i < sizeof keys / sizeof *keys);
		assert_string_equal(key, keys[i++]);
	}
	assert_int_equal(i, sizeof keys / sizeof *keys);
	json_decref(doc);
	document_free(d);
}

static void counts_what_the_run_counted(void **state)
{
	static const struct {
		const char *where;
		json_int_t n;
	} cases[] = {
		{ "summary.seen.packets", 100 },
		{ "summary.seen.rtp_streams", 0 },
		{ "losses.tcp_gaps", 3 },
		{ "losses.kernel_drops", 0 },
		{ "losses.undecoded.arp", 2 },
		{ "limits_hit.0.count", 9 },
		{ "summary.rows.call", 3 },
		{ "summary.labels.EXPOSED", 3 },
		{ "summary.findings.critical", 3 },
		{ "summary.gate.exit", 1 },
		{ "problems.0.calls", 3 },
		{ "frameworks.0.controls.0.calls", 3 },
		{ "unexplained_media.0.packets", 12 },
		{ "summary.conditions.keys.counts.fail", 3 },
	};
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 3);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const json_t *v = path(document_head(d), cases[i].where);
		assert_true(json_is_integer(v));
		assert_int_equal(json_integer_value(v), cases[i].n);
	}
	assert_int_equal(json_array_size(path(document_head(d), "limits_hit")), 1);
	document_free(d);
}

static void orders_calls_by_end_then_id(void **state)
{
	struct reporting a, b, c;
	(void)state;
	struct document *d = reporting_begin(REDACT_MASK, false);

	reporting_call(&a, 2);
	reporting_call(&b, 1);
	reporting_call(&c, 3);
	c.call.end_ns = b.call.end_ns;
	reporting_add(d, &a);
	reporting_add(d, &c);
	reporting_add(d, &b);
	reporting_finish(d);
	const char *const ids[] = { b.id, c.id, a.id };
	for (size_t i = 0; i < 3; i++) {
		json_t *call = document_call(d, i);
		assert_string_equal(jvalue_str(call, "id"), ids[i]);
		json_decref(call);
	}
	document_free(d);
}

static void says_what_hosts_showed(void **state)
{
	struct credential shown[2] = { { .kind = CREDENTIAL_TLS, .length = CREDENTIAL_BYTES },
				       { .kind = CREDENTIAL_ZID, .length = 8 } };
	struct document *d = reporting_begin(REDACT_MASK, false);
	struct reporting m;
	(void)state;

	reporting_call(&m, 1);
	memset(shown[0].digest, 0xab, sizeof shown[0].digest);
	shown[0].who = shown[1].who = m.call.ends[0].at;
	m.call.credentials = shown;
	m.call.credential_count = 2;
	reporting_add(d, &m);
	m.call.credential_count = 0;
	m.call.id = "ffffffffffffffff"; /* in order behind the other */
	reporting_add(d, &m);
	reporting_finish(d);
	json_t *call = document_call(d, 0), *list = json_object_get(call, "shown");
	const json_t *tls = json_array_get(list, 0), *zid = json_array_get(list, 1);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(jvalue_str(tls, "kind"), "tls");
	assert_memory_equal(jvalue_str(tls, "who"), "endpoint-", 9);
	assert_int_equal(strlen(jvalue_str(tls, "digest")), 64);
	assert_memory_equal(jvalue_str(tls, "digest"), "abab", 4);
	assert_string_equal(jvalue_str(zid, "digest"), "0000000000000000");
	json_decref(call);
	call = document_call(d, 1);
	assert_null(json_object_get(call, "shown"));
	json_decref(call);
	document_free(d);
}

static void gives_the_worst_call_first(void **state)
{
	struct reporting m;
	(void)state;
	struct document *d = reporting_begin(REDACT_MASK, false);

	static const enum label labels[] = { LABEL_END_TO_END, LABEL_NONE, LABEL_EXPOSED,
					     LABEL_HOP_BY_HOP };
	static const char *const worst[] = { "EXPOSED", "HOP BY HOP", "END-TO-END", "" };
	for (unsigned i = 0; i < 4; i++) {
		reporting_call(&m, i);
		m.judgement.label = labels[i];
		m.judgement.finding_count = 0;
		reporting_add(d, &m);
	}
	reporting_finish(d);
	for (size_t i = 0; i < 4; i++) {
		json_t *call = document_worst(d, i);
		assert_string_equal(jvalue_str(call, "label"), worst[i]);
		json_decref(call);
	}
	document_free(d);
}

static void says_null_where_nothing_is_known(void **state)
{
	struct reporting m;
	(void)state;
	struct document *d = reporting_begin(REDACT_MASK, false);

	memset(&m, 0, sizeof m);
	m.call.kind = CALL_OPAQUE;
	m.judgement.label = LABEL_NONE;
	m.judgement.hop_protection = SHOWN_NOT_OBSERVABLE;
	reporting_add(d, &m);
	reporting_finish(d);
	json_t *call = document_call(d, 0);
	static const char *const keys[] = { "label",  "score", "score_range",
					    "letter", "start", "coverage" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_true(json_is_null(jvalue_get(call, keys[i])));
	assert_true(json_is_null(path(call, "ends.0.address")));
	json_decref(call);
	document_free(d);
}

static void is_not_observable_without_any_row(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 0);
	const json_t *s = jvalue_get(document_head(d), "summary");

	assert_string_equal(json_string_value(path(s, "conditions.media.verdict")),
			    "not_observable");
	assert_true(json_is_null(jvalue_get(s, "label")));
	assert_true(json_is_null(jvalue_get(s, "letter")));
	assert_int_equal(json_integer_value(path(s, "gate.exit")), 4);
	assert_string_equal(
		json_string_value(path(document_head(d), "frameworks.0.controls.0.status")),
		"not-assessable");
	json_decref(whole(d));
	document_free(d);
}

static void gives_the_line_with_the_run_as_a_call_ends(void **state)
{
	struct reporting m;
	(void)state;
	struct document *d = reporting_begin(REDACT_MASK, false);

	reporting_call(&m, 0);
	json_t *line =
		json_loads(document_add(d, &m.call, &m.judgement), JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(jvalue_str(line, "run"), document_run_id(d));
	assert_int_equal(strlen(document_run_id(d)), 16);
	json_decref(line);
	reporting_finish(d);
	char *lines = reporting_text(d, "ndjson", 80);
	assert_ptr_equal(strchr(lines, '\n'), lines + strlen(lines) - 1);
	line = json_loads(lines, 0, NULL);
	assert_string_equal(jvalue_str(line, "run"), document_run_id(d));
	json_decref(line);
	free(lines);
	document_free(d);
}

static void writes_the_same_bytes_twice(void **state)
{
	static const char *const formats[] = { "json", "ndjson", "text", "html" };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct document *a = reporting_document(REDACT_MASK, 70);
		struct document *b = reporting_document(REDACT_MASK, 70);
		char *one = reporting_text(a, formats[i], 80),
		     *two = reporting_text(b, formats[i], 80);
		assert_string_equal(one, two);
		free(one);
		free(two);
		document_free(a);
		document_free(b);
	}
}

static void rolls_up_the_same_problem_of_many_calls(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 5);
	const json_t *problems = jvalue_get(document_head(d), "problems");
	const json_t *first = json_array_get(problems, 0);

	assert_int_equal(json_array_size(problems), 2);
	assert_string_equal(jvalue_str(first, "rule"), "MED-001");
	assert_int_equal(jvalue_int(first, "calls"), 5);
	assert_string_equal(jvalue_str(first, "first"), "2026-01-02T03:04:05.000000006Z");
	assert_string_equal(jvalue_str(first, "last"), "2026-01-02T07:04:46.000000006Z");
	assert_string_equal(jvalue_str(first, "element"), "10.0.9.10");
	document_free(d);
}

/* Rule-catalog C.1: evidence against only where a violated rule cites it; silence only where
 * something was seen. */
static void says_of_a_control_only_what_was_seen(void **state)
{
	static const struct {
		const char *id, *status;
	} cases[] = {
		{ "164.312(e)(1)", "evidence-against" },
		{ "164.312(e)(2)(i)", "no-adverse-evidence" },
		{ "164.312(e)(2)(ii)", "evidence-against" },
		{ "164.312(c)(1)", "no-adverse-evidence" },
		{ "164.312(d)", "not-assessable" },
		{ "164.312(b)", "not-assessable" },
		{ "164.402", "not-assessable" },
		{ "164.306(b), (d)(3)", "not-assessable" },
	};
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 1);
	const json_t *controls = path(document_head(d), "frameworks.0.controls");

	assert_true(json_array_size(controls) > sizeof cases / sizeof *cases);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(jvalue_str(json_array_get(controls, i), "id"), cases[i].id);
		assert_string_equal(jvalue_str(json_array_get(controls, i), "status"),
				    cases[i].status);
	}
	document_free(d);
}

static void masks_people_in_all_formats(void **state)
{
	static const char *const formats[] = { "json", "ndjson", "text", "html" };
	static const char *const hidden[] = { "alice0",		"5550000000", "Liddell",
					      "10.0.0.1:",	"10.0.0.2",   "/home/",
					      "a84b4c76e66710", "10.0.0.7" };
	(void)state;
	struct document *d = reporting_document(REDACT_MASK, 2);

	for (size_t i = 0; i < 4; i++) {
		char *text = reporting_text(d, formats[i], 80);
		for (size_t k = 0; k < sizeof hidden / sizeof *hidden; k++)
			assert_null(strstr(text, hidden[k]));
		free(text);
	}
	document_free(d);
}

static void shows_people_when_told_to(void **state)
{
	(void)state;
	struct document *d = reporting_document(REDACT_NONE, 1);
	struct text t = { 0 };

	assert_true(document_call_text(d, 0, &t));
	const char *call = text_of(&t);
	assert_non_null(strstr(call, "\"from\":\"alice0@a.example\""));
	assert_non_null(strstr(call, "\"a\":\"10.0.0.1:5060\""));
	assert_non_null(strstr(call, "\"call_id\":\"a84b4c76e66710@10.0.0.1\""));
	text_free(&t);
	document_free(d);
}

static void survives_hostile_text_in_every_field(void **state)
{
	struct reporting m;
	(void)state;
	for (size_t i = 0; reporting_hostile(i); i++) {
		struct document *d = reporting_begin(i % 2 ? REDACT_NONE : REDACT_MASK, false);
		reporting_call(&m, 0);
		reporting_fill(&m, reporting_hostile(i));
		reporting_add(d, &m);
		reporting_finish(d);
		json_t *doc = whole(d);
		assert_int_equal(json_array_size(jvalue_get(doc, "calls")), 1);
		json_decref(doc);
		document_free(d);
	}
}

static void gives_a_range_only_where_a_row_is_scored(void **state)
{
	struct reporting m;
	(void)state;
	struct document *d = reporting_begin(REDACT_MASK, false);

	reporting_call(&m, 0);
	reporting_add(d, &m);
	reporting_call(&m, 1);
	m.judgement.scored = m.judgement.has_score = false;
	reporting_add(d, &m);
	reporting_finish(d);
	json_t *scored = document_call(d, 0), *not_scored = document_call(d, 1);
	assert_int_equal(json_array_size(jvalue_get(scored, "score_range")), 2);
	assert_true(json_is_null(jvalue_get(not_scored, "score_range")));
	assert_string_equal(jvalue_str(not_scored, "label"), "EXPOSED");
	json_decref(scored);
	json_decref(not_scored);
	document_free(d);
}

/* More than the head holds, and more than the spool reads at once. */
static void keeps_every_call_and_problem_of_a_large_run(void **state)
{
	enum { MANY = 400 };
	struct reporting m;
	(void)state;
	struct document *d = reporting_begin(REDACT_MASK, false);

	for (unsigned i = 0; i < MANY; i++) {
		reporting_call(&m, MANY - i);
		for (int k = 0; k < 2; k++)
			(void)snprintf(m.findings[k].problem, sizeof m.findings[k].problem, "%032x",
				       i * 2 + (unsigned)k);
		reporting_add(d, &m);
	}
	reporting_finish(d);
	char *text = reporting_text(d, "json", 80);
	json_t *whole = json_loads(text, 0, NULL);
	const json_t *rule = path(whole, "summary.rules.0"), *calls = jvalue_get(whole, "calls");
	assert_int_equal(json_array_size(jvalue_get(whole, "problems")), 2 * MANY);
	assert_true(json_array_size(jvalue_get(document_head(d), "problems")) < 2 * MANY);
	assert_int_equal(jvalue_int(path(whole, "summary"), "problems"), 2 * MANY);
	assert_string_equal(jvalue_str(rule, "rule"), "MED-001");
	assert_int_equal(jvalue_int(rule, "calls"), MANY);
	assert_int_equal(jvalue_int(rule, "problems"), MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(strtoull(jvalue_str(json_array_get(calls, i), "id"), NULL, 16),
				 0x4f2a0000U + i + 1);
	json_decref(whole);
	free(text);
	document_free(d);
}

static void notices_a_full_spool(void **state)
{
	struct rlimit before, small;
	struct reporting m;
	const char *line = "";
	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	struct document *d = reporting_begin(REDACT_MASK, false);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4000; /* records are packed */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned i = 0; line && i < 1000; i++) {
		reporting_call(&m, i);
		line = document_add(d, &m.call, &m.judgement);
	}
	int why = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_null(line);
	assert_int_equal(why, EFBIG);
	assert_int_equal(document_error(d), EFBIG);
	reporting_finish(d);
	assert_int_equal(report_write(report_find("json"), d, "/dev/null", NULL), ERR_IO);
	document_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_every_key_in_document_order),
		cmocka_unit_test(counts_what_the_run_counted),
		cmocka_unit_test(orders_calls_by_end_then_id),
		cmocka_unit_test(says_what_hosts_showed),
		cmocka_unit_test(gives_the_worst_call_first),
		cmocka_unit_test(says_null_where_nothing_is_known),
		cmocka_unit_test(is_not_observable_without_any_row),
		cmocka_unit_test(gives_the_line_with_the_run_as_a_call_ends),
		cmocka_unit_test(writes_the_same_bytes_twice),
		cmocka_unit_test(rolls_up_the_same_problem_of_many_calls),
		cmocka_unit_test(says_of_a_control_only_what_was_seen),
		cmocka_unit_test(masks_people_in_all_formats),
		cmocka_unit_test(shows_people_when_told_to),
		cmocka_unit_test(survives_hostile_text_in_every_field),
		cmocka_unit_test(gives_a_range_only_where_a_row_is_scored),
		cmocka_unit_test(keeps_every_call_and_problem_of_a_large_run),
		cmocka_unit_test(notices_a_full_spool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
