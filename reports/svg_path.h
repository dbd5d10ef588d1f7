/* svg_path.h - a call's path as a picture: ends, boxes, and what protects each hop. */
#ifndef EARSHOT_SVG_PATH_H
#define EARSHOT_SVG_PATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* False: there is nothing to draw and nothing was written. */
bool svg_path_write(FILE *out, const json_t *call);

#endif
