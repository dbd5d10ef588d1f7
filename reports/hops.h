/* hops.h - the links that calls took, each once, with what could be read on it. */
#ifndef EARSHOT_HOPS_H
#define EARSHOT_HOPS_H

#include "analyzer/base/text.h"
#include "reports/document.h"

enum { HOPS_MAX = 512, HOPS_CALLS = 2000, HOPS_NAME = 120 };

struct hop_told {
	char a[HOPS_NAME], b[HOPS_NAME];
	const char *role_a, *role_b; /* static words, or "" */
	int signaling, media;	     /* worst seen: 0 nothing seen; larger is worse */
	uint64_t calls;
};

struct hops {
	struct hop_told all[HOPS_MAX];
	size_t count;
	uint64_t looked_at; /* calls, the worst first, at most HOPS_CALLS */
	bool more;	    /* hops that found no room */
};

/* About 150 KiB; free() it. */
struct hops *hops_of(struct document *d);
/* One sentence in plain words. */
void hops_sentence(const struct hop_told *h, struct text *out);

#endif
