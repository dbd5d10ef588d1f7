/* alerts_save.c - alerts as an object of JSON, and back from what a stranger may have written. */
#include "analyzer/watch/alerts_save.h"

#include <string.h>

#include "analyzer/watch/alerts.h"
#include "analyzer/watch/alerts_tell.h"
#include "analyzer/watch/numbered.h"
#include "analyzer/watch/short.h"
#include "reports/jvalue.h"

enum { VERSION = 1 };

static json_t *kept(const struct alerts_problem *p)
{
	json_t *o = alerts_tell_object(p);

	jvalue_put(o, "open", json_boolean(p->open));
	jvalue_put(o, "level", jvalue_number(p->level));
	jvalue_put(o, "ordinal", jvalue_number(p->ordinal));
	jvalue_put(o, "first_ns", jvalue_number(p->first_ns));
	jvalue_put(o, "last_ns", jvalue_number(p->last_ns));
	jvalue_put(o, "told_ns", jvalue_number(p->told_ns));
	return o;
}

/* The oldest first, so that reading it gives the same order by age. */
json_t *alerts_save(const struct alerts *a)
{
	json_t *o = json_object(), *list = json_array();
	const struct alerts_problem *p = NULL;

	while ((p = alerts_table_next(&a->table.cleared, p)))
		jvalue_push(list, kept(p));
	while ((p = alerts_table_next(&a->table.open, p)))
		jvalue_push(list, kept(p));
	jvalue_put(o, "alerts_version", jvalue_number(VERSION));
	jvalue_put(o, "ordinal_base", jvalue_number(a->table.ordinal_base));
	jvalue_put(o, "alerts", list);
	jvalue_put(o, "posture", alerts_posture_save(&a->posture));
	return o;
}

static bool class_of(const json_t *o, enum rule_class *out)
{
	*out = strcmp(jvalue_str(o, "class"), judge_class_text(CLASS_ATTACK)) == 0 ? CLASS_ATTACK
										   : CLASS_EXPOSURE;
	return strcmp(jvalue_str(o, "class"), judge_class_text(*out)) == 0;
}

static uint8_t failing_of(const json_t *list)
{
	uint8_t bits = 0;

	for (size_t i = 0; i < json_array_size(list) && i < CONDITIONS; i++)
		for (int c = 0; c < CONDITIONS; c++)
			if (strcmp(jvalue_at(list, i), judge_condition_text((enum condition)c)) ==
			    0)
				bits = (uint8_t)(bits | 1 << c);
	return bits;
}

static void read_rest(struct alerts *a, struct alerts_problem *p, const json_t *o)
{
	const json_t *at = jvalue_get(o, "evidence");
	uint64_t level = jvalue_int(o, "level");

	short_into(p->rule, sizeof p->rule, jvalue_str(o, "rule"));
	short_into(p->call, sizeof p->call, jvalue_str(o, "call"));
	short_into(p->input, sizeof p->input, jvalue_str(at, "input"));
	p->frame = jvalue_int(at, "frame");
	p->title = alerts_table_word(&a->table, jvalue_str(o, "title"));
	p->fix = alerts_table_word(&a->table, jvalue_str(o, "fix"));
	p->failing = failing_of(jvalue_get(o, "conditions"));
	p->level = (uint8_t)(level < ALERTS_TABLE_LEVELS ? level : ALERTS_TABLE_LEVELS - 1);
	p->ordinal = jvalue_int(o, "ordinal");
	p->count = jvalue_int(o, "count");
	p->first_ns = jvalue_int(o, "first_ns");
	p->last_ns = jvalue_int(o, "last_ns");
	p->told_ns = jvalue_int(o, "told_ns");
}

static void read_one(struct alerts *a, const json_t *o)
{
	const char *name = jvalue_str(o, "problem");
	enum rule_class cls;
	enum severity severity;

	if (!alerts_table_is_name(name) || !class_of(o, &cls) ||
	    !judge_severity_parse(jvalue_str(o, "severity"), &severity) ||
	    alerts_table_find(&a->table, name))
		return;
	struct alerts_problem *p = alerts_table_add(&a->table, name);
	p->cls = cls;
	p->severity = severity;
	read_rest(a, p, o);
	alerts_table_place(p, jvalue_str(o, "element"));
	p->elsewhere |= numbered_is(p->element);
	uint8_t level = p->level;
	if (jvalue_is(o, "open"))
		alerts_table_open(&a->table, p, false);
	else
		alerts_table_clear(&a->table, p);
	p->level = level;
}

bool alerts_save_read(struct alerts *a, const json_t *saved)
{
	json_t *o;
	size_t i;

	if (jvalue_int(saved, "alerts_version") != VERSION || map_count(a->table.problems))
		return false;
	a->table.ordinal_base = jvalue_int(saved, "ordinal_base");
	json_array_foreach(jvalue_get(saved, "alerts"), i, o)
	{
		read_one(a, o);
	}
	alerts_posture_load(&a->posture, jvalue_get(saved, "posture"));
	return true;
}

/* ---- for the page ---------------------------------------------------------------------------- */

static bool goes_before(const struct alerts_problem *a, const struct alerts_problem *b)
{
	return a->severity != b->severity ? a->severity > b->severity : a->last_ns > b->last_ns;
}

/* Kept sorted while it is filled: what is asked for is short. */
static size_t insert(const struct alerts_problem **worst, size_t n, size_t most,
		     const struct alerts_problem *p)
{
	size_t i = n;

	while (i > 0 && goes_before(p, worst[i - 1]))
		i--;
	if (i == most)
		return n;
	n = n < most ? n + 1 : n;
	memmove(worst + i + 1, worst + i, (n - i - 1) * sizeof *worst);
	worst[i] = p;
	return n;
}

json_t *alerts_save_worst(const struct alerts *a, size_t most)
{
	const struct alerts_problem *worst[ALERTS_SAVE_WORST], *p = NULL;
	json_t *out = json_array();
	size_t n = 0;

	most = most < ALERTS_SAVE_WORST ? most : ALERTS_SAVE_WORST;
	while ((p = alerts_table_next(&a->table.open, p)))
		n = most ? insert(worst, n, most, p) : 0;
	for (size_t i = 0; i < n; i++)
		jvalue_push(out, alerts_tell_object(worst[i]));
	return out;
}
