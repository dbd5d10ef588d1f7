/* sip_method.h - method names and the words for laxness; included by sip.h. */
#ifndef EARSHOT_SIP_METHOD_H
#define EARSHOT_SIP_METHOD_H

#include "analyzer/base/slice.h"

enum sip_method {
	SIP_OTHER,
	SIP_INVITE,
	SIP_ACK,
	SIP_BYE,
	SIP_CANCEL,
	SIP_OPTIONS,
	SIP_REGISTER,
	SIP_PRACK,
	SIP_SUBSCRIBE,
	SIP_NOTIFY,
	SIP_PUBLISH,
	SIP_INFO,
	SIP_REFER,
	SIP_MESSAGE,
	SIP_UPDATE,
};

enum sip_method sip_method_of(struct slice text); /* case matters (RFC 3261 7.1) */
const char *sip_method_name(enum sip_method m);	  /* "" for SIP_OTHER */

#endif
