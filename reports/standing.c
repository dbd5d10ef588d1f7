/* standing.c - the unchanging part of findings, by rule. */
#include "reports/standing.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "reports/json_out.h"

struct standing {
	const struct rule *rules;
	size_t count;
	struct text *written; /* index = rule; empty: not yet */
};

struct standing *standing_new(void)
{
	struct standing *s = mem_zero(1, sizeof *s);

	s->rules = judge_rules(&s->count);
	s->written = mem_zero(s->count, sizeof *s->written);
	return s;
}

void standing_free(struct standing *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		text_free(&s->written[i]);
	free(s->written);
	free(s);
}

static void put_all(struct text *out, const struct rule *rule)
{
	json_out_key_open(out, "citations", '[');
	for (const char *const *c = rule->citations; c && *c; c++)
		json_out_text(out, *c);
	json_out_close(out, ']');
	json_out_key_text(out, "remediation", rule->remediation ? rule->remediation : "");
	json_out_key_text(out, "class", judge_class_text(rule->cls));
}

void standing_add(struct standing *s, struct text *out, const struct rule *rule)
{
	size_t i = 0;

	while (s && i < s->count && &s->rules[i] != rule)
		i++;
	if (!s || i == s->count) {
		put_all(out, rule);
		return;
	}
	if (!s->written[i].n) {
		text_add(&s->written[i], "0"); /* so that a comma comes first */
		put_all(&s->written[i], rule);
	}
	text_add_slice(out,
		       (struct slice){ (const uint8_t *)s->written[i].p + 1, s->written[i].n - 1 });
}
