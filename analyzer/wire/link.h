/* link.h - wire room: from a captured frame to the IP packet in it. */
#ifndef EARSHOT_LINK_H
#define EARSHOT_LINK_H

#include "analyzer/base/addr.h"
#include "analyzer/base/err.h"

enum { LINK_ETHERNET = 1 }; /* libpcap's DLT_EN10MB */

enum link_kind {
	LINK_IP,       /* `rest` begins with an IPv4 or IPv6 header */
	LINK_EXPORTED, /* `rest` is for link_exported */
	LINK_QUIET,    /* known to carry no traffic of anybody: ARP, keep-alives */
	LINK_OTHER,    /* well formed, and a protocol nobody here reads */
};

struct link {
	struct slice rest; /* borrowed from the frame; may end in padding */
	uint64_t place; /* VLANs, labels, direction and interface, folded; added to, never reset */
	enum link_kind kind;
	uint8_t layers; /* headers peeled so far, bounded */
};

/* ERR_UNSUPPORTED: a link type that is not read. Starts `out` afresh. */
enum err link_parse(struct slice bytes, int link_type, struct link *out) MUST_CHECK;

/* These three go on with a link already begun, for what tunnels carry. */
enum err link_ethernet(struct slice bytes, struct link *out) MUST_CHECK;
enum err link_ethertype(uint16_t type, struct slice bytes, struct link *out) MUST_CHECK;
enum err link_ppp(struct slice bytes, struct link *out) MUST_CHECK; /* RFC 1661, 1662 */

/* A PDU that the writer of the capture had decoded already (Wireshark's wsutil exported_pdu tags).
 */
struct link_pdu {
	struct slice bytes;
	struct slice name;    /* of the protocol, as the writer called it; NULs trimmed */
	struct flow_key flow; /* what the tags tell; zero where they are silent */
};
enum err link_exported(struct slice bytes, struct link_pdu *out) MUST_CHECK;

#endif
