/* compare_cmd.c - two reports or captures in, what changed out. */
#include "analyzer/cmd/compare_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/cmd/audit.h"
#include "analyzer/cmd/given.h"
#include "analyzer/cmd/wish.h"
#include "reports/contrast.h"

enum { EXIT_CHANGED = 1, EXIT_USAGE = 2, EXIT_DAMAGED = 3, EXIT_UNWRITTEN = 5, WIDTH = 80 };

static void help(void)
{
	puts("earshot compare - what changed between two reports, or two captures\n"
	     "\n"
	     "  earshot compare before.json after.json\n"
	     "  earshot compare -f markdown -o ticket.md before.json after.pcap\n"
	     "\n"
	     "usage: earshot compare [-f text|json|markdown] [-o FILE] BEFORE AFTER\n"
	     "\n"
	     "Per element and trunk (pair of elements): label, keying, transport and TLS version,\n"
	     "share of the rows, and problems that are new, worse, better or gone, by their "
	     "names,\n"
	     "which hold no Call-ID, port, SSRC or time. A capture is audited first, as `earshot\n"
	     "audit` would with the configuration file and environment alone. Gone means not seen\n"
	     "again: mended, or not captured this time.\n"
	     "\n"
	     "exit: 0 nothing new or worse, 1 something is, 2 usage, 3 not readable or a damaged\n"
	     "      capture, 4 the later one has nothing to compare, 5 not written.");
}

static int damaged(const char *name, const char *why)
{
	fprintf(stderr, "earshot: %s: %s\n", name, why);
	return EXIT_DAMAGED;
}

/* A pcapng file begins with white space, too, and no capture goes on with a brace. A pipe cannot
 * be wound back: white space that was skipped is not missed. */
static bool is_report(FILE *in)
{
	int c = getc(in);

	while (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		c = getc(in);
	(void)ungetc(c, in);
	return c == '{';
}

/* Of an audit only what concerns the reading of its capture is of interest here. */
static int audited(struct contrast *c, enum contrast_side side, const char *path, const char *shown)
{
	FILE *report = tmpfile();
	const char *why;
	int code;

	if (!report) {
		fprintf(stderr, "earshot: temporary file for a report: %s\n", strerror(errno));
		return EXIT_UNWRITTEN;
	}
	code = audit_into(path, report);
	rewind(report);
	if (code != EXIT_USAGE && code != EXIT_UNWRITTEN &&
	    contrast_read(c, side, shown, report, &why) != ERR_OK)
		code = damaged(path, why);
	fclose(report);
	if (code == EXIT_USAGE || code == EXIT_DAMAGED || code == EXIT_UNWRITTEN)
		return code;
	return contrast_damaged(c, side) ? EXIT_DAMAGED : 0;
}

/* 0, or why the side is not whole; a damaged capture is compared as far as it was read. */
static int take(struct contrast *c, enum contrast_side side, const char *path, const char *shown)
{
	FILE *in = fopen(path, "re");
	const char *why;

	if (!in)
		return damaged(path, strerror(errno));
	bool report = is_report(in);
	int code = 0;
	if (report && contrast_read(c, side, shown, in, &why) != ERR_OK)
		code = damaged(path, why);
	fclose(in);
	return report ? code : audited(c, side, path, shown);
}

static bool put(const void *what, const struct wish *w, FILE *out)
{
	const struct contrast *c = what;

	if (wish_is(w, "json"))
		return contrast_json_write(c, out);
	return wish_is(w, "markdown") ? contrast_markdown_write(c, out)
				      : contrast_text_write(c, out, WIDTH);
}

/* Files are named without their folders where that tells them apart. */
static const char *shown_name(const struct wish *w, int i)
{
	bool alike = strcmp(given_name(w->names[0]), given_name(w->names[1])) == 0;

	return alike ? w->names[i] : given_name(w->names[i]);
}

static int compare(const struct wish *w)
{
	struct contrast *c = contrast_new();
	int before = take(c, CONTRAST_BEFORE, w->names[0], shown_name(w, 0));
	int after = before == EXIT_USAGE || before == EXIT_UNWRITTEN
			    ? 0
			    : take(c, CONTRAST_AFTER, w->names[1], shown_name(w, 1));
	int code = before ? before : after;

	if (contrast_whole(c) && code != EXIT_USAGE && code != EXIT_UNWRITTEN) {
		int result = contrast_result(c);
		int written = wish_write(w, put, c);
		/* Of codes that hold together, in the order of contract 2: 5, 1, 3, 4. */
		if (written)
			code = written;
		else if (!code || result == EXIT_CHANGED)
			code = result;
	}
	contrast_free(c);
	return code;
}

int compare_cmd_run(int argc, char **argv)
{
	static const char *const formats[] = { "text", "json", "markdown", NULL };
	struct wish w = { .of = "compare", .formats = formats, .most = 2 };

	if (wish_read(&w, argc, argv) != ERR_OK)
		return EXIT_USAGE;
	if (w.help) {
		help();
		return 0;
	}
	if (w.name_count == 2)
		return compare(&w);
	fputs("earshot: compare takes two reports or captures; try `earshot compare before.json "
	      "after.json`\n",
	      stderr);
	return EXIT_USAGE;
}
