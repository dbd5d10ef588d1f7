/* dialog.c - requests, replies and forks of one Call-ID (RFC 3261). */
#include "analyzer/track/dialog.h"

#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/when.h"
#include "analyzer/track/hop.h"
#include "analyzer/track/ladder.h"
#include "analyzer/track/offer.h"
#include "analyzer/track/told.h"

enum { UUID = 32 }; /* hex digits (RFC 7989 5) */
static const uint64_t RETRY_NS = 32 * WHEN_SECOND;

/* ---- transactions -------------------------------------------------------------- */

/*
 * RFC 3261 17.1.3: the branch names the transaction, at every point that sees
 * this hop; without the cookie the hop and the caller's tag must help out.
 */
static uint64_t transaction_key(const struct leg_live *leg, const struct sip_seen *m,
				enum sip_verb verb)
{
	uint64_t key = hash_fixed(m->branch) ^ ((uint64_t)m->cseq << 8 | verb);

	if (!slice_starts(m->branch, SLICE("z9hG4bK")) || m->branch.n == 7)
		key ^= hash_fixed(m->from.tag) + leg->number + 1;
	return key;
}

static struct transaction *transaction_find(struct live *l, uint64_t key)
{
	struct transaction *t = l->transactions;

	while (t && t->key != key)
		t = t->next;
	return t;
}

/* The newest are kept: an old one makes room. */
static struct transaction *transaction_room(struct live *l)
{
	struct transaction **at = &l->transactions, *t;

	if (l->transaction_count < LIVE_TRANSACTIONS) {
		t = live_take(l, sizeof *t);
		l->transaction_count = (uint16_t)(l->transaction_count + (t != NULL));
		return t;
	}
	while ((*at)->next)
		at = &(*at)->next;
	t = *at;
	*at = NULL;
	return memset(t, 0, sizeof *t);
}

static bool from_callee(const struct live *l, const struct sip_seen *m)
{
	return l->caller_tag.n && !slice_eq(m->from.tag, l->caller_tag);
}

static struct transaction *transaction_for(struct live *l, struct leg_live *leg,
					   const struct sip_seen *m)
{
	if (m->request && m->verb == SIP_VERB_ACK)
		return NULL;
	uint64_t key = transaction_key(leg, m, m->verb);
	struct transaction *t = transaction_find(l, key);
	if (!t) {
		t = transaction_room(l);
		if (!t)
			return NULL;
		t->key = key;
		t->leg = leg;
		t->verb = m->verb;
		t->cseq = m->cseq;
		t->from_callee = from_callee(l, m);
		t->next = l->transactions;
		l->transactions = t;
	}
	if (m->request) {
		t->request_seen = true;
		t->in_dialog = m->to.tag.n > 0;
	}
	return t;
}

/* ---- who calls whom --------------------------------------------------------------- */

static void keep_slice(struct live *l, struct slice *kept, struct slice seen)
{
	if (!slice_eq(*kept, seen))
		*kept = arena_slice(l->arena, seen);
}

static void keep_parties(struct live *l, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	bool forming = m->request && !m->to.tag.n;
	bool better = !l->verb_at.frame || (forming && !l->identities_final) ||
		      (forming == l->identities_final &&
		       live_evidence_cmp(&o->evidence, &l->verb_at) < 0);

	if (!better)
		return;
	l->verb_at = o->evidence;
	l->identities_final |= forming;
	l->first_verb = m->verb;
	keep_slice(l, &l->method, m->request ? m->method : m->cseq_method);
	keep_slice(l, &l->caller_tag, m->from.tag);
	keep_slice(l, &l->call.from_user, m->from.user);
	keep_slice(l, &l->call.from_host, m->from.host);
	keep_slice(l, &l->call.from_display, m->from.display);
	keep_slice(l, &l->call.to_user, m->to.user);
	keep_slice(l, &l->call.to_host, m->to.host);
	keep_slice(l, &l->call.to_display, m->to.display);
}

/* Session-ID (RFC 7989 5): hex digits of this side, ";remote=" and those of the other; nil is none.
 */
static void keep_session(struct live *l, struct slice uuid)
{
	bool nil = true;

	for (size_t i = 0; i < uuid.n; i++)
		nil &= uuid.p[i] == '0';
	if (uuid.n != UUID || nil)
		return;
	uint64_t id = hash_fixed(uuid);
	for (unsigned i = 0; i < LIVE_SESSIONS; i++) {
		if (l->sessions[i] == id)
			return;
		if (!l->sessions[i]) {
			l->sessions[i] = id;
			return;
		}
	}
}

static void keep_sessions(struct live *l, struct slice value)
{
	struct slice rest = value, part;

	if (slice_cut(&rest, ';', &part))
		keep_session(l, slice_trim(part));
	while (slice_cut(&rest, ';', &part)) {
		part = slice_trim(part);
		if (part.n > 7 && slice_ieq(slice_upto(part, 7), SLICE("remote=")))
			keep_session(l, slice_from(part, 7));
	}
}

/* ---- what the messages mean -------------------------------------------------------- */

static void request_state(struct live *l, const struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	bool in_dialog = m->to.tag.n > 0;

	switch (m->verb) {
	case SIP_VERB_INVITE:
		l->invite = true;
		if (in_dialog)
			l->dialog_proof = true;
		else
			l->invite_first = true;
		if (!in_dialog && m->cseq > l->invite_cseq)
			l->invite_cseq = m->cseq;
		break;
	case SIP_VERB_ACK: /* only the ACK of a refusal shares the INVITE's branch (17.1.1.3) */
		l->invite = true;
		if (!transaction_find(l, transaction_key(leg, m, SIP_VERB_INVITE)))
			l->ack_apart |= in_dialog;
		break;
	case SIP_VERB_BYE:
		l->bye_seen = true;
		live_first(&l->bye, &o->evidence);
		break;
	case SIP_VERB_CANCEL:
		l->invite = l->cancelled = true;
		break;
	case SIP_VERB_PRACK:
		l->invite = true;
		break;
	case SIP_VERB_INFO:
	case SIP_VERB_UPDATE:
		l->in_dialog |= in_dialog;
		break;
	default:
		break;
	}
}

static void response_state(struct live *l, const struct transaction *t, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	if (m->verb == SIP_VERB_BYE) {
		l->bye_seen = true;
		live_first(&l->bye, &o->evidence);
	}
	if (m->verb != SIP_VERB_INVITE && m->verb != SIP_VERB_CANCEL && m->verb != SIP_VERB_PRACK)
		return;
	l->invite = true;
	if (m->verb != SIP_VERB_INVITE || m->status < 200)
		return;
	if (t && t->in_dialog) {
		l->dialog_proof = true;
	} else if (m->status < 300) {
		live_first(&l->answered, &o->evidence);
		live_answered(l, o->point, o->evidence.ts_ns);
		live_last(&l->answered_last, &o->evidence);
	} else if (m->cseq > l->invite_cseq ||
		   (m->cseq == l->invite_cseq &&
		    (!l->failed.frame || live_evidence_cmp(&o->evidence, &l->failed) > 0))) {
		l->failed = o->evidence;
		l->final_status = m->status;
	}
	if (m->cseq > l->invite_cseq)
		l->invite_cseq = m->cseq;
}

static void new_attempt(struct live *l, const struct sip_seen *m)
{
	/* A further INVITE outside the dialog: what became of the one before no longer counts. */
	if (m->request && m->verb == SIP_VERB_INVITE && !m->to.tag.n && m->cseq > l->invite_cseq) {
		l->final_status = 0;
		l->failed = (struct evidence){ 0 };
	}
}

/* ---- refusals (MED-003) ------------------------------------------------------------- */

static bool nameless(const struct party_seen *p)
{
	return !p->user.n || slice_ieq(p->user, SLICE("anonymous"));
}

/* Who asked whom, and from where; 0: nobody that could be known again in another call. */
static uint64_t parties(const struct sip_seen *m, const struct addr *asks)
{
	struct slice from = { asks->b, sizeof asks->b };

	if (nameless(&m->from) || nameless(&m->to))
		return 0;
	uint64_t h =
		(hash_fixed(m->from.user) * 31 + hash_fixed(m->to.user)) * 31 + hash_fixed(from);
	return h ? h : 1;
}

static void note_refusal(struct dialog_refusals *r, struct live *l, const struct transaction *t,
			 const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	uint64_t who = parties(m, &o->flow.dst);

	if (m->verb != SIP_VERB_INVITE ||
	    !(m->status == 488 || m->status == 415 || m->status == 606) || !t || !t->pact ||
	    !offer_is_secure(t->pact->offer))
		return;
	live_first(&l->secure_refused, &o->evidence);
	if (!who)
		return;
	r->slots[who % DIALOG_REFUSALS].parties = who;
	r->slots[who % DIALOG_REFUSALS].at = o->evidence;
}

static void note_retry(const struct dialog_refusals *r, struct live *l, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	uint64_t who = parties(m, &o->flow.src);
	struct evidence refused = l->secure_refused;

	if (!m->request || m->verb != SIP_VERB_INVITE || !m->sdp || !m->sdp->line_count ||
	    offer_is_secure(m->sdp))
		return;
	if (!refused.frame && who && r->slots[who % DIALOG_REFUSALS].parties == who)
		refused = r->slots[who % DIALOG_REFUSALS].at;
	if (!refused.frame || o->first_ns < refused.ts_ns || o->first_ns > refused.ts_ns + RETRY_NS)
		return;
	live_first(&l->downgrade[0], &refused);
	live_first(&l->downgrade[1], &o->evidence);
}

/* ---- hosts that answer for others (rule-catalog B.4) ---------------------------------- */

static void keep_host(struct live *l, struct host_list *hosts, const struct addr *a,
		      struct leg_live *leg, const struct evidence *at)
{
	struct host_seen *h = live_host(hosts, a);

	if (h && live_evidence_cmp(at, &h->at) >= 0)
		return;
	if (!h)
		h = live_host_add(l, hosts);
	if (h)
		*h = (struct host_seen){ *a, leg, *at };
}

/* Only a registrar, or a proxy in front of one, takes bindings or asks for a password to them. */
static bool serves_registration(const struct sip_seen *m)
{
	return !m->request && m->verb == SIP_VERB_REGISTER &&
	       ((m->status >= 200 && m->status < 300) || m->status == 401 || m->status == 407 ||
		m->status == 423);
}

static void note_hosts(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	if (serves_registration(m))
		keep_host(l, &l->serving, &o->flow.src, leg, &o->evidence);
	for (unsigned i = 1; m->request && i + 1U < m->via_count; i++)
		if (!m->vias[i].hidden && !addr_is_none(&m->vias[i].addr))
			keep_host(l, &l->named, &m->vias[i].addr, leg, &o->evidence);
	if (m->request && m->via_count > 1)
		keep_host(l, &l->forwarding, &o->flow.src, leg, &o->evidence);
	if (!m->request && m->verb == SIP_VERB_INVITE &&
	    (m->status == 100 || m->status == 407 || (m->status >= 300 && m->status < 400)))
		keep_host(l, &l->answering, &o->flow.src, leg, &o->evidence);
}

/* ---- the door --------------------------------------------------------------------------- */

static void keep_times(struct live *l, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	live_first(&l->first, &o->evidence);
	live_last(&l->last, &o->evidence);
	l->points |= live_bit(o->point);
	l->call.inputs |= live_bit(o->input);
	l->call.messages++;
	l->call.emergency |= m->ruri_emergency;
	if (m->verb == SIP_VERB_REGISTER)
		l->registers = true;
	if (m->verb == SIP_VERB_MESSAGE)
		l->messages_seen = true;
	if (m->truncated) {
		l->truncated_count++;
		live_first(&l->truncated, &o->evidence);
	}
	bool caller = m->request != from_callee(l, m);
	if (m->contact.isfocus)
		*(caller ? &l->isfocus_caller : &l->isfocus_callee) = true;
	l->automaton[!caller] |= m->contact.automaton;
	told_message(l, o, !caller);
}

void dialog_message(struct stint *paths, struct dialog_refusals *refusals, struct live *l,
		    const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;
	struct leg_live *leg = hop_leg(l, o);

	keep_parties(l, o);
	keep_sessions(l, m->session_id);
	keep_times(l, o);
	if (!leg)
		return;
	bool again = hop_facts(l, leg, o);
	weaken_message(&refusals->weaken, l, leg, o);
	new_attempt(l, m);
	struct transaction *t = transaction_for(l, leg, m);
	if (m->request)
		request_state(l, leg, o);
	else
		response_state(l, t, o);
	nonce_message(&refusals->nonces, l, t, o);
	note_hosts(l, leg, o);
	note_retry(refusals, l, o);
	offer_message(paths, l, leg, t, o);
	if (!m->request)
		note_refusal(refusals, l, t, o);
	if (!again)
		ladder_message(l, leg, t, o);
}

bool dialog_is_call(const struct live *l)
{
	return l->invite || l->bye_seen || l->in_dialog;
}

bool dialog_answered(const struct live *l)
{
	if (l->answered.frame || l->dialog_proof)
		return true;
	if (!l->invite_first) /* the INVITE was missed: what follows it still shows it was answered
			       */
		return l->in_dialog || (l->bye_seen && !l->final_status) ||
		       (l->ack_apart && !l->final_status);
	return !l->final_status && (l->ack_apart || (l->bye_seen && !l->cancelled));
}
