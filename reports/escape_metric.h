/* escape_metric.h - text as the value of a Prometheus label. */
#ifndef EARSHOT_ESCAPE_METRIC_H
#define EARSHOT_ESCAPE_METRIC_H

#include "analyzer/base/text.h"

/* Adds the text between double quotes, made printable; backslashes and quotes are escaped. */
void escape_metric_label(struct text *t, const char *s);

#endif
