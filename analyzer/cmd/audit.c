/* audit.c - one run: open, read, judge, write, and say how it ended. */
#include "analyzer/cmd/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/cmd/args.h"
#include "analyzer/cmd/chosen.h"
#include "analyzer/cmd/inputs.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/before.h"
#include "analyzer/cmd/bundle_cmd.h"
#include "analyzer/cmd/network.h"
#include "analyzer/cmd/opening.h"
#include "analyzer/cmd/progress.h"
#include "analyzer/cmd/sandbox.h"
#include "analyzer/cmd/summary.h"
#include "analyzer/cmd/written.h"
#include "reports/report.h"
#include "rules/field_row.h"
#include "rules/pack.h"

enum { EXIT_GATED = 1, EXIT_USAGE = 2, EXIT_DAMAGED = 3 };

struct run {
	struct args args;
	struct keys keys;
	struct network network;
	struct chosen chosen;
	struct before before;
	struct bundle_cmd bundle;
	struct capture *capture;
	struct judge *judge;
	struct pipeline pipeline;
	struct document *document;
	struct summary summary;
	const char **labels, **names, **points;
	uint64_t *firsts;
	FILE *into;  /* where the report goes, whatever args say; NULL: they say it */
	bool stream; /* NDJSON alone to a stream: lines leave as calls end */
	int exit;
};

static bool give(void *ctx, const struct call *c, const struct judgement *j)
{
	struct run *r = ctx;
	const char *line = document_add(r->document, c, j);

	if (!line) {
		r->exit = written_failed("temporary file for calls");
		return false;
	}
	if (r->stream && (puts(line) < 0 || fflush(stdout) != 0)) {
		r->exit = written_failed("standard output");
		return false;
	}
	return true;
}

static void name_inputs(struct run *r)
{
	size_t n = capture_count(r->capture);

	r->labels = mem_zero(n, sizeof *r->labels);
	r->names = mem_zero(n, sizeof *r->names);
	r->points = mem_zero(n, sizeof *r->points);
	r->firsts = mem_zero(n, sizeof *r->firsts);
	for (size_t i = 0; i < n; i++) {
		const struct capture_input *in = capture_at(r->capture, i);
		r->labels[i] = in->label;
		r->names[i] = in->name;
		r->firsts[i] = in->first_ns;
		if (!r->points[in->point])
			r->points[in->point] = in->label;
	}
}

static bool open_document(struct run *r)
{
	struct document_options options =
		opening_document(&r->args, &r->network, &r->chosen, &r->before);

	name_inputs(r);
	options.input_labels = r->labels;
	options.input_names = r->names;
	options.input_first_ns = r->firsts;
	options.input_count = capture_count(r->capture);
	options.point_labels = r->points;
	options.point_count = capture_points(r->capture);
	r->document = document_new(options);
	if (!r->document)
		r->exit = written_failed("temporary file for calls");
	return r->document != NULL;
}

/* From here on the process reads what strangers wrote. */
static void confine(const struct run *r)
{
	const char *const spools[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	const struct args *a = &r->args;
	struct text missing = { 0 };

	if (a->no_sandbox || r->into)
		return;
	struct sandbox *s = sandbox_new();
	for (size_t i = 0; i < a->source_count; i++)
		sandbox_read(s, a->sources[i].path);
	for (size_t i = 0; i < sizeof spools / sizeof *spools; i++)
		if (spools[i] && *spools[i])
			sandbox_folder(s, spools[i]);
	sandbox_write(s, a->output);
	sandbox_write(s, a->all_as);
	sandbox_write(s, a->bundle);
	sandbox_enter(s, &missing);
	if (missing.n && a->verbose > 0)
		fprintf(stderr, "earshot: not confined in full: %s\n", text_of(&missing));
	text_free(&missing);
}

/* Everything that can be wrong before a packet is read is found here: exit 2. */
static bool open_all(struct run *r)
{
	r->exit = EXIT_USAGE;
	if (!opening_rules(&r->args) || !opening_where(&r->args) ||
	    keys_open(&r->args, &r->keys) != ERR_OK ||
	    network_open(r->args.inventory, &r->network) != ERR_OK ||
	    chosen_open(&r->args, &r->chosen) != ERR_OK ||
	    before_open(&r->args, &r->before) != ERR_OK ||
	    bundle_cmd_open(&r->args, &r->bundle) != ERR_OK || !opening_redaction(&r->args) ||
	    !opening_judge(&r->args, &r->chosen, &r->before, &r->judge))
		return false;
	confine(r);
	if (!inputs_open(&r->args, &r->capture))
		return false;
	r->exit = 0;
	return open_document(r);
}

static void write_into(struct run *r)
{
	struct report_style style = { false, 80, 0 };

	if (report_write_stream(report_find("json"), r->document, r->into, &style) != ERR_OK)
		r->exit = written_failed("temporary file for a report");
}

static bool streams(const struct args *a)
{
	return a->format_count == 1 && strcmp(a->formats[0], "ndjson") == 0 && !a->all_as &&
	       (!a->output || strcmp(a->output, "-") == 0);
}

static void perform(struct run *r)
{
	struct progress progress;

	r->stream = !r->into && streams(&r->args);
	struct pipeline_given given = { .ring = r->keys.ring,
					.trust = r->keys.trust,
					.signers = r->keys.signers,
					.inventory = r->network.inventory,
					.verify_all = r->args.verify_all,
					.skew_ns = r->args.skew_ns };

	/* Lines that leave as calls end go to the same terminal. */
	progress_begin(&progress, r->capture,
		       r->args.verbose < 0 || r->into || (r->stream && isatty(STDOUT_FILENO)));
	if (progress.capture) {
		given.beat = progress_beat;
		given.beat_ctx = &progress;
	}
	pipeline_open(&r->pipeline, r->capture, r->judge, given, chosen_limits(&r->chosen), give,
		      r);
	pipeline_run(&r->pipeline);
	progress_end(&progress);
	inputs_tell(r->capture, r->args.verbose);
	before_tell(&r->before, r->args.verbose);
	if (r->exit == 0) {
		struct summary_inputs inputs = summary_inputs(&r->summary, r->capture);
		int gate = summary_finish(&r->summary, &r->pipeline, &inputs, r->document, &r->args,
					  &r->keys, NULL);
		if (r->into)
			write_into(r);
		else if (!r->stream)
			r->exit = written_all(r->document, &r->args);
		if (r->args.bundle && !r->into && r->exit == 0)
			r->exit = bundle_cmd_write(&r->bundle, &r->args, r->document);
		if (r->exit == 0 || (r->exit == EXIT_DAMAGED && gate == EXIT_GATED))
			r->exit =
				gate; /* of codes that hold together, in the order of contract 2 */
	}
	pipeline_close(&r->pipeline);
}

static void close_all(struct run *r)
{
	summary_free(&r->summary);
	document_free(r->document);
	judge_free(r->judge);
	capture_close(r->capture);
	keys_close(&r->keys);
	network_close(&r->network);
	chosen_close(&r->chosen);
	before_close(&r->before);
	bundle_cmd_close(&r->bundle);
	free(r->labels);
	free(r->names);
	free(r->points);
	free(r->firsts);
	args_free(&r->args);
}

int audit_run(int argc, char **argv)
{
	struct run r = { .exit = EXIT_USAGE };

	if (args_read(&r.args, ARGS_OF_AUDIT, argc, argv) == ERR_OK) {
		if (r.args.help) {
			args_help(ARGS_OF_AUDIT);
			r.exit = 0;
		} else if (open_all(&r)) {
			perform(&r);
		}
	}
	close_all(&r);
	return r.exit;
}

int audit_into(const char *capture, FILE *out)
{
	char *words[] = { (char *)(uintptr_t) "--", (char *)(uintptr_t)capture };
	struct run r = { .exit = EXIT_USAGE, .into = out };

	if (args_read(&r.args, ARGS_OF_AUDIT, 2, words) == ERR_OK) {
		r.args.baseline = NULL; /* it is compared with the other side alone */
		if (open_all(&r))
			perform(&r);
	}
	close_all(&r);
	return r.exit;
}

int audit_over(const struct capture_source *sources, size_t count, FILE *out)
{
	struct run r = { .args = { .fail_on = SEVERITY_HIGH,
				   .redact = REDACT_NONE,
				   .threads = 1,
				   .verbose = -1 },
			 .into = out };

	r.args.sources = mem_grow(NULL, count, sizeof *sources);
	memcpy(r.args.sources, sources, count * sizeof *sources);
	r.args.source_count = count;
	if (open_all(&r))
		perform(&r);
	close_all(&r);
	return r.exit;
}
