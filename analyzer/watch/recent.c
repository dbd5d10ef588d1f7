/* recent.c - a table of the last calls, the later in place of the earlier. */
#include "analyzer/watch/recent.h"

#include <string.h>

#include "analyzer/base/hash.h"
#include "reports/jvalue.h"

bool recent_counts(struct recent *r, const json_t *call)
{
	const char *state = jvalue_str(call, "state"), *id = jvalue_str(call, "id");
	uint64_t h = hash_fixed(slice_of(id)), *slot = &r->calls[h % RECENT_ROOM];

	if ((*state && strcmp(state, "firm") != 0) || (*id && *slot == h))
		return false;
	*slot = h;
	return true;
}
