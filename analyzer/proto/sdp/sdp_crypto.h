/* sdp_crypto.h - one a=crypto attribute (RFC 4568, 6188, 7714, 5669, 8269). */
#ifndef EARSHOT_SDP_CRYPTO_H
#define EARSHOT_SDP_CRYPTO_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum { SDP_CRYPTO_MAX_KEYS = 4 };

enum sdp_crypto_suite {
	SDP_SUITE_OTHER,
	SDP_AES_CM_128_HMAC_SHA1_80,
	SDP_AES_CM_128_HMAC_SHA1_32,
	SDP_F8_128_HMAC_SHA1_80,
	SDP_AES_192_CM_HMAC_SHA1_80,
	SDP_AES_192_CM_HMAC_SHA1_32,
	SDP_AES_256_CM_HMAC_SHA1_80,
	SDP_AES_256_CM_HMAC_SHA1_32,
	SDP_AEAD_AES_128_GCM,
	SDP_AEAD_AES_256_GCM,
	SDP_AEAD_AES_128_GCM_8, /* withdrawn */
	SDP_AEAD_AES_256_GCM_8,
	SDP_SEED_CTR_128_HMAC_SHA1_80,
	SDP_SEED_128_CCM_80,
	SDP_SEED_128_GCM_96,
	SDP_ARIA_128_CTR_HMAC_SHA1_80,
	SDP_ARIA_128_CTR_HMAC_SHA1_32,
	SDP_ARIA_256_CTR_HMAC_SHA1_80,
	SDP_ARIA_256_CTR_HMAC_SHA1_32,
	SDP_AEAD_ARIA_128_GCM,
	SDP_AEAD_ARIA_256_GCM,
	SDP_NULL_HMAC_SHA1_80, /* never standard in SDES */
	SDP_NULL_HMAC_SHA1_32,
	SDP_SUITE_COUNT,
};

/* Octets and bits a suite gives; all 0 for SDP_SUITE_OTHER. */
struct sdp_crypto_suite_info {
	const char *name; /* the standard's spelling */
	uint8_t key, salt;
	uint8_t srtp_tag_bits, srtcp_tag_bits;
};

enum sdp_crypto_reason { /* why a line is invalid; the first met */
			 SDP_CRYPTO_VALID,
			 SDP_CRYPTO_BAD_TAG, /* not 1 to 9 digits (RFC 4568 9.1) */
			 SDP_CRYPTO_NO_SUITE,
			 SDP_CRYPTO_NO_KEY,
			 SDP_CRYPTO_BAD_METHOD, /* not inline: */
			 SDP_CRYPTO_BAD_BASE64,
			 SDP_CRYPTO_BAD_LENGTH, /* decoded octets are not the suite's key and salt
						 */
			 SDP_CRYPTO_BAD_LIFETIME,
			 SDP_CRYPTO_BAD_MKI,
			 SDP_CRYPTO_TOO_MANY_KEYS, /* more than SDP_CRYPTO_MAX_KEYS */
			 SDP_CRYPTO_MKI_MISSING, /* several keys need an MKI each, all of one length
						    (6.1) */
			 SDP_CRYPTO_BAD_PARAM,	 /* a session parameter with a value it cannot have,
						    or twice */
			 SDP_CRYPTO_UNKNOWN_PARAM, /* unknown and without '-' (6.3) */
			 SDP_CRYPTO_UNKNOWN_SUITE, /* not wrong, not ours to judge */
};

enum sdp_crypto_flag {
	SDP_CRYPTO_UNENCRYPTED_SRTP = 1 << 0,
	SDP_CRYPTO_UNENCRYPTED_SRTCP = 1 << 1,
	SDP_CRYPTO_UNAUTHENTICATED_SRTP = 1 << 2,
	SDP_CRYPTO_KDR = 1 << 3,
	SDP_CRYPTO_FEC_ORDER_FEC_SRTP = 1 << 4,
	SDP_CRYPTO_FEC_ORDER_SRTP_FEC = 1 << 5,
	SDP_CRYPTO_FEC_KEY = 1 << 6, /* one more master key, in the clear text of the line */
	SDP_CRYPTO_WSH = 1 << 7,
	SDP_CRYPTO_EXTENSION =
		1 << 8,		   /* an unknown parameter that allows to be ignored ("-name") */
	SDP_CRYPTO_ALIAS = 1 << 9, /* suite spelt as a draft or product does, or in other case */
	SDP_CRYPTO_UNPADDED = 1 << 10, /* base64 without its '=' */
	SDP_CRYPTO_SPACE = 1 << 11,    /* more than one space between its parts */
};

struct sdp_crypto_key {
	/*
	 * SECRET. The base64 text of key and salt. Decode it only where it is used,
	 * name it elsewhere by digest_name; it never reaches a log or output.
	 */
	struct slice secret_base64;
	uint16_t octets; /* decoded length; 0 when not base64 */
	bool has_lifetime;
	uint8_t lifetime_log2; /* lifetime is 2^n when power is set */
	bool lifetime_power;
	uint64_t lifetime; /* packets; saturated at 2^48 */
	bool has_mki;
	uint64_t mki;	    /* value, when it fits 64 bits */
	uint8_t mki_length; /* octets, 1..128 */
};

struct sdp_crypto {
	struct sdp_crypto *next;
	uint32_t tag;
	struct slice suite_text;
	enum sdp_crypto_suite suite;
	enum sdp_crypto_reason reason;
	uint16_t flags; /* enum sdp_crypto_flag */
	uint8_t kdr;	/* 2^kdr packets, when the flag is set */
	uint8_t wsh;
	uint8_t key_n;
	struct sdp_crypto_key keys[SDP_CRYPTO_MAX_KEYS];
};

/*
 * The value behind "a=crypto:". Fills *out as far as possible; out->reason says
 * whether the standard would take the line. ERR_MALFORMED when it would not,
 * ERR_UNSUPPORTED for a well-formed line with an unknown suite.
 */
MUST_CHECK enum err sdp_crypto_parse(struct slice value, struct sdp_crypto *out);

const struct sdp_crypto_suite_info *sdp_crypto_info(enum sdp_crypto_suite s); /* never NULL */
const char *sdp_crypto_reason_text(enum sdp_crypto_reason r);

/*
 * Decodes strict base64 (RFC 4648 4; missing padding tolerated, nothing else)
 * into out; gives the number of octets, or -1. With out NULL only counts.
 */
int sdp_crypto_decode(struct slice base64, uint8_t *out, size_t room);

#endif
