/* pack_builtin.c - the catalogue, compiled in as it stands in rules/packs/. */
#include <stdio.h>
#include <stdlib.h>

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

struct pack_set *pack_builtin(void)
{
	static struct pack_set *set;
	char *why = NULL;

	if (set)
		return set;
	set = pack_set_new();
	for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
		struct slice json = { (const uint8_t *)packs[i].from,
				      (size_t)(packs[i].to - packs[i].from) };
		if (pack_add(set, packs[i].file, json, true, &why) != ERR_OK) {
			fprintf(stderr, "earshot: %s\n", why); /* the tests load it, too */
			abort();
		}
	}
	if (pack_causes(set, &why) != ERR_OK) {
		fprintf(stderr, "earshot: %s\n", why);
		abort();
	}
	return set;
}
