/* contrast_json.c - earshot.compare/1: a comparison for programs. */
#include "reports/contrast_part.h"
#include "reports/jvalue.h"

static double share(uint64_t rows, uint64_t all)
{
	return all ? (double)rows / (double)all : 0;
}

static json_t *about(const struct contrast_about *a)
{
	json_t *o = json_object();

	jvalue_put(o, "name", jvalue_text(a->name));
	jvalue_put(o, "run", jvalue_text(a->run));
	jvalue_put(o, "rows", jvalue_number(a->rows));
	jvalue_put(o, "label", a->label[0] ? jvalue_text(a->label) : json_null());
	jvalue_put(o, "coverage", a->needed ? jvalue_fixed(a->coverage) : json_null());
	jvalue_put(o, "complete", json_boolean(!a->damaged));
	return o;
}

static json_t *problem_side(const struct contrast *c, const struct contrast_problem *p, int s)
{
	json_t *o;

	if (!p->side[s].rows)
		return json_null();
	o = json_object();
	jvalue_put(o, "severity", jvalue_text(judge_severity_text(p->side[s].severity)));
	jvalue_put(o, "rows", jvalue_number(p->side[s].rows));
	jvalue_put(o, "share", jvalue_fixed(share(p->side[s].rows, c->side[s].rows)));
	jvalue_put(o, "findings", jvalue_number(p->side[s].findings));
	jvalue_put(o, "waived", jvalue_number(p->side[s].waived));
	return o;
}

static json_t *problem(const struct contrast *c, const struct contrast_problem *p)
{
	json_t *o = json_object();

	jvalue_put(o, "problem", jvalue_text(p->id));
	jvalue_put(o, "change", jvalue_text(contrast_part_change(p->change)));
	jvalue_put(o, "rule", jvalue_text(p->rule));
	jvalue_put(o, "title", jvalue_text(p->title));
	jvalue_put(o, "element", jvalue_text(p->element));
	jvalue_put(o, "trunk", jvalue_text(p->trunk ? p->trunk->name : NULL));
	jvalue_put(o, "before", problem_side(c, p, CONTRAST_BEFORE));
	jvalue_put(o, "after", problem_side(c, p, CONTRAST_AFTER));
	return o;
}

static json_t *set(enum contrast_set of, const struct contrast_seen *s)
{
	struct text t = { NULL, 0, 0 };

	contrast_part_set(&t, of, s);
	json_t *v = jvalue_text(text_of(&t));
	text_free(&t);
	return v;
}

static json_t *labels(const struct contrast_seen *s)
{
	json_t *o = json_object();

	for (int l = 0; l < LABEL_NONE; l++)
		if (s->labels[l])
			jvalue_put(o, judge_label_text((enum label)l), jvalue_number(s->labels[l]));
	return o;
}

static json_t *seen(const struct contrast *c, const struct contrast_place *p, int side)
{
	const struct contrast_seen *s = &p->seen[side];
	json_t *o;

	if (!s->rows)
		return json_null();
	o = json_object();
	jvalue_put(o, "rows", jvalue_number(s->rows));
	jvalue_put(o, "share", jvalue_fixed(share(s->rows, c->side[side].rows)));
	jvalue_put(o, "labels", labels(s));
	jvalue_put(o, "keying", set(CONTRAST_KEYINGS, s));
	jvalue_put(o, "transport", set(CONTRAST_TRANSPORTS, s));
	jvalue_put(o, "tls", set(CONTRAST_VERSIONS, s));
	return o;
}

static json_t *changes(const uint64_t counts[CONTRAST_CHANGES])
{
	json_t *o = json_object();

	for (int k = 0; k < CONTRAST_CHANGES; k++)
		jvalue_put(o, contrast_part_change((enum contrast_change)k),
			   jvalue_number(counts[k]));
	return o;
}

static json_t *places(const struct contrast *c, enum contrast_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->place_count; i++) {
		const struct contrast_place *p = c->places[i];
		json_t *o;
		if (p->kind != kind)
			continue;
		o = json_object();
		jvalue_put(o, "name", jvalue_text(p->name));
		jvalue_put(o, "changed", json_boolean(contrast_part_changed(p)));
		jvalue_put(o, "before", seen(c, p, CONTRAST_BEFORE));
		jvalue_put(o, "after", seen(c, p, CONTRAST_AFTER));
		jvalue_put(o, "problems", changes(p->problems));
		jvalue_push(list, o);
	}
	return list;
}

bool contrast_json_write(const struct contrast *c, FILE *out)
{
	json_t *o = json_object(), *list = json_array(), *gate = json_object();

	for (size_t i = 0; i < c->problem_count; i++)
		jvalue_push(list, problem(c, c->problems[i]));
	jvalue_put(gate, "exit", json_integer(c->exit));
	jvalue_put(gate, "why", jvalue_text(c->why));
	jvalue_put(o, "schema", jvalue_text("earshot.compare/1"));
	jvalue_put(o, "before", about(&c->side[CONTRAST_BEFORE]));
	jvalue_put(o, "after", about(&c->side[CONTRAST_AFTER]));
	jvalue_put(o, "gate", gate);
	jvalue_put(o, "changes", changes(c->changes));
	jvalue_put(o, "problems", list);
	jvalue_put(o, "trunks", places(c, CONTRAST_TRUNK));
	jvalue_put(o, "elements", places(c, CONTRAST_ELEMENT));
	jvalue_put(o, "dropped", jvalue_number(c->dropped));
	bool whole = json_dumpf(o, out, JSON_INDENT(2)) == 0 && fputs("\n", out) >= 0;
	json_decref(o);
	return whole;
}
