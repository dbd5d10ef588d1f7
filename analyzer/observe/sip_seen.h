/* sip_seen.h - a SIP message becomes an observation, secrets set aside. */
#ifndef EARSHOT_SIP_SEEN_H
#define EARSHOT_SIP_SEEN_H

#include "analyzer/model/observation.h"
#include "analyzer/observe/sdp_seen.h"

/* Scratch for one message at a time. */
struct sip_reader;

struct sip_reader *sip_seen_new(void);
void sip_seen_free(struct sip_reader *r);

/* How the bytes came here. */
struct sip_carried {
	enum sip_transport carrier;
	bool decrypted, opened, handshake, cut; /* opened: with the user's key material */
	const struct flow_key *copy;		/* of a message to a monitor, or NULL */
	const struct passport_store *signers;	/* of identity tokens; NULL: none given */
	uint64_t ts_ns;
};

/*
 * One message. False: not SIP at all, or without a Call-ID to file it under;
 * *is_sip tells the two apart. What *out points to lives in the bytes and in
 * the reader, until the next message. No key, password or digest response is
 * in it: keys are named by digest_name.
 */
bool sip_seen_read(struct sip_reader *r, struct slice bytes, struct sip_carried how,
		   struct sip_seen *out, bool *is_sip);

/*
 * SECRET: media keys of the last message, for the vault and nobody else; wiped by
 * sip_seen_forget or with the next message.
 */
const struct sdp_keys *sip_seen_keys(const struct sip_reader *r);
void sip_seen_forget(struct sip_reader *r);

#endif
