/* keybook.c - keys and certificates that turn up in more than one call. */
#include "analyzer/track/keybook.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/track/keyed.h"

enum page_kind { PAGE_SDES = 1, PAGE_PARTIES, PAGE_SERVERS };

/* Its name is kind, digest and address; unused octets are zero. */
struct page {
	struct page_name {
		uint8_t kind, digest[32];
		struct addr at;
	} name;
	uint64_t names[KEYBOOK_NAMES];	/* hashes of who was seen with it */
	uint64_t shakes[KEYBOOK_NAMES]; /* servers: hash of the last handshake at each address, */
	uint8_t server[KEYBOOK_NAMES];	/* and which of them it belongs to */
	uint8_t servers;
	uint8_t count;
	uint64_t call, end_ns; /* SDES: the call that had it last */
	point_set points;      /* and where that was seen */
};

struct keybook {
	struct map *pages;
	uint64_t full;
};

struct keybook *keybook_new(void)
{
	struct keybook *b = mem_zero(1, sizeof *b);

	b->pages = map_new();
	return b;
}

void keybook_free(struct keybook *b)
{
	struct page *p;

	if (!b)
		return;
	for (size_t at = 0; (p = map_next(b->pages, &at));)
		free(p);
	map_free(b->pages);
	free(b);
}

uint64_t keybook_full(const struct keybook *b)
{
	return b->full;
}

static struct page *page_for(struct keybook *b, enum page_kind kind, const void *digest, size_t n,
			     const struct addr *at)
{
	struct page like;

	memset(&like, 0, sizeof like);
	like.name.kind = (uint8_t)kind;
	memcpy(like.name.digest, digest, n);
	if (at)
		like.name.at = *at;
	struct slice name = { (const uint8_t *)&like.name, sizeof like.name };
	struct page *p = map_get(b->pages, name);
	if (p)
		return p;
	if (map_count(b->pages) == KEYBOOK_PAGES) {
		b->full++;
		return NULL;
	}
	p = mem_zero(1, sizeof *p);
	p->name = like.name;
	map_put(b->pages, (struct slice){ (const uint8_t *)&p->name, sizeof p->name }, p);
	return p;
}

/* Gives how many different ones the page knows now. */
static unsigned add_name(struct page *p, uint64_t who)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->names[i] == who)
			return p->count;
	if (p->count < KEYBOOK_NAMES)
		p->names[p->count++] = who;
	return p->count;
}

/* ---- SDES ------------------------------------------------------------------------- */

/*
 * Legs of one call overlap in time; one call after another has no reason to share a
 * key. At another capture point it may be the same call, by a clock that is off.
 */
static void note_key(struct keybook *b, struct live *l, const struct agreed *a, uint64_t key)
{
	struct page *p = page_for(b, PAGE_SDES, &key, sizeof key, NULL);
	uint64_t call = hash_fixed(l->call.call_id);

	if (!p)
		return;
	if (p->call && p->call != call && p->end_ns < l->call.start_ns && (p->points & l->points)) {
		struct fact *f = keyed_fact(l, FACT_key_weak, 3, a->number,
					    "shared by calls one after another", &a->answer_at);
		if (f)
			f->value = 1;
	}
	if (!p->call || l->call.end_ns > p->end_ns) {
		p->call = call;
		p->end_ns = l->call.end_ns;
		p->points = l->points;
	}
}

/* RFC 4568 5.1.2: the answer has the tag of the line that it takes. */
static bool taken(const struct agreed *a, const struct crypto_seen *c)
{
	return a->answer && a->answer->crypto_count && a->answer->cryptos[0].tag == c->tag;
}

static void note_keys(struct keybook *b, struct live *l, const struct agreed *a)
{
	const struct line_seen *both[] = { a->offer, a->answer };

	if (a->m.keying != KEYING_SDES)
		return;
	for (unsigned s = 0; s < 2; s++)
		for (unsigned i = 0; both[s] && i < both[s]->crypto_count; i++)
			if (both[s]->cryptos[i].key_names[0] && taken(a, &both[s]->cryptos[i]))
				note_key(b, l, a, both[s]->cryptos[i].key_names[0]);
}

/* ---- DTLS ------------------------------------------------------------------------------ */

/* The party that a side of the line belongs to, by user and host. */
static uint64_t party_of(const struct live *l, const struct agreed *a, int side)
{
	bool caller = (side == 0) != a->caller_answers;
	const struct call *c = &l->call;
	uint64_t user = hash_fixed(caller ? c->from_user : c->to_user);

	return user * 31 + hash_fixed(caller ? c->from_host : c->to_host);
}

static void note_certificates(struct keybook *b, struct live *l, const struct agreed *a,
			      const struct flow *f, const struct dtls_held *d)
{
	struct endpoint ends[2] = { addr_src(&f->key), addr_dst(&f->key) };

	for (unsigned who = 0; who < 2; who++) {
		const struct cert_seen *c = &d->seen.shake.certs[who];
		unsigned from = (who == 0) == d->client_is_src ? 0 : 1;
		int side = keyed_side(a, &ends[from], &ends[!from]);
		if (!c->parsed || side < 0)
			continue;
		struct page *p =
			page_for(b, PAGE_PARTIES, c->digest[CERT_SHA256], 32, &ends[from].addr);
		unsigned n = p ? add_name(p, party_of(l, a, side)) : 0;
		if (n < KEYBOOK_PARTIES)
			continue;
		struct fact *fact = keyed_fact(l, FACT_dtls_shared, 3, a->number, NULL, &c->at);
		if (fact)
			fact->value = n;
	}
}

void keybook_call(struct keybook *b, struct live *l, const struct agreed_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct agreed *a = &list->all[i];
		note_keys(b, l, a);
		for (unsigned k = 0; k < a->path_count; k++)
			for (const struct dtls_held *d = a->paths[k]->dtls; d; d = d->next)
				if (keyed_in_time(l, d->first_ns, d->last_ns))
					note_certificates(b, l, a, a->paths[k], d);
	}
}

/* ---- TLS servers ----------------------------------------------------------------------------- */

/*
 * One connection at two addresses of its server is one server, behind a translator
 * of addresses. Gives how many different ones the page knows now.
 */
static unsigned add_server(struct page *p, uint64_t host, uint64_t shake)
{
	uint8_t server = p->servers;

	for (unsigned i = 0; i < p->count; i++) {
		if (p->names[i] == host) {
			p->shakes[i] = shake;
			return p->servers;
		}
		if (p->shakes[i] == shake)
			server = p->server[i];
	}
	if (p->count == KEYBOOK_NAMES)
		return p->servers;
	p->names[p->count] = host;
	p->shakes[p->count] = shake;
	p->server[p->count++] = server;
	p->servers = (uint8_t)(p->servers + (server == p->servers));
	return p->servers;
}

static uint64_t shake_of(const struct handshake_seen *h)
{
	return hash_fixed((struct slice){ h->randoms, sizeof h->randoms });
}

/* Who serves the domain asked for is no stranger to others who do: a cluster, an anycast address.
 */
static bool comparable(const struct tls_held *t)
{
	static const uint8_t none[32];
	const struct cert_seen *c = &t->seen.shake.certs[1];

	return c->parsed && memcmp(c->key_digest, none, sizeof none) && t->seen.shake.has_randoms &&
	       t->named.name != CHECK_OK;
}

/* Both address families of one host are no two hosts: each family is counted by itself. */
void keybook_server(struct keybook *b, struct live *l, const struct flow *f, int leg)
{
	for (const struct tls_held *t = f->tls; t; t = t->next) {
		const struct cert_seen *c = &t->seen.shake.certs[1];
		struct addr family = { .b = { addr_is_v4(&t->server) ? 4 : 6 } };
		if (!comparable(t))
			continue;
		struct page *p = page_for(b, PAGE_SERVERS, c->key_digest, 32, &family);
		struct slice host = { t->server.b, sizeof t->server.b };
		unsigned n = p ? add_server(p, hash_fixed(host), shake_of(&t->seen.shake)) : 0;
		if (n < 2)
			continue;
		struct fact *fact =
			live_fact(l, FACT_cert_shared, 1, FACT_NOWHERE, FACT_NOWHERE, &c->at);
		if (fact) {
			fact->value = n;
			fact->leg = (int16_t)leg;
		}
	}
}
