/* rtcp_seen.c - RTCP on a flow: readable or encrypted, per source; told as stints are. */
#include "analyzer/observe/rtcp_seen.h"

#include "analyzer/base/mem.h"
#include "analyzer/observe/prove.h"
#include "analyzer/proto/rtp/rtcp.h"

enum { PROVED = 2 };

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

static bool has_reports(const struct rtcp_read *r)
{
	return rtcp_has_type(r, RTCP_SR) || rtcp_has_type(r, RTCP_RR) ||
	       rtcp_has_type(r, RTCP_SDES);
}

/* user@host, as RFC 3550 6.5.1 proposed it and RFC 7022 no longer does. */
static bool names_a_host(struct slice cname)
{
	size_t at = slice_find(cname, '@');

	return at > 0 && at + 1 < cname.n;
}

/*
 * The first two of a source: whether its keys fit does not change packet by packet, and each
 * trial derives them anew, which costs as much as a dozen tags.
 */
static void note_proof(struct tell *t, const struct flow *f, unsigned direction,
		       struct rtcp_source *s, const struct payload *p)
{
	bool encrypted;

	if (s->seen.packets > PROVED && !t->keys.verify_all)
		return;
	uint64_t name =
		prove_rtcp(t, flow_side(f, direction), p->bytes, p->frame->ts_ns, &encrypted);
	if (!name)
		return;
	s->seen.key_name = name;
	s->seen.verified++;
	s->seen.e_zero += !encrypted;
}

void rtcp_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p)
{
	struct cold *c = cold_of(f);
	struct evidence at = tell_evidence(p);
	struct rtcp_read read;

	rtcp_parse(p->bytes, &read);
	if (read.look == RTCP_LOOK_NOT || p->cut)
		return;
	bool clear = read.look == RTCP_LOOK_CLEAR;
	if (!c->rtcp)
		c->rtcp = mem_zero(1, sizeof *c->rtcp);
	struct rtcp_source *s = source_of(t, f, direction, read.ssrc, at);
	s->last_ns = at.ts_ns;
	s->seen.packets++;
	s->seen.encrypted += read.look == RTCP_LOOK_ENCRYPTED;
	s->seen.clear += clear;
	s->seen.cname |= read.has_cname;
	s->seen.cname_personal |= clear && names_a_host(read.cname);
	note_proof(t, f, direction, s, p);
	if ((clear || s->seen.e_zero) && s->seen.clear_at.frame == 0)
		s->seen.clear_at = at;
	if (clear && has_reports(&read) && !rtcp_has_type(&read, RTCP_BYE))
		s->seen.report_at = at;
	s->seen.clear_beyond_app |= clear && has_reports(&read);
	f->unsent = true;
}

bool rtcp_seen_believable(struct flow *f, struct slice datagram)
{
	struct rtcp_read read;

	rtcp_parse(datagram, &read);
	if (read.look != RTCP_LOOK_CLEAR || !has_reports(&read))
		return false;
	struct cold *c = cold_of(f);
	bool again = c->rtcp_ssrc == read.ssrc && read.ssrc;
	c->rtcp_ssrc = read.ssrc;
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
