/* svg_timeline.h - when media flowed in a call, and how it was protected. */
#ifndef EARSHOT_SVG_TIMELINE_H
#define EARSHOT_SVG_TIMELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* False: the call has no media with a time, and nothing was written. */
bool svg_timeline_write(FILE *out, const json_t *call);

#endif
