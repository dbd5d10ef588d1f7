/* pulse.c - what each source gave since the last look, and what is said of it. */
#include "analyzer/watch/pulse.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "reports/jvalue.h"

#define BEAT_NS	 (60 * WHEN_SECOND)
#define BLIND_NS (300 * WHEN_SECOND)

/* Why a source is not seen; each is told once when it begins and once when it ends. */
enum loss { LOSS_NONE, LOSS_DOWN, LOSS_BLIND, LOSS_ENDED };

struct sight {
	enum loss lost;
	uint64_t lost_clock_ns; /* since when, by the clock */
	uint64_t lost_since_ns; /* capture time of the last frame before */
	bool dropping;
	uint64_t drop_first_clock_ns, drop_last_clock_ns, drops_before;
	uint64_t packets, packet_clock_ns; /* when they were seen to grow */
	uint64_t drops;
	uint64_t beat_packets, beat_drops; /* at the last heartbeat */
};

struct pulse {
	struct pulse_options options;
	struct sight *sights;
	size_t count;
	uint64_t beats, beat_clock_ns, beat_calls, told;
};

struct pulse *pulse_new(struct pulse_options options)
{
	struct pulse *p = mem_zero(1, sizeof *p);

	p->options = options;
	if (!p->options.beat_ns)
		p->options.beat_ns = BEAT_NS;
	if (!p->options.blind_ns)
		p->options.blind_ns = BLIND_NS;
	return p;
}

void pulse_free(struct pulse *p)
{
	if (!p)
		return;
	free(p->sights);
	free(p);
}

static uint64_t passed(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static void grow(struct pulse *p, const struct pulse_state *s)
{
	if (s->source_count <= p->count)
		return;
	p->sights = mem_grow(p->sights, s->source_count, sizeof *p->sights);
	for (; p->count < s->source_count; p->count++)
		p->sights[p->count] = (struct sight){ .packet_clock_ns = s->clock_ns };
}

/* ---- sight ---------------------------------------------------------------------------------- */

static const char *loss_text(enum loss l)
{
	static const char *const text[] = { "drops", "down", "blind", "ended" };

	return text[l];
}

/* LOSS_NONE: packets were dropped, or no longer are. */
struct visibility {
	const struct pulse_source *source;
	enum loss why;
	bool back;
	uint64_t since_ns, lasted_ns, drops;
};

static void sentence(struct text *t, const struct visibility *v)
{
	static const char *const lost[] = { "drops packets", "cannot be read", "shows no packets",
					    "has ended" };
	char when[WHEN_TEXT];

	text_addf(t, "%s ", v->source->label);
	if (v->back && v->why == LOSS_NONE)
		text_addf(t, "drops no more packets, after %" PRIu64, v->drops);
	else
		text_add(t, v->back ? "is seen again" : lost[v->why]);
	if (v->back)
		text_addf(t, ", after %.0f s", when_seconds(v->lasted_ns));
	else if (v->why != LOSS_NONE && v->since_ns)
		text_addf(t, "; nothing was seen since %s", when_text(v->since_ns, when));
	if (!v->back && v->source->why && *v->source->why)
		text_addf(t, " (%s)", v->source->why);
}

static json_t *visibility_object(const struct visibility *v)
{
	json_t *o = json_object();

	jvalue_put(o, "state", jvalue_text(v->back ? "back" : "lost"));
	jvalue_put(o, "reason", jvalue_text(loss_text(v->why)));
	jvalue_put(o, "source", jvalue_text(v->source->label));
	jvalue_put(o, "name", jvalue_text(v->source->name));
	jvalue_put(o, "kind", jvalue_text(v->source->kind));
	jvalue_put(o, "why", jvalue_text(v->source->why ? v->source->why : ""));
	jvalue_put(o, "since", jvalue_when(v->since_ns));
	jvalue_put(o, "drops", jvalue_number(v->drops));
	if (v->back)
		jvalue_put(o, "lasted_s", jvalue_fixed(when_seconds(v->lasted_ns)));
	return o;
}

static void tell(struct pulse *p, const struct pulse_state *s, const struct visibility *v)
{
	char number[24];
	const char *const words[] = { "visibility", p->options.run, number, NULL };
	struct text message = { 0 };

	(void)snprintf(number, sizeof number, "%" PRIu64, ++p->told);
	sentence(&message, v);
	event_give((struct event_of){ .kind = EVENT_VISIBILITY,
				      .run = p->options.run,
				      .time_ns = s->now_ns,
				      .severity = v->back ? SEVERITY_INFO : SEVERITY_MEDIUM,
				      .words = words,
				      .message = text_of(&message) },
		   visibility_object(v), p->options.give, p->options.ctx);
	text_free(&message);
}

/* Of a run's only source the end is the run's end. */
static bool others_go_on(const struct pulse_state *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (!s->sources[i].over)
			return true;
	return false;
}

static enum loss loss_of(const struct pulse *p, const struct pulse_state *s,
			 const struct pulse_source *src, const struct sight *k)
{
	if (src->over)
		return others_go_on(s) ? LOSS_ENDED : LOSS_NONE;
	if (!src->up)
		return LOSS_DOWN;
	return passed(k->packet_clock_ns, s->clock_ns) >= p->options.blind_ns ? LOSS_BLIND
									      : LOSS_NONE;
}

/* One loss may pass into another (down, then up and silent): that is told when it is over. */
static void look(struct pulse *p, const struct pulse_state *s, size_t i)
{
	const struct pulse_source *src = &s->sources[i];
	struct sight *k = &p->sights[i];
	enum loss now = loss_of(p, s, src, k);

	if (!k->lost && now) {
		k->lost = now;
		k->lost_since_ns = src->last_ns;
		k->lost_clock_ns = now == LOSS_BLIND ? k->packet_clock_ns : s->clock_ns;
		tell(p, s,
		     &(struct visibility){ src, now, false, k->lost_since_ns, 0, src->drops });
	} else if (k->lost && !now && !src->over) {
		enum loss was = k->lost;
		k->lost = LOSS_NONE;
		tell(p, s,
		     &(struct visibility){ src, was, true, k->lost_since_ns,
					   passed(k->lost_clock_ns, s->clock_ns), src->drops });
	}
}

/* They are over when none was dropped from one heartbeat to the next. */
static void look_at_drops(struct pulse *p, const struct pulse_state *s, size_t i)
{
	const struct pulse_source *src = &s->sources[i];
	struct sight *k = &p->sights[i];
	bool more = src->drops > k->drops;

	if (more && !k->dropping) {
		k->dropping = true;
		k->drop_first_clock_ns = s->clock_ns;
		k->drops_before = k->drops;
		tell(p, s,
		     &(struct visibility){ src, LOSS_NONE, false, src->last_ns, 0,
					   src->drops - k->drops });
	}
	k->drops = src->drops;
	if (more)
		k->drop_last_clock_ns = s->clock_ns;
	if (!k->dropping || more || passed(k->drop_last_clock_ns, s->clock_ns) < p->options.beat_ns)
		return;
	k->dropping = false;
	tell(p, s,
	     &(struct visibility){ src, LOSS_NONE, true, src->last_ns,
				   passed(k->drop_first_clock_ns, k->drop_last_clock_ns),
				   passed(k->drops_before, src->drops) });
}

/* ---- heartbeats -------------------------------------------------------------------------------
 */

static json_t *source_object(const struct pulse_source *src, const struct sight *k)
{
	json_t *o = json_object();

	jvalue_put(o, "source", jvalue_text(src->label));
	jvalue_put(o, "name", jvalue_text(src->name));
	jvalue_put(o, "kind", jvalue_text(src->kind));
	jvalue_put(o, "up", json_boolean(src->up));
	jvalue_put(o, "over", json_boolean(src->over));
	jvalue_put(o, "sight", jvalue_text(k->lost ? loss_text(k->lost) : "ok"));
	jvalue_put(o, "packets", jvalue_number(src->packets));
	jvalue_put(o, "packets_since", jvalue_number(passed(k->beat_packets, src->packets)));
	jvalue_put(o, "drops", jvalue_number(src->drops));
	jvalue_put(o, "drops_since", jvalue_number(passed(k->beat_drops, src->drops)));
	jvalue_put(o, "last", jvalue_when(src->last_ns));
	return o;
}

struct sums {
	uint64_t packets, packets_since, drops, drops_since;
};

static struct sums sums(const struct pulse *p, const struct pulse_state *s)
{
	struct sums out = { 0 };

	for (size_t i = 0; i < s->source_count; i++) {
		out.packets += s->sources[i].packets;
		out.packets_since += passed(p->sights[i].beat_packets, s->sources[i].packets);
		out.drops += s->sources[i].drops;
		out.drops_since += passed(p->sights[i].beat_drops, s->sources[i].drops);
	}
	return out;
}

static json_t *beat_object(const struct pulse *p, const struct pulse_state *s,
			   const struct sums *all)
{
	json_t *o = json_object(), *list = json_array();

	jvalue_put(o, "beat", jvalue_number(p->beats));
	jvalue_put(o, "clock", jvalue_when(s->clock_ns));
	jvalue_put(o, "packets", jvalue_number(all->packets));
	jvalue_put(o, "packets_since", jvalue_number(all->packets_since));
	jvalue_put(o, "drops", jvalue_number(all->drops));
	jvalue_put(o, "drops_since", jvalue_number(all->drops_since));
	jvalue_put(o, "calls", jvalue_number(s->calls_judged));
	jvalue_put(o, "calls_since", jvalue_number(passed(p->beat_calls, s->calls_judged)));
	jvalue_put(o, "calls_open", jvalue_number(s->calls_open));
	jvalue_put(o, "limits_hit", jvalue_number(s->limits_hit));
	jvalue_put(o, "outputs_lost", jvalue_number(s->outputs_lost));
	jvalue_put(o, "root", json_boolean(s->root));
	jvalue_put(o, "confined", json_boolean(!s->unconfined));
	for (size_t i = 0; i < s->source_count; i++)
		jvalue_push(list, source_object(&s->sources[i], &p->sights[i]));
	jvalue_put(o, "sources", list);
	return o;
}

static void remember(struct pulse *p, const struct pulse_state *s)
{
	p->beat_clock_ns = s->clock_ns;
	p->beat_calls = s->calls_judged;
	for (size_t i = 0; i < s->source_count; i++) {
		p->sights[i].beat_packets = s->sources[i].packets;
		p->sights[i].beat_drops = s->sources[i].drops;
	}
}

static void beat(struct pulse *p, const struct pulse_state *s)
{
	char number[24];
	const char *const words[] = { "heartbeat", p->options.run, number, NULL };
	struct sums all = sums(p, s);
	struct text message = { 0 };

	p->beats++;
	(void)snprintf(number, sizeof number, "%" PRIu64, p->beats);
	text_addf(&message,
		  "%" PRIu64 " packets, %" PRIu64 " dropped and %" PRIu64
		  " calls since the last heartbeat; %" PRIu64 " calls open",
		  all.packets_since, all.drops_since, passed(p->beat_calls, s->calls_judged),
		  s->calls_open);
	event_give((struct event_of){ .kind = EVENT_HEARTBEAT,
				      .run = p->options.run,
				      .time_ns = s->now_ns,
				      .words = words,
				      .message = text_of(&message) },
		   beat_object(p, s, &all), p->options.give, p->options.ctx);
	text_free(&message);
	remember(p, s);
}

void pulse_tick(struct pulse *p, const struct pulse_state *s)
{
	grow(p, s);
	for (size_t i = 0; i < s->source_count; i++) {
		struct sight *k = &p->sights[i];
		if (s->sources[i].packets != k->packets)
			k->packet_clock_ns = s->clock_ns;
		k->packets = s->sources[i].packets;
		look(p, s, i);
		look_at_drops(p, s, i);
	}
	if (!p->beats || passed(p->beat_clock_ns, s->clock_ns) >= p->options.beat_ns)
		beat(p, s);
}
