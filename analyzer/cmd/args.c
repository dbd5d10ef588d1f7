/* args.c - options from a table. */
#include "analyzer/cmd/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "analyzer/base/slice.h"
#include "analyzer/cmd/option.h"
#include "reports/report.h"

static enum err unknown(struct slice name)
{
	const char *words[128], *near;
	int n = (int)(name.n < 64 ? name.n : 64);
	size_t count = option_count();

	if (count > sizeof words / sizeof *words)
		count = sizeof words / sizeof *words;
	for (size_t i = 0; i < count; i++)
		words[i] = option_at(i)->name;
	near = nearest_word(name, words, count);
	fprintf(stderr, "earshot: no option --%.*s%s%s%s\n", n, (const char *)name.p,
		near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
	return ERR_USAGE;
}

static const char *const commands[] = { "audit", "inventory draft", "render", "watch" };

/* Options that would do nothing in a subcommand are refused there. */
static bool takes(const struct args *a, const struct option *o)
{
	return (o->of & (1U << a->of)) != 0;
}

static enum err take(struct args *a, const struct option *o, const char *value, const char *where)
{
	if (!takes(a, o)) {
		fprintf(stderr, "earshot: %s%s is no option of `%s`\n", where, o->name,
			commands[a->of]);
		return ERR_USAGE;
	}
	const char *wrong = o->take(a, value);

	if (!wrong)
		return ERR_OK;
	fprintf(stderr, "earshot: %s%s: '%.80s' %s\n", where, o->name, value, wrong);
	return ERR_USAGE;
}

char *args_hold(struct args *a, struct slice s)
{
	char *copy = mem_zero(s.n + 1, 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	a->held = mem_grow(a->held, a->held_count + 1, sizeof *a->held);
	a->held[a->held_count++] = copy;
	return copy;
}

/* LABEL=FILE, unless the whole is a file. */
static enum err take_source(struct args *a, const char *word)
{
	const char *equals = strchr(word, '=');

	if (!*word) {
		fputs("earshot: an empty file name\n", stderr);
		return ERR_USAGE;
	}
	const char *wrong = option_take_source(a, word);
	if (wrong) {
		fprintf(stderr, "earshot: more than %d captures\n", ARGS_SOURCES);
		return ERR_USAGE;
	}
	if (!equals || equals == word || access(word, F_OK) == 0)
		return ERR_OK;
	struct capture_source *s = &a->sources[a->source_count - 1];
	s->label = args_hold(a, (struct slice){ (const uint8_t *)word, (size_t)(equals - word) });
	s->path = equals + 1;
	return ERR_OK;
}

/* One word that begins with "--". *used counts the words it took. */
static enum err take_long(struct args *a, char **argv, int left, int *used)
{
	struct slice name = slice_of(argv[0] + 2);
	size_t at = slice_find(name, '=');
	const char *value = at < name.n ? argv[0] + 2 + at + 1 : NULL;
	const struct option *o = option_by_name(slice_upto(name, at));

	*used = 1;
	if (!o)
		return unknown(slice_upto(name, at));
	if (o->valued && !value) {
		if (left < 2) {
			fprintf(stderr, "earshot: --%s needs a value\n", o->name);
			return ERR_USAGE;
		}
		value = argv[1];
		*used = 2;
	}
	if (!o->valued && value) {
		fprintf(stderr, "earshot: --%s takes no value\n", o->name);
		return ERR_USAGE;
	}
	return take(a, o, value ? value : "", "--");
}

/* A bundle of letters: -vq, -fjson, -f json. */
static enum err take_short(struct args *a, char **argv, int left, int *used)
{
	*used = 1;
	for (const char *c = argv[0] + 1; *c; c++) {
		const struct option *o = option_by_letter(*c);
		if (!o) {
			fprintf(stderr, "earshot: no option -%c\n", *c);
			return ERR_USAGE;
		}
		if (!o->valued) {
			if (take(a, o, "", "--") != ERR_OK)
				return ERR_USAGE;
			continue;
		}
		if (c[1])
			return take(a, o, c + 1, "--");
		if (left < 2) {
			fprintf(stderr, "earshot: -%c needs a value\n", *c);
			return ERR_USAGE;
		}
		*used = 2;
		return take(a, o, argv[1], "--");
	}
	return ERR_OK;
}

static enum err take_words(struct args *a, int argc, char **argv)
{
	bool only_files = false;
	int used;

	for (int i = 0; i < argc; i += used) {
		enum err e;
		used = 1;
		if (only_files || argv[i][0] != '-' || !argv[i][1])
			e = take_source(a, argv[i]);
		else if (strcmp(argv[i], "--") == 0) {
			only_files = true;
			e = ERR_OK;
		} else if (argv[i][1] == '-')
			e = take_long(a, argv + i, argc - i, &used);
		else
			e = take_short(a, argv + i, argc - i, &used);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err config_line(struct args *a, struct slice line, const char *path, unsigned number)
{
	struct slice rest = slice_trim(slice_upto(line, slice_find(line, '#'))), name;

	if (!slice_cut(&rest, '=', &name))
		return ERR_OK;
	name = slice_trim(name);
	const struct option *o = option_by_name(name);
	if (!o || !o->settable) {
		fprintf(stderr, "earshot: %s line %u: ", path, number);
		if (o)
			fprintf(stderr, "%s cannot be set in a file\n", o->name);
		return o ? ERR_USAGE : unknown(name);
	}
	struct slice value = slice_trim(rest);
	if (!takes(a, o))
		return ERR_OK; /* the file serves all subcommands */
	if (!o->valued && slice_eq(value, SLICE("no")))
		return ERR_OK;
	return take(a, o, args_hold(a, value), "");
}

static enum err read_config(struct args *a, const char *path)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	enum err e = ERR_OK;
	FILE *f = fopen(path, "r");

	if (!f) {
		fprintf(stderr, "earshot: %s: %s\n", path, strerror(errno));
		return ERR_USAGE;
	}
	for (ssize_t n; e == ERR_OK && (n = getline(&line, &room, f)) >= 0;)
		e = config_line(a, (struct slice){ (uint8_t *)line, (size_t)n }, path, ++number);
	if (e == ERR_OK && ferror(f)) {
		fprintf(stderr, "earshot: %s: %s\n", path, strerror(errno));
		e = ERR_USAGE;
	}
	free(line);
	fclose(f);
	return e;
}

static enum err read_environment(struct args *a)
{
	for (size_t i = 0; i < option_count(); i++) {
		const struct option *o = option_at(i);
		char name[64] = "EARSHOT_";
		size_t n = strlen(name);
		for (const char *c = o->name; *c && n < sizeof name - 1; c++)
			name[n++] = *c == '-' ? '_' : (char)(*c - 32);
		const char *value = o->settable && takes(a, o) ? getenv(name) : NULL;
		if (!value || !*value || (!o->valued && strcmp(value, "no") == 0))
			continue;
		if (take(a, o, value, "environment: ") != ERR_OK)
			return ERR_USAGE;
	}
	return ERR_OK;
}

/* --config FILE wherever it stands, else $EARSHOT_CONFIG, else none. */
static const char *config_path(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--config=", 9) == 0)
			return argv[i] + 9;
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			return argv[i + 1];
	}
	const char *path = getenv("EARSHOT_CONFIG");
	return path && *path ? path : NULL;
}

static enum err say(const char *text)
{
	fprintf(stderr, "earshot: %s\n", text);
	return ERR_USAGE;
}

bool args_is_lines(const char *format)
{
	return strcmp(format, "ndjson") == 0 || strcmp(format, "ecs") == 0;
}

/* Lines may go to a stream, and to one place; reports are written again and again. */
static enum err agree_watch(struct args *a)
{
	size_t lines = 0;

	if (a->source_count + a->watch.source_count == 0)
		return say("nothing to watch: give -i IFACE, --hep ADDR:PORT, --follow DIR or a "
			   "capture");
	if (a->format_count == 0)
		a->formats[a->format_count++] = "ndjson";
	for (size_t i = 0; i < a->format_count; i++)
		lines += args_is_lines(a->formats[i]);
	if (lines < a->format_count && !a->all_as && (!a->output || strcmp(a->output, "-") == 0))
		return say(
			"a report that is written again and again needs -o FILE or --all-as BASE");
	if (!a->watch.syslog_count && (a->watch.syslog_ca || a->watch.syslog_cert))
		return say("--syslog-ca and --syslog-cert are for --syslog tls:HOST");
	if (!a->watch.syslog_cert != !a->watch.syslog_key)
		return say("--syslog-cert and --syslog-key go together");
	return ERR_OK;
}

static enum err agree(struct args *a)
{
	if (a->help)
		return ERR_OK;
	if (a->of == ARGS_OF_WATCH && agree_watch(a) != ERR_OK)
		return ERR_USAGE;
	if (a->source_count == 0 && a->of != ARGS_OF_RENDER && a->of != ARGS_OF_WATCH)
		return say(a->of == ARGS_OF_DRAFT
				   ? "no capture given; try `earshot inventory draft call.pcap`"
				   : "no capture given; try `earshot audit call.pcap`");
	if (a->format_count == 0)
		a->formats[a->format_count++] = "text";
	if (a->output && a->all_as)
		return say("-o and --all-as exclude each other");
	if (a->format_count > 1 && !a->all_as &&
	    (!a->output || a->output[strlen(a->output) - 1] != '/'))
		return say("several formats need -o DIR/ or --all-as BASE");
	if (a->redact == REDACT_HMAC && !a->redact_key)
		return say("--redact hmac needs --redact-key FILE");
	if (!a->sign != !a->cert)
		return say("--sign KEY and --cert FILE go together");
	if (a->sign && !a->bundle)
		return say("--sign signs a bundle: give --bundle FILE");
	return ERR_OK;
}

enum err args_read(struct args *a, enum args_of of, int argc, char **argv)
{
	*a = (struct args){ .of = of, .fail_on = SEVERITY_HIGH, .threads = 2 };
	const char *config = config_path(argc, argv);

	if (config && read_config(a, config) != ERR_OK)
		return ERR_USAGE;
	if (read_environment(a) != ERR_OK)
		return ERR_USAGE;
	size_t formats = a->format_count;
	if (take_words(a, argc, argv) != ERR_OK)
		return ERR_USAGE;
	/* Formats named on the command line replace those of file and environment. */
	if (formats && a->format_count > formats) {
		memmove(a->formats, a->formats + formats,
			(a->format_count - formats) * sizeof *a->formats);
		a->format_count -= formats;
	}
	return agree(a);
}

void args_free(struct args *a)
{
	for (size_t i = 0; i < a->held_count; i++)
		free(a->held[i]);
	free(a->held);
	free(a->sources);
}

static void help_audit(void)
{
	puts("earshot audit - who is within earshot of these calls?\n"
	     "\n"
	     "  earshot audit call.pcap\n"
	     "  earshot audit -f html -o report.html alice=alice.pcap bob=bob.pcapng.gz\n"
	     "\n"
	     "usage: earshot audit [options] [LABEL=]CAPTURE...   (- is standard input)\n");
}

static void help_draft(void)
{
	puts("earshot inventory draft - which hosts are these? A list to confirm\n"
	     "\n"
	     "  earshot inventory draft -o network.json alice=alice.pcap bob=bob.pcap\n"
	     "  earshot audit --inventory network.json alice=alice.pcap bob=bob.pcap\n"
	     "\n"
	     "usage: earshot inventory draft [options] [LABEL=]CAPTURE...\n"
	     "\n"
	     "Writes an inventory in which nothing is asserted: each host has role \"unknown\" "
	     "with\n"
	     "a guess and its reason beside it, each capture place \"unknown\" with a question.\n"
	     "Write what you know, and give it to audit. It shows addresses, and no users.\n");
}

/* One line: completion reads it. */
static void help_formats(void)
{
	printf("formats:");
	for (size_t i = 0; report_at(i); i++)
		printf(" %s", report_at(i)->name);
	puts("");
}

static void help_render(void)
{
	puts("earshot render - an earlier JSON report in another format\n"
	     "\n"
	     "  earshot render -f html -o report.html report.json\n"
	     "  earshot render -f html -f brief --all-as report report.json\n"
	     "\n"
	     "usage: earshot render [options] REPORT.json   (- is standard input)\n"
	     "\n"
	     "Takes any report of schema earshot.report/1, also one of an earlier version.\n"
	     "Nothing is judged again: what the report does not say, no format says.\n");
}

static void help_watch(void)
{
	puts("earshot watch - who is within earshot of the calls that pass here?\n"
	     "\n"
	     "  earshot watch -i mirror0 -o /var/log/earshot/calls.ndjson --metrics 9469\n"
	     "  earshot watch --hep 0.0.0.0:9060 --syslog tls:siem.example.org\n"
	     "\n"
	     "usage: earshot watch [options] -i IFACE | --hep ADDR:PORT | --follow DIR | "
	     "CAPTURE...\n"
	     "\n"
	     "Each call is told as it ends, and again, firm, once nothing more can come.\n"
	     "Formats ndjson (default) and ecs are lines; any other is a report, written anew\n"
	     "every few minutes.\n");
}

void args_help(enum args_of of)
{
	static void (*const heads[])(void) = { help_audit, help_draft, help_render, help_watch };

	heads[of]();
	for (size_t i = 0; i < option_count(); i++) {
		const struct option *o = option_at(i);
		if (!o->help || !takes(&(struct args){ .of = of }, o))
			continue;
		if (o->letter)
			printf("  -%c, --%-16s %s\n", o->letter, o->name, o->help);
		else
			printf("      --%-16s %s\n", o->name, o->help);
	}
	if (of == ARGS_OF_RENDER) {
		help_formats();
		puts("exit: 0 fine, 2 usage, 3 no report could be read, 5 not written.");
		return;
	}
	if (of == ARGS_OF_AUDIT || of == ARGS_OF_WATCH)
		help_formats();
	if (of == ARGS_OF_WATCH) {
		puts("exit: 0 ended as asked, 2 usage, 3 a source could not be read, 5 not "
		     "written.");
		return;
	}
	puts(of == ARGS_OF_AUDIT ? "exit: 0 fine, 1 findings or a requirement refuted, 2 usage, "
				   "3 damaged input,\n"
				   "      4 nothing to judge or not observed, 5 report not "
				   "written. See earshot(1)."
				 : "\nexit: 0 fine, 2 usage, 3 damaged input, 4 no host was seen, "
				   "5 not written.");
}
