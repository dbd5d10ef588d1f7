/* verify_cmd.c - a bundle or a report in, what of it holds out. */
#include "analyzer/cmd/verify_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/cmd/checking.h"
#include "analyzer/cmd/given.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/verify_again.h"
#include "analyzer/cmd/verify_parts.h"
#include "analyzer/cmd/wish.h"
#include "reports/jvalue.h"
#include "reports/load.h"

enum { EXIT_USAGE = 2, EXIT_DAMAGED = 3, EXIT_UNWRITTEN = 5, PATH = 4096 };

static void help(void)
{
	puts("earshot verify - is a report or an evidence bundle what it was, and does it hold?\n"
	     "\n"
	     "  earshot verify --ca auditors.pem evidence.tar\n"
	     "  earshot verify report.json\n"
	     "\n"
	     "usage: earshot verify [--ca FILE] [-q] BUNDLE|REPORT.json\n"
	     "\n"
	     "Of a bundle: digests, manifest, signature (under --ca, else it says whose), every\n"
	     "frame that the report cites against the extracts, and the extracts judged again.\n"
	     "Of both: captures that lie beside it, by the names in the report, against the\n"
	     "digests in it.\n"
	     "\n"
	     "exit: 0 fine, 1 something does not hold, 2 usage, 3 something could not be read,\n"
	     "      5 not written.");
}

/* ---- captures beside it ------------------------------------------------------------------ */

static bool digest_file(const char *path, char out[DIGEST_HEX], uint64_t *bytes)
{
	FILE *in = fopen(path, "re");
	uint8_t some[65536];
	size_t n;

	if (!in)
		return false;
	struct digest *d = digest_new();
	for (*bytes = 0; (n = fread(some, 1, sizeof some, in)) > 0; *bytes += n)
		digest_add(d, (struct slice){ some, n });
	digest_hex(d, out);
	bool good = !ferror(in);
	fclose(in);
	return good;
}

/* The name is the report's: it names a file in this folder, or none. */
static bool path_beside(const char *file, const char *name, char out[PATH])
{
	const char *slash = strrchr(file, '/');
	int folder = slash ? (int)(slash - file) + 1 : 0;

	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, "-") == 0)
		return false;
	return snprintf(out, PATH, "%.*s%s", folder, file, name) < PATH;
}

/* True: it was there to be looked at. */
static bool check_input(struct checking *c, const char *file, const json_t *in)
{
	const char *name = jvalue_str(in, "name"), *want = jvalue_str(in, "sha256");
	char path[PATH], sha256[DIGEST_HEX];
	uint64_t bytes;

	if (!want[0]) {
		checking_note(c, "%s: the report holds no digest of it", name);
		return false;
	}
	if (!path_beside(file, name, path) || !digest_file(path, sha256, &bytes)) {
		checking_note(c, "capture %s is not here: its digest was not compared", name);
		return false;
	}
	if (strcmp(sha256, want) != 0 || bytes != jvalue_int(in, "bytes"))
		checking_bad(c, "capture %s is not the one that was judged", name);
	else
		checking_good(c, "capture %s is the one that was judged", name);
	return true;
}

static size_t check_inputs(struct checking *c, const char *file, const json_t *head)
{
	const json_t *inputs = jvalue_get(head, "inputs");
	size_t seen = 0;

	for (size_t i = 0; i < json_array_size(inputs); i++)
		seen += check_input(c, file, json_array_get(inputs, i));
	return seen;
}

/* ---- a report, a bundle --------------------------------------------------------------------- */

static struct document *load(struct checking *c, FILE *in, const char *what)
{
	struct document *d;
	char *why;

	if (load_report(in, &d, &why) == ERR_OK)
		return d;
	checking_lost(c, "%s: %s", what, why ? why : strerror(errno));
	free(why);
	return NULL;
}

static void verify_report(struct checking *c, FILE *in, const char *path)
{
	struct document *d = load(c, in, path);

	if (!d)
		return;
	checking_good(c, "report: %zu rows, run %s", document_calls(d), document_run_id(d));
	if (!check_inputs(c, path, document_head(d)))
		checking_lost(c, "no capture is beside the report: nothing was compared");
	document_free(d);
}

static void check_frames(struct checking *c, struct archive *a, struct document *d)
{
	size_t inputs = json_array_size(jvalue_get(document_head(d), "inputs"));
	struct verify_extract *extracts = mem_zero(inputs, sizeof *extracts);
	struct cited cited = { 0 };

	if (inputs > BUNDLE_INPUTS)
		checking_bad(c, "the report has more captures than a bundle holds");
	else if (!cited_read(d, &cited))
		checking_lost(c, "report: %s", strerror(errno));
	else
		verify_parts_frames(c, a, document_head(d), &cited, extracts);
	if (c->bad || c->damaged)
		checking_note(c, "not judged again: the parts do not fit each other");
	else
		verify_again(c, a, d, &cited, extracts, inputs);
	for (size_t i = 0; i < inputs; i++)
		free(extracts[i].frames);
	free(extracts);
	cited_free(&cited);
}

static void verify_bundle(struct checking *c, FILE *in, const char *path, struct slice ca)
{
	struct archive *a = mem_zero(1, sizeof *a);
	const char *why;
	uint64_t at;
	enum err e = archive_read(in, a, &why, &at);
	struct archive_part *report = archive_find(a, BUNDLE_REPORT);

	if (e == ERR_IO) {
		checking_lost(c, "%s: %s", path, strerror(errno));
	} else if (e != ERR_OK) {
		checking_bad(c, "container: %s (before octet %llu)", why, (unsigned long long)at);
	} else if (!report) {
		checking_bad(c, "%s is missing", BUNDLE_REPORT);
	} else {
		rewind(report->file);
		struct document *d = load(c, report->file, BUNDLE_REPORT);
		verify_parts_seal(c, a, d ? document_head(d) : NULL, ca);
		if (d) {
			check_frames(c, a, d);
			(void)check_inputs(c, path, document_head(d));
		}
		document_free(d);
	}
	archive_free(a);
	free(a);
}

struct asked {
	const char *path;
	FILE *in;
	struct slice ca;
	int code;
};

static bool put(const void *what, const struct wish *w, FILE *out)
{
	struct asked *q = *(struct asked *const *)what;
	struct checking c = { .out = out, .quiet = w->quiet };
	uint8_t front[32];
	size_t n = fread(front, 1, sizeof front, q->in);

	rewind(q->in);
	if (archive_looks_like((struct slice){ front, n }))
		verify_bundle(&c, q->in, q->path, q->ca);
	else
		verify_report(&c, q->in, q->path);
	q->code = checking_exit(&c);
	(void)fprintf(out, "%s\n",
		      q->code == 0   ? "holds"
		      : q->code == 1 ? "does not hold"
				     : "could not be verified");
	return !ferror(out);
}

static int verify(const struct wish *w, const char *ca_path)
{
	struct asked q = { .path = w->names[0] }, *given = &q;
	char *ca = NULL;
	size_t n = 0;

	if (ca_path && !keys_read_file(ca_path, &ca, &n)) {
		fprintf(stderr, "earshot: %s: %s\n", ca_path, strerror(errno));
		return EXIT_USAGE;
	}
	q.ca = (struct slice){ (uint8_t *)ca, n };
	q.in = fopen(q.path, "re");
	if (!q.in) {
		fprintf(stderr, "earshot: %s: %s\n", q.path, strerror(errno));
		free(ca);
		return EXIT_DAMAGED;
	}
	int written = wish_write(w, put, &given);
	fclose(q.in);
	free(ca);
	return written ? written : q.code;
}

int verify_cmd_run(int argc, char **argv)
{
	static const char *const formats[] = { "text", NULL };
	struct wish_option options[] = { { "ca", NULL }, { NULL, NULL } };
	struct wish w = { .of = "verify", .formats = formats, .most = 1, .options = options };

	if (wish_read(&w, argc, argv) != ERR_OK)
		return EXIT_USAGE;
	if (w.help) {
		help();
		return 0;
	}
	if (w.name_count == 1) {
		(void)unsetenv("SSLKEYLOGFILE"); /* keys of today open nothing of then */
		return verify(&w, options[0].value);
	}
	fputs("earshot: verify takes one bundle or report; try `earshot verify evidence.tar`\n",
	      stderr);
	return EXIT_USAGE;
}
