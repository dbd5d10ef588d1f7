/* srtp.h - does a master key authenticate this packet? (RFC 3711, 6188, 7714) */
#ifndef EARSHOT_SRTP_H
#define EARSHOT_SRTP_H

#include "analyzer/base/slice.h"

enum srtp_cipher { SRTP_CM, SRTP_GCM, SRTP_NULL };

/* What a crypto suite is made of. Octets. */
struct srtp_suite {
	enum srtp_cipher cipher;
	uint8_t key, salt; /* of the master */
	uint8_t tag, rtcp_tag;
};

/* Readings of the standards that are in use beside the right one. */
enum srtp_variant {
	SRTP_STANDARD,
	SRTP_LEGACY_192, /* libsrtp before 2025: AES-192 key and salt zero-filled to 46, as AES-256
			  */
	SRTP_SALT_RIGHT, /* GCM salt at the end of the derivation's block */
};

/*
 * Session keys of one master key, derived as far as a proof needs: the
 * authentication key alone for the HMAC suites; for GCM the cipher key, with
 * which a packet is opened and forgotten in one go. SECRET; srtp_free wipes.
 */
struct srtp;

/* NULL when the suite cannot be checked, or the master (key, then salt) has another length. */
struct srtp *srtp_new(const struct srtp_suite *suite, struct slice master,
		      enum srtp_variant variant);
void srtp_free(struct srtp *s);

/*
 * `packet`: RTP header to tag (and MKI of `mki` octets). `roc`: its roll-over
 * counter. False for a wrong tag and for a packet too short to have one.
 */
bool srtp_rtp_valid(struct srtp *s, struct slice packet, uint32_t roc, unsigned mki);
/* SRTCP; *encrypted: its E bit. */
bool srtp_rtcp_valid(struct srtp *s, struct slice packet, unsigned mki, bool *encrypted);

#endif
