/* format_ecs.c - Elastic Common Schema: a document a problem, a document a call, one a line. */
#include "reports/format.h"

#include "reports/ecs_line.h"
#include "reports/lines.h"

void format_ecs_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };

	(void)style;
	lines_problems(&g, d, ecs_line_problem);
	lines_calls(&g, d, ecs_line_call);
	gather_end(&g);
}
