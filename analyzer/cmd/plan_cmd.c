/* plan_cmd.c - a report in, captures to make out. */
#include "analyzer/cmd/plan_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "reports/plan.h"
#include "reports/sink.h"

enum { EXIT_USAGE = 2, EXIT_DAMAGED = 3, EXIT_UNWRITTEN = 5, WIDTH = 80 };

struct wish {
	const char *report, *output;
	bool json, help;
};

static bool refuse(const char *what, const char *word)
{
	fprintf(stderr, "earshot: %s%s%.60s%s\n", what, word ? " '" : "", word ? word : "",
		word ? "'" : "");
	return false;
}

static bool take_format(struct wish *w, const char *name)
{
	w->json = strcmp(name, "json") == 0;
	return w->json || strcmp(name, "text") == 0 ||
	       refuse("plan is written as text or json, not", name);
}

/* -f and -o in all their spellings. *used counts the words; NULL: not this option, or no value. */
static const char *value_of(char **argv, int left, char letter, const char *name, int *used)
{
	size_t n = strlen(name);

	*used = 2;
	if (argv[0][0] != '-')
		return NULL;
	if (argv[0][1] == letter && argv[0][2]) {
		*used = 1;
		return argv[0] + 2;
	}
	if (argv[0][1] == '-' && strncmp(argv[0] + 2, name, n) == 0 && argv[0][2 + n] == '=') {
		*used = 1;
		return argv[0] + 3 + n;
	}
	if ((argv[0][1] == letter && !argv[0][2]) ||
	    (argv[0][1] == '-' && strcmp(argv[0] + 2, name) == 0))
		return left > 1 ? argv[1] : NULL;
	return NULL;
}

static bool take_word(struct wish *w, char **argv, int left, int *used)
{
	const char *value = value_of(argv, left, 'f', "format", used);

	if (value)
		return take_format(w, value);
	value = value_of(argv, left, 'o', "output", used);
	if (value) {
		w->output = value;
		return *value || refuse("-o is empty", NULL);
	}
	*used = 1;
	w->help = w->help || strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "--help") == 0;
	if (w->help)
		return true;
	if (argv[0][0] == '-' && argv[0][1])
		return refuse("no such option of plan, or no value for it:", argv[0]);
	if (w->report)
		return refuse("plan takes one report, not also", argv[0]);
	w->report = argv[0];
	return true;
}

static void help(void)
{
	puts("earshot plan - where to capture what a report says was not seen\n"
	     "\n"
	     "  earshot audit -f json -o report.json call.pcap\n"
	     "  earshot plan report.json\n"
	     "\n"
	     "usage: earshot plan [-f text|json] [-o FILE] REPORT.json   (- is standard input)\n"
	     "\n"
	     "Groups what calls lack by capture point, each with a command to run there and the\n"
	     "verdict it could settle. A report that hides addresses gives commands with\n"
	     "ADDRESS-OF in their place.\n"
	     "\n"
	     "exit: 0 fine, 2 usage, 3 no report could be read, 5 not written.");
}

static enum err write_plan(const struct plan *p, const struct wish *w)
{
	struct sink out;

	if (sink_open(&out, w->output ? w->output : "-") != ERR_OK)
		return ERR_IO;
	if (w->json ? plan_write_json(p, out.out) : plan_write_text(p, out.out, WIDTH))
		return sink_commit(&out);
	int why = errno;
	sink_discard(&out);
	errno = why;
	return ERR_IO;
}

static int damaged(const char *report, const char *why)
{
	fprintf(stderr, "earshot: %s: %s\n", report, why);
	return EXIT_DAMAGED;
}

static int plan(const struct wish *w)
{
	bool standard = strcmp(w->report, "-") == 0;
	FILE *in = standard ? stdin : fopen(w->report, "re");
	struct plan *p = NULL;
	const char *why;

	if (!in)
		return damaged(w->report, strerror(errno));
	enum err e = plan_read(in, &p, &why);
	if (!standard)
		fclose(in);
	if (e != ERR_OK)
		return damaged(w->report, why);
	e = write_plan(p, w);
	plan_free(p);
	if (e == ERR_OK)
		return 0;
	fprintf(stderr, "earshot: %s: %s\n", w->output ? w->output : "standard output",
		strerror(errno));
	return EXIT_UNWRITTEN;
}

int plan_cmd_run(int argc, char **argv)
{
	struct wish w = { .json = false };
	int used;

	for (int i = 0; i < argc; i += used)
		if (!take_word(&w, argv + i, argc - i, &used))
			return EXIT_USAGE;
	if (w.help) {
		help();
		return 0;
	}
	if (!w.report) {
		fputs("earshot: no report given; try `earshot plan report.json`\n", stderr);
		return EXIT_USAGE;
	}
	return plan(&w);
}
