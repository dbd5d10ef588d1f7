/* sdp_ice.c - one candidate, word by word. */
#include "analyzer/proto/sdp/sdp_ice.h"

static enum sdp_candidate_type type_of(struct slice s)
{
	if (slice_ieq(s, SLICE("host")))
		return SDP_CANDIDATE_HOST;
	if (slice_ieq(s, SLICE("srflx")))
		return SDP_CANDIDATE_SRFLX;
	if (slice_ieq(s, SLICE("prflx")))
		return SDP_CANDIDATE_PRFLX;
	return slice_ieq(s, SLICE("relay")) ? SDP_CANDIDATE_RELAY : SDP_CANDIDATE_OTHER;
}

static bool is_mdns(struct slice s)
{
	const struct slice local = SLICE(".local");

	return s.n > local.n && slice_ieq(slice_from(s, s.n - local.n), local);
}

static bool take_number(struct slice *rest, uint64_t max, uint64_t *out)
{
	struct slice word;

	return sdp_word(rest, &word) && slice_number(word, max, out);
}

static void read_address(struct sdp_candidate *c, struct slice text)
{
	c->address = text;
	c->has_addr = addr_parse(text, &c->addr);
	c->mdns = !c->has_addr && is_mdns(text);
}

/* Names and values in pairs; unknown ones are extensions to be passed over. */
static void read_pairs(struct sdp_candidate *c, struct slice rest)
{
	struct slice name, value;
	uint64_t port;

	while (sdp_word(&rest, &name) && sdp_word(&rest, &value)) {
		if (slice_ieq(name, SLICE("typ"))) {
			c->type = type_of(value);
		} else if (slice_ieq(name, SLICE("raddr"))) {
			c->raddr = value;
			c->has_related = addr_parse(value, &c->related);
		} else if (slice_ieq(name, SLICE("rport"))) {
			if (slice_number(value, UINT16_MAX, &port))
				c->rport = (uint16_t)port;
		} else if (slice_ieq(name, SLICE("tcptype"))) {
			c->tcptype = value;
		}
	}
}

enum err sdp_ice_candidate(struct slice value, struct sdp_candidate *out)
{
	uint64_t component, priority, port;
	struct slice rest = value, address;

	*out = (struct sdp_candidate){ .next = NULL };
	if (!sdp_word(&rest, &out->foundation) || !take_number(&rest, 256, &component) ||
	    !sdp_word(&rest, &out->transport) || !take_number(&rest, UINT32_MAX, &priority) ||
	    !sdp_word(&rest, &address) || !take_number(&rest, UINT16_MAX, &port))
		return ERR_MALFORMED;
	out->component = (uint16_t)component;
	out->priority = (uint32_t)priority;
	out->port = (uint16_t)port;
	read_address(out, address);
	read_pairs(out, rest);
	return out->type == SDP_CANDIDATE_OTHER ? ERR_MALFORMED : ERR_OK;
}
