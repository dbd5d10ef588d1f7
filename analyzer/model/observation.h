/* observation.h - the records that cross the wall between observe and track. */
#ifndef EARSHOT_OBSERVATION_H
#define EARSHOT_OBSERVATION_H

#include "analyzer/base/addr.h"
#include "analyzer/base/slice.h"

/*
 * Plain data: no packets, no secrets. Slices and arrays are borrowed and good
 * until the callback returns; track copies what it keeps into a call's arena.
 */

/* Where to see it again. frame 0: nowhere in particular. */
struct evidence {
	uint64_t frame;
	uint64_t ts_ns;
	uint16_t input; /* index of the input, as frames carry it */
};

/* ---- SIP ---------------------------------------------------------------- */

/* The order is part of the report's words (observation_transport_text). */
enum sip_transport {
	SIP_TRANSPORT_NONE,
	SIP_TRANSPORT_UDP,
	SIP_TRANSPORT_TCP,
	SIP_TRANSPORT_TLS,
	SIP_TRANSPORT_WS,
	SIP_TRANSPORT_WSS,
	SIP_TRANSPORT_SCTP,
	SIP_TRANSPORT_TLS_SCTP,
	SIP_TRANSPORT_OTHER,
};

enum sip_verb { /* the method of a request, or the CSeq method of a response */
		SIP_VERB_OTHER,
		SIP_VERB_INVITE,
		SIP_VERB_ACK,
		SIP_VERB_BYE,
		SIP_VERB_CANCEL,
		SIP_VERB_REGISTER,
		SIP_VERB_OPTIONS,
		SIP_VERB_MESSAGE,
		SIP_VERB_INFO,
		SIP_VERB_UPDATE,
		SIP_VERB_PRACK,
		SIP_VERB_REFER,
		SIP_VERB_SUBSCRIBE,
		SIP_VERB_NOTIFY,
		SIP_VERB_PUBLISH,
};

/* One Via value: RFC 3261 20.42, received and rport as RFC 3581. */
struct via_seen {
	enum sip_transport transport;
	struct slice host; /* sent-by host as written */
	uint16_t port;	   /* 0: not given */
	struct addr addr; /* received if given, else sent-by when it is a literal; none otherwise */
	struct slice branch;
	bool hidden; /* masked, loopback or .invalid: a hidden element, never an address to name */
};

/* One Route, Record-Route, Path or Service-Route value. */
enum route_kind { ROUTE_ROUTE, ROUTE_RECORD, ROUTE_PATH, ROUTE_SERVICE };
struct route_seen {
	enum route_kind kind;
	enum sip_transport transport; /* from the URI's transport parameter; NONE: not given */
	bool sips;
	struct slice host;
	struct addr addr; /* none when the host is a name */
	uint16_t port;
	bool hidden;
};

/* A name-addr or addr-spec: From, To, Contact, Refer-To, P-Asserted-Identity. */
struct party_seen {
	bool present;
	bool sips, tel;
	struct slice display, user, host; /* as written; user without its password */
	uint16_t port;
	struct addr addr; /* none when the host is a name */
	struct slice tag;
	enum sip_transport transport; /* of the URI's parameter */
	bool has_password;
	bool isfocus, src, srs; /* RFC 4579, RFC 7866 feature tags (Contact) */
};

enum auth_scheme { AUTH_NONE, AUTH_BASIC, AUTH_DIGEST, AUTH_BEARER, AUTH_OTHER };
struct auth_seen {
	enum auth_scheme scheme;
	bool challenge; /* WWW-/Proxy-Authenticate rather than credentials */
	bool md5;	/* algorithm MD5 or absent; not AKA */
	bool aka;
	bool has_response;
	bool has_qop;
	struct slice realm;
};

enum body_kind {
	BODY_NONE,
	BODY_SDP,
	BODY_TEXT, /* text a person wrote: text/plain, text/html, message/cpim, ... */
	BODY_DTMF, /* application/dtmf-relay, application/dtmf */
	BODY_SIPFRAG,
	BODY_PKCS7,
	BODY_RS_METADATA, /* RFC 7865 */
	BODY_DIALOG_INFO, /* dialog-info, reginfo, presence, message-summary */
	BODY_COMPOSING,	  /* is-composing, IMDN receipts */
	BODY_OTHER,
};

/* ---- SDP, as RFC 8866 with media values after inheritance from the session level ---- */

enum media_kind {
	MEDIA_AUDIO,
	MEDIA_VIDEO,
	MEDIA_TEXT,
	MEDIA_IMAGE,
	MEDIA_MESSAGE,
	MEDIA_APPLICATION,
};

enum media_profile {
	PROFILE_OTHER,
	PROFILE_RTP_AVP,
	PROFILE_RTP_AVPF,
	PROFILE_RTP_SAVP,
	PROFILE_RTP_SAVPF,
	PROFILE_DTLS_SAVP, /* UDP/TLS/RTP/SAVP, TCP/DTLS/RTP/SAVP */
	PROFILE_DTLS_SAVPF,
	PROFILE_UDPTL,
	PROFILE_DTLS_UDPTL,
	PROFILE_MSRP,
	PROFILE_TLS_MSRP,
	PROFILE_BFCP,
	PROFILE_TLS_BFCP,
	PROFILE_SCTP_DTLS,
};

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };
enum sdp_setup { SETUP_NONE, SETUP_ACTIVE, SETUP_PASSIVE, SETUP_ACTPASS, SETUP_HOLDCONN };

struct codec_seen {
	struct slice name; /* encoding name; static types (RFC 3551) filled in */
	uint32_t rate;
	uint8_t pt, channels;
};

/* One a=crypto line. The key itself stays left of the wall; key_name stands for it. */
struct crypto_seen {
	uint32_t tag;
	struct slice suite;  /* as written */
	uint64_t key_name;   /* digest_name of the first key and salt; 0: not decodable */
	uint16_t key_octets; /* decoded length of the first inline */
	uint8_t keys;	     /* inline values on the line */
	bool valid;	     /* RFC 4568: length, tag, parameters */
	bool null_cipher;
	bool unencrypted_srtp, unencrypted_srtcp, unauthenticated_srtp;
};

struct fingerprint_seen {
	struct slice hash, value; /* as written: "sha-256", "AB:CD:..." */
};

struct candidate_seen {	    /* RFC 8839 */
	struct endpoint at; /* none address: a .local name */
	uint8_t component;
	uint8_t type; /* 0 host, 1 srflx, 2 prflx, 3 relay */
};

struct line_seen { /* one m= section */
	enum media_kind kind;
	enum media_profile profile;
	struct slice proto; /* as written */
	struct endpoint
		at; /* c= and port; port 0: rejected or bundled; address none: a name or 0.0.0.0 */
	struct endpoint rtcp; /* a=rtcp, else port + 1, or equal to `at` with rtcp-mux */
	enum sdp_direction direction;
	enum sdp_setup setup;
	const struct codec_seen *codecs;
	const struct crypto_seen *cryptos;
	const struct fingerprint_seen *fingerprints;
	const struct candidate_seen *candidates;
	uint16_t codec_count, crypto_count, fingerprint_count, candidate_count;
	struct slice ufrag, mid, tls_id;
	struct slice zrtp_hash;		     /* first a=zrtp-hash, empty when none */
	bool rtcp_mux, bundle_only, bundled; /* bundled: its mid stands in a BUNDLE group */
	bool key_mgmt;			     /* a=key-mgmt (MIKEY) */
	bool k_line, k_has_key;
	bool capneg;	  /* tcap/acap/pcfg present */
	bool acfg_secure; /* acfg picks a configuration whose transport is secure */
	bool record_on;	  /* a=record:on or paused */
};

struct sdp_seen {
	struct slice session_id, session_version, origin_user; /* o= */
	struct addr origin_addr;
	uint64_t body_hash; /* hash_fixed of the whole body: equal bodies are one */
	const struct line_seen *lines;
	uint16_t line_count;
	bool truncated; /* a limit was met */
};

/* What the parser had to tolerate: bits are those of the SIP parser's flags, kept as a number and a
 * text. */
struct sip_seen {
	bool request;
	uint16_t status;     /* of a response */
	enum sip_verb verb;  /* method, or CSeq method of a response */
	struct slice method; /* as written */
	enum sip_transport
		carrier;    /* what carried it here: UDP, TCP, SCTP, WS; TLS and WSS when opened */
	bool decrypted;	    /* read by key material or exported after decryption, not on the wire in
			       clear */
	bool tcp_handshake; /* carrier TCP: its SYN was seen */
	bool retransmitted; /* same bytes as the last message of this flow */
	struct slice ruri;  /* request */
	bool ruri_sips, ruri_emergency; /* urn:service:sos */
	struct slice call_id, cseq_method, branch;
	uint32_t cseq;
	struct party_seen from, to, contact, refer_to, asserted;
	struct slice replaces; /* call-id part of Replaces */
	struct slice session_id, user_agent, event;
	const struct via_seen *vias;
	const struct route_seen *routes;
	const struct auth_seen *auths;
	uint16_t via_count, route_count, auth_count;
	uint32_t expires;  /* UINT32_MAX: not given */
	bool has_privacy;  /* Privacy header asking for id, header or user privacy */
	bool has_identity; /* RFC 8224 */
	bool siprec;	   /* Require: siprec, rs-metadata, +sip.src or +sip.srs */
	enum body_kind body;
	uint32_t body_bytes;
	const struct sdp_seen *sdp; /* NULL: none */
	uint64_t tolerated;	    /* flags of the parser, 0: a clean message */
	uint64_t message_hash; /* hash_fixed of start line, headers and body: equal messages are one
				*/
	uint16_t crypto_lines, fingerprint_lines;
	bool truncated; /* the snap length or a gap cut it */
};

/* ---- media ---------------------------------------------------------------- */

enum window_reason {
	WINDOW_START = 1 << 0,
	WINDOW_TIMER = 1 << 1, /* every 10 s */
	WINDOW_PT = 1 << 2,    /* payload type changed */
	WINDOW_SIZE = 1 << 3,  /* size pattern changed */
	WINDOW_GAP = 1 << 4,   /* over 1 s of silence */
	WINDOW_WRAP = 1 << 5,  /* sequence number wrapped */
	WINDOW_DTLS =
		1 << 6, /* a DTLS handshake, ZRTP Confirm or the first STUN passed on this flow */
	WINDOW_ZRTP = 1 << 7,
	WINDOW_STUN = 1 << 8,
	WINDOW_MERGED = 1 << 9, /* thinned: several neighbours in one */
};

/* Which plaintext tests fired in a sub-window (evidence-methods 5). */
enum look_test {
	LOOK_CHI = 1 << 0,
	LOOK_MODE = 1 << 1,
	LOOK_BIT = 1 << 2,
	LOOK_LAG = 1 << 3,
	LOOK_DUP = 1 << 4,
};

/*
 * A stretch of one SSRC in one direction on one 5-tuple. All packets of the
 * stream are counted in some window; the plaintext tests run over its first 40
 * packets, as two disjoint halves.
 */
struct window_seen {
	uint64_t first_ns, last_ns;
	uint64_t first_frame, last_frame;
	uint32_t packets, lost;
	uint64_t bytes;	  /* RTP payload */
	uint16_t reasons; /* enum window_reason */
	uint16_t first_seq, last_seq;
	uint16_t rolls;	      /* roll-overs since the stream's first packet */
	uint8_t pt;	      /* of its first packet */
	uint8_t halves;	      /* full 20-packet halves tested: 0, 1, 2; more after merging */
	uint8_t fired_halves; /* halves in which at least one test fired */
	uint8_t fired;	      /* enum look_test, united */
	uint8_t fired_deep;   /* the same, tests restricted to payload octet 10 onward */
	uint8_t fired_halves_deep;
	uint16_t tested;		  /* packets looked at */
	uint16_t g729_frames, g729_ok;	  /* 10-octet frames; frames with correct parity */
	uint16_t gsm_frames, gsm_ok;	  /* 33-octet frames; frames with GSM's signature */
	uint16_t event_packets, event_ok; /* payloads of 4 octets on another type, a repeated one
					     once; those obeying RFC 4733 */
	uint16_t residue_packets;	  /* packets with a timestamp step to compare with */
	uint16_t residue_zero,
		residue_tag; /* length = step, length = step + 4/10/16 (+MKI), one octet a sample */
	uint16_t g729_residue_zero, g729_residue_tag; /* the same for 10 octets per 80 samples */
	uint16_t short_payloads; /* under 8 octets: comfort noise, keep-alive */
	uint16_t payload_len;	 /* commonest payload length */
	uint16_t ts_step;	 /* commonest timestamp step */
};

/* One packet chosen by its content, the same at every capture point (house.md 4). */
struct print_seen {
	uint64_t choice;  /* keyed hash of the last octets: the smallest are kept */
	uint64_t payload; /* keyed hash of payload and tag */
	uint64_t ts_ns;
	uint32_t rtp_ts;
	uint16_t seq, len;
};

enum { MEDIA_WINDOWS = 16, MEDIA_PRINTS = 64 };

/* A stint of one SSRC, one direction, one 5-tuple, one capture point: sent when it
 * fell silent for 15 s, every 30 s while it talks, and at the end. Stints add up. */
struct media_seen {
	uint32_t ssrc;
	const struct window_seen *windows; /* in time order, at most MEDIA_WINDOWS */
	const struct print_seen *prints;   /* by choice, at most MEDIA_PRINTS */
	uint16_t window_count, print_count;
	uint64_t packets, bytes;
	bool continued; /* an earlier stint of the same stream was sent */
	bool in_turn;	/* unwrapped from TURN */
};

struct rtcp_seen {
	uint32_t ssrc;
	uint32_t packets, clear, encrypted; /* compound datagrams; the rest is undecidable */
	bool cname;			    /* a readable CNAME item */
	bool clear_beyond_app;		    /* clear SR, RR or SDES, not only APP or a lone BYE */
	struct evidence clear_at;	    /* first clear one */
};

/* ---- other things a flow can be --------------------------------------------- */

enum flow_speaks {
	FLOW_UNKNOWN,
	FLOW_UDPTL,
	FLOW_MSRP,
	FLOW_BFCP,
	FLOW_TLS, /* a TCP connection with TLS */
	FLOW_QUIC,
	FLOW_ESP,
	FLOW_WIREGUARD,
	FLOW_RTP_LIKE, /* looked like RTP, never continuous enough to claim */
};

/* One direction of a flow that is not RTP: packets or messages that parsed as what it speaks. */
struct flow_seen {
	enum flow_speaks speaks;
	uint64_t packets, parsed, bytes;
	struct evidence first, last; /* of the parsed ones where there are any */
	const char *hint;	     /* nDPI's name for it, or NULL: a hint, never a decision */
	bool has_text;		     /* MSRP: a SEND with a text body */
};

/* DTLS on a 5-tuple, both directions: recognised and counted. */
struct dtls_seen {
	uint32_t records;
	uint32_t handshake_types; /* bit n: handshake type n was seen in clear (types below 32) */
	uint16_t version;   /* newest seen in a ServerHello: 0xfeff, 0xfefd, 0xfefc; 0: none seen */
	bool client_is_src; /* who sent the ClientHello: the observation flow's source */
	bool client_hello, server_hello, finished, alert, application;
	struct evidence hello, done; /* first ClientHello; first record of a later epoch */
};

/* ZRTP on a 5-tuple, both directions. Bit n of `messages`: type n of zrtp.h. */
struct zrtp_seen {
	uint32_t count;
	uint32_t messages;
	bool hello_src, hello_dst; /* a Hello from the flow's source, destination */
	bool completed;		   /* Confirm2 and Conf2ACK (or SRTP after Confirm2) */
	bool go_clear, sas_relay, mitm_flag;
	uint32_t bad_crc;
	struct evidence first_hello, done; /* done: Conf2ACK, or Confirm2 */
};

/* Connectivity checks on a 5-tuple: RFC 8445 user fragments. */
struct stun_seen {
	struct slice ufrag_dst, ufrag_src; /* USERNAME is receiver:sender */
	uint32_t messages;
	bool turn;		/* allocation or channel traffic to a TURN server */
	struct endpoint mapped; /* XOR-MAPPED-ADDRESS in a success, none otherwise */
	struct endpoint relayed;
	bool nominated;
};

struct tls_seen { /* one TCP connection that speaks TLS; flow source is the client when the hello
		     was seen */
	uint16_t version; /* chosen; 0: no ServerHello seen */
	uint16_t suite;
	struct slice sni, alpn;
	bool client_hello, server_hello;
	bool sip_port; /* either port is 5061 */
	uint64_t bytes_src, bytes_dst;
};

enum loss_kind {
	LOSS_TCP_GAP,
	LOSS_FRAGMENT,
	LOSS_SNAPLEN,
	LOSS_EVICTED_FLOW,
	LOSS_EVICTED_STREAM,
	LOSS_RTP_GAP,
};
struct loss_seen {
	enum loss_kind kind;
	uint64_t count;
};

enum observation_kind {
	OBSERVATION_SIP,
	OBSERVATION_MEDIA,
	OBSERVATION_RTCP,
	OBSERVATION_FLOW,
	OBSERVATION_DTLS,
	OBSERVATION_ZRTP,
	OBSERVATION_STUN,
	OBSERVATION_TLS,
	OBSERVATION_LOSS,
};

struct observation {
	enum observation_kind kind;
	uint16_t input;	      /* input of `evidence` */
	uint16_t point;	      /* capture point */
	struct flow_key flow; /* direction: of the message or stint; of the first packet for two-way
				 kinds */
	uint64_t first_ns, last_ns;
	struct evidence evidence; /* the frame to look at first */
	union {
		struct sip_seen sip;
		struct media_seen media;
		struct rtcp_seen rtcp;
		struct flow_seen flow;
		struct dtls_seen dtls;
		struct zrtp_seen zrtp;
		struct stun_seen stun;
		struct tls_seen tls;
		struct loss_seen loss;
	} as;
};
typedef void observation_fn(void *ctx, const struct observation *o);

/* Words for the report: "udp", "tls-sctp", ...; "audio"; "RTP/SAVP"; "INVITE". */
const char *observation_transport_text(enum sip_transport t);
const char *observation_media_text(enum media_kind k);
const char *observation_profile_text(enum media_profile p);
const char *observation_verb_text(enum sip_verb v);
/* Does the profile itself promise protection: SAVP, DTLS, TLS? */
bool observation_profile_secure(enum media_profile p);
bool observation_transport_encrypted(enum sip_transport t); /* TLS, WSS, TLS-SCTP */

#endif
