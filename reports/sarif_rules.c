/* sarif_rules.c - the rules that a SARIF log speaks of. */
#include "reports/sarif_rules.h"

#include <string.h>

#include "reports/escape_sarif.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"
#include "reports/wording.h"

static void add_conditions(json_t *rules)
{
	const char *c;

	for (size_t i = 0; (c = mapping_condition(i)); i++)
		jvalue_put(rules, c,
			   json_pack("{s:I, s:s, s:s, s:s, s:s, s:[]}", "index", (json_int_t)i,
				     "title", wording_question(c), "severity", "info", "class",
				     "condition", "fix",
				     "What is missing stands with each call in the JSON report; "
				     "`earshot plan` says where to capture it.",
				     "citations"));
}

/* A rule's own title, where its problems have titles of their own. */
static const char *title_of(const json_t *head, const json_t *problem)
{
	size_t i;
	json_t *rule;

	json_array_foreach(jvalue_get(jvalue_get(head, "summary"), "rules"), i, rule)
	{
		if (strcmp(jvalue_str(rule, "rule"), jvalue_str(problem, "rule")) == 0)
			return jvalue_str(rule, "title");
	}
	return jvalue_str(problem, "title");
}

/* Problems come worst first: the first of a rule has its severity. */
static void add_rule(json_t *rules, const json_t *head, const json_t *problem)
{
	const char *id = jvalue_str(problem, "rule");

	if (jvalue_get(rules, id))
		return;
	json_t *rule = json_pack(
		"{s:I, s:s, s:s, s:s, s:s}", "index", (json_int_t)json_object_size(rules), "title",
		title_of(head, problem), "severity", jvalue_str(problem, "severity"), "class",
		jvalue_str(problem, "class"), "fix", jvalue_str(problem, "fix"));
	jvalue_put(rule, "citations", json_incref(json_object_get(problem, "citations")));
	jvalue_put(rules, id, rule);
}

json_t *sarif_rules_new(struct document *d)
{
	json_t *rules = json_object(), *problem;

	add_conditions(rules);
	for (size_t i = 0; (problem = mapping_problem(d, i)); i++) {
		add_rule(rules, document_head(d), problem);
		json_decref(problem);
	}
	return rules;
}

void sarif_rules_message(struct text *out, const char *key, const char *s)
{
	struct text escaped = { NULL, 0, 0 };

	escape_sarif_message(&escaped, s);
	json_out_key_open(out, key, '{');
	json_out_key_text(out, "text", text_of(&escaped));
	json_out_close(out, '}');
	text_free(&escaped);
}

static void properties(struct text *out, const json_t *rule)
{
	json_out_key_open(out, "properties", '{');
	json_out_key_open(out, "tags", '[');
	json_out_text(out, "security");
	json_out_text(out, jvalue_str(rule, "class"));
	json_out_close(out, ']');
	json_out_key_text(out, "security-severity",
			  mapping_severity(jvalue_str(rule, "severity"))->cvss);
	json_out_key(out, "citations");
	jvalue_write(out, jvalue_get(rule, "citations"));
	json_out_close(out, '}');
}

static void one(struct text *out, const char *id, const json_t *rule)
{
	json_out_open(out, '{');
	json_out_key_text(out, "id", id);
	sarif_rules_message(out, "shortDescription", jvalue_str(rule, "title"));
	sarif_rules_message(out, "fullDescription", jvalue_str(rule, "title"));
	if (*jvalue_str(rule, "fix"))
		sarif_rules_message(out, "help", jvalue_str(rule, "fix"));
	json_out_key_open(out, "defaultConfiguration", '{');
	json_out_key_text(out, "level",
			  mapping_severity(jvalue_str(rule, "severity"))->sarif_level);
	json_out_close(out, '}');
	properties(out, rule);
	json_out_close(out, '}');
}

void sarif_rules_write(const json_t *rules, struct text *out)
{
	const char *id, *before = "\n";
	json_t *rule;

	json_out_key_open(out, "rules", '[');
	json_object_foreach((json_t *)rules, id, rule)
	{
		text_add(out, before);
		one(out, id, rule);
		before = ",\n";
	}
	text_add(out, "\n");
	json_out_close(out, ']');
}
