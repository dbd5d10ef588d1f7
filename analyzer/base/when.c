/* when.c - capture time as text. */
#include "analyzer/base/when.h"

static char *put(char *to, uint64_t n, int digits)
{
	for (int i = digits; i-- > 0; n /= 10)
		to[i] = (char)('0' + n % 10);
	return to + digits;
}

/* Days since 1970 to a date of the Gregorian calendar, counted in years that begin in March, so
 * that the day that may be missing comes last. The C library's way takes a lock for every call. */
static char *put_date(char *to, uint64_t days)
{
	uint64_t since = days + 719468; /* 1 March of the year 0 */
	uint64_t era = since / 146097, day = since % 146097;
	uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint64_t of_year = day - (365 * year + year / 4 - year / 100);
	uint64_t shifted = (5 * of_year + 2) / 153; /* 0: March */
	uint64_t month = shifted < 10 ? shifted + 3 : shifted - 9;

	to = put(to, year + era * 400 + (month <= 2), 4);
	*to++ = '-';
	to = put(to, month, 2);
	*to++ = '-';
	return put(to, of_year - (153 * shifted + 2) / 5 + 1, 2);
}

const char *when_text(uint64_t ns, char out[WHEN_TEXT])
{
	uint64_t s = ns / WHEN_SECOND; /* 64 bits of nanoseconds end in the year 2554 */
	char *to = put_date(out, s / 86400);

	*to++ = 'T';
	to = put(to, s / 3600 % 24, 2);
	*to++ = ':';
	to = put(to, s / 60 % 60, 2);
	*to++ = ':';
	to = put(to, s % 60, 2);
	*to++ = '.';
	to = put(to, ns % WHEN_SECOND, 9);
	*to++ = 'Z';
	*to = '\0';
	return out;
}

double when_seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}
