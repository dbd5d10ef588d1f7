/* sight.c - handshakes and connections of a row, in a form that outlives their flows. */
#include "analyzer/track/sight.h"

#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/track/keyed.h"

enum { DOUBLE_128 = 0x0009, DOUBLE_256 = 0x000A }; /* RFC 8723 10 */

static struct sight *sight_new(struct live *l, enum sight_kind kind, const struct flow *f)
{
	struct sight *s = live_take(l, sizeof *s);

	if (!s)
		return NULL;
	*s = (struct sight){ .next = l->sights,
			     .kind = kind,
			     .media = FACT_NOWHERE,
			     .leg = FACT_NOWHERE,
			     .point = f->point,
			     .key = f->key };
	l->sights = s;
	return s;
}

/* ---- names ---------------------------------------------------------------------- */

static void name_of(struct sight *s, const void *a, const void *b, size_t each)
{
	uint8_t both[128];

	memcpy(both, a, each);
	memcpy(both + each, b, each);
	digest_sha256((struct slice){ both, 2 * each }, s->name);
}

static void from_handshake(struct sight *s, const struct handshake_seen *h)
{
	s->completed = h->client_done && h->server_done;
	s->done_ns = h->done_at.ts_ns;
	s->resumed = h->resumed;
	s->full = s->completed && !h->resumed && h->has_shares && !h->psk_only;
	/* RFC 7627, RFC 8446 2.2: what a resumption still owes to the two who held the first. */
	s->ephemeral = h->resumed && (h->extended_master_secret || (h->psk && !h->psk_only));
	s->two_layers = h->has_profile && (h->profile == DOUBLE_128 || h->profile == DOUBLE_256);
	if (h->has_randoms)
		name_of(s, h->randoms, h->shares, sizeof h->randoms);
}

/*
 * Both Hellos; and both public values where they were seen, without which a
 * middle that passes Hellos on could still agree keys of its own.
 */
static void from_zrtp(struct sight *s, const struct zrtp_seen *z)
{
	static const uint8_t none[32];
	const struct zrtp_side_seen *x = &z->side[0], *y = &z->side[1];
	uint8_t one[64], two[64];
	bool swap = memcmp(x->hello_hash, y->hello_hash, sizeof x->hello_hash) > 0;

	s->keyed_ns = z->completed ? z->done.ts_ns : 0;
	if (!x->hello || !y->hello)
		return;
	memcpy(one, x->hello_hash, 32);
	memcpy(one + 32, x->public_name, 32);
	memcpy(two, y->hello_hash, 32);
	memcpy(two + 32, y->public_name, 32);
	name_of(s, swap ? two : one, swap ? one : two, sizeof one);
	s->completed = z->completed;
	s->full = z->completed && memcmp(x->public_name, none, 32) &&
		  memcmp(y->public_name, none, 32);
	s->ephemeral = z->multistream;
	s->resumed = z->preshared;
}

bool sight_named(const struct sight *s)
{
	static const uint8_t none[32];

	return memcmp(s->name, none, sizeof none) != 0;
}

bool sight_same(const struct sight *a, const struct sight *b)
{
	return a->kind == b->kind && sight_named(a) && !memcmp(a->name, b->name, sizeof a->name);
}

/* ---- where they ran -------------------------------------------------------------------- */

static void keep_dtls(struct live *l, const struct flow *f, int16_t media)
{
	for (const struct dtls_held *d = f->dtls; d; d = d->next) {
		struct sight *s = keyed_in_time(l, d->first_ns, d->last_ns)
					  ? sight_new(l, SIGHT_DTLS, f)
					  : NULL;
		if (!s)
			continue;
		from_handshake(s, &d->seen.shake);
		s->media = media;
		s->at = d->at;
		s->first_ns = d->first_ns;
		s->last_ns = d->last_ns;
	}
}

static void keep_zrtp(struct live *l, const struct flow *f, int16_t media)
{
	for (const struct zrtp_held *z = f->zrtp; z; z = z->next) {
		struct sight *s = keyed_in_time(l, z->first_ns, z->last_ns)
					  ? sight_new(l, SIGHT_ZRTP, f)
					  : NULL;
		if (!s)
			continue;
		from_zrtp(s, &z->seen);
		s->media = media;
		s->at = z->at;
		s->first_ns = z->first_ns;
		s->last_ns = z->last_ns;
	}
}

void sight_media(struct live *l, struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct agreed *a = &list->all[i];
		for (unsigned k = 0; k < a->path_count; k++) {
			keep_dtls(l, a->paths[k], a->number);
			keep_zrtp(l, a->paths[k], a->number);
		}
		a->path_count = 0;
	}
}

void sight_tls(struct live *l, const struct flow *f, int leg)
{
	for (const struct tls_held *t = f->tls; t; t = t->next) {
		struct sight *s = sight_new(l, SIGHT_TLS, f);
		if (!s)
			return;
		from_handshake(s, &t->seen.shake);
		s->routed = t->seen.routed;
		s->leg = (int16_t)leg;
		s->at = t->at;
		s->first_ns = f->first_ns;
		s->last_ns = f->last_ns;
	}
}
