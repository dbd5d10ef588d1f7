/* args.c - options of `earshot audit`, from a table. */
#include "analyzer/cmd/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/slice.h"
#include "analyzer/cmd/nearest.h"
#include "reports/report.h"

/* Takes the option's value into *a; NULL, or what is wrong with the value. */
typedef const char *take_fn(struct args *a, const char *value);

struct option {
	const char *name; /* without dashes */
	char letter;	  /* 0: none */
	bool valued;
	bool once; /* from file or environment too */
	take_fn *take;
	const char *help; /* NULL: not in the short help */
};

static const char *add(const char **list, size_t *count, size_t most, const char *value)
{
	if (*count == most)
		return "was given too often";
	list[(*count)++] = value;
	return NULL;
}

static const char *take_format(struct args *a, const char *value)
{
	return report_find(value) ? add(a->formats, &a->format_count, ARGS_FORMATS, value)
				  : "is not a format of this version (text, json, ndjson, html)";
}

static const char *take_output(struct args *a, const char *value)
{
	a->output = value;
	return *value ? NULL : "is empty";
}

static const char *take_all_as(struct args *a, const char *value)
{
	a->all_as = value;
	return *value ? NULL : "is empty";
}

static const char *take_read(struct args *a, const char *value)
{
	if (a->source_count == ARGS_SOURCES)
		return "was given too often";
	a->sources = mem_grow(a->sources, a->source_count + 1, sizeof *a->sources);
	a->sources[a->source_count++] = (struct capture_source){ NULL, value };
	return NULL;
}

static const char *take_bpf(struct args *a, const char *value)
{
	a->bpf = value;
	return NULL;
}

static const char *take_fail_on(struct args *a, const char *value)
{
	return judge_severity_parse(value, &a->fail_on)
		       ? NULL
		       : "is not a severity (critical, high, medium, low, info)";
}

static const char *take_require(struct args *a, const char *value)
{
	return add(a->requires, &a->require_count, ARGS_REQUIRES, value);
}

static const char *take_coverage(struct args *a, const char *value)
{
	char *end;
	double v = strtod(value, &end);

	if (end == value || (*end && strcmp(end, "%") != 0) || !(v >= 0 && v <= 100))
		return "is not a percentage from 0 to 100";
	a->min_coverage = v / 100;
	return NULL;
}

static const char *take_keylog(struct args *a, const char *value)
{
	return add(a->keylogs, &a->keylog_count, ARGS_KEYS, value);
}

static const char *take_tls_key(struct args *a, const char *value)
{
	return add(a->tls_keys, &a->tls_key_count, ARGS_KEYS, value);
}

static const char *take_redact(struct args *a, const char *value)
{
	static const char *const names[] = { "mask", "hmac", "none" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			a->redact = (enum redact)i;
			return NULL;
		}
	}
	return "is not mask, hmac or none";
}

static const char *take_redact_key(struct args *a, const char *value)
{
	a->redact_key = value;
	return NULL;
}

static const char *take_redact_addresses(struct args *a, const char *value)
{
	(void)value;
	a->redact_addresses = true;
	return NULL;
}

static const char *take_threads(struct args *a, const char *value)
{
	uint64_t n;

	if (!slice_number(slice_of(value), 256, &n) || n == 0)
		return "is not a number of threads from 1 to 256";
	a->threads = (unsigned)n;
	return NULL;
}

static const char *take_no_hash(struct args *a, const char *value)
{
	(void)value;
	a->no_hash = true;
	return NULL;
}

static const char *take_stamp(struct args *a, const char *value)
{
	(void)value;
	a->stamp = true;
	return NULL;
}

static const char *take_verbose(struct args *a, const char *value)
{
	(void)value;
	a->verbose = 1;
	return NULL;
}

static const char *take_quiet(struct args *a, const char *value)
{
	(void)value;
	a->verbose = -1;
	return NULL;
}

static const char *take_color(struct args *a, const char *value)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			a->color = (enum color_when)i;
			return NULL;
		}
	}
	return "is not auto, always or never";
}

static const char *take_config(struct args *a, const char *value)
{
	(void)a;
	(void)value; /* read before all others, in args_read */
	return NULL;
}

static const char *take_help(struct args *a, const char *value)
{
	(void)value;
	a->help = true;
	return NULL;
}

static const struct option options[] = {
	{ "format", 'f', true, true, take_format,
	  "NAME     text (default), json, ndjson, html; may be repeated" },
	{ "output", 'o', true, false, take_output,
	  "FILE     where to write; DIR/ for several formats" },
	{ "all-as", 0, true, false, take_all_as,
	  "BASE     BASE.json, BASE.html, ... for all formats named" },
	{ "fail-on", 0, true, true, take_fail_on,
	  "SEVERITY gate on findings from here up (default high)" },
	{ "require", 0, true, true, take_require,
	  "EXPR     what must be seen to hold, e.g. media=pass" },
	{ "min-coverage", 0, true, true, take_coverage,
	  "PCT      exit 4 when less of what is needed was seen" },
	{ "redact", 0, true, true, take_redact, "MODE     mask (default), hmac, none" },
	{ "redact-key", 0, true, true, take_redact_key, "FILE     the key of --redact hmac" },
	{ "redact-addresses", 0, false, true, take_redact_addresses,
	  "         hide addresses of infrastructure too" },
	{ "bpf", 0, true, true, take_bpf,
	  "EXPR     capture filter; only matching packets are judged" },
	{ "keylog", 0, true, false, take_keylog,
	  "FILE     TLS key log: checked, and counted in the report" },
	{ "tls-key", 0, true, false, take_tls_key,
	  "FILE     TLS private key: checked, and counted in the report" },
	{ "read", 'r', true, false, take_read, "FILE     a capture, as a plain argument would be" },
	{ "input", 'I', true, false, take_read, NULL },
	{ "threads", 'j', true, true, take_threads,
	  "N        threads: 1 hashes inputs in line, 2 and more beside" },
	{ "no-hash", 0, false, true, take_no_hash,
	  "         no SHA-256 of the inputs in the report" },
	{ "stamp", 0, false, true, take_stamp,
	  "         put the time of this run into the report" },
	{ "color", 0, true, true, take_color, "WHEN     auto (default), always, never" },
	{ "config", 0, true, false, take_config, "FILE     lines of `option = value`" },
	{ "verbose", 'v', false, true, take_verbose, "         every call in the text report" },
	{ "quiet", 'q', false, true, take_quiet,
	  "         only the last lines of the text report" },
	{ "help", 'h', false, false, take_help, "         this page" },
};
enum { OPTIONS = sizeof options / sizeof *options };

/* Of the contract, and not of this version: refused by name, so that nobody believes they worked.
 */
static const char *const later[] = {
	"where",  "policy",	"framework",  "inventory", "waivers", "baseline",
	"ca",	  "stir-certs", "verify-all", "skew",	   "offset",  "engagement",
	"bundle", "sign",	"cert",	      "interface", "hep",     "memory",
	"follow", "user",	"stay-root",  "state",	   "interim", "no-sandbox",
};

static const struct option *by_name(struct slice name)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (slice_eq(name, slice_of(options[i].name)))
			return &options[i];
	return NULL;
}

static const struct option *by_letter(char c)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].letter == c)
			return &options[i];
	return NULL;
}

static enum err unknown(struct slice name)
{
	for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
		if (slice_eq(name, slice_of(later[i]))) {
			fprintf(stderr, "earshot: --%s is not in this version\n", later[i]);
			return ERR_USAGE;
		}
	}
	const char *words[OPTIONS];
	for (size_t i = 0; i < OPTIONS; i++)
		words[i] = options[i].name;
	const char *near = nearest_word(name, words, OPTIONS);
	fprintf(stderr, "earshot: no option --%.*s%s%s%s\n", (int)(name.n < 64 ? name.n : 64),
		(const char *)name.p, near ? "; did you mean --" : "", near ? near : "",
		near ? "?" : "");
	return ERR_USAGE;
}

static enum err take(struct args *a, const struct option *o, const char *value, const char *where)
{
	const char *wrong = o->take(a, value);

	if (!wrong)
		return ERR_OK;
	fprintf(stderr, "earshot: %s%s: '%.80s' %s\n", where, o->name, value, wrong);
	return ERR_USAGE;
}

static char *hold(struct args *a, struct slice s)
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
	const char *wrong = take_read(a, word);
	if (wrong) {
		fprintf(stderr, "earshot: more than %d captures\n", ARGS_SOURCES);
		return ERR_USAGE;
	}
	if (!equals || equals == word || access(word, F_OK) == 0)
		return ERR_OK;
	struct capture_source *s = &a->sources[a->source_count - 1];
	s->label = hold(a, (struct slice){ (const uint8_t *)word, (size_t)(equals - word) });
	s->path = equals + 1;
	return ERR_OK;
}

/* One word that begins with "--". *used counts the words it took. */
static enum err take_long(struct args *a, char **argv, int left, int *used)
{
	struct slice name = slice_of(argv[0] + 2);
	size_t at = slice_find(name, '=');
	const char *value = at < name.n ? argv[0] + 2 + at + 1 : NULL;
	const struct option *o = by_name(slice_upto(name, at));

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
		const struct option *o = by_letter(*c);
		if (!o) {
			fprintf(stderr, "earshot: no option -%c%s\n", *c,
				*c == 'i' || *c == 'Y' ? " in this version" : "");
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
	const struct option *o = by_name(name);
	if (!o || !o->once) {
		fprintf(stderr, "earshot: %s line %u: ", path, number);
		if (o)
			fprintf(stderr, "%s cannot be set in a file\n", o->name);
		return o ? ERR_USAGE : unknown(name);
	}
	struct slice value = slice_trim(rest);
	if (!o->valued && slice_eq(value, SLICE("no")))
		return ERR_OK;
	return take(a, o, hold(a, value), "");
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
	for (size_t i = 0; i < OPTIONS; i++) {
		char name[64] = "EARSHOT_";
		size_t n = strlen(name);
		for (const char *c = options[i].name; *c && n < sizeof name - 1; c++)
			name[n++] = *c == '-' ? '_' : (char)(*c - 32);
		const char *value = options[i].once ? getenv(name) : NULL;
		if (!value || !*value || (!options[i].valued && strcmp(value, "no") == 0))
			continue;
		if (take(a, &options[i], value, "environment: ") != ERR_OK)
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

static enum err agree(struct args *a)
{
	if (a->help)
		return ERR_OK;
	if (a->source_count == 0)
		return say("no capture given; try `earshot audit call.pcap`");
	if (a->format_count == 0)
		a->formats[a->format_count++] = "text";
	if (a->output && a->all_as)
		return say("-o and --all-as exclude each other");
	if (a->format_count > 1 && !a->all_as &&
	    (!a->output || a->output[strlen(a->output) - 1] != '/'))
		return say("several formats need -o DIR/ or --all-as BASE");
	if (a->redact == REDACT_HMAC && !a->redact_key)
		return say("--redact hmac needs --redact-key FILE");
	return ERR_OK;
}

enum err args_read(struct args *a, int argc, char **argv)
{
	*a = (struct args){ .fail_on = SEVERITY_HIGH, .threads = 2 };
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

void args_help(void)
{
	puts("earshot audit - who is within earshot of these calls?\n"
	     "\n"
	     "  earshot audit call.pcap\n"
	     "  earshot audit -f html -o report.html alice=alice.pcap bob=bob.pcapng.gz\n"
	     "\n"
	     "usage: earshot audit [options] [LABEL=]CAPTURE...   (- is standard input)\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *o = &options[i];
		if (!o->help)
			continue;
		if (o->letter)
			printf("  -%c, --%-16s %s\n", o->letter, o->name, o->help);
		else
			printf("      --%-16s %s\n", o->name, o->help);
	}
	puts("\nexit: 0 fine, 1 findings or a requirement refuted, 2 usage, 3 damaged input,\n"
	     "      4 nothing to judge or not observed, 5 report not written. See earshot(1).");
}
