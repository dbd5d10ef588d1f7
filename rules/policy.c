/* policy.c - a policy and all that it inherits: the last of them first, then each over it. */
#include "rules/policy.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "rules/policy_file.h"
#include "rules/shipped.h"

const struct policy_rule *policy_of_rule(const struct policy *p, const struct rule *r)
{
	for (size_t i = 0; i < p->rule_count; i++)
		if (p->rules[i].rule == r)
			return &p->rules[i];
	return NULL;
}

void policy_empty(char **list, size_t *count)
{
	while (*count)
		free(list[--*count]);
}

/* ---- a file and all that it inherits --------------------------------------------------------- */

/* From the one that was asked for to the last that it inherits. */
struct chain {
	struct policy_text text[POLICY_DEPTH];
	json_t *root[POLICY_DEPTH];
	size_t count;
};

static void chain_free(struct chain *c)
{
	for (size_t i = 0; i < c->count; i++) {
		json_decref(c->root[i]);
		free(c->text[i].id);
		free(c->text[i].owned);
	}
}

static char *in_file(const char *id, char *why)
{
	struct text t = { NULL, 0, 0 };

	text_printable(&t, slice_of(id));
	text_addf(&t, ": %s", why);
	free(why);
	return t.p;
}

/* a.json inherits b.json inherits a.json */
static char *round_sentence(const struct chain *c, const char *again)
{
	struct text t = { NULL, 0, 0 };

	for (size_t i = 0; i < c->count; i++) {
		text_printable(&t, slice_of(c->text[i].id));
		text_add(&t, i ? ", which inherits " : ": inherits ");
	}
	text_printable(&t, slice_of(again));
	text_add(&t, ": a policy cannot inherit itself");
	return t.p;
}

static enum err add_link(struct chain *c, struct policy_text *given, const char **inherits,
			 char **why)
{
	struct policy_text *text = &c->text[c->count];
	struct reading r = { NULL, NULL };

	*text = *given;
	json_t *root = c->root[c->count++] = reading_load(text->text, why);
	enum err e = root ? policy_file_check(&r, root, inherits) : ERR_MALFORMED;
	if (e == ERR_OK)
		return e;
	*why = in_file(text->id, root ? r.why : *why);
	return e;
}

static bool is_in(const struct chain *c, const char *id)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->text[i].id, id) == 0)
			return true;
	return false;
}

static enum err refuse_link(const struct chain *c, struct policy_text *given, char **why)
{
	if (is_in(c, given->id))
		*why = round_sentence(c, given->id);
	else
		*why = in_file(c->text[0].id, mem_text("inherits through more than 16 policies"));
	free(given->id);
	free(given->owned);
	return ERR_MALFORMED;
}

static enum err follow(struct chain *c, const char *name, policy_source *source, void *ctx,
		       char **why)
{
	const char *from = NULL;

	while (name) {
		struct policy_text given = { { NULL, 0 }, NULL, NULL };
		const char *inherits = NULL;
		enum err e = source(ctx, name, from, &given, why);
		if (e != ERR_OK)
			return e;
		if (c->count == POLICY_DEPTH || is_in(c, given.id))
			return refuse_link(c, &given, why);
		if ((e = add_link(c, &given, &inherits, why)) != ERR_OK)
			return e;
		from = c->text[c->count - 1].id;
		name = inherits;
	}
	return ERR_OK;
}

static struct policy *beginning(void)
{
	struct policy *p = mem_zero(1, sizeof *p);

	p->classes = 1u << CLASS_ATTACK | 1u << CLASS_EXPOSURE;
	p->fail_on = SEVERITY_HIGH;
	p->clear_start_ns = POLICY_CLEAR_START_NS;
	return p;
}

static void name_text(struct policy *p, const struct chain *c)
{
	struct digest *d = digest_new();

	for (size_t i = 0; i < c->count; i++)
		digest_add(d, c->text[i].text);
	digest_hex(d, p->sha256);
}

enum err policy_read(const char *name, policy_source *source, void *ctx, struct policy **out,
		     char **why)
{
	struct chain c = { .count = 0 };
	struct reading r = { NULL, NULL };

	*out = NULL;
	*why = NULL;
	enum err e = follow(&c, name, source, ctx, why);
	struct policy *p = r.into = beginning();
	for (size_t i = c.count; i-- > 0 && e == ERR_OK;) {
		e = policy_file_apply(&r, c.root[i], c.text[i].owned == NULL);
		if (e != ERR_OK)
			*why = in_file(c.text[i].id, r.why);
	}
	name_text(p, &c);
	chain_free(&c);
	if (e == ERR_OK)
		*out = p;
	else
		policy_free(p);
	return e;
}

enum err policy_of_program(void *ctx, const char *name, const char *from, struct policy_text *out,
			   char **why)
{
	struct slice text = shipped_find(SHIPPED_POLICY, name);
	const char *near = shipped_near(SHIPPED_POLICY, name);
	struct text t = { NULL, 0, 0 };

	(void)ctx;
	if (text.p) {
		*out = (struct policy_text){ text, mem_text(name), NULL };
		return ERR_OK;
	}
	if (from) {
		text_printable(&t, slice_of(from));
		text_add(&t, ": inherits: ");
	}
	text_add(&t, "no policy '");
	text_printable(&t, slice_upto(slice_of(name), 60));
	text_addf(&t, "'%s%s%s", near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	for (size_t i = 0; !near && shipped_name(SHIPPED_POLICY, i); i++)
		text_addf(&t, "%s%s", i ? ", " : "; there are ", shipped_name(SHIPPED_POLICY, i));
	*why = t.p;
	return ERR_USAGE;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	policy_empty(p->requires, &p->require_count);
	policy_empty(p->suites, &p->suite_count);
	policy_empty(p->frameworks, &p->framework_count);
	free(p->rules);
	free(p->name);
	free(p->summary);
	free(p);
}
