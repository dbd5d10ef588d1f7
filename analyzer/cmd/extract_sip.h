/* extract_sip.h - a SIP message written anew, with what a report shows of it and nothing else. */
#ifndef EARSHOT_EXTRACT_SIP_H
#define EARSHOT_EXTRACT_SIP_H

#include "analyzer/cmd/alias.h"

/*
 * What is known to be harmless is copied piece by piece: methods, codes, transports, ports, SDP's
 * promises. All else is left out or stood in for: users, hosts, tags, branches, keys; display
 * names, credentials, unknown headers and parameters, bodies other than SDP. False: it is no
 * message that could be read; nothing was added.
 */
bool extract_sip_write(struct alias *a, struct slice message, struct text *out);

#endif
