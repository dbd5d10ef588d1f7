/* when.c - capture time as text. */
#include "analyzer/base/when.h"

#include <stdio.h>
#include <time.h>

const char *when_text(uint64_t ns, char out[WHEN_TEXT])
{
	time_t s = (time_t)(ns / WHEN_SECOND);
	struct tm tm;

	if (!gmtime_r(&s, &tm) || tm.tm_year > 8099)
		tm = (struct tm){ .tm_year = 8099, .tm_mon = 11, .tm_mday = 31 };
	(void)snprintf(out, WHEN_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%09uZ", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		       (unsigned)(ns % WHEN_SECOND));
	return out;
}

double when_seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}
