/* match.h - do two rows belong to one call? The correlators of rule-catalog B.8. */
#ifndef EARSHOT_MATCH_H
#define EARSHOT_MATCH_H

#include "analyzer/track/agreed.h"

/*
 * What two rows have in common. All but the sure ones count only where no third
 * row has it too: devices with one key for all their calls, and test tools that
 * play one recording into many, are met in the field.
 */
enum match {
	MATCH_EXCHANGE = 1 << 0, /* one DTLS or ZRTP exchange: grade 4 */
	MATCH_CIPHER = 1 << 1,	 /* the same encrypted packets: grade 4 */
	MATCH_SESSION = 1 << 2,	 /* Session-ID pair (RFC 7989): grade 3 */
	MATCH_SDP = 1 << 3,    /* fingerprint and ICE fragment, zrtp-hash or key in both: grade 3 */
	MATCH_STREAM = 1 << 4, /* one stream by SSRC, numbers and timestamps: grade 3 */
	MATCH_BEFORE =
		1 << 5, /* parties, and addresses through one box: two of grade 2; the first */
	MATCH_BEHIND = 1 << 6, /* row stands before that box, or behind it */
	MATCH_BESIDE = 1 << 7, /* one recording on two ways side by side: they are two calls */
	MATCH_MIXED = 1 << 8,  /* one of them holds media of others too */
};
enum { MATCH_CHAIN = MATCH_BEFORE | MATCH_BEHIND, MATCH_AGAINST = MATCH_BESIDE | MATCH_MIXED };

/* All that holds between two rows that lived at one time, by clocks so far apart. */
unsigned match_of(const struct live *a, const struct live *b, uint64_t skew_ns);

/*
 * Values under which rows that may match can be found: rows without a value in
 * common match in nothing. A timed one names packets of one stretch of time: clocks differ, so
 * the other row may hold them a MATCH_STEP above or below. Gives how many were written.
 */
enum { MATCH_KEYS = 512 };
#define MATCH_STEP UINT64_C(0xd1b54a32d192ed03)
struct match_key {
	uint64_t value;
	bool timed;
};
unsigned match_keys(const struct live *l, uint64_t skew_ns, struct match_key keys[MATCH_KEYS]);

#endif
