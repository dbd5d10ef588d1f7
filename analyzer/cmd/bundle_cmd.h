/* bundle_cmd.h - `earshot audit --bundle`: report, cited frames and digests in one file. */
#ifndef EARSHOT_BUNDLE_CMD_H
#define EARSHOT_BUNDLE_CMD_H

#include "analyzer/cmd/args.h"
#include "reports/sign.h"

struct bundle_cmd {
	struct sign *sign; /* NULL: not signed */
};

/* Before anything is judged: inputs can be read twice, key and certificate are a pair. ERR_USAGE: a
 * sentence has been printed. Without --bundle nothing is looked at. */
enum err bundle_cmd_open(const struct args *a, struct bundle_cmd *out) MUST_CHECK;
/* The document is finished. 0; 3 or 5 and a sentence on standard error. */
int bundle_cmd_write(const struct bundle_cmd *b, const struct args *a, struct document *d);
void bundle_cmd_close(struct bundle_cmd *b);

#endif
