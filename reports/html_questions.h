/* html_questions.h - the questions everybody asks, answered, with what this capture says to them.
 */
#ifndef EARSHOT_HTML_QUESTIONS_H
#define EARSHOT_HTML_QUESTIONS_H

#include <jansson.h>
#include <stdio.h>

void html_questions_write(FILE *out, const json_t *head);

#endif
