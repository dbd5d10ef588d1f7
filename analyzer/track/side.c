/* side.c - what a message tells beside the call (rule-catalog D.11). */
#include "analyzer/track/side.h"

static const char *feed_of(const struct sip_seen *m)
{
	static const char *const packages[] = { "presence", "dialog", "reg", "message-summary",
						"conference" };
	struct slice name = m->event;

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ';' || name.p[i] == ' ')
			name = slice_upto(name, i);
	for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
		if (slice_ieq(name, slice_of(packages[i])))
			return packages[i];
	return NULL;
}

static void note_count(struct live *l, struct leg_live *leg, enum fact_kind kind, const char *text,
		       const struct evidence *at, bool again)
{
	struct fact *f = live_note(l, leg, kind, 3, text, at);

	if (f && !again)
		f->value++;
}

bool side_is_outside(const struct addr *a)
{
	return !addr_is_none(a) && !addr_is_private(a) && !addr_is_multicast(a);
}

static bool line_shows_inside(const struct line_seen *line)
{
	for (unsigned i = 0; i < line->candidate_count; i++)
		if (addr_is_private(&line->candidates[i].at.addr))
			return true;
	return addr_is_private(&line->at.addr);
}

/* RFC 1918, RFC 4193 and the like, shown to a host with a public address. */
static bool shows_inside(const struct sip_seen *m)
{
	for (unsigned i = 0; i < m->via_count; i++)
		if (addr_is_private(&m->vias[i].addr))
			return true;
	if (addr_is_private(&m->contact.addr))
		return true;
	for (unsigned i = 0; m->sdp && i < m->sdp->line_count; i++)
		if (line_shows_inside(&m->sdp->lines[i]))
			return true;
	return false;
}

void side_facts(struct live *l, struct leg_live *leg, const struct observation *o, bool again)
{
	const struct sip_seen *m = &o->as.sip;
	const char *feed = m->body == BODY_DIALOG_INFO ? feed_of(m) : NULL;
	struct fact *f;

	if (m->body == BODY_DTMF && m->request)
		note_count(l, leg, FACT_digits_signaled,
			   m->verb == SIP_VERB_NOTIFY ? "NOTIFY" : "INFO", &o->evidence, again);
	if (m->sensitive) {
		f = live_note(l, leg, FACT_sensitive_readable, 3, NULL, &o->evidence);
		if (f)
			f->value |= m->sensitive;
	}
	if (m->request && (m->verb == SIP_VERB_NOTIFY || m->verb == SIP_VERB_PUBLISH) && feed)
		note_count(l, leg, FACT_feed_readable, feed, &o->evidence, again);
	if (side_is_outside(&o->flow.dst) && shows_inside(m))
		note_count(l, leg, FACT_topology_readable, NULL, &o->evidence, again);
	if (m->carrier == SIP_TRANSPORT_WS)
		note_count(l, leg, FACT_websocket_clear, NULL, &o->evidence, again);
}
