/* gather.c - output in few and large writes. */
#include "reports/gather.h"

enum { BLOCK = 256 * 1024 };

static void put(struct gather *g)
{
	if (g->t.n)
		(void)fwrite(g->t.p, 1, g->t.n, g->out);
	text_clear(&g->t);
}

bool gather_some(struct gather *g)
{
	if (g->t.n >= BLOCK)
		put(g);
	return !ferror(g->out);
}

void gather_end(struct gather *g)
{
	put(g);
	text_free(&g->t);
}
