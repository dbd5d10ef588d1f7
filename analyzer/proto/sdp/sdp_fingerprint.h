/* sdp_fingerprint.h - a=fingerprint and a=zrtp-hash (RFC 8122 5, RFC 6189 8). */
#ifndef EARSHOT_SDP_FINGERPRINT_H
#define EARSHOT_SDP_FINGERPRINT_H

#include "analyzer/proto/sdp/sdp.h"

/* The value behind "a=fingerprint:". out->valid says whether it can be compared. */
void sdp_fingerprint_parse(struct slice value, struct sdp_fingerprint *out);
/* The value behind "a=zrtp-hash:". */
void sdp_fingerprint_zrtp(struct slice value, struct sdp_zrtp_hash *out);

#endif
