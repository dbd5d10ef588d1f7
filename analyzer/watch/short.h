/* short.h - texts of records kept for long: no longer than they need to be. */
#ifndef EARSHOT_SHORT_H
#define EARSHOT_SHORT_H

#include <stddef.h>

/* A copy of valid UTF-8 of at most `most` bytes, cut between characters; the caller's, free(). */
char *short_text(const char *s, size_t most);
/* The same into a place of `room` bytes. */
void short_into(char *out, size_t room, const char *s);

#endif
