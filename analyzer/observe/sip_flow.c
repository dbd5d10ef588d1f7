/* sip_flow.c - a SIP message of a flow: read, counted, its promises noted, sent. */
#include "analyzer/observe/sip_flow.h"

#include "analyzer/observe/cold.h"

enum { PROTO_TCP = 6, PROTO_SCTP = 132 };

static enum sip_transport carrier_of(uint8_t proto)
{
	if (proto == PROTO_TCP)
		return SIP_TRANSPORT_TCP;
	return proto == PROTO_SCTP ? SIP_TRANSPORT_SCTP : SIP_TRANSPORT_UDP;
}

static void count_message(struct sip_room *r, const struct sip_seen *s, bool usable)
{
	struct observe_counters *n = &r->tell->count;

	n->sip_messages++;
	n->sip_malformed += !usable;
	n->sip_tolerated += s->tolerated != 0;
	n->crypto_lines += s->crypto_lines;
	n->fingerprint_lines += s->fingerprint_lines;
	if (s->call_id.n == 0)
		return;
	bool known = idset_add(r->calls, s->call_id);
	if (s->request && s->verb == SIP_VERB_INVITE)
		known &= idset_add(r->invites, s->call_id);
	n->call_ids_capped += !known;
	n->call_ids = idset_count(r->calls);
	n->invite_call_ids = idset_count(r->invites);
}

static void note_repeat(struct flow *f, unsigned direction, struct sip_seen *s)
{
	uint64_t *last = &cold_of(f)->last_message[direction];

	s->retransmitted = *last == s->message_hash;
	*last = s->message_hash;
}

void sip_flow_message(struct sip_room *r, struct flow *f, unsigned direction,
		      const struct payload *p, struct slice message, bool cut)
{
	struct sip_carried how = { .carrier = carrier_of(p->flow.proto),
				   .decrypted = p->exported,
				   .handshake = p->handshake,
				   .cut = cut };
	struct observation o;
	bool is_sip;
	struct evidence at = tell_evidence(p);

	tell_prepare(&o, OBSERVATION_SIP, f, direction);
	bool usable = sip_seen_read(r->reader, message, how, &o.as.sip, &is_sip);
	if (!is_sip)
		return;
	f->sip = true;
	count_message(r, &o.as.sip, usable);
	if (!usable)
		return;
	note_repeat(f, direction, &o.as.sip);
	if (o.as.sip.sdp)
		r->tell->count.announced_evicted +=
			announce_sdp(r->announce, o.as.sip.sdp, at.ts_ns);
	tell_send(r->tell, &o, at.ts_ns, at.ts_ns, at);
}

void sip_flow_sighting(struct sip_room *r, struct slice message)
{
	struct sip_carried how = { .carrier = SIP_TRANSPORT_UDP };
	struct sip_seen s;
	bool is_sip;
	bool usable = sip_seen_read(r->reader, message, how, &s, &is_sip);

	if (is_sip)
		count_message(r, &s, usable);
}
