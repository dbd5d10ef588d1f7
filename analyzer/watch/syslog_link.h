/* syslog_link.h - a connection to a syslog receiver: UDP, TCP, or TLS over TCP. */
#ifndef EARSHOT_SYSLOG_LINK_H
#define EARSHOT_SYSLOG_LINK_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "analyzer/watch/output.h"
#include "analyzer/watch/syslog_tls.h"

enum {
	SYSLOG_LINK_ADDRESSES = 8,
	SYSLOG_LINK_WHY = 128,
};

/* Where to. Lives longer than its links. */
struct syslog_link_to {
	enum output_carrier carrier;
	char *host, *port;
	struct syslog_tls *tls; /* of OUTPUT_TLS */
	struct sockaddr_storage addresses[SYSLOG_LINK_ADDRESSES];
	socklen_t lengths[SYSLOG_LINK_ADDRESSES];
	size_t count;
	/* By the monotonic clock: nothing is waited for longer. May come nearer at any time. */
	_Atomic uint64_t ends_ns;
};

/* Asks for the host's addresses. False: those known before stay, *why is in words and static. */
bool syslog_link_resolve(struct syslog_link_to *to, const char **why);
bool syslog_link_is_numeric(const struct syslog_link_to *to); /* nothing to ask for */
void syslog_link_free(struct syslog_link_to *to);	      /* what it points to */

struct syslog_link;

/* The first address that answers, 5 seconds each; with TLS shaken hands. NULL: `why` says. */
struct syslog_link *syslog_link_open(struct syslog_link_to *to, char why[SYSLOG_LINK_WHY]);
/*
 * How much was handed over: less than all means that it is broken, or that nothing was taken for
 * 15 seconds. A datagram is handed over whole or not at all.
 */
size_t syslog_link_send(struct syslog_link *l, struct slice s);
/* False: the receiver has closed it, or it is broken. Does not wait. */
bool syslog_link_check(struct syslog_link *l);
const char *syslog_link_why(const struct syslog_link *l);
bool syslog_link_refused(const struct syslog_link *l); /* a datagram: nobody listens there */
int syslog_link_fd(const struct syslog_link *l);
/* `gently`: says the end, and waits a moment for the receiver to have read all. False: it did not
 * take it so. */
bool syslog_link_close(struct syslog_link *l, bool gently);

#endif
