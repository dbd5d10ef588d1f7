/* escape_sarif.c - hostile text in a message of SARIF. */
#include "reports/escape_sarif.h"

void escape_sarif_message(struct text *t, const char *s)
{
	for (; s && *s; s++) {
		if (*s == '{' || *s == '}')
			text_addf(t, "%c%c", *s, *s);
		else
			text_addf(t, strchr("[]\\", *s) ? "\\%c" : "%c", *s);
	}
}
