/* html_part.h - the small pieces of the page: badges, cells, lists. */
#ifndef EARSHOT_HTML_PART_H
#define EARSHOT_HTML_PART_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Markup of ours with %s for text, which is escaped, %d for a number and %%; nothing else is
 * understood. */
void html_part_put(FILE *out, const char *markup, ...) __attribute__((format(printf, 2, 3)));

/* A word with a shape and a colour, which the style sheet gives it by its tone. */
void html_part_badge(FILE *out, const char *tone, const char *word);
void html_part_number(FILE *out, uint64_t n); /* 1,234 */
void html_part_count(FILE *out, uint64_t n, const char *one);
/* " [alice #12, #19]" as frames with their input; nothing when there is none. Those that stand in
 * the ladder of `call` (NULL: no ladder is on the page) lead to their rung. */
void html_part_frames(FILE *out, const json_t *evidence, const json_t *call);
/* "a, b, c" of an array of texts. */
void html_part_join(FILE *out, const json_t *texts, const char *between);
/*
 * A table that scrolls by itself on a narrow screen, reachable by keyboard. Columns: "A|#B|C",
 * those of numbers with #.
 */
void html_part_table_open(FILE *out, const char *caption, const char *columns);
void html_part_table_close(FILE *out);

#endif
