/* sdp_proto.c - the protocols an m-line can name, and what each means. */
#include "analyzer/proto/sdp/sdp_proto.h"

enum { RTP = 1, SECURE = 2, DTLS = 4 };

static const struct {
	const char *name;
	uint8_t means;
} protos[SDP_PROTO_COUNT] = {
	[SDP_PROTO_OTHER] = { "", 0 },
	[SDP_RTP_AVP] = { "RTP/AVP", RTP },
	[SDP_RTP_AVPF] = { "RTP/AVPF", RTP },
	[SDP_RTP_SAVP] = { "RTP/SAVP", RTP | SECURE },
	[SDP_RTP_SAVPF] = { "RTP/SAVPF", RTP | SECURE },
	[SDP_UDP_TLS_RTP_SAVP] = { "UDP/TLS/RTP/SAVP", RTP | SECURE | DTLS },
	[SDP_UDP_TLS_RTP_SAVPF] = { "UDP/TLS/RTP/SAVPF", RTP | SECURE | DTLS },
	[SDP_TCP_RTP_AVP] = { "TCP/RTP/AVP", RTP },
	[SDP_TCP_RTP_AVPF] = { "TCP/RTP/AVPF", RTP },
	[SDP_TCP_RTP_SAVP] = { "TCP/RTP/SAVP", RTP | SECURE },
	[SDP_TCP_RTP_SAVPF] = { "TCP/RTP/SAVPF", RTP | SECURE },
	[SDP_TCP_DTLS_RTP_SAVP] = { "TCP/DTLS/RTP/SAVP", RTP | SECURE | DTLS },
	[SDP_TCP_DTLS_RTP_SAVPF] = { "TCP/DTLS/RTP/SAVPF", RTP | SECURE | DTLS },
	[SDP_UDPTL] = { "udptl", 0 },
	[SDP_TCP_UDPTL] = { "tcp", 0 },
	[SDP_UDP_TLS_UDPTL] = { "UDP/TLS/UDPTL", SECURE | DTLS },
	[SDP_TCP_MSRP] = { "TCP/MSRP", 0 },
	[SDP_TCP_TLS_MSRP] = { "TCP/TLS/MSRP", SECURE },
	[SDP_UDP_DTLS_SCTP] = { "UDP/DTLS/SCTP", SECURE | DTLS },
	[SDP_TCP_DTLS_SCTP] = { "TCP/DTLS/SCTP", SECURE | DTLS },
	[SDP_DTLS_SCTP] = { "DTLS/SCTP", SECURE | DTLS },
	[SDP_TCP_BFCP] = { "TCP/BFCP", 0 },
	[SDP_TCP_TLS_BFCP] = { "TCP/TLS/BFCP", SECURE },
	[SDP_UDP_BFCP] = { "UDP/BFCP", 0 },
	[SDP_UDP_TLS_BFCP] = { "UDP/TLS/BFCP", SECURE | DTLS },
	[SDP_UDP_PLAIN] = { "udp", 0 },
};

enum sdp_proto sdp_proto_of(struct slice text)
{
	for (unsigned i = SDP_PROTO_OTHER + 1; i < SDP_PROTO_COUNT; i++)
		if (slice_ieq(text, slice_of(protos[i].name)))
			return (enum sdp_proto)i;
	return SDP_PROTO_OTHER;
}

static bool means(enum sdp_proto p, unsigned what)
{
	return (unsigned)p < SDP_PROTO_COUNT && protos[p].means & what;
}

bool sdp_proto_is_rtp(enum sdp_proto p)
{
	return means(p, RTP);
}

bool sdp_proto_is_secure(enum sdp_proto p)
{
	return means(p, SECURE);
}

bool sdp_proto_is_dtls(enum sdp_proto p)
{
	return means(p, DTLS);
}
