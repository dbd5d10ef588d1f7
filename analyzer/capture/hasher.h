/* hasher.h - buffers of file bytes and the digests they go into, here or on a second thread. */
#ifndef EARSHOT_HASHER_H
#define EARSHOT_HASHER_H

#include "analyzer/base/digest.h"

enum { HASHER_ROOM = 256 * 1024 };

/* A buffer lent to a reader. It reads `n` bytes into `p`; the rest is the hasher's. */
struct hasher_buffer {
	size_t n;
	uint8_t *p;  /* HASHER_ROOM bytes */
	size_t used; /* the most it ever held */
	struct hasher_buffer *next;
	struct digest *digest;
	bool reading, hashing;
};

struct hasher;

/* One serves all inputs. With `thread` digests are fed by one thread beside the caller's. */
struct hasher *hasher_new(bool thread);
void hasher_free(struct hasher *h); /* after every buffer was released */

/* Lends an empty buffer. */
struct hasher_buffer *hasher_take(struct hasher *h);

/*
 * Feeds b->n bytes to `d`, in the order of the calls. The reader may go on
 * reading the buffer, not write it. Waits when too much is under way, so that
 * memory stays bounded.
 */
void hasher_add(struct hasher *h, struct digest *d, struct hasher_buffer *b);
void hasher_release(struct hasher *h, struct hasher_buffer *b);

/* Waits until all that was added is in its digest. */
void hasher_wait(struct hasher *h);

#endif
