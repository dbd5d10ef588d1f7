/* hidden.h - what a user or the wire named, as JSON and as the report may show it. */
#ifndef EARSHOT_HIDDEN_H
#define EARSHOT_HIDDEN_H

#include <jansson.h>

#include "reports/redact.h"

/* A text that may hold addresses and names; NULL gives null. */
json_t *hidden_text(struct redactor *hide, const char *s);
json_t *hidden_label(struct redactor *hide, const char *s);

#endif
