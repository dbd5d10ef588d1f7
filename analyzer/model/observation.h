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
	bool automaton;		/* RFC 3840 10: a machine answers */
};

enum auth_scheme { AUTH_NONE, AUTH_BASIC, AUTH_DIGEST, AUTH_BEARER, AUTH_OTHER };
struct auth_seen {
	enum auth_scheme scheme;
	bool challenge; /* WWW-/Proxy-Authenticate rather than credentials */
	bool md5;	/* algorithm MD5 or absent; not AKA */
	bool aka;
	bool has_response;
	bool has_qop;
	struct slice realm, nonce, username; /* username: an identity */
	uint32_t nc;			     /* of the nonce; 0: not given */
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

/* Signs that a call leads into another network (RFC 3372, RFC 8496). */
enum gateway_sign {
	GATEWAY_ISUP = 1 << 0,	 /* a body of the telephone network's own signaling */
	GATEWAY_CHARGE = 1 << 1, /* P-Charge-Info, which a carrier's trunk asks for */
	GATEWAY_TEL = 1 << 2,	 /* the request is to a tel: number; proves nothing alone */
};

enum sensitive_kind {
	SENSITIVE_LOCATION = 1 << 0, /* Geolocation, PIDF-LO, P-Access-Network-Info with a cell */
	SENSITIVE_SUBJECT = 1 << 1,
	SENSITIVE_USER_TO_USER = 1 << 2,
	SENSITIVE_CALL_INFO = 1 << 3,
	SENSITIVE_PRIVATE = 1 << 4,  /* other P- headers with identities or charging data */
	SENSITIVE_METADATA = 1 << 5, /* rs-metadata (RFC 7865) */
};

/* RFC 3329: ipsec-3gpp without encryption. Verify repeats what both sides settled on. */
enum ipsec_null {
	IPSEC_NOT_NULL,
	IPSEC_NULL_OFFERED,
	IPSEC_NULL_SETTLED,
	IPSEC_SETTLED,	 /* on a list that has both */
	IPSEC_ENCRYPTING /* every agreement on it encrypts */
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

enum { CRYPTO_KEYS = 4 };

/* What is wrong with a key whose octets are no random choice (KEY-006). */
enum key_pattern { KEY_RANDOM, KEY_ZERO, KEY_CONSTANT, KEY_SEQUENTIAL, KEY_TEXT };

/* What a cipher of SRTP falls short of (SRTP-005): AES with 256 bits, a cipher that FIPS approves.
 */
enum cipher_short { SHORT_OF_CNSA = 1 << 0, SHORT_OF_FIPS = 1 << 1 };

/* One a=crypto line. Keys stay left of the wall; key_names stand for them. */
struct crypto_seen {
	uint32_t tag;
	struct slice suite;		 /* as written */
	const char *wrong;		 /* why the standard refuses the line, or NULL; static */
	uint64_t key_names[CRYPTO_KEYS]; /* digest_name of key and salt; 0: not decodable */
	uint64_t lifetimes[CRYPTO_KEYS]; /* packets each of them may protect; 0: not declared */
	uint16_t key_octets;		 /* decoded length of the first inline */
	uint16_t tag_bits;		 /* SRTP tag of the suite; 0: unknown suite */
	uint8_t keys;			 /* inline values on the line */
	uint8_t pattern;		 /* enum key_pattern, the worst of its keys */
	uint8_t cipher_short;		 /* enum cipher_short */
	bool valid;			 /* RFC 4568: length, tag, parameters */
	bool unknown_suite;		 /* well-formed, a suite we do not know */
	bool alias, unpadded;		 /* tolerated spelling; base64 without '=' */
	bool null_cipher;
	bool unencrypted_srtp, unencrypted_srtcp, unauthenticated_srtp;
	bool fec_key; /* one more master key on the line */
};

struct zrtp_hash_seen {		    /* a=zrtp-hash (RFC 6189 8) */
	struct slice version, hash; /* as written: "1.10", hex */
};

struct fingerprint_seen {
	struct slice hash, value; /* as written: "sha-256", "AB:CD:..." */
};

struct candidate_seen {	    /* RFC 8839 */
	struct endpoint at; /* none address: a .local name */
	uint8_t component;
	uint8_t type; /* 0 host, 1 srflx, 2 prflx, 3 relay */
};

enum { MIKEY_NONE = 255, MIKEY_BROKEN = 254 };

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
	const struct zrtp_hash_seen *zrtp_hashes;
	uint16_t zrtp_hash_count;
	uint8_t mikey; /* data type of the MIKEY message (RFC 3830 6.1); MIKEY_NONE: no
			  a=key-mgmt:mikey */
	bool rtcp_mux, bundle_only, bundled; /* bundled: its mid stands in a BUNDLE group */
	bool key_mgmt;			     /* a=key-mgmt (MIKEY) */
	bool k_line, k_has_key;
	bool capneg;	  /* tcap/acap/pcfg present */
	bool acfg_secure; /* acfg picks a configuration whose transport is secure */
	bool record_on;	  /* a=record:on or paused */
	bool ice_lite;	  /* RFC 8445 2.5; of the session, too */
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
enum check { CHECK_NONE, CHECK_OK, CHECK_BAD }; /* not possible; done and right; done and wrong */

/* Identity: a PASSporT (RFC 8224, 8225), read and, with --stir-certs, verified. Its text stays left
 * of the wall. */
struct passport_seen {
	bool present, broken; /* broken: not a PASSporT */
	uint8_t attest;	      /* 'A', 'B', 'C'; 0: none (RFC 8588) */
	bool has_mky;
	enum check mky;	      /* its fingerprints against those of this message's SDP */
	enum check signature; /* NONE: no certificate for it was given */
	bool stale;	      /* iat further than 60 s from the message (RFC 8224 6.2.4) */
};

struct sip_seen {
	bool request;
	uint16_t status;     /* of a response */
	enum sip_verb verb;  /* method, or CSeq method of a response */
	struct slice method; /* as written */
	enum sip_transport
		carrier; /* what carried it here: UDP, TCP, SCTP, WS; TLS and WSS when opened */
	bool decrypted;	 /* exported after decryption: not on the wire in clear, and nobody here
			    opened it */
	bool copied;	 /* an element sent this copy (HEP) to its monitor; it says what carried the
			    message */
	struct endpoint copied_by, copied_to;
	bool opened;	    /* read with the user's key material: the hop itself was encrypted */
	bool tcp_handshake; /* carrier TCP: its SYN was seen */
	bool retransmitted; /* same bytes as the last message of this flow */
	struct slice ruri;  /* request */
	bool ruri_sips, ruri_password;
	bool ruri_emergency; /* urn:service:sos, here or in To */
	struct slice call_id, cseq_method, branch;
	uint32_t cseq;
	struct party_seen from, to, contact, refer_to, asserted;
	struct slice replaces; /* call-id part of Replaces */
	struct slice session_id, user_agent, event;
	const struct via_seen *vias;
	const struct route_seen *routes;
	const struct auth_seen *auths;
	uint16_t via_count, route_count, auth_count;
	uint32_t expires; /* UINT32_MAX: not given */
	bool has_privacy; /* Privacy header asking for id, header or user privacy */
	struct passport_seen passport;
	bool siprec;	 /* Require: siprec, rs-metadata, +sip.src or +sip.srs */
	uint8_t gateway; /* enum gateway_sign */
	enum body_kind body;
	uint32_t body_bytes;
	bool enveloped;		    /* a part is encrypted with S/MIME (RFC 8551 3.3) */
	bool body_signed;	    /* multipart/signed (RFC 8551 3.5), and not enveloped */
	uint8_t ipsec_null;	    /* enum ipsec_null */
	uint16_t sensitive;	    /* enum sensitive_kind: headers and bodies of PRIV-005 */
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
	uint32_t mixed;	  /* packets that name contributing sources (CSRC) */
	uint32_t routed;  /* packets seen here again, unchanged, with another hop limit */
	uint16_t again;	  /* packets of numbers that had come long before, without a hole since */
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
	uint16_t event_digits;		  /* of them, digits: no flash of the hook */
	uint16_t residue_packets;	  /* packets with a timestamp step to compare with */
	uint16_t residue_zero,
		residue_tag; /* length = step, length = step + 4/10/16 (+MKI), one octet a sample */
	uint16_t g729_residue_zero, g729_residue_tag; /* the same for 10 octets per 80 samples */
	uint16_t short_payloads; /* under 8 octets: comfort noise, keep-alive */
	uint16_t payload_len;	 /* commonest payload length */
	uint16_t ts_step;	 /* commonest timestamp step */
	uint16_t tried;		 /* packets whose tag was tried under known keys */
	uint16_t verified;	 /* of them, those that one known key authenticates */
	uint32_t trials;	 /* tags computed for it, all keys, roll-overs and MKI lengths */
	uint64_t routed_frame, routed_ns; /* the first of `routed`, in the stint's input; 0: none */
};

/* Under which key the tags of a stint verified (evidence-methods 1). */
struct proof_seen {
	uint64_t key_name; /* digest_name of master key and salt; 0: none verified */
	uint32_t roc;	   /* roll-over count at the stream's first packet */
	uint8_t mki_octets;
	uint8_t source;	 /* enum key_source */
	bool wrong_way;	 /* the key announced by the receiver, not the sender */
	bool legacy_kdf; /* AES-192 keys derived as libsrtp before 2025 did */
	bool salt_right; /* GCM salt aligned the other way */
	bool rekeyed;	 /* another known key verifies later packets */
	uint32_t tried, verified,
		failed_after;  /* packets; those that failed after one had verified */
	uint64_t failed_frame; /* first of them, 0: none */
};
enum key_source { KEY_FROM_SDES, KEY_FROM_DTLS };

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
	uint32_t cut;		/* packets that the snap length cut */
	struct evidence cut_at; /* the first of them */
	bool continued;		/* an earlier stint of the same stream was sent */
	struct proof_seen proof;
	bool in_turn; /* unwrapped from TURN */
};

struct rtcp_seen {
	uint32_t ssrc;
	uint32_t packets, clear, encrypted; /* compound datagrams; the rest is undecidable */
	bool cname;			    /* a readable CNAME item */
	bool cname_personal;		    /* it holds user@host (RFC 7022 advises against it) */
	uint32_t e_zero;		    /* SRTCP packets that verified with E = 0 */
	uint32_t verified;		    /* SRTCP packets whose tag a known key verified */
	uint64_t key_name;		    /* that key, 0: none */
	bool clear_beyond_app;		    /* clear SR, RR or SDES, not only APP or a lone BYE */
	struct evidence clear_at;	    /* first clear one */
	struct evidence report_at;	    /* last clear one that does not say goodbye */
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

/* ---- handshakes: TLS and DTLS ------------------------------------------------ */

enum { CERT_HASHES = 5, CERT_NAMES = 8, CERT_HASH_MAX = 64 };
enum cert_hash { CERT_SHA1, CERT_SHA224, CERT_SHA256, CERT_SHA384, CERT_SHA512 };
enum cert_key { CERT_KEY_OTHER, CERT_KEY_RSA, CERT_KEY_EC, CERT_KEY_EDDSA, CERT_KEY_DSA };

/* The first certificate one side sent. Digests over its DER octets. */
struct cert_seen {
	bool sent;				    /* a Certificate message was read whole */
	bool none;				    /* and held no certificate */
	bool parsed;				    /* it is X.509 */
	uint8_t digest[CERT_HASHES][CERT_HASH_MAX]; /* by enum cert_hash, leading octets */
	uint8_t key_digest[32];			    /* SHA-256 of SubjectPublicKeyInfo */
	int64_t not_before_s, not_after_s;	    /* Unix time */
	enum cert_key key;
	uint16_t key_bits;
	uint16_t chain;	     /* certificates in the message */
	bool weak_signature; /* signed with MD5 or SHA-1; never set on a self-signed one */
	bool self_signed;
	enum check trusted; /* chain against --ca; NONE: no store given */
	bool eku, eku_server, eku_client,
		eku_sip; /* eku: the extension is there, without anyExtendedKeyUsage */
	bool has_san, wildcard;
	struct slice cn;
	struct slice names[CERT_NAMES]; /* RFC 5922 7.1: hosts of sip: URIs without user part; else
					   dNSNames */
	uint8_t name_count;
	bool names_uri;		      /* they are from URIs */
	struct slice dns[CERT_NAMES]; /* dNSNames beside URIs, for HTTPS; else they are in names */
	uint8_t dns_count;
	bool names_more;       /* there were more names than are held */
	enum check possession; /* a handshake signature under its key: the sender holds the private
				  key */
	struct evidence at;
};

/* What the chosen cipher suite is worth (rule-catalog D.2), best first. */
enum suite_grade {
	SUITE_UNSEEN, /* no ServerHello, or a suite we do not know */
	SUITE_AEAD,
	SUITE_CBC, /* with SHA-256 or SHA-384 */
	SUITE_CBC_SHA1,
	SUITE_3DES,
	SUITE_BROKEN, /* NULL, anonymous, export, RC4, DES */
};

/*
 * One handshake. What was never read stays zero; slices are good until the
 * callback returns. [0] the client's, [1] the server's.
 */
struct handshake_seen {
	uint16_t version; /* chosen; 0: no ServerHello read. DTLS: 0xfeff, 0xfefd, 0xfefc */
	uint16_t offered; /* highest offered */
	uint16_t suite;
	uint16_t group; /* named group of the key exchange (RFC 8446 4.2.7), 0: none or not seen */
	uint16_t kex_bits; /* finite-field group or RSA key transport, 0: neither */
	uint16_t group_bits;
	uint16_t profile;				    /* use_srtp chosen in clear */
	const char *suite_name, *group_name, *profile_name; /* static; NULL: none or unknown */
	uint8_t suite_grade;				    /* enum suite_grade */
	bool forward_secret;
	bool has_profile;
	uint16_t profiles_offered; /* how many; bit sets below */
	bool null_profile_offered,
		weak_offered; /* weak: a suite or version of TLS-001/002 was offered */
	bool client_hello, server_hello, client_done,
		server_done; /* done: that side's Finished, or its first protected record */
	bool extended_master_secret, renegotiation_info, compression, retry, resumed, psk,
		psk_only; /* psk_only: psk_ke */
	bool client_cert_asked;
	bool hidden; /* certificates are encrypted (1.3) and no key opened them */
	bool alert_fatal;
	bool conflict;	 /* two different contents for the same octets */
	bool incomplete; /* a message of the handshake is missing or was cut */
	bool has_randoms, has_shares;
	uint8_t randoms[32]; /* SHA-256 of client random and server random */
	uint8_t shares[32];  /* SHA-256 of both sides' public key shares: equal at two places: one
				handshake */
	struct cert_seen certs[2];
	struct evidence client_at, server_at, done_at,
		alert_at; /* ClientHello, ServerHello, last Finished */
};

/* One DTLS association on a 5-tuple, both directions. A new handshake there is another one. */
struct dtls_seen {
	uint32_t association; /* from 0, per 5-tuple */
	uint32_t records;
	bool client_is_src; /* who sent the ClientHello: the observation flow's source */
	bool application;
	struct handshake_seen shake;
};

enum { ZRTP_NAME = 4 };

/* One side of a ZRTP exchange. */
struct zrtp_side_seen {
	bool hello, commit, dhpart, confirm;
	uint8_t hello_hash[32]; /* SHA-256 of the Hello message: what zrtp-hash announces */
	uint8_t h3[32];
	uint8_t zid_name[8];	 /* keyed digest of the ZID */
	uint8_t public_name[32]; /* SHA-256 of the DHPart's public value; zero: none */
	uint8_t version[ZRTP_NAME + 1];
	bool mitm, passive, signs;
	uint8_t hellos; /* different Hellos seen from this side */
	enum check chain, hello_mac, commit_mac, hvi;
	struct evidence hello_at;
};

/* ZRTP on a 5-tuple, both directions. Bit n of `messages`: type n of zrtp.h. [0]: the flow's
 * source. */
struct zrtp_seen {
	uint32_t count;
	uint32_t messages;
	bool completed;		  /* Confirm2 and Conf2ACK (or SRTP after Confirm2) */
	bool sas_relay, go_clear; /* or what acknowledges it */
	bool clear_ack;
	bool initiator_src; /* who sent the Commit that counted */
	bool multistream, preshared;
	uint8_t hash[ZRTP_NAME + 1], cipher[ZRTP_NAME + 1], tag[ZRTP_NAME + 1],
		agreement[ZRTP_NAME + 1], sas[ZRTP_NAME + 1]; /* chosen in the Commit */
	uint32_t bad_crc, ssrc[2];
	struct zrtp_side_seen side[2];
	struct evidence first_hello, done; /* done: Conf2ACK, or Confirm2 */
	struct evidence go_clear_at, sas_relay_at, error_at, broken_at;
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
	struct slice sni, alpn;
	bool sip_port;	/* either port is 5061 */
	bool opened;	/* some of it was read with the user's key material */
	bool gap;	/* opening stopped at a hole in the stream */
	bool websocket; /* an upgrade to WebSocket with subprotocol sip was read inside */
	bool routed;	/* both hellos were seen here again, unchanged, with another hop limit */
	uint64_t bytes_src, bytes_dst;
	struct handshake_seen shake;
};

enum loss_kind {
	LOSS_TCP_GAP,
	LOSS_FRAGMENT,
	LOSS_SNAPLEN,
	LOSS_EVICTED_FLOW,
	LOSS_EVICTED_STREAM,
	LOSS_RTP_GAP,
	LOSS_SIP_CUT, /* a SIP message that was cut before its Call-ID: it is in no row */
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
