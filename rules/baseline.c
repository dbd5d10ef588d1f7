/* baseline.c - problem ids with their severities out of a report that may be anything. */
#include "rules/baseline.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "rules/reading.h"

enum { ID = 32, RUN = 17, TEXT_MOST = 400 };

struct baseline {
	struct map *by_id;
	struct baseline_problem **all;
	size_t count;
	char run[RUN];
};

void baseline_free(struct baseline *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->count; i++) {
		free((char *)b->all[i]->rule);
		free((char *)b->all[i]->title);
		free((char *)b->all[i]->element);
		free(b->all[i]);
	}
	free(b->all);
	map_free(b->by_id);
	free(b);
}

static const char *kept(const json_t *o, const char *key)
{
	struct slice s =
		slice_upto(slice_of(json_string_value(json_object_get(o, key))), TEXT_MOST);
	char *copy = mem_zero(s.n + 1, 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

static struct baseline_problem *appear(struct baseline *b, const char *id, const json_t *o)
{
	struct baseline_problem *p = mem_zero(1, sizeof *p);

	memcpy(p->id, id, ID);
	p->rule = kept(o, "rule");
	p->title = kept(o, "title");
	p->element = kept(o, "element");
	b->all = mem_more(b->all, b->count, sizeof(struct baseline_problem *));
	b->all[b->count++] = p;
	(void)map_put(b->by_id, slice_of(p->id), p);
	return p;
}

/* An entry of "problems" or a violated finding: both name a problem and a severity. */
static enum err take(struct baseline *b, struct reading_spot s, const json_t *o, struct reading *r)
{
	const char *id, *word;
	enum severity severity;
	enum err e;

	if ((e = reading_text(r, reading_of(s, "problem"), o, true, &id)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "severity"), o, true, &word)) != ERR_OK)
		return e;
	if (strlen(id) != ID)
		return reading_wrong(r, reading_of(s, "problem"), "not the id of a problem:", id,
				     NULL);
	if (!judge_severity_parse(word, &severity))
		return reading_wrong(r, reading_of(s, "severity"), "no severity", word, NULL);
	struct baseline_problem *p = map_get(b->by_id, slice_of(id));
	if (!p && b->count == BASELINE_MOST)
		return reading_wrong(r, s, "more than 1000000 problems", NULL, NULL);
	if (!p)
		p = appear(b, id, o);
	if (severity > p->severity)
		p->severity = severity;
	return ERR_OK;
}

static enum err take_findings(struct baseline *b, const json_t *calls, size_t i, struct reading *r)
{
	const json_t *list = json_object_get(json_array_get(calls, i), "findings");
	struct reading_spot s = { "calls", (int)i, "findings", READING_NONE };
	enum err e = ERR_OK;

	for (size_t k = 0; k < json_array_size(list) && e == ERR_OK; k++) {
		const json_t *f = json_array_get(list, k);
		const char *outcome = json_string_value(json_object_get(f, "outcome"));
		if (outcome && strcmp(outcome, "violated") == 0)
			e = take(b, s, f, r);
	}
	return e;
}

/* The list of problems may be cut short, the findings of all calls are not. */
static enum err take_all(struct baseline *b, const json_t *report, struct reading *r)
{
	const json_t *problems = json_object_get(report, "problems");
	const json_t *calls = json_object_get(report, "calls");
	struct reading_spot top = reading_top;
	enum err e = ERR_OK;

	if (!json_is_array(calls))
		return reading_wrong(r, reading_of(top, "calls"), "is not a list", NULL, NULL);
	for (size_t i = 0; i < json_array_size(problems) && e == ERR_OK; i++)
		e = take(b, (struct reading_spot){ "problems", (int)i, NULL, READING_NONE },
			 json_array_get(problems, i), r);
	for (size_t i = 0; i < json_array_size(calls) && e == ERR_OK; i++)
		e = take_findings(b, calls, i, r);
	return e;
}

static int worst_first(const void *x, const void *y)
{
	const struct baseline_problem *a = *(const struct baseline_problem *const *)x;
	const struct baseline_problem *b = *(const struct baseline_problem *const *)y;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	int by_rule = strcmp(a->rule, b->rule);
	return by_rule ? by_rule : strcmp(a->id, b->id);
}

static void name_run(struct baseline *b, const json_t *report)
{
	const char *run = json_string_value(json_object_get(report, "run"));
	size_t n = run ? strnlen(run, RUN - 1) : 0;

	if (n)
		memcpy(b->run, run, n);
}

static enum err fill(struct baseline *b, const json_t *report, struct reading *r)
{
	enum err e = reading_schema(r, report, "report", "earshot.report/1");

	if (e == ERR_OK)
		e = take_all(b, report, r);
	name_run(b, report);
	if (b->count)
		qsort(b->all, b->count, sizeof(struct baseline_problem *), worst_first);
	return e;
}

/* A pipe can be read only once: what is parsed is digested on its way. */
struct source {
	FILE *in;
	struct digest *of;
};

static size_t read_some(void *buffer, size_t room, void *data)
{
	struct source *s = data;
	size_t n = fread(buffer, 1, room, s->in);

	if (s->of)
		digest_add(s->of, (struct slice){ buffer, n });
	return ferror(s->in) ? (size_t)-1 : n;
}

enum err baseline_read(FILE *in, struct digest *of, struct baseline **out, char **why)
{
	json_error_t error;
	struct source source = { in, of };
	json_t *report = json_load_callback(read_some, &source, 0, &error);

	*out = NULL;
	*why = NULL;
	if (!report) {
		*why = mem_text("not JSON, or cut short");
		return ERR_MALFORMED;
	}
	struct baseline *b = mem_zero(1, sizeof *b);
	b->by_id = map_new();
	struct reading r = { NULL, NULL };
	enum err e = fill(b, report, &r);
	*why = r.why;
	json_decref(report);
	if (e == ERR_OK)
		*out = b;
	else
		baseline_free(b);
	return e;
}

enum change baseline_ask(struct baseline *b, const char *problem, enum severity s)
{
	struct baseline_problem *p = map_get(b->by_id, slice_of(problem));

	if (!p)
		return CHANGE_NEW;
	p->met = true;
	return s > p->severity ? CHANGE_WORSE : CHANGE_KNOWN;
}

const char *baseline_run(const struct baseline *b)
{
	return b->run;
}

size_t baseline_count(const struct baseline *b)
{
	return b->count;
}

const struct baseline_problem *baseline_at(const struct baseline *b, size_t i)
{
	return b->all[i];
}

size_t baseline_gone(const struct baseline *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->count; i++)
		n += !b->all[i]->met;
	return n;
}
