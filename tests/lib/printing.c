/* printing.c - a box of prints filled as a capture point would. */
#include "tests/lib/printing.h"

#include <string.h>

#include "analyzer/base/when.h"

enum { OCTETS = 170, STEP = 160 };

static uint64_t mixed(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 1) * 0xbf58476d1ce4e5b9u;

	x = (x ^ x >> 30) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static bool is_lost(const struct printing *p, uint32_t i)
{
	return mixed(p->lost_seed + 1, i) % 100 < p->lost;
}

static struct print_seen print_of(const struct printing *p, uint32_t i)
{
	return (struct print_seen){ .choice = mixed(p->cipher, i),
				    .payload = mixed(~p->cipher, i),
				    .ts_ns = p->zero_ns + i * (WHEN_SECOND / PRINTING_RATE),
				    .rtp_ts = p->ts + i * STEP,
				    .seq = (uint16_t)(p->seq + i),
				    .len = p->len ? p->len : OCTETS };
}

uint16_t printing_list(const struct printing *p, struct print_seen out[MEDIA_PRINTS])
{
	uint16_t n = 0;

	for (uint32_t i = p->first; i < p->first + p->count; i++) {
		struct print_seen one = print_of(p, i);
		uint16_t at = n;
		if (is_lost(p, i))
			continue;
		while (at && out[at - 1].choice > one.choice)
			at--;
		if (at == MEDIA_PRINTS)
			continue;
		n = (uint16_t)(n < MEDIA_PRINTS ? n + 1 : n);
		memmove(&out[at + 1], &out[at], (size_t)(n - 1 - at) * sizeof *out);
		out[at] = one;
	}
	return n;
}

uint32_t printing_lost(const struct printing *p)
{
	uint32_t n = 0;

	for (uint32_t i = p->first; i < p->first + p->count; i++)
		n += is_lost(p, i);
	return n;
}
