/* sdp_proto.h - protocols of m-lines by name. */
#ifndef EARSHOT_SDP_PROTO_H
#define EARSHOT_SDP_PROTO_H

#include "analyzer/proto/sdp/sdp.h"

enum sdp_proto sdp_proto_of(struct slice text); /* any case */

#endif
