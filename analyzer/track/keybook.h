/* keybook.h - keys and certificates that turn up in more than one call. */
#ifndef EARSHOT_KEYBOOK_H
#define EARSHOT_KEYBOOK_H

#include "analyzer/track/agreed.h"

enum {
	KEYBOOK_PAGES = 65536, /* keys held, the first ones seen; more are counted */
	KEYBOOK_NAMES = 4,     /* hosts or parties told apart for one key */
	KEYBOOK_PARTIES = 3,   /* DTLS-007: so many behind one certificate are worth a word */
};

struct keybook;

struct keybook *keybook_new(void);
void keybook_free(struct keybook *b);
uint64_t keybook_full(const struct keybook *b); /* keys that found no page */

/*
 * SDES keys of calls one after another (KEY-006), and DTLS certificates that at
 * one address answer for several parties (DTLS-007). Calls come in the
 * order in which they close, which no thread decides.
 */
void keybook_call(struct keybook *b, struct live *l, const struct agreed_list *list);
/* A TLS server's key at its address; `leg` numbers it (CERT-007). */
void keybook_server(struct keybook *b, struct live *l, const struct flow *f, int leg);

#endif
