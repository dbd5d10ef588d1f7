/* start.c - was the beginning of a line's media seen? */
#include "analyzer/track/start.h"

#include "analyzer/base/when.h"

/*
 * Within half a second of the keys or the answer. Hardly before the keys: where the last
 * Finished was lost, a record at the end of the call stands for it.
 */
static const uint64_t LATE_NS = 500 * WHEN_MS, EARLY_NS = 20 * WHEN_MS;

static bool tells(const struct sight *s, const struct agreed *a)
{
	return s->kind == SIGHT_DTLS && s->media == a->number && s->completed;
}

static bool any_tells(const struct live *l, const struct agreed *a)
{
	for (const struct sight *s = l->sights; s; s = s->next)
		if (tells(s, a))
			return true;
	return false;
}

/* Each capture point by its own clock. */
static bool follows(const struct live *l, const struct agreed *a, const struct segment *m)
{
	for (const struct sight *s = l->sights; s; s = s->next) {
		if (!tells(s, a) || s->point != m->point)
			continue;
		uint64_t from = s->done_ns > l->call.answered_ns ? s->done_ns : l->call.answered_ns;
		if (m->first_ns + EARLY_NS >= s->done_ns && m->first_ns <= from + LATE_NS)
			return true;
	}
	return false;
}

bool start_seen(const struct live *l, const struct agreed *a)
{
	bool seen[2] = { false, false };

	if (a->m.zrtp || a->m.keying == KEYING_ZRTP)
		return false;
	if (!any_tells(l, a))
		return true;
	for (unsigned i = 0; i < a->m.segment_count; i++) {
		const struct segment *m = &a->m.segments[i];
		if (follows(l, a, m))
			seen[addr_endpoint_cmp(&m->a, &m->b) > 0] = true;
	}
	return seen[0] && seen[1];
}
