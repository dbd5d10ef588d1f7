/* lines.c - formats that are a line a problem and a line a call. */
#include "reports/lines.h"

#include "reports/mapping.h"

static const char *const unused_members[] = { "citations",   "evidence",       "remediation",
					      "detail",	     "filter",	       "epochs",
					      "segments",    "path",	       "caps",
					      "assumptions", "within_earshot", NULL };

void lines_problems(struct gather *g, struct document *d, lines_fn *line)
{
	json_t *one;

	for (size_t i = 0; (one = mapping_problem(d, i)) && gather_some(g); i++) {
		line(&g->t, document_head(d), one);
		json_decref(one);
	}
}

void lines_calls(struct gather *g, struct document *d, lines_fn *line)
{
	for (size_t i = 0; i < document_calls(d) && gather_some(g); i++) {
		json_t *one = document_call_without(d, i, unused_members);
		if (!one)
			break;
		line(&g->t, document_head(d), one);
		json_decref(one);
	}
}
