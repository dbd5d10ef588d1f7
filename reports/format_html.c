/* format_html.c - one page for people: nothing is fetched, everything is there without script. */
#include <stdlib.h>
#include <string.h>

#include "reports/format.h"
#include "reports/html_call.h"
#include "reports/html_charts.h"
#include "reports/html_findings.h"
#include "reports/html_cover.h"
#include "reports/html_part.h"
#include "reports/html_policy.h"
#include "reports/html_questions.h"
#include "reports/html_summary.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum {
	CALLS_IN_FULL = 200,
	CALLS_AS_ROWS = 2000,
	FULL_BYTES = 5 * 1024 * 1024, /* of calls in full: the whole page stays below twice that */
};

/* Compiled in as they are (house 8). */
#define ASSET(name, file)                                                                          \
	__asm__(".section .rodata\nformat_html_" #name ":\n.incbin \"reports/html/" file           \
		"\"\n.byte 0\n.previous\n.global format_html_" #name "\n");                        \
	extern const char format_html_##name[]

ASSET(style, "style.css");
ASSET(script, "script.js");

static void page_head(FILE *out, const json_t *head)
{
	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	html_policy_put(out, format_html_style, format_html_script);
	(void)fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n",
		    out);
	html_part_put(out, "<meta name=\"generator\" content=\"earshot %s\">\n",
		      jvalue_str(jvalue_get(head, "tool"), "version"));
	(void)fprintf(
		out, "<title>earshot: who is within earshot?</title>\n<style>%s</style>\n</head>\n",
		format_html_style);
}

/* Sections that are left out where they have nothing to say. */
static bool is_written(const json_t *head, const char *section)
{
	if (strcmp(section, "findings") == 0)
		return json_array_size(jvalue_get(head, "problems"));
	if (strcmp(section, "frameworks") == 0)
		return json_array_size(jvalue_get(head, "frameworks"));
	if (strcmp(section, "glance") == 0)
		return jvalue_int(jvalue_get(head, "summary"), "calls") > 1;
	return true;
}

static void masthead(FILE *out, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	struct text t = { 0 };

	(void)fputs("<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n", out);
	wording_rows(&t, jvalue_get(summary, "rows"));
	html_part_put(
		out,
		"<header><p class=\"mark\">earshot</p><h1>Who is within earshot?</h1>\n<p>%s, seen "
		"from ",
		text_of(&t));
	html_part_count(out, json_array_size(jvalue_get(head, "inputs")), "capture");
	(void)fputs(".</p>\n<nav aria-label=\"Contents\"><ul>", out);
	static const char *const links[][2] = {
		{ "fixes", "What to fix" },	{ "glance", "At a glance" },
		{ "conditions", "Conditions" }, { "earshot", "Who listens" },
		{ "findings", "Findings" },	{ "calls", "Calls" },
		{ "captured", "Captures" },	{ "frameworks", "Frameworks" },
		{ "questions", "Questions" },	{ "basis", "Assumptions" },
	};
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (is_written(head, links[i][0]))
			html_part_put(out, "<li><a href=\"#%s\">%s</a></li>", links[i][0],
				      links[i][1]);
	(void)fputs("</ul></nav></header>\n<main id=\"main\">\n", out);
	text_free(&t);
}

static void rows(FILE *out, struct document *d, size_t from)
{
	size_t n = document_calls(d), to = from + CALLS_AS_ROWS;

	if (n <= from)
		return;
	/* Folded: thousands of rows take longer to lay out than all the rest of the page. */
	(void)fputs("<details id=\"further\"><summary>Further calls, one row each: ", out);
	html_part_number(out, (n < to ? n : to) - from);
	(void)fputs("</summary>\n<div class=\"body\">", out);
	html_part_table_open(out, "Further calls",
			     "Call|Start (UTC)|Label|#Score|Signaling|Keys|Media");
	for (size_t i = from; i < n && i < to && !ferror(out); i++) {
		json_t *call = document_worst_brief(d, i, html_call_row_keys);
		html_call_row(out, call);
		json_decref(call);
	}
	html_part_table_close(out);
	(void)fputs("</div></details>\n", out);
	if (n > to) {
		(void)fputs("<p>", out);
		html_part_count(out, n - to, "further call");
		(void)fputs(" stand in the JSON and CSV reports only.</p>\n", out);
	}
}

/* One call in full, unless it would make the page too large to open: bytes, 0 then. */
static size_t in_full(FILE *out, struct document *d, size_t i, size_t room)
{
	char *markup = NULL;
	size_t n = 0;
	FILE *page = open_memstream(&markup, &n);
	json_t *call = page ? document_worst_without(d, i, html_call_unshown) : NULL;

	if (call)
		html_call_full(page, call);
	json_decref(call);
	if (!page || fclose(page) != 0)
		n = 0;
	n = n <= room ? n : 0;
	(void)fwrite(markup ? markup : "", 1, n, out);
	free(markup);
	return n;
}

/* The worst one always. */
static size_t all_in_full(FILE *out, struct document *d)
{
	size_t i = 0, room = FULL_BYTES;

	while (i < document_calls(d) && i < CALLS_IN_FULL && !ferror(out)) {
		size_t n = in_full(out, d, i, i ? room : SIZE_MAX);
		if (!n)
			break;
		room -= n < room ? n : room;
		i++;
	}
	return i;
}

static void calls(FILE *out, struct document *d)
{
	(void)fputs("<section aria-labelledby=\"calls\"><h2 id=\"calls\">Calls, worst first</h2>\n",
		    out);
	if (!document_calls(d))
		(void)fputs("<p>No call was found. That says nothing about calls elsewhere.</p>\n",
			    out);
	(void)fputs("<div id=\"tools\" hidden></div>\n<div id=\"list\">\n", out);
	size_t full = all_in_full(out, d);
	(void)fputs("</div>\n", out);
	rows(out, d, full);
	(void)fputs("</section>\n", out);
}

static void basis(FILE *out)
{
	(void)fputs(
		"<section aria-labelledby=\"basis\"><h2 id=\"basis\">What this rests on</h2>\n"
		"<p>Where PASS is said, it is said under these assumptions, none of which a "
		"capture can "
		"show:</p>\n<ol>"
		"<li>The captures are authentic.</li>"
		"<li>The two outermost systems seen are the endpoints, as asserted or "
		"inferred.</li>"
		"<li>The endpoints do not disclose keys or media themselves.</li>"
		"<li>No box in between holds a copy of an endpoint's private key.</li>"
		"<li>The cryptographic primitives hold.</li></ol>\n"
		"<p>PARTIAL means that it holds where seen. NOT OBSERVABLE means that nothing seen "
		"speaks "
		"for or against: silence is never a pass. No sign of recording is no proof that "
		"nobody "
		"recorded.</p>\n"
		"<p>Evidence grades: 4 recomputed by cryptography, 3 read on the wire, 2 declared "
		"by a "
		"system, 1 inferred. Numbers with # are frames, counted from 1 in the capture "
		"named "
		"before them.</p>\n"
		"<p>A capture of calls is sensitive itself (health, payment or personal data; "
		"interception law). This report keeps frame numbers, not contents.</p></section>\n",
		out);
}

static void foot(FILE *out, const json_t *head)
{
	const json_t *tool = jvalue_get(head, "tool");

	html_part_put(
		out,
		"</main>\n<footer><p>earshot %s &middot; policy %s &middot; run <code>%s</code> "
		"&middot; rules <code class=\"digest\">%s</code></p></footer>\n",
		jvalue_str(tool, "version"), jvalue_str(tool, "policy"), jvalue_str(head, "run"),
		jvalue_str(tool, "rules_sha256"));
	(void)fprintf(out, "<script>%s</script>\n</body>\n</html>\n", format_html_script);
}

void format_html_write(struct document *d, FILE *out, const struct report_style *style)
{
	const json_t *head = document_head(d);
	json_t *worst = document_worst(d, 0);

	(void)style;
	page_head(out, head);
	masthead(out, head);
	html_summary_headline(out, head, worst);
	html_cover_put(out, head);
	html_findings_fixes(out, head);
	html_charts_write(out, head);
	html_summary_conditions(out, head);
	html_summary_listeners(out, head);
	html_findings_rules(out, head, document_calls(d) <= CALLS_AS_ROWS);
	calls(out, d);
	html_summary_inputs(out, head);
	html_findings_frameworks(out, head);
	html_questions_write(out, head);
	basis(out);
	foot(out, head);
	json_decref(worst);
}
