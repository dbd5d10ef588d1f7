/* sealing.h - SRTP packets made for tests, by other code than that which checks them. */
#ifndef EARSHOT_SEALING_H
#define EARSHOT_SEALING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What packets are sealed with. Lengths in octets; `tag` 16 means AES-GCM. */
struct sealing {
	uint8_t key[32], salt[14];
	size_t key_n, salt_n, tag;
	bool salt_right; /* GCM: the salt ends the derivation's block */
	bool plain;	 /* NULL cipher: a tag alone */
	uint8_t mki[4];
	size_t mki_n;
};

/* Another key for each seed; an AES-CM or (tag 16) an AES-GCM suite. */
struct sealing sealing_new(uint8_t seed, size_t key_n, size_t tag);

enum { SEALING_ROOM = 64 }; /* octets that must be free behind the packet */

/* Derives `n` octets of a session key (RFC 3711 4.3). */
void sealing_derive(const struct sealing *s, uint8_t label, uint8_t *out, size_t n);
/* Seals the RTP packet (12-octet header) in place; gives its new length. */
size_t sealing_rtp(const struct sealing *s, uint8_t *packet, size_t n, uint32_t roc);
/* The same for RTCP, with its index. */
size_t sealing_rtcp(const struct sealing *s, uint8_t *packet, size_t n, uint32_t index,
		    bool encrypt);

#endif
