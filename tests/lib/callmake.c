/* callmake.c - a small call, built in place. */
#include "tests/lib/callmake.h"

#include <stdlib.h>
#include <string.h>

static struct judge *judge;

struct endpoint callmake_at(const char *addr, uint16_t port)
{
	struct endpoint e;

	memset(&e, 0, sizeof e);
	(void)addr_parse(slice_of(addr), &e.addr);
	e.port = port;
	return e;
}

void callmake_begin(struct callmake *m, enum call_kind kind)
{
	memset(m, 0, sizeof *m);
	m->c.id = "0123456789abcdef";
	m->c.kind = kind;
	m->c.epochs = m->epochs;
	m->c.legs = m->legs;
	m->c.media = m->media;
	m->c.facts = m->facts;
	m->c.ends[0].at = callmake_at("10.0.0.1", 5060);
	m->c.ends[1].at = callmake_at("10.0.0.2", 5060);
	m->c.epochs[0] = (struct epoch){ .end_ns = 60, .type = EPOCH_TALK, .why = "answer" };
	m->c.epoch_count = 1;
	m->c.end_ns = 60;
}

struct leg *callmake_leg(struct callmake *m, bool readable)
{
	int16_t at = (int16_t)m->c.leg_count++;
	struct leg *leg = &m->legs[at];

	leg->a = m->c.ends[0].at;
	leg->b = m->c.ends[1].at;
	leg->carrier = readable ? SIP_TRANSPORT_UDP : SIP_TRANSPORT_TLS;
	leg->readable = readable;
	leg->encrypted = !readable;
	callmake_fact(m, readable ? FACT_sip_readable : FACT_sip_encrypted)->leg = at;
	leg->first = m->facts[m->c.fact_count - 1].at[0];
	return leg;
}

struct media *callmake_line(struct callmake *m, enum media_profile profile, enum keying keying)
{
	struct media *line = &m->media[m->c.media_count];

	line->segments = m->segments[m->c.media_count++];
	line->profile = profile;
	line->keying = keying;
	line->offerer = callmake_at("10.0.0.1", 4000);
	line->answerer = callmake_at("10.0.0.2", 5000);
	line->answered = line->offer_seen = line->answer_seen = line->expects_media = true;
	return line;
}

struct segment *callmake_segment(struct callmake *m, int media, int from, uint16_t point)
{
	struct media *line = &m->media[media];
	struct segment *s = &line->segments[line->segment_count++];

	s->a = from ? line->answerer : line->offerer;
	s->b = from ? line->offerer : line->answerer;
	s->point = point;
	s->packets = 100;
	return s;
}

struct fact *callmake_fact(struct callmake *m, enum fact_kind kind)
{
	struct fact *f = &m->facts[m->c.fact_count++];

	*f = (struct fact){ .kind = kind,
			    .grade = 3,
			    .leg = FACT_NOWHERE,
			    .media = FACT_NOWHERE,
			    .segment = FACT_NOWHERE,
			    .epoch = FACT_NOWHERE,
			    .value = 1,
			    .at_count = 1 };
	f->at[0] = (struct evidence){ .frame = m->c.fact_count, .ts_ns = m->c.fact_count };
	return f;
}

struct fact *callmake_fact_on(struct callmake *m, enum fact_kind kind, int16_t media)
{
	struct fact *f = callmake_fact(m, kind);

	f->media = media;
	return f;
}

const struct judgement *callmake_judge(const struct callmake *m)
{
	return callmake_judge_call(&m->c);
}

const struct judgement *callmake_judge_call(const struct call *c)
{
	char *why = NULL;

	callmake_end();
	if (judge_new(&judge,
		      (struct judge_options){ .policy = "baseline", .fail_on = SEVERITY_HIGH },
		      &why) != ERR_OK)
		abort();
	return judge_call(judge, c);
}

void callmake_end(void)
{
	judge_free(judge);
	judge = NULL;
}

const struct finding *callmake_finding(const struct judgement *j, const char *rule, enum outcome o)
{
	for (uint32_t i = 0; i < j->finding_count; i++)
		if (strcmp(j->findings[i].rule->id, rule) == 0 && j->findings[i].outcome == o)
			return &j->findings[i];
	return NULL;
}

const struct finding *callmake_violated(const struct judgement *j, const char *rule)
{
	return callmake_finding(j, rule, OUTCOME_VIOLATED);
}
