/* sip_body.h - what a message carries: types, and multipart bodies in their parts (RFC 2046,
 * 3261 7.4). */
#ifndef EARSHOT_SIP_BODY_H
#define EARSHOT_SIP_BODY_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/proto/sip/sip.h"

enum { SIP_BODY_MAX_PARTS = 16 };

enum sip_body_type {
	SIP_BODY_NONE, /* no body, or a body without Content-Type */
	SIP_BODY_OTHER,
	SIP_BODY_SDP,
	SIP_BODY_SIPFRAG,      /* message/sipfrag */
	SIP_BODY_SIP,	       /* message/sip */
	SIP_BODY_CPIM,	       /* message/cpim */
	SIP_BODY_IMDN,	       /* message/imdn+xml */
	SIP_BODY_IS_COMPOSING, /* application/im-iscomposing+xml */
	SIP_BODY_EXTERNAL,     /* message/external-body */
	SIP_BODY_TEXT,	       /* text/plain */
	SIP_BODY_TEXT_OTHER,   /* text/html and other text/ */
	SIP_BODY_PKCS7_MIME, /* application/pkcs7-mime, x-pkcs7-mime: content hidden from proxies */
	SIP_BODY_PKCS7_SIGNATURE,
	SIP_BODY_RS_METADATA, /* application/rs-metadata(+xml): recording metadata (RFC 7865) */
	SIP_BODY_DTMF_RELAY,  /* application/dtmf-relay: digits, a secret */
	SIP_BODY_DTMF,	      /* application/dtmf, vnd.nortelnetworks.digits: the same */
	SIP_BODY_KPML_REQUEST,
	SIP_BODY_KPML_RESPONSE, /* digits, a secret */
	SIP_BODY_MEDIA_CONTROL, /* application/media_control+xml: fast picture update */
	SIP_BODY_ISUP,		/* application/isup, qsig */
	SIP_BODY_PIDF,		/* application/pidf+xml: presence or location */
	SIP_BODY_DIALOG_INFO,
	SIP_BODY_CONFERENCE_INFO,
	SIP_BODY_REGINFO,
	SIP_BODY_MESSAGE_SUMMARY, /* application/simple-message-summary */
	SIP_BODY_RESOURCE_LISTS,
	SIP_BODY_TRICKLE_ICE, /* application/trickle-ice-sdpfrag */
	SIP_BODY_MULTIPART,   /* one that could not be split, or is nested too deep */
};

enum sip_body_flag {
	SIP_BODY_NO_BOUNDARY = 1 << 0, /* multipart without boundary, or it is never met */
	SIP_BODY_UNENDED = 1 << 1,     /* the closing boundary is missing */
	SIP_BODY_TOO_MANY = 1 << 2,    /* parts beyond SIP_BODY_MAX_PARTS dropped */
	SIP_BODY_TOO_DEEP =
		1 << 3, /* a multipart inside a multipart inside a multipart, left whole */
	SIP_BODY_ENCODED =
		1 << 4, /* Content-Encoding other than identity: bytes are not the content */
	SIP_BODY_SIGNED = 1 << 5,  /* multipart/signed seen */
	SIP_BODY_UNTYPED = 1 << 6, /* body without Content-Type; taken as SDP when it begins so */
	SIP_BODY_SPLIT = 1 << 7,   /* multipart was split into parts */
};

struct sip_body_part {
	struct slice type_text; /* "application/sdp", without parameters */
	struct slice type_params;
	struct slice disposition; /* token of Content-Disposition */
	struct slice transfer;	  /* Content-Transfer-Encoding */
	struct slice content_id;
	struct slice bytes;
	enum sip_body_type type;
	uint8_t depth; /* 0: the body itself, 1: part of a multipart, 2: nested once */
	bool handling_optional;
};

struct sip_body {
	uint16_t n;
	uint16_t flags;					/* enum sip_body_flag */
	struct sip_body_part parts[SIP_BODY_MAX_PARTS]; /* the first n are set; multiparts are
							   replaced by their parts */
};

/* n is 0 without a body. Never fails: what cannot be split is one part of type MULTIPART. */
void sip_body_split(const struct sip_message *m, struct sip_body *out);
/* The first part of that type; NULL when there is none. */
const struct sip_body_part *sip_body_find(const struct sip_body *b, enum sip_body_type type);
/* By media type without parameters, any case. */
enum sip_body_type sip_body_type_of(struct slice type);

#endif
