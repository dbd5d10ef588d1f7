/* inputs.h - the captures that were named: opened, and what became of them told. */
#ifndef EARSHOT_INPUTS_H
#define EARSHOT_INPUTS_H

#include "analyzer/cmd/args.h"

/* False: wrong usage, and a sentence has been printed; *out may be set, for capture_close. */
bool inputs_open(const struct args *a, struct capture **out);
/* Damage is said on standard error too: what is written to a file is not always read. */
void inputs_tell(const struct capture *c, int verbose);
bool inputs_damaged(const struct capture *c); /* after the last frame: some input is not whole */

#endif
