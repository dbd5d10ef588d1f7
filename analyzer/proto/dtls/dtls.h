/* dtls.h - DTLS records and handshake fragments (RFC 6347, RFC 9147), as they lie in a datagram. */
#ifndef EARSHOT_DTLS_H
#define EARSHOT_DTLS_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum dtls_content {
	DTLS_CHANGE_CIPHER_SPEC = 20,
	DTLS_ALERT = 21,
	DTLS_HANDSHAKE = 22,
	DTLS_APPLICATION_DATA = 23,
	DTLS_HEARTBEAT = 24,
	DTLS_CID = 25, /* tls12_cid, RFC 9146 */
	DTLS_ACK = 26, /* RFC 9147 */
};

enum dtls_message {
	DTLS_HELLO_REQUEST = 0,
	DTLS_CLIENT_HELLO = 1,
	DTLS_SERVER_HELLO = 2,
	DTLS_HELLO_VERIFY_REQUEST = 3,
	DTLS_NEW_SESSION_TICKET = 4,
	DTLS_CERTIFICATE = 11,
	DTLS_SERVER_KEY_EXCHANGE = 12,
	DTLS_CERTIFICATE_REQUEST = 13,
	DTLS_SERVER_HELLO_DONE = 14,
	DTLS_CERTIFICATE_VERIFY = 15,
	DTLS_CLIENT_KEY_EXCHANGE = 16,
	DTLS_FINISHED = 20,
};

enum { DTLS_BODY_MAX = (1 << 14) + 2048 };

/* One record. Slices point into the datagram. */
struct dtls_record {
	bool unified;	  /* DTLS 1.3 header: type hidden, epoch its low 2 bits, seq encrypted */
	uint8_t type;	  /* enum dtls_content; 0 when unified */
	uint16_t version; /* 0xfeff, 0xfefd, 0x0100; 0 when unified */
	uint16_t epoch;
	uint64_t seq;	  /* 48 bits; as on the wire when unified */
	struct slice cid; /* connection id, empty unless there is one */
	struct slice header, body;
};

/*
 * Cuts the next record off the front of the datagram's rest. `cid_len` is the
 * negotiated connection id's length, 0 when there is none. ERR_TRUNCATED: the
 * length goes past the datagram; ERR_MALFORMED: not a record.
 */
MUST_CHECK enum err dtls_next(struct slice *rest, size_t cid_len, struct dtls_record *out);

/* A handshake fragment: what a reassembler needs, checked against itself (offset + length <=
 * total). */
struct dtls_fragment {
	uint8_t type;	 /* enum dtls_message */
	uint16_t seq;	 /* message sequence */
	uint32_t total;	 /* length of the whole message body */
	uint32_t offset; /* of `body` in it */
	struct slice body;
};

/*
 * Cuts the next fragment off the front of a readable record's body: one of type
 * handshake, epoch 0, not unified. A record may hold several.
 */
MUST_CHECK enum err dtls_fragment_next(struct slice *record_body, struct dtls_fragment *out);

/*
 * Records with a 13-octet header, to the exact end of the datagram. A unified
 * header alone has no mark that random bytes lack: believe it only on a flow
 * that already showed a DTLS handshake.
 */
bool dtls_looks_like(struct slice datagram);

#endif
