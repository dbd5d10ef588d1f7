/* engagement.h - what people say about the run: who asked, what is covered, who captured and why
 * they may. */
#ifndef EARSHOT_ENGAGEMENT_H
#define EARSHOT_ENGAGEMENT_H

#include "rules/reading.h"
#include "reports/redact.h"

/*
 * The file of --engagement (docs/bundle.md). Words of people: nothing of it is judged, and no
 * verdict depends on it. Its content stands in the document under "engagement", on the cover of
 * HTML, brief and bundle.
 */
struct engagement;

/* ERR_MALFORMED: *why (free() it) says what is wrong and where. */
enum err engagement_parse(struct slice text, struct engagement **out, char **why) MUST_CHECK;
void engagement_free(struct engagement *e); /* NULL is fine */

/*
 * What the report says of it; a new reference. Texts pass the redactor as sentences do. Of each
 * capture it names: is there an input of that label?
 */
json_t *engagement_json(const struct engagement *e, struct redactor *hide, const char *name,
			const char *sha256, const char *const *labels, size_t label_count);

#endif
