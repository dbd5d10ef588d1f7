/* progress.h - how far reading is, on a terminal's standard error and nowhere else. */
#ifndef EARSHOT_PROGRESS_H
#define EARSHOT_PROGRESS_H

#include "analyzer/base/text.h"
#include "analyzer/capture/capture.h"

struct progress {
	const struct capture *capture; /* NULL: nothing is shown */
	uint64_t began_ns, shown_ns;   /* by the clock that only goes forward */
};

/* Shows nothing unless standard error is a terminal that can overwrite a line. */
void progress_begin(struct progress *p, const struct capture *c, bool quiet);
/* Draws the line anew when it is time; ctx is the struct progress (a pipeline_beat_fn). */
void progress_beat(void *ctx);
void progress_end(struct progress *p); /* takes the line away */

/* The line itself: share, bar, rate and time left; what cannot be known is left out. */
void progress_line(struct text *t, struct capture_place at, uint64_t elapsed_ns);

#endif
