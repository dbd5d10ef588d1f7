/* html_cover.h - the engagement on the cover: who asked, what is covered, who captured. */
#ifndef EARSHOT_HTML_COVER_H
#define EARSHOT_HTML_COVER_H

#include <jansson.h>
#include <stdio.h>

/* A section; nothing where no engagement file was given. */
void html_cover_put(FILE *out, const json_t *head);

#endif
