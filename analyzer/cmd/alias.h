/* alias.h - what stands in an extract for addresses, people, names and keys. */
#ifndef EARSHOT_ALIAS_H
#define EARSHOT_ALIAS_H

#include "analyzer/base/addr.h"
#include "analyzer/base/text.h"
#include "reports/redact.h"

/*
 * Equal things have equal stand-ins, in order of first appearance, so that the extract is the same
 * in every run. Users are called as the report calls them; every address is hidden unless the
 * report hides none at all: IPv4 in 198.18.0.0/15 (RFC 2544), IPv6 in 2001:db8:e4::/48 (RFC 3849).
 */
struct alias;

/* The redactor of the document, borrowed: names it gave stay. */
struct alias *alias_new(struct redactor *hide, enum redact mode, bool redact_addresses);
void alias_free(struct alias *a);

/* Multicast, loopback and no address at all stay what they are. */
struct addr alias_addr(struct alias *a, const struct addr *real);
/* Each adds to *out nothing that could begin or end a part of a SIP message. */
void alias_host(struct alias *a, struct text *out,
		struct slice host); /* a literal, with [ ] where IPv6; or a name */
void alias_user(struct alias *a, struct text *out, struct slice user);
void alias_call_id(struct alias *a, struct text *out, struct slice call_id);
/* `kind` and a number: tags, branches. */
void alias_word(struct alias *a, struct text *out, const char *kind, struct slice value);
/* Base64 of the same length, of a key that never was; of no key that was. */
void alias_key(struct alias *a, struct text *out, struct slice base64);

bool alias_hides(const struct alias *a); /* people and addresses at all? */
/* Is there something in these octets that names somebody: user@host, or a user that was hidden? */
bool alias_named_in(const struct alias *a, struct slice bytes);

/* The part pseudonyms.json: what each stand-in address is called in the report, as far as it is. */
void alias_json(const struct alias *a, struct text *out);

#endif
