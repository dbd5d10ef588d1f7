/* look.c - a bounded pool of plaintext testers. */
#include "analyzer/observe/look.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/observe/slab.h"

enum { LINE = 64 };

struct look_pool {
	struct slab testers;
};

struct look_pool *look_new(uint32_t cap)
{
	struct look_pool *p = mem_zero(1, sizeof *p);

	slab_open(&p->testers, sizeof(struct cipherlook), cap);
	return p;
}

void look_free(struct look_pool *p)
{
	if (!p)
		return;
	slab_close(&p->testers);
	free(p);
}

struct cipherlook *look_at(const struct look_pool *p, uint32_t number)
{
	return slab_at(&p->testers, number);
}

void look_expect(const struct look_pool *p, uint32_t number)
{
	const char *l = slab_at(&p->testers, number);

	for (size_t i = 0; i < sizeof(struct cipherlook); i += LINE)
		__builtin_prefetch(l + i, 1);
}

uint32_t look_take(struct look_pool *p)
{
	uint32_t number = slab_take(&p->testers);

	if (number)
		cipherlook_reset(look_at(p, number));
	return number;
}

void look_give(struct look_pool *p, uint32_t number)
{
	slab_give(&p->testers, number);
}

/* RFC 3711 tags of 4, 10 and 16 octets, with a key identifier of 0, 1, 2 or 4. */
static bool is_tag_length(uint8_t residue)
{
	static const uint8_t tags[] = { 4, 10, 16 };
	static const uint8_t mki[] = { 0, 1, 2, 4 };

	for (size_t t = 0; t < sizeof tags; t++)
		for (size_t m = 0; m < sizeof mki; m++)
			if (residue == tags[t] + mki[m])
				return true;
	return false;
}

static void note_residue(const struct cipherlook_residue *r, uint16_t *zero, uint16_t *tag)
{
	*zero = r->value == 0 ? r->same : 0;
	*tag = is_tag_length(r->value) ? r->same : 0;
}

_Static_assert(LOOK_CHI == 1 << CIPHERLOOK_CHI && LOOK_DUP == 1 << CIPHERLOOK_DUP &&
		       CIPHERLOOK_STATISTICS == 5,
	       "the bits of enum look_test count as enum cipherlook_test does");

static uint8_t tests_of(const uint8_t fired[CIPHERLOOK_STATISTICS])
{
	uint8_t tests = 0;

	for (size_t i = 0; i < CIPHERLOOK_STATISTICS; i++)
		if (fired[i])
			tests |= (uint8_t)(1u << i);
	return tests;
}

void look_note(const struct cipherlook *l, struct window_seen *w)
{
	struct cipherlook_result r;

	cipherlook_result(l, &r);
	w->halves = r.subs;
	w->fired_halves = r.subs_fired;
	w->fired_halves_deep = r.subs_fired_inner;
	w->fired = tests_of(r.fired);
	w->fired_deep = tests_of(r.fired_inner);
	w->tested = (uint16_t)(r.packets + r.pending);
	w->g729_frames = r.g729_frames;
	w->g729_ok = r.g729_odd;
	w->gsm_frames = r.gsm_frames;
	w->gsm_ok = r.gsm_ok;
	w->residue_packets = r.residue[0].checked;
	note_residue(&r.residue[0], &w->residue_zero, &w->residue_tag);
	note_residue(&r.residue[1], &w->g729_residue_zero, &w->g729_residue_tag);
}
