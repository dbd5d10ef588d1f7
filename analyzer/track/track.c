/* track.c - the door of the track room: observations in, calls with facts out. */
#include "analyzer/track/track.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/track/clocks.h"
#include "analyzer/track/dialog.h"
#include "analyzer/track/drops.h"
#include "analyzer/track/finish.h"
#include "analyzer/track/hostset.h"
#include "analyzer/track/join.h"
#include "analyzer/track/ladder.h"
#include "analyzer/track/opaque.h"
#include "analyzer/track/told.h"

enum {
	UNEXPLAINED = 1000,
	POINTS = 64,
	FLOWS = 200000,
	FLOW_BYTES = 512 * 1024 * 1024,
	SIP_HOSTS = 65536,
	TRIES_IN_A_HURRY = 1000,
};
static const uint64_t STEP_NS = 250 * WHEN_MS; /* OBS-005: time that runs backwards by more */

/* Lives in the order they came (answered: in the order they were answered). */
struct queue {
	struct live *oldest, *newest;
};

struct track {
	call_fn *give;
	void *ctx;
	struct track_options options;
	struct track_counters counters;
	struct map *calls;
	struct expire *timers;
	struct stint *paths;
	struct keybook *book;
	struct join *join;
	struct clocks *clocks;
	struct dialog_refusals *refusals;
	struct told_recordings *recordings;
	struct drops *drops;
	struct queue queues[LIVE_ANSWERED + 1]; /* by enum live_queue */
	struct live **closing; /* filled by one tick, given in order of their end */
	size_t closing_count, closing_room;
	bool hurried; /* no rows for tries that nobody replied to */
	bool peeking; /* in a copy of the process, where each page that is written to is copied */
	struct live *peeked; /* what was told there: freed with the rest */
	uint64_t now_ns, sip_ns[POINTS];
	struct hostset *sip_hosts; /* at most SIP_HOSTS */
	struct unexplained *unexplained;
	size_t unexplained_count;
};

struct track_options track_defaults(void)
{
	return (struct track_options){ .linger_ns = 32 * WHEN_SECOND,
				       .unanswered_ns = 180 * WHEN_SECOND,
				       .answered_ns = 300 * WHEN_SECOND,
				       .opaque_ns = 30 * WHEN_SECOND,
				       .hold_ns = 60 * WHEN_SECOND,
				       .clear_start_ns = WHEN_SECOND,
				       .skew_ns = 2 * WHEN_SECOND,
				       .points = SIZE_MAX,
				       .calls = 131072,
				       .call_budget = 1024 * 1024,
				       .flow_bytes = FLOW_BYTES };
}

struct track *track_new(call_fn *give, void *ctx, struct track_options options)
{
	struct track *t = mem_zero(1, sizeof *t);

	t->give = give;
	t->ctx = ctx;
	t->options = options;
	t->calls = map_new();
	t->sip_hosts = hostset_new(SIP_HOSTS);
	t->timers = expire_new();
	t->paths = stint_new(FLOWS, options.flow_bytes ? options.flow_bytes : FLOW_BYTES);
	t->book = keybook_new();
	t->clocks = clocks_new(options.points);
	t->join = join_new(options.hold_ns, options.skew_ns);
	t->refusals = mem_zero(1, sizeof *t->refusals);
	t->recordings = mem_zero(1, sizeof *t->recordings);
	t->drops = drops_new();
	t->unexplained = mem_zero(UNEXPLAINED, sizeof *t->unexplained);
	return t;
}

const struct track_counters *track_counters(const struct track *t)
{
	return &t->counters;
}

/* ---- the queues that eviction looks at ------------------------------------------- */

static void queue_in(struct queue *q, struct live *l)
{
	l->older = q->newest;
	l->newer = NULL;
	*(q->newest ? &q->newest->newer : &q->oldest) = l;
	q->newest = l;
}

static void queue_out(struct queue *q, struct live *l)
{
	*(l->older ? &l->older->newer : &q->oldest) = l->newer;
	*(l->newer ? &l->newer->older : &q->newest) = l->older;
}

/* ---- closing ------------------------------------------------------------------------ */

static void live_free(struct live *l)
{
	for (struct live *next; l; l = next) {
		next = l->absorbed;
		arena_free(l->arena);
		free(l);
	}
}

static void will_close(struct track *t, struct live *l)
{
	if (t->closing_count == t->closing_room) {
		t->closing_room = t->closing_room ? t->closing_room * 2 : 64;
		t->closing = mem_grow(t->closing, t->closing_room, sizeof(struct live *));
	}
	t->closing[t->closing_count++] = l;
}

static void leave(struct track *t, struct live *l)
{
	expire_drop(t->timers, &l->timer);
	map_remove(t->calls, l->key);
	queue_out(&t->queues[l->queue], l);
}

static void take_out(struct track *t, struct live *l)
{
	leave(t, l);
	will_close(t, l);
}

static int by_end(const void *x, const void *y)
{
	const struct call *a = &(*(struct live *const *)x)->call,
			  *b = &(*(struct live *const *)y)->call;

	if (a->end_ns != b->end_ns)
		return a->end_ns < b->end_ns ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* Whoever gives up before the last row shall have given up the least. */
static int by_weight(const void *x, const void *y)
{
	const struct live *const *a = x, *const *b = y;
	bool first = call_is_conversation(&(*a)->call), second = call_is_conversation(&(*b)->call);

	return first != second ? second - first : by_end(x, y);
}

static struct bind_options bind_options(const struct track *t)
{
	return (struct bind_options){ t->options.linger_ns, t->options.clear_start_ns };
}

/* Promises stand until all of a tick are bound, so that none of them depends on the order. */
static void close_all(struct track *t)
{
	struct bind_options options = bind_options(t);
	struct bind_counts counts = { 0 };
	size_t n = t->closing_count;

	for (size_t i = 0; i < n; i++)
		finish_call(t->paths, t->book, t->closing[i], &options, &counts);
	for (size_t i = 0; i < n; i++)
		stint_release(t->paths, t->closing[i]);
	t->counters.media_unowned += counts.astride;
}

static bool spent(const struct call *c)
{
	return call_fact(c, FACT_budget_spent, NULL) != NULL;
}

/* Others may prove to be the same call; a registration or a message has no second half, and what
 * goes for want of room must not wait elsewhere. */
static bool may_join(const struct live *l)
{
	return !l->shed && (l->call.kind == CALL_CALL || l->call.kind == CALL_ATTEMPT ||
			    l->call.kind == CALL_OPAQUE);
}

static void part(struct track *t)
{
	size_t n = t->closing_count;

	t->closing_count = 0;
	for (size_t i = 0; i < n; i++)
		if (may_join(t->closing[i]))
			join_add(t->join, t->closing[i]);
		else
			t->closing[t->closing_count++] = t->closing[i];
}

static void let_go(struct track *t, struct live *l)
{
	if (!t->peeking) {
		live_free(l);
		return;
	}
	l->newer = t->peeked;
	t->peeked = l;
}

/* Closed rows wait for their like; those that have waited are given, in order of their end. */
static void give_all(struct track *t, uint64_t now_ns)
{
	struct live *l;

	part(t);
	while ((l = join_next(t->join, now_ns)))
		will_close(t, l);
	for (size_t i = 0; i < t->closing_count; i++) {
		clocks_add(t->clocks, t->closing[i]);
		finish_name(t->closing[i]);
	}
	if (t->closing_count)
		qsort(t->closing, t->closing_count, sizeof(struct live *),
		      t->options.forget_silent ? by_weight : by_end);
	for (size_t i = 0; i < t->closing_count; i++) {
		l = t->closing[i];
		/* Many may end at once, and all this is half of what a call takes: made one by one.
		 */
		finish_row(l, &t->options, t->recordings, t->drops);
		ladder_build(l);
		t->counters.calls++;
		t->counters.budget_spent += spent(&l->call);
		t->give(t->ctx, &l->call);
		let_go(t, l);
	}
	t->closing_count = 0;
	t->counters.legs_crowded = join_crowded(t->join);
	t->counters.rows_early = join_early(t->join);
	t->counters.nonces_displaced = t->refusals->nonces.displaced;
}

static struct live *oldest(const struct track *t)
{
	for (int i = 0; i <= LIVE_ANSWERED; i++)
		if (t->queues[i].oldest)
			return t->queues[i].oldest;
	return NULL;
}

/* Requests outside a dialog and nothing else. A mirror port of one direction sees no replies
 * either, but then an ACK. */
static bool is_mere_try(const struct live *l)
{
	return l->queue == LIVE_SILENT && !l->in_dialog && !l->bye_seen;
}

static bool any_mere_try(const struct track *t)
{
	const struct live *l = t->queues[LIVE_SILENT].oldest;

	return l && is_mere_try(l);
}

static void forget(struct track *t, struct live *l)
{
	leave(t, l);
	stint_release(t->paths, l);
	live_free(l);
	t->counters.attempts_forgotten++;
}

/* The oldest that nobody replied to goes first: it is the likeliest to be noise. */
static void evict_one(struct track *t)
{
	struct live *l = oldest(t);

	t->counters.calls_evicted++;
	if (t->options.forget_silent && is_mere_try(l)) {
		forget(t, l);
		return;
	}
	l->call.cut_off = l->spent = l->shed = true;
	take_out(t, l);
}

static void evict(struct track *t)
{
	evict_one(t);
	if (!t->closing_count)
		return;
	close_all(t);
	give_all(t, t->now_ns);
}

/* Whom nobody replied to, then what is over and waits, then the rest. */
void track_shed(struct track *t, size_t calls)
{
	size_t waiting = join_waiting(t->join), ended;

	for (; calls && any_mere_try(t); calls--)
		evict_one(t);
	ended = calls < waiting ? calls : waiting;
	for (calls -= ended; calls && map_count(t->calls); calls--)
		evict_one(t);
	close_all(t);
	if (ended)
		join_at_most(t->join, waiting - ended);
	give_all(t, t->now_ns);
	join_at_most(t->join, JOIN_ROWS);
}

void track_lost(struct track *t, uint16_t point, uint64_t from_ns, uint64_t to_ns, uint64_t packets)
{
	drops_add(t->drops, point, from_ns, to_ns, packets);
	t->counters.drops_merged = drops_merged(t->drops);
}

size_t track_open(const struct track *t)
{
	return map_count(t->calls);
}

size_t track_held(const struct track *t)
{
	return map_count(t->calls) + join_waiting(t->join);
}

/* ---- SIP -------------------------------------------------------------------------------- */

static bool is_over(const struct live *l)
{
	return l->bye.frame || (l->final_status && !dialog_answered(l));
}

static uint64_t due(const struct track *t, const struct live *l, uint64_t media_ns)
{
	uint64_t last = l->last.ts_ns;

	if (l->bye.frame)
		return (last > l->bye.ts_ns ? last : l->bye.ts_ns) + t->options.linger_ns;
	if (!dialog_is_call(l) || !dialog_answered(l))
		return last + t->options.unanswered_ns;
	return (media_ns > last ? media_ns : last) + t->options.answered_ns;
}

static struct live *live_new(struct track *t, struct slice key, struct slice call_id)
{
	if (map_count(t->calls) >= t->options.calls && map_count(t->calls))
		evict(t);
	else if (t->options.held && track_held(t) >= t->options.held)
		track_shed(t, 1);
	struct live *l = mem_zero(1, sizeof *l);
	l->arena = arena_new(t->options.call_budget);
	l->legs_end = &l->legs;
	l->pacts_end = &l->pacts;
	l->steps_end = &l->steps;
	l->key = arena_slice(l->arena, key);
	if (!l->key.n) {
		live_free(l);
		return NULL;
	}
	l->call.call_id = call_id.n ? l->key : call_id;
	map_put(t->calls, l->key, l);
	queue_in(&t->queues[LIVE_SILENT], l);
	return l;
}

/* A message without Call-ID belongs to whatever else its flow says without one. */
static struct live *live_for(struct track *t, const struct observation *o)
{
	struct slice id = o->as.sip.call_id, key = id;
	struct flow_key back = addr_reversed(&o->flow);
	const struct flow_key *low = memcmp(&o->flow, &back, sizeof back) < 0 ? &o->flow : &back;

	if (!key.n)
		key = (struct slice){ (const uint8_t *)low, sizeof *low };
	struct live *l = map_get(t->calls, key);
	return l ? l : live_new(t, key, id);
}

static void check_clock(struct track *t, struct live *l, const struct observation *o)
{
	uint64_t *last = &t->sip_ns[o->point % POINTS];

	if (o->first_ns + STEP_NS < *last)
		live_first(&l->clock_off, &o->evidence);
	if (o->first_ns > *last)
		*last = o->first_ns;
}

/* The further a call is, the later it is closed for want of room. */
static void promote(struct track *t, struct live *l, const struct observation *o)
{
	enum live_queue to = l->queue;

	if (to == LIVE_SILENT && o->as.sip.status)
		to = LIVE_UNANSWERED;
	if (to != LIVE_ANSWERED && dialog_is_call(l) && dialog_answered(l))
		to = LIVE_ANSWERED;
	if (to == l->queue)
		return;
	queue_out(&t->queues[l->queue], l);
	queue_in(&t->queues[to], l);
	l->queue = to;
}

static void observe_sip(struct track *t, const struct observation *o)
{
	struct live *l = live_for(t, o);

	if (!l)
		return;
	/* Who comes when there is no room is taken for opaque, never for suspect. */
	(void)hostset_add(t->sip_hosts, &o->flow.src);
	(void)hostset_add(t->sip_hosts, &o->flow.dst);
	check_clock(t, l, o);
	told_recording(t->recordings, o);
	dialog_message(t->paths, t->refusals, l, o);
	promote(t, l, o);
	/* A timer that rings early is set again: only an earlier end must move it now. */
	uint64_t when = due(t, l, 0);
	if (!l->timer.id || when < l->timer.due_ns)
		expire_set(t->timers, &l->timer, when);
}

void track_observe(struct track *t, const struct observation *o)
{
	if (o->last_ns > t->now_ns)
		t->now_ns = o->last_ns;
	if (o->kind == OBSERVATION_SIP)
		observe_sip(t, o);
	else
		stint_add(t->paths, o, t->now_ns);
}

/* ---- time -------------------------------------------------------------------------------- */

static uint64_t last_media(const struct live *l)
{
	uint64_t last = 0;

	for (const struct promise *p = l->promises; p; p = p->next_of_live) {
		if (p->place->flow_count > STINT_CROWD)
			continue;
		for (const struct link *k = p->place->flows; k; k = k->next)
			if (k->flow->last_ns > last)
				last = k->flow->last_ns;
	}
	return last;
}

static struct live *timed(struct expire_timer *timer)
{
	return (struct live *)(void *)((char *)timer - offsetof(struct live, timer));
}

static void close_due(struct track *t)
{
	struct expire_timer *timer;

	while ((timer = expire_next(t->timers, t->now_ns))) {
		struct live *l = timed(timer);
		uint64_t when = due(t, l, 0);
		if (when <= t->now_ns)
			when = due(t, l, last_media(l));
		if (when > t->now_ns)
			expire_set(t->timers, timer, when);
		else
			take_out(t, l);
	}
}

/* ---- media nobody owns --------------------------------------------------------------------- */

static void explain(struct track *t, const struct flow *f, const struct stream *st)
{
	uint64_t packets = 0;

	for (unsigned i = 0; i < st->window_count; i++)
		if (!stint_window_busy(&st->windows[i]))
			packets += st->windows[i].seen.packets;
	if (!packets || t->unexplained_count == UNEXPLAINED)
		return;
	t->unexplained[t->unexplained_count++] =
		(struct unexplained){ .flow = st->forward ? f->key : addr_reversed(&f->key),
				      .point = f->point,
				      .input = f->first.input,
				      .ssrc = st->ssrc,
				      .packets = packets,
				      .first_ns = st->windows[0].seen.first_ns,
				      .last_ns = st->windows[st->window_count - 1].seen.last_ns,
				      .at = f->first,
				      .hint = f->hint[0] ? mem_text(f->hint) : NULL };
}

static void drop_flow(struct track *t, struct flow *f)
{
	if (!f->used && stint_unclaimed(f)) {
		t->counters.media_unowned++;
		for (const struct stream *st = f->streams; st; st = st->next)
			explain(t, f, st);
	}
	stint_drop(t->paths, f);
}

/* It waits for media that it may have announced; SIP that was cut, for the end of the call. */
static bool may_announce(const struct track *t, const struct flow *f)
{
	return (f->tls && f->tls_sip) ||
	       (f->sip_cut.frame && t->now_ns < f->sip_cut_ns + STINT_SIP_CUT_NS);
}

static void look_at(struct track *t, struct flow *f, struct opaque_context *x)
{
	bool wait;

	if (!x->at_end && stint_promised(f)) {
		stint_touch(t->paths, f, t->now_ns);
		return;
	}
	struct live *row = opaque_row(x, f, &wait);
	if (row)
		will_close(t, row);
	if (wait || (!x->at_end && may_announce(t, f)))
		stint_touch(t->paths, f, t->now_ns);
	else
		drop_flow(t, f);
}

static uint64_t quiet_since(const struct track *t)
{
	uint64_t quiet = t->options.opaque_ns + STINT_MARGIN_S * WHEN_SECOND;

	return t->now_ns > quiet ? t->now_ns - quiet : 0;
}

static void sweep(struct track *t, bool at_end)
{
	struct opaque_context x = { t->paths,	    bind_options(t), t->options.call_budget,
				    quiet_since(t), t->sip_hosts,    t->book,
				    at_end };
	uint64_t before = at_end ? UINT64_MAX : x.quiet_ns;
	struct flow *f;

	/* At the end media goes first: it may claim the connections that carried its signaling. */
	for (size_t n = at_end ? stint_count(t->paths) : 0; n; n--) {
		f = stint_oldest(t->paths, before);
		if ((f->tls || f->sip_cut.frame) && !f->streams)
			stint_touch(t->paths, f, t->now_ns);
		else
			look_at(t, f, &x);
	}
	while ((f = stint_oldest(t->paths, before)))
		look_at(t, f, &x);
	t->counters.stints_dropped = stint_dropped(t->paths);
	t->counters.keys_unpaged = keybook_full(t->book);
}

/* ---- the rest of the door ---------------------------------------------------------------------
 */

void track_tick(struct track *t, uint64_t now_ns)
{
	if (now_ns > t->now_ns)
		t->now_ns = now_ns;
	close_due(t);
	close_all(t);
	sweep(t, false);
	give_all(t, t->now_ns);
}

static void end_queue(struct track *t, enum live_queue queue, bool tries)
{
	for (struct live *l = t->queues[queue].oldest, *next; l; l = next) {
		next = l->newer;
		if (!tries && is_mere_try(l))
			continue;
		l->call.cut_off = !is_over(l);
		take_out(t, l);
	}
}

static void end_all(struct track *t, uint64_t now_ns, bool tries)
{
	track_tick(t, now_ns);
	for (int i = LIVE_SILENT; i <= LIVE_ANSWERED; i++)
		end_queue(t, (enum live_queue)i, tries);
	close_all(t);
	sweep(t, true);
	give_all(t, UINT64_MAX);
}

static size_t mere_tries(const struct track *t)
{
	size_t n = 0;

	for (const struct live *l = t->queues[LIVE_SILENT].oldest; l; l = l->newer)
		n += is_mere_try(l);
	return n;
}

void track_hurry(struct track *t)
{
	size_t n = mere_tries(t);

	t->hurried = n > TRIES_IN_A_HURRY;
	if (t->hurried)
		t->counters.attempts_forgotten += n;
}

void track_end(struct track *t, uint64_t now_ns)
{
	end_all(t, now_ns, !t->hurried);
}

void track_peek(struct track *t, uint64_t now_ns)
{
	t->peeking = true;
	end_all(t, now_ns, false);
}

static int unexplained_cmp(const void *x, const void *y)
{
	const struct unexplained *a = x, *b = y;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	int order = memcmp(&a->flow, &b->flow, sizeof a->flow);
	if (order)
		return order;
	if (a->point != b->point)
		return a->point < b->point ? -1 : 1;
	return a->ssrc < b->ssrc ? -1 : a->ssrc > b->ssrc;
}

size_t track_unexplained(const struct track *t, const struct unexplained **out)
{
	if (t->unexplained_count)
		qsort(t->unexplained, t->unexplained_count, sizeof *t->unexplained,
		      unexplained_cmp);
	*out = t->unexplained;
	return t->unexplained_count;
}

size_t track_clocks(const struct track *t, const struct clock_difference **out)
{
	return clocks_told(t->clocks, out);
}

void track_free(struct track *t)
{
	if (!t)
		return;
	for (struct live *l; (l = oldest(t));) {
		take_out(t, l);
		stint_release(t->paths, t->closing[--t->closing_count]);
		live_free(t->closing[t->closing_count]);
	}
	for (struct live *l; (l = join_next(t->join, UINT64_MAX));)
		live_free(l);
	for (struct live *l = t->peeked, *next; l; l = next) {
		next = l->newer;
		live_free(l);
	}
	join_free(t->join);
	clocks_free(t->clocks);
	stint_free(t->paths);
	keybook_free(t->book);
	map_free(t->calls);
	hostset_free(t->sip_hosts);
	expire_free(t->timers);
	free(t->refusals);
	free(t->recordings);
	drops_free(t->drops);
	for (size_t i = 0; i < t->unexplained_count; i++)
		free((void *)(uintptr_t)t->unexplained[i].hint);
	free(t->unexplained);
	free(t->closing);
	free(t);
}
