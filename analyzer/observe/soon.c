/* soon.c - flows whose packets are about to come: a short queue of hints. */
#include "analyzer/observe/soon.h"

/* KEPT: packets that stayed out make the queue run ahead no further than this. */
enum { KEPT = 8, LATER = 4 };

void soon_ask(struct soon *s, const struct flow *f, unsigned direction)
{
	unsigned at = s->asked++ % SOON_ROOM;

	s->of[at].flow = f;
	s->of[at].direction = direction;
	if (s->asked - s->came > KEPT)
		s->came = s->asked - KEPT;
}

const struct flow *soon_next(struct soon *s, unsigned *direction)
{
	if (s->asked == s->came)
		return NULL;
	s->came++;
	if (s->asked - s->came < LATER)
		return NULL;
	unsigned at = (s->came + LATER - 1) % SOON_ROOM;
	*direction = s->of[at].direction;
	return s->of[at].flow;
}
