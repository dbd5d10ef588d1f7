/* scan.h - JSON text of a stranger, gone through value by value without holding it all. */
#ifndef EARSHOT_SCAN_H
#define EARSHOT_SCAN_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/text.h"

/*
 * Walks one document. A value is handed out as compact text, its numbers as they stand and its
 * strings written anew as json_out does, so that what json_out wrote comes out byte for byte and
 * nothing else can. At most 64 levels deep and 64 MiB a value. After the first failure all
 * functions fail; `why` and the place say what and where.
 */
struct scan {
	FILE *in;
	uint64_t line, column; /* of the character that was read last, from 1 */
	int c;		       /* that character, not taken yet; EOF */
	const char *why;       /* static; NULL: nothing is wrong */
	struct text string;    /* scratch */
};

void scan_open(struct scan *s, FILE *in);
void scan_close(struct scan *s); /* the stream stays the caller's */

/* The opening bracket of an object or a list. */
bool scan_enter(struct scan *s, char bracket);
/* Is there another member before the closing bracket, which is taken? `first`: of this object. */
bool scan_more(struct scan *s, char closing, bool first);
bool scan_key(struct scan *s, struct text *key);   /* and its colon; *key is replaced */
bool scan_value(struct scan *s, struct text *out); /* *out is replaced */
bool scan_end(struct scan *s);			   /* nothing but white space is left */
char scan_peek(struct scan *s);			   /* what the next value begins with; 0: the end */

/* "line 3, column 14: why" */
void scan_sentence(const struct scan *s, struct text *out);

#endif
