/* pack_builtin.c - the catalogue, compiled in as it stands in rules/packs/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "rules/pack.h"

#define PACK(name)                                                                                 \
	__asm__(".section .rodata\npack_builtin_" #name ":\n.incbin \"rules/packs/" #name          \
		".json\"\npack_builtin_" #name                                                     \
		"_end:\n.byte 0\n.previous\n.global pack_builtin_" #name                           \
		"\n.global pack_builtin_" #name "_end\n");                                         \
	extern const char pack_builtin_##name[], pack_builtin_##name##_end[]

PACK(common);
PACK(signaling);
PACK(tls);
PACK(keys);
PACK(srtp);
PACK(dtls);
PACK(zrtp);
PACK(media);
PACK(b2b);
PACK(proof);
PACK(privacy);
PACK(limits);

/* In the order in which they run: what one leaves, later ones read. */
static const struct {
	const char *file, *from, *to;
} packs[] = {
#define ENTRY(name)                                                                                \
	{                                                                                          \
		"rules/packs/" #name ".json", pack_builtin_##name, pack_builtin_##name##_end       \
	}
	ENTRY(common), ENTRY(signaling), ENTRY(tls), ENTRY(keys),  ENTRY(srtp),	   ENTRY(dtls),
	ENTRY(zrtp),   ENTRY(media),	 ENTRY(b2b), ENTRY(proof), ENTRY(privacy), ENTRY(limits),
};

/* ---- without their examples ------------------------------------------------------------------ */

/* Behind the text that begins here. */
static const char *past_text(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		p += *p == '\\' && p[1];
	return p + (*p == '"');
}

/* Behind the list that begins here. */
static const char *past_list(const char *p)
{
	unsigned depth = 0;

	do {
		if (*p == '"') {
			p = past_text(p);
			continue;
		}
		depth += *p == '[';
		depth -= *p == ']';
		p++;
	} while (*p && depth);
	return p;
}

/*
 * Three fifths of the packs are examples, which are for tests alone: reading them would take
 * a third of the time of a small audit. `out` has room for all.
 */
static size_t leave_out_examples(const char *p, char *out)
{
	static const char key[] = "\"examples\": ";
	char *to = out;

	while (*p) {
		const char *next = *p == '"' ? past_text(p) : p + 1;
		if (strncmp(p, key, sizeof key - 1) == 0 && p[sizeof key - 1] == '[') {
			memcpy(to, key, sizeof key - 1);
			to = stpcpy(to + sizeof key - 1, "[]");
			p = past_list(p + sizeof key - 1);
			continue;
		}
		memcpy(to, p, (size_t)(next - p));
		to += next - p;
		p = next;
	}
	return (size_t)(to - out);
}

/* ---- the door ----------------------------------------------------------------------------------
 */

static struct pack_set *set;

static enum err add(size_t i, bool examples, char **why)
{
	struct slice whole = { (const uint8_t *)packs[i].from,
			       (size_t)(packs[i].to - packs[i].from) };

	if (examples)
		return pack_add(set, packs[i].file, whole, true, why);
	char *text = mem_zero(1, whole.n + 1);
	struct slice rest = { (const uint8_t *)text, leave_out_examples(packs[i].from, text) };
	enum err e = pack_add_shortened(set, packs[i].file, rest, whole, why);
	free(text);
	return e;
}

/* The tests load it, too. */
static void broken(const char *why)
{
	fprintf(stderr, "earshot: %s\n", why);
	abort();
}

static struct pack_set *load(bool examples)
{
	char *why = NULL;

	set = pack_set_new();
	for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
		if (add(i, examples, &why) != ERR_OK)
			broken(why);
	if (pack_causes(set, &why) != ERR_OK)
		broken(why);
	return set;
}

struct pack_set *pack_builtin(void)
{
	return set ? set : load(false);
}

struct pack_set *pack_builtin_examples(void)
{
	return set ? set : load(true);
}
