/* chosen.c - --policy and --framework: a name of the program's, or a file. */
#include "analyzer/cmd/chosen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "analyzer/cmd/keys.h"
#include "rules/shipped.h"

/* ---- the policy -------------------------------------------------------------------- */

/* Beside the file that names it, unless it says where it is. */
static char *path_from(const char *name, const char *from)
{
	const char *slash = from ? strrchr(from, '/') : NULL;
	struct text t = { NULL, 0, 0 };

	while (strncmp(name, "./", 2) == 0 && name[2])
		name += 2;
	if (slash && name[0] != '/')
		text_add_slice(&t,
			       (struct slice){ (const uint8_t *)from, (size_t)(slash + 1 - from) });
	text_add(&t, name);
	return t.p;
}

static enum err from_file(char *path, const char *from, struct policy_text *out, char **why)
{
	struct text t = { NULL, 0, 0 };
	char *text;
	size_t n;

	if (keys_read_file(path, &text, &n)) {
		*out = (struct policy_text){ { (uint8_t *)text, n }, path, text };
		return ERR_OK;
	}
	if (from)
		text_addf(&t, "%s: inherits: ", from);
	text_addf(&t, "%s: %s", path, strerror(errno));
	*why = t.p;
	free(path);
	return ERR_IO;
}

/* A name of the program's first, so that no file that lies about can take its place. */
static enum err find_policy(void *ctx, const char *name, const char *from, struct policy_text *out,
			    char **why)
{
	char *path;

	if (shipped_find(SHIPPED_POLICY, name).p)
		return policy_of_program(ctx, name, from, out, why);
	path = path_from(name, from);
	if (strchr(name, '/') || strchr(name, '.') || access(path, F_OK) == 0)
		return from_file(path, from, out, why);
	free(path);
	return policy_of_program(ctx, name, from, out, why);
}

static enum err open_policy(const struct args *a, struct chosen *c)
{
	char *why;

	if (policy_read(a->policy ? a->policy : "baseline", find_policy, NULL, &c->policy, &why) ==
	    ERR_OK)
		return ERR_OK;
	fprintf(stderr, "earshot: --policy: %s\n", why);
	free(why);
	return ERR_USAGE;
}

/* ---- frameworks ------------------------------------------------------------------------ */

static enum err say(const char *name, char *why)
{
	struct text t = { NULL, 0, 0 };

	text_printable(&t, slice_of(name));
	fprintf(stderr, "earshot: --framework: %s: %s\n", text_of(&t), why);
	text_free(&t);
	free(why);
	return ERR_USAGE;
}

static bool is_held(const struct chosen *c, const char *id)
{
	for (size_t i = 0; i < c->framework_count; i++)
		if (strcmp(c->frameworks[i]->id, id) == 0)
			return true;
	return false;
}

/* Named twice, by a group and by itself, it is shown once. */
static enum err add_framework(struct chosen *c, const char *name, struct slice text, bool file)
{
	struct framework *f;
	char *why;

	if (framework_parse(text, &f, &why) != ERR_OK)
		return say(name, why);
	if (!is_held(c, f->id)) {
		c->frameworks =
			mem_grow(c->frameworks, c->framework_count + 1, sizeof *c->frameworks);
		c->frameworks[c->framework_count++] = f;
		return ERR_OK;
	}
	framework_free(f);
	return file ? say(name, mem_text("id: a framework of this id is shown already")) : ERR_OK;
}

static enum err add_file(struct chosen *c, const char *path)
{
	char *text;
	size_t n;

	if (!keys_read_file(path, &text, &n))
		return say(path, mem_text(strerror(errno)));
	enum err e = add_framework(c, path, (struct slice){ (uint8_t *)text, n }, true);
	free(text);
	return e;
}

static enum err no_such(const char *word)
{
	const char *near = framework_near(word);
	struct text t = { NULL, 0, 0 };

	text_add(&t, "no such framework");
	if (near)
		text_addf(&t, "; did you mean %s?", near);
	for (size_t i = 0; !near && shipped_name(SHIPPED_FRAMEWORK, i); i++)
		text_addf(&t, "%s%s", i ? ", " : "; there are ",
			  shipped_name(SHIPPED_FRAMEWORK, i));
	return say(word, t.p);
}

static enum err open_framework(struct chosen *c, const char *word)
{
	const char *names[ARGS_FRAMEWORKS * 4];
	size_t n = framework_named(word, names, sizeof names / sizeof *names);
	enum err e = ERR_OK;

	if (n == 0 && (strchr(word, '/') || strchr(word, '.') || access(word, F_OK) == 0))
		return add_file(c, word);
	if (n == 0)
		return no_such(word);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = add_framework(c, names[i], shipped_find(SHIPPED_FRAMEWORK, names[i]), false);
	return e;
}

/* hipaa,pci,mine.json */
static enum err open_list(struct chosen *c, const char *list)
{
	struct slice rest = slice_of(list), word;
	enum err e = ERR_OK;

	while (e == ERR_OK && slice_cut(&rest, ',', &word)) {
		struct text t = { NULL, 0, 0 };
		text_add_slice(&t, slice_trim(word));
		e = t.n ? open_framework(c, text_of(&t)) : ERR_OK;
		text_free(&t);
	}
	return e;
}

/* What was asked for by name, else what the policy looks at. */
static enum err open_frameworks(const struct args *a, struct chosen *c)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < a->framework_count && e == ERR_OK; i++)
		e = open_list(c, a->frameworks[i]);
	for (size_t i = 0; !a->framework_count && i < c->policy->framework_count && e == ERR_OK;
	     i++)
		e = open_framework(c, c->policy->frameworks[i]);
	return e;
}

enum err chosen_open(const struct args *a, struct chosen *out)
{
	*out = (struct chosen){ NULL, NULL, 0 };
	if (open_policy(a, out) != ERR_OK)
		return ERR_USAGE;
	return open_frameworks(a, out);
}

void chosen_close(struct chosen *c)
{
	for (size_t i = 0; i < c->framework_count; i++)
		framework_free(c->frameworks[i]);
	free(c->frameworks);
	policy_free(c->policy);
}

/* ---- parameters that other rooms take ----------------------------------------------------- */

static void set(uint64_t *to, uint64_t ns)
{
	if (ns)
		*to = ns;
}

struct pipeline_limits chosen_limits(const struct chosen *c)
{
	struct pipeline_limits limits = pipeline_limits();

	set(&limits.track.linger_ns, c->policy->linger_ns);
	set(&limits.track.unanswered_ns, c->policy->unanswered_ns);
	set(&limits.track.answered_ns, c->policy->answered_ns);
	set(&limits.track.opaque_ns, c->policy->opaque_ns);
	return limits;
}
