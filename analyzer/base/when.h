/* when.h - capture time: nanoseconds since 1970, and its text. */
#ifndef EARSHOT_WHEN_H
#define EARSHOT_WHEN_H

#include <stdint.h>

#define WHEN_SECOND UINT64_C(1000000000)
#define WHEN_MS	    UINT64_C(1000000)
enum { WHEN_TEXT = 96 };

/* RFC 3339 in UTC with nanoseconds: 2026-01-02T03:04:05.000000006Z */
const char *when_text(uint64_t ns, char out[WHEN_TEXT]);
double when_seconds(uint64_t ns); /* a duration in seconds */

#endif
