/* call_line.c - a call's record as an event: how far it goes, in front of what it says. */
#include "analyzer/watch/call_line.h"

#include <stdio.h>

#include "reports/json_out.h"
#include "reports/mapping.h"

const char *call_line_state(enum said_state s)
{
	static const char *const words[] = { "nothing", "interim", "provisional", "firm" };

	return words[s];
}

static enum severity worst(const struct judgement *j)
{
	enum severity s = SEVERITY_INFO;

	for (uint32_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		if (f->outcome == OUTCOME_VIOLATED && !f->waived && f->severity > s)
			s = f->severity;
	}
	return s;
}

/* "EXPOSED: signaling fail, keys fail, media fail": no names, whatever is redacted. */
static void message(struct text *t, const struct call *c, const struct judgement *j)
{
	bool scored = j->label != LABEL_NONE;

	text_addf(t, "%s", scored ? judge_label_text(j->label) : call_kind_text(c->kind));
	for (int i = 0; i < CONDITIONS; i++)
		text_addf(t, "%s %s %s", i ? "," : ":", judge_condition_text((enum condition)i),
			  lattice_shown_text(j->conditions[i].shown));
}

static void add_changes(struct text *out, const struct said_standing *st)
{
	json_out_key_open(out, "changed", '[');
	if (st->label_changed)
		json_out_text(out, "label");
	for (int i = 0; i < CONDITIONS; i++)
		if (st->shown_changed & (1U << i))
			json_out_text(out, judge_condition_text((enum condition)i));
	json_out_close(out, ']');
}

static void add_id(struct text *out, const struct call_line *l, const struct call *c)
{
	char id[MAPPING_ID], revision[16];

	(void)snprintf(revision, sizeof revision, "%u", l->standing.revision);
	const char *const words[] = { "call",	l->run, c->id, call_line_state(l->state),
				      revision, NULL };
	json_out_key_text(out, "event_id", mapping_id(id, words));
}

void call_line_add(struct text *out, const struct call_line *l, const struct call *c,
		   const struct judgement *j, struct slice record)
{
	struct text words = { 0 };

	message(&words, c, j);
	json_out_open(out, '{');
	json_out_key_text(out, "run", l->run);
	json_out_key_text(out, "event", "call");
	add_id(out, l, c);
	json_out_key_when(out, "time", l->now_ns);
	json_out_key_text(out, "severity", judge_severity_text(worst(j)));
	json_out_key_text(out, "message", text_of(&words));
	json_out_key_text(out, "state", call_line_state(l->state));
	json_out_key_bool(out, "complete", !l->cut);
	json_out_key_number(out, "revision", l->standing.revision);
	json_out_key_text(out, "supersedes", l->standing.supersedes);
	add_changes(out, &l->standing);
	text_add(out, ",");
	text_add_slice(out, slice_from(record, 1));
	text_free(&words);
}
