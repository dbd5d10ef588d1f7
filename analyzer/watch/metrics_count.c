/* metrics_count.c - names and orders that text and page share. */
#include "analyzer/watch/metrics_count.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"

const char *metrics_count_state(size_t i)
{
	static const char *const names[METRICS_COUNT_STATES] = { "interim", "provisional", "firm" };

	return i < METRICS_COUNT_STATES ? names[i] : NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct metrics_rule *x = *(struct metrics_rule *const *)a,
				  *y = *(struct metrics_rule *const *)b;
	int order = strcmp(x->rule, y->rule);

	return order ? order : (int)y->severity - (int)x->severity;
}

struct metrics_rule **metrics_count_rules(const struct metrics *m)
{
	size_t n = map_count(m->rules), at = 0, i = 0;
	struct metrics_rule **all = mem_zero(n + 1, sizeof *all), *r;

	while ((r = map_next(m->rules, &at)))
		all[i++] = r;
	qsort(all, n, sizeof *all, by_name);
	return all;
}

void metrics_count_name(struct text *t, const char *name, size_t before)
{
	text_add(t, name);
	if (before)
		text_addf(t, "#%zu", before + 1);
}
