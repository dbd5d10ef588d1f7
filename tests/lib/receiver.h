/* receiver.h - a syslog receiver on loopback, on a thread of its own: UDP, TCP, TLS. */
#ifndef EARSHOT_RECEIVER_H
#define EARSHOT_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>

enum receiver_carrier { RECEIVER_UDP, RECEIVER_TCP, RECEIVER_TLS };
struct receiver_options {
	enum receiver_carrier carrier;
	unsigned port;		/* 0: any */
	const char *cert, *key; /* PEM, of TLS */
	const char *client_ca;	/* whose certificates clients must have; NULL: none */
	size_t cut_after;	/* cuts a connection without a word after so many; 0: never */
};

struct receiver;

struct receiver *receiver_start(struct receiver_options options);
unsigned receiver_port(const struct receiver *r);
/* Waits for at least so many messages. */
bool receiver_wait(struct receiver *r, size_t count, int ms);
size_t receiver_count(struct receiver *r);
size_t receiver_accepted(struct receiver *r); /* connections so far */
/* Good until receiver_free. */
const char *receiver_message(struct receiver *r, size_t i);
bool receiver_broken(struct receiver *r); /* some framing was wrong */
bool receiver_ended(struct receiver *r);  /* the last connection ended with close_notify */
void receiver_stop(struct receiver *r);	  /* closes everything as a process that is killed */
void receiver_free(struct receiver *r);	  /* stops it, where that was not done */

/* A port of loopback that nobody listens on just now. */
unsigned receiver_free_port(enum receiver_carrier carrier);

/* Writes a new authority, and a certificate of it for that name ("IP:127.0.0.1", "DNS:x"), as
 * FOLDER/STEM.ca, FOLDER/STEM.cert and FOLDER/STEM.key. */
void receiver_make_certificate(const char *folder, const char *stem, const char *name);

#endif
