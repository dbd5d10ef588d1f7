/* middle.c - recording, copies, conferences, gateways, changed parties, ICE that ended. */
#include "analyzer/track/middle.h"

#include "analyzer/track/copied.h"
#include "analyzer/track/ends.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/offer.h"

static struct fact *note(struct live *l, enum fact_kind kind, uint8_t grade, const char *text,
			 uint64_t value, const struct evidence *at)
{
	struct fact *f = live_fact(l, kind, grade, FACT_NOWHERE, FACT_NOWHERE, at);

	if (f) {
		f->text = text;
		f->value = value;
	}
	return f;
}

/* ---- recording ------------------------------------------------------------------------ */

enum { NOBODY_KNOWN, ENDPOINT_RECORDS, BETWEEN_RECORDS };

static unsigned who_records(const struct call *c, const struct inventory *v,
			    const struct addr *source)
{
	if (inventory_says(v, source, ROLE_ENDPOINT))
		return ENDPOINT_RECORDS;
	if (inventory_role(v, source) != ROLE_UNKNOWN && ends_between(c, v, source))
		return BETWEEN_RECORDS;
	return NOBODY_KNOWN;
}

/* It got requests of this call and sent them on. */
static bool passes_on(const struct call *c, const struct addr *host)
{
	bool in = false, out = false;

	for (unsigned i = 0; i < c->leg_count; i++) {
		in |= addr_eq(&c->legs[i].b.addr, host);
		out |= addr_eq(&c->legs[i].a.addr, host);
	}
	return in && out && !ends_is(c, host);
}

static bool takes_part(const struct call *c, const struct addr *host)
{
	for (unsigned i = 0; i < c->leg_count; i++)
		if (addr_eq(&c->legs[i].a.addr, host) || addr_eq(&c->legs[i].b.addr, host))
			return true;
	return ends_is(c, host);
}

/* A party says that it is recorded, and a host of this call set up a recording meanwhile. */
static const struct told_recording_seen *recording_of(const struct call *c,
						      const struct told_recordings *r)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->all[i].first_ns <= c->end_ns && r->all[i].last_ns >= c->start_ns &&
		    takes_part(c, &r->all[i].source))
			return &r->all[i];
	return NULL;
}

static void note_recorded(struct live *l, const struct inventory *v,
			  const struct told_recordings *r)
{
	struct call *c = &l->call;
	const struct told_recording_seen *s = recording_of(c, r);
	unsigned who = s ? who_records(c, v, &s->source) : NOBODY_KNOWN;

	if (s && who == NOBODY_KNOWN && passes_on(c, &s->source))
		who = BETWEEN_RECORDS;
	struct fact *f = note(l, FACT_record_on, who == BETWEEN_RECORDS ? 3 : 2, NULL, who,
			      &l->told.record_on);
	if (f && s)
		live_evidence(f, &s->at);
	if (s && addr_is_none(&l->told.recorder))
		l->told.recorder = s->recorder;
	c->recorded_by_endpoint |= who == ENDPOINT_RECORDS;
}

static void note_recording(struct live *l, const struct inventory *v,
			   const struct told_recordings *r)
{
	struct call *c = &l->call;

	if (l->told.siprec.frame) {
		unsigned who = who_records(c, v, &l->told.source);
		note(l, FACT_siprec, 3, l->told.siprec_sign, who, &l->told.siprec);
		c->recorded_by_endpoint |= who == ENDPOINT_RECORDS;
	} else if (l->told.record_on.frame) {
		note_recorded(l, v, r);
	}
}

/* ---- where the call goes on unseen ---------------------------------------------------- */

static const struct evidence *told_at(const struct live *l, unsigned end)
{
	const struct evidence *all[] = { &l->told.isup[end], &l->told.feed[end], &l->told.charge };

	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->frame)
			return all[i];
	return &l->first;
}

static const char *sign_of(const struct live *l, unsigned end)
{
	static const char *const conferences[] = { "contributing sources in its media, or a "
						   "conference event package",
						   "isfocus", NULL };
	static const char *const gateways[] = { "P-Charge-Info and a tel: number", "an ISUP body",
						NULL };
	const struct end *e = &l->call.ends[end];

	return (e->role == ROLE_CONFERENCE ? conferences : gateways)[e->role_from];
}

static void note_ends(struct live *l, const struct inventory *v)
{
	static const uint8_t grades[] = {
		[ROLE_INFERRED] = 1, [ROLE_DECLARED] = 2, [ROLE_ASSERTED] = 3
	};

	for (unsigned i = 0; i < 2; i++) {
		const struct end *e = &l->call.ends[i];
		const struct inventory_entry *entry = inventory_at(v, &e->at.addr);
		uint64_t inner = entry && entry->inner_encryption ? 4 : 0;
		if (e->role == ROLE_CONFERENCE)
			note(l, FACT_conference, grades[e->role_from], sign_of(l, i),
			     e->role_from + inner, told_at(l, i));
		if (e->role == ROLE_GATEWAY)
			note(l, FACT_gateway, grades[e->role_from], sign_of(l, i), e->role_from,
			     told_at(l, i));
	}
}

/* ---- another party (B2B-009) ------------------------------------------------------------- */

static bool key_in(const struct agreed *a, const struct addr *host, uint64_t name)
{
	for (unsigned i = 0; i < a->line_count; i++)
		for (unsigned k = 0;
		     addr_eq(&a->lines[i]->at.addr, host) && k < a->lines[i]->crypto_count; k++)
			for (unsigned n = 0; n < CRYPTO_KEYS; n++)
				if (a->lines[i]->cryptos[k].key_names[n] == name)
					return true;
	return false;
}

/* The keys of a line that one host put into SDP are known by name in both exchanges. */
static bool shows_key(const struct agreed *a, const struct addr *host)
{
	for (unsigned i = 0; i < a->line_count; i++)
		if (addr_eq(&a->lines[i]->at.addr, host) && a->lines[i]->crypto_count &&
		    a->lines[i]->cryptos[0].key_names[0])
			return true;
	return false;
}

static bool keeps_key(const struct agreed *a, const struct agreed *b, const struct addr *host)
{
	for (unsigned i = 0; i < a->line_count; i++)
		for (unsigned k = 0;
		     addr_eq(&a->lines[i]->at.addr, host) && k < a->lines[i]->crypto_count; k++)
			for (unsigned n = 0; n < CRYPTO_KEYS; n++) {
				uint64_t name = a->lines[i]->cryptos[k].key_names[n];
				if (name && key_in(b, host, name))
					return true;
			}
	return false;
}

/* The host that both lines have; the other ones must differ, or nobody came new. */
static const struct addr *stayed(const struct media *a, const struct media *b,
				 const struct addr **before, const struct addr **after)
{
	const struct addr *x[] = { &a->offerer.addr, &a->answerer.addr };
	const struct addr *y[] = { &b->offerer.addr, &b->answerer.addr };

	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < 2; k++) {
			*before = x[1 - i];
			*after = y[1 - k];
			if (addr_eq(x[i], y[k]) && !addr_is_none(x[i]) && !addr_is_none(*before) &&
			    !addr_is_none(*after) && !addr_eq(*before, *after))
				return x[i];
		}
	return NULL;
}

static const struct line_seen *with_prints(const struct agreed *a, const struct addr *host)
{
	for (unsigned i = a->line_count; i-- > 0;)
		if (addr_eq(&a->lines[i]->at.addr, host) && a->lines[i]->fingerprint_count)
			return a->lines[i];
	return NULL;
}

static bool same_prints(const struct line_seen *x, const struct line_seen *y)
{
	for (unsigned i = 0; i < x->fingerprint_count; i++)
		for (unsigned k = 0; k < y->fingerprint_count; k++)
			if (slice_ieq(x->fingerprints[i].hash, y->fingerprints[k].hash) &&
			    slice_ieq(x->fingerprints[i].value, y->fingerprints[k].value))
				return true;
	return false;
}

static bool like_hash(const struct line_seen *x, const struct line_seen *y)
{
	for (unsigned i = 0; i < x->fingerprint_count; i++)
		for (unsigned k = 0; k < y->fingerprint_count; k++)
			if (slice_ieq(x->fingerprints[i].hash, y->fingerprints[k].hash))
				return true;
	return false;
}

static void note_party(struct live *l, const struct agreed *b, enum fact_kind kind,
		       const char *text)
{
	struct fact *f = keyed_fact(l, kind, kind == FACT_party_changed ? 1 : 3, b->number, text,
				    &l->told.refer);

	if (f)
		live_evidence(f, &b->offer_at);
}

/* With SDES the party before knows the key that stays; with DTLS a new one has its own certificate.
 */
static void compare_parties(struct live *l, const struct agreed *a, const struct agreed *b,
			    const struct addr *host, const struct addr *before,
			    const struct addr *after)
{
	const struct line_seen *x = with_prints(a, before), *y = with_prints(b, after);
	bool dtls = a->m.keying == KEYING_DTLS && b->m.keying == KEYING_DTLS && x && y;

	if (keeps_key(a, b, host))
		note_party(l, b, FACT_party_changed, "the SDES key");
	else if (dtls && same_prints(x, y))
		note_party(l, b, FACT_party_changed, "the DTLS certificate");
	else if ((dtls && like_hash(x, y)) ||
		 (b->m.keying == KEYING_SDES && shows_key(a, host) && shows_key(b, host)))
		note_party(l, b, FACT_party_rekeyed, dtls ? "DTLS certificate" : "SDES key");
}

/* Only a referral says that it is another party and not the same one at another address. */
static void note_changes(struct live *l)
{
	const struct agreed_list *list = &l->list;
	const struct addr *before, *after;

	for (unsigned i = 0; l->told.refer.frame && i < list->count; i++)
		for (unsigned k = i + 1; k < list->count; k++) {
			const struct agreed *a = &list->all[i], *b = &list->all[k];
			const struct addr *host = stayed(&a->m, &b->m, &before, &after);
			if (host && a->part == b->part && a->index == b->index &&
			    a->answer_last_ns && b->offer_at.ts_ns > a->answer_last_ns)
				compare_parties(l, a, b, host, before, after);
		}
}

/* ---- ICE lite -------------------------------------------------------------------------------- */

static void note_lite(struct live *l)
{
	for (const struct pact *p = l->pacts; p; p = p->next)
		for (unsigned i = 0; p->media && offer_line(p->answer, i); i++) {
			const struct line_seen *m = offer_line(p->answer, i);
			if (m->ice_lite && p->media[i] >= 0 &&
			    live_host(&l->forwarding, &m->at.addr))
				keyed_fact(l, FACT_ice_lite, 1, p->media[i], NULL, &p->answer_at);
		}
}

void middle_facts(struct live *l, const struct track_options *options,
		  const struct told_recordings *recordings)
{
	note_recording(l, options->inventory, recordings);
	note_ends(l, options->inventory);
	note_changes(l);
	note_lite(l);
	copied_facts(l, options);
}
