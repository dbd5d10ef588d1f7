/* extract_packet.h - an IP packet made of addresses, ports and what was kept of a payload. */
#ifndef EARSHOT_EXTRACT_PACKET_H
#define EARSHOT_EXTRACT_PACKET_H

#include "analyzer/base/addr.h"
#include "analyzer/base/text.h"

struct extract_packet {
	struct flow_key flow; /* as it shall be shown */
	struct slice payload; /* what was kept; cut so that the packet has at most 65,535 octets */
	uint32_t whole;	      /* octets the payload had, at least payload.n */
	uint32_t seq;	      /* TCP's sequence number */
};

/*
 * Adds headers and payload. The headers give the length of the whole, so that every reader sees
 * what was taken out as not captured; checksums are right where nothing was. Gives the length of
 * the whole packet.
 */
uint32_t extract_packet_make(const struct extract_packet *p, struct text *out);

#endif
