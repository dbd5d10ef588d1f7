/* record.h - one call as one JSON object, streamed. */
#ifndef EARSHOT_RECORD_H
#define EARSHOT_RECORD_H

#include "analyzer/model/inventory.h"
#include "reports/json_out.h"
#include "reports/redact.h"
#include "reports/standing.h"

/* What a record needs beside the call. Borrowed; `scratch` is the record's own, kept from call to
 * call and freed by its owner. */
struct record {
	struct text *out;
	struct redactor *hide;
	const char *const *inputs, *const *points; /* labels as the report shows them, by index */
	size_t input_count, point_count;
	struct standing *standing;	   /* NULL: none is kept */
	const struct inventory *inventory; /* NULL: none was given */
	struct text scratch;
};

/* Adds the object, keys in the order of contract 4. */
void record_write(struct record *r, const struct call *c, const struct judgement *j);

/* A sentence as a string, its addresses treated as the report treats them. */
void record_hidden(struct record *r, const char *s);
/* For other parts of the document that speak of the same things. */
void record_key_hidden(struct record *r, const char *key, const char *s); /* NULL: null */
void record_key_endpoint(struct record *r, const char *key,
			 const struct endpoint *e); /* none: null */
void record_key_name(struct record *r,
		     const struct addr *a); /* the inventory's, where it has one */
void record_key_inputs(struct record *r, const char *key, point_set inputs);
const char *record_input(const struct record *r, size_t i); /* its label as shown */
/* { input, frame, time, text }; text NULL: empty. */
void record_evidence(struct record *r, const struct evidence *e, const char *text);

#endif
