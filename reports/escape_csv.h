/* escape_csv.h - hostile text as a cell of CSV. */
#ifndef EARSHOT_ESCAPE_CSV_H
#define EARSHOT_ESCAPE_CSV_H

#include "analyzer/base/text.h"

/*
 * Adds the text between double quotes (RFC 4180), made printable: no line break, no control. A
 * cell that a spreadsheet would take for a formula (it begins with = + - @, or did with a tab or
 * a line break) gets an apostrophe in front. NULL is the empty cell.
 */
void escape_csv_cell(struct text *t, const char *s);

#endif
