/* window.h - the windows of one stint: closed, thinned by a fixed rule, listed. */
#ifndef EARSHOT_WINDOW_H
#define EARSHOT_WINDOW_H

#include "analyzer/model/observation.h"

/* Closed windows in time order, at most MEDIA_WINDOWS; zero-initialised is empty. */
struct window_list {
	struct window_seen *w;
	uint8_t count, room;
};

/*
 * Adds one. When there are too many, two neighbours become one: the first and
 * the last stay, then those that opened for a reason or whose tests came out
 * unlike their neighbour's; of what is left the two with fewest packets.
 */
void window_add(struct window_list *l, const struct window_seen *w);
void window_clear(struct window_list *l); /* keeps its memory */
void window_free(struct window_list *l);
/* `later` follows directly: sums added, results united. */
void window_merge(struct window_seen *into, const struct window_seen *later);

#endif
