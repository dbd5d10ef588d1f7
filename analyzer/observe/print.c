/* print.c - packets chosen by their content: sorted choices beside their bodies. */
#include "analyzer/observe/print.h"

#include <string.h>

#include "analyzer/base/hash.h"

__extension__ typedef unsigned __int128 wide;

uint64_t print_choice_short(struct slice payload)
{
	return hash_fixed(payload);
}

uint64_t print_limit(const struct print_box *b)
{
	return b->count < MEDIA_PRINTS ? UINT64_MAX : b->choice[MEDIA_PRINTS - 1];
}

static uint8_t place_of(const struct print_box *b, uint64_t choice)
{
	uint8_t low = 0, high = b->count;

	while (low < high) {
		uint8_t middle = (uint8_t)((low + high) / 2);
		if (b->choice[middle] < choice)
			low = (uint8_t)(middle + 1);
		else
			high = middle;
	}
	return low;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/*
 * Under a constant key, as hash_fixed, but 32 octets at a time in two chains
 * that do not wait for each other: a fifth of all packets of a stint come here.
 */
static uint64_t payload_hash(struct slice s)
{
	uint64_t a = 0x8bb84b93962eacc9u ^ s.n, b = 0x4b33a62ed433d4a3u;

	for (; s.n >= 32; s = slice_from(s, 32)) {
		a = fold(a ^ word(s.p), 0x4d5a2da51de1aa47u ^ word(s.p + 8));
		b = fold(b ^ word(s.p + 16), 0xa0761d6478bd642fu ^ word(s.p + 24));
	}
	return fold(a ^ hash_fixed(s), b ^ 0xe7037ed1a0b428dbu);
}

static bool comes_before(const struct print_body *a, const struct print_body *b)
{
	if (a->payload != b->payload)
		return a->payload < b->payload;
	if (a->rtp_ts != b->rtp_ts)
		return a->rtp_ts < b->rtp_ts;
	return a->seq < b->seq;
}

static void take_out(struct print_box *b, uint8_t at)
{
	uint8_t body = b->place[at];
	size_t move = b->count - at - 1u;

	memmove(&b->choice[at], &b->choice[at + 1], move * sizeof b->choice[0]);
	memmove(&b->place[at], &b->place[at + 1], move);
	b->place[--b->count] = body;
}

/* Bodies stay where they are; behind `count`, place names the free ones. */
static void put_in(struct print_box *b, uint8_t at, uint64_t choice, const struct print_body *body)
{
	uint8_t spare = b->place[b->count];
	size_t move = (size_t)b->count - at;

	memmove(&b->choice[at + 1], &b->choice[at], move * sizeof b->choice[0]);
	memmove(&b->place[at + 1], &b->place[at], move);
	b->choice[at] = choice;
	b->place[at] = spare;
	b->body[spare] = *body;
	b->count++;
}

void print_reset(struct print_box *b)
{
	b->count = 0;
	for (uint8_t i = 0; i < MEDIA_PRINTS; i++)
		b->place[i] = i;
}

void print_offer(struct print_box *b, const struct print_packet *p)
{
	uint8_t at = place_of(b, p->choice), end = at;
	struct print_body body = {
		.payload = payload_hash(p->payload),
		.ts_ns = p->ts_ns,
		.rtp_ts = p->rtp_ts,
		.seq = p->seq,
		.len = (uint16_t)(p->payload.n > UINT16_MAX ? UINT16_MAX : p->payload.n),
	};

	while (end < b->count && b->choice[end] == p->choice)
		end++;
	uint8_t alike = (uint8_t)(end - at);
	while (at < end && comes_before(&b->body[b->place[at]], &body))
		at++;
	if (at == MEDIA_PRINTS || (alike == PRINT_ALIKE && at == end))
		return;
	if (alike == PRINT_ALIKE)
		take_out(b, (uint8_t)(end - 1));
	else if (b->count == MEDIA_PRINTS)
		take_out(b, MEDIA_PRINTS - 1);
	put_in(b, at, p->choice, &body);
}

uint16_t print_list(const struct print_box *b, struct print_seen out[MEDIA_PRINTS])
{
	for (uint8_t i = 0; i < b->count; i++) {
		const struct print_body *body = &b->body[b->place[i]];
		out[i] = (struct print_seen){ .choice = b->choice[i],
					      .payload = body->payload,
					      .ts_ns = body->ts_ns,
					      .rtp_ts = body->rtp_ts,
					      .seq = body->seq,
					      .len = body->len };
	}
	return b->count;
}
