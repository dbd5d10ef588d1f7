/* svg_ladder.h - the ladder of one call: hosts as columns, what went between them as rungs. */
#ifndef EARSHOT_SVG_LADDER_H
#define EARSHOT_SVG_LADDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SVG_LADDER_FINDINGS = 40 }; /* of a call that have a place of their own on the page */

/*
 * Writes the picture, its rungs reachable as #l-CALL-N and evidence linked to #f-CALL-N (the n-th
 * finding of the call). False: the call has no ladder.
 */
bool svg_ladder_write(FILE *out, const json_t *call);
/* The rung that shows a frame of an input; -1: none does. */
int svg_ladder_rung(const json_t *call, const char *input, uint64_t frame);

#endif
