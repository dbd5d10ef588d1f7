/* shaking.h - DTLS handshakes of OpenSSL with itself, datagram by datagram. */
#ifndef EARSHOT_SHAKING_H
#define EARSHOT_SHAKING_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHAKING_DATAGRAMS = 256, SHAKING_OCTETS = 2048, SHAKING_MATERIAL = 92 };

/* What is left out is DTLS 1.2, ECDSA, one-sided, without cookies, SRTP or small datagrams. */
struct shaking_how {
	int version;			   /* DTLS1_VERSION, DTLS1_2_VERSION */
	const char *suites;		   /* OpenSSL's names */
	const char *profiles;		   /* use_srtp */
	unsigned mtu;			   /* 0: 1400 */
	bool rsa, mutual, cookies, refuse; /* refuse: the server wants a certificate, none comes */
};

struct shaking_datagram {
	bool from_server;
	size_t n;
	uint8_t bytes[SHAKING_OCTETS];
};

struct shaking {
	struct shaking_how how;
	SSL_CTX *client, *server;
	SSL_SESSION *session; /* of the last run: the next one resumes it */
	X509 *client_cert, *server_cert;
	struct shaking_datagram d[SHAKING_DATAGRAMS];
	unsigned count;
	bool done, resumed;
	char log[4096];			    /* NSS key log, with random and secret in hex */
	uint8_t material[SHAKING_MATERIAL]; /* EXTRACTOR-dtls_srtp, as far as the profile needs */
	uint64_t profile;
};

struct shaking *shaking_new(struct shaking_how how);
/* One handshake, appended to what was recorded, with a record of application data each way. */
void shaking_run(struct shaking *s);
void shaking_free(struct shaking *s);

/* Another self-signed certificate and its key. Free both. */
X509 *shaking_certificate(const char *name, bool rsa, EVP_PKEY **key);

#endif
