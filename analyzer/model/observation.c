/* observation.c - the words for what was observed. */
#include "analyzer/model/observation.h"

const char *observation_transport_text(enum sip_transport t)
{
	static const char *const text[] = { "none", "udp",  "tcp",	"tls",	"ws",
					    "wss",  "sctp", "tls-sctp", "other" };
	return text[t];
}

const char *observation_media_text(enum media_kind k)
{
	static const char *const text[] = { "audio", "video",	"text",
					    "image", "message", "application" };
	return text[k];
}

const char *observation_profile_text(enum media_profile p)
{
	static const char *const text[] = {
		"other",	 "RTP/AVP",	     "RTP/AVPF",	  "RTP/SAVP",
		"RTP/SAVPF",	 "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF", "udptl",
		"UDP/TLS/UDPTL", "TCP/MSRP",	     "TCP/TLS/MSRP",	  "TCP/BFCP",
		"TCP/TLS/BFCP",	 "UDP/DTLS/SCTP",
	};
	return text[p];
}

const char *observation_verb_text(enum sip_verb v)
{
	static const char *const text[] = {
		"other", "INVITE", "ACK",   "BYE",   "CANCEL",	  "REGISTER", "OPTIONS", "MESSAGE",
		"INFO",	 "UPDATE", "PRACK", "REFER", "SUBSCRIBE", "NOTIFY",   "PUBLISH"
	};
	return text[v];
}

bool observation_transport_encrypted(enum sip_transport t)
{
	return t == SIP_TRANSPORT_TLS || t == SIP_TRANSPORT_WSS || t == SIP_TRANSPORT_TLS_SCTP;
}

bool observation_profile_secure(enum media_profile p)
{
	switch (p) {
	case PROFILE_RTP_SAVP:
	case PROFILE_RTP_SAVPF:
	case PROFILE_DTLS_SAVP:
	case PROFILE_DTLS_SAVPF:
	case PROFILE_DTLS_UDPTL:
	case PROFILE_TLS_MSRP:
	case PROFILE_TLS_BFCP:
	case PROFILE_SCTP_DTLS:
		return true;
	default:
		return false;
	}
}
