/* load.c - the head into memory, calls and problems into the spool. */
#include "reports/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/jvalue.h"
#include "reports/scan.h"

#define SCHEMA "earshot.report/1"

enum { CALLS_MAX = 10000000, PROBLEMS_MAX = 1000000, HEAD_MEMBERS = 256 };
/* As many as problems.c tells: what reports for people need. */
enum { PROBLEMS_TOLD = 250, PROBLEMS_A_RULE = 20, RULES_TOLD = 128 };

struct loading {
	struct scan scan;
	struct document *document;
	json_t *head;
	struct text key, value;
	struct text why; /* empty: the scan says it */
	size_t calls, problems;
	bool full;		/* the spool took no more */
	const char *rules[128]; /* of problems that were told, and how often each was */
	unsigned told[128];
	size_t rule_count;
};

static bool wrong(struct loading *l, const char *what)
{
	if (l->why.n || l->scan.why)
		return false;
	l->scan.why = "";
	scan_sentence(&l->scan, &l->why);
	text_add(&l->why, what);
	return false;
}

/* ---- calls -------------------------------------------------------------------- */

static int place(const char *word, const char *(*name)(int), int count, int none)
{
	for (int i = 0; i < count; i++)
		if (strcmp(word, name(i)) == 0)
			return i;
	return none;
}

static const char *label_name(int i)
{
	return judge_label_text((enum label)i);
}

static const char *kind_name(int i)
{
	return call_kind_text((enum call_kind)i);
}

static unsigned worst_finding(const json_t *call)
{
	const json_t *list = jvalue_get(call, "findings");
	unsigned worst = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		enum severity s;
		if (strcmp(jvalue_str(f, "outcome"), "violated") == 0 &&
		    judge_severity_parse(jvalue_str(f, "severity"), &s) && (unsigned)s + 1 > worst)
			worst = (unsigned)s + 1;
	}
	return worst;
}

static struct document_standing standing(const json_t *call)
{
	uint64_t score = jvalue_int(call, "score");

	return (struct document_standing){
		.label = place(jvalue_str(call, "label"), label_name, LABEL_NONE, LABEL_NONE),
		.worst = worst_finding(call),
		.score = jvalue_has(call, "score") && score <= 100 ? (unsigned)score : 127,
		.kind = place(jvalue_str(call, "kind"), kind_name, CALL_PAGE + 1, CALL_PAGE),
	};
}

/* The value that was scanned last, as jansson has it; NULL: not as JSON should be. */
static json_t *parsed(struct loading *l)
{
	json_error_t error;
	json_t *v = json_loadb(text_of(&l->value), l->value.n,
			       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (!v) {
		struct text what = { 0 };
		text_printable(&what, slice_of(error.text));
		wrong(l, text_of(&what));
		text_free(&what);
	}
	return v;
}

static struct slice value_of(const struct loading *l)
{
	return text_slice(&l->value);
}

static bool take_call(struct loading *l)
{
	if (l->calls++ == CALLS_MAX)
		return wrong(l, "more calls than any report has");
	if (!scan_value(&l->scan, &l->value))
		return false;
	json_t *call = parsed(l);
	if (!call)
		return false;
	bool good = json_object_size(call) > 0;
	if (!good)
		wrong(l, "a call that is no object, or an empty one");
	else if (!document_take_call(l->document, value_of(l), standing(call)))
		l->full = true;
	json_decref(call);
	return good && !l->full;
}

/* ---- problems ------------------------------------------------------------------ */

/* The head keeps what problems_json would have kept of the list, which is worst first. */
static bool worth_telling(struct loading *l, const char *rule)
{
	size_t i = 0;

	while (i < l->rule_count && strcmp(l->rules[i], rule) != 0)
		i++;
	if (i == RULES_TOLD)
		return l->problems <= PROBLEMS_TOLD;
	if (i == l->rule_count)
		l->rules[l->rule_count++] = mem_text(rule);
	return l->told[i]++ < PROBLEMS_A_RULE || l->problems <= PROBLEMS_TOLD;
}

static bool take_problem(struct loading *l)
{
	json_t *told = json_object_get(l->head, "problems");

	if (l->problems++ == PROBLEMS_MAX)
		return wrong(l, "more problems than any report has");
	if (!scan_value(&l->scan, &l->value))
		return false;
	json_t *p = parsed(l);
	if (!p)
		return false;
	if (worth_telling(l, jvalue_str(p, "rule")))
		json_array_append(told, p);
	json_decref(p);
	l->full = !document_take_problem(l->document, value_of(l));
	return !l->full;
}

/* ---- the top -------------------------------------------------------------------- */

static bool take_list(struct loading *l, bool (*take)(struct loading *l))
{
	bool first = true;

	if (!scan_enter(&l->scan, '['))
		return false;
	for (; scan_more(&l->scan, ']', first); first = false)
		if (!take(l))
			return false;
	return !l->scan.why;
}

static bool check_schema(struct loading *l, const json_t *schema)
{
	const char *said = json_string_value(schema);
	struct text what = { 0 };

	if (said && strcmp(said, SCHEMA) == 0)
		return true;
	text_add(&what, "a document of schema ");
	text_printable(&what, slice_upto(slice_of(said ? said : "without a name"), 60));
	text_add(&what, ", not of " SCHEMA);
	wrong(l, text_of(&what));
	text_free(&what);
	return false;
}

static bool take_member(struct loading *l)
{
	const char *key = text_of(&l->key);

	if (strlen(key) != l->key.n)
		return wrong(l, "a key with a NUL in it");
	if (json_object_get(l->head, key) || (l->calls && strcmp(key, "calls") == 0))
		return wrong(l, "a key that stands twice");
	if (json_object_size(l->head) == HEAD_MEMBERS)
		return wrong(l, "more members than any report has");
	if (strcmp(key, "calls") == 0)
		return take_list(l, take_call);
	if (strcmp(key, "problems") == 0) {
		jvalue_put(l->head, key, json_array());
		return take_list(l, take_problem);
	}
	if (!scan_value(&l->scan, &l->value))
		return false;
	json_t *value = parsed(l);
	if (!value)
		return false;
	bool good = strcmp(key, "schema") != 0 || check_schema(l, value);
	jvalue_put(l->head, key, value);
	return good;
}

/* A line of NDJSON begins with its run's id; it has no summary that could be rendered. */
static bool is_line(const struct loading *l)
{
	return !json_object_get(l->head, "schema") && json_object_get(l->head, "run") &&
	       json_object_get(l->head, "conditions");
}

static bool read_all(struct loading *l)
{
	bool first = true;

	if (!scan_peek(&l->scan) && !l->scan.why)
		return wrong(l, "no report: the file is empty");
	if (scan_peek(&l->scan) != '{')
		return wrong(l, "no report: not a JSON object");
	if (!scan_enter(&l->scan, '{'))
		return false;
	for (; scan_more(&l->scan, '}', first); first = false)
		if (!scan_key(&l->scan, &l->key) || !take_member(l))
			return false;
	if (l->scan.why)
		return false;
	if (is_line(l))
		return wrong(l, "calls alone (NDJSON), without the head that formats need: give "
				"the JSON report");
	return (json_object_get(l->head, "schema") || check_schema(l, NULL)) && scan_end(&l->scan);
}

static enum err ended(struct loading *l, bool good, struct document **out, char **why)
{
	enum err e = good ? ERR_OK : l->full ? ERR_IO : ERR_MALFORMED;

	if (good && !document_take_head(l->document, json_incref(l->head)))
		e = ERR_IO;
	int number = document_error(l->document);
	if (e == ERR_MALFORMED && !l->why.n)
		scan_sentence(&l->scan, &l->why);
	*why = e == ERR_MALFORMED ? mem_text(text_of(&l->why)) : NULL;
	*out = e == ERR_OK ? l->document : NULL;
	if (e != ERR_OK)
		document_free(l->document);
	errno = number;
	return e;
}

enum err load_report(FILE *in, struct document **out, char **why)
{
	struct loading l = { .document = document_earlier(), .head = json_object() };
	enum err e = ERR_IO;

	*out = NULL;
	*why = NULL;
	if (l.document) {
		scan_open(&l.scan, in);
		e = ended(&l, read_all(&l), out, why);
		scan_close(&l.scan);
	}
	int number = errno;
	json_decref(l.head);
	for (size_t i = 0; i < l.rule_count; i++)
		free((void *)(uintptr_t)l.rules[i]);
	text_free(&l.key);
	text_free(&l.value);
	text_free(&l.why);
	errno = number;
	return e;
}
