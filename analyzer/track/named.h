/* named.h - does a server's certificate name the host that was asked for? */
#ifndef EARSHOT_NAMED_H
#define EARSHOT_NAMED_H

#include "analyzer/model/observation.h"

struct named {
	enum check name;	/* NONE: nothing to compare, or what there is leaves it open */
	bool wildcard, cn_only; /* by a form that RFC 5922 does not allow */
};

bool named_alpn_sip(struct slice alpn);

/*
 * SIP by RFC 5922 7 (whole names, URIs before DNS names), WebSocket by the rules
 * of HTTPS (RFC 7118 9.1: DNS names, a star is fine). Where it is not known which
 * of the two runs inside, only what fails both is BAD.
 */
struct named named_judge(const struct tls_seen *t);

#endif
