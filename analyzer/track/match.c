/* match.c - do two rows belong to one call? The correlators of rule-catalog B.8. */
#include "analyzer/track/match.h"

#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/when.h"
#include "analyzer/track/alike.h"
#include "analyzer/track/sight.h"

enum { PRINT_KEYS = 16, HOLD_UP_S = 10, ORIGIN_DIGITS = 3 };

/* ---- keys ------------------------------------------------------------------------ */

struct keys {
	struct match_key *out;
	unsigned n;
	uint64_t span_ns; /* packets further apart are not the same */
};

static void put_key(struct keys *k, uint64_t value, bool timed)
{
	if (k->n < MATCH_KEYS)
		k->out[k->n++] = (struct match_key){ value, timed };
}

static uint64_t key_of(unsigned kind, uint64_t value)
{
	return (value + kind) * 0x9e3779b97f4a7c15u ^ value >> 29;
}

static void add_key(struct keys *k, unsigned kind, uint64_t value)
{
	put_key(k, key_of(kind, value), false);
}

/* Payloads repeat where recordings are played: of each only the packets of one time are one. */
static void add_print(struct keys *k, const struct print_seen *p)
{
	put_key(k, key_of(MATCH_CIPHER, p->payload) + p->ts_ns / k->span_ns * MATCH_STEP, true);
}

static void exchange_keys(struct keys *k, const struct live *l)
{
	uint64_t v;

	for (const struct sight *s = l->sights; s; s = s->next) {
		memcpy(&v, s->name, sizeof v);
		if (s->kind != SIGHT_TLS && sight_named(s))
			add_key(k, MATCH_EXCHANGE, v);
	}
}

static void media_keys(struct keys *k, const struct live *l)
{
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned s = 0; s < l->list.all[i].m.segment_count; s++) {
			const struct segment *seg = &l->list.all[i].m.segments[s];
			unsigned prints = alike_protected(seg) ? seg->print_count : 0;
			for (unsigned p = 0; p < prints && p < PRINT_KEYS; p++)
				if (seg->prints[p].len >= ALIKE_OCTETS)
					add_print(k, &seg->prints[p]);
			for (unsigned n = 0; n < seg->ssrc_count; n++)
				add_key(k, MATCH_STREAM, seg->ssrcs[n]);
		}
}

/* A fingerprint alone is a device's, met in all its calls. */
static uint64_t print_key(const struct line_seen *m, const struct fingerprint_seen *f)
{
	return hash_fixed(f->value) * 31 + hash_fixed(m->ufrag);
}

static bool random_key(const struct crypto_seen *c)
{
	return c->key_names[0] && c->pattern == KEY_RANDOM;
}

static void line_keys(struct keys *k, const struct line_seen *m)
{
	for (unsigned i = 0; m->ufrag.n && i < m->fingerprint_count; i++)
		add_key(k, MATCH_SDP, print_key(m, &m->fingerprints[i]));
	for (unsigned i = 0; i < m->zrtp_hash_count; i++)
		add_key(k, MATCH_SDP, hash_fixed(m->zrtp_hashes[i].hash));
	for (unsigned i = 0; i < m->crypto_count; i++)
		if (random_key(&m->cryptos[i]))
			add_key(k, MATCH_SDP, m->cryptos[i].key_names[0]);
}

static bool nameless(struct slice user)
{
	return user.n == 0 || slice_ieq(user, SLICE("anonymous"));
}

static bool is_call(const struct live *l)
{
	return l->call.kind == CALL_CALL || l->call.kind == CALL_ATTEMPT;
}

unsigned match_keys(const struct live *l, uint64_t skew_ns, struct match_key keys[MATCH_KEYS])
{
	struct keys k = { keys, 0, skew_ns + 1 };

	exchange_keys(&k, l);
	for (unsigned i = 0; i < LIVE_SESSIONS; i++)
		if (l->sessions[i])
			add_key(&k, MATCH_SESSION, l->sessions[i]);
	for (unsigned i = 0; i < l->list.count; i++)
		for (unsigned n = 0; n < l->list.all[i].line_count; n++)
			if (l->list.all[i].lines[n])
				line_keys(&k, l->list.all[i].lines[n]);
	if (is_call(l) && !nameless(l->call.from_user) && !nameless(l->call.to_user))
		add_key(&k, MATCH_CHAIN,
			hash_fixed(l->call.from_user) * 31 + hash_fixed(l->call.to_user));
	media_keys(&k, l);
	return k.n;
}

/* ---- one question each --------------------------------------------------------------- */

static bool at_one_time(const struct live *a, const struct live *b, uint64_t skew_ns)
{
	return a->call.start_ns <= b->call.end_ns + skew_ns &&
	       b->call.start_ns <= a->call.end_ns + skew_ns;
}

static bool same_exchange(const struct live *a, const struct live *b)
{
	for (const struct sight *s = a->sights; s; s = s->next)
		for (const struct sight *t = b->sights; t; t = t->next)
			if (s->kind != SIGHT_TLS && s->completed && sight_same(s, t))
				return true;
	return false;
}

static unsigned segments_match(const struct segment *s, const struct segment *t, uint64_t skew_ns)
{
	enum alike a = alike_of(s, t, skew_ns, NULL);

	if (a == ALIKE_NOT)
		return 0;
	if (alike_beside(s, t))
		return MATCH_BESIDE;
	if (!alike_onward(s, t))
		return 0;
	return a == ALIKE_PAIRED ? MATCH_STREAM : MATCH_CIPHER;
}

static unsigned lines_match(const struct agreed *a, const struct agreed *b, uint64_t skew_ns)
{
	unsigned m = 0;

	for (unsigned s = 0; s < a->m.segment_count; s++)
		for (unsigned t = 0; t < b->m.segment_count; t++)
			m |= segments_match(&a->m.segments[s], &b->m.segments[t], skew_ns);
	return m;
}

static unsigned line_match(const struct agreed *a, const struct live *l, uint64_t skew_ns)
{
	unsigned m = 0;

	for (unsigned i = 0; i < l->list.count; i++)
		m |= lines_match(a, &l->list.all[i], skew_ns);
	return m;
}

static unsigned media_match(const struct live *a, const struct live *b, uint64_t skew_ns)
{
	unsigned m = 0;

	for (unsigned i = 0; i < a->list.count; i++)
		m |= line_match(&a->list.all[i], b, skew_ns);
	return m & MATCH_CIPHER ? m & ~(unsigned)MATCH_STREAM : m;
}

/* ---- keys in descriptions ----------------------------------------------------------- */

enum same { SAME_UNKNOWN, SAME_NO, SAME_YES };

static enum same worth(unsigned equal, unsigned compared)
{
	return equal ? SAME_YES : compared ? SAME_NO : SAME_UNKNOWN;
}

static enum same same_prints(const struct line_seen *m, const struct line_seen *n)
{
	unsigned equal = 0, compared = 0;

	for (unsigned i = 0; m->ufrag.n && n->ufrag.n && i < m->fingerprint_count; i++)
		for (unsigned k = 0; k < n->fingerprint_count; k++, compared++)
			equal += slice_ieq(m->fingerprints[i].value, n->fingerprints[k].value) &&
				 slice_eq(m->ufrag, n->ufrag);
	return worth(equal, compared);
}

static enum same same_hashes(const struct line_seen *m, const struct line_seen *n)
{
	unsigned equal = 0, compared = 0;

	for (unsigned i = 0; i < m->zrtp_hash_count; i++)
		for (unsigned k = 0; k < n->zrtp_hash_count; k++, compared++)
			equal += slice_ieq(m->zrtp_hashes[i].hash, n->zrtp_hashes[k].hash);
	return worth(equal, compared);
}

static enum same same_cryptos(const struct line_seen *m, const struct line_seen *n)
{
	unsigned equal = 0, compared = 0;

	for (unsigned i = 0; i < m->crypto_count; i++)
		for (unsigned k = 0; random_key(&m->cryptos[i]) && k < n->crypto_count;
		     k++, compared++)
			equal += m->cryptos[i].key_names[0] == n->cryptos[k].key_names[0];
	return worth(equal, compared);
}

static enum same either(enum same x, enum same y)
{
	return x > y ? x : y;
}

/* What one side of a line (0: offerer, 1: answerer) wrote, against a side of another line. */
static enum same same_side(const struct agreed *a, unsigned side, const struct agreed *b,
			   unsigned other)
{
	enum same best = SAME_UNKNOWN;

	for (unsigned i = side; i < a->line_count; i += 2)
		for (unsigned k = other; k < b->line_count; k += 2) {
			const struct line_seen *m = a->lines[i], *n = b->lines[k];
			if (!m || !n)
				continue;
			best = either(best, same_prints(m, n));
			best = either(best, same_hashes(m, n));
			best = either(best, same_cryptos(m, n));
		}
	return best;
}

/*
 * A device with one key for all its calls writes it into each; but then those at
 * the other ends differ. `turned`: a box made an offer of an answer.
 */
static bool same_keying(const struct agreed *a, const struct agreed *b, unsigned turned)
{
	enum same x = same_side(a, 0, b, turned), y = same_side(a, 1, b, !turned);

	return x != SAME_NO && y != SAME_NO && (x == SAME_YES || y == SAME_YES);
}

/* Two dialogs that run from one host to the same next one: neither came of the other. */
static bool same_hop(const struct call *a, const struct call *b)
{
	for (unsigned i = 0; i < a->leg_count; i++)
		for (unsigned k = 0; k < b->leg_count; k++)
			if (a->legs[i].messages && b->legs[k].messages &&
			    addr_eq(&a->legs[i].a.addr, &b->legs[k].a.addr) &&
			    addr_eq(&a->legs[i].b.addr, &b->legs[k].b.addr))
				return true;
	return false;
}

static bool any_sdp(const struct live *a, const struct live *b)
{
	for (unsigned i = 0; i < a->list.count; i++)
		for (unsigned k = 0; k < b->list.count; k++)
			if (same_keying(&a->list.all[i], &b->list.all[k], 0) ||
			    same_keying(&a->list.all[i], &b->list.all[k], 1))
				return true;
	return false;
}

static bool knows_session(const struct live *l, uint64_t id)
{
	for (unsigned i = 0; i < LIVE_SESSIONS; i++)
		if (l->sessions[i] == id)
			return true;
	return false;
}

/* Both UUIDs: a focus has one of its own for all whom it mixes (RFC 7989 7). */
static bool same_session(const struct live *a, const struct live *b)
{
	unsigned shared = 0;

	for (unsigned i = 0; i < LIVE_SESSIONS; i++)
		shared += a->sessions[i] && knows_session(b, a->sessions[i]);
	return shared >= 2;
}

/* ---- through one box -------------------------------------------------------------------- */

static bool same_users(const struct live *a, const struct live *b)
{
	return is_call(a) && is_call(b) && !nameless(a->call.from_user) &&
	       !nameless(a->call.to_user) && slice_eq(a->call.from_user, b->call.from_user) &&
	       slice_eq(a->call.to_user, b->call.to_user);
}

/* The inner INVITE leaves while the outer one waits, and is answered no later. */
static bool nested(const struct call *out, const struct call *in, uint64_t skew_ns)
{
	uint64_t latest =
		out->answered_ns ? out->answered_ns : out->start_ns + HOLD_UP_S * WHEN_SECOND;

	return in->start_ns + skew_ns >= out->start_ns && in->start_ns <= latest + skew_ns &&
	       (!in->answered_ns || !out->answered_ns ||
		in->answered_ns <= out->answered_ns + skew_ns);
}

static const struct addr *through_host(const struct call *out, const struct call *in)
{
	for (unsigned i = 0; i < out->leg_count; i++)
		for (unsigned k = 0; k < in->leg_count; k++)
			if (addr_eq(&out->legs[i].b.addr, &in->legs[k].a.addr))
				return &out->legs[i].b.addr;
	return NULL;
}

/* Where the outer line is answered the inner one is offered; or one o= line stands in both. */
static bool media_chain(const struct live *out, const struct live *in)
{
	for (unsigned i = 0; i < out->list.count; i++)
		for (unsigned k = 0; k < in->list.count; k++) {
			const struct media *m = &out->list.all[i].m, *n = &in->list.all[k].m;
			if (!addr_is_none(&m->answerer.addr) &&
			    addr_eq(&m->answerer.addr, &n->offerer.addr))
				return true;
		}
	return false;
}

/* The descriptions may be lost: then the host that media of both went to or came from will do. */
static bool media_host(const struct live *out, const struct live *in, const struct addr *host)
{
	const struct live *both[] = { out, in };
	unsigned at = 0;

	for (unsigned r = 0; r < 2; r++) {
		bool found = false;
		for (unsigned i = 0; i < both[r]->list.count; i++) {
			const struct media *m = &both[r]->list.all[i].m;
			for (unsigned k = 0; k < m->segment_count; k++)
				found |= addr_eq(&m->segments[k].a.addr, host) ||
					 addr_eq(&m->segments[k].b.addr, host);
		}
		at += found;
	}
	return at == 2;
}

static const struct sdp_seen *first_of(const struct live *l, bool answer)
{
	for (const struct pact *p = l->pacts; p; p = p->next)
		if (answer ? p->answer : p->offer)
			return answer ? p->answer : p->offer;
	return NULL;
}

/* RFC 8866 5.2: meant to be unique in the world; some write 0 or 1, which tells nothing. */
static bool same_origin(const struct live *a, const struct live *b, bool answer)
{
	const struct sdp_seen *x = first_of(a, answer), *y = first_of(b, answer);

	return x && y && x->session_id.n >= ORIGIN_DIGITS &&
	       slice_eq(x->session_id, y->session_id) &&
	       slice_eq(x->session_version, y->session_version) &&
	       slice_eq(x->origin_user, y->origin_user);
}

/*
 * A box with an address of its own on either side leaves none in common; one that
 * passes descriptions on keeps both their origins.
 */
static bool chain(const struct live *out, const struct live *in, uint64_t skew_ns)
{
	const struct addr *host = through_host(&out->call, &in->call);
	bool offers = same_origin(out, in, false);

	if (!nested(&out->call, &in->call, skew_ns))
		return false;
	if (!host)
		return offers && same_origin(out, in, true) &&
		       out->call.start_ns <= in->call.start_ns;
	return offers || media_chain(out, in) || media_host(out, in, host);
}

/* ---- rows without signaling --------------------------------------------------------------- */

static bool line_exchange(const struct live *o, const struct agreed *a, const struct live *l)
{
	for (const struct sight *s = o->sights; s; s = s->next)
		for (const struct sight *t = l->sights; s->media == a->number && t; t = t->next)
			if (s->kind != SIGHT_TLS && s->completed && sight_same(s, t))
				return true;
	return false;
}

static uint64_t packets_of(const struct agreed *a)
{
	uint64_t n = a->parsed[0] + a->parsed[1];

	for (unsigned i = 0; i < a->m.segment_count; i++)
		n += a->m.segments[i].packets;
	return n;
}

/* Such a row is all that two hosts exchanged, and on a trunk those are many calls. */
static bool all_found_in(const struct live *o, const struct live *l, uint64_t skew_ns)
{
	uint64_t found = 0, rest = 0;

	for (unsigned i = 0; i < o->list.count; i++) {
		const struct agreed *a = &o->list.all[i];
		bool same = (line_match(a, l, skew_ns) & (MATCH_CIPHER | MATCH_STREAM)) ||
			    line_exchange(o, a, l);
		*(same ? &found : &rest) += packets_of(a);
	}
	return rest * 20 <= found;
}

/* Ports are used again: what went on after the call was over, or before it, is another's. */
static bool outlasts(const struct live *o, const struct live *l, uint64_t skew_ns)
{
	return is_call(l) && ((l->bye.frame && o->call.end_ns > l->call.end_ns + skew_ns) ||
			      (l->invite_first && o->call.start_ns + skew_ns < l->call.start_ns));
}

static bool mixed(const struct live *o, const struct live *l, uint64_t skew_ns)
{
	return o->call.kind == CALL_OPAQUE &&
	       (outlasts(o, l, skew_ns) || !all_found_in(o, l, skew_ns));
}

/* ---- the door ----------------------------------------------------------------------------- */

unsigned match_of(const struct live *a, const struct live *b, uint64_t skew_ns)
{
	unsigned m = 0;

	if (!at_one_time(a, b, skew_ns))
		return 0;
	m |= same_exchange(a, b) ? MATCH_EXCHANGE : 0U;
	if (!same_hop(&a->call, &b->call)) {
		m |= any_sdp(a, b) ? MATCH_SDP : 0U;
		m |= same_session(a, b) ? MATCH_SESSION : 0U;
	}
	if (same_users(a, b))
		m |= (chain(a, b, skew_ns) ? MATCH_BEFORE : 0U) |
		     (chain(b, a, skew_ns) ? MATCH_BEHIND : 0U);
	m |= media_match(a, b, skew_ns);
	if (m && (mixed(a, b, skew_ns) || mixed(b, a, skew_ns)))
		m |= MATCH_MIXED;
	return m;
}
