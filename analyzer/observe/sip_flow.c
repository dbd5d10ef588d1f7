/* sip_flow.c - a SIP message of a flow: read, counted, its promises noted, sent. */
#include "analyzer/observe/sip_flow.h"

#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/observe/cold.h"
#include "analyzer/observe/vault.h"

enum { PROTO_TCP = 6, PROTO_SCTP = 132 };

static enum sip_transport carrier_of(uint8_t proto)
{
	if (proto == PROTO_TCP)
		return SIP_TRANSPORT_TCP;
	return proto == PROTO_SCTP ? SIP_TRANSPORT_SCTP : SIP_TRANSPORT_UDP;
}

static void count_message(struct sip_room *r, const struct sip_seen *s, bool usable, bool cut)
{
	struct observe_counters *n = &r->tell->count;

	n->sip_messages++;
	n->sip_malformed += !usable && !cut;
	n->sip_cut += !usable && cut;
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

/* Which of a dialog's two sides sent a description: by its tag, the same on every hop. */
static uint64_t sender_of(const struct sip_seen *s)
{
	return hash_fixed(s->request ? s->from.tag : s->to.tag);
}

/* An INVITE that belongs to no dialog yet. */
static bool begins_call(const struct sip_seen *s)
{
	return s->request && s->verb == SIP_VERB_INVITE && s->to.tag.n == 0;
}

/*
 * Keys of a description go into the vault under Call-ID and line, with every
 * address at which it expects media.
 */
static void keep_keys(struct sip_room *r, const struct sip_seen *s, uint64_t now_ns)
{
	const struct sdp_keys *keys = sip_seen_keys(r->reader);
	struct vault *v = r->tell->vault;

	for (unsigned i = 0; i < keys->count; i++) {
		unsigned line = keys->of[i].line;
		struct vault_key key = keys->of[i].key;
		struct vault_ring *ring = vault_ring(v, hash_fixed(s->call_id), line, now_ns);
		key.side = vault_side(ring, sender_of(s));
		if (begins_call(s))
			vault_begin(ring, now_ns);
		vault_add(v, ring, &key);
		explicit_bzero(&key, sizeof key);
		if (!s->sdp || line >= s->sdp->line_count)
			continue;
		const struct line_seen *l = &s->sdp->lines[line];
		uint8_t side = vault_side(ring, sender_of(s));
		vault_place(v, ring, l->at, side);
		vault_place(v, ring, l->rtcp, side);
		for (unsigned c = 0; c < l->candidate_count; c++)
			vault_place(v, ring, l->candidates[c].at, side);
	}
	sip_seen_forget(r->reader);
}

void sip_flow_message(struct sip_room *r, struct flow *f, unsigned direction,
		      const struct payload *p, struct slice message, struct sip_flow_way way)
{
	struct sip_carried how = { .carrier = way.carrier ? way.carrier : carrier_of(p->flow.proto),
				   .decrypted = p->exported,
				   .opened = way.opened,
				   .handshake = p->handshake,
				   .cut = way.cut,
				   .copy = way.copy,
				   .signers = r->tell->keys.signers,
				   .ts_ns = tell_evidence(p).ts_ns };
	struct observation o;
	bool is_sip;
	struct evidence at = tell_evidence(p);

	tell_prepare(&o, OBSERVATION_SIP, f, direction);
	bool usable = sip_seen_read(r->reader, message, how, &o.as.sip, &is_sip);
	if (!is_sip)
		return;
	f->sip = true;
	count_message(r, &o.as.sip, usable, how.cut);
	if (!usable && how.cut && !how.copy && !how.decrypted && !how.opened)
		tell_loss(r->tell, f, direction, LOSS_SIP_CUT, at);
	if (!usable)
		return;
	note_repeat(f, direction, &o.as.sip);
	if (o.as.sip.sdp)
		keep_keys(r, &o.as.sip, at.ts_ns);
	if (o.as.sip.sdp)
		r->tell->count.announced_evicted +=
			announce_sdp(r->announce, o.as.sip.sdp, at.ts_ns);
	tell_send(r->tell, &o, at.ts_ns, at.ts_ns, at);
}

void sip_flow_sighting(struct sip_room *r, struct slice message, bool cut)
{
	struct sip_carried how = { .carrier = SIP_TRANSPORT_UDP, .cut = cut };
	struct sip_seen s;
	bool is_sip;
	bool usable = sip_seen_read(r->reader, message, how, &s, &is_sip);

	if (is_sip)
		count_message(r, &s, usable, cut);
}
