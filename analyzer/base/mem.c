/* mem.c - there is nothing sensible to do without memory. */
#include "analyzer/base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
	if (p)
		return p;
	fputs("earshot: out of memory\n", stderr);
	exit(5);
}

void *mem_zero(size_t count, size_t size)
{
	return must(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return must(NULL);
	size_t total = count * size;
	return must(realloc(old, total ? total : 1));
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

char *mem_text(const char *text)
{
	return text ? must(strdup(text)) : NULL;
}
