/* inventory_file.h - reading earshot.inventory/1: what is not understood is refused. */
#ifndef EARSHOT_INVENTORY_FILE_H
#define EARSHOT_INVENTORY_FILE_H

#include "analyzer/model/inventory.h"

#define INVENTORY_FILE_SCHEMA "earshot.inventory/1"

/*
 * The whole text of a file. A misspelt role must never be a role that is quietly
 * missing: ERR_MALFORMED for anything that is no inventory, with one sentence in
 * *why that names the place ("entries[3].role: ..."; free it) and nothing in *out.
 * Keys for people (comment, reason, confidence, guess, question) assert nothing.
 */
MUST_CHECK enum err inventory_file_parse(struct slice text, struct inventory **out, char **why);

#endif
