/* tls_prf.h - key derivation of TLS and DTLS (RFC 5246 5, RFC 2246 5, RFC 8446 7.1). */
#ifndef EARSHOT_TLS_PRF_H
#define EARSHOT_TLS_PRF_H

#include "analyzer/base/slice.h"

/* `digest`: "SHA256", "SHA384"; "MD5-SHA1" below TLS 1.2. False: libcrypto refuses. */
bool tls_prf(const char *digest, struct slice secret, const char *label, struct slice seed,
	     uint8_t *out, size_t n);
/* HKDF-Expand-Label with the label prefix "tls13 " or "dtls13". */
bool tls_prf_expand(const char *digest, bool datagram, struct slice secret, const char *label,
		    struct slice context, uint8_t *out, size_t n);

#endif
