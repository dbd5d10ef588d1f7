/* shipped.c - the table of what shipped.def names. */
#include "rules/shipped.h"

#include <string.h>

#include "analyzer/base/nearest.h"

enum { NAMES_MOST = 64 };

/* A section of texts, one behind the other in the order of the table, each with its length. */
__asm__(".section .rodata\n"
	".balign 8\n"
	"shipped_texts:\n"
#define SHIPPED(kind, name, file)                                                                  \
	"1: .quad 3f - 2f\n2: .incbin \"rules/" file "\"\n3: .byte 0\n.balign 8\n"
#include "rules/shipped.def"
#undef SHIPPED
	".previous\n"
	".global shipped_texts\n");
extern const uint8_t shipped_texts[];

static const struct file {
	enum shipped_kind kind;
	const char *name;
} files[] = {
#define SHIPPED(kind, name, file) { SHIPPED_##kind, name },
#include "rules/shipped.def"
#undef SHIPPED
};
enum { FILES = sizeof files / sizeof *files };

static struct slice text_at(size_t n)
{
	const uint8_t *p = shipped_texts;
	uint64_t length = 0;

	for (size_t i = 0; i <= n; i++) {
		memcpy(&length, p, sizeof length);
		p += sizeof length;
		if (i < n)
			p += (length + 1 + 7) / 8 * 8;
	}
	return (struct slice){ p, (size_t)length };
}

struct slice shipped_find(enum shipped_kind kind, const char *name)
{
	for (size_t i = 0; i < FILES; i++)
		if (files[i].kind == kind && strcmp(files[i].name, name) == 0)
			return text_at(i);
	return (struct slice){ NULL, 0 };
}

const char *shipped_name(enum shipped_kind kind, size_t n)
{
	for (size_t i = 0; i < FILES; i++)
		if (files[i].kind == kind && n-- == 0)
			return files[i].name;
	return NULL;
}

const char *shipped_near(enum shipped_kind kind, const char *name)
{
	const char *names[NAMES_MOST];
	size_t n = 0;

	for (size_t i = 0; i < FILES && n < NAMES_MOST; i++)
		if (files[i].kind == kind)
			names[n++] = files[i].name;
	return nearest_word(slice_of(name), names, n);
}
