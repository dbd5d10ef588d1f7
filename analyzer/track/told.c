/* told.c - what messages say about recording, conferences, gateways and changed parties. */
#include "analyzer/track/told.h"

static const char *siprec_sign(const struct sip_seen *m)
{
	return m->contact.src	? "+sip.src"
	       : m->contact.srs ? "+sip.srs"
	       : m->body == BODY_RS_METADATA || (m->sensitive & SENSITIVE_METADATA)
		       ? "application/rs-metadata"
		       : "Require: siprec";
}

/* A client may say that it could record in any call: only one that sets up a session does. */
static bool records(const struct sip_seen *m)
{
	return m->siprec && m->request && m->verb == SIP_VERB_INVITE && !m->contact.srs;
}

static bool says_recorded(const struct sdp_seen *s)
{
	for (unsigned i = 0; s && i < s->line_count; i++)
		if (s->lines[i].record_on)
			return true;
	return false;
}

static void keep(struct evidence *kept, bool seen, const struct observation *o)
{
	if (seen)
		live_first(kept, &o->evidence);
}

void told_message(struct live *l, const struct observation *o, bool callee)
{
	const struct sip_seen *m = &o->as.sip;
	struct told *t = &l->told;
	bool conference = m->verb == SIP_VERB_NOTIFY && m->request &&
			  slice_istarts(m->event, SLICE("conference"));

	keep(&t->isup[callee], m->gateway & GATEWAY_ISUP, o);
	keep(&t->charge, m->request && m->gateway & GATEWAY_CHARGE, o);
	keep(&t->tel, m->gateway & GATEWAY_TEL, o);
	keep(&t->feed[callee], conference, o);
	keep(&t->refer, m->verb == SIP_VERB_REFER && m->request, o);
	keep(&t->record_on, says_recorded(m->sdp), o);
	if (!records(m) || t->siprec.frame)
		return;
	t->siprec = o->evidence;
	t->siprec_sign = siprec_sign(m);
	t->source = o->flow.src;
	t->recorder = o->flow.dst;
}

static void join(struct evidence *kept, const struct evidence *other)
{
	if (other->frame)
		live_first(kept, other);
}

void told_join(struct told *t, const struct told *other)
{
	join(&t->record_on, &other->record_on);
	join(&t->refer, &other->refer);
	join(&t->charge, &other->charge);
	join(&t->tel, &other->tel);
	for (unsigned i = 0; i < 2; i++) {
		join(&t->isup[i], &other->isup[i]);
		join(&t->feed[i], &other->feed[i]);
	}
	if (t->siprec.frame || !other->siprec.frame)
		return;
	t->siprec = other->siprec;
	t->siprec_sign = other->siprec_sign;
	t->source = other->source;
	t->recorder = other->recorder;
}

void told_recording(struct told_recordings *r, const struct observation *o)
{
	struct told_recording_seen *s = r->all;

	if (!records(&o->as.sip))
		return;
	while (s < r->all + r->count &&
	       !(addr_eq(&s->source, &o->flow.src) && addr_eq(&s->recorder, &o->flow.dst)))
		s++;
	if (s < r->all + r->count) {
		s->last_ns = o->first_ns > s->last_ns ? o->first_ns : s->last_ns;
		return;
	}
	s = &r->all[r->next];
	r->next = (r->next + 1) % TOLD_RECORDINGS;
	r->count += r->count < TOLD_RECORDINGS;
	*s = (struct told_recording_seen){ o->flow.src, o->flow.dst, o->first_ns, o->first_ns,
					   o->evidence };
}
