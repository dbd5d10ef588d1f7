/* html_charts.c - distributions over the whole run, for those who would rather look than read. */
#include "reports/html_charts.h"

#include "reports/html_part.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum { FULL = 100, TALL = 90, STEP = 30 };

/* A bar of `n` against `most`, with its number beside it; the words stand in the list already. */
static void bar(FILE *out, const char *tone, uint64_t n, uint64_t most)
{
	int width = most ? (int)(FULL * n / most) : 0;

	html_part_put(out,
		      "<svg class=\"level\" aria-hidden=\"true\" viewBox=\"0 0 100 10\" "
		      "preserveAspectRatio=\"none\"><rect class=\"f-%s\" width=\"%d\" "
		      "height=\"10\"/></svg>",
		      tone, n && width < 1 ? 1 : width);
}

static uint64_t most_of(const json_t *counts)
{
	const char *key;
	json_t *value;
	uint64_t most = 0;

	json_object_foreach((json_t *)counts, key, value) if (jvalue_int(counts, key) > most) most =
		jvalue_int(counts, key);
	return most;
}

static void level(FILE *out, const char *name, const char *tone, uint64_t n, uint64_t most)
{
	(void)fputs("<li><span class=\"name\">", out);
	html_part_badge(out, tone, name);
	(void)fputs("</span>", out);
	bar(out, tone, n, most);
	(void)fputs("<span class=\"n\">", out);
	html_part_number(out, n);
	(void)fputs("</span></li>\n", out);
}

static void labels(FILE *out, const json_t *counts, uint64_t unscored)
{
	const char *key;
	json_t *value;
	uint64_t most = most_of(counts) > unscored ? most_of(counts) : unscored;

	(void)fputs("<section class=\"chart\" aria-labelledby=\"by-label\"><h3 id=\"by-label\">"
		    "Rows by label</h3><ul class=\"levels\">\n",
		    out);
	json_object_foreach((json_t *)counts, key, value) if (jvalue_int(counts, key))
		level(out, key, wording_label_tone(key), jvalue_int(counts, key), most);
	if (unscored)
		level(out, "NOT SCORED", "none", unscored, most);
	(void)fputs("</ul></section>\n", out);
}

static void severities(FILE *out, const json_t *counts)
{
	const char *key;
	json_t *value;
	uint64_t most = most_of(counts);

	(void)fputs("<section class=\"chart\" aria-labelledby=\"by-severity\"><h3 "
		    "id=\"by-severity\">Findings by severity</h3><ul class=\"levels\">\n",
		    out);
	json_object_foreach((json_t *)counts, key, value)
		level(out, key, wording_severity_tone(key), jvalue_int(counts, key), most);
	(void)fputs("</ul></section>\n", out);
}

/* ---- scores ------------------------------------------------------------------------ */

static const char *score_tone(size_t tens)
{
	return tens < 2 ? "bad" : tens < 5 ? "doubt" : tens < 8 ? "part" : "good";
}

static void column(FILE *out, size_t i, uint64_t n, uint64_t most)
{
	int x = (int)i * STEP, height = (int)(TALL * n / most);

	height = n && height < 2 ? 2 : height;
	(void)fprintf(out,
		      "<rect class=\"f-%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
		      "<text x=\"%d\" y=\"%d\">%zu</text>",
		      score_tone(i), x + 2, 18 + TALL - height, STEP - 4, height, x + STEP / 2,
		      TALL + 34, i * 10);
	if (!n)
		return;
	(void)fprintf(out, "<text x=\"%d\" y=\"%d\">", x + STEP / 2, 13 + TALL - height);
	html_part_number(out, n);
	(void)fputs("</text>", out);
}

static void told(FILE *out, const json_t *scores)
{
	const char *before = "";

	(void)fputs("<title>", out);
	for (size_t i = 0; i < json_array_size(scores); i++) {
		json_int_t n = json_integer_value(json_array_get(scores, i));
		if (!n)
			continue;
		(void)fputs(before, out);
		html_part_count(out, (uint64_t)n, "row");
		(void)fprintf(out, " from %zu to %zu", i * 10, i == 9 ? 100 : i * 10 + 9);
		before = "; ";
	}
	(void)fputs("</title>", out);
}

static void scores(FILE *out, const json_t *list)
{
	uint64_t most = 0, all = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		uint64_t n = (uint64_t)json_integer_value(json_array_get(list, i));
		most = n > most ? n : most;
		all += n;
	}
	if (!all)
		return;
	(void)fputs("<section class=\"chart\" aria-labelledby=\"by-score\"><h3 id=\"by-score\">",
		    out);
	(void)fputs("Scores of ", out);
	html_part_count(out, all, "row");
	(void)fputs("</h3><svg class=\"scores\" role=\"img\" viewBox=\"0 0 300 128\">", out);
	told(out, list);
	for (size_t i = 0; i < json_array_size(list); i++)
		column(out, i, (uint64_t)json_integer_value(json_array_get(list, i)), most);
	(void)fputs("</svg></section>\n", out);
}

void html_charts_write(FILE *out, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	const json_t *counts = jvalue_get(summary, "labels");
	uint64_t all = jvalue_int(summary, "calls"), labelled = 0;
	const char *key;
	json_t *value;

	if (all < 2)
		return;
	json_object_foreach((json_t *)counts, key, value) labelled += jvalue_int(counts, key);
	(void)fputs("<section aria-labelledby=\"glance\"><h2 id=\"glance\">At a glance</h2><div "
		    "class=\"charts\">\n",
		    out);
	labels(out, counts, all > labelled ? all - labelled : 0);
	scores(out, jvalue_get(summary, "scores"));
	severities(out, jvalue_get(summary, "findings"));
	(void)fputs("</div></section>\n", out);
}
