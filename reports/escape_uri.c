/* escape_uri.c - a file name as a relative reference. */
#include "reports/escape_uri.h"

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~/", c));
}

void escape_uri_path(struct text *t, const char *s)
{
	s += strspn(s, "/");
	for (; *s; s++)
		text_addf(t, plain(*s) ? "%c" : "%%%02X", plain(*s) ? *s : (uint8_t)*s);
}
