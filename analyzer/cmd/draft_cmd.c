/* draft_cmd.c - captures in, an inventory to confirm out. */
#include "analyzer/cmd/draft_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/cmd/args.h"
#include "analyzer/cmd/inputs.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/pipeline.h"
#include "reports/draft.h"
#include "reports/sink.h"

enum { EXIT_USAGE = 2, EXIT_DAMAGED = 3, EXIT_NOTHING = 4, EXIT_UNWRITTEN = 5 };

struct run {
	struct args args;
	struct keys keys;
	struct capture *capture;
	struct draft *draft;
};

static void watch(void *ctx, const struct observation *o)
{
	draft_observe(((struct run *)ctx)->draft, o);
}

static bool give(void *ctx, const struct call *c, const struct judgement *j)
{
	(void)j;
	draft_call(((struct run *)ctx)->draft, c);
	return true;
}

static void gather(struct run *r)
{
	struct pipeline p;
	struct pipeline_given given = {
		.ring = r->keys.ring, .skew_ns = r->args.skew_ns, .watch = watch, .watch_ctx = r
	};

	pipeline_open(&p, r->capture, NULL, given, pipeline_limits(), give, r);
	pipeline_run(&p);
	pipeline_close(&p);
}

/* Labels of capture points, first pieces first. */
static const char **point_labels(const struct capture *c)
{
	const char **labels = mem_zero(capture_points(c), sizeof *labels);

	for (size_t i = 0; i < capture_count(c); i++) {
		const struct capture_input *in = capture_at(c, i);
		if (!labels[in->point])
			labels[in->point] = in->label;
	}
	return labels;
}

static enum err write_to(const char *path, const struct run *r)
{
	struct sink out;
	const char **labels = point_labels(r->capture);
	enum err e = sink_open(&out, path);

	if (e == ERR_OK && draft_write(r->draft, labels, capture_points(r->capture), out.out)) {
		e = sink_commit(&out);
	} else if (e == ERR_OK) {
		int why = errno;
		sink_discard(&out);
		errno = why;
		e = ERR_IO;
	}
	free(labels);
	return e;
}

static int finish(const struct run *r)
{
	const char *path = r->args.output ? r->args.output : "-";

	if (write_to(path, r) != ERR_OK) {
		fprintf(stderr, "earshot: %s: %s\n",
			strcmp(path, "-") == 0 ? "standard output" : path, strerror(errno));
		return EXIT_UNWRITTEN;
	}
	inputs_tell(r->capture, r->args.verbose);
	if (draft_dropped(r->draft))
		fprintf(stderr, "earshot: %llu hosts and links found no room in the draft\n",
			(unsigned long long)draft_dropped(r->draft));
	if (inputs_damaged(r->capture))
		return EXIT_DAMAGED;
	if (draft_hosts(r->draft))
		return 0;
	fputs("earshot: no call, registration or media was seen: the draft names no host\n",
	      stderr);
	return EXIT_NOTHING;
}

static int draft(struct run *r)
{
	if (keys_open(&r->args, &r->keys) != ERR_OK || !inputs_open(&r->args, &r->capture))
		return EXIT_USAGE;
	r->draft = draft_new();
	gather(r);
	return finish(r);
}

static int run_draft(int argc, char **argv)
{
	struct run r = { .draft = NULL };
	int code = EXIT_USAGE;

	if (args_read(&r.args, ARGS_OF_DRAFT, argc, argv) == ERR_OK) {
		r.args.no_hash = true; /* a draft names no digests */
		if (r.args.help) {
			args_help(ARGS_OF_DRAFT);
			code = 0;
		} else {
			code = draft(&r);
		}
	}
	draft_free(r.draft);
	capture_close(r.capture);
	keys_close(&r.keys);
	args_free(&r.args);
	return code;
}

int draft_cmd_run(int argc, char **argv)
{
	if (argc && strcmp(argv[0], "draft") == 0)
		return run_draft(argc - 1, argv + 1);
	if (argc && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
		args_help(ARGS_OF_DRAFT);
		return 0;
	}
	fputs("earshot: try `earshot inventory draft call.pcap`\n", stderr);
	return EXIT_USAGE;
}
