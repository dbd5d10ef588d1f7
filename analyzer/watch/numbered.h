/* numbered.h - names that --redact mask gives: "endpoint-7" is another host in another run. */
#ifndef EARSHOT_NUMBERED_H
#define EARSHOT_NUMBERED_H

#include <stdbool.h>

/* The text holds such a name. A keyed digest (--redact hmac) is the same in every run. */
bool numbered_is(const char *text);
/* It holds "endpoint-more": the table of names was full, and several hosts are called so. */
bool numbered_shared(const char *text);

#endif
