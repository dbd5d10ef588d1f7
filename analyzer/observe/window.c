/* window.c - the windows of one stint: closed, thinned by a fixed rule, listed. */
#include "analyzer/observe/window.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

enum { UNREMARKABLE = WINDOW_TIMER | WINDOW_MERGED };

static uint16_t add16(uint16_t a, uint16_t b)
{
	return (uint16_t)(a + b > UINT16_MAX ? UINT16_MAX : a + b);
}

static uint8_t add8(uint8_t a, uint8_t b)
{
	return (uint8_t)(a + b > UINT8_MAX ? UINT8_MAX : a + b);
}

static void merge_tests(struct window_seen *into, const struct window_seen *later)
{
	into->halves = add8(into->halves, later->halves);
	into->fired_halves = add8(into->fired_halves, later->fired_halves);
	into->fired_halves_deep = add8(into->fired_halves_deep, later->fired_halves_deep);
	into->fired |= later->fired;
	into->fired_deep |= later->fired_deep;
	into->mixed += later->mixed;
	into->tested = add16(into->tested, later->tested);
	into->g729_frames = add16(into->g729_frames, later->g729_frames);
	into->g729_ok = add16(into->g729_ok, later->g729_ok);
	into->gsm_frames = add16(into->gsm_frames, later->gsm_frames);
	into->gsm_ok = add16(into->gsm_ok, later->gsm_ok);
	into->event_packets = add16(into->event_packets, later->event_packets);
	into->event_ok = add16(into->event_ok, later->event_ok);
	into->event_digits = add16(into->event_digits, later->event_digits);
	into->residue_packets = add16(into->residue_packets, later->residue_packets);
	into->residue_zero = add16(into->residue_zero, later->residue_zero);
	into->residue_tag = add16(into->residue_tag, later->residue_tag);
	into->g729_residue_zero = add16(into->g729_residue_zero, later->g729_residue_zero);
	into->g729_residue_tag = add16(into->g729_residue_tag, later->g729_residue_tag);
	into->short_payloads = add16(into->short_payloads, later->short_payloads);
}

static void merge_routed(struct window_seen *into, const struct window_seen *later)
{
	into->routed += later->routed;
	if (into->routed_frame)
		return;
	into->routed_frame = later->routed_frame;
	into->routed_ns = later->routed_ns;
}

void window_merge(struct window_seen *into, const struct window_seen *later)
{
	/* The larger part says what is common. */
	if (later->packets > into->packets) {
		into->payload_len = later->payload_len;
		into->ts_step = later->ts_step;
	}
	into->last_ns = later->last_ns > into->last_ns ? later->last_ns : into->last_ns;
	into->last_frame = later->last_frame;
	into->last_seq = later->last_seq;
	into->packets += later->packets;
	into->lost += later->lost;
	into->again = add16(into->again, later->again);
	into->bytes += later->bytes;
	into->reasons |= later->reasons | WINDOW_MERGED;
	merge_routed(into, later);
	merge_tests(into, later);
	into->tried = add16(into->tried, later->tried);
	into->verified = add16(into->verified, later->verified);
	into->trials = later->trials > UINT32_MAX - into->trials ? UINT32_MAX
								 : into->trials + later->trials;
}

static bool alike(const struct window_seen *a, const struct window_seen *b)
{
	return a->pt == b->pt && a->payload_len == b->payload_len &&
	       (a->fired_halves > 0) == (b->fired_halves > 0) &&
	       (a->fired_halves_deep > 0) == (b->fired_halves_deep > 0) &&
	       (a->verified > 0) == (b->verified > 0);
}

/* A pair that may go is worth its packets, one that should stay far more. */
static uint64_t pair_cost(const struct window_seen *a, const struct window_seen *b)
{
	uint64_t cost = (uint64_t)a->packets + b->packets;

	if (b->reasons & ~UNREMARKABLE)
		cost += UINT64_C(1) << 34;
	if (!alike(a, b))
		cost += UINT64_C(1) << 35;
	return cost;
}

static void thin(struct window_list *l)
{
	uint8_t best = 1;

	for (uint8_t i = 2; i + 2 < l->count; i++)
		if (pair_cost(&l->w[i], &l->w[i + 1]) < pair_cost(&l->w[best], &l->w[best + 1]))
			best = i;
	window_merge(&l->w[best], &l->w[best + 1]);
	l->count--;
	memmove(&l->w[best + 1], &l->w[best + 2], (size_t)(l->count - best - 1) * sizeof *l->w);
}

void window_add(struct window_list *l, const struct window_seen *w)
{
	if (l->count == l->room) {
		uint8_t room = l->room ? (uint8_t)(l->room * 2) : 4;
		if (room > MEDIA_WINDOWS)
			room = MEDIA_WINDOWS + 1;
		l->w = mem_grow(l->w, room, sizeof *l->w);
		l->room = room;
	}
	l->w[l->count++] = *w;
	if (l->count > MEDIA_WINDOWS)
		thin(l);
}

void window_clear(struct window_list *l)
{
	l->count = 0;
}

void window_free(struct window_list *l)
{
	free(l->w);
	*l = (struct window_list){ 0 };
}
