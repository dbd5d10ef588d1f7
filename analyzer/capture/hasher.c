/* hasher.c - SHA-256 costs as much as all reading, so it may have a core of its own. */
#include "analyzer/capture/hasher.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

/* Buffers waiting for the hashing thread: enough to ride out a busy moment of either side. */
enum { QUEUE_MAX = 4 };

struct hasher {
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	pthread_t thread;
	bool threaded, running, stop;
	struct hasher_buffer *idle;
	struct hasher_buffer *first, *last; /* the queue */
	size_t queued;			    /* in it, and the one being hashed */
};

struct hasher *hasher_new(bool thread)
{
	struct hasher *h = mem_zero(1, sizeof *h);

	h->threaded = thread;
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->work, NULL);
	(void)pthread_cond_init(&h->done, NULL);
	return h;
}

/* Only buffers that neither side uses any more are lent again. */
static void retire(struct hasher *h, struct hasher_buffer *b)
{
	if (b->reading || b->hashing)
		return;
	b->next = h->idle;
	h->idle = b;
}

static struct hasher_buffer *pop(struct hasher *h)
{
	while (!h->first && !h->stop)
		(void)pthread_cond_wait(&h->work, &h->lock);
	struct hasher_buffer *b = h->first;
	if (b) {
		h->first = b->next;
		if (!h->first)
			h->last = NULL;
	}
	return b;
}

static void *hash_all(void *arg)
{
	struct hasher *h = arg;
	struct hasher_buffer *b;

	(void)pthread_mutex_lock(&h->lock);
	while ((b = pop(h))) {
		(void)pthread_mutex_unlock(&h->lock);
		digest_add(b->digest, (struct slice){ b->p, b->n });
		(void)pthread_mutex_lock(&h->lock);
		b->hashing = false;
		retire(h, b);
		h->queued--;
		(void)pthread_cond_broadcast(&h->done);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* The thread starts with the first bytes to hash; where none can be had, the caller hashes. */
static bool thread_ready(struct hasher *h)
{
	if (h->threaded && !h->running) {
		h->running = pthread_create(&h->thread, NULL, hash_all, h) == 0;
		h->threaded = h->running;
	}
	return h->running;
}

void hasher_free(struct hasher *h)
{
	if (!h)
		return;
	if (h->running) {
		(void)pthread_mutex_lock(&h->lock);
		h->stop = true;
		(void)pthread_cond_signal(&h->work);
		(void)pthread_mutex_unlock(&h->lock);
		(void)pthread_join(h->thread, NULL);
	}
	while (h->idle) {
		struct hasher_buffer *b = h->idle;

		h->idle = b->next;
		/* A capture may carry key logs. */
		explicit_bzero(b->p, b->used);
		free(b->p);
		free(b);
	}
	(void)pthread_mutex_destroy(&h->lock);
	(void)pthread_cond_destroy(&h->work);
	(void)pthread_cond_destroy(&h->done);
	free(h);
}

struct hasher_buffer *hasher_take(struct hasher *h)
{
	(void)pthread_mutex_lock(&h->lock);
	struct hasher_buffer *b = h->idle;
	if (b)
		h->idle = b->next;
	(void)pthread_mutex_unlock(&h->lock);
	if (!b) {
		b = mem_zero(1, sizeof *b);
		b->p = mem_grow(NULL, HASHER_ROOM, 1);
	}
	b->n = 0;
	b->next = NULL;
	b->reading = true;
	return b;
}

void hasher_add(struct hasher *h, struct digest *d, struct hasher_buffer *b)
{
	if (!thread_ready(h)) {
		digest_add(d, (struct slice){ b->p, b->n });
		return;
	}
	(void)pthread_mutex_lock(&h->lock);
	while (h->queued >= QUEUE_MAX)
		(void)pthread_cond_wait(&h->done, &h->lock);
	b->digest = d;
	b->hashing = true;
	b->next = NULL;
	if (h->last)
		h->last->next = b;
	else
		h->first = b;
	h->last = b;
	h->queued++;
	(void)pthread_cond_signal(&h->work);
	(void)pthread_mutex_unlock(&h->lock);
}

void hasher_release(struct hasher *h, struct hasher_buffer *b)
{
	if (!b)
		return;
	if (b->used < b->n)
		b->used = b->n;
	(void)pthread_mutex_lock(&h->lock);
	b->reading = false;
	retire(h, b);
	(void)pthread_mutex_unlock(&h->lock);
}

void hasher_wait(struct hasher *h)
{
	(void)pthread_mutex_lock(&h->lock);
	while (h->queued)
		(void)pthread_cond_wait(&h->done, &h->lock);
	(void)pthread_mutex_unlock(&h->lock);
}
