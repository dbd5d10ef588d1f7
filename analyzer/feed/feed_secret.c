/* feed_secret.c - copies of secrets, held once each and cleared at the end. */
#include "analyzer/feed/feed_secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"

enum { OCTETS_MAX = 64 << 20, COUNT_MAX = 65536 };

struct feed_secret {
	pthread_mutex_t lock;
	struct map *known; /* by text */
	struct capture_secret *all;
	size_t octets;
	_Atomic size_t count;
	struct capture_secret *shown; /* what the last list pointed at */
	size_t shown_count;
};

struct feed_secret *feed_secret_new(void)
{
	struct feed_secret *s = mem_zero(1, sizeof *s);

	(void)pthread_mutex_init(&s->lock, NULL);
	s->known = map_new();
	return s;
}

void feed_secret_free(struct feed_secret *s)
{
	if (!s)
		return;
	map_free(s->known);
	for (size_t i = 0; i < s->count; i++) {
		uint8_t *text = (uint8_t *)(uintptr_t)s->all[i].text.p;

		explicit_bzero(text, s->all[i].text.n);
		free(text);
	}
	free(s->all);
	free(s->shown);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static void keep(struct feed_secret *s, const struct capture_secret *one)
{
	struct capture_secret copy = *one;
	uint8_t *text = mem_zero(1, one->text.n);

	memcpy(text, one->text.p, one->text.n);
	copy.text.p = text;
	s->all = mem_more(s->all, s->count, sizeof *s->all);
	s->all[s->count] = copy;
	s->octets += copy.text.n;
	(void)map_put(s->known, copy.text, text);
	atomic_store(&s->count, s->count + 1);
}

bool feed_secret_add(struct feed_secret *s, const struct capture_secret *one)
{
	bool room = true;

	if (!one->text.n)
		return true;
	(void)pthread_mutex_lock(&s->lock);
	if (!map_get(s->known, one->text)) {
		room = s->count < COUNT_MAX && one->text.n <= OCTETS_MAX - s->octets;
		if (room)
			keep(s, one);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return room;
}

size_t feed_secret_list(struct feed_secret *s, const struct capture_secret **out)
{
	if (s->shown_count != atomic_load(&s->count)) {
		(void)pthread_mutex_lock(&s->lock);
		s->shown_count = s->count;
		s->shown = mem_grow(s->shown, s->shown_count, sizeof *s->shown);
		memcpy(s->shown, s->all, s->shown_count * sizeof *s->shown);
		(void)pthread_mutex_unlock(&s->lock);
	}
	*out = s->shown;
	return s->shown_count;
}
