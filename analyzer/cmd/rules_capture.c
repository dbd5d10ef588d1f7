/* rules_capture.c - a capture in, its rows held against what an example says of them. */
#include "analyzer/cmd/rules_capture.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/cmd/args.h"
#include "analyzer/cmd/inputs.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/network.h"
#include "analyzer/cmd/pipeline.h"

enum { WORDS = EXAMPLE_CAPTURE_FILES + 4 };

struct trial {
	struct example_capture *e;
	struct args args;
	struct keys keys;
	struct network network;
	struct capture *capture;
	struct judge *judge;
};

static bool give(void *ctx, const struct call *c, const struct judgement *j)
{
	struct trial *t = ctx;

	(void)c;
	if (j)
		example_capture_row(t->e, t->judge, j);
	return true;
}

/* As an audit would be asked for: the same options, read by the same reader. */
static enum err read_args(struct trial *t)
{
	char keylog[] = "--keylog", inventory[] = "--inventory", *words[WORDS];
	int n = 0;

	if (t->e->keylog) {
		words[n++] = keylog;
		words[n++] = t->e->keylog;
	}
	if (t->e->inventory) {
		words[n++] = inventory;
		words[n++] = t->e->inventory;
	}
	for (size_t i = 0; t->e->files[i]; i++)
		words[n++] = t->e->files[i];
	return args_read(&t->args, ARGS_OF_AUDIT, n, words);
}

static char *open_judge(struct trial *t)
{
	struct judge_options options = { .fail_on = SEVERITY_HIGH, .where = t->e->where };
	char *why = NULL;

	return judge_new(&t->judge, options, &why) == ERR_OK ? NULL : why;
}

static void run(struct trial *t)
{
	struct pipeline p;
	struct pipeline_given given = { .ring = t->keys.ring,
					.trust = t->keys.trust,
					.signers = t->keys.signers,
					.inventory = t->network.inventory };

	pipeline_open(&p, t->capture, t->judge, given, pipeline_limits(), give, t);
	pipeline_run(&p);
	pipeline_close(&p);
}

/* Gives what kept it from being run, or NULL. What is wrong with files is printed where it is
 * found. */
static char *attempt(struct trial *t)
{
	if (t->e->why)
		return NULL;
	char *why = open_judge(t);
	if (why)
		return why;
	if (read_args(t) != ERR_OK || keys_open(&t->args, &t->keys) != ERR_OK ||
	    network_open(t->args.inventory, &t->network) != ERR_OK ||
	    !inputs_open(&t->args, &t->capture))
		return mem_text("its files could not be opened");
	run(t);
	inputs_tell(t->capture, 0);
	return inputs_damaged(t->capture) ? mem_text("its capture is missing or damaged") : NULL;
}

void rules_capture_run(struct pack_set *s, size_t from, struct example_results *r)
{
	struct example_captures all;

	example_capture_list(s, from, &all);
	for (size_t i = 0; i < all.count; i++) {
		struct trial t = { .e = &all.list[i] };
		example_capture_close(t.e, attempt(&t), r);
		judge_free(t.judge);
		capture_close(t.capture);
		network_close(&t.network);
		keys_close(&t.keys);
		args_free(&t.args);
	}
	example_capture_free(&all);
}
