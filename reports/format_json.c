/* format_json.c - the document as it is: one top-level key a line, one call a line. */
#include "reports/format.h"

#include <string.h>

#include "reports/json_out.h"
#include "reports/jvalue.h"

enum { BLOCK = 256 * 1024 };

/* What is to be written is gathered, so that few and large writes go out. */
struct gather {
	FILE *out;
	struct text t;
};

static void put_block(struct gather *g)
{
	if (g->t.n)
		(void)fwrite(g->t.p, 1, g->t.n, g->out);
	text_clear(&g->t);
}

static void put_some(struct gather *g)
{
	if (g->t.n >= BLOCK)
		put_block(g);
}

static void put_calls(struct document *d, struct gather *g)
{
	text_add(&g->t, "\"calls\": [");
	for (size_t i = 0; i < document_calls(d) && !ferror(g->out); i++) {
		text_add(&g->t, i ? ",\n" : "\n");
		if (!document_call_text(d, i, &g->t))
			break;
		put_some(g);
	}
	text_add(&g->t, document_calls(d) ? "\n]" : "]");
}

static void put_problems(struct document *d, struct gather *g)
{
	size_t n = document_problems(d);

	text_add(&g->t, "[");
	for (size_t i = 0; i < n && !ferror(g->out); i++) {
		text_add(&g->t, i ? ",\n" : "\n");
		if (!document_problem_text(d, i, &g->t))
			break;
		put_some(g);
	}
	text_add(&g->t, n ? "\n]" : "]");
}

static void put_list(const json_t *list, struct gather *g)
{
	size_t i;
	json_t *one;

	text_add(&g->t, "[");
	json_array_foreach(list, i, one)
	{
		text_add(&g->t, i ? ",\n" : "\n");
		jvalue_write(&g->t, one);
	}
	text_add(&g->t, i ? "\n]" : "]");
}

void format_json_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	const char *key, *before = "{\n";
	bool summary = false; /* an earlier report may lack it */
	json_t *value;

	(void)style;
	json_object_foreach((json_t *)document_head(d), key, value)
	{
		text_add(&g.t, before);
		json_out_text(&g.t, key); /* of an earlier report: anybody's */
		text_add(&g.t, ": ");
		if (strcmp(key, "problems") == 0)
			put_problems(d, &g);
		else if (json_is_array(value))
			put_list(value, &g);
		else
			jvalue_write(&g.t, value);
		before = ",\n";
		if (strcmp(key, "summary") == 0) {
			text_add(&g.t, before);
			put_calls(d, &g);
			summary = true;
		}
	}
	if (!summary) {
		text_add(&g.t, before);
		put_calls(d, &g);
	}
	text_add(&g.t, "\n}\n");
	put_block(&g);
	text_free(&g.t);
}
