/* redact.h - the one place where identities and addresses are hidden, before any format. */
#ifndef EARSHOT_REDACT_H
#define EARSHOT_REDACT_H

#include "analyzer/base/addr.h"
#include "analyzer/base/text.h"
#include "reports/document.h"

/*
 * Under mask a user, name or address is called by its kind and a number, given
 * in order of first appearance while calls close, which is the same in every run
 * over the same inputs. Nothing is digested: a phone number could be found again
 * from its digest. The tables are bounded; what comes after is "user-more".
 * Call-IDs are numbered within their call. Under hmac the name is a keyed digest (digest_set_key).
 * Elements of the infrastructure (proxy, sbc, relay, ...) keep their address unless `addresses`;
 * who is one is decided call by call.
 */
struct redactor;

struct redactor *redact_new(enum redact mode, bool addresses);
void redact_free(struct redactor *r);
void redact_call(struct redactor *r,
		 const struct call *c); /* whose addresses may be shown from here on */

/* Each adds to `out`. */
void redact_user(struct redactor *r, struct text *out, struct slice user);
void redact_name(struct redactor *r, struct text *out, struct slice display);
void redact_party(struct redactor *r, struct text *out, struct slice user, struct slice host);
void redact_call_id(struct redactor *r, struct text *out, struct slice call_id,
		    const struct call *c);
void redact_address(struct redactor *r, struct text *out, const struct addr *a);
void redact_endpoint(struct redactor *r, struct text *out,
		     const struct endpoint *e); /* port 0: no port */
/* A sentence of ours that may name addresses: each is treated as redact_address does. */
void redact_text(struct redactor *r, struct text *out, const char *s);
/* Nothing in it would be hidden: it may be written as it stands. */
bool redact_harmless(const struct redactor *r, struct slice s);
/* A file name or a label: no folder, addresses and long digit runs hidden, dates kept. */
void redact_label(struct redactor *r, struct text *out, const char *s);

/* What an address that this redactor has hidden before was called; false: it never was. Under hmac
 * the name it would have. */
bool redact_known(const struct redactor *r, struct text *out, const struct addr *a);

uint64_t redact_unnumbered(const struct redactor *r); /* how often a table was full */

#endif
