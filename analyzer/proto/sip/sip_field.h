/* sip_field.h - the smaller structured headers, read on demand. */
#ifndef EARSHOT_SIP_FIELD_H
#define EARSHOT_SIP_FIELD_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* Session-ID (RFC 7989 5): 32 lower-case hex digits each; the nil UUID is all zero. */
struct sip_field_session_id {
	struct slice local, remote; /* remote empty when absent (RFC 7329 form) */
	bool local_nil, remote_nil;
};
MUST_CHECK enum err sip_field_session_id(struct slice value, struct sip_field_session_id *out);

/* Replaces (RFC 3891), Join (RFC 3911), Target-Dialog (RFC 4538). */
struct sip_field_dialog {
	struct slice call_id, to_tag,
		from_tag; /* Target-Dialog: remote-tag is to, local-tag from */
	bool early_only;
};
MUST_CHECK enum err sip_field_dialog(struct slice value, struct sip_field_dialog *out);

/* One Reason value (RFC 3326). */
struct sip_field_reason {
	struct slice protocol, text;
	uint32_t cause;
	bool has_cause;
};
MUST_CHECK enum err sip_field_reason(struct slice value, struct sip_field_reason *out);

/* RAck (RFC 3262 7.2). */
struct sip_field_rack {
	uint32_t rseq, cseq;
	struct slice method;
};
MUST_CHECK enum err sip_field_rack(struct slice value, struct sip_field_rack *out);

/* Event, Subscription-State, Refer-Sub, Security-*, Content-Disposition: token and parameters. */
struct sip_field_token {
	struct slice token, params;
};
MUST_CHECK enum err sip_field_token(struct slice value, struct sip_field_token *out);

/* A number with optional parameters behind it: Expires, Session-Expires, RSeq, Max-Forwards. */
MUST_CHECK enum err sip_field_number(struct slice value, uint64_t max, uint64_t *out);

/*
 * Identity (RFC 8224 4): the PASSporT is never given out. Only whether it has
 * the compact form (empty header and claims), its ppt and alg, and its length.
 */
struct sip_field_identity {
	struct slice
		secret_token; /* SECRET: names both parties; claims and signature in base64url */
	struct slice info, alg, ppt;
	bool compact; /* "..signature" */
	bool legacy;  /* quoted signature of RFC 4474 */
};
MUST_CHECK enum err sip_field_identity(struct slice value, struct sip_field_identity *out);

#endif
