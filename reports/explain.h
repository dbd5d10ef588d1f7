/* explain.h - a rule, or a question, in words. */
#ifndef EARSHOT_EXPLAIN_H
#define EARSHOT_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "rules/judge.h"
#include "rules/topic.h"

/* What is checked, what it means, what it moves and shows, what to do, what must not set it off,
 * and citations by framework. False: the stream failed. */
bool explain_text(const struct rule *r, FILE *out, int width);
bool explain_markdown(const struct rule *r, FILE *out);
bool explain_json(const struct rule *r, FILE *out);

bool explain_topic_text(const struct topic *t, FILE *out, int width);
bool explain_topic_markdown(const struct topic *t, FILE *out);
bool explain_topic_json(const struct topic *t, FILE *out);

/* One line a rule, or ids alone. */
bool explain_list_text(const struct rule *const *rules, size_t count, bool ids, FILE *out,
		       int width);
bool explain_list_json(const struct rule *const *rules, size_t count, FILE *out);

#endif
