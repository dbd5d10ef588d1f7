/* topic.h - questions that people ask before they ask of a rule, with an answer. */
#ifndef EARSHOT_TOPIC_H
#define EARSHOT_TOPIC_H

#include <stddef.h>

/* `answer`: paragraphs, lines of up to 100 characters, an empty line between paragraphs. */
struct topic {
	const char *name, *question, *answer;
};

const struct topic *topic_find(const char *name); /* in any case; NULL: there is none */
const struct topic *topic_at(size_t i);		  /* NULL past the end */

#endif
