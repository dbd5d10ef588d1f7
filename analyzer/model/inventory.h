/* inventory.h - what the operator asserts about the network (contract 4): plain data, no file. */
#ifndef EARSHOT_INVENTORY_H
#define EARSHOT_INVENTORY_H

#include "analyzer/base/err.h"
#include "analyzer/model/call.h"

/* Roles and scope tags are sets: an address may have several. */
typedef uint32_t role_set;
#define INVENTORY_ROLE(r) ((role_set)1 << (r))

enum { INVENTORY_SCOPES = 16, INVENTORY_ENTRIES = 65536 };

enum link_protection { LINK_UNKNOWN, LINK_IPSEC, LINK_MACSEC, LINK_WIREGUARD, LINK_PHYSICAL };

/* An address (prefix 128), a network, or a certificate; IPv4 prefixes count from the mapped form,
 * 96 to 128. */
struct inventory_entry {
	struct addr at;
	uint8_t prefix;
	bool by_certificate;
	uint8_t certificate[32]; /* SHA-256 over the DER */
	role_set roles;
	uint16_t scopes;       /* bits by inventory_scope */
	bool inner_encryption; /* clients encrypt inside SRTP, as the operator says */
	const char *name;      /* or NULL */
};

struct inventory_link {
	struct addr a, b;
	uint8_t a_prefix, b_prefix;
	enum link_protection protection;
	const char *asserted_by; /* or NULL */
};

struct inventory;

struct inventory *inventory_new(void);
void inventory_free(struct inventory *v); /* NULL is fine */
/* Copies names. ERR_LIMIT: INVENTORY_ENTRIES are held. */
MUST_CHECK enum err inventory_add(struct inventory *v, const struct inventory_entry *e);
MUST_CHECK enum err inventory_add_link(struct inventory *v, const struct inventory_link *k);
MUST_CHECK enum err inventory_add_tap(struct inventory *v, struct slice label, bool access);
/* Number of a scope tag ("phi", "pan"), given on first sight; -1: INVENTORY_SCOPES are named. */
int inventory_scope(struct inventory *v, struct slice tag);
const char *inventory_scope_text(const struct inventory *v, int scope);

/*
 * The most particular entry that speaks of an address: the address itself, else
 * the longest prefix. NULL: nothing is asserted. Entries of equal particularity
 * add up their roles when they are added. All questions take v NULL: no inventory.
 */
const struct inventory_entry *inventory_at(const struct inventory *v, const struct addr *a);
const struct inventory_entry *inventory_certificate(const struct inventory *v,
						    const uint8_t sha256[32]);
bool inventory_says(const struct inventory *v, const struct addr *a, enum role r);
/* The role to print: the first of endpoint, conference, ivr, pstn-gateway, sbc, b2bua, proxy,
 * recorder, turn, relay, load-balancer, monitor that is asserted; ROLE_UNKNOWN: none. */
enum role inventory_role(const struct inventory *v, const struct addr *a);
/* The link between the networks of two addresses, either way round; NULL: none is asserted. */
const struct inventory_link *inventory_between(const struct inventory *v, const struct addr *a,
					       const struct addr *b);
bool inventory_access(const struct inventory *v, struct slice label); /* a tap on an access link */
const char *inventory_link_text(enum link_protection p); /* "ipsec", "macsec", ... */

#endif
