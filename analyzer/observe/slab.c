/* slab.c - a bounded store of equal things, in pages made on demand. */
#include "analyzer/observe/slab.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "analyzer/base/mem.h"

enum { PAGE = 2 << 20, LINE = 64 };

void slab_open(struct slab *s, size_t size, uint32_t cap)
{
	*s = (struct slab){ .size = size, .cap = cap };
	while (size << (s->shift + 1) <= PAGE && UINT32_C(1) << s->shift < cap)
		s->shift++;
}

void slab_close(struct slab *s)
{
	for (uint32_t i = 0; i < s->page_count; i++)
		free(s->pages[i]);
	free(s->pages);
	free(s->spare);
	*s = (struct slab){ 0 };
}

/*
 * Things are visited in the order of packets, each in another place: with small pages
 * nearly every visit would miss the address cache too. The first stays as it is: most
 * captures need no second, and little of the first.
 */
static void page_add(struct slab *s)
{
	/* A store that never fills a page takes no more than it can fill. */
	size_t room = s->size << s->shift, n = LINE;

	while (n < room)
		n *= 2;
	uint8_t *page = mem_aligned(n, n);

	if (s->page_count)
		(void)madvise(page, n, MADV_HUGEPAGE);
	s->pages = mem_grow(s->pages, s->page_count + 1, sizeof *s->pages);
	s->pages[s->page_count++] = page;
}

uint32_t slab_take(struct slab *s)
{
	if (s->spare_count)
		return s->spare[--s->spare_count];
	if (s->made == s->cap)
		return 0;
	if (s->made >> s->shift == s->page_count)
		page_add(s);
	return ++s->made;
}

void slab_give(struct slab *s, uint32_t number)
{
	if (s->spare_count == s->spare_room) {
		s->spare_room = s->spare_room ? s->spare_room * 2 : 64;
		s->spare = mem_grow(s->spare, s->spare_room, sizeof *s->spare);
	}
	s->spare[s->spare_count++] = number;
}
