/* format_markdown.c - a comment for a merge request: verdicts, problems, what was not seen. */
#include "reports/format.h"

#include <inttypes.h>
#include <string.h>

#include "reports/escape_code.h"
#include "reports/gather.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"
#include "reports/wording.h"

/* Comments of forges end at 65,536 characters. */
enum { PROBLEMS_SHOWN = 25, LISTENERS_SHOWN = 10, MISSING_SHOWN = 10, INPUTS_SHOWN = 20 };
enum { SHORT = 60, LONG = 300 };

static unsigned long long number(const json_t *o, const char *key)
{
	return (unsigned long long)jvalue_int(o, key);
}

static void verdict_line(struct text *t, const json_t *summary)
{
	const json_t *gate = jvalue_get(summary, "gate");
	const char *label = jvalue_str(summary, "label");

	text_add(t, "## VoIP encryption: ");
	escape_code_prose(t, *label ? label : "nothing to judge", SHORT);
	if (*jvalue_str(summary, "letter")) {
		text_add(t, " ");
		escape_code_span(t, jvalue_str(summary, "letter"), SHORT);
	}
	text_add(t, "\n\n**Policy ");
	escape_code_span(t, jvalue_str(jvalue_get(summary, "policy"), "name"), SHORT);
	text_addf(t, ": %s**, exit %llu: ", wording_policy(summary), number(gate, "exit"));
	escape_code_prose(t, jvalue_str(gate, "why"), LONG);
	text_add(t, "\n\n");
}

static void conditions(struct text *t, const json_t *summary)
{
	const char *c;

	text_add(t, "| Condition | Verdict |");
	for (size_t k = 0; k < MAPPING_VERDICTS; k++)
		text_addf(t, " %s |", mapping_verdict_at(k)->said);
	text_add(t, "\n|---|---|--:|--:|--:|--:|--:|--:|\n");
	for (size_t i = 0; (c = mapping_condition(i)); i++) {
		const json_t *one = jvalue_get(jvalue_get(summary, "conditions"), c);
		text_addf(t, "| %s | **%s** |", c, wording_verdict(jvalue_str(one, "verdict")));
		for (size_t k = 0; k < MAPPING_VERDICTS; k++)
			text_addf(
				t, " %llu |",
				number(jvalue_get(one, "counts"), mapping_verdict_at(k)->verdict));
		text_add(t, "\n");
	}
	text_addf(t, "\nCounted in calls, of %llu in all.\n", number(summary, "calls"));
}

static void requirement_list(struct text *t, const json_t *policy, const char *key,
			     const char *words)
{
	size_t i;
	json_t *one;

	json_array_foreach(jvalue_get(policy, key), i, one)
	{
		text_add(t, "- ");
		escape_code_span(t, json_string_value(one), LONG);
		text_addf(t, " %s\n", words);
	}
}

static void requirements(struct text *t, const json_t *policy)
{
	if (!json_array_size(jvalue_get(policy, "unmet")) &&
	    !json_array_size(jvalue_get(policy, "unknown")))
		return;
	text_add(t, "\n### Requirements not met\n\n");
	requirement_list(t, policy, "unmet", "does not hold");
	requirement_list(t, policy, "unknown", "was not seen to hold");
}

static void cell(struct text *t, const char *s, size_t runes)
{
	text_add(t, " ");
	escape_code_prose(t, s, runes);
	text_add(t, " |");
}

static void problem_row(struct text *t, const json_t *problem)
{
	const char *change = jvalue_str(problem, "change");

	text_addf(t, "| %s |", mapping_severity(jvalue_str(problem, "severity"))->severity);
	text_add(t, " ");
	escape_code_span(t, jvalue_str(problem, "rule"), SHORT);
	text_add(t, " |");
	cell(t, jvalue_str(problem, "title"), SHORT);
	text_add(t, " ");
	escape_code_span(t, jvalue_str(problem, "element"), SHORT);
	text_add(t, " |");
	text_addf(t, " %llu |", number(problem, "calls"));
	cell(t, mapping_waived(problem) ? "waived" : change, SHORT);
	cell(t, jvalue_str(problem, "fix"), LONG);
	text_add(t, "\n");
}

/* What somebody answers for stands behind what nobody does. */
static size_t problem_rows(struct text *t, struct document *d, bool waived, size_t shown)
{
	json_t *problem;

	for (size_t i = 0; shown < PROBLEMS_SHOWN && (problem = mapping_problem(d, i)); i++) {
		if (mapping_waived(problem) == waived) {
			problem_row(t, problem);
			shown++;
		}
		json_decref(problem);
	}
	return shown;
}

static void problems(struct text *t, struct document *d)
{
	size_t all = document_problems(d), shown;

	if (!all)
		return;
	text_addf(t,
		  "\n### Problems (%zu)\n\n"
		  "| Severity | Rule | Problem | Where | Calls | State | What to do |\n"
		  "|---|---|---|---|--:|---|---|\n",
		  all);
	shown = problem_rows(t, d, false, 0);
	shown = problem_rows(t, d, true, shown);
	if (shown < all)
		text_addf(t, "\n%zu more stand in the JSON report.\n", all - shown);
}

static void missing(struct text *t, const json_t *summary)
{
	const json_t *list = jvalue_get(summary, "missing");
	size_t i;
	json_t *one;

	if (!json_array_size(list))
		return;
	text_add(t, "\n### Not seen\n\n");
	json_array_foreach(list, i, one)
	{
		if (i == MISSING_SHOWN)
			break;
		text_add(t, "- ");
		escape_code_prose(t, jvalue_str(one, "what"), LONG);
		text_add(t, " (");
		mapping_calls(t, jvalue_int(one, "calls"));
		text_add(t, ")\n");
	}
}

static void listener(struct text *t, const json_t *one)
{
	const json_t *could = jvalue_get(one, "could");
	const char *role = jvalue_str(one, "role");

	text_add(t, "- ");
	escape_code_span(t, jvalue_str(one, "who"), LONG);
	if (*role && strcmp(role, "network") != 0) {
		text_add(t, " (");
		escape_code_prose(t, role, SHORT);
		text_add(t, ")");
	}
	text_add(t, " could ");
	for (size_t k = 0; k < json_array_size(could); k++)
		text_addf(t, "%s%s", k ? ", " : "", wording_power(jvalue_at(could, k)));
	text_add(t, " in ");
	mapping_calls(t, jvalue_int(one, "calls"));
	text_add(t, "\n");
}

static void listeners(struct text *t, const json_t *summary)
{
	const json_t *list = jvalue_get(summary, "within_earshot");
	size_t all = (size_t)number(summary, "within_earshot_count"), i;
	json_t *one;

	if (!json_array_size(list))
		return;
	text_add(t, "\n### Within earshot\n\n");
	json_array_foreach(list, i, one)
	{
		if (i == LISTENERS_SHOWN)
			break;
		listener(t, one);
	}
	if (all > i)
		text_addf(t, "- and %zu more\n", all - i);
}

static void captures(struct text *t, const json_t *head)
{
	size_t i;
	json_t *in;

	text_add(t,
		 "\n### Captures\n\n| Label | File | Packets | Read whole |\n|---|---|--:|---|\n");
	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		if (i == INPUTS_SHOWN)
			break;
		text_add(t, "| ");
		escape_code_span(t, jvalue_str(in, "label"), SHORT);
		text_add(t, " | ");
		escape_code_span(t, jvalue_str(in, "name"), SHORT);
		text_addf(t, " | %llu | %s |\n", number(in, "packets"),
			  jvalue_is(in, "complete") ? "yes" : "**no**");
	}
	text_addf(t, "\nearshot ");
	escape_code_span(t, jvalue_str(jvalue_get(head, "tool"), "version"), SHORT);
	text_add(t, ", run ");
	escape_code_span(t, jvalue_str(head, "run"), SHORT);
	text_add(t, ".\n");
}

void format_markdown_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	const json_t *head = document_head(d), *summary = jvalue_get(head, "summary");

	(void)style;
	verdict_line(&g.t, summary);
	conditions(&g.t, summary);
	requirements(&g.t, jvalue_get(summary, "policy"));
	problems(&g.t, d);
	missing(&g.t, summary);
	listeners(&g.t, summary);
	captures(&g.t, head);
	gather_end(&g);
}
