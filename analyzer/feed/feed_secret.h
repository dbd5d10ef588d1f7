/* feed_secret.h - secrets blocks that sources came across, for whoever opens what they protect. */
#ifndef EARSHOT_FEED_SECRET_H
#define EARSHOT_FEED_SECRET_H

#include "analyzer/capture/capture.h"

struct feed_secret;

struct feed_secret *feed_secret_new(void);
void feed_secret_free(struct feed_secret *s); /* clears the texts; NULL is fine */
/*
 * Keeps a copy; from any thread. The same text is kept once: a rotated capture repeats its
 * secrets in each file. False: there are too many already.
 */
bool feed_secret_add(struct feed_secret *s, const struct capture_secret *one);
/* All so far, in the order they came; the array is good until the next call. From one thread. */
size_t feed_secret_list(struct feed_secret *s, const struct capture_secret **out);

#endif
