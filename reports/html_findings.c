/* html_findings.c - problems once as a list to work through, once by rule with their proof. */
#include "reports/html_findings.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/html_part.h"
#include "reports/jvalue.h"
#include "reports/wording.h"
#include "rules/judge.h"

enum { PLACES_SHOWN = 12, RULES_SHOWN = 128, PROBLEMS_A_RULE = 12 };

/* Rules in the order in which their worst problem stands in the list. */
static size_t rules_of(const json_t *problems, const char *rules[RULES_SHOWN])
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(problems) && n < RULES_SHOWN; i++) {
		const char *rule = jvalue_str(json_array_get(problems, i), "rule");
		size_t k = 0;
		while (k < n && strcmp(rules[k], rule) != 0)
			k++;
		if (k == n)
			rules[n++] = rule;
	}
	return n;
}

/* What follows from another problem on this page is mended with it. */
static bool follows(const json_t *p, const char *const *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(jvalue_str(p, "caused_by"), rules[i]) == 0)
			return true;
	return false;
}

static bool of_rule(const json_t *p, const char *rule)
{
	return strcmp(jvalue_str(p, "rule"), rule) == 0;
}

static const json_t *first_of(const json_t *problems, const char *rule)
{
	for (size_t i = 0; i < json_array_size(problems); i++)
		if (of_rule(json_array_get(problems, i), rule))
			return json_array_get(problems, i);
	return NULL;
}

/* Where to do it: each place once, with what it costs there. */
static void places(FILE *out, const json_t *problems, const json_t *rule)
{
	const char *named[PLACES_SHOWN] = { "" };
	uint64_t looked_at = 0, all = jvalue_int(rule, "problems");
	size_t n = 0, k;
	bool more = false;

	(void)fputs("<p class=\"fine\">", out);
	html_part_count(out, jvalue_int(rule, "calls"), "call");
	for (size_t i = 0; i < json_array_size(problems); i++) {
		const json_t *p = json_array_get(problems, i);
		const char *element = jvalue_str(p, "element");
		if (!of_rule(p, jvalue_str(rule, "rule")))
			continue;
		looked_at++;
		for (k = 0; k < n && strcmp(named[k], element) != 0; k++)
			;
		more = more || (k == n && n == PLACES_SHOWN);
		if (!element[0] || k < n || n == PLACES_SHOWN)
			continue;
		named[n++] = element;
		html_part_put(out, "%s<code>%s</code>", n > 1 ? ", " : ", at ", element);
	}
	(void)fputs(n && (more || looked_at < all) ? " and other places" : "", out);
	if (!json_array_size(jvalue_get(rule, "without")))
		(void)fputs(" &middot; by itself it moves no call's label", out);
	(void)fputs("</p>\n", out);
}

/* What this one change would move: calls by the label they have and the one the rest gives them. */
static void moves(FILE *out, const json_t *without, uint64_t calls)
{
	size_t n = json_array_size(without);

	(void)fputs(n ? "<p class=\"moves\"><span class=\"fine\">Without it:</span> " : "", out);
	for (size_t i = 0; i < n; i++) {
		const json_t *m = json_array_get(without, i);
		const char *from = jvalue_str(m, "from"), *to = jvalue_str(m, "to");
		bool none = strcmp(to, judge_label_text(LABEL_NONE)) == 0;
		(void)fputs(i ? "<br>" : "", out);
		html_part_number(out, jvalue_int(m, "calls"));
		(void)fputs(" of ", out);
		html_part_count(out, calls, "call");
		(void)fputs(none ? " would have no label" : " would be ", out);
		if (!none)
			html_part_badge(out, wording_label_tone(to), to);
		(void)fputs(" instead of ", out);
		html_part_badge(out, wording_label_tone(from), from);
	}
	(void)fputs(n ? "</p>\n" : "", out);
}

static void fix(FILE *out, const json_t *problems, const json_t *rule)
{
	const char *severity = jvalue_str(rule, "severity"), *id = jvalue_str(rule, "rule");
	const json_t *first = first_of(problems, id);

	(void)fputs("<li><p>", out);
	html_part_badge(out, wording_severity_tone(severity), severity);
	html_part_put(out, " <strong>%s</strong> <a href=\"#rule-%s\">%s</a>",
		      jvalue_str(rule, "title"), id, id);
	if (jvalue_int(rule, "new"))
		(void)fputs(" <strong>new or worse</strong>", out);
	(void)fputs("</p>\n", out);
	html_part_put(out, "<p class=\"do\">%s</p>\n", jvalue_str(first, "fix"));
	moves(out, jvalue_get(rule, "without"), jvalue_int(rule, "calls"));
	places(out, problems, rule);
	(void)fputs("</li>\n", out);
}

void html_findings_fixes(FILE *out, const json_t *head)
{
	const json_t *problems = jvalue_get(head, "problems");
	const json_t *list = jvalue_get(jvalue_get(head, "summary"), "rules");
	const char *rules[RULES_SHOWN];
	size_t n = json_array_size(list), rule_count = rules_of(problems, rules);

	(void)fputs("<section aria-labelledby=\"fixes\"><h2 id=\"fixes\">What to fix</h2>\n", out);
	if (!n) {
		(void)fputs("<p>No rule was violated in what could be seen.</p></section>\n", out);
		return;
	}
	(void)fputs(
		"<p>By problem and place, not by call. What only follows from another problem "
		"goes away with it, and stands among the findings only. What one change would "
		"move was found by judging every call again without that problem; what a repair "
		"would bring in its place is not guessed.</p>\n"
		"<ol class=\"fixes\">\n",
		out);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *first = first_of(problems, jvalue_str(one, "rule"));
		if (first && !follows(first, rules, rule_count))
			fix(out, problems, one);
	}
	(void)fputs("</ol></section>\n", out);
}

/* ---- by rule ------------------------------------------------------------------ */

/* What is known of it: from an earlier report, and who answers for it. */
static void standing(FILE *out, const json_t *p)
{
	if (jvalue_has(p, "change"))
		html_part_put(out, ", <strong>%s</strong>", jvalue_str(p, "change"));
	if (!jvalue_int(p, "waived"))
		return;
	(void)fputs(", waived in ", out);
	html_part_count(out, jvalue_int(p, "waived"), "finding");
}

static void occurrence(FILE *out, const json_t *p, bool linked)
{
	const json_t *example = jvalue_get(p, "example");
	const char *element = jvalue_str(p, "element");

	html_part_put(out, "<li>%s%s", element, element[0] ? ": " : "");
	html_part_count(out, jvalue_int(p, "calls"), "call");
	standing(out, p);
	if (jvalue_str(example, "detail")[0])
		html_part_put(out, ". %s", jvalue_str(example, "detail"));
	html_part_frames(out, jvalue_get(example, "evidence"), NULL);
	if (linked)
		html_part_put(out, " <a class=\"fine\" href=\"#call-%s\">call %s</a>",
			      jvalue_str(example, "call"), jvalue_str(example, "call"));
	else
		html_part_put(out, " <span class=\"fine\">call %s</span>",
			      jvalue_str(example, "call"));
	if (jvalue_has(example, "filter"))
		html_part_put(out,
			      "<br><span class=\"fine\">display filter:</span> <code>%s</code>",
			      jvalue_str(example, "filter"));
	(void)fputs("</li>\n", out);
}

static void causes(FILE *out, const json_t *problems, const char *rule)
{
	const char *rules[RULES_SHOWN];
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(problems) && n < RULES_SHOWN; i++) {
		const json_t *p = json_array_get(problems, i);
		size_t k = 0;
		if (strcmp(jvalue_str(p, "caused_by"), rule) != 0)
			continue;
		while (k < n && strcmp(rules[k], jvalue_str(p, "rule")) != 0)
			k++;
		if (k == n)
			rules[n++] = jvalue_str(p, "rule");
	}
	(void)fputs(n ? "<p>Brings with it: " : "", out);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(i ? ", " : "", out);
		html_part_put(out, "<a href=\"#rule-%s\">%s</a>", rules[i], rules[i]);
	}
	(void)fputs(n ? "</p>\n" : "", out);
}

static void rule_head(FILE *out, const json_t *first, const char *rule, uint64_t calls)
{
	const char *severity = jvalue_str(first, "severity");

	html_part_put(out, "<details class=\"rule\" id=\"rule-%s\"><summary>", rule);
	html_part_badge(out, wording_severity_tone(severity), severity);
	html_part_put(out, " <span class=\"id\">%s</span> %s <span class=\"fine\">%s, ", rule,
		      jvalue_str(first, "title"), jvalue_str(first, "class"));
	html_part_count(out, calls, "call");
	(void)fputs("</span></summary>\n<div class=\"body\">", out);
}

static uint64_t calls_of(const json_t *rules, const char *id)
{
	for (size_t i = 0; i < json_array_size(rules); i++)
		if (of_rule(json_array_get(rules, i), id))
			return jvalue_int(json_array_get(rules, i), "calls");
	return 0;
}

static void rule(FILE *out, const json_t *problems, const char *id, uint64_t calls, bool linked)
{
	const json_t *first = first_of(problems, id);
	size_t listed = 0;

	rule_head(out, first, id, calls);
	html_part_put(out, "<p class=\"do\">%s</p>\n", jvalue_str(first, "fix"));
	if (jvalue_has(first, "caused_by"))
		html_part_put(out, "<p>Follows from <a href=\"#rule-%s\">%s</a>.</p>\n",
			      jvalue_str(first, "caused_by"), jvalue_str(first, "caused_by"));
	causes(out, problems, id);
	(void)fputs("<ul>\n", out);
	for (size_t i = 0; i < json_array_size(problems) && listed < PROBLEMS_A_RULE; i++) {
		const json_t *p = json_array_get(problems, i);
		if (!of_rule(p, id))
			continue;
		occurrence(out, p, linked);
		listed++;
	}
	(void)fputs("</ul>\n", out);
	if (json_array_size(jvalue_get(first, "citations"))) {
		(void)fputs("<p class=\"fine\">Bears on: ", out);
		html_part_join(out, jvalue_get(first, "citations"), "; ");
		(void)fputs("</p>\n", out);
	}
	(void)fputs("</div></details>\n", out);
}

void html_findings_rules(FILE *out, const json_t *head, bool linked)
{
	const json_t *problems = jvalue_get(head, "problems");
	const json_t *told = jvalue_get(jvalue_get(head, "summary"), "rules");
	const char *rules[RULES_SHOWN];
	size_t n = rules_of(problems, rules);

	if (!n)
		return;
	(void)fputs(
		"<section aria-labelledby=\"findings\"><h2 id=\"findings\">Findings by rule, worst "
		"first</h2>\n",
		out);
	for (size_t i = 0; i < n; i++)
		rule(out, problems, rules[i], calls_of(told, rules[i]), linked);
	(void)fputs("</section>\n", out);
}

/* ---- frameworks ------------------------------------------------------------------ */

/* What was not read in its own text is to be read there before somebody relies on it. */
static void basis(FILE *out, const char *basis)
{
	if (basis[0] && strcmp(basis, "text") != 0)
		html_part_put(out, "<br><span class=\"fine\">cited %s</span>",
			      strcmp(basis, "recalled") == 0 ? "from memory" : basis);
}

static void control(FILE *out, const json_t *c)
{
	const char *status = jvalue_str(c, "status");
	bool against = strcmp(status, "evidence-against") == 0;

	html_part_put(out, "<tr><th scope=\"row\">%s", jvalue_str(c, "id"));
	basis(out, jvalue_str(c, "basis"));
	html_part_put(out, "</th><td>%s</td><td>", jvalue_str(c, "says"));
	html_part_badge(out, against ? "doubt" : "none",
			against && jvalue_is(c, "addressable")	? "gap to fix or document"
			: against				? "evidence against"
			: strcmp(status, "not-assessable") == 0 ? "not assessable"
								: "no adverse evidence");
	html_part_put(out, "<br>%s</td><td class=\"n\">", jvalue_str(c, "wording"));
	html_part_number(out, jvalue_int(c, "calls"));
	(void)fputs("</td><td>", out);
	html_part_join(out, jvalue_get(c, "rules"), ", ");
	html_part_put(out, "</td><td>%s</td></tr>\n", jvalue_str(c, "not_shown"));
}

static void framework(FILE *out, const json_t *f)
{
	const json_t *controls = jvalue_get(f, "controls");
	struct text t = { 0 };

	html_part_put(out,
		      "<h3>%s <span class=\"fine\">%s, %s; checked %s</span></h3>\n<p>%s</p>\n",
		      jvalue_str(f, "title"), jvalue_str(f, "edition"), jvalue_str(f, "status"),
		      jvalue_str(f, "checked_on"), jvalue_str(f, "condition"));
	if (wording_scope(f, &t))
		html_part_put(out, "<p>%s</p>\n", text_of(&t));
	text_free(&t);
	html_part_table_open(out, jvalue_str(f, "id"),
			     "Citation|Asks|This capture says|#Calls|Rules|What no capture shows");
	for (size_t i = 0; i < json_array_size(controls); i++)
		control(out, json_array_get(controls, i));
	html_part_table_close(out);
}

void html_findings_frameworks(FILE *out, const json_t *head)
{
	const json_t *list = jvalue_get(head, "frameworks");

	if (!json_array_size(list))
		return;
	(void)fputs("<section aria-labelledby=\"frameworks\"><h2 id=\"frameworks\">What an "
		    "assessor may "
		    "draw from it</h2>\n<p>Frameworks ask for processes, documents and decisions "
		    "that no "
		    "packet contains. Nothing here says that a requirement is fulfilled.</p>\n",
		    out);
	for (size_t i = 0; i < json_array_size(list); i++)
		framework(out, json_array_get(list, i));
	(void)fputs("</section>\n", out);
}
