/* written.c - names of report files, and what became of them. */
#include "analyzer/cmd/written.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyzer/base/text.h"

enum { EXIT_UNWRITTEN = 5 };

int written_failed(const char *what)
{
	fprintf(stderr, "earshot: %s: %s\n", what, strerror(errno));
	return EXIT_UNWRITTEN;
}

static int columns(void)
{
	struct winsize w;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col;
	return 80;
}

static bool colored(const struct args *a)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (a->color != COLOR_AUTO)
		return a->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !a->output && !a->all_as && !(no && *no) &&
	       !(term && strcmp(term, "dumb") == 0);
}

struct report_style written_style(const struct args *a)
{
	return (struct report_style){ colored(a), columns(), a->verbose };
}

void written_target(const struct args *a, const struct report_format *f, struct text *path)
{
	text_clear(path);
	if (a->all_as) {
		text_addf(path, "%s%s", a->all_as, f->ending);
	} else if (!a->output) {
		text_add(path, "-");
	} else {
		text_add(path, a->output);
		if (a->output[strlen(a->output) - 1] == '/')
			text_addf(path, "earshot%s", f->ending);
	}
}

int written_all(struct document *d, const struct args *a)
{
	struct report_style style = written_style(a);
	struct text path = { NULL, 0, 0 };
	int code = 0;

	for (size_t i = 0; i < a->format_count; i++) {
		const struct report_format *f = report_find(a->formats[i]);
		written_target(a, f, &path);
		if (report_write(f, d, text_of(&path), &style) != ERR_OK)
			code = written_failed(strcmp(text_of(&path), "-") == 0 ? "standard output"
									       : text_of(&path));
	}
	text_free(&path);
	return code;
}
