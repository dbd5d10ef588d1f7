/* oscal_part.h - the parts of OSCAL assessment results. */
#ifndef EARSHOT_OSCAL_PART_H
#define EARSHOT_OSCAL_PART_H

#include "reports/mapping.h"

/* The UUID of a thing of this run: the same in every report of it. */
const char *oscal_part_uuid(char out[MAPPING_UUID], const json_t *head, const char *what,
			    const char *name);

/* Of the i-th input: labels that differ may look alike. */
const char *oscal_part_capture(char out[MAPPING_UUID], const json_t *head, size_t i);

/* Members whose values are held to OSCAL's data types. */
void oscal_part_string(struct text *t, const char *key, const char *s);
void oscal_part_line(struct text *t, const char *key, const char *s);
void oscal_part_prop(struct text *t, const char *name, const char *value); /* empty: left out */

/* The controls of all frameworks, as far as OSCAL has names for them; of none: include-all. */
void oscal_part_reviewed(struct text *t, const json_t *head);

/* An observation each. Problems are also noted in by_rule, up to 100 a rule, for the findings. */
void oscal_part_problem(struct text *t, const json_t *head, const json_t *problem, json_t *by_rule);
void oscal_part_condition(struct text *t, const json_t *head, const char *condition,
			  const struct mapping_verdict *v, uint64_t calls, const char *when);
/* Controls that nothing speaks against, and those that could not be assessed: neither is said to be
 * satisfied. Each with ",\n" in front. */
void oscal_part_open_controls(struct text *t, const json_t *head, const char *when);

/* A finding for each control that evidence speaks against: "not-satisfied". None: no member. */
void oscal_part_findings(struct text *t, const json_t *head, const json_t *by_rule);

#endif
