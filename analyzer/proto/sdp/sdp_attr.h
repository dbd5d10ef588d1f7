/* sdp_attr.h - attributes, dispatched by name into the section they stand in. Private to sdp. */
#ifndef EARSHOT_SDP_ATTR_H
#define EARSHOT_SDP_ATTR_H

#include "analyzer/proto/sdp/sdp.h"

/* Where the parser stands: the session level (media NULL) or an m-line, and its lists' ends. */
struct sdp_attr_place {
	struct sdp *sdp;
	struct arena *arena;
	struct sdp_media *media;
	struct sdp_section *section;
	struct sdp_connection **connections;
	struct sdp_bandwidth **bandwidths;
	struct sdp_fingerprint **fingerprints;
	struct sdp_zrtp_hash **zrtp_hashes;
	struct sdp_group **groups; /* a=group at session level, a=ssrc-group below */
	struct sdp_codec **codecs;
	struct sdp_candidate **candidates;
	struct sdp_crypto **crypto;
	struct sdp_ssrc **ssrcs;
	uint16_t connection_n, bandwidth_n, group_n;
};

/* Points the place at the session (media NULL) or at an m-line. */
void sdp_attr_enter(struct sdp_attr_place *at, struct sdp_media *media);
/* What stands behind "a=". */
void sdp_attr_read(struct sdp_attr_place *at, struct slice body);
/* Zeroed, from the arena; NULL with SDP_CAP_ARENA noted. */
void *sdp_attr_take(struct sdp_attr_place *at, size_t n);

#endif
