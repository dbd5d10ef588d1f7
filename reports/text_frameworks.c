/* text_frameworks.c - per control what the capture says towards it. */
#include "reports/text_frameworks.h"

#include <string.h>

#include "reports/jvalue.h"
#include "reports/wording.h"

enum { SAYS = 30 };

static void put_control(struct layout *l, const json_t *c)
{
	const json_t *rules = jvalue_get(c, "rules");
	const char *status = jvalue_str(c, "status");
	struct text t = { 0 };

	layout_put(l, "  ");
	layout_tone(l, strcmp(status, "evidence-against") == 0 ? "doubt" : "none");
	layout_put(l, jvalue_str(c, "id"));
	layout_plain(l);
	layout_put(l, " ");
	layout_pad(l, SAYS);
	text_add(&t, jvalue_str(c, "wording"));
	if (json_array_size(rules)) {
		text_add(&t, " (");
		wording_count(&t, jvalue_int(c, "calls"), "call");
		for (size_t i = 0; i < json_array_size(rules); i++)
			text_addf(&t, "%s%s", i ? ", " : ": ", jvalue_at(rules, i));
		text_add(&t, ")");
	}
	layout_wrap(l, text_of(&t), SAYS);
	layout_line(l);
	text_free(&t);
}

static void put_framework(struct layout *l, const json_t *f)
{
	const json_t *controls = jvalue_get(f, "controls");
	struct text t = { 0 };

	text_addf(&t, "%s; %s, %s, checked %s", jvalue_str(f, "title"), jvalue_str(f, "edition"),
		  jvalue_str(f, "status"), jvalue_str(f, "checked_on"));
	layout_wrap(l, text_of(&t), 2);
	layout_line(l);
	layout_put(l, "  ");
	layout_wrap(l, jvalue_str(f, "condition"), 2);
	layout_line(l);
	text_clear(&t);
	if (wording_scope(f, &t)) {
		layout_put(l, "  ");
		layout_wrap(l, text_of(&t), 2);
		layout_line(l);
	}
	for (size_t i = 0; i < json_array_size(controls); i++)
		put_control(l, json_array_get(controls, i));
	layout_line(l);
	text_free(&t);
}

void text_frameworks_put(struct layout *l, const json_t *head)
{
	const json_t *list = jvalue_get(head, "frameworks");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (jvalue_is(json_array_get(list, i), "chosen"))
			put_framework(l, json_array_get(list, i));
}
