/* watching.c - records of calls from a few words. */
#include "tests/lib/watching.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/base/when.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"

static const uint64_t start_s = UINT64_C(1767323045);

uint64_t watching_ns(uint64_t s)
{
	return (start_s + s) * WHEN_SECOND;
}

const char *watching_problem(unsigned n)
{
	static char names[8][33];
	static unsigned next;
	char *out = names[next++ % 8];

	(void)snprintf(out, 33, "%032x", n);
	return out;
}

void watching_keep(void *ctx, const struct event *e)
{
	struct watching *w = ctx;

	assert_int_equal(strlen(e->id), 32);
	assert_true(e->time_ns != 0);
	if (!w->all)
		w->all = json_array();
	jvalue_push(w->all, json_incref(e->object));
}

const json_t *watching_last(const struct watching *w, size_t back)
{
	size_t n = json_array_size(w->all);

	return back < n ? json_array_get(w->all, n - 1 - back) : NULL;
}

size_t watching_count(const struct watching *w, const char *key, const char *value)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(w->all); i++)
		n += strcmp(jvalue_str(json_array_get(w->all, i), key), value) == 0;
	return n;
}

void watching_clear(struct watching *w)
{
	json_decref(w->all);
	w->all = NULL;
}

static void finding(struct text *t, const struct watching_finding *f)
{
	static const char evidence[] = "\"evidence\":[{\"input\":\"mirror\",\"frame\":12}]";

	text_addf(
		t,
		"%s{\"rule\":\"%s\",\"class\":\"%s\",\"severity\":\"%s\",\"outcome\":\"violated\","
		"\"title\":\"Title of %s\",\"detail\":\"d\",\"element\":\"%s\",%s,"
		"\"remediation\":\"Mend it.\",\"problem\":\"%s\",\"fingerprint\":\"%s\","
		"\"waived\":%s,\"weakens\":%s,\"caused_by\":",
		t->p[t->n - 1] == '[' ? "" : ",", f->rule ? f->rule : "MED-001",
		f->cls ? f->cls : "exposure", f->severity ? f->severity : "high",
		f->rule ? f->rule : "MED-001", f->element ? f->element : "10.0.0.1:5060", evidence,
		f->problem, f->problem, f->waived ? "{\"reason\":\"r\"}" : "null",
		f->weakens ? "true" : "false");
	json_out_text(t, f->caused_by);
	text_add(t, "}");
}

static void condition(struct text *t, const char *name, const char *failing)
{
	bool fails = failing && strcmp(failing, name) == 0;

	text_addf(t, "%s\"%s\":{\"verdict\":\"%s\"}", strcmp(name, "signaling") == 0 ? "" : ",",
		  name, fails ? "fail" : "partial");
}

static void record(struct text *t, const struct watching_call *c)
{
	const char *at = c->at ? c->at : "10.0.0.1";
	char when[WHEN_TEXT];

	text_addf(t,
		  "{\"run\":\"0123456789abcdef\",\"event\":\"call\",\"event_id\":\"%032x\","
		  "\"time\":\"%s\",\"state\":\"%s\",\"revision\":1,\"message\":\"m\",\"id\":\"%s\","
		  "\"kind\":\"call\",\"label\":\"EXPOSED\",\"exposed_media_seconds\":1.5,",
		  7, when_text(watching_ns(c->s), when), c->state ? c->state : "firm", c->id);
	text_addf(t,
		  "\"path\":{\"hosts\":[{\"at\":\"endpoint-1\"},{\"at\":\"%s\"}]},"
		  "\"legs\":[{\"a\":\"endpoint-1:5060\",\"b\":\"%s:5060\"}],"
		  "\"ends\":[{\"address\":\"endpoint-1\"},{\"address\":null}],\"conditions\":{",
		  at, at);
	condition(t, "signaling", c->failing);
	condition(t, "keys", c->failing);
	condition(t, "media", c->failing);
	text_addf(t, "}%s,\"findings\":[", c->more ? c->more : "");
	for (size_t i = 0; i < 4; i++)
		if (c->findings[i].problem)
			finding(t, &c->findings[i]);
	text_add(t, "]}");
}

struct handed {
	watching_fn *to;
	void *ctx;
};

static void hand(void *ctx, const struct event *e)
{
	const struct handed *h = ctx;

	h->to(h->ctx, e);
}

void watching_call(const struct watching_call *c, watching_fn *to, void *ctx)
{
	struct handed h = { to, ctx };
	struct text t = { 0 };

	record(&t, c);
	assert_true(event_give_line(EVENT_CALL, text_slice(&t), hand, &h));
	text_free(&t);
}
