/* checking.h - what a verification says, line by line, and how it ends. */
#ifndef EARSHOT_CHECKING_H
#define EARSHOT_CHECKING_H

#include <stdbool.h>
#include <stdio.h>

struct checking {
	FILE *out;
	bool bad;     /* something that was checked does not hold: exit 1 */
	bool damaged; /* something that was needed could not be read: exit 3 */
	bool quiet;   /* only what does not hold */
};

/* Each writes one line; text from outside is made printable. */
void checking_good(struct checking *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void checking_bad(struct checking *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void checking_note(struct checking *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void checking_lost(struct checking *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int checking_exit(const struct checking *c);

#endif
