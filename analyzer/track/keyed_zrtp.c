/* keyed_zrtp.c - ZRTP exchanges on a line's paths against what SDP announced (RFC 6189). */
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/track/keyed.h"
#include "analyzer/track/shown.h"

enum {
	PRESHARED = 1, /* values of zrtp_complete */
	MULTISTREAM = 2,
	CLEAR_ASKED = 1, /* of zrtp_cleared */
	CLEAR_AGREED = 2,
};

static const uint64_t APART_NS = 5 * WHEN_SECOND; /* both sides of a box are keyed together */

struct look {
	struct live *l;
	const struct agreed_list *list;
	const struct agreed *a;
	const struct zrtp_held *z;
};

static const char *bad_check(const struct zrtp_side_seen *s)
{
	if (s->chain == CHECK_BAD)
		return "the hash chain (RFC 6189 9)";
	if (s->hello_mac == CHECK_BAD || s->commit_mac == CHECK_BAD)
		return "a message authentication code (RFC 6189 9)";
	return s->hvi == CHECK_BAD ? "the commitment hvi (RFC 6189 4.4.1.1)" : NULL;
}

static const char *broken(const struct zrtp_seen *z)
{
	const char *why = bad_check(&z->side[0]);

	return why ? why : bad_check(&z->side[1]);
}

/* ---- hello hashes ------------------------------------------------------------------ */

static bool announced_elsewhere(const struct look *k, const struct zrtp_side_seen *s)
{
	for (unsigned i = 0; i < k->list->count; i++)
		if (&k->list->all[i] != k->a &&
		    keyed_hello(&k->list->all[i], -1, s) == KEYED_MATCHES)
			return true;
	return false;
}

/* RFC 6189 8.1: who changes signaling alone can cause this, so alone it is a suspicion. */
static void note_mismatch(const struct look *k, const struct zrtp_side_seen *s, int side)
{
	struct fact *f = keyed_fact(k->l, FACT_zrtp_mismatch, 4, k->a->number, NULL, &s->hello_at);

	if (!f)
		return;
	live_evidence(f, side == 1 ? &k->a->answer_at : &k->a->offer_at);
	f->value |= s->hellos > 1 || keyed_sdp_gaps(k->l, k->a);
}

/* Of another version than the Hello's, too: then there is something to compare with. */
static bool any_hash(const struct agreed *a)
{
	for (unsigned i = 0; i < a->line_count; i++)
		if (a->lines[i] && a->lines[i]->zrtp_hash_count)
			return true;
	return false;
}

static void compare(const struct look *k, const struct flow *f)
{
	struct endpoint ends[2] = { addr_src(&f->key), addr_dst(&f->key) };
	bool announced = false;

	for (unsigned i = 0; i < 2; i++) {
		const struct zrtp_side_seen *s = &k->z->seen.side[i];
		int side = keyed_side(k->a, &ends[i], &ends[!i]);
		enum keyed_match m = keyed_hello(k->a, side, s);
		announced |= m != KEYED_UNANNOUNCED;
		if (!s->hello)
			continue;
		if (m == KEYED_MATCHES)
			keyed_fact(k->l, FACT_zrtp_bound, 4, k->a->number, NULL, &s->hello_at);
		else if (m == KEYED_DIFFERS && !announced_elsewhere(k, s))
			note_mismatch(k, s, side);
	}
	if (!announced && !any_hash(k->a) && k->a->m.offer_seen && k->a->m.answer_seen &&
	    !keyed_sdp_gaps(k->l, k->a))
		keyed_fact(k->l, FACT_zrtp_unbound, 3, k->a->number, NULL, &k->z->at);
}

/* ---- the exchange ------------------------------------------------------------------- */

/* Several exchanges of a line are worth what the least of them is. */
static void note_complete(const struct look *k)
{
	const struct zrtp_seen *z = &k->z->seen;
	struct fact *f = keyed_fact(k->l, FACT_zrtp_complete, 4, k->a->number, NULL, &z->done);

	if (f && z->preshared)
		f->value = PRESHARED;
	else if (f && z->multistream && f->value != PRESHARED)
		f->value = MULTISTREAM;
}

/* Whether a peer obeyed shows in the media: asking alone changes nothing. */
static bool held_after(const struct flow *f, uint64_t ns)
{
	bool held = false;

	for (const struct stream *st = f->streams; st; st = st->next)
		for (unsigned i = 0; i < st->window_count; i++) {
			const struct window_seen *w = &st->windows[i].seen;
			if (w->first_ns < ns)
				continue;
			if (w->fired_halves)
				return false;
			held |= w->halves >= 2;
		}
	return held;
}

static void note_cleared(const struct look *k, const struct flow *f)
{
	const struct zrtp_seen *z = &k->z->seen;
	const struct evidence *at = z->go_clear_at.frame ? &z->go_clear_at : &k->z->at;
	struct fact *fact;

	if (!z->go_clear)
		return;
	fact = keyed_fact(k->l, FACT_zrtp_cleared, 3, k->a->number, NULL, at);
	if (!fact)
		return;
	unsigned worth = z->clear_ack ? CLEAR_AGREED : held_after(f, at->ts_ns) ? 0 : CLEAR_ASKED;
	if (fact->value < worth)
		fact->value = worth;
}

static void note_end(const struct look *k, const struct flow *f)
{
	const struct zrtp_seen *z = &k->z->seen;

	if (z->completed && !broken(z))
		note_complete(k);
	else if (!z->completed && z->side[0].hello && z->side[1].hello)
		keyed_fact(k->l, FACT_zrtp_stopped, 3, k->a->number,
			   z->side[0].commit || z->side[1].commit ? "after Commit" : "after Hello",
			   &k->z->at);
	note_cleared(k, f);
}

static void note_flags(const struct look *k)
{
	const struct zrtp_seen *z = &k->z->seen;
	struct fact *f;

	if (broken(z))
		keyed_fact(k->l, FACT_zrtp_broken, 4, k->a->number, broken(z),
			   z->broken_at.frame ? &z->broken_at : &k->z->at);
	if (z->sas_relay || z->side[0].mitm || z->side[1].mitm) {
		f = keyed_fact(k->l, FACT_zrtp_middle, 2, k->a->number, NULL,
			       z->sas_relay	 ? &z->sas_relay_at
			       : z->side[0].mitm ? &z->side[0].hello_at
						 : &z->side[1].hello_at);
		if (f)
			f->value = z->sas_relay ? 2 : 1;
	}
}

static bool is(const uint8_t *name, const char *what)
{
	return !memcmp(name, what, ZRTP_NAME);
}

/* Keys from a secret of an earlier call have no Diffie-Hellman that could be judged here. */
static void note_chosen(const struct look *k)
{
	const struct zrtp_seen *z = &k->z->seen;
	bool told = *z->tag && *z->agreement && !z->preshared;
	struct fact *f = keyed_fact(k->l, FACT_zrtp_chosen, 3, k->a->number,
				    told ? NULL : "not all of them were shown", &z->done);

	if (f)
		f->value = told;
}

static void note_weak(const struct look *k)
{
	const struct zrtp_seen *z = &k->z->seen;
	const char *text = is(z->tag, "HS32")	      ? "HS32"
			   : is(z->tag, "SK32")	      ? "SK32"
			   : is(z->agreement, "DH2k") ? "DH2k"
						      : NULL;

	if (text)
		keyed_fact(k->l, FACT_zrtp_weak, 3, k->a->number, text, &k->z->at);
	else if (z->completed)
		note_chosen(k);
}

/* RFC 6189 5.1.3. */
static void note_cipher(const struct look *k)
{
	static const struct {
		const char *name;
		unsigned cipher_short;
	} known[] = { { "AES1", SHORT_OF_CNSA },
		      { "AES2", SHORT_OF_CNSA },
		      { "2FS1", SHORT_OF_CNSA | SHORT_OF_FIPS },
		      { "2FS2", SHORT_OF_CNSA | SHORT_OF_FIPS },
		      { "2FS3", SHORT_OF_FIPS } };
	const struct zrtp_seen *z = &k->z->seen;

	for (size_t i = 0; z->completed && i < sizeof known / sizeof *known; i++)
		if (is(z->cipher, known[i].name))
			keyed_cipher(k->l, k->a->number, known[i].cipher_short, known[i].name,
				     &z->done);
}

/* ---- other exchanges on two hops ---------------------------------------------------------- */

static bool has(const struct zrtp_seen *z, const struct zrtp_side_seen *s)
{
	static const uint8_t none[sizeof s->public_name];

	for (unsigned i = 0; i < 2; i++)
		if (!memcmp(z->side[i].hello_hash, s->hello_hash, sizeof s->hello_hash) &&
		    memcmp(s->public_name, none, sizeof none) &&
		    !memcmp(z->side[i].public_name, s->public_name, sizeof s->public_name))
			return true;
	return false;
}

static bool has_side(const struct zrtp_seen *z, const struct zrtp_side_seen *s)
{
	return !memcmp(z->side[0].zid_name, s->zid_name, sizeof s->zid_name) ||
	       !memcmp(z->side[1].zid_name, s->zid_name, sizeof s->zid_name);
}

static bool has_public(const struct zrtp_seen *z)
{
	static const uint8_t none[sizeof z->side[0].public_name];

	return memcmp(z->side[0].public_name, none, sizeof none) &&
	       memcmp(z->side[1].public_name, none, sizeof none);
}

/* Who is not known, for want of a Hello, is nobody else. */
static bool introduced(const struct zrtp_seen *z)
{
	return z->side[0].hello && z->side[1].hello;
}

/* NULL: nothing says that they are two. */
static const char *differ(const struct zrtp_held *x, const struct zrtp_held *y)
{
	const struct zrtp_seen *p = &x->seen, *q = &y->seen;

	if (!introduced(p) || !introduced(q))
		return NULL;
	if (!p->completed || !q->completed || p->done.ts_ns > q->done.ts_ns + APART_NS ||
	    q->done.ts_ns > p->done.ts_ns + APART_NS)
		return NULL;
	if (!has_side(q, &p->side[0]) || !has_side(q, &p->side[1]))
		return "between others on each of two hops (ZID)";
	if (has_public(p) && has_public(q) && !has(q, &p->side[0]) && !has(q, &p->side[1]))
		return "with other Diffie-Hellman values on two hops";
	return NULL;
}

static bool together(const struct zrtp_held *x, const struct zrtp_held *y)
{
	return has_side(&y->seen, &x->seen.side[0]) && has_side(&y->seen, &x->seen.side[1]) &&
	       !differ(x, y);
}

const char *keyed_zrtp_differs(const struct agreed *a, const struct agreed *b,
			       const struct evidence **first, const struct evidence **second)
{
	const char *found = NULL;

	for (unsigned i = 0; i < a->path_count; i++)
		for (unsigned k = 0; k < b->path_count; k++)
			for (const struct zrtp_held *x = a->paths[i]->zrtp; x; x = x->next)
				for (const struct zrtp_held *y = b->paths[k]->zrtp; y;
				     y = y->next) {
					const char *how = differ(x, y);
					if (together(x, y))
						return NULL; /* one went through */
					if (!how || found)
						continue;
					found = how;
					*first = &x->seen.done;
					*second = &y->seen.done;
				}
	return found;
}

void keyed_zrtp(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct look k = { .l = l, .list = list, .a = &list->all[i] };
		for (unsigned p = 0; p < k.a->path_count; p++)
			for (k.z = k.a->paths[p]->zrtp; k.z; k.z = k.z->next) {
				if (!keyed_in_time(l, k.z->first_ns, k.z->last_ns))
					continue;
				shown_zrtp(l, k.a->paths[p], k.z);
				compare(&k, k.a->paths[p]);
				note_end(&k, k.a->paths[p]);
				note_flags(&k);
				note_weak(&k);
				note_cipher(&k);
			}
	}
}
