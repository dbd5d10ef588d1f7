/* sip_text.h - the lexical ground under SIP headers: tokens, quotes, lists, parameters. */
#ifndef EARSHOT_SIP_TEXT_H
#define EARSHOT_SIP_TEXT_H

#include "analyzer/base/slice.h"

/*
 * Everything here borrows from its input. Linear white space (LWS) includes
 * folded lines: CR, LF, SP and HTAB (RFC 3261 7.3.1, 25.1).
 */
enum sip_text_class { SIP_TEXT_TOKEN = 1, SIP_TEXT_SPACE = 2, SIP_TEXT_CONTROL = 4 };

extern const uint8_t sip_text_classes[256]; /* enum sip_text_class bits of each octet */

/* Has c any of the classes in `k`? */
static inline bool sip_text_is(uint8_t c, unsigned k)
{
	return (sip_text_classes[c] & k) != 0;
}

/* LWS off both ends, folded lines too. */
struct slice sip_text_trim(struct slice s);
bool sip_text_is_token(struct slice s); /* not empty, token characters only */
/* Cuts the longest run of token characters off the front of *rest; may be empty. */
struct slice sip_text_token(struct slice *rest);

/*
 * Length of the quoted string at the front of s, quotes included; 0 when s does
 * not begin with a quote. An unterminated one takes all of s and sets *open.
 */
size_t sip_text_quoted(struct slice s, bool *open);
/* Without its quotes when it is one quoted string; escapes are kept. */
struct slice sip_text_unquote(struct slice s);

/*
 * Cuts the next value of a comma-separated list off *rest, trimmed. Commas in
 * quotes and in <> do not separate; empty values are skipped. False at the end.
 */
bool sip_text_value(struct slice *rest, struct slice *value);

/*
 * Cuts the next ";name=value" off *rest (the first ';' may be absent). *value is
 * trimmed, quotes kept, and has p NULL when there was no '='. False at the end.
 */
bool sip_text_param(struct slice *rest, struct slice *name, struct slice *value);
/* The first parameter of that name (case folded): its value unquoted. False: not there. */
bool sip_text_find_param(struct slice params, struct slice name, struct slice *value);

/* Copies s with each fold replaced by one SP, at most room octets; gives how many. */
size_t sip_text_unfold(struct slice s, uint8_t *out, size_t room);

#endif
