/* numbered.c - which names last. */
#include "analyzer/watch/numbered.h"

#include <stddef.h>
#include <string.h>

static const char *const words[] = { "endpoint-", "host-" };

enum { DIGEST_DIGITS = 16 };

/* What stands behind the word, NULL: it does not stand there. */
static const char *behind(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? at + strlen(word) : NULL;
}

bool numbered_is(const char *text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		for (const char *s = text; (s = behind(s, words[i]));)
			if (strspn(s, "0123456789abcdef") != DIGEST_DIGITS)
				return true;
	return false;
}

bool numbered_shared(const char *text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		for (const char *s = text; (s = behind(s, words[i]));)
			if (strncmp(s, "more", 4) == 0)
				return true;
	return false;
}
