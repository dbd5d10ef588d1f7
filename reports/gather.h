/* gather.h - output in few and large writes, whatever writes it in small pieces. */
#ifndef EARSHOT_GATHER_H
#define EARSHOT_GATHER_H

#include <stdbool.h>
#include <stdio.h>

#include "analyzer/base/text.h"

/* What is to go out is added to `t`. Zero-initialise but for `out`. */
struct gather {
	FILE *out;
	struct text t;
};

/* Call between pieces: writes once there is enough. False: writing failed, the rest is in vain. */
bool gather_some(struct gather *g);
void gather_end(struct gather *g); /* writes what is left and frees it */

#endif
