/* stun.h - STUN messages (RFC 8489, RFC 3489), TURN ChannelData (RFC 8656), and their framing. */
#ifndef EARSHOT_STUN_H
#define EARSHOT_STUN_H

#include "analyzer/base/addr.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum stun_class {
	STUN_REQUEST = 0,
	STUN_INDICATION = 1,
	STUN_SUCCESS = 2,
	STUN_ERROR = 3,
};

enum stun_method {
	STUN_BINDING = 0x001,
	STUN_SHARED_SECRET = 0x002, /* RFC 3489 */
	STUN_ALLOCATE = 0x003,
	STUN_REFRESH = 0x004,
	STUN_SEND = 0x006,
	STUN_DATA = 0x007,
	STUN_CREATE_PERMISSION = 0x008,
	STUN_CHANNEL_BIND = 0x009,
	STUN_CONNECT = 0x00a, /* RFC 6062 */
	STUN_CONNECTION_BIND = 0x00b,
	STUN_CONNECTION_ATTEMPT = 0x00c,
};

/* Bits of stun_message.has: which attributes are there and well formed. */
enum stun_has {
	STUN_HAS_USERNAME = 1 << 0,
	STUN_HAS_MAPPED = 1 << 1, /* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS */
	STUN_HAS_RELAYED = 1 << 2,
	STUN_HAS_DATA = 1 << 3,
	STUN_HAS_CHANNEL = 1 << 4,
	STUN_HAS_LIFETIME = 1 << 5,
	STUN_HAS_USE_CANDIDATE = 1 << 6,
	STUN_HAS_CONTROLLING = 1 << 7,
	STUN_HAS_CONTROLLED = 1 << 8,
	STUN_HAS_PRIORITY = 1 << 9,
	STUN_HAS_INTEGRITY = 1 << 10,
	STUN_HAS_FINGERPRINT = 1 << 11, /* there, its CRC not checked */
	STUN_HAS_ERROR_CODE = 1 << 12,
};

enum {
	STUN_PEERS_MAX = 4,
	STUN_ATTRIBUTES_MAX = 64, /* more are MALFORMED: no client sends them */
	STUN_CHANNEL_MIN = 0x4000,
	STUN_CHANNEL_MAX = 0x4fff,
};

/* Slices point into the message. */
struct stun_message {
	enum stun_class kind;
	uint16_t method;	  /* enum stun_method, or one we do not know */
	bool classic;		  /* RFC 3489: no magic cookie */
	struct slice transaction; /* 12 octets, 16 when classic */
	uint32_t has;		  /* enum stun_has */
	struct slice username;
	/* RFC 8445 7.2.2: "fragment of the receiver:fragment of the sender"; empty without a colon.
	 */
	struct slice ufrag_to, ufrag_from;
	struct endpoint mapped, relayed;
	struct endpoint peers[STUN_PEERS_MAX]; /* XOR-PEER-ADDRESS */
	uint8_t peer_count;		       /* kept in peers */
	uint8_t peers_dropped;
	struct slice data; /* DATA: the datagram inside a Send or Data indication */
	uint16_t channel;
	uint16_t error_code; /* 300..699 */
	uint32_t lifetime;   /* seconds */
	uint32_t priority;
};

/*
 * One datagram, or one frame from stun_frame. ERR_MALFORMED also when a message
 * without the magic cookie does not parse to its exact end (RFC 3489 has no other mark).
 */
MUST_CHECK enum err stun_parse(struct slice datagram, struct stun_message *out);

struct stun_channel_data {
	uint16_t channel;
	struct slice data; /* the datagram inside, without padding */
};

/* RFC 8656 section 12.4. Over UDP at most 3 octets of padding may follow. */
MUST_CHECK enum err stun_channel_parse(struct slice datagram, struct stun_channel_data *out);

struct stun_frame {
	bool is_channel;
	struct slice bytes; /* for stun_parse or stun_channel_parse */
};

/*
 * Cuts the next message off the front of a TCP stream (ChannelData is padded to
 * 4 octets there). ERR_TRUNCATED: more bytes needed, stream untouched;
 * ERR_MALFORMED: this stream does not speak STUN.
 */
MUST_CHECK enum err stun_frame(struct slice *stream, struct stun_frame *out);

#endif
