/* sip_lax.c - laxness in words. */
#include "analyzer/proto/sip/sip.h"

static const struct {
	uint32_t bit;
	const char *text;
} words[] = {
	{ SIP_LAX_BARE_LF, "lines end in LF alone" },
	{ SIP_LAX_LEADING_CRLF, "line ends before the start line" },
	{ SIP_LAX_START_SPACE, "odd white space in the start line" },
	{ SIP_LAX_URI_BRACKETS, "Request-URI in angle brackets" },
	{ SIP_LAX_URI_SPACE, "white space inside a URI" },
	{ SIP_LAX_URI_SCHEME, "unknown scheme of the Request-URI" },
	{ SIP_LAX_BAD_URI, "unusable Request-URI" },
	{ SIP_LAX_BAD_STATUS, "status code out of range" },
	{ SIP_LAX_NO_COLON, "a line that is no header" },
	{ SIP_LAX_CONTROL, "control characters in the headers" },
	{ SIP_LAX_NO_END, "headers without an empty line at their end" },
	{ SIP_LAX_REPEATED, "a header repeated that may appear once" },
	{ SIP_LAX_BAD_CSEQ, "unusable CSeq" },
	{ SIP_LAX_METHOD_MISMATCH, "CSeq names another method" },
	{ SIP_LAX_LENGTH_MISSING, "no Content-Length" },
	{ SIP_LAX_LENGTH_BAD, "unusable Content-Length" },
	{ SIP_LAX_LENGTH_OVER, "Content-Length larger than the body" },
	{ SIP_LAX_TRAILING, "octets after the body" },
	{ SIP_LAX_NO_BRANCH, "top Via without branch" },
	{ SIP_LAX_RFC2543_VIA, "top Via in the form of RFC 2543" },
	{ SIP_LAX_BAD_VIA, "a Via that cannot be read" },
	{ SIP_LAX_OPEN_QUOTE, "a quote or bracket never closed" },
	{ SIP_LAX_BAD_ADDR, "an address without usable URI" },
	{ SIP_LAX_NO_TAG, "From without tag" },
	{ SIP_LAX_BAD_NUMBER, "a number out of range" },
	{ SIP_LAX_NO_MAX_FORWARDS, "request without Max-Forwards" },
	{ SIP_LAX_BAD_NAME, "octets a name cannot have" },
	{ SIP_LAX_BODY_CAP, "body over the limit" },
};

const char *sip_lax_text(uint32_t one)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].bit == one)
			return words[i].text;
	return "";
}
