/* words.c - a bounded text that grows at its end. */
#include "rules/words.h"

#include <string.h>

static void add(struct words *w, const char *s, size_t n)
{
	size_t room = sizeof w->text - 1 - w->n;

	if (n > room)
		n = room;
	memcpy(w->text + w->n, s, n);
	w->n += n;
	w->text[w->n] = '\0';
}

void words_add(struct words *w, const char *s)
{
	add(w, s, strlen(s));
}

void words_slice(struct words *w, struct slice s)
{
	if (s.n)
		add(w, (const char *)s.p, s.n);
}

void words_number(struct words *w, uint64_t v)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	add(w, digits + at, sizeof digits - at);
}
