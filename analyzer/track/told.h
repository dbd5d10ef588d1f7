/* told.h - what messages say about recording, conferences, gateways and changed parties. */
#ifndef EARSHOT_TOLD_H
#define EARSHOT_TOLD_H

#include "analyzer/track/live.h"

enum { TOLD_RECORDINGS = 256 }; /* pairs of recorder and client; beyond it the oldest goes */

/* Recording sessions that were set up, to be known again from the calls they record. */
struct told_recording_seen {
	struct addr source, recorder;
	uint64_t first_ns, last_ns;
	struct evidence at;
};
struct told_recordings {
	struct told_recording_seen all[TOLD_RECORDINGS];
	unsigned count, next;
};

void told_message(struct live *l, const struct observation *o, bool callee);
void told_join(struct told *t, const struct told *other);
void told_recording(struct told_recordings *r, const struct observation *o);

#endif
