/* args.h - what the user asked for: flags over environment over configuration file. */
#ifndef EARSHOT_ARGS_H
#define EARSHOT_ARGS_H

#include "analyzer/capture/capture.h"
#include "analyzer/cmd/watch_args.h"
#include "reports/document.h"
#include "rules/judge.h"

enum {
	ARGS_FORMATS = 32,
	ARGS_REQUIRES = 16,
	ARGS_KEYS = 16,
	ARGS_FRAMEWORKS = 16,
	ARGS_RULES = 64,
	ARGS_SOURCES = 4096,
	ARGS_POINTS = 64
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Which subcommand reads the words: the others take fewer options than audit. */
enum args_of { ARGS_OF_AUDIT, ARGS_OF_DRAFT, ARGS_OF_RENDER, ARGS_OF_WATCH };

/* A subcommand with its options. Texts are borrowed from argv, or owned by `held` (args_free). */
struct args {
	enum args_of of;
	struct capture_source *sources;
	size_t source_count;
	const char *formats[ARGS_FORMATS];
	size_t format_count;
	const char *output; /* -o; NULL: standard output */
	const char *all_as; /* --all-as BASE */
	const char *bpf;
	struct capture_offset offsets[ARGS_KEYS];
	size_t offset_count;
	uint64_t skew_ns; /* clocks of capture points may differ by this; 0: as usual */
	const char *requires[ARGS_REQUIRES + 1];
	size_t require_count;
	const char *keylogs[ARGS_KEYS], *tls_keys[ARGS_KEYS];
	size_t keylog_count, tls_key_count;
	const char *ca, *stir_certs;
	const char *inventory;	       /* what the operator asserts; NULL: nothing */
	const char *where;	       /* rows that count; NULL: all */
	const char *rules[ARGS_RULES]; /* packs of the user's */
	size_t rule_count;
	const char *policy;			 /* a name or a file; NULL: baseline */
	const char *frameworks[ARGS_FRAMEWORKS]; /* names or files, parted by commas */
	size_t framework_count;
	const char *baseline; /* an earlier report; NULL: none */
	const char *waivers, *waivers_as_of;
	const char *engagement;	 /* what people say of the run, for the cover; NULL: nothing */
	const char *bundle;	 /* where the evidence bundle goes; NULL: none */
	const char *sign, *cert; /* PEM files of a key and its certificate; NULL: not signed */
	bool verify_all;
	enum severity fail_on;
	double min_coverage;			/* 0 to 1 */
	bool fail_on_given, min_coverage_given; /* else they are the policy's */
	enum redact redact;
	const char *redact_key;
	bool redact_addresses;
	unsigned threads;
	bool no_hash;
	bool no_sandbox;
	bool stamp;
	int verbose; /* -1 quiet, 0, 1 */
	enum color_when color;
	bool help;
	struct watch_args watch; /* of `watch` alone */
	char **held;
	size_t held_count;
};

/*
 * Reads the words after the subcommand. ERR_USAGE: a sentence has been printed to
 * standard error. With help set nothing else is to be done.
 */
enum err args_read(struct args *a, enum args_of of, int argc, char **argv) MUST_CHECK;
void args_free(struct args *a);
char *args_hold(struct args *a, struct slice s); /* a copy that lives as long as *a */
bool args_is_lines(const char *format);		 /* a line a call, as calls end: ndjson, ecs */
void args_help(enum args_of of);		 /* one screen, on standard output */

#endif
