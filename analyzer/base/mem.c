/* mem.c - there is nothing sensible to do without memory. */
#include "analyzer/base/mem.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE_PAGE = 2 << 20, HEAP_STEP = 64 << 20, LARGEST_IN_HEAP = 1 << 20, FIRST = 512 << 10 };

/* Where the heap ends that large pages were asked for; 0: never asked. Two threads may grow it. */
static _Atomic uintptr_t advised;

static void *must(void *p)
{
	if (p)
		return p;
	fputs("earshot: out of memory\n", stderr);
	exit(5);
}

static void advise(uintptr_t from, uintptr_t to)
{
	from = (from + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1);
	to &= ~(uintptr_t)(LARGE_PAGE - 1);
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

/*
 * Each small page costs a fault when it is first touched, and each look at one that
 * was long not looked at costs a walk through page tables, which on a virtual machine are two
 * deep: with ten thousand live calls that was more than half of all time. The heap is asked for
 * in steps, of which the first is enough for most captures; only what is touched is taken.
 */
void mem_large_pages(void)
{
	(void)mallopt(M_TOP_PAD, HEAP_STEP);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_STEP * 2);
	(void)mallopt(M_MMAP_THRESHOLD, LARGEST_IN_HEAP);
	/* More than the heap has now: it grows by a step. */
	void *volatile grown = malloc(FIRST); /* or a compiler would leave both calls out */
	free(grown);
	uintptr_t end = (uintptr_t)sbrk(0);
	advise(end - HEAP_STEP, end);
	advised = end;
}

/* A step that the heap grew by since; of a heap that shrank, where it ends now. */
static void follow_heap(void)
{
	uintptr_t end = (uintptr_t)sbrk(0), before = advised;

	if (!before || end == before)
		return;
	advise(before, end);
	advised = end;
}

/* Stands outside the heap, in pages of its own. */
static void *large(void *p, size_t total)
{
	if (advised && total >= 2 * (size_t)LARGE_PAGE)
		advise((uintptr_t)p, (uintptr_t)p + total);
	return p;
}

void *mem_zero(size_t count, size_t size)
{
	follow_heap();
	return large(must(calloc(count ? count : 1, size ? size : 1)), count * size);
}

void *mem_grow(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return must(NULL);
	size_t total = count * size;
	return large(must(realloc(old, total ? total : 1)), total);
}

void *mem_more(void *old, size_t count, size_t size)
{
	bool full = (count & (count - 1)) == 0; /* 0, or a power of two */

	return full ? mem_grow(old, count ? count * 2 : 1, size) : old;
}

void *mem_aligned(size_t align, size_t size)
{
	return must(aligned_alloc(align, size));
}

void *mem_pages(size_t octets)
{
	void *p = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return must(NULL);
	(void)madvise(p, octets, MADV_DONTFORK);
	return large(p, octets);
}

void mem_pages_free(void *p, size_t octets)
{
	if (p)
		(void)munmap(p, octets);
}

char *mem_text(const char *text)
{
	return text ? must(strdup(text)) : NULL;
}
