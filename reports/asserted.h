/* asserted.h - which of the operator's assertions the calls of a run touched. */
#ifndef EARSHOT_ASSERTED_H
#define EARSHOT_ASSERTED_H

#include <jansson.h>

#include "analyzer/model/inventory.h"
#include "reports/redact.h"

/* Bounded: 10,000 addresses are named, later ones counted. */
struct asserted;

struct asserted *asserted_new(const struct inventory *v);
void asserted_free(struct asserted *a); /* NULL is fine */
/* While the redactor stands at this call. */
void asserted_add(struct asserted *a, struct redactor *hide, const struct call *c);
/* Scope tags of all addresses of a call, as bits by inventory_scope. */
uint16_t asserted_scopes(const struct inventory *v, const struct call *c);

struct asserted_file {
	const char *name, *sha256;
};
/* The document's "inventory"; `labels` are those of the run's inputs, as the user gave them. */
json_t *asserted_json(const struct asserted *a, struct redactor *hide, struct asserted_file file,
		      const char *const *labels, size_t label_count);

#endif
