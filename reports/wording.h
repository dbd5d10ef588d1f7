/* wording.h - the words reports share: verdicts for reading, amounts, times. */
#ifndef EARSHOT_WORDING_H
#define EARSHOT_WORDING_H

#include <jansson.h>

#include "analyzer/base/text.h"

/* A verdict of the document as a reader sees it: "NOT OBSERVABLE". Static; unknown words:
 * "UNKNOWN". */
const char *wording_verdict(const char *verdict);
/* What a verdict means, in a lay reader's words: "holds where seen". */
const char *wording_meaning(const char *verdict);
/* What a label says of the worst call, in a sentence. */
const char *wording_label_meaning(const char *label);
/* How a stretch of media was protected, for a caption: "readable"; and its tone. */
const char *wording_protection(const char *protection);
const char *wording_protection_tone(const char *protection);
/* What a listener could do: signaling -> "read call details", keys -> "hold the keys", media ->
 * "hear". */
const char *wording_power(const char *condition);
/* What a condition asks, as a question. */
const char *wording_question(const char *condition);
/* "good", "part", "none", "bad" or "doubt": which colour and shape a verdict or label takes. */
const char *wording_tone(const char *verdict);
const char *wording_label_tone(const char *label);
const char *wording_severity_tone(const char *severity);

void wording_count(struct text *t, uint64_t n, const char *one); /* "1 call", "1,234 calls" */
void wording_number(struct text *t, uint64_t n);		 /* 1,234 */
void wording_duration(struct text *t, double seconds);		 /* 00:41, 1:02:03 */
/* "2026-01-02 03:04:05" out of the document's RFC 3339 time, or "" */
void wording_time(struct text *t, const char *when);
double wording_seconds(const char *when); /* the same time in seconds since 1970; 0: not a time */
void wording_bytes(struct text *t, uint64_t n); /* 12.3 MB */

const char *wording_policy(const json_t *summary); /* "met", "not met", "cannot tell" */
/* Who stands at an end (0: from, 1: to): the identity, else the address, else "unknown". Borrowed.
 */
const char *wording_party(const json_t *call, int end);
/* The host of an address with or without its port: "[2001:db8::1]:5060", "endpoint-1:5060". */
void wording_host(const char *endpoint, char *out, size_t room);
bool wording_alone(const json_t *call); /* somebody registers himself: there is no other end */
/* Adds what became of key material that was given; false: none was. */
bool wording_keys_given(const json_t *head, struct text *t);
/* Adds what the operator asserted, and what of it no call touched; false: no inventory was given.
 */
bool wording_asserted(const json_t *head, struct text *t);
/* "bob is 3600.2 s ahead of alice (give --offset bob=-3600.2)"; false: the clocks agree. */
bool wording_clocks(const json_t *head, struct text *t);
/* SIP messages that are in no row: they end before they say which call they are of. */
uint64_t wording_sip_cut(const json_t *head);
/* What the capture cut, and what to do about it; false: nothing. */
bool wording_cut(const json_t *head, struct text *t);

/* "2 calls in scope (phi), 1 call out of scope, 0 calls without a tag" of a framework; false: it
 * has no scope. */
bool wording_scope(const json_t *framework, struct text *t);

/* "3 calls, 1 registration" out of summary.rows. */
void wording_rows(struct text *t, const json_t *rows);

#endif
