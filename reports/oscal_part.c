/* oscal_part.c - the parts of OSCAL assessment results. */
#include "reports/oscal_part.h"

#include <string.h>

#include "reports/escape_oscal.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

#define NAMESPACE "urn:earshot:oscal"
enum { RELATED_OF_A_RULE = 100 };

const char *oscal_part_uuid(char out[MAPPING_UUID], const json_t *head, const char *what,
			    const char *name)
{
	const char *const words[] = { "oscal", jvalue_str(head, "run"), what, name, NULL };

	return mapping_uuid(out, words);
}

const char *oscal_part_capture(char out[MAPPING_UUID], const json_t *head, size_t i)
{
	char name[24];

	(void)snprintf(name, sizeof name, "%zu", i);
	return oscal_part_uuid(out, head, "capture", name);
}

static void put(struct text *t, const char *key, const char *s,
		void (*escape)(struct text *, const char *))
{
	struct text value = { NULL, 0, 0 };

	escape(&value, s);
	json_out_key_text(t, key, text_of(&value));
	text_free(&value);
}

void oscal_part_string(struct text *t, const char *key, const char *s)
{
	put(t, key, s, escape_oscal_string);
}

void oscal_part_line(struct text *t, const char *key, const char *s)
{
	put(t, key, s, escape_oscal_line);
}

void oscal_part_prop(struct text *t, const char *name, const char *value)
{
	if (!*value)
		return;
	json_out_open(t, '{');
	json_out_key_text(t, "name", name);
	json_out_key_text(t, "ns", NAMESPACE);
	oscal_part_string(t, "value", value);
	json_out_close(t, '}');
}

static void prop_number(struct text *t, const char *name, uint64_t n)
{
	char value[24];

	(void)snprintf(value, sizeof value, "%llu", (unsigned long long)n);
	oscal_part_prop(t, name, value);
}

/* "hipaa-security-rule_164.312.e.1": ids of two frameworks are two things. */
static void control_name(struct text *t, const json_t *framework, const json_t *control)
{
	struct text both = { NULL, 0, 0 };

	text_addf(&both, "%s_%s", jvalue_str(framework, "id"), jvalue_str(control, "id"));
	escape_oscal_token(t, text_of(&both));
	text_free(&both);
}

static void put_control(struct text *t, const char *key, const json_t *framework,
			const json_t *control)
{
	struct text name = { NULL, 0, 0 };

	control_name(&name, framework, control);
	json_out_key_text(t, key, text_of(&name));
	text_free(&name);
}

static void selection(struct text *t, const json_t *framework)
{
	const json_t *controls = jvalue_get(framework, "controls");
	size_t i;
	json_t *control;

	json_out_open(t, '{');
	oscal_part_line(t, "description", jvalue_str(framework, "title"));
	if (!json_array_size(controls)) {
		json_out_key_open(t, "include-all", '{');
		json_out_close(t, '}');
	} else {
		json_out_key_open(t, "include-controls", '[');
		json_array_foreach(controls, i, control)
		{
			json_out_open(t, '{');
			put_control(t, "control-id", framework, control);
			json_out_close(t, '}');
		}
		json_out_close(t, ']');
	}
	json_out_close(t, '}');
}

void oscal_part_reviewed(struct text *t, const json_t *head)
{
	const json_t *frameworks = jvalue_get(head, "frameworks");
	size_t i;
	json_t *f;

	json_out_key_open(t, "reviewed-controls", '{');
	json_out_key_open(t, "control-selections", '[');
	json_array_foreach(frameworks, i, f)
	{
		selection(t, f);
	}
	if (!i)
		selection(t, NULL);
	json_out_close(t, ']');
	json_out_close(t, '}');
}

/* ---- observations ------------------------------------------------------------------------ */

static void one_word(struct text *t, const char *key, const char *word)
{
	json_out_key_open(t, key, '[');
	json_out_text(t, word);
	json_out_close(t, ']');
}

static void evidence(struct text *t, const json_t *head, const json_t *list)
{
	size_t i;
	json_t *e;

	if (!json_array_size(list))
		return;
	json_out_key_open(t, "relevant-evidence", '[');
	json_array_foreach(list, i, e)
	{
		char id[MAPPING_UUID + 1] = "#", frame[40];
		(void)oscal_part_capture(id + 1, head, mapping_input(head, jvalue_str(e, "input")));
		(void)snprintf(frame, sizeof frame, "frame %llu",
			       (unsigned long long)jvalue_int(e, "frame"));
		json_out_open(t, '{');
		json_out_key_text(t, "href", id);
		json_out_key_text(t, "description", frame);
		json_out_close(t, '}');
	}
	json_out_close(t, ']');
}

/* In order, and no more than a reader can follow. */
static void note(json_t *by_rule, const json_t *problem)
{
	const char *rule = jvalue_str(problem, "rule");
	json_t *list = json_object_get(by_rule, rule);

	if (!list) {
		list = json_array();
		jvalue_put(by_rule, rule, list);
	}
	if (json_array_size(list) < RELATED_OF_A_RULE)
		jvalue_push(list, json_incref(json_object_get(problem, "problem")));
}

static void waiver(struct text *t, const json_t *problem)
{
	const json_t *w = jvalue_get(problem, "waived_by");

	if (!jvalue_int(problem, "waived"))
		return;
	prop_number(t, "waived-occurrences", jvalue_int(problem, "waived"));
	oscal_part_prop(t, "waived-because", jvalue_str(w, "reason"));
	oscal_part_prop(t, "waived-by", jvalue_str(w, "owner"));
	oscal_part_prop(t, "waived-until", jvalue_str(w, "expires"));
}

void oscal_part_problem(struct text *t, const json_t *head, const json_t *problem, json_t *by_rule)
{
	const char *last = jvalue_str(problem, "last");
	struct text words = { NULL, 0, 0 };
	char id[MAPPING_UUID];

	note(by_rule, problem);
	mapping_sentence(&words, problem);
	json_out_open(t, '{');
	json_out_key_text(t, "uuid",
			  oscal_part_uuid(id, head, "problem", jvalue_str(problem, "problem")));
	oscal_part_line(t, "title", jvalue_str(problem, "title"));
	oscal_part_line(t, "description", text_of(&words));
	json_out_key_open(t, "props", '[');
	oscal_part_prop(t, "rule", jvalue_str(problem, "rule"));
	oscal_part_prop(t, "problem", jvalue_str(problem, "problem"));
	oscal_part_prop(t, "severity", jvalue_str(problem, "severity"));
	oscal_part_prop(t, "class", jvalue_str(problem, "class"));
	oscal_part_prop(t, "element", jvalue_str(problem, "element"));
	prop_number(t, "calls", jvalue_int(problem, "calls"));
	waiver(t, problem);
	json_out_close(t, ']');
	one_word(t, "methods", "TEST");
	one_word(t, "types", "finding");
	evidence(t, head, jvalue_get(jvalue_get(problem, "example"), "evidence"));
	json_out_key_text(t, "collected", *last ? last : "1970-01-01T00:00:00Z");
	if (*jvalue_str(problem, "fix"))
		oscal_part_line(t, "remarks", jvalue_str(problem, "fix"));
	json_out_close(t, '}');
	text_free(&words);
}

void oscal_part_condition(struct text *t, const json_t *head, const char *condition,
			  const struct mapping_verdict *v, uint64_t calls, const char *when)
{
	struct text words = { NULL, 0, 0 }, name = { NULL, 0, 0 };
	char id[MAPPING_UUID];

	text_addf(&name, "%s %s", condition, v->verdict);
	text_addf(&words, "%s: %s in ", condition, v->said);
	mapping_calls(&words, calls);
	text_addf(&words, "; %s", wording_meaning(v->verdict));
	json_out_open(t, '{');
	json_out_key_text(t, "uuid", oscal_part_uuid(id, head, "condition", text_of(&name)));
	oscal_part_line(t, "description", text_of(&words));
	json_out_key_open(t, "props", '[');
	oscal_part_prop(t, "condition", condition);
	oscal_part_prop(t, "verdict", v->verdict);
	prop_number(t, "calls", calls);
	json_out_close(t, ']');
	one_word(t, "methods", "TEST");
	json_out_key_text(t, "collected", when);
	json_out_close(t, '}');
	text_free(&words);
	text_free(&name);
}

/* ---- controls ---------------------------------------------------------------------------- */

static bool refuted(const json_t *control)
{
	return strcmp(jvalue_str(control, "status"), "evidence-against") == 0;
}

static void says(struct text *t, const json_t *control)
{
	struct text words = { NULL, 0, 0 };

	text_addf(&words, "%s: %s", jvalue_str(control, "says"), jvalue_str(control, "wording"));
	oscal_part_line(t, "description", text_of(&words));
	text_free(&words);
}

static const char *control_uuid(char id[MAPPING_UUID], const json_t *head, const json_t *framework,
				const json_t *control)
{
	struct text name = { NULL, 0, 0 };

	text_addf(&name, "%s\n%s", jvalue_str(framework, "id"), jvalue_str(control, "id"));
	(void)oscal_part_uuid(id, head, "control", text_of(&name));
	text_free(&name);
	return id;
}

static void open_control(struct text *t, const json_t *head, const json_t *framework,
			 const json_t *control, const char *when)
{
	char id[MAPPING_UUID];

	text_add(t, ",\n");
	json_out_open(t, '{');
	json_out_key_text(t, "uuid", control_uuid(id, head, framework, control));
	oscal_part_line(t, "title", jvalue_str(control, "citation"));
	says(t, control);
	json_out_key_open(t, "props", '[');
	oscal_part_prop(t, "framework", jvalue_str(framework, "id"));
	oscal_part_prop(t, "control", jvalue_str(control, "id"));
	oscal_part_prop(t, "status", jvalue_str(control, "status"));
	json_out_close(t, ']');
	one_word(t, "methods", "TEST");
	one_word(t, "types", "control-objective");
	json_out_key_text(t, "collected", when);
	json_out_close(t, '}');
}

void oscal_part_open_controls(struct text *t, const json_t *head, const char *when)
{
	size_t i, k;
	json_t *f, *control;

	json_array_foreach(jvalue_get(head, "frameworks"), i, f)
	{
		json_array_foreach(jvalue_get(f, "controls"), k, control)
		{
			if (!refuted(control))
				open_control(t, head, f, control, when);
		}
	}
}

static void related(struct text *t, const json_t *head, const json_t *control,
		    const json_t *by_rule)
{
	size_t i, k, n = 0;
	json_t *rule, *problem;

	json_array_foreach(jvalue_get(control, "rules"), i, rule)
	{
		json_array_foreach(jvalue_get(by_rule, json_string_value(rule)), k, problem)
		{
			char id[MAPPING_UUID];
			if (!n++)
				json_out_key_open(t, "related-observations", '[');
			json_out_open(t, '{');
			json_out_key_text(
				t, "observation-uuid",
				oscal_part_uuid(id, head, "problem", json_string_value(problem)));
			json_out_close(t, '}');
		}
	}
	if (n)
		json_out_close(t, ']');
}

static void finding(struct text *t, const json_t *head, const json_t *framework,
		    const json_t *control, const json_t *by_rule)
{
	char id[MAPPING_UUID];

	json_out_open(t, '{');
	json_out_key_text(t, "uuid", control_uuid(id, head, framework, control));
	oscal_part_line(t, "title", jvalue_str(control, "citation"));
	says(t, control);
	json_out_key_open(t, "target", '{');
	json_out_key_text(t, "type", "objective-id");
	put_control(t, "target-id", framework, control);
	json_out_key_open(t, "status", '{');
	json_out_key_text(t, "state", "not-satisfied");
	oscal_part_line(t, "remarks", jvalue_str(framework, "condition"));
	json_out_close(t, '}');
	json_out_close(t, '}');
	related(t, head, control, by_rule);
	json_out_close(t, '}');
}

void oscal_part_findings(struct text *t, const json_t *head, const json_t *by_rule)
{
	size_t i, k, n = 0;
	json_t *f, *control;

	json_array_foreach(jvalue_get(head, "frameworks"), i, f)
	{
		json_array_foreach(jvalue_get(f, "controls"), k, control)
		{
			if (!refuted(control))
				continue;
			if (!n++)
				json_out_key_open(t, "findings", '[');
			text_add(t, n > 1 ? ",\n" : "\n");
			finding(t, head, f, control, by_rule);
		}
	}
	if (n)
		json_out_close(t, ']');
}
