/* opaque.h - rows for media and connections that no readable signaling announced. */
#ifndef EARSHOT_OPAQUE_H
#define EARSHOT_OPAQUE_H

#include "analyzer/track/finish.h"
#include "analyzer/track/hostset.h"
#include "analyzer/track/track.h"

enum { OPAQUE_PACKETS = 20, OPAQUE_FLOWS = 64, OPAQUE_LOOKS = 1024 };

struct opaque_context {
	struct stint *paths;
	struct bind_options bind;
	size_t budget;
	uint64_t quiet_ns;		 /* flows untouched since then are silent */
	const struct hostset *sip_hosts; /* addresses that SIP was read of: their media was unowned,
				      not merely opaque */
	struct keybook *book;
	bool at_end;
};

/*
 * The row that this silent, unclaimed flow and what belongs with it make, or
 * NULL: too little, or others of the same pair of addresses still talk
 * (*wait). The flows of a row are marked as used; the caller drops them.
 */
struct live *opaque_row(const struct opaque_context *x, struct flow *f, bool *wait);

#endif
