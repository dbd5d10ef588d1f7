/* body_seen.c - what kind of thing a body is, and whether it says where somebody is. */
#include "analyzer/observe/body_seen.h"

#include <string.h>

enum { HEAD = 32 }; /* octets that hold the type of a CMS object */

static bool mentions(struct slice s, const char *word)
{
	struct slice w = slice_of(word);

	for (size_t i = 0; i + w.n <= s.n; i++)
		if (slice_istarts(slice_from(s, i), w))
			return true;
	return false;
}

static enum body_kind kind_of_part(enum sip_body_type t)
{
	switch (t) {
	case SIP_BODY_NONE:
		return BODY_NONE;
	case SIP_BODY_SDP:
		return BODY_SDP;
	case SIP_BODY_TEXT:
	case SIP_BODY_TEXT_OTHER:
	case SIP_BODY_CPIM:
		return BODY_TEXT;
	case SIP_BODY_DTMF_RELAY:
	case SIP_BODY_DTMF:
		return BODY_DTMF;
	case SIP_BODY_SIPFRAG:
		return BODY_SIPFRAG;
	case SIP_BODY_PKCS7_MIME:
		return BODY_PKCS7;
	case SIP_BODY_RS_METADATA:
		return BODY_RS_METADATA;
	case SIP_BODY_DIALOG_INFO:
	case SIP_BODY_REGINFO:
	case SIP_BODY_PIDF:
	case SIP_BODY_CONFERENCE_INFO:
	case SIP_BODY_MESSAGE_SUMMARY:
		return BODY_DIALOG_INFO;
	case SIP_BODY_IS_COMPOSING:
	case SIP_BODY_IMDN:
		return BODY_COMPOSING;
	default:
		return BODY_OTHER;
	}
}

/* The head of what a message/cpim wraps (RFC 3862 2) says what was really sent. */
static struct slice inner_head(struct slice cpim)
{
	static const char *const ends[] = { "\r\n\r\n", "\n\n" };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t n = strlen(ends[i]);
		const uint8_t *first = cpim.n ? memmem(cpim.p, cpim.n, ends[i], n) : NULL;
		if (!first)
			continue;
		struct slice rest = slice_from(cpim, (size_t)(first - cpim.p) + n);
		const uint8_t *second = rest.n ? memmem(rest.p, rest.n, ends[i], n) : NULL;
		return second ? slice_upto(rest, (size_t)(second - rest.p)) : rest;
	}
	return (struct slice){ NULL, 0 };
}

static enum body_kind kind_of_cpim(struct slice cpim)
{
	struct slice head = inner_head(cpim);

	if (mentions(head, "message/imdn+xml") || mentions(head, "application/im-iscomposing+xml"))
		return BODY_COMPOSING;
	return mentions(head, "application/pkcs7-mime") ? BODY_PKCS7 : BODY_TEXT;
}

/* An answer of KPML without a digit tells that nobody pressed one (RFC 4730 5.2). */
static enum body_kind kind_of_kpml(struct slice xml)
{
	return mentions(xml, "digits=") && !mentions(xml, "digits=\"\"") ? BODY_DTMF : BODY_OTHER;
}

enum body_kind body_seen_kind(const struct sip_body_part *p)
{
	if (p->type == SIP_BODY_CPIM)
		return kind_of_cpim(p->bytes);
	if (p->type == SIP_BODY_KPML_RESPONSE)
		return kind_of_kpml(p->bytes);
	return kind_of_part(p->type);
}

/* RFC 8551 3.2.2, and where smime-type is left out the object says what it is (RFC 5652 4). */
bool body_seen_enveloped(const struct sip_body *b)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03 };
	const struct sip_body_part *p = sip_body_find(b, SIP_BODY_PKCS7_MIME);

	if (!p)
		return false;
	struct slice head = slice_upto(p->bytes, HEAD);
	return mentions(p->type_params, "enveloped-data") ||
	       (!mentions(p->type_params, "smime-type") && head.n &&
		memmem(head.p, head.n, oid, sizeof oid));
}

/* A cell or an access point of the caller (RFC 7315 4.4), not only what kind of network it is. */
bool body_seen_names_cell(struct slice access)
{
	static const char *const marks[] = { "cell-id", "cgi-3gpp", "sai-3gpp", "i-wlan-node-id",
					     "bssid" };

	for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++)
		if (mentions(access, marks[k]))
			return true;
	return false;
}

/* PIDF serves presence too: only one with a civic address or a shape is a location (RFC 5491). */
bool body_seen_location(const struct sip_body *b)
{
	const struct sip_body_part *p = sip_body_find(b, SIP_BODY_PIDF);

	return p && (mentions(p->bytes, "location-info") || mentions(p->bytes, "geopriv"));
}
