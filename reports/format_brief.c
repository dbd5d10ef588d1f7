/* format_brief.c - one page to print, for somebody who decides and does not speak the language. */
#include <stdlib.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/format.h"
#include "reports/hops.h"
#include "reports/html_cover.h"
#include "reports/html_part.h"
#include "reports/html_policy.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

/* What fits one page beside the cover. */
enum { LISTENERS_TOLD = 5, HOPS_TOLD = 6, FIXES_TOLD = 4, MISSING_TOLD = 3 };

/* Compiled in as they are (house 8). */
__asm__(".section .rodata\nformat_brief_style:\n.incbin \"reports/html/brief.css\"\n"
	".byte 0\n.previous\n.global format_brief_style\n");
extern const char format_brief_style[];

/* ---- words ------------------------------------------------------------------------ */

static bool is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* Behind "RFC 5763 5, 5.3" that begins at s. */
static const char *after_reference(const char *s)
{
	s += 4;
	while (is_number_char(*s) ||
	       ((*s == ' ' || *s == ',') && is_number_char(s[*s == ',' ? 2 : 1]) &&
		(*s == ' ' || s[1] == ' ')))
		s += *s == ',' ? 2 : 1;
	/* A full stop that ends the sentence is not of the number. */
	return s[-1] == '.' ? s - 1 : s;
}

/* A sentence without the numbers of standards: in brackets they are left out, elsewhere they are
 * "the standard". */
static void without_numbers(struct text *out, const char *s)
{
	while (*s) {
		const char *rfc = strstr(s, "RFC "), *open = strchr(s, '('), *close;
		if (!rfc) {
			text_add(out, s);
			return;
		}
		close = open && open < rfc ? strchr(open, ')') : NULL;
		bool inside = close && close > rfc;
		const char *end = inside ? open : rfc;
		while (inside && end > s && end[-1] == ' ')
			end--;
		text_add_slice(out, (struct slice){ (const uint8_t *)s, (size_t)(end - s) });
		text_add(out, inside ? "" : "the standard");
		s = inside ? close + 1 : after_reference(rfc);
	}
}

static void put_plain(FILE *out, const char *s)
{
	struct text t = { 0 };

	without_numbers(&t, s);
	escape_markup(out, text_of(&t));
	text_free(&t);
}

static void item_count(FILE *out, size_t all, size_t told)
{
	if (all <= told)
		return;
	(void)fputs("<li>and ", out);
	html_part_number(out, all - told);
	(void)fputs(" more: see the full report.</li>\n", out);
}

/* ---- parts ------------------------------------------------------------------------ */

static void page_head(FILE *out)
{
	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	html_policy_put(out, format_brief_style, NULL);
	(void)fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n"
		    "<title>Who could have listened to these calls?</title>\n",
		    out);
	(void)fprintf(out, "<style>%s</style>\n</head>\n", format_brief_style);
}

static void span(FILE *out, const json_t *inputs)
{
	const char *first = "", *last = "";
	struct text from = { 0 }, to = { 0 };

	for (size_t i = 0; i < json_array_size(inputs); i++) {
		const json_t *in = json_array_get(inputs, i);
		const char *a = jvalue_str(in, "first"), *b = jvalue_str(in, "last");
		first = a[0] && (!first[0] || strcmp(a, first) < 0) ? a : first;
		last = strcmp(b, last) > 0 ? b : last;
	}
	wording_time(&from, first);
	wording_time(&to, last);
	if (from.n && to.n)
		html_part_put(out, ", recorded from %s to %s UTC", text_of(&from), text_of(&to));
	text_free(&from);
	text_free(&to);
}

static void answer(FILE *out, const json_t *head)
{
	const json_t *summary = jvalue_get(head, "summary");
	const char *label = jvalue_str(summary, "label");
	double exposed = jvalue_real(summary, "exposed_media_seconds");
	struct text t = { 0 };

	wording_rows(&t, jvalue_get(summary, "rows"));
	html_part_put(out, "<p>%s in ", t.n ? text_of(&t) : "No call");
	html_part_count(out, json_array_size(jvalue_get(head, "inputs")), "recording");
	(void)fputs(" of network traffic", out);
	span(out, jvalue_get(head, "inputs"));
	html_part_put(out, ".</p>\n<p class=\"answer %s\">%s</p>\n", wording_label_tone(label),
		      wording_label_meaning(label));
	text_clear(&t);
	wording_duration(&t, exposed);
	if (exposed > 0)
		html_part_put(out,
			      "<p>Sound or picture that could have been heard or seen by others: "
			      "%s (minutes and seconds, over all calls).</p>\n",
			      text_of(&t));
	html_part_put(out, "<p>The policy &ldquo;%s&rdquo; chosen for this report: %s.</p>\n",
		      jvalue_str(jvalue_get(summary, "policy"), "name"), wording_policy(summary));
	text_free(&t);
}

static const char *plain_answer(const char *verdict)
{
	static const char *const words[][2] = {
		{ "pass", "Yes, on the whole path" },
		{ "partial", "Yes where it was seen; not all of the path was" },
		{ "suspect", "There are doubts, none conclusive" },
		{ "fail", "No" },
		{ "not_applicable", "There was nothing to ask it of" },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(verdict, words[i][0]) == 0)
			return words[i][1];
	return "It could not be seen"; /* silence is never a yes */
}

static void questions(FILE *out, const json_t *summary)
{
	static const char *const asked[][2] = {
		{ "signaling", "Could only the two ends read who calls whom?" },
		{ "keys", "Did only the two ends hold the keys to the call?" },
		{ "media", "Was sound and picture passed on without being opened?" },
	};

	(void)fputs("<h2>Three questions</h2>\n<ul>\n", out);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		const json_t *c = jvalue_get(jvalue_get(summary, "conditions"), asked[i][0]);
		const char *verdict = jvalue_str(c, "verdict");
		html_part_put(out, "<li>%s <strong class=\"%s\">%s</strong> (%s).</li>\n",
			      asked[i][1], wording_tone(verdict), plain_answer(verdict),
			      wording_verdict(verdict));
	}
	(void)fputs("</ul>\n", out);
}

static void listener(FILE *out, const json_t *who)
{
	const json_t *could = jvalue_get(who, "could");
	size_t n = json_array_size(could);

	html_part_put(out, "<li><strong>%s</strong> could ", jvalue_str(who, "who"));
	for (size_t i = 0; i < n; i++)
		html_part_put(out, "%s%s",
			      i == 0	  ? ""
			      : i + 1 < n ? ", "
					  : " and ",
			      wording_power(jvalue_at(could, i)));
	(void)fputs(" (", out);
	html_part_count(out, jvalue_int(who, "calls"), "call");
	(void)fputs(").</li>\n", out);
}

static void listeners(FILE *out, const json_t *summary)
{
	const json_t *all = jvalue_get(summary, "within_earshot");
	size_t n = json_array_size(all), counted = jvalue_int(summary, "within_earshot_count");

	(void)fputs("<h2>Who could have listened</h2>\n", out);
	if (!n) {
		(void)fputs("<p>Nobody in between was seen to be able to. That is no proof that "
			    "nobody was.</p>\n",
			    out);
		return;
	}
	(void)fputs("<ul>\n", out);
	for (size_t i = 0; i < n && i < LISTENERS_TOLD; i++)
		listener(out, json_array_get(all, i));
	item_count(out, counted > n ? counted : n, LISTENERS_TOLD);
	(void)fputs("</ul>\n", out);
}

static void hops(FILE *out, struct document *d)
{
	struct hops *h = hops_of(d);
	struct text t = { 0 };

	if (h->count)
		(void)fputs("<h2>Link by link</h2>\n<ul>\n", out);
	for (size_t i = 0; i < h->count && i < HOPS_TOLD; i++) {
		text_clear(&t);
		hops_sentence(&h->all[i], &t);
		html_part_put(out, "<li>%s</li>\n", text_of(&t));
	}
	if (h->count) {
		item_count(out, h->count, HOPS_TOLD);
		(void)fputs("</ul>\n", out);
	}
	if (h->count && document_calls(d) > h->looked_at) {
		(void)fputs("<p class=\"fine\">Links are those of the ", out);
		html_part_count(out, h->looked_at, "worst call");
		(void)fputs(".</p>\n", out);
	}
	text_free(&t);
	free(h);
}

static bool matters(const json_t *problem)
{
	const char *severity = jvalue_str(problem, "severity");

	return !jvalue_has(problem, "caused_by") && jvalue_str(problem, "fix")[0] &&
	       strcmp(severity, "info") != 0 && strcmp(severity, "low") != 0;
}

/* The same advice is given once, however many problems it mends. */
static bool told_before(const json_t *all, size_t i)
{
	const char *fix = jvalue_str(json_array_get(all, i), "fix");

	for (size_t k = 0; k < i; k++) {
		const json_t *p = json_array_get(all, k);
		if (matters(p) && strcmp(jvalue_str(p, "fix"), fix) == 0)
			return true;
	}
	return false;
}

static void fixes(FILE *out, const json_t *head)
{
	const json_t *all = jvalue_get(head, "problems");
	int told = 0;

	for (size_t i = 0; i < json_array_size(all) && told < FIXES_TOLD; i++) {
		const json_t *p = json_array_get(all, i);
		if (!matters(p) || told_before(all, i))
			continue;
		(void)fputs(told ? "" : "<h2>What to do first</h2>\n<ol>\n", out);
		html_part_put(out, "<li><strong>%s</strong> (", jvalue_str(p, "title"));
		html_part_count(out, jvalue_int(p, "calls"), "call");
		(void)fputs("): ", out);
		put_plain(out, jvalue_str(p, "fix"));
		(void)fputs("</li>\n", out);
		told++;
	}
	(void)fputs(told ? "</ol>\n" : "", out);
}

static void missing(FILE *out, const json_t *summary)
{
	const json_t *all = jvalue_get(summary, "missing");
	int percent = (int)(100.0 * jvalue_real(summary, "coverage") + 0.5);

	if (!jvalue_int(summary, "coverage_required"))
		return;
	(void)fputs("<h2>What was not seen</h2>\n", out);
	if (percent == 100 && !json_array_size(all)) {
		(void)fputs("<p>Every observation that the answer needs was made.</p>\n", out);
		return;
	}
	html_part_put(out, "<p>%d %% of the observations that the answer needs were made.",
		      percent);
	(void)fputs(json_array_size(all) ? " Most often missing:</p>\n<ul>\n" : "</p>\n", out);
	for (size_t i = 0; i < json_array_size(all) && i < MISSING_TOLD; i++) {
		const json_t *m = json_array_get(all, i);
		html_part_put(out, "<li>%s</li>\n",
			      json_is_string(m) ? json_string_value(m) : jvalue_str(m, "what"));
	}
	(void)fputs(json_array_size(all) ? "</ul>\n" : "", out);
}

static void foot(FILE *out, const json_t *head)
{
	const json_t *tool = jvalue_get(head, "tool");

	(void)fputs(
		"<p class=\"fine\">This page rests on the recordings being genuine, on the ends "
		"being who they were taken for, and on nobody at the ends passing the call on. "
		"What was not seen speaks neither for nor against.</p>\n",
		out);
	html_part_put(out,
		      "</main>\n<footer><p>earshot %s &middot; run <code>%s</code></p></footer>\n"
		      "</body>\n</html>\n",
		      jvalue_str(tool, "version"), jvalue_str(head, "run"));
}

void format_brief_write(struct document *d, FILE *out, const struct report_style *style)
{
	const json_t *head = document_head(d);
	const json_t *summary = jvalue_get(head, "summary");

	(void)style;
	page_head(out);
	(void)fputs("<body>\n<header><p class=\"mark\">earshot</p><h1>Who could have listened to "
		    "these calls?</h1></header>\n<main>\n",
		    out);
	answer(out, head);
	questions(out, summary);
	listeners(out, summary);
	hops(out, d);
	fixes(out, head);
	missing(out, summary);
	html_cover_put(out, head);
	foot(out, head);
}
