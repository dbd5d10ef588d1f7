/* bundle.c - rules/frameworks/bundles.json, which a test holds against the catalogue. */
#include "rules/bundle.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "rules/shipped.h"

struct bundles {
	json_t *root, *list;
};

struct bundles *bundle_all(void)
{
	struct slice text = shipped_find(SHIPPED_BUNDLES, "bundles");
	struct bundles *b = mem_zero(1, sizeof *b);

	b->root = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	b->list = json_object_get(b->root, "bundles");
	return b;
}

void bundle_free(struct bundles *b)
{
	if (!b)
		return;
	json_decref(b->root);
	free(b);
}

size_t bundle_count(const struct bundles *b)
{
	return json_array_size(b->list);
}

static const json_t *member(const struct bundles *b, size_t n, const char *key)
{
	return json_object_get(json_array_get(b->list, n), key);
}

const char *bundle_code(const struct bundles *b, size_t n)
{
	return json_string_value(member(b, n, "code"));
}

const char *bundle_citation(const struct bundles *b, size_t bundle, size_t n)
{
	return json_string_value(json_array_get(member(b, bundle, "citations"), n));
}

bool bundle_has(const struct bundles *b, size_t bundle, const struct rule *r)
{
	const char *mark = json_string_value(member(b, bundle, "mark"));
	const json_t *rules = member(b, bundle, "rules");

	for (const char *const *c = r->citations; mark && c && *c; c++)
		if (strcmp(*c, mark) == 0)
			return true;
	for (size_t i = 0; i < json_array_size(rules); i++)
		if (strcmp(json_string_value(json_array_get(rules, i)), r->id) == 0)
			return true;
	return false;
}
