/* plain.h - wire room: the way of nearly every packet: UDP in IPv4 in Ethernet and nothing else. */
#ifndef EARSHOT_PLAIN_H
#define EARSHOT_PLAIN_H

#include "analyzer/wire/wire.h"

/*
 * Reads a whole, unfragmented UDP datagram in IPv4 without options in untagged
 * Ethernet, on ports that carry no tunnel. False: it is anything else, or not
 * whole, and takes the way through link.c and ip.c, which gives the same result.
 */
bool plain_parse(const struct frame *f, struct wire_ahead *out);

#endif
