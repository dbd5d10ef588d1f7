/* sdp_codec.h - payload types of an m-line: formats, rtpmap, fmtp (RFC 8866 6.6, 6.15). Private to
 * sdp. */
#ifndef EARSHOT_SDP_CODEC_H
#define EARSHOT_SDP_CODEC_H

#include "analyzer/proto/sdp/sdp_attr.h"

void sdp_codec_formats(struct sdp_attr_place *at); /* those in the m-line itself */
MUST_CHECK enum err sdp_codec_rtpmap(struct sdp_attr_place *at, struct slice value);
MUST_CHECK enum err sdp_codec_fmtp(struct sdp_attr_place *at, struct slice value);

#endif
