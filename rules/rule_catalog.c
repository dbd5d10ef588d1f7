/* rule_catalog.c - what the catalogue says of each rule: words and citations, no logic. */
#include "rules/rule.h"

#include <stddef.h>

/* The framework bundles of rule-catalog D. TI_BESIDE is TI without what TX holds already. */
#define TX                                                                                         \
	"45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)", "NIST SP 800-53r5 SC-8",               \
		"NIST SP 800-53r5 SC-8(1)", "NIST SP 800-171r2 3.13.8",                            \
		"PCI DSS v4.0.1 4.2.1 (if card data)", "GLBA 16 CFR 314.4(c)(3)",                  \
		"GDPR art. 32(1)(a)", "CJIS Security Policy 5.10.1.2.1 (v6.0: SC-8)",              \
		"90 FR 898 (proposed) 45 CFR 164.312(b)(2)"
#define TI_BESIDE                                                                                  \
	"45 CFR 164.312(c)(1)", "45 CFR 164.312(e)(2)(i)", "NIST SP 800-53r5 SC-23",               \
		"GDPR art. 32(1)(b)"
#define TI TI_BESIDE, "NIST SP 800-53r5 SC-8"
#define CR                                                                                         \
	"45 CFR 164.402 guidance (SP 800-52r2 route)", "NIST SP 800-52r2", "NIST SP 800-131Ar2",   \
		"NIST SP 800-53r5 SC-13", "PCI DSS v4.0.1 4.2.1", "BSI TR-02102-2",                \
		"CJIS Security Policy 5.10.1.2.1 (128 bit)"
#define KM                                                                                         \
	"NIST SP 800-53r5 SC-12", "NIST SP 800-57 part 1",                                         \
		"45 CFR 164.402 guidance (key apart from data)", "PCI DSS v4.0.1 4.2.1.1",         \
		"GLBA 16 CFR 314.2(m)"
#define ID_BESIDE                                                                                  \
	"45 CFR 164.312(d)", "NIST SP 800-53r5 IA-3", "NIST SP 800-53r5 IA-5(2)",                  \
		"NIST SP 800-53r5 SC-17"
#define ID ID_BESIDE, "NIST SP 800-53r5 SC-23"
#define EX                                                                                         \
	"NIST SP 800-53r5 SC-8(3)", "NIST SP 800-53r5 SC-8(4)", "GDPR art. 5(1)(c)",               \
		"GDPR art. 25", "45 CFR 164.306(a)"
#define TP                                                                                         \
	"45 CFR 164.308(b)", "45 CFR 164.314(a)", "NIST SP 800-53r5 SC-7", "GDPR art. 28",         \
		"GLBA 16 CFR 314.4(f)"
#define AS                                                                                         \
	"45 CFR 164.308(a)(1)(ii)(A)", "45 CFR 164.308(a)(8)", "NIST SP 800-53r5 CA-2",            \
		"NIST SP 800-53r5 CA-7", "NIST SP 800-53r5 AU-12", "GDPR art. 32(1)(d)"
#define RC                                                                                         \
	"45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)", "PCI DSS v4.0.1 3.3.1",                \
		"PCI DSS v4.0.1 4.2.1", "SEC 17 CFR 240.17a-4", "FINRA 3170, 4511",                \
		"MiFID II art. 16(7)"
#define CITE(...) ((const char *const[]){ __VA_ARGS__, NULL })

const struct rule rule_catalog_list[RULES] = {
	[RULE_AUTH_001] = {
		"AUTH-001", "Reusable credential in clear", SEVERITY_CRITICAL, CLASS_EXPOSURE,
		"Basic or Bearer credentials, or a password in a URI, a header or a body, on a transport that is "
		"not encrypted.",
		"Use digest or OAuth, and only over TLS; then change the credential, since it has been shown.",
		CITE(ID, TX),
		"Basic inside TLS can be read by the hop that ends the connection only: medium.",
	},
	[RULE_AUTH_002] = {
		"AUTH-002", "Digest authentication with MD5", SEVERITY_MEDIUM, CLASS_EXPOSURE,
		"The digest algorithm is MD5 or not given; in clear, challenge and response allow guessing offline.",
		"Use SHA-256 digests (RFC 8760) over TLS.",
		CITE(ID, CR),
		"AKA variants (RFC 3310) use passwords that serve once. Inside TLS: low.",
	},
	[RULE_KEY_001] = {
		"KEY-001", "Media key readable", SEVERITY_CRITICAL, CLASS_EXPOSURE,
		"An a=crypto line with its inline key in SDP that was read from clear signaling.",
		"Encrypt signaling with TLS at once; then move to DTLS-SRTP or ZRTP, so that no element on the "
		"way holds the key. Asterisk: media_encryption=dtls. rtpengine: SDES-off DTLS=passive.",
		CITE(KM, TX, CR),
		"A line answered with another method, or refused, is KEY-008; a call that ended before any answer "
		"still gave its key away (medium). SIP decrypted before it was written is not this rule.",
	},
	[RULE_KEY_008] = {
		"KEY-008", "SDES offered beside in-band keying", SEVERITY_LOW, CLASS_POSTURE,
		"SDP carries an inline key together with a fingerprint or a zrtp-hash, or an answer has more than "
		"one method (RFC 8643 3.2).",
		"Stop offering SDES. rtpengine: SDES-off. WebRTC forbids it.",
		CITE(KM),
		"The key may never be used; it still leaks a secret that ZRTP may take as input.",
	},
	[RULE_KEY_009] = {
		"KEY-009", "Key in a k= line or MIKEY in signaling", SEVERITY_CRITICAL, CLASS_EXPOSURE,
		"A k= line with a key, or a MIKEY message that carries one, in SDP that others could read.",
		"Use DTLS-SRTP; RFC 8866 says that k= must not be used.",
		CITE(KM),
		"MIKEY inside S/MIME, and its Diffie-Hellman and RSA-R modes; a k=prompt line holds no key.",
	},
	[RULE_MED_001] = {
		"MED-001", "Media readable", SEVERITY_CRITICAL, CLASS_EXPOSURE,
		"Media of an answered line without protection whose payload has the structure of its codec, or "
		"parses as fax, messages or floor control.",
		"Make SRTP mandatory on both sides. Asterisk: media_encryption=dtls with "
		"media_encryption_optimistic=no. FreeSWITCH: rtp_secure_media=mandatory.",
		CITE(TX),
		"ZRTP over AVP, accepted optional SRTP, capability negotiation that chose SAVP, comfort noise only. "
		"Fax over a voice codec shows as voice, unless T.38 was proposed for it and refused.",
	},
	[RULE_MED_002] = {
		"MED-002", "Agreed as protected, sent in clear", SEVERITY_CRITICAL, CLASS_EXPOSURE,
		"SDP agreed on protected media and the packets show plaintext.",
		"Find the sender that ignores what was agreed, and raise an alarm on it.",
		CITE(TX, TI_BESIDE),
		"UNENCRYPTED_SRTP and the NULL profile are agreed; few packets leave a doubt only.",
	},
	[RULE_MED_003] = {
		"MED-003", "Negotiated down", SEVERITY_HIGH, CLASS_ATTACK,
		"Protection was offered and the answer, or a second offer after a refusal, had none.",
		"Refuse the call instead of trying again without protection; look for an element that strips keys.",
		CITE(TX, TI_BESIDE),
		"A callee that truly cannot (still a finding); another callee; an emergency call must be retried "
		"without keys (RFC 6881).",
	},
	[RULE_MED_004] = {
		"MED-004", "Optional protection not taken up", SEVERITY_HIGH, CLASS_EXPOSURE,
		"Keys were offered as an option (RFC 8643 or capability negotiation), the answer had none, and the "
		"media was readable.",
		"Do not use optional protection for sensitive calls (RFC 8643 4).",
		CITE(TX),
		"Without the media nothing is decided: ZRTP may have run.",
	},
	[RULE_MED_005] = {
		"MED-005", "Unprotected line beside a protected one", SEVERITY_HIGH, CLASS_EXPOSURE,
		"One m-line of a session is protected and another (video, fax, messages, text) is not.",
		"Protect each line, or refuse it.",
		CITE(TX),
		"Refused with port 0; fax inside DTLS.",
	},
	[RULE_MED_006] = {
		"MED-006", "Media readable for a time", SEVERITY_HIGH, CLASS_EXPOSURE,
		"Readable media before ZRTP completes (against 1.0 s and 50 packets a direction), on a line keyed "
		"by DTLS or SDES, or before the answer.",
		"Send keys with the first provisional answer, and keep the protected profile in each new offer.",
		CITE(TX),
		"Low within the tolerance, and for ringback or an announcement before the answer. Music on hold.",
	},
	[RULE_MED_007] = {
		"MED-007", "Media that nothing announces", SEVERITY_MEDIUM, CLASS_POSTURE,
		"A flow of at least 20 RTP packets that no SDP, ICE or TURN exchange seen here owns.",
		"Find out who sends it, and to whom.",
		CITE(AS, TX),
		"Signaling that was opaque or missed; keep-alives; other protocols that look alike; multicast. An "
		"owner that is found discharges it.",
	},
	[RULE_MED_011] = {
		"MED-011", "One-way or no media", SEVERITY_INFO, CLASS_VISIBILITY,
		"An answered call of which one direction, or both, did not pass this capture.",
		"Capture where both directions pass.",
		CITE(AS),
		"Hold, listen-only lines, a tap on one direction, silence suppression.",
	},
	[RULE_MED_012] = {
		"MED-012", "Multicast page in clear", SEVERITY_MEDIUM, CLASS_EXPOSURE,
		"RTP with the structure of a codec to a multicast group.",
		"Use SRTP for paging, or a network of its own.",
		CITE(TX),
		"Music on hold by multicast.",
	},
	[RULE_OBS_001] = {
		"OBS-001", "One side only", SEVERITY_INFO, CLASS_VISIBILITY,
		"No packet beyond an element in the middle, or one access link only.",
		"Add a capture at the other side.",
		CITE(AS),
		"",
	},
	[RULE_OBS_002] = {
		"OBS-002", "Signaling opaque", SEVERITY_INFO, CLASS_VISIBILITY,
		"TLS, WSS, ESP or QUIC without keys, or media without any SIP.",
		"Capture inside the element, or give a key log in a test bed.",
		CITE(AS),
		"",
	},
	[RULE_OBS_003] = {
		"OBS-003", "Truncated packets", SEVERITY_MEDIUM, CLASS_VISIBILITY,
		"The capture cut SIP, handshakes or more than 1 % of the media packets.",
		"Capture with the full snap length.",
		CITE(AS),
		"A payload cut on purpose still serves the rules about flows.",
	},
	[RULE_OBS_004] = {
		"OBS-004", "Loss or gaps", SEVERITY_MEDIUM, CLASS_VISIBILITY,
		"Gaps of 5 % or more in a media stream at this capture, holes in TCP, fragments that never came.",
		"Improve the mirror port or the tap.",
		CITE(AS),
		"Loss on the network, shown by RTCP, is not loss of the capture.",
	},
	[RULE_OBS_005] = {
		"OBS-005", "Clock or order problems", SEVERITY_LOW, CLASS_VISIBILITY,
		"Time runs backwards, or two capture points differ by more than 250 ms on the same packets.",
		"Synchronise clocks by NTP or PTP.",
		CITE(AS),
		"Files that were merged.",
	},
	[RULE_OBS_006] = {
		"OBS-006", "Start or end of the call missing", SEVERITY_LOW, CLASS_VISIBILITY,
		"No INVITE that began the call, or no end of it, in the capture.",
		"Capture for longer.",
		CITE(AS),
		"",
	},
	[RULE_OBS_012] = {
		"OBS-012", "Signaling was decrypted before it was written", SEVERITY_INFO, CLASS_VISIBILITY,
		"The Via says TLS or WSS and the packets are UDP, made-up TCP, an export file or HEP.",
		"Capture on the wire; treat the monitor as an element that reads calls.",
		CITE(AS, TP),
		"Genuine TCP under a TLS Via is clear SIP behind an offloader.",
	},
	[RULE_PRIV_001] = {
		"PRIV-001", "Who called whom, in clear", SEVERITY_MEDIUM, CLASS_EXPOSURE,
		"Names and numbers in From, To, Contact or asserted identities on a transport that is not encrypted.",
		"Encrypt signaling; RFC 3323 privacy; leave out what is not needed.",
		CITE(EX, TX),
		"anonymous.invalid; service numbers.",
	},
	[RULE_PRIV_002] = {
		"PRIV-002", "Message body in clear", SEVERITY_HIGH, CLASS_EXPOSURE,
		"A MESSAGE or other body with text that a person wrote, on a transport that is not encrypted.",
		"Encrypt signaling; RFC 8591 for the body itself.",
		CITE(TX, EX, "PCI DSS v4.0.1 4.2.2"),
		"Typing notices and delivery receipts: low.",
	},
	[RULE_SIG_001] = {
		"SIG-001", "Plaintext SIP", SEVERITY_HIGH, CLASS_EXPOSURE,
		"SIP of a call read from UDP, TCP or SCTP packets.",
		"TLS on every hop. Kamailio: listen=tls:, and drop UDP. FreeSWITCH: tls-only. Asterisk: "
		"transport=tls.",
		CITE(TX, EX),
		"Between two processes of one host: info. OPTIONS: low. SIP that was decrypted before it was written "
		"is OBS-012.",
	},
	[RULE_SIG_002] = {
		"SIG-002", "Mixed hop protection", SEVERITY_HIGH, CLASS_EXPOSURE,
		"One hop of the call is encrypted and another is not, as seen or as the Via headers say.",
		"Force TLS on the weak hop, and refuse a change of transport.",
		CITE(TX, TI_BESIDE),
		"Lower Via values are declarations; a clear hop inside one host.",
	},
	[RULE_SIG_003] = {
		"SIG-003", "sips: promise broken", SEVERITY_HIGH, CLASS_EXPOSURE,
		"A sips: URI in the request line, To, Contact or Record-Route while a hop was not TLS.",
		"Send a sips: request on to sips: targets only (RFC 5630 4, 5.3).",
		CITE(TI, "45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)", "NIST SP 800-53r5 SC-8(1)",
		     "NIST SP 800-171r2 3.13.8", "PCI DSS v4.0.1 4.2.1 (if card data)",
		     "GLBA 16 CFR 314.4(c)(3)", "GDPR art. 32(1)(a)"),
		"sips: in From only; a back-to-back agent in between; the last hop by the rules of 2002.",
	},
	[RULE_SIG_004] = {
		"SIG-004", "Intermediaries read signaling", SEVERITY_MEDIUM, CLASS_POSTURE,
		"Via values of two or more elements, routing headers that name another host, or responses made by "
		"an element in between.",
		"Inherent to proxies: list the elements that are trusted, and key media end to end, so that it "
		"costs call details only.",
		CITE(TP, TX),
		"Two Record-Route values of one host; the phone's own outbound proxy; masked values; spirals.",
	},
	[RULE_SIG_007] = {
		"SIG-007", "Registration in clear", SEVERITY_HIGH, CLASS_EXPOSURE,
		"REGISTER or its response with bindings that could be read.",
		"TLS from the phone to the registrar, kept open (RFC 5626).",
		CITE(TX, ID, EX),
		"A keep-alive REGISTER without bindings.",
	},
#include "rules/rule_catalog_keying.def"
#include "rules/rule_catalog_boxes.def"
#include "rules/rule_catalog_signaling.def"
};
