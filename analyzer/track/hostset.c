/* hostset.c - addresses in the order in which they came, and their numbers. */
#include "analyzer/track/hostset.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/numbering.h"

enum { FIRST_ROOM = 32 };

struct hostset {
	struct addr *all; /* of number 1 and on */
	uint32_t count, room, cap;
	struct numbering numbers;
};

static const uint8_t *octets_of(const void *set, uint32_t number)
{
	return ((const struct hostset *)set)->all[number - 1].b;
}

struct hostset *hostset_new(uint32_t cap)
{
	struct hostset *s = mem_zero(1, sizeof *s);

	s->cap = cap;
	numbering_open(&s->numbers, sizeof s->all->b, octets_of);
	return s;
}

void hostset_free(struct hostset *s)
{
	if (!s)
		return;
	numbering_close(&s->numbers);
	free(s->all);
	free(s);
}

bool hostset_has(const struct hostset *s, const struct addr *a)
{
	return numbering_find(&s->numbers, s, a->b) != 0;
}

bool hostset_add(struct hostset *s, const struct addr *a)
{
	if (hostset_has(s, a))
		return true;
	if (s->count == s->cap)
		return false;
	if (s->count == s->room) {
		s->room = s->room ? s->room + s->room / 4 : FIRST_ROOM;
		s->all = mem_grow(s->all, s->room, sizeof *s->all);
	}
	s->all[s->count++] = *a;
	numbering_add(&s->numbers, s, s->count);
	return true;
}
