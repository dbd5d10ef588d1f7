/* wish.c - options of the small subcommands in all their spellings. */
#include "analyzer/cmd/wish.h"

#include <errno.h>
#include <string.h>

#include "analyzer/base/nearest.h"
#include "reports/sink.h"

enum { EXIT_UNWRITTEN = 5, NAMES = 16 };

static enum err refuse(const struct wish *w, const char *what, const char *word)
{
	fprintf(stderr, "earshot: %s: %s%s%.60s%s\n", w->of, what, word ? " '" : "",
		word ? word : "", word ? "'" : "");
	return ERR_USAGE;
}

bool wish_is(const struct wish *w, const char *format)
{
	return strcmp(w->format, format) == 0;
}

static enum err take_format(struct wish *w, const char *name)
{
	size_t n = 0;

	for (; w->formats[n]; n++)
		if (strcmp(w->formats[n], name) == 0) {
			w->format = name;
			return ERR_OK;
		}
	const char *near = nearest_word(slice_of(name), w->formats, n);
	fprintf(stderr, "earshot: %s: '%.60s' is not among its formats (", w->of, name);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%s%s", i ? ", " : "", w->formats[i]);
	fprintf(stderr, ")%s%s%s\n", near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
	return ERR_USAGE;
}

static enum err take_value(struct wish *w, const char *name, const char *value)
{
	if (strcmp(name, "format") == 0)
		return take_format(w, value);
	if (strcmp(name, "output") == 0) {
		w->output = value;
		return *value ? ERR_OK : refuse(w, "-o is empty", NULL);
	}
	for (struct wish_option *o = w->options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			o->value = value;
	return ERR_OK;
}

/* The option's full name, with *value where it stands in the same word; NULL: none of ours. */
static const char *option_of(const struct wish *w, const char *word, const char **value)
{
	const char *names[NAMES] = { "format", "output" };
	size_t count = 2, n;

	*value = NULL;
	if (word[1] == 'f' || word[1] == 'o') {
		*value = word[2] ? word + 2 : NULL;
		return names[word[1] == 'o'];
	}
	if (word[1] != '-')
		return NULL;
	for (const struct wish_option *o = w->options; o && o->name && count < NAMES; o++)
		names[count++] = o->name;
	n = strcspn(word + 2, "=");
	*value = word[2 + n] ? word + 3 + n : NULL;
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == n && strncmp(names[i], word + 2, n) == 0)
			return names[i];
	return NULL;
}

static bool take_flag(struct wish *w, const char *word)
{
	bool help = strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
	bool quiet = strcmp(word, "-q") == 0 || strcmp(word, "--quiet") == 0;

	w->help |= help;
	w->quiet |= quiet;
	return help || quiet;
}

static enum err take_option(struct wish *w, char **argv, int left, int *used)
{
	const char *value, *name = option_of(w, argv[0], &value);

	if (take_flag(w, argv[0]))
		return ERR_OK;
	if (!name)
		return refuse(w, "no such option:", argv[0]);
	if (!value && left < 2)
		return refuse(w, "no value for", argv[0]);
	*used = value ? 1 : 2;
	return take_value(w, name, value ? value : argv[1]);
}

enum err wish_read(struct wish *w, int argc, char **argv)
{
	bool only_names = false;
	int used;

	w->format = w->formats[0];
	for (int i = 0; i < argc; i += used) {
		bool name = only_names || argv[i][0] != '-' || !argv[i][1];
		used = 1;
		if (!name && strcmp(argv[i], "--") == 0) {
			only_names = true;
		} else if (!name) {
			if (take_option(w, argv + i, argc - i, &used) != ERR_OK)
				return ERR_USAGE;
		} else if (w->name_count == w->most) {
			return refuse(w, "one name too many:", argv[i]);
		} else {
			w->names[w->name_count++] = argv[i];
		}
	}
	return ERR_OK;
}

int wish_write(const struct wish *w, bool (*put)(const void *what, const struct wish *w, FILE *out),
	       const void *what)
{
	struct sink out;
	int why = 0;

	if (sink_open(&out, w->output ? w->output : "-") != ERR_OK) {
		why = errno;
	} else if (!put(what, w, out.out)) {
		why = errno ? errno : EIO;
		sink_discard(&out);
	} else if (sink_commit(&out) != ERR_OK) {
		why = errno;
	}
	if (!why)
		return 0;
	fprintf(stderr, "earshot: %s: %s\n", w->output ? w->output : "standard output",
		strerror(why));
	return EXIT_UNWRITTEN;
}
