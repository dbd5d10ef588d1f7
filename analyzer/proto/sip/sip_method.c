/* sip_method.c - methods by name. */
#include "analyzer/proto/sip/sip_method.h"

static const char *const names[] = {
	[SIP_OTHER] = "",
	[SIP_INVITE] = "INVITE",
	[SIP_ACK] = "ACK",
	[SIP_BYE] = "BYE",
	[SIP_CANCEL] = "CANCEL",
	[SIP_OPTIONS] = "OPTIONS",
	[SIP_REGISTER] = "REGISTER",
	[SIP_PRACK] = "PRACK",
	[SIP_SUBSCRIBE] = "SUBSCRIBE",
	[SIP_NOTIFY] = "NOTIFY",
	[SIP_PUBLISH] = "PUBLISH",
	[SIP_INFO] = "INFO",
	[SIP_REFER] = "REFER",
	[SIP_MESSAGE] = "MESSAGE",
	[SIP_UPDATE] = "UPDATE",
};

enum { COUNT = sizeof names / sizeof names[0] };

enum sip_method sip_method_of(struct slice text)
{
	for (unsigned i = 1; i < COUNT; i++)
		if (text.n && text.p[0] == (uint8_t)names[i][0] &&
		    slice_eq(text, slice_of(names[i])))
			return (enum sip_method)i;
	return SIP_OTHER;
}

const char *sip_method_name(enum sip_method m)
{
	return (unsigned)m < COUNT ? names[m] : "";
}
