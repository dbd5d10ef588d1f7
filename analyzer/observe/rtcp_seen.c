/* rtcp_seen.c - RTCP on a flow: readable or encrypted, per source; told as stints are. */
#include "analyzer/observe/rtcp_seen.h"

#include "analyzer/base/mem.h"
#include "analyzer/observe/rtcp_read.h"

static void source_tell(struct tell *t, const struct flow *f, const struct rtcp_source *s)
{
	struct observation o;

	tell_prepare(&o, OBSERVATION_RTCP, f, s->direction);
	o.as.rtcp = s->seen;
	tell_send(t, &o, s->first_ns, s->last_ns, s->at);
}

static struct rtcp_source *source_of(struct tell *t, struct flow *f, unsigned direction,
				     uint32_t ssrc, struct evidence at)
{
	struct rtcp_flow *r = f->cold->rtcp;
	struct rtcp_source *oldest = &r->of[0];

	for (uint8_t i = 0; i < r->count; i++) {
		struct rtcp_source *s = &r->of[i];
		if (s->seen.ssrc == ssrc && s->direction == direction)
			return s;
		if (s->last_ns < oldest->last_ns)
			oldest = s;
	}
	if (r->count < COLD_RTCP) {
		oldest = &r->of[r->count++];
	} else {
		source_tell(t, f, oldest);
		t->count.streams_evicted++;
	}
	*oldest = (struct rtcp_source){
		.first_ns = at.ts_ns, .at = at, .direction = (uint8_t)direction, .seen.ssrc = ssrc
	};
	return oldest;
}

void rtcp_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p)
{
	struct cold *c = cold_of(f);
	struct rtcp_read look = rtcp_read(p->bytes);
	struct evidence at = tell_evidence(p);

	if (!look.is_rtcp || p->cut)
		return;
	if (!c->rtcp)
		c->rtcp = mem_zero(1, sizeof *c->rtcp);
	struct rtcp_source *s = source_of(t, f, direction, look.ssrc, at);
	s->last_ns = at.ts_ns;
	s->seen.packets++;
	s->seen.encrypted += look.encrypted;
	s->seen.clear += look.clear;
	s->seen.cname |= look.cname;
	if (look.clear && s->seen.clear_at.frame == 0)
		s->seen.clear_at = at;
	s->seen.clear_beyond_app |= look.clear && look.reports;
	f->unsent = true;
}

bool rtcp_seen_believable(struct flow *f, struct slice datagram)
{
	struct rtcp_read look = rtcp_read(datagram);

	if (!look.clear || !look.reports)
		return false;
	struct cold *c = cold_of(f);
	bool again = c->rtcp_ssrc == look.ssrc && look.ssrc;
	c->rtcp_ssrc = look.ssrc;
	return again;
}

void rtcp_seen_tell(struct tell *t, struct flow *f)
{
	struct rtcp_flow *r = f->cold->rtcp;

	for (uint8_t i = 0; r && i < r->count; i++)
		source_tell(t, f, &r->of[i]);
	if (r)
		r->count = 0;
}
