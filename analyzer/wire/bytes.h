/* bytes.h - wire room: the few reads that run for every packet, inline. */
#ifndef EARSHOT_BYTES_H
#define EARSHOT_BYTES_H

#include "analyzer/base/slice.h"

/*
 * Cuts n bytes off the front; NULL, and *rest untouched, when there are fewer. What
 * a cursor does, for the headers of every packet: calls would cost half the time.
 */
static inline const uint8_t *bytes_take(struct slice *rest, size_t n)
{
	const uint8_t *p = rest->p;

	if (rest->n < n)
		return NULL;
	rest->p += n;
	rest->n -= n;
	return p;
}

static inline struct slice bytes_upto(struct slice s, size_t n)
{
	return (struct slice){ s.p, s.n < n ? s.n : n };
}

static inline uint16_t bytes_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t bytes_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A place stands for where a packet was seen: interface, direction, hop limit, tags, tunnels. */
static inline uint64_t bytes_place(uint64_t place, uint64_t value)
{
	return (place + value + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

#endif
