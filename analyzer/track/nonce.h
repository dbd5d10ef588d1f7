/* nonce.h - how the nonces of accepted digest credentials were used (RFC 7616 3.3, 3.4, 5.4). */
#ifndef EARSHOT_NONCE_H
#define EARSHOT_NONCE_H

#include "analyzer/track/live.h"

enum { NONCE_SETS = 4096, NONCE_WAYS = 4 };

/* One nonce in the hands of one client. */
struct nonce {
	uint64_t key;	    /* nonce, realm and client; 0: free */
	uint64_t user;	    /* of its last accepted use */
	uint64_t request;   /* the same: Call-ID and CSeq */
	uint64_t challenge; /* the transaction that was answered with it */
	uint32_t nc;
	bool again; /* given in answer to several requests: counts may start anew */
	struct evidence first, last;
};

/* The nonces seen last; the one longest unused makes room. */
struct nonces {
	struct nonce all[NONCE_SETS][NONCE_WAYS];
	uint64_t displaced;
};

/* Challenges and credentials are kept; a 2xx says that the credentials were accepted. */
void nonce_message(struct nonces *n, struct live *l, struct transaction *t,
		   const struct observation *o);

#endif
