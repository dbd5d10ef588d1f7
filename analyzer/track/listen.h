/* listen.h - the list of who could read, hold or hear, while it is being made. */
#ifndef EARSHOT_LISTEN_H
#define EARSHOT_LISTEN_H

#include "analyzer/track/ends.h"

enum { LISTEN_MOST = 128 }; /* elements of a call */

/* How a listener comes by what it could do; in the order of its sentence. */
enum listen_how {
	LISTEN_LINK_SIP = 1 << 0,
	LISTEN_LINK_MEDIA = 1 << 1,
	LISTEN_WRITER = 1 << 2,
	LISTEN_PASSED = 1 << 3, /* signaling went through it */
	LISTEN_TLS = 1 << 4,	/* TLS of the signaling ended at it */
	LISTEN_LEADS = 1 << 5,	/* connections of both ends lead to it */
	LISTEN_KEY = 1 << 6,	/* with the media key in it */
	LISTEN_FORKED = 1 << 7,
	LISTEN_REKEYED = 1 << 8,
	LISTEN_DECRYPTED = 1 << 9,
	LISTEN_REMADE = 1 << 10,
	LISTEN_REWROTE = 1 << 11,
	LISTEN_CIPHER = 1 << 12, /* it held the key, and the encrypted media came by */
	LISTEN_CLEAR = 1 << 13,	 /* media that it sent or got was readable */
	LISTEN_MIXER = 1 << 14,
	LISTEN_COPY = 1 << 15,
	LISTEN_RECORDS = 1 << 16,
	LISTEN_COPIES = 1 << 17, /* it sends, or gets, copies of the signaling */
	LISTEN_LINK_COPY = 1 << 18,
	LISTEN_HOWS = 19
};

struct listen_power {
	bool signaling, keys, media;
	uint8_t grade;
	enum listen_how how;
};

/* One and the same listener known by different grades is two entries until the end. */
struct listen {
	struct live *l;
	const struct inventory *inventory;
	struct element all[LISTEN_MOST];
	unsigned how[LISTEN_MOST];
	unsigned count;
};

/* NULL: no room. */
struct element *listen_host(struct listen *x, const struct addr *host, struct listen_power p,
			    const struct evidence *at);
/* Anyone on a link, or somebody with no address. NULL name: no memory, nothing is added. */
void listen_named(struct listen *x, const char *name, enum role role, struct listen_power p,
		  const struct evidence *at);
const char *listen_link(struct live *l, const struct addr *a, const struct addr *b);
/* The host holds keys or reads signaling by what was added so far. */
bool listen_holds_key(const struct listen *x, const struct addr *host);
bool listen_link_holds_key(const struct listen *x, const char *name);
/* Gives the call its elements, most powerful first. */
void listen_give(struct listen *x);

#endif
