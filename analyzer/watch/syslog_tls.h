/* syslog_tls.h - TLS for syslog (RFC 5425): the receiver's certificate is always verified. */
#ifndef EARSHOT_SYSLOG_TLS_H
#define EARSHOT_SYSLOG_TLS_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* Authorities, own certificate, and the name that the receiver's certificate must carry. */
struct syslog_tls;
struct syslog_tls_options {
	const char *ca;		/* PEM; NULL: the system's */
	const char *cert, *key; /* PEM; NULL: none; the key may stand with the certificate */
	const char *name;	/* a host name or an address */
};

/* All files are read here, none later. ERR_USAGE: *why in words (free()). */
enum err syslog_tls_load(struct syslog_tls **out, struct syslog_tls_options options,
			 char **why) MUST_CHECK;
void syslog_tls_free(struct syslog_tls *t);

/* One connection, over a socket that does not block and stays the caller's. SIGPIPE is ignored. */
struct syslog_tls_line;
struct syslog_tls_line *syslog_tls_begin(struct syslog_tls *t, int fd); /* NULL: no memory */

enum syslog_tls_went {
	SYSLOG_TLS_DONE,
	SYSLOG_TLS_WANTS_READ, /* again when the socket can be read */
	SYSLOG_TLS_WANTS_WRITE,
	SYSLOG_TLS_CLOSED, /* by the receiver, properly */
	SYSLOG_TLS_BROKEN, /* syslog_tls_why */
};
enum syslog_tls_went syslog_tls_shake(struct syslog_tls_line *l);
enum syslog_tls_went syslog_tls_write(struct syslog_tls_line *l, struct slice s, size_t *done);
/* What a receiver may send (tickets, a close) is taken in; of data it has none for us. */
enum syslog_tls_went syslog_tls_read(struct syslog_tls_line *l);
void syslog_tls_say_end(struct syslog_tls_line *l); /* close_notify */
const char *syslog_tls_why(const struct syslog_tls_line *l);
void syslog_tls_end(struct syslog_tls_line *l);

#endif
