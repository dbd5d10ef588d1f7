/* bundle.c - bundles as the packs of the run define and use them. */
#include "rules/bundle.h"

#include <string.h>

#include "rules/pack.h"

size_t bundle_count(void)
{
	return json_object_size(pack_bundles(pack_builtin()));
}

/* In the order in which the pack has them. */
static const json_t *bundle_at(size_t n, const char **code)
{
	json_t *all = (json_t *)(uintptr_t)pack_bundles(pack_builtin()), *list;

	json_object_foreach(all, *code, list) if (!n--) return list;
	*code = NULL;
	return NULL;
}

const char *bundle_code(size_t n)
{
	const char *code;

	(void)bundle_at(n, &code);
	return code;
}

const char *bundle_citation(size_t bundle, size_t n)
{
	const char *code;

	return json_string_value(json_array_get(bundle_at(bundle, &code), n));
}

bool bundle_has(size_t bundle, const struct rule *r)
{
	const struct pack_rule *rule = pack_find(pack_builtin(), r->id);
	const json_t *maps = rule ? json_object_get(rule->source, "maps") : NULL;
	const char *code = bundle_code(bundle);

	for (size_t i = 0; code && i < json_array_size(maps); i++)
		if (strcmp(json_string_value(json_array_get(maps, i)), code) == 0)
			return true;
	return false;
}
