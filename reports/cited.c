/* cited.c - every { input, frame, time } of the calls, sorted. */
#include "reports/cited.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "reports/jvalue.h"

/* Twice as many are held for a moment, before what stands twice is thrown out. */
enum { ROOM = 2 * CITED_MAX };

/* when_text's own form only: 2026-01-02T03:04:05.000000006Z */
static uint64_t time_of(const char *s)
{
	struct tm tm = { 0 };
	char again[WHEN_TEXT];
	const char *rest = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
	time_t whole = rest ? timegm(&tm) : -1;

	if (!rest || whole < 0 || *rest != '.')
		return 0;
	uint64_t ns = (uint64_t)whole * WHEN_SECOND + strtoull(rest + 1, NULL, 10) % WHEN_SECOND;
	return strcmp(when_text(ns, again), s) == 0 ? ns : 0;
}

static bool input_of(const json_t *inputs, const char *label, uint32_t *out)
{
	for (size_t i = 0; i < json_array_size(inputs); i++)
		if (strcmp(jvalue_str(json_array_get(inputs, i), "label"), label) == 0) {
			*out = (uint32_t)i;
			return true;
		}
	return false;
}

static int in_order(const void *x, const void *y)
{
	const struct cited_frame *a = x, *b = y;

	if (a->input != b->input)
		return a->input < b->input ? -1 : 1;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return (a->ts_ns > b->ts_ns) - (a->ts_ns < b->ts_ns);
}

static void once(struct cited *c)
{
	size_t kept = 0;

	if (c->count)
		qsort(c->all, c->count, sizeof *c->all, in_order);
	for (size_t i = 0; i < c->count; i++) {
		const struct cited_frame *f = &c->all[i];
		bool same = kept && c->all[kept - 1].input == f->input &&
			    c->all[kept - 1].frame == f->frame;
		c->apart |= same && c->all[kept - 1].ts_ns != f->ts_ns;
		if (!same)
			c->all[kept++] = *f;
	}
	c->count = kept;
}

static void take(void *whom, const json_t *o, void *inputs)
{
	struct cited *c = whom;
	struct cited_frame f = { .frame = jvalue_int(o, "frame"),
				 .ts_ns = time_of(jvalue_str(o, "time")) };

	if (!f.frame)
		return;
	if (!input_of(inputs, jvalue_str(o, "input"), &f.input)) {
		c->strangers++;
		return;
	}
	if (c->count == ROOM)
		once(c);
	if (c->count == ROOM) {
		c->more = true;
		return;
	}
	c->all = mem_more(c->all, c->count, sizeof *c->all);
	c->all[c->count++] = f;
}

/* Evidence stands at several depths; the loader bounds them. */
void cited_each(const json_t *value, cited_fn *give, void *whom, void *about)
{
	const char *key;
	json_t *one;
	size_t i;

	if (json_is_string(json_object_get(value, "input")) &&
	    json_is_string(json_object_get(value, "time")))
		give(whom, value, about);
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
		cited_each(one, give, whom, about);
	json_array_foreach(value, i, one) cited_each(one, give, whom, about);
}

bool cited_read(struct document *d, struct cited *out)
{
	const json_t *inputs = jvalue_get(document_head(d), "inputs");

	*out = (struct cited){ NULL, 0, 0, false, false };
	for (size_t i = 0; i < document_calls(d); i++) {
		json_t *call = document_call(d, i);
		if (!call)
			return false;
		cited_each(call, take, out, (void *)(uintptr_t)inputs);
		json_decref(call);
	}
	once(out);
	if (out->count > CITED_MAX) {
		out->count = CITED_MAX;
		out->more = true;
	}
	return true;
}

void cited_free(struct cited *c)
{
	free(c->all);
	*c = (struct cited){ NULL, 0, 0, false, false };
}

const struct cited_frame *cited_find(const struct cited *c, uint32_t input, uint64_t frame)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct cited_frame *f = &c->all[middle];
		if (f->input == input && f->frame == frame)
			return f;
		if (f->input < input || (f->input == input && f->frame < frame))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
