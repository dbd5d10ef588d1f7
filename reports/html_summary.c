/* html_summary.c - the two answers, three conditions, who listens, what was captured. */
#include "reports/html_summary.h"

#include <string.h>

#include "reports/escape.h"
#include "reports/html_part.h"
#include "reports/jvalue.h"
#include "reports/since.h"
#include "reports/wording.h"

static void score_line(FILE *out, const json_t *worst)
{
	const json_t *range = jvalue_get(worst, "score_range");

	if (json_array_size(range) != 2)
		return;
	int low = (int)json_integer_value(json_array_get(range, 0));
	int high = (int)json_integer_value(json_array_get(range, 1));
	(void)fputs("<p class=\"score\">Worst call: ", out);
	if (jvalue_has(worst, "score"))
		html_part_put(out, "<strong>%d</strong> of 100 as seen",
			      (int)jvalue_int(worst, "score"));
	else
		(void)fputs("no number can be given", out);
	if (low != high || !jvalue_has(worst, "score"))
		html_part_put(out, " (possible: %d to %d)", low, high);
	(void)fputs("</p>\n", out);
}

static void exposed(FILE *out, const json_t *summary)
{
	double s = jvalue_real(summary, "exposed_media_seconds");
	struct text t = { 0 };

	if (s <= 0)
		return;
	wording_duration(&t, s);
	html_part_put(
		out,
		"<p>Media that could have been heard: <strong>%s</strong> (minutes and seconds, "
		"over all calls).</p>\n",
		text_of(&t));
	text_free(&t);
}

static void coverage(FILE *out, const json_t *summary)
{
	int percent = (int)(100.0 * jvalue_real(summary, "coverage") + 0.5);

	if (!jvalue_int(summary, "coverage_required"))
		return;
	html_part_put(
		out,
		"<p class=\"coverage\"><label>Coverage: <strong>%d %%</strong> of the observations "
		"needed were made <meter min=\"0\" max=\"100\" value=\"%d\"></meter></label></p>\n",
		percent, percent);
}

static void end_to_end(FILE *out, const json_t *head, const json_t *worst)
{
	const json_t *summary = jvalue_get(head, "summary");
	const char *label = jvalue_str(summary, "label");

	html_part_put(
		out,
		"<section class=\"card edge-%s\" aria-labelledby=\"q1\"><h2 id=\"q1\">Is it end "
		"to end?</h2>\n<p class=\"answer\">",
		wording_label_tone(label));
	if (jvalue_has(summary, "letter"))
		html_part_put(
			out,
			"<span class=\"letter %s\"><span class=\"hidden\">grade </span>%s</span> ",
			wording_label_tone(label), jvalue_str(summary, "letter"));
	html_part_put(out, "%s</p>\n<p>%s</p>\n", label[0] ? label : "NO VERDICT",
		      wording_label_meaning(label));
	score_line(out, worst);
	coverage(out, summary);
	exposed(out, summary);
	(void)fputs(
		"<p class=\"fine\">The label is the worst call's. No policy changes it. Verdicts "
		"concern the SRTP layer; encryption inside the payload cannot be seen from "
		"outside.</p></section>\n",
		out);
}

static void unmet(FILE *out, const char *title, const json_t *list)
{
	if (!json_array_size(list))
		return;
	html_part_put(out, "<p>%s: <code>", title);
	html_part_join(out, list, "</code>, <code>");
	(void)fputs("</code></p>\n", out);
}

static void since(FILE *out, const json_t *head)
{
	struct text t = { 0 };

	if (since_where_words(head, &t))
		html_part_put(out, "<p>Selected: %s.</p>\n", text_of(&t));
	text_clear(&t);
	if (since_baseline_words(head, &t))
		html_part_put(out, "<p>Problems, %s.</p>\n", text_of(&t));
	text_clear(&t);
	if (since_waivers_words(head, &t))
		html_part_put(out, "<p>Waivers: %s.</p>\n", text_of(&t));
	text_free(&t);
}

static void policy(FILE *out, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	const json_t *p = jvalue_get(summary, "policy"), *gate = jvalue_get(summary, "gate");
	const char *result = jvalue_str(p, "result");
	bool met = strcmp(result, "met") == 0, not_met = strcmp(result, "not_met") == 0;
	const char *tone = met ? "good" : not_met ? "bad" : "none";

	html_part_put(
		out,
		"<section class=\"card edge-%s\" aria-labelledby=\"q2\"><h2 id=\"q2\">Does it meet "
		"the policy \"%s\"?</h2>\n<p class=\"answer\">%s</p>\n<p>%s</p>\n",
		tone, jvalue_str(p, "name"),
		met	  ? "MET"
		: not_met ? "NOT MET"
			  : "CANNOT TELL",
		jvalue_str(gate, "why"));
	unmet(out, "Not met", jvalue_get(p, "unmet"));
	unmet(out, "Not seen to be met", jvalue_get(p, "unknown"));
	if (jvalue_has(p, "summary"))
		html_part_put(out, "<p>%s</p>\n", jvalue_str(p, "summary"));
	(void)fputs("<p>", out);
	html_part_number(out, jvalue_int(summary, "met_policy"));
	(void)fputs(" of ", out);
	html_part_count(out, jvalue_int(summary, "calls"), "row");
	html_part_put(out,
		      " meet it. Findings count from severity <strong>%s</strong> up; exit status "
		      "%d.</p>",
		      jvalue_str(gate, "fail_on"), (int)jvalue_int(gate, "exit"));
	since(out, head);
	(void)fputs("</section>\n", out);
}

void html_summary_headline(FILE *out, const json_t *head, const json_t *worst)
{
	(void)fputs("<div class=\"cards\">\n", out);
	end_to_end(out, head, worst);
	policy(out, head);
	(void)fputs("</div>\n", out);
}

/* ---- conditions ------------------------------------------------------------- */

static const char *const verdict_order[] = { "fail",	"suspect",	  "not_observable",
					     "partial", "not_applicable", "pass" };
enum { VERDICTS = sizeof verdict_order / sizeof *verdict_order };

static void bar(FILE *out, const json_t *counts)
{
	uint64_t all = 0, before = 0;

	for (int i = 0; i < VERDICTS; i++)
		all += jvalue_int(counts, verdict_order[i]);
	if (!all)
		return;
	(void)fputs("<svg class=\"bar\" aria-hidden=\"true\" viewBox=\"0 0 1000 10\" "
		    "preserveAspectRatio=\"none\">",
		    out);
	for (int i = 0; i < VERDICTS; i++) {
		uint64_t n = jvalue_int(counts, verdict_order[i]);
		if (n)
			html_part_put(out,
				      "<rect class=\"f-%s\" x=\"%d\" width=\"%d\" height=\"10\"/>",
				      wording_tone(verdict_order[i]), (int)(1000 * before / all),
				      (int)(1000 * (before + n) / all - 1000 * before / all));
		before += n;
	}
	(void)fputs("</svg>", out);
}

static void condition(FILE *out, const json_t *conditions, const char *name)
{
	const json_t *c = jvalue_get(conditions, name), *counts = jvalue_get(c, "counts");
	const char *verdict = jvalue_str(c, "verdict"), *before = "";

	html_part_put(out, "<article class=\"condition\"><h3>%s</h3><p class=\"q\">%s</p><p>", name,
		      wording_question(name));
	html_part_badge(out, wording_tone(verdict), wording_verdict(verdict));
	html_part_put(out, " %s</p>", wording_meaning(verdict));
	bar(out, counts);
	(void)fputs("<p class=\"fine\">", out);
	for (int i = 0; i < VERDICTS; i++) {
		uint64_t n = jvalue_int(counts, verdict_order[i]);
		if (!n)
			continue;
		(void)fputs(before, out);
		html_part_number(out, n);
		html_part_put(out, " %s", wording_verdict(verdict_order[i]));
		before = " &middot; ";
	}
	(void)fputs("</p></article>\n", out);
}

void html_summary_conditions(FILE *out, const json_t *head)
{
	const json_t *c = jvalue_get(jvalue_get(head, "summary"), "conditions");

	(void)fputs("<section aria-labelledby=\"conditions\"><h2 id=\"conditions\">The three "
		    "conditions</h2>"
		    "<div class=\"three\">\n",
		    out);
	condition(out, c, "signaling");
	condition(out, c, "keys");
	condition(out, c, "media");
	(void)fputs("</div></section>\n", out);
}

/* ---- who is within earshot -------------------------------------------------- */

static void listener(FILE *out, const json_t *e)
{
	const json_t *could = jvalue_get(e, "could");

	html_part_put(out,
		      "<tr><th scope=\"row\">%s</th><td>%s <span class=\"fine\">%s</span></td><td>",
		      jvalue_str(e, "who"), jvalue_str(e, "role"), jvalue_str(e, "role_from"));
	for (size_t i = json_array_size(could); i-- > 0;)
		html_part_put(out, "<span class=\"power\">%s</span> ",
			      wording_power(jvalue_at(could, i)));
	(void)fputs("</td><td class=\"n\">", out);
	html_part_number(out, jvalue_int(e, "calls"));
	html_part_put(out, "</td><td class=\"n\">%d</td><td>%s</td></tr>\n",
		      (int)jvalue_int(e, "grade"), jvalue_str(e, "why"));
}

void html_summary_listeners(FILE *out, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	const json_t *list = jvalue_get(summary, "within_earshot");
	uint64_t all = jvalue_int(summary, "within_earshot_count");
	size_t n = json_array_size(list);

	(void)fputs("<section aria-labelledby=\"earshot\"><h2 id=\"earshot\">Who is within "
		    "earshot</h2>\n",
		    out);
	if (!n) {
		(void)fputs("<p>Nobody was seen between the ends. That is no proof that nobody was "
			    "there.</p></section>\n",
			    out);
		return;
	}
	(void)fputs("<p>Most powerful first: who could have heard or read these calls, and how we "
		    "know.</p>\n",
		    out);
	html_part_table_open(out, "Who is within earshot", "Who|Role|Could|#Calls|#Grade|Why");
	for (size_t i = 0; i < n; i++)
		listener(out, json_array_get(list, i));
	html_part_table_close(out);
	if (all > n) {
		(void)fputs("<p>", out);
		html_part_number(out, all - n);
		(void)fputs(" more; each call in the JSON report names its own.</p>\n", out);
	}
	(void)fputs("</section>\n", out);
}

/* ---- what was captured ------------------------------------------------------- */

static void input(FILE *out, const json_t *in)
{
	const json_t *problems = jvalue_get(in, "problems");
	struct text t = { 0 };

	html_part_put(
		out,
		"<tr><th scope=\"row\">%s</th><td>%s<br><code class=\"digest\">%s</code></td><td>",
		jvalue_str(in, "label"), jvalue_str(in, "name"), jvalue_str(in, "sha256"));
	wording_time(&t, jvalue_str(in, "first"));
	text_add(&t, t.n ? " to " : "no packets");
	wording_time(&t, jvalue_str(in, "last"));
	html_part_put(out, "%s</td><td class=\"n\">", text_of(&t));
	html_part_number(out, jvalue_int(in, "packets"));
	text_clear(&t);
	wording_bytes(&t, jvalue_int(in, "bytes"));
	html_part_put(out, "</td><td class=\"n\">%s</td><td>", text_of(&t));
	html_part_badge(out, jvalue_is(in, "complete") ? "good" : "doubt",
			jvalue_is(in, "complete") ? "complete" : "damaged");
	for (size_t i = 0; i < json_array_size(problems); i++)
		html_part_put(out, "<br>%s", jvalue_at(problems, i));
	(void)fputs("</td></tr>\n", out);
	text_free(&t);
}

/* "tls_connections" -> "tls connections" */
static void spaced(FILE *out, const char *key)
{
	struct text t = { 0 };

	for (; *key; key++)
		text_addf(&t, "%c", *key == '_' ? ' ' : *key);
	escape_markup(out, text_of(&t));
	text_free(&t);
}

static void pairs(FILE *out, const char *title, const json_t *counts)
{
	const char *key;
	json_t *value;

	html_part_put(out, "<div><h3>%s</h3><dl class=\"pairs\">", title);
	json_object_foreach((json_t *)counts, key, value)
	{
		if (!json_is_integer(value))
			continue;
		(void)fputs("<dt>", out);
		spaced(out, key);
		(void)fputs("</dt><dd>", out);
		html_part_number(out, jvalue_int(counts, key));
		(void)fputs("</dd>", out);
	}
	(void)fputs("</dl></div>\n", out);
}

static void limits(FILE *out, const json_t *list)
{
	if (!json_array_size(list))
		return;
	(void)fputs("<div><h3>Limits reached</h3><dl class=\"pairs\">", out);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		(void)fputs("<dt>", out);
		spaced(out, jvalue_str(one, "limit"));
		(void)fputs("</dt><dd>", out);
		html_part_number(out, jvalue_int(one, "count"));
		(void)fputs("</dd>", out);
	}
	(void)fputs("</dl></div>\n", out);
}

static void missing(FILE *out, const json_t *list)
{
	if (!json_array_size(list))
		return;
	(void)fputs("<h3>What could not be seen</h3><ul>", out);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		html_part_put(out, "<li>%s (", jvalue_str(one, "what"));
		html_part_count(out, jvalue_int(one, "calls"), "call");
		(void)fputs(")</li>\n", out);
	}
	(void)fputs("</ul>\n", out);
}

void html_summary_inputs(FILE *out, const json_t *head)
{
	const json_t *list = jvalue_get(head, "inputs"), *summary = jvalue_get(head, "summary");
	struct text given = { 0 };
	uint64_t unexplained = json_array_size(jvalue_get(head, "unexplained_media"));

	(void)fputs("<section aria-labelledby=\"captured\"><h2 id=\"captured\">What was captured, "
		    "and where"
		    "</h2>\n",
		    out);
	html_part_table_open(out, "Captures",
			     "Vantage point|File and SHA-256|Time (UTC)|#Packets|#Size|State");
	for (size_t i = 0; i < json_array_size(list); i++)
		input(out, json_array_get(list, i));
	html_part_table_close(out);
	missing(out, jvalue_get(summary, "missing"));
	if (unexplained) {
		(void)fputs("<p>", out);
		html_part_count(out, unexplained, "short media stream");
		(void)fputs(" belong to no call seen here; the JSON report lists them.</p>\n", out);
	}
	if (wording_cut(head, &given))
		html_part_put(out, "<p>Cut short: %s.</p>\n", text_of(&given));
	text_clear(&given);
	if (wording_keys_given(head, &given))
		html_part_put(out, "<p>Key material: %s.</p>\n", text_of(&given));
	text_clear(&given);
	if (wording_asserted(head, &given))
		html_part_put(out, "<p>Asserted by the operator, in %s.</p>\n", text_of(&given));
	text_clear(&given);
	if (wording_clocks(head, &given))
		html_part_put(out, "<p>Clocks of the captures: %s.</p>\n", text_of(&given));
	text_free(&given);
	(void)fputs("<details><summary>Counts and losses</summary><div class=\"columns\">\n", out);
	pairs(out, "Seen", jvalue_get(summary, "seen"));
	pairs(out, "Rows", jvalue_get(summary, "rows"));
	pairs(out, "Lost", jvalue_get(head, "losses"));
	pairs(out, "Not decoded", jvalue_get(jvalue_get(head, "losses"), "undecoded"));
	limits(out, jvalue_get(head, "limits_hit"));
	(void)fputs("</div></details></section>\n", out);
}
