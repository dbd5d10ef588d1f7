/* zrtp.h - ZRTP packets (RFC 6189 section 5), and the clear fields of a Hello. */
#ifndef EARSHOT_ZRTP_H
#define EARSHOT_ZRTP_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* The message types of RFC 6189 section 5.1.1 table 1. */
enum zrtp_type {
	ZRTP_UNKNOWN,
	ZRTP_HELLO,
	ZRTP_HELLO_ACK,
	ZRTP_COMMIT,
	ZRTP_DHPART1,
	ZRTP_DHPART2,
	ZRTP_CONFIRM1,
	ZRTP_CONFIRM2,
	ZRTP_CONF2_ACK,
	ZRTP_ERROR,
	ZRTP_ERROR_ACK,
	ZRTP_GO_CLEAR,
	ZRTP_CLEAR_ACK,
	ZRTP_SAS_RELAY,
	ZRTP_RELAY_ACK,
	ZRTP_PING,
	ZRTP_PING_ACK,
	ZRTP_TYPE_COUNT,
};

/* Slices point into the datagram. */
struct zrtp_packet {
	uint16_t seq;
	uint32_t ssrc;
	enum zrtp_type type;
	struct slice
		message; /* preamble to MAC, without packet header and CRC: what zrtp-hash hashes */
	bool crc_ok;	 /* a wrong one is still a ZRTP packet; do not believe its fields */
};

/* ERR_MALFORMED: no cookie, no preamble, or a length that disagrees with the datagram. */
MUST_CHECK enum err zrtp_parse(struct slice datagram, struct zrtp_packet *out);

/* The cookie and first octet only. */
bool zrtp_looks_like(struct slice datagram);

const char *zrtp_type_name(enum zrtp_type type); /* "Hello", "DHPart1"; "unknown" */

/* Lists are 4-octet names, at most 7 each (RFC 6189 5.2). */
struct zrtp_hello {
	struct slice version; /* 4 octets, "1.10" */
	struct slice client; /* 16 octets, padded with spaces or NULs; personal of the software, not
				the user */
	struct slice h3;     /* 32 octets */
	struct slice zid;    /* 12 octets: an endpoint's lasting name, masked use */
	bool signature_capable; /* S */
	bool mitm;		/* M: a box that may send SASrelay */
	bool passive;		/* P */
	struct slice hashes, ciphers, tags, agreements, sas_types;
	struct slice mac; /* 8 octets */
};

/* `message` of a packet of type ZRTP_HELLO. */
MUST_CHECK enum err zrtp_hello(struct slice message, struct zrtp_hello *out);

/* Commit (RFC 6189 5.4), in its three forms. */
struct zrtp_commit {
	struct slice h2;				/* 32 octets */
	struct slice zid;				/* 12 */
	struct slice hash, cipher, tag, agreement, sas; /* 4-octet names */
	struct slice hvi; /* 32 octets; empty for multistream and preshared */
	struct slice mac; /* 8 */
	bool multistream, preshared;
};
MUST_CHECK enum err zrtp_commit(struct slice message, struct zrtp_commit *out);

/* DHPart1, DHPart2 (RFC 6189 5.5, 5.6): how long the public value is, its length says. */
struct zrtp_dhpart {
	struct slice h1;     /* 32 octets */
	struct slice public; /* the public value */
	struct slice mac;    /* 8 */
};
MUST_CHECK enum err zrtp_dhpart(struct slice message, struct zrtp_dhpart *out);

/*
 * CRC-32C (RFC 3720 B.4): 0xe3069283 for "123456789". On the wire its least
 * significant octet comes first, as real traffic shows.
 */
uint32_t zrtp_crc32c(struct slice s);

#endif
