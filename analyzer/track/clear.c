/* clear.c - windows of a stream: added up, and held against what ciphertext looks like. */
#include "analyzer/track/clear.h"

#include <string.h>

enum {
	CHANGES = WINDOW_PT | WINDOW_SIZE | WINDOW_GAP | WINDOW_DTLS | WINDOW_ZRTP | WINDOW_STUN,
	RULE_PACKETS = 15, /* a codec rule needs one window of 15 packets */
	RULE_FRAMES = 30,  /* G.729 parity: 2^-30 by chance */
	GSM_FRAMES = 15,   /* four bits each: 2^-60 by chance */
	RULE_EVENTS = 8,   /* RFC 4733: event below 16 and reserved bit 0, 2^-5 each */
};

#define ADD(field)                                                                                 \
	do {                                                                                       \
		uint64_t sum = (uint64_t)w->field + more->field;                                   \
		uint64_t top = (uint64_t)-1 >> (64 - 8 * sizeof w->field);                         \
		w->field = (__typeof__(w->field))(sum > top ? top : sum);                          \
	} while (0)

static void merge_tests(struct window_seen *w, const struct window_seen *more)
{
	ADD(halves);
	ADD(fired_halves);
	ADD(fired_halves_deep);
	w->fired |= more->fired;
	w->fired_deep |= more->fired_deep;
	ADD(tested);
	ADD(g729_frames);
	ADD(g729_ok);
	ADD(gsm_frames);
	ADD(gsm_ok);
	ADD(event_packets);
	ADD(event_ok);
	ADD(event_digits);
	ADD(residue_packets);
	ADD(residue_zero);
	ADD(residue_tag);
	ADD(g729_residue_zero);
	ADD(g729_residue_tag);
	ADD(short_payloads);
	ADD(tried);
	ADD(verified);
	ADD(trials);
}

void clear_merge(struct window_seen *w, const struct window_seen *more)
{
	if (more->last_ns > w->last_ns) {
		w->last_ns = more->last_ns;
		w->last_frame = more->last_frame;
		w->last_seq = more->last_seq;
		w->rolls = more->rolls;
	}
	ADD(packets);
	ADD(lost);
	ADD(again);
	w->bytes += more->bytes;
	w->reasons = (uint16_t)(w->reasons | WINDOW_MERGED);
	merge_tests(w, more);
}

/* True: joining this pair loses less than joining the best so far. */
static bool cheaper(const struct stint_window *w, unsigned i, unsigned best)
{
	bool changes = w[i].seen.reasons & CHANGES, best_changes = w[best].seen.reasons & CHANGES;

	if (best == 0)
		return true;
	if (changes != best_changes)
		return best_changes;
	return w[i].seen.last_ns - w[i - 1].seen.first_ns <
	       w[best].seen.last_ns - w[best - 1].seen.first_ns;
}

uint16_t clear_thin(struct stint_window *w, uint16_t n)
{
	unsigned best = 0;

	for (unsigned i = 1; i < n; i++)
		if (w[i].fit == w[i - 1].fit && w[i].astride == w[i - 1].astride &&
		    w[i].input == w[i - 1].input && cheaper(w, i, best))
			best = i;
	if (!best)
		best = 1;
	clear_merge(&w[best - 1].seen, &w[best].seen);
	memmove(&w[best], &w[best + 1], (n - best - 1U) * sizeof *w);
	return (uint16_t)(n - 1);
}

/* ---- judging ---------------------------------------------------------------- */

static bool codec_is(const struct clear_context *about, const char *name)
{
	return about->codec && slice_ieq(slice_of(about->codec), slice_of(name));
}

static bool octet_a_tick(const struct clear_context *about)
{
	return codec_is(about, "PCMU") || codec_is(about, "PCMA") || codec_is(about, "G722");
}

/* Length equals what the timestamp step asks for, in (nearly) the whole window: no tag. */
static bool exact_size(const struct window_seen *w, const struct clear_context *about)
{
	unsigned zero = octet_a_tick(about)	  ? w->residue_zero
			: codec_is(about, "G729") ? w->g729_residue_zero
						  : 0;

	return w->residue_packets >= RULE_PACKETS && zero * 20U >= w->residue_packets * 19U;
}

static bool g729_rule(const struct window_seen *w)
{
	return w->g729_frames >= RULE_FRAMES && w->g729_ok == w->g729_frames &&
	       w->g729_residue_zero && !w->g729_residue_tag;
}

/* RFC 3551 4.5.8.1: every frame begins with 1101. */
static bool gsm_rule(const struct window_seen *w)
{
	return w->gsm_frames >= GSM_FRAMES && w->gsm_ok == w->gsm_frames;
}

/* Each four-octet payload passes by chance with 2^-5; ciphertext of that length has no tag anyway.
 */
static bool event_rule(const struct window_seen *w)
{
	return w->event_packets >= RULE_EVENTS && w->event_ok == w->event_packets;
}

static const char *rule_of(const struct window_seen *w)
{
	if (g729_rule(w))
		return "g729-parity";
	return gsm_rule(w) ? "gsm-signature" : event_rule(w) ? "event-grammar" : NULL;
}

static unsigned fired_halves(const struct window_seen *w, const struct clear_context *about)
{
	return about->inner_possible ? w->fired_halves_deep : w->fired_halves;
}

static const char *test_text(unsigned fired)
{
	static const char *const text[] = { "chi", "mode", "bit", "lag", "dup" };

	for (unsigned i = 0; i < 5; i++)
		if (fired & 1U << i)
			return text[i];
	return NULL;
}

struct sums {
	unsigned halves, fired, bits, g729_frames;
	bool exact_fired; /* a half fired in a window of the codec's exact size */
	const char *rule;
};

static struct sums sum_up(const struct window_seen *const *w, unsigned n,
			  const struct clear_context *about)
{
	struct sums s = { 0 };

	for (unsigned i = 0; i < n; i++) {
		unsigned fired = fired_halves(w[i], about);
		s.halves += w[i]->halves;
		s.fired += fired;
		s.bits |= about->inner_possible ? w[i]->fired_deep : w[i]->fired;
		s.g729_frames += w[i]->g729_frames;
		s.exact_fired |= fired && exact_size(w[i], about);
		if (!s.rule && !about->inner_possible)
			s.rule = rule_of(w[i]);
	}
	return s;
}

static void stretch(struct clear_verdict *v, const struct window_seen *const *w, unsigned n,
		    const struct clear_context *about)
{
	for (unsigned i = 0; i < n; i++)
		if (fired_halves(w[i], about) || (!about->inner_possible && rule_of(w[i]))) {
			if (v->first_clear < 0)
				v->first_clear = (int)i;
			v->last_clear = (int)i;
		}
	for (int i = v->first_clear; i >= 0 && i <= v->last_clear; i++) {
		v->clear_packets += w[i]->packets;
		v->clear_ns += w[i]->last_ns - w[i]->first_ns;
	}
}

struct clear_verdict clear_judge(const struct window_seen *const *w, unsigned n,
				 const struct clear_context *about)
{
	struct clear_verdict v = { .first_clear = -1, .last_clear = -1 };
	struct sums s = sum_up(w, n, about);

	/* Statistics miss half of readable G.729: without its own rule nothing was looked for. */
	bool looked = !codec_is(about, "G729") || s.g729_frames >= RULE_FRAMES;

	for (unsigned i = 0; i < n; i++)
		v.tested += w[i]->tested;
	if (s.rule)
		v.test = s.rule;
	else if (s.fired >= 2)
		v.test = test_text(s.bits);
	else if (s.exact_fired && about->no_keys)
		v.test = "size and structure";
	if (v.test) {
		v.protection = PROTECTION_CLEAR;
		stretch(&v, w, n, about);
	} else if (s.fired) {
		v.hint = test_text(s.bits);
	} else if (s.halves >= 2 && looked) {
		v.protection = PROTECTION_NONE_FOUND;
	}
	return v;
}
