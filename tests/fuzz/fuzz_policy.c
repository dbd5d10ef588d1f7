/* fuzz_policy.c - a policy or a framework as a stranger may hand it over. */
#include <stdlib.h>
#include <string.h>

#include "rules/framework.h"
#include "rules/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The file under test is called "file", so that it may try to inherit itself. */
static enum err source(void *ctx, const char *name, const char *from, struct policy_text *out,
		       char **why)
{
	const struct slice *text = ctx;
	char *copy;

	if (strcmp(name, "file") != 0)
		return policy_of_program(NULL, name, from, out, why);
	copy = malloc(text->n + 1);
	if (!copy)
		abort();
	if (text->n)
		memcpy(copy, text->p, text->n);
	*out = (struct policy_text){ { (const uint8_t *)copy, text->n }, strdup(name), copy };
	return ERR_OK;
}

static void as_policy(struct slice text)
{
	struct policy *p;
	struct judge *j;
	char *why;

	if (policy_read("file", source, &text, &p, &why) != ERR_OK) {
		if (!why || p)
			__builtin_trap();
		free(why);
		return;
	}
	/* What was read without complaint can be judged by. */
	if (judge_new(&j, (struct judge_options){ .rules = p, .fail_on = p->fail_on }, &why) !=
	    ERR_OK)
		__builtin_trap();
	judge_free(j);
	policy_free(p);
}

static void as_framework(struct slice text)
{
	struct framework *f;
	char *why;

	if (framework_parse(text, &f, &why) != ERR_OK) {
		if (!why || f)
			__builtin_trap();
		free(why);
		return;
	}
	if (!f->control_count || !f->controls[0].id)
		__builtin_trap();
	framework_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { data, size };

	as_policy(text);
	as_framework(text);
	return 0;
}
