/* junit_case.c - test cases of JUnit XML. */
#include "reports/junit_case.h"

#include <string.h>

#include "reports/escape.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"
#include "reports/wording.h"

enum became { PASSED, SKIPPED, FAILED, ERROR };

/* What became of one test case. type: of a failure; said: one line; more: further lines. */
struct result {
	enum became outcome;
	const char *type;
	struct text said, more;
};

static void attribute(struct text *t, const char *name, const char *value)
{
	text_addf(t, " %s=\"", name);
	escape_markup_slice(t, slice_of(value));
	text_add(t, "\"");
}

static void element(struct text *t, const struct result *r)
{
	static const char *const names[] = { "", "skipped", "failure", "error" };
	const char *name = names[r->outcome];

	text_addf(t, ">\n      <%s", name);
	attribute(t, "message", text_of(&r->said));
	if (r->outcome != SKIPPED)
		attribute(t, "type", r->type);
	text_add(t, r->more.n ? ">" : "/>\n");
	if (r->more.n) {
		escape_markup_slice(t, slice_of(r->more.p));
		text_addf(t, "</%s>\n", name);
	}
	text_add(t, "    </testcase>\n");
}

/* Ends the result. */
static void test_case(struct text *t, const char *class_name, const char *name, struct result *r,
		      struct junit_counts *n)
{
	text_add(t, "    <testcase");
	attribute(t, "classname", class_name);
	attribute(t, "name", name);
	if (r->outcome == PASSED)
		text_add(t, "/>\n");
	else
		element(t, r);
	n->tests++;
	n->skipped += r->outcome == SKIPPED;
	n->failures += r->outcome == FAILED;
	n->errors += r->outcome == ERROR;
	text_free(&r->said);
	text_free(&r->more);
}

/* ---- conditions ------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

/* The requirement speaks of the condition: its name stands in it as a word. */
static bool speaks_of(const char *requirement, const char *condition)
{
	size_t n = strlen(condition);

	for (const char *at = requirement; (at = strstr(at, condition)); at += n)
		if ((at == requirement || !is_letter(at[-1])) && !is_letter(at[n]))
			return true;
	return false;
}

/* A requirement that the call does not meet, or not as far as was seen, and that speaks of it. */
static const char *asked(const json_t *call, const char *condition)
{
	static const char *const lists[] = { "unmet", "unknown" };
	size_t i;
	json_t *one;

	for (int k = 0; k < 2; k++) {
		json_array_foreach(jvalue_get(call, lists[k]), i, one)
		{
			const char *s = json_string_value(one);
			if (s && speaks_of(s, condition))
				return s;
		}
	}
	return NULL;
}

static void add_lines(struct text *t, const char *before, const json_t *list)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		text_addf(t, "%s%s%s", t->n ? "; " : "", i ? "" : before,
			  json_string_value(one) ? json_string_value(one) : "");
	}
}

static void evidence(struct text *t, const json_t *list)
{
	size_t i;
	json_t *e;

	json_array_foreach(list, i, e)
	{
		text_addf(t, "%s%s frame %llu",
			  i	 ? ", "
			  : t->n ? "; seen in "
				 : "seen in ",
			  jvalue_str(e, "input"), (unsigned long long)jvalue_int(e, "frame"));
	}
}

static const char *failure_type(const char *verdict)
{
	return strcmp(verdict, "not_observable") == 0 ? "not-observed" : verdict;
}

static void condition(struct text *t, const json_t *call, const char *class_name, const char *name,
		      struct junit_counts *n)
{
	const json_t *c = jvalue_get(jvalue_get(call, "conditions"), name);
	const struct mapping_verdict *v = mapping_verdict(jvalue_str(c, "verdict"));
	const char *required = asked(call, name);
	struct result r = { SKIPPED, failure_type(v->verdict), { 0 }, { 0 } };

	if (strcmp(v->verdict, "not_applicable") == 0)
		return;
	if (strcmp(v->verdict, "pass") == 0)
		r.outcome = PASSED;
	else if (strcmp(v->verdict, "fail") == 0 || required)
		r.outcome = FAILED;
	text_addf(&r.said, "%s: %s", wording_verdict(v->verdict), jvalue_str(c, "why"));
	if (required)
		text_addf(&r.more, "required: %s", required);
	add_lines(&r.more, "missing: ", jvalue_get(call, "missing"));
	evidence(&r.more, jvalue_get(c, "evidence"));
	test_case(t, class_name, name, &r, n);
}

/* ---- rules ------------------------------------------------------------------------------ */

static void violated(struct result *r, const json_t *finding)
{
	const json_t *waived = jvalue_get(finding, "waived");

	r->type = jvalue_str(finding, "severity");
	if (json_is_object(waived)) {
		text_addf(&r->said, "waived until %s by %s: %s; ", jvalue_str(waived, "expires"),
			  jvalue_str(waived, "owner"), jvalue_str(waived, "reason"));
	} else if (jvalue_is(finding, "gates")) {
		r->outcome = FAILED;
	} else {
		text_add(&r->said, "found, not gated on: ");
	}
	text_addf(&r->said, "%s, %s", jvalue_str(finding, "severity"),
		  jvalue_str(finding, "title"));
	text_addf(&r->more, "%s", jvalue_str(finding, "detail"));
	if (*jvalue_str(finding, "element"))
		text_addf(&r->more, "; at %s", jvalue_str(finding, "element"));
	evidence(&r->more, jvalue_get(finding, "evidence"));
	if (*jvalue_str(finding, "remediation"))
		text_addf(&r->more, "; %s", jvalue_str(finding, "remediation"));
	text_addf(&r->more, "; problem %s", jvalue_str(finding, "problem"));
}

/* What a rule states as a fact is no test; what does not apply is left out. */
static void rule(struct text *t, const json_t *finding, const char *class_name,
		 struct junit_counts *n)
{
	const char *outcome = jvalue_str(finding, "outcome");
	struct result r = { SKIPPED, "", { 0 }, { 0 } };
	struct text name = { NULL, 0, 0 };

	if (strcmp(outcome, "noted") == 0 || strcmp(outcome, "not_applicable") == 0)
		return;
	if (strcmp(outcome, "violated") == 0)
		violated(&r, finding);
	else if (strcmp(outcome, "satisfied") == 0)
		r.outcome = PASSED;
	else
		text_addf(&r.said, "could not be told: %s", jvalue_str(finding, "title"));
	text_addf(&name, "%s (%s)", jvalue_str(finding, "rule"), jvalue_str(finding, "scope"));
	test_case(t, class_name, text_of(&name), &r, n);
	text_free(&name);
}

void junit_case_call(struct text *t, const json_t *call, struct junit_counts *n)
{
	struct text name = { NULL, 0, 0 };
	const char *c;
	json_t *finding;
	size_t i;

	text_addf(&name, "%s %s: %s", jvalue_str(call, "kind"), jvalue_str(call, "id"),
		  wording_party(call, 0));
	if (!wording_alone(call))
		text_addf(&name, " to %s", wording_party(call, 1));
	for (i = 0; (c = mapping_condition(i)); i++)
		condition(t, call, text_of(&name), c, n);
	json_array_foreach(jvalue_get(call, "findings"), i, finding)
	{
		rule(t, finding, text_of(&name), n);
	}
	text_free(&name);
}

/* ---- the run ---------------------------------------------------------------------------- */

static bool stands_in(const json_t *list, const char *s)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		if (json_string_value(one) && strcmp(json_string_value(one), s) == 0)
			return true;
	}
	return false;
}

void junit_case_requirements(struct text *t, const json_t *head, struct junit_counts *n)
{
	const json_t *policy = jvalue_get(jvalue_get(head, "summary"), "policy");
	const json_t *all = jvalue_get(policy, "requires");
	struct text name = { NULL, 0, 0 };

	text_addf(&name, "policy %s", jvalue_str(policy, "name"));
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *s = jvalue_at(all, i);
		struct result r = { PASSED, "refuted", { 0 }, { 0 } };
		bool unmet = stands_in(jvalue_get(policy, "unmet"), s);
		bool unknown = stands_in(jvalue_get(policy, "unknown"), s);
		if (unmet || unknown) {
			r.outcome = FAILED;
			r.type = unmet ? "refuted" : "not-observed";
			text_addf(&r.said, "%s: %s", s,
				  unmet ? "does not hold" : "was not seen to hold");
		}
		test_case(t, text_of(&name), s, &r, n);
	}
	text_free(&name);
}

void junit_case_inputs(struct text *t, const json_t *head, struct junit_counts *n)
{
	size_t i;
	json_t *in;

	json_array_foreach(jvalue_get(head, "inputs"), i, in)
	{
		struct result r = { PASSED, "damaged", { 0 }, { 0 } };
		if (!jvalue_is(in, "complete")) {
			r.outcome = ERROR;
			text_add(&r.said, "could not be read whole");
			add_lines(&r.more, "", jvalue_get(in, "problems"));
		}
		test_case(t, jvalue_str(in, "label"), jvalue_str(in, "name"), &r, n);
	}
}

void junit_case_gate(struct text *t, const json_t *head, struct junit_counts *n)
{
	const json_t *gate = jvalue_get(jvalue_get(head, "summary"), "gate");
	struct result r = { PASSED, "gate", { 0 }, { 0 } };

	switch (jvalue_int(gate, "exit")) {
	case 0:
		break;
	case 3:
		r.outcome = ERROR;
		r.type = "damaged";
		break;
	case 4:
		r.outcome = FAILED;
		r.type = "not-observed";
		break;
	default:
		r.outcome = FAILED;
		break;
	}
	text_addf(&r.said, "exit %llu: %s", (unsigned long long)jvalue_int(gate, "exit"),
		  jvalue_str(gate, "why"));
	test_case(t, "earshot", "gate", &r, n);
}
