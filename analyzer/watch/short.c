/* short.c - texts cut between characters. */
#include "analyzer/watch/short.h"

#include <string.h>

#include "analyzer/base/mem.h"

static size_t length(const char *s, size_t most)
{
	size_t n = strnlen(s, most);

	while (n && s[n] && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	return n;
}

char *short_text(const char *s, size_t most)
{
	size_t n = length(s, most);
	char *out = mem_zero(n + 1, 1);

	memcpy(out, s, n);
	return out;
}

void short_into(char *out, size_t room, const char *s)
{
	size_t n = length(s, room - 1);

	memcpy(out, s, n);
	out[n] = '\0';
}
