/* inputs.c - opening captures as the options say. */
#include "analyzer/cmd/inputs.h"

#include <stdio.h>
#include <string.h>

/* Fragments behind the first carry no ports: a filter on ports loses them, and with them long SIP.
 */
static void warn_of_fragments(const char *bpf)
{
	if (bpf && strstr(bpf, "port") && !strstr(bpf, "ip[6"))
		fputs("earshot: warning: a filter on ports loses IP fragments; add "
		      "`or ip[6:2] & 0x1fff != 0 or ip6 proto 44`\n",
		      stderr);
}

bool inputs_open(const struct args *a, struct capture **out)
{
	const char *why = NULL;
	struct capture_options options = {
		.hash = !a->no_hash,
		.hash_thread = a->threads > 1,
		.bpf = a->bpf,
		.offsets = a->offsets,
		.offset_count = a->offset_count,
	};

	warn_of_fragments(a->bpf);
	enum err e = capture_open(out, a->sources, a->source_count, options, &why);

	if (e == ERR_OK && capture_points(*out) <= ARGS_POINTS &&
	    capture_count(*out) <= ARGS_POINTS)
		return true;
	if (e == ERR_OK)
		fprintf(stderr, "earshot: more than %d captures in one run\n", ARGS_POINTS);
	else
		fprintf(stderr, "earshot: %s\n", why ? why : err_text(e));
	return false;
}

void inputs_tell(const struct capture *c, int verbose)
{
	for (size_t i = 0; i < capture_count(c) && verbose >= 0; i++) {
		const struct capture_input *in = capture_at(c, i);
		for (size_t k = 0; k < in->problem_count; k++) {
			const struct capture_problem *p = &in->problems[k];
			if (p->frame)
				fprintf(stderr, "earshot: %s: frame %llu: %s\n", in->path,
					(unsigned long long)p->frame, p->text);
			else
				fprintf(stderr, "earshot: %s: %s\n", in->path, p->text);
		}
	}
}

bool inputs_damaged(const struct capture *c)
{
	for (size_t i = 0; i < capture_count(c); i++)
		if (!capture_at(c, i)->complete)
			return true;
	return false;
}
