/* format_junit.c - JUnit XML: a test case a call and condition, a call and rule, a requirement. */
#include "reports/format.h"

#include <inttypes.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/gather.h"
#include "reports/junit_case.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"

static void attribute(struct text *t, const char *name, const char *value)
{
	text_addf(t, " %s=\"", name);
	escape_markup_slice(t, slice_of(value));
	text_add(t, "\"");
}

static void suite_name(struct text *t, const json_t *head)
{
	size_t i;
	json_t *in;

	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		text_addf(t, "%s%s", i ? " + " : "", jvalue_str(in, "name"));
	}
	if (!i)
		text_add(t, "no capture");
}

static void suite_open(struct text *t, const json_t *head, const char *of,
		       const struct junit_counts *n)
{
	struct text name = { NULL, 0, 0 };

	suite_name(&name, head);
	text_addf(&name, "%s%s", *of ? ": " : "", of);
	text_add(t, "  <testsuite");
	attribute(t, "name", text_of(&name));
	text_addf(t,
		  " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64
		  "\" skipped=\"%" PRIu64 "\">\n",
		  n->tests, n->failures, n->errors, n->skipped);
	text_free(&name);
}

/* What this format has no use for, and most of a call. */
static const char *const unused_members[] = { "citations",   "filter",	       "epochs",
					      "segments",    "path",	       "caps",
					      "assumptions", "within_earshot", NULL };

/* The calls are read twice: once to count, since counts stand in front, and once to write. */
static struct junit_counts every_call(struct document *d, struct gather *g)
{
	struct junit_counts n = { 0 };
	struct text unused = { NULL, 0, 0 };
	json_t *call;

	for (size_t i = 0;
	     (call = i < document_calls(d) ? document_call_without(d, i, unused_members) : NULL);
	     i++) {
		junit_case_call(g ? &g->t : &unused, call, &n);
		text_clear(&unused);
		json_decref(call);
		if (g && !gather_some(g))
			break;
	}
	text_free(&unused);
	return n;
}

static void calls(struct document *d, struct gather *g)
{
	struct junit_counts n = every_call(d, NULL);

	suite_open(&g->t, document_head(d), "", &n);
	(void)every_call(d, g);
	text_add(&g->t, "  </testsuite>\n");
}

static void run(struct document *d, struct gather *g)
{
	struct junit_counts n = { 0 };
	struct text cases = { NULL, 0, 0 };

	junit_case_gate(&cases, document_head(d), &n);
	junit_case_inputs(&cases, document_head(d), &n);
	junit_case_requirements(&cases, document_head(d), &n);
	suite_open(&g->t, document_head(d), "the run", &n);
	text_add(&g->t, text_of(&cases));
	text_add(&g->t, "  </testsuite>\n");
	text_free(&cases);
}

void format_junit_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };

	(void)style;
	text_add(&g.t,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"earshot\">\n");
	run(d, &g);
	calls(d, &g);
	text_add(&g.t, "</testsuites>\n");
	gather_end(&g);
}
