/* inventory.c - entries by address and prefix, so that a question costs a few hashes. */
#include "analyzer/model/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"

enum { ADDR_KEY = 17, PAIR_KEY = 2 * ADDR_KEY, PREFIXES = INVENTORY_WHOLE + 1 };

struct held_entry {
	uint8_t key[ADDR_KEY];
	struct inventory_entry entry;
};

/* Links are found from either side, so each has two keys. */
struct held_link {
	uint8_t keys[2][PAIR_KEY];
	struct inventory_link link;
};

/* A combination of prefixes that some link has. */
struct pair {
	uint8_t a, b;
};

struct inventory {
	struct map *by_address, *by_certificate, *by_pair, *by_label;
	struct held_entry **entries;
	struct held_link **links;
	struct inventory_tap **taps;
	size_t entry_count, link_count, tap_count;
	uint8_t lengths[PREFIXES]; /* prefixes in use, longest first */
	size_t length_count;
	struct pair *pairs; /* in use, most particular first */
	size_t pair_count;
	char *scopes[INVENTORY_SCOPES];
	int scope_count;
};

struct inventory *inventory_new(void)
{
	struct inventory *v = mem_zero(1, sizeof *v);

	v->by_address = map_new();
	v->by_certificate = map_new();
	v->by_pair = map_new();
	v->by_label = map_new();
	return v;
}

static void free_entries(struct inventory *v)
{
	for (size_t i = 0; i < v->entry_count; i++) {
		free((char *)v->entries[i]->entry.name);
		free(v->entries[i]);
	}
	free(v->entries);
}

static void free_links(struct inventory *v)
{
	for (size_t i = 0; i < v->link_count; i++) {
		free((char *)v->links[i]->link.asserted_by);
		free(v->links[i]);
	}
	free(v->links);
	free(v->pairs);
}

static void free_taps(struct inventory *v)
{
	for (size_t i = 0; i < v->tap_count; i++) {
		free((char *)v->taps[i]->label);
		free(v->taps[i]);
	}
	free(v->taps);
}

void inventory_free(struct inventory *v)
{
	if (!v)
		return;
	free_entries(v);
	free_links(v);
	free_taps(v);
	for (int i = 0; i < v->scope_count; i++)
		free(v->scopes[i]);
	map_free(v->by_address);
	map_free(v->by_certificate);
	map_free(v->by_pair);
	map_free(v->by_label);
	free(v);
}

static struct slice over(const uint8_t *p, size_t n)
{
	return (struct slice){ p, n };
}

bool inventory_prefix_fits(const struct addr *a, unsigned prefix)
{
	return prefix <= INVENTORY_WHOLE && (!addr_is_v4(a) || prefix >= INVENTORY_V4);
}

static struct addr masked(const struct addr *a, unsigned prefix)
{
	struct addr out = *a;

	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = prefix > i * 8 ? prefix - i * 8 : 0;
		if (kept < 8)
			out.b[i] &= (uint8_t)(0xff00 >> kept);
	}
	return out;
}

static void addr_key(uint8_t key[ADDR_KEY], const struct addr *a, uint8_t prefix)
{
	struct addr network = masked(a, prefix);

	memcpy(key, network.b, 16);
	key[16] = prefix;
}

static void pair_key(uint8_t key[PAIR_KEY], const struct addr *a, const struct addr *b,
		     struct pair lengths)
{
	addr_key(key, a, lengths.a);
	addr_key(key + ADDR_KEY, b, lengths.b);
}

static void use_length(struct inventory *v, uint8_t prefix)
{
	size_t at = 0;

	while (at < v->length_count && v->lengths[at] > prefix)
		at++;
	if (at < v->length_count && v->lengths[at] == prefix)
		return;
	memmove(v->lengths + at + 1, v->lengths + at, v->length_count - at);
	v->lengths[at] = prefix;
	v->length_count++;
}

static void add_up(struct inventory_entry *held, const struct inventory_entry *more)
{
	held->roles |= more->roles;
	held->scopes |= more->scopes;
	held->inner_encryption |= more->inner_encryption;
	if (!held->name)
		held->name = mem_text(more->name);
}

static struct held_entry *keep(struct inventory *v, const struct inventory_entry *e)
{
	struct held_entry *h = mem_zero(1, sizeof *h);

	h->entry = *e;
	h->entry.name = mem_text(e->name);
	h->entry.number = v->entry_count;
	v->entries = mem_more(v->entries, v->entry_count, sizeof *v->entries);
	v->entries[v->entry_count++] = h;
	return h;
}

enum err inventory_add(struct inventory *v, const struct inventory_entry *e)
{
	uint8_t key[ADDR_KEY];
	struct map *table = e->by_certificate ? v->by_certificate : v->by_address;

	if (!e->by_certificate && !inventory_prefix_fits(&e->at, e->prefix))
		return ERR_MALFORMED;
	addr_key(key, &e->at, e->prefix);
	struct held_entry *h =
		map_get(table, e->by_certificate ? over(e->certificate, 32) : over(key, ADDR_KEY));
	if (h) {
		add_up(&h->entry, e);
		return ERR_OK;
	}
	if (v->entry_count == INVENTORY_ENTRIES)
		return ERR_LIMIT;
	h = keep(v, e);
	if (e->by_certificate) {
		(void)map_put(table, over(h->entry.certificate, 32), h);
		return ERR_OK;
	}
	memcpy(h->key, key, ADDR_KEY);
	memcpy(h->entry.at.b, key, 16);
	(void)map_put(table, over(h->key, ADDR_KEY), h);
	use_length(v, e->prefix);
	return ERR_OK;
}

/* More bits in all first; then the pair with the longer one; then a fixed order. */
static int pair_cmp(struct pair x, struct pair y)
{
	int sum = y.a + y.b - (x.a + x.b);
	int longer = (y.a > y.b ? y.a : y.b) - (x.a > x.b ? x.a : x.b);

	return sum ? sum : longer ? longer : y.a - x.a;
}

static void use_pair(struct inventory *v, struct pair p)
{
	size_t at = 0;

	while (at < v->pair_count && pair_cmp(v->pairs[at], p) < 0)
		at++;
	if (at < v->pair_count && pair_cmp(v->pairs[at], p) == 0)
		return;
	v->pairs = mem_grow(v->pairs, v->pair_count + 1, sizeof *v->pairs);
	memmove(v->pairs + at + 1, v->pairs + at, (v->pair_count - at) * sizeof *v->pairs);
	v->pairs[at] = p;
	v->pair_count++;
}

enum err inventory_add_link(struct inventory *v, const struct inventory_link *k)
{
	struct pair there = { k->a_prefix, k->b_prefix }, back = { k->b_prefix, k->a_prefix };
	uint8_t key[PAIR_KEY];

	if (!inventory_prefix_fits(&k->a, k->a_prefix) ||
	    !inventory_prefix_fits(&k->b, k->b_prefix))
		return ERR_MALFORMED;
	pair_key(key, &k->a, &k->b, there);
	const struct held_link *before = map_get(v->by_pair, over(key, PAIR_KEY));
	if (before)
		return before->link.protection == k->protection ? ERR_OK : ERR_MALFORMED;
	if (v->link_count == INVENTORY_ENTRIES)
		return ERR_LIMIT;
	struct held_link *h = mem_zero(1, sizeof *h);
	h->link = *k;
	h->link.asserted_by = mem_text(k->asserted_by);
	v->links = mem_more(v->links, v->link_count, sizeof(struct held_link *));
	v->links[v->link_count++] = h;
	memcpy(h->keys[0], key, PAIR_KEY);
	pair_key(h->keys[1], &k->b, &k->a, back);
	(void)map_put(v->by_pair, over(h->keys[0], PAIR_KEY), h);
	(void)map_put(v->by_pair, over(h->keys[1], PAIR_KEY), h);
	use_pair(v, there);
	use_pair(v, back);
	return ERR_OK;
}

enum err inventory_add_tap(struct inventory *v, struct slice label, bool access)
{
	struct inventory_tap *tap = map_get(v->by_label, label);
	char *copy;

	if (tap)
		return tap->access == access ? ERR_OK : ERR_MALFORMED;
	if (v->tap_count == INVENTORY_ENTRIES)
		return ERR_LIMIT;
	copy = mem_zero(label.n + 1, 1);
	if (label.n)
		memcpy(copy, label.p, label.n);
	tap = mem_zero(1, sizeof *tap);
	*tap = (struct inventory_tap){ copy, access };
	v->taps = mem_more(v->taps, v->tap_count, sizeof(struct inventory_tap *));
	v->taps[v->tap_count++] = tap;
	(void)map_put(v->by_label, over((uint8_t *)copy, label.n), tap);
	return ERR_OK;
}

int inventory_scope(struct inventory *v, struct slice tag)
{
	for (int i = 0; i < v->scope_count; i++)
		if (slice_eq(tag, slice_of(v->scopes[i])))
			return i;
	if (v->scope_count == INVENTORY_SCOPES)
		return -1;
	char *copy = mem_zero(tag.n + 1, 1);
	if (tag.n)
		memcpy(copy, tag.p, tag.n);
	v->scopes[v->scope_count] = copy;
	return v->scope_count++;
}

const char *inventory_scope_text(const struct inventory *v, int scope)
{
	return v && scope >= 0 && scope < v->scope_count ? v->scopes[scope] : NULL;
}

const struct inventory_entry *inventory_at(const struct inventory *v, const struct addr *a)
{
	uint8_t key[ADDR_KEY];

	for (size_t i = 0; v && i < v->length_count; i++) {
		if (!inventory_prefix_fits(a, v->lengths[i]))
			break;
		addr_key(key, a, v->lengths[i]);
		const struct held_entry *h = map_get(v->by_address, over(key, ADDR_KEY));
		if (h)
			return &h->entry;
	}
	return NULL;
}

const struct inventory_entry *inventory_certificate(const struct inventory *v,
						    const uint8_t sha256[32])
{
	const struct held_entry *h = v ? map_get(v->by_certificate, over(sha256, 32)) : NULL;

	return h ? &h->entry : NULL;
}

bool inventory_says(const struct inventory *v, const struct addr *a, enum role r)
{
	const struct inventory_entry *e = inventory_at(v, a);

	return e && e->roles & INVENTORY_ROLE(r);
}

/* Who ends a call stands before who carries it. */
enum role inventory_role(const struct inventory *v, const struct addr *a)
{
	static const enum role order[] = {
		ROLE_ENDPOINT, ROLE_CONFERENCE, ROLE_IVR,	    ROLE_GATEWAY,
		ROLE_SBC,      ROLE_B2BUA,	ROLE_PROXY,	    ROLE_RECORDER,
		ROLE_TURN,     ROLE_RELAY,	ROLE_LOAD_BALANCER, ROLE_MONITOR,
	};
	const struct inventory_entry *e = inventory_at(v, a);

	for (size_t i = 0; e && i < sizeof order / sizeof *order; i++)
		if (e->roles & INVENTORY_ROLE(order[i]))
			return order[i];
	return ROLE_UNKNOWN;
}

const struct inventory_link *inventory_between(const struct inventory *v, const struct addr *a,
					       const struct addr *b)
{
	/* In a fixed order, so that two links of equal particularity give one answer both ways. */
	bool swap = addr_cmp(a, b) > 0;
	const struct addr *low = swap ? b : a, *high = swap ? a : b;
	uint8_t key[PAIR_KEY];

	for (size_t i = 0; v && i < v->pair_count; i++) {
		struct pair p = v->pairs[i];
		if (!inventory_prefix_fits(low, p.a) || !inventory_prefix_fits(high, p.b))
			continue;
		pair_key(key, low, high, p);
		const struct held_link *h = map_get(v->by_pair, over(key, PAIR_KEY));
		if (h)
			return &h->link;
	}
	return NULL;
}

bool inventory_access(const struct inventory *v, struct slice label)
{
	const struct inventory_tap *tap = v ? map_get(v->by_label, label) : NULL;

	return tap && tap->access;
}

size_t inventory_entries(const struct inventory *v)
{
	return v ? v->entry_count : 0;
}

const struct inventory_entry *inventory_entry_at(const struct inventory *v, size_t number)
{
	return number < inventory_entries(v) ? &v->entries[number]->entry : NULL;
}

size_t inventory_links(const struct inventory *v)
{
	return v ? v->link_count : 0;
}

size_t inventory_taps(const struct inventory *v)
{
	return v ? v->tap_count : 0;
}

const struct inventory_tap *inventory_tap_at(const struct inventory *v, size_t number)
{
	return number < inventory_taps(v) ? v->taps[number] : NULL;
}

const char *inventory_link_text(enum link_protection p)
{
	static const char *const text[] = { "unknown", "ipsec", "macsec", "wireguard", "physical" };

	return text[p];
}
