/* jvalue.h - small helpers around jansson: making the head, and reading the document. */
#ifndef EARSHOT_JVALUE_H
#define EARSHOT_JVALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/text.h"

/* Making: new references, repaired to valid UTF-8; NULL and 0 ns become null. */
json_t *jvalue_text(const char *s);
json_t *jvalue_when(uint64_t ns);
json_t *jvalue_number(uint64_t n);
json_t *
jvalue_fixed(double value); /* rounded to thousandths, so that its text is short and stable */
void jvalue_put(json_t *object, const char *key, json_t *value); /* takes the value */
void jvalue_push(json_t *array, json_t *value);			 /* takes the value */

/* Adds the value as compact JSON text, escaped as json_out does. */
void jvalue_write(struct text *t, const json_t *value);

/* Adds those members that are there, as they are, to an object that is open. */
void jvalue_copy(struct text *t, const json_t *from, const char *const *keys, size_t count);

/* Reading: never NULL, never fail: what is absent or of another kind is "", 0, false or an empty
 * list. */
const char *jvalue_str(const json_t *object, const char *key);
uint64_t jvalue_int(const json_t *object, const char *key);
double jvalue_real(const json_t *object, const char *key);
bool jvalue_is(const json_t *object, const char *key);
bool jvalue_has(const json_t *object, const char *key); /* there, and not null */
const json_t *jvalue_get(const json_t *object,
			 const char *key);	      /* may be NULL: jansson takes that */
const char *jvalue_at(const json_t *array, size_t i); /* text of an array's element */

#endif
