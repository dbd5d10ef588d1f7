/* cipherlook.h - does a stream's payload show structure that ciphertext has not? */
#ifndef EARSHOT_CIPHERLOOK_H
#define EARSHOT_CIPHERLOOK_H

#include "analyzer/base/slice.h"

/*
 * Nothing here ever concludes "encrypted": the answers are plaintext, nothing
 * found, and too little. Statistics need two disjoint sub-windows of
 * CIPHERLOOK_SUB packets, each with a test at p < 1e-9; sub-windows of several
 * windows may be added up with cipherlook_merge.
 */
enum {
	CIPHERLOOK_SUB = 20,   /* packets of a sub-window */
	CIPHERLOOK_SUBS = 2,   /* sub-windows a window holds */
	CIPHERLOOK_HEAD = 26,  /* octets kept of each packet */
	CIPHERLOOK_INNER = 10, /* leading octets that stay readable under inner encryption */
	CIPHERLOOK_TAIL = 20,  /* trailing octets left out: a tag and a constant key identifier */
	CIPHERLOOK_LAG = 160,  /* octets compared with the packet before */
	CIPHERLOOK_CUT = 18,   /* octets of a cut packet that are worth a test */
};

enum cipherlook_test {
	CIPHERLOOK_CHI,				 /* octets, or half octets, are not evenly spread */
	CIPHERLOOK_MODE,			 /* one value stands too often in octet 0 or 1 */
	CIPHERLOOK_BIT,				 /* bits of the first 16 octets are not balanced */
	CIPHERLOOK_LAG_TEST,			 /* octets equal the packet before too often */
	CIPHERLOOK_DUP,				 /* the same payload at another timestamp */
	CIPHERLOOK_STATISTICS,			 /* number of the tests above */
	CIPHERLOOK_G729 = CIPHERLOOK_STATISTICS, /* parity of every frame (RFC 3551 4.5.6) */
	CIPHERLOOK_GSM,				 /* signature of every frame (RFC 3551 4.5.8.1) */
	CIPHERLOOK_EVENT,			 /* grammar of telephone events (RFC 4733) */
	CIPHERLOOK_NO_TEST,
};

enum cipherlook_codec {
	CIPHERLOOK_CODEC_UNKNOWN, /* no SDP: static payload types are still believed */
	CIPHERLOOK_CODEC_G711,	  /* PCMU, PCMA, G.722: an octet per timestamp tick */
	CIPHERLOOK_CODEC_G729,	  /* an octet per 8 ticks */
	CIPHERLOOK_CODEC_GSM,
	CIPHERLOOK_CODEC_OTHER,
};

/* Running sums of one SSRC and direction; from the caller's pool, no pointers inside. */
struct cipherlook;

/*
 * What is kept when the sums go back to the pool. All counts saturate, so that
 * cipherlook_merge may add any number of windows.
 */
struct cipherlook_result {
	uint16_t packets;   /* in whole sub-windows, of the main payload type */
	uint16_t pending;   /* after the last whole sub-window */
	uint16_t skipped;   /* empty, cut too short, copies of a packet, another payload type */
	uint8_t pt;	    /* main: the first that is no event and no comfort noise */
	uint8_t subs;	    /* whole sub-windows with enough octets to test, or that fired */
	uint8_t subs_inner; /* the same, counting from octet 10 on */
	uint8_t subs_fired; /* ... with any statistical test fired, over the whole payload */
	uint8_t subs_fired_inner; /* ... from octet 10 on */
	uint8_t fired[CIPHERLOOK_STATISTICS];
	uint8_t fired_inner[CIPHERLOOK_STATISTICS];
	uint16_t g729_frames, g729_odd; /* intact 10-octet frames; those with the right parity */
	uint16_t gsm_frames, gsm_ok;	/* 33-octet frames; those that begin with 1101 */
	uint16_t events, events_ok;	/* distinct 4-octet payloads of a second, dynamic type */
	uint16_t event_bits;		/* random octets pass the same with chance 2^-event_bits */
	uint16_t noise, noise_ok; /* comfort noise (types 13, 19); with bit 0 clear (RFC 3389) */
	/* Length less what the timestamp step asks for: [0] an octet a tick, [1] one in 8 ticks. */
	struct cipherlook_residue {
		uint16_t checked;
		uint16_t same; /* of them with residue `value` */
		uint8_t value; /* the commonest of 0..20 octets */
	} residue[2];
};

enum cipherlook_verdict {
	CIPHERLOOK_INSUFFICIENT, /* too few packets; or one sub-window fired, which `test` names */
	CIPHERLOOK_NONE_FOUND,	 /* at least two sub-windows, no plaintext structure in them */
	CIPHERLOOK_PLAINTEXT,	 /* `test` names the first reason */
};

struct cipherlook_judgement {
	enum cipherlook_verdict verdict;
	enum cipherlook_test test; /* CIPHERLOOK_NO_TEST when none fired */
};

enum cipherlook_tag {
	CIPHERLOOK_TAG_UNKNOWN, /* the codec has no fixed length, or under 50 packets, or under 95 %
				   alike */
	CIPHERLOOK_TAG_NONE,	/* lengths leave no room for a tag */
	CIPHERLOOK_TAG_PRESENT, /* 4, 10 or 16 octets, with a key identifier of 0, 1, 2 or 4 */
};

void cipherlook_reset(struct cipherlook *look);

struct cipherlook_packet {
	struct slice payload; /* what was captured after the RTP header */
	size_t len;	      /* octets it had on the wire, tag included; at least payload.n */
	uint32_t ts;	      /* RTP timestamp */
	uint8_t pt;
	bool marker;
};

/*
 * Adds a packet. The last 20 octets that it had on the wire, where tag and key
 * identifier would stand, are left out of the statistics; of a packet that the
 * snap length cut, what is there is tested, from CIPHERLOOK_CUT octets on. Leave
 * out packets with the P bit, RTX, FEC and RED. False: the window is full and the
 * packet was not used.
 */
bool cipherlook_add(struct cipherlook *look, const struct cipherlook_packet *p);

void cipherlook_result(const struct cipherlook *look, struct cipherlook_result *out);

/* Adds a window of the same stream and payload type. `into` starts as the first window's result. */
void cipherlook_merge(struct cipherlook_result *into, const struct cipherlook_result *more);

/*
 * `inner_possible`: a client may have encrypted inside the payload, where the
 * first 10 octets stay readable by design and prove nothing.
 */
struct cipherlook_judgement cipherlook_judge(const struct cipherlook_result *r,
					     enum cipherlook_codec codec, bool inner_possible);

/* What the payload lengths say of an SRTP tag; independent of the judgement. */
enum cipherlook_tag cipherlook_tag(const struct cipherlook_result *r, enum cipherlook_codec codec);

/* Telephone events of this window are readable: for the finding about digits, never the digits. */
bool cipherlook_events_clear(const struct cipherlook_result *r);

const char *cipherlook_test_name(enum cipherlook_test test);

/* Laid open so that a pool can hold it; the fields are cipherlook.c's own. */
struct cipherlook {
	uint64_t rest_hash[CIPHERLOOK_SUB]; /* of 64 octets from 10 on */
	uint32_t ts[CIPHERLOOK_SUB];
	uint16_t len[CIPHERLOOK_SUB]; /* as tested: what is there of it ends 20 octets before */
	uint16_t histogram[2][256];   /* octets from 10 on; two tables are faster than one */
	uint16_t residue[2][21];
	uint32_t lag_equal[2], lag_compared[2]; /* [0] octets 0..9, [1] from 10 on */
	uint32_t previous_ts, event_ts;
	uint16_t previous_len;	/* as tested; 0: none */
	uint16_t previous_wire; /* as it was on the wire */
	uint8_t previous[CIPHERLOOK_LAG];
	uint8_t head[CIPHERLOOK_SUB][CIPHERLOOK_HEAD];
	uint8_t event[4];
	uint8_t filled; /* packets in the running sub-window */
	uint8_t closed; /* sub-windows before it */
	bool has_main, has_event;
	struct cipherlook_result so_far;
};

#endif
