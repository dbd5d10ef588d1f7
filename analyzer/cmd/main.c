/* main.c - the table of subcommands. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "analyzer/cmd/audit.h"
#include "analyzer/cmd/compare_cmd.h"
#include "analyzer/cmd/draft_cmd.h"
#include "analyzer/cmd/explain_cmd.h"
#include "analyzer/cmd/plan_cmd.h"
#include "analyzer/cmd/render_cmd.h"
#include "analyzer/cmd/verify_cmd.h"
#include "analyzer/cmd/watch_cmd.h"

static int version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("earshot " EARSHOT_VERSION);
	return 0;
}

static int help(int argc, char **argv);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary; /* NULL: spelled as an option, not listed */
} commands[] = {
	{ "audit", audit_run, "captures in, report out" },
	{ "watch", watch_cmd_run, "live mirror in, records out as calls end" },
	{ "inventory", draft_cmd_run, "draft: hosts that were seen, as a list to confirm" },
	{ "render", render_cmd_run, "an earlier JSON report in another format" },
	{ "compare", compare_cmd_run,
	  "two reports or captures: what changed, and is anything worse" },
	{ "explain", explain_cmd_run, "a rule, or a question such as `tls`, in words" },
	{ "rules", explain_cmd_rules, "list: the rules, by class, severity or word" },
	{ "plan", plan_cmd_run, "where to capture what a JSON report says was not seen" },
	{ "verify", verify_cmd_run, "does a report, or an evidence bundle, hold?" },
	{ "help", help, "this page" },
	{ "--help", help, NULL },
	{ "-h", help, NULL },
	{ "version", version, "the version of the program" },
	{ "--version", version, NULL },
	{ "-V", version, NULL },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* Named by the contract, refused until they work. */
static const char *const later[] = { "probe", "join" };

static int help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("earshot - who is within earshot of this call?\n"
	     "\n"
	     "  earshot audit call.pcap\n"
	     "  earshot audit -f html -o report.html alice=alice.pcap bob=bob.pcap\n"
	     "\n"
	     "Subcommands:");
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].summary)
			printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	puts("\n`earshot audit --help` lists the options; earshot(1) is the manual.");
	return 0;
}

static int unknown(const char *word)
{
	for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
		if (strcmp(word, later[i]) == 0) {
			fprintf(stderr, "earshot: '%s' is not in this version\n", word);
			return 2;
		}
	}
	const char *names[COMMANDS];
	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	const char *near = nearest_word(slice_of(word), names, COMMANDS);
	fprintf(stderr, "earshot: no subcommand '%.60s'%s%s%s\n", word,
		near ? "; did you mean " : "; try `earshot help`", near ? near : "",
		near ? "?" : "");
	return 2;
}

int main(int argc, char **argv)
{
	/* A file size limit is a full disk: an error of write, not the end of the program. */
	(void)signal(SIGXFSZ, SIG_IGN);
	mem_large_pages();
	if (argc < 2) {
		help(0, NULL);
		return 2;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2);
	return unknown(argv[1]);
}
