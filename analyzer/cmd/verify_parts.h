/* verify_parts.h - is a bundle what it was when it was written? */
#ifndef EARSHOT_VERIFY_PARTS_H
#define EARSHOT_VERIFY_PARTS_H

#include "analyzer/base/slice.h"
#include "analyzer/cmd/checking.h"
#include "reports/bundle_parts.h"
#include "reports/cited.h"

enum { VERIFY_PART_MAX = 512 << 20 }; /* of what is held in memory at once */

/* Digests, manifest and signature. `ca`: certificates to trust; n 0: none were given. */
void verify_parts_seal(struct checking *c, struct archive *a, const json_t *head, struct slice ca);

/* The frames of one extract, as numbers of the capture. */
struct verify_extract {
	uint64_t *frames; /* k-th packet -> frame */
	size_t count;
};
/* Every frame the report cites stands in the extracts, at its time, and no other. `out` has a place
 * for each input. */
void verify_parts_frames(struct checking *c, struct archive *a, const json_t *head,
			 const struct cited *cited, struct verify_extract *out);

#endif
