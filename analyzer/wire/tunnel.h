/* tunnel.h - wire room: what other packets carry inside. */
#ifndef EARSHOT_TUNNEL_H
#define EARSHOT_TUNNEL_H

#include "analyzer/wire/ip.h"
#include "analyzer/wire/link.h"

/*
 * GRE (RFC 2784, 2890, 1701; version 1: RFC 2637) with ERSPAN inside, IP in IP
 * (RFC 2003), IPv6 in IPv4 (RFC 4213), EtherIP (RFC 3378), MPLS in IP (RFC 4023).
 * ERR_UNSUPPORTED: the protocol is no tunnel. `out` goes on with what was begun.
 */
enum err tunnel_ip(const struct ip *p, struct link *out) MUST_CHECK;

/*
 * VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC 4380),
 * TZSP. A port proves nothing: true only when the header makes sense and the
 * inside begins as it should. Otherwise *out is as it was.
 */
bool tunnel_udp(const struct ip_datagram *d, struct link *out);

enum {
	TUNNEL_GTP_U = 2152,
	TUNNEL_TEREDO = 3544,
	TUNNEL_VXLAN = 4789,
	TUNNEL_GENEVE = 6081,
	TUNNEL_VXLAN_LINUX = 8472,
	TUNNEL_TZSP = 37008
};

/* Does a datagram to or from this port have to be looked into for a tunnel? */
static inline bool tunnel_port(uint16_t port)
{
	return port == TUNNEL_GTP_U || port == TUNNEL_TEREDO || port == TUNNEL_VXLAN ||
	       port == TUNNEL_GENEVE || port == TUNNEL_VXLAN_LINUX || port == TUNNEL_TZSP;
}

#endif
