/* sip_flow.h - a SIP message of a flow: read, counted, its promises noted, sent. */
#ifndef EARSHOT_SIP_FLOW_H
#define EARSHOT_SIP_FLOW_H

#include "analyzer/observe/announce.h"
#include "analyzer/observe/idset.h"
#include "analyzer/observe/sip_seen.h"
#include "analyzer/observe/tell.h"

/* What all SIP flows share; one per observer. */
struct sip_room {
	struct tell *tell;
	struct sip_reader *reader;
	struct announce *announce;
	struct idset *calls, *invites;
};

/* How a message came: carrier NONE is what the packet's own header says. */
struct sip_flow_way {
	enum sip_transport carrier;
	bool opened; /* with the user's key material */
	bool cut;
	const struct flow_key *copy; /* a copy that went from an element to its monitor; NULL: the
					message itself */
};

/* `message`: the datagram, or what was cut from a stream that `p` completed. */
void sip_flow_message(struct sip_room *r, struct flow *f, unsigned direction,
		      const struct payload *p, struct slice message, struct sip_flow_way way);
/* A second sighting: counted, not sent. */
void sip_flow_sighting(struct sip_room *r, struct slice message, bool cut);

#endif
