/* draft_host.c - hosts by address. */
#include "reports/draft_host.h"

#include <stdlib.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"

enum { HOSTS_MAX = 65536 };

struct draft_hosts {
	struct map *by_address;
	struct draft_host **all;
	size_t count;
	uint64_t dropped;
};

struct draft_hosts *draft_host_table(void)
{
	struct draft_hosts *t = mem_zero(1, sizeof *t);

	t->by_address = map_new();
	return t;
}

void draft_host_free(struct draft_hosts *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->all[i]->sights);
		free(t->all[i]);
	}
	free(t->all);
	map_free(t->by_address);
	free(t);
}

struct draft_host *draft_host_of(struct draft_hosts *t, const struct addr *at)
{
	struct draft_host *h;

	if (addr_is_none(at))
		return NULL;
	h = map_get(t->by_address, (struct slice){ at->b, sizeof at->b });
	if (h)
		return h;
	if (t->count == HOSTS_MAX) {
		t->dropped++;
		return NULL;
	}
	h = mem_zero(1, sizeof *h);
	h->at = *at;
	t->all = mem_more(t->all, t->count, sizeof(struct draft_host *));
	t->all[t->count++] = h;
	(void)map_put(t->by_address, (struct slice){ h->at.b, sizeof h->at.b }, h);
	return h;
}

void draft_host_seen(struct draft_host *h, uint16_t point)
{
	for (uint16_t i = 0; i < h->sight_count; i++) {
		if (h->sights[i].point != point)
			continue;
		h->sights[i].flows++;
		return;
	}
	if (h->sight_count == DRAFT_HOST_POINTS)
		return;
	h->sights = mem_grow(h->sights, h->sight_count + 1U, sizeof *h->sights);
	h->sights[h->sight_count++] = (struct draft_sight){ point, 1 };
}

uint64_t draft_host_flows(const struct draft_host *h, uint16_t point)
{
	for (uint16_t i = 0; i < h->sight_count; i++)
		if (h->sights[i].point == point)
			return h->sights[i].flows;
	return 0;
}

uint64_t draft_host_dropped(const struct draft_hosts *t)
{
	return t->dropped;
}

static int by_address(const void *x, const void *y)
{
	const struct draft_host *const *a = x, *const *b = y;

	return addr_cmp(&(*a)->at, &(*b)->at);
}

const struct draft_host **draft_host_listed(const struct draft_hosts *t, size_t *count)
{
	const struct draft_host **list = mem_zero(t->count, sizeof(struct draft_host *));

	*count = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->all[i]->listed)
			list[(*count)++] = t->all[i];
	if (*count)
		qsort(list, *count, sizeof(struct draft_host *), by_address);
	return list;
}
