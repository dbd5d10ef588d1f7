/* keyed_zrtp.c - ZRTP exchanges on a line's paths against what SDP announced (RFC 6189). */
#include <string.h>

#include "analyzer/track/keyed.h"

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
	if (!announced && (k->a->m.offer_seen || k->a->m.answer_seen))
		keyed_fact(k->l, FACT_zrtp_unbound, 3, k->a->number, NULL, &k->z->at);
}

/* ---- the exchange ------------------------------------------------------------------- */

static void note_end(const struct look *k)
{
	const struct zrtp_seen *z = &k->z->seen;
	struct fact *f;

	if (z->completed && !broken(z)) {
		f = keyed_fact(k->l, FACT_zrtp_complete, 4, k->a->number, NULL, &z->done);
		if (f)
			f->value = z->preshared ? 1 : z->multistream ? 2 : 0;
	} else if (!z->completed && z->side[0].hello && z->side[1].hello) {
		keyed_fact(k->l, FACT_zrtp_stopped, 3, k->a->number,
			   z->side[0].commit || z->side[1].commit ? "after Commit" : "after Hello",
			   &k->z->at);
	}
	if (z->go_clear)
		keyed_fact(k->l, FACT_zrtp_cleared, 3, k->a->number, NULL,
			   z->go_clear_at.frame ? &z->go_clear_at : &k->z->at);
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

static void note_weak(const struct look *k)
{
	const struct zrtp_seen *z = &k->z->seen;
	const char *text = is(z->tag, "HS32")	      ? "HS32"
			   : is(z->tag, "SK32")	      ? "SK32"
			   : is(z->agreement, "DH2k") ? "DH2k"
						      : NULL;

	if (text)
		keyed_fact(k->l, FACT_zrtp_weak, 3, k->a->number, text, &k->z->at);
}

void keyed_zrtp(struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct look k = { .l = l, .list = list, .a = &list->all[i] };
		for (unsigned p = 0; p < k.a->path_count; p++)
			for (k.z = k.a->paths[p]->zrtp; k.z; k.z = k.z->next) {
				if (!keyed_in_time(l, k.z->first_ns, k.z->last_ns))
					continue;
				compare(&k, k.a->paths[p]);
				note_end(&k);
				note_flags(&k);
				note_weak(&k);
			}
	}
}
