/* before.h - what is known before the run: an earlier report, waivers, the engagement. */
#ifndef EARSHOT_BEFORE_H
#define EARSHOT_BEFORE_H

#include "analyzer/base/digest.h"
#include "analyzer/cmd/args.h"
#include "reports/engagement.h"

struct before {
	struct baseline *baseline;     /* NULL: --baseline was not given */
	struct waivers *waivers;       /* NULL: --waivers was not given */
	struct engagement *engagement; /* NULL: --engagement was not given */
	const char *baseline_name, *waivers_name, *engagement_name;
	char engagement_sha256[DIGEST_HEX];
	char baseline_sha256[DIGEST_HEX], waivers_sha256[DIGEST_HEX];
};

/* ERR_USAGE: a file cannot be read or understood; a sentence has been printed. */
enum err before_open(const struct args *a, struct before *out) MUST_CHECK;
/* Waivers that hid nothing are said on standard error too. After the last call. */
void before_tell(const struct before *k, int verbose);
void before_close(struct before *k);

#endif
