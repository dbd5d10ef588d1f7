/* checking.c - one word in front of each line: ok, BAD, note, lost. */
#include "analyzer/cmd/checking.h"

#include <stdarg.h>
#include <stdlib.h>

#include "analyzer/base/text.h"

enum { EXIT_WRONG = 1, EXIT_DAMAGED = 3 };

__attribute__((format(printf, 3, 0))) static void line(struct checking *c, const char *word,
						       const char *format, va_list args)
{
	struct text shown = { 0 };
	char *said = NULL;

	if (vasprintf(&said, format, args) < 0)
		said = NULL;
	text_printable(&shown, slice_of(said));
	(void)fprintf(c->out, "%-5s %s\n", word, text_of(&shown));
	text_free(&shown);
	free(said);
}

void checking_good(struct checking *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!c->quiet)
		line(c, "ok", format, args);
	va_end(args);
}

void checking_note(struct checking *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!c->quiet)
		line(c, "note", format, args);
	va_end(args);
}

void checking_bad(struct checking *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(c, "BAD", format, args);
	va_end(args);
	c->bad = true;
}

void checking_lost(struct checking *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(c, "lost", format, args);
	va_end(args);
	c->damaged = true;
}

int checking_exit(const struct checking *c)
{
	return c->bad ? EXIT_WRONG : c->damaged ? EXIT_DAMAGED : 0;
}
