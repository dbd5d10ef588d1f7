/* hostset.c - addresses in open addressing, sixteen octets a place. */
#include "analyzer/track/hostset.h"

#include <stdlib.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/mem.h"

enum { FIRST_SLOTS = 64 };

struct hostset {
	struct addr *slots; /* none: free */
	uint32_t mask, count, cap;
	bool none; /* the address of nobody is in it, too */
};

static void slots_new(struct hostset *s, uint32_t n)
{
	s->slots = mem_zero(n, sizeof *s->slots);
	s->mask = n - 1;
}

struct hostset *hostset_new(uint32_t cap)
{
	struct hostset *s = mem_zero(1, sizeof *s);

	s->cap = cap;
	slots_new(s, FIRST_SLOTS);
	return s;
}

void hostset_free(struct hostset *s)
{
	if (!s)
		return;
	free(s->slots);
	free(s);
}

static struct addr *slot_of(const struct hostset *s, const struct addr *a)
{
	uint32_t i = (uint32_t)hash_table((struct slice){ a->b, sizeof a->b }) & s->mask;

	while (!addr_is_none(&s->slots[i]) && !addr_eq(&s->slots[i], a))
		i = (i + 1) & s->mask;
	return &s->slots[i];
}

static void grow(struct hostset *s)
{
	struct addr *old = s->slots;
	uint32_t n = s->mask + 1;

	slots_new(s, n * 2);
	for (uint32_t i = 0; i < n; i++)
		if (!addr_is_none(&old[i]))
			*slot_of(s, &old[i]) = old[i];
	free(old);
}

bool hostset_has(const struct hostset *s, const struct addr *a)
{
	return addr_is_none(a) ? s->none : !addr_is_none(slot_of(s, a));
}

bool hostset_add(struct hostset *s, const struct addr *a)
{
	if (hostset_has(s, a))
		return true;
	if (s->count == s->cap)
		return false;
	if (++s->count * 4 > s->mask * 3)
		grow(s);
	if (addr_is_none(a))
		s->none = true;
	else
		*slot_of(s, a) = *a;
	return true;
}
