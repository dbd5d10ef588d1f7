/* layout.h - lines that fit a terminal. */
#ifndef EARSHOT_LAYOUT_H
#define EARSHOT_LAYOUT_H

#include <stdio.h>

#include "analyzer/base/text.h"

struct layout {
	FILE *out;
	int width, column; /* columns in all; where the next character stands */
	bool color;
};

/* Colours by tone (wording_tone): always beside a word, never instead of it. */
void layout_tone(struct layout *l, const char *tone); /* until layout_plain */
void layout_bold(struct layout *l);
void layout_plain(struct layout *l);

int layout_columns(const char *s);		  /* characters of printable text */
void layout_put(struct layout *l, const char *s); /* made printable, never cut */
void layout_pad(struct layout *l, int column);	  /* spaces up to a column */
/* Words from the present column on; what does not fit goes on at `indent`. Wire text is made
 * printable. */
void layout_wrap(struct layout *l, const char *s, int indent);
/* At most `columns`, cut with an ellipsis; made printable. */
void layout_short(struct layout *l, const char *s, int columns);
void layout_line(struct layout *l); /* end of line */

#endif
