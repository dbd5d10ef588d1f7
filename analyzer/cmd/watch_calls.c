/* watch_calls.c - a call is told as it ends, and once more when nothing can come any more. */
#include "analyzer/cmd/watch_parts.h"

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/call_line.h"

enum {
	PACE_S = 5,	/* of capture time, between looks at open calls */
	SHARE = 20,	/* a look may take a twentieth of the time between two */
	PUT_OFF_S = 10, /* a look waits for packets that wait, so long at most */
	MORE_MS = 300,	/* beyond the deadline, for calls */
};

static void line_of(struct watch *w, const struct said_word *word, bool cut, const struct call *c,
		    const struct judgement *j, struct slice record)
{
	struct call_line line = { .run = w->bus.run,
				  .state = (enum said_state)word->state,
				  .standing = said_standing(w->said, word),
				  .now_ns = w->pipeline.now_ns,
				  .cut = cut };

	text_clear(&w->line);
	call_line_add(&w->line, &line, c, j, record);
}

/* ---- firm -------------------------------------------------------------------------------------
 */

/* The record's object; kept for reports where they are wanted. */
static struct slice record_of(struct watch *w, const struct call *c, const struct judgement *j)
{
	if (watch_report_keeps(w) && document_add(w->document, c, j))
		return document_added(w->document);
	return document_record(w->document, c, j);
}

/* Calls have some of the time that sending may take too: attempts are many and say little. */
static bool out_of_time(const struct watch *w, const struct call *c)
{
	uint64_t more = call_is_conversation(c) ? MORE_MS * WHEN_MS : 0;

	return w->deadline_ns && clock_steady() > w->deadline_ns + more;
}

bool watch_calls_give(void *ctx, const struct call *c, const struct judgement *j)
{
	struct watch *w = ctx;

	if (out_of_time(w, c)) {
		w->calls_unjudged++;
		return true;
	}
	struct said_word word = said_word(w->said, c, j, SAID_FIRM, w->pipeline.now_ns);
	line_of(w, &word, w->cut && c->cut_off, c, j, record_of(w, c, j));
	bus_call(&w->bus, text_slice(&w->line));
	said_keep(w->said, &word);
	w->calls_judged++;
	return true;
}

/* ---- before that: in a copy of the process -------------------------------------------------- */

/* In front of each line that comes from a copy. */
struct parcel {
	struct said_word word;
	uint32_t n;
};

static uint64_t interim(const struct watch *w)
{
	return w->args.watch.interim_given ? w->args.watch.interim_ns : 15 * 60 * WHEN_SECOND;
}

static bool tell(void *ctx, const struct call *c, const struct judgement *j)
{
	struct watch *w = ctx;
	uint64_t now = w->pipeline.now_ns;
	enum said_state state = said_next(w->said, c, j, now, interim(w));
	struct parcel p;

	if (state == SAID_NOTHING)
		return true;
	memset(&p, 0, sizeof p);
	p.word = said_word(w->said, c, j, state, now);
	line_of(w, &p.word, false, c, j, document_record(w->document, c, j));
	p.n = (uint32_t)w->line.n;
	return copy_write(w->to, &p, sizeof p) && copy_write(w->to, w->line.p, p.n);
}

static int look(void *ctx, int to)
{
	struct watch *w = ctx;

	w->to = to;
	w->pipeline.give = tell;
	w->pipeline.wanted = call_is_conversation;
	pipeline_glimpse(&w->pipeline);
	return 0;
}

/* Takes what is whole of what the copy wrote. */
static void take_parcels(struct watch *w)
{
	struct text *got = &w->glimpse.got;
	size_t at = 0;
	struct parcel p;

	while (got->n - at >= sizeof p) {
		memcpy(&p, got->p + at, sizeof p);
		if (got->n - at - sizeof p < p.n)
			break;
		struct slice line = { (const uint8_t *)got->p + at + sizeof p, p.n };
		if (!said_late(w->said, &p.word)) {
			said_keep(w->said, &p.word);
			bus_call(&w->bus, line);
		}
		at += sizeof p + p.n;
	}
	if (at) {
		memmove(got->p, got->p + at, got->n - at);
		got->n -= at;
	}
}

static void settle(struct watch *w)
{
	int status;
	bool over = copy_look(&w->glimpse, &status);

	take_parcels(w);
	if (!over)
		return;
	text_clear(&w->glimpse.got);
	said_shut(w->said);
	w->glimpse_ns = clock_steady() + WHEN_SECOND + w->glimpse.took_ns * SHARE;
}

/* A copy makes judging slower: not while it is behind, but for a watch that always is. */
static bool due(const struct watch *w)
{
	uint64_t now = clock_steady();

	if (w->pipeline.now_ns < w->glimpsed_ns + PACE_S * WHEN_SECOND || now < w->glimpse_ns)
		return false;
	return !feed_pressed(w->feed) || now >= w->glimpse_ns + PUT_OFF_S * WHEN_SECOND;
}

void watch_calls_glimpse(struct watch *w)
{
	if (copy_busy(&w->glimpse)) {
		settle(w);
		return;
	}
	if (!due(w))
		return;
	w->glimpsed_ns = w->pipeline.now_ns;
	said_open(w->said);
	if (!copy_begin(&w->glimpse, look, w))
		said_shut(w->said);
}
