/* render_cmd.c - an earlier JSON report in, another format out. */
#include "analyzer/cmd/render_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/written.h"
#include "reports/load.h"

enum { EXIT_USAGE = 2, EXIT_DAMAGED = 3 };

static int usage(const char *what)
{
	fprintf(stderr,
		"earshot: render: %s; try `earshot render -f html -o report.html "
		"report.json`\n",
		what);
	return EXIT_USAGE;
}

static int read_report(const char *path, struct document **d)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *in = standard ? stdin : fopen(path, "re");
	char *why;
	int code = 0;

	*d = NULL;
	if (!in) {
		fprintf(stderr, "earshot: %s: %s\n", path, strerror(errno));
		return EXIT_DAMAGED;
	}
	enum err e = load_report(in, d, &why);
	if (e == ERR_IO) {
		code = written_failed("temporary file for calls");
	} else if (e != ERR_OK) {
		fprintf(stderr, "earshot: %s: %s\n", standard ? "standard input" : path, why);
		code = EXIT_DAMAGED;
	}
	free(why);
	if (!standard)
		fclose(in);
	return code;
}

static int render(const struct args *a)
{
	struct document *d;

	if (a->source_count != 1)
		return usage(a->source_count ? "takes one report" : "no report given");
	int code = read_report(a->sources[0].path, &d);
	if (code == 0)
		code = written_all(d, a);
	document_free(d);
	return code;
}

int render_cmd_run(int argc, char **argv)
{
	struct args a;
	int code = EXIT_USAGE;

	if (args_read(&a, ARGS_OF_RENDER, argc, argv) == ERR_OK) {
		if (a.help)
			args_help(ARGS_OF_RENDER);
		code = a.help ? 0 : render(&a);
	}
	args_free(&a);
	return code;
}
