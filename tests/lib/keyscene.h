/* keyscene.h - handshakes, exchanges and tags made by hand, for scenes about keys. */
#ifndef EARSHOT_KEYSCENE_H
#define EARSHOT_KEYSCENE_H

#include "rules/judge.h"
#include "tests/lib/scene.h"

#define KEYSCENE_ALICE "10.0.0.1:4000"
#define KEYSCENE_BOB   "10.0.0.2:5000"

/* ---- DTLS: certificates are numbers from 1 to 255 -------------------------------- */

/* Adds a fingerprint of certificate `cert` ("sha-256", "sha-1", "md5", ...) to the line. */
void keyscene_print(struct scene *s, struct line_seen *m, const char *hash, uint8_t cert);
/* An SDP with one audio line of UDP/TLS/RTP/SAVP, one SHA-256 fingerprint, and a role. */
struct sdp_seen *keyscene_sdp(struct scene *s, const char *at, uint8_t cert, enum sdp_setup setup);
/* A full handshake of 1.2, mutual, signed, AEAD, with a profile that encrypts. */
struct dtls_seen keyscene_shake(uint8_t client, uint8_t server);
/* `src` sent the ClientHello. */
void keyscene_dtls(struct scene *s, const char *src, const char *dst, double at,
		   const struct dtls_seen *seen);

/* ---- ZRTP: sides are numbers, too -------------------------------------------------- */

void keyscene_hello_hash(struct scene *s, struct line_seen *m, const char *version, uint8_t side);
struct sdp_seen *keyscene_zrtp_sdp(struct scene *s, const char *at, uint8_t side);
/* A completed exchange whose checks hold; [0] commits. */
struct zrtp_seen keyscene_exchange(uint8_t first, uint8_t second);
void keyscene_zrtp(struct scene *s, const char *src, const char *dst, double at,
		   const struct zrtp_seen *seen);

/* ---- SRTP ----------------------------------------------------------------------------- */

/* Adds a key line, with the next tag, to change at will; `key` stands for the key. */
struct crypto_seen *keyscene_crypto(struct scene *s, struct line_seen *m, uint64_t key);
/* One audio line of RTP/SAVP with one key. */
struct sdp_seen *keyscene_sdes(struct scene *s, const char *at, uint64_t key);

struct keyscene_stream {
	double from, to;
	const char *src, *dst;
	uint32_t ssrc;
	struct proof_seen proof;
	uint16_t tagged;    /* packets with the length of codec and tag */
	uint16_t first_seq; /* one packet every 20 ms from it on */
	uint64_t print;	    /* what one packet of it is known by; 0: none */
	bool clear;
	uint16_t fired_halves; /* 0: by `clear` */
	uint16_t again;	       /* packets that had come before */
};
void keyscene_srtp(struct scene *s, struct keyscene_stream m);
/* Both ways between Alice and Bob, with whatever proof: none where key_name is 0. */
void keyscene_both(struct scene *s, double from, double to, struct proof_seen proof);
void keyscene_rtcp(struct scene *s, const char *src, const char *dst, double at,
		   struct rtcp_seen seen);

/* ---- the outcome ------------------------------------------------------------------------ */

/* Ends the scene and judges its first row of that kind; NULL: there is none. */
const struct judgement *keyscene_judge(struct scene *s, enum call_kind kind);

/* What a rule says of a row: nothing at all, or its worst finding. */
enum keyscene_says {
	KEYSCENE_SILENT,
	KEYSCENE_VIOLATED,
	KEYSCENE_SATISFIED,
	KEYSCENE_UNKNOWN,
	KEYSCENE_NOTED
};
enum keyscene_says keyscene_says(const struct judgement *j, const char *rule);

/* A row of a table of scenes: fails the test, by name, where something else comes out. */
struct keyscene_case {
	const char *name;
	void (*play)(struct scene *s);
	const char *rule;
	enum keyscene_says says;
	enum severity severity; /* of a violation */
	enum shown keys, media;
};
void keyscene_table(const struct keyscene_case *list, size_t n);

#endif
