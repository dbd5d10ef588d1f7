/* hep_seen.c - the message inside a copy that an element sent to its monitor (HEPv3). */
#include "analyzer/observe/hep_seen.h"

#include "analyzer/proto/sip/sip.h"

enum { PROTO_UDP = 17 };

/* Who says nothing of the carrier is believed no more than a Via: as UDP, which a Via of TLS
 * contradicts. */
static enum sip_transport carrier_of(enum hep_carrier c)
{
	switch (c) {
	case HEP_CARRIER_TLS:
		return SIP_TRANSPORT_TLS;
	case HEP_CARRIER_TCP:
		return SIP_TRANSPORT_TCP;
	case HEP_CARRIER_SCTP:
		return SIP_TRANSPORT_SCTP;
	default:
		return SIP_TRANSPORT_UDP;
	}
}

bool hep_seen_message(const struct payload *p, const struct hep_packet *h, struct payload *out,
		      struct sip_flow_way *way)
{
	if (h->kind != HEP_SIP || h->packed || !sip_looks_like(h->payload))
		return false;
	if (addr_is_none(&h->src.addr) || addr_is_none(&h->dst.addr))
		return false;
	*out = *p;
	out->bytes = h->payload;
	/* The hop's own packets are another flow, which this one must not be taken for. */
	out->flow = addr_flow_key(h->src, h->dst, PROTO_UDP);
	out->stream = 0;
	out->token = 0;
	out->gap_before = out->closed = out->handshake = out->conflicting = false;
	out->exported = h->carrier == HEP_CARRIER_TLS;
	out->wire_len = (uint32_t)h->payload.n;
	*way = (struct sip_flow_way){ .carrier = carrier_of(h->carrier),
				      .cut = p->cut,
				      .copy = &p->flow };
	return true;
}
