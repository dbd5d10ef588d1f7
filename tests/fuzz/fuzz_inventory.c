/* fuzz_inventory.c - an inventory as a stranger may hand it over, and questions to what was read.
 */
#include <stdlib.h>

#include "rules/inventory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct inventory *v, const struct inventory_entry *e)
{
	const struct inventory_entry *found = e->by_certificate
						      ? inventory_certificate(v, e->certificate)
						      : inventory_at(v, &e->at);

	/* The entry itself answers, or one that is more particular. */
	if (!found || found->prefix < e->prefix)
		__builtin_trap();
	(void)inventory_role(v, &e->at);
	(void)inventory_between(v, &e->at, &e->at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inventory *v;
	char *why;

	if (inventory_file_parse((struct slice){ data, size }, &v, &why) != ERR_OK) {
		if (!why || v)
			__builtin_trap();
		free(why);
		return 0;
	}
	for (size_t i = 0; i < inventory_entries(v); i++)
		ask(v, inventory_entry_at(v, i));
	inventory_free(v);
	return 0;
}
