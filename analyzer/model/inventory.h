/* inventory.h - what the operator asserts about the network (contract 4): plain data, no file. */
#ifndef EARSHOT_INVENTORY_H
#define EARSHOT_INVENTORY_H

#include "analyzer/base/err.h"
#include "analyzer/model/call.h"

/* Roles and scope tags are sets: an address may have several. */
typedef uint32_t role_set;
#define INVENTORY_ROLE(r) ((role_set)1 << (r))

enum {
	INVENTORY_SCOPES = 16,
	INVENTORY_ENTRIES = 65536, /* links and taps each have as many */
	INVENTORY_WHOLE = 128,	   /* prefix of a single address */
	INVENTORY_V4 = 96,	   /* prefix of all IPv4: those of IPv4 count from here */
};

enum link_protection { LINK_UNKNOWN, LINK_IPSEC, LINK_MACSEC, LINK_WIREGUARD, LINK_PHYSICAL };
enum { LINK_PROTECTIONS = LINK_PHYSICAL + 1 };

/* An address (prefix 128), a network, or a certificate; IPv4 prefixes count from the mapped form,
 * 96 to 128. */
struct inventory_entry {
	struct addr at; /* kept without the bits behind the prefix */
	uint8_t prefix;
	bool by_certificate;
	uint8_t certificate[32]; /* SHA-256 over the DER */
	role_set roles;		 /* empty: nothing is asserted, and no wider network speaks */
	uint16_t scopes;	 /* bits by inventory_scope */
	bool inner_encryption;	 /* clients encrypt inside SRTP, as the operator says */
	const char *name;	 /* or NULL */
	size_t number;		 /* given when added: its place in inventory_entry_at */
};

struct inventory_link {
	struct addr a, b;
	uint8_t a_prefix, b_prefix;
	enum link_protection protection;
	const char *asserted_by; /* or NULL */
};

struct inventory_tap {
	const char *label;
	bool access;
};

struct inventory;

struct inventory *inventory_new(void);
void inventory_free(struct inventory *v); /* NULL is fine */
/* Copies names. ERR_LIMIT: INVENTORY_ENTRIES are held. ERR_MALFORMED: no such prefix. */
MUST_CHECK enum err inventory_add(struct inventory *v, const struct inventory_entry *e);
/* ERR_MALFORMED: no such prefix, or these networks have another protection already. */
MUST_CHECK enum err inventory_add_link(struct inventory *v, const struct inventory_link *k);
/* ERR_MALFORMED: the label was said to be the other kind of place. */
MUST_CHECK enum err inventory_add_tap(struct inventory *v, struct slice label, bool access);
/* Number of a scope tag ("phi", "pan"), given on first sight; -1: INVENTORY_SCOPES are named. */
int inventory_scope(struct inventory *v, struct slice tag);
const char *inventory_scope_text(const struct inventory *v, int scope); /* NULL: not given */

/*
 * The most particular entry that speaks of an address: the address itself, else
 * the longest prefix. NULL: nothing is asserted. Entries of equal particularity
 * add up their roles when they are added; the first name stays. A network of IPv6
 * holds no IPv4, however wide. All questions take v NULL: no inventory.
 */
const struct inventory_entry *inventory_at(const struct inventory *v, const struct addr *a);
const struct inventory_entry *inventory_certificate(const struct inventory *v,
						    const uint8_t sha256[32]);
bool inventory_says(const struct inventory *v, const struct addr *a, enum role r);
/* The role to print: the first of endpoint, conference, ivr, pstn-gateway, sbc, b2bua, proxy,
 * recorder, turn, relay, load-balancer, monitor that is asserted; ROLE_UNKNOWN: none. */
enum role inventory_role(const struct inventory *v, const struct addr *a);
/* The link between the networks of two addresses, either way round; the most particular pair, by
 * the sum of its prefixes. NULL: none is asserted. */
const struct inventory_link *inventory_between(const struct inventory *v, const struct addr *a,
					       const struct addr *b);
bool inventory_access(const struct inventory *v, struct slice label); /* a tap on an access link */

/* All that was added, in that order. */
size_t inventory_entries(const struct inventory *v);
const struct inventory_entry *inventory_entry_at(const struct inventory *v, size_t number);
size_t inventory_links(const struct inventory *v);
size_t inventory_taps(const struct inventory *v);
const struct inventory_tap *inventory_tap_at(const struct inventory *v, size_t number);

const char *inventory_link_text(enum link_protection p); /* "ipsec", "macsec", ... */
/* Is this prefix one an address of its family can have? */
bool inventory_prefix_fits(const struct addr *a, unsigned prefix);

#endif
