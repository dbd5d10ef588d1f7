/* score.c - weights and caps of rule-catalog B.9. */
#include "rules/score.h"

#include <stdio.h>

enum {
	WEIGHT_S = 25,
	WEIGHT_K = 35,
	WEIGHT_M = 40,
	DEDUCT_MEDIUM = 3,
	DEDUCT_MOST = 10,
	CAP_WORST = 19
};

static const struct cap {
	uint8_t value;
	const char *text;
} caps[SCORE_CAPS] = {
	{ 19, "19: media was readable" },
	{ 19, "19: the media key was readable" },
	{ 19, "19: a reusable credential was readable" },
	{ 34, "34: one line unprotected while another is protected" },
	{ 34, "34: protection was offered and given up" },
	{ 49, "49: fingerprints of DTLS keys travelled in readable SIP" },
	{ 49, "49: digest credentials over clear transport" },
	{ 64, "64: keys or media are held by an element in the middle" },
	{ 64, "64: the call was recorded" },
	{ 64, "64: clear signaling around keys agreed by ZRTP" },
	{ 79, "79: keys or media suspect or not seen" },
	{ 94, "94: elements in the middle read the signaling" },
	{ 19, "19: encryption was agreed away, or its key can be guessed" },
	{ 19, "19: a certificate is not the one that was announced" },
	{ 64, "64: TLS or DTLS below 1.2, or a certificate that is not valid" },
};

static unsigned cap_index(enum score_cap c)
{
	unsigned i = 0;

	while (i + 1 < SCORE_CAPS && !((unsigned)c >> i & 1))
		i++;
	return i;
}

const char *score_cap_text(enum score_cap c)
{
	return caps[cap_index(c)].text;
}

uint8_t score_cap_value(enum score_cap c)
{
	return caps[cap_index(c)].value;
}

/* ---- label ---------------------------------------------------------------- */

/* One NOT APPLICABLE among keys and media counts as PASS. */
static bool passes(enum shown s)
{
	return s == SHOWN_PASS || s == SHOWN_NOT_APPLICABLE;
}

static enum label protected_label(const enum shown c[CONDITIONS], enum shown hop)
{
	if (passes(c[CONDITION_KEYS]) && passes(c[CONDITION_MEDIA])) {
		if (c[CONDITION_SIGNALING] == SHOWN_PASS)
			return LABEL_END_TO_END;
		if (hop == SHOWN_PASS)
			return LABEL_END_TO_END_MEDIA;
	}
	return LABEL_NO_BREAK_SEEN;
}

static bool either(const enum shown c[CONDITIONS], enum shown s)
{
	return c[CONDITION_KEYS] == s || c[CONDITION_MEDIA] == s;
}

enum label score_label(const enum shown c[CONDITIONS], enum shown hop, struct score_flags flags)
{
	if (flags.exposed)
		return LABEL_EXPOSED;
	if (flags.tampering)
		return LABEL_TAMPERING;
	if (flags.weak)
		return LABEL_WEAK;
	if (flags.readable || hop == SHOWN_FAIL)
		return LABEL_SIGNALING_EXPOSED;
	if (!flags.scored || (c[CONDITION_KEYS] == SHOWN_NOT_APPLICABLE &&
			      c[CONDITION_MEDIA] == SHOWN_NOT_APPLICABLE))
		return LABEL_NONE;
	if (either(c, SHOWN_FAIL))
		return LABEL_HOP_BY_HOP;
	if (either(c, SHOWN_SUSPECT) || either(c, SHOWN_NOT_OBSERVABLE))
		return LABEL_UNDETERMINED;
	return protected_label(c, hop);
}

enum label score_best_label(const struct verdict conditions[CONDITIONS], enum shown hop,
			    struct score_flags flags)
{
	enum shown best[CONDITIONS];

	for (int i = 0; i < CONDITIONS; i++) {
		best[i] = lattice_shown(conditions[i]);
		if (best[i] != SHOWN_FAIL && best[i] != SHOWN_NOT_APPLICABLE)
			best[i] = SHOWN_PASS;
	}
	return score_label(best, hop == SHOWN_FAIL ? hop : SHOWN_PASS, flags);
}

/* ---- score ---------------------------------------------------------------- */

uint8_t score_points(struct verdict v)
{
	static const uint8_t points[SHOWN_COUNT] = { 100, 85, 60, 50, 0, 100 };

	return points[lattice_shown(v)];
}

static int weighted(const uint8_t p[CONDITIONS])
{
	return WEIGHT_S * p[CONDITION_SIGNALING] + WEIGHT_K * p[CONDITION_KEYS] +
	       WEIGHT_M * p[CONDITION_MEDIA];
}

/* `sum` is in hundredths; rounded down, never below 0. */
static uint8_t finish(int sum, int deduct, uint8_t cap)
{
	int n = (sum - 100 * deduct) / 100;

	if (sum < 100 * deduct)
		n = 0;
	return n > cap ? cap : (uint8_t)n;
}

static int deduction(const struct score_input *in)
{
	int n = DEDUCT_MEDIUM * in->medium + in->low;

	return n > DEDUCT_MOST ? DEDUCT_MOST : n;
}

static uint8_t lowest_cap(unsigned set)
{
	uint8_t lowest = 100;

	for (unsigned i = 0; i < SCORE_CAPS; i++)
		if (set >> i & 1 && caps[i].value < lowest)
			lowest = caps[i].value;
	return lowest;
}

static uint8_t range_low(const struct score_input *in)
{
	uint8_t p[CONDITIONS], cap = lowest_cap(in->caps);

	for (int i = 0; i < CONDITIONS; i++) {
		p[i] = in->conditions[i].complete ? in->points[i] : 0;
		/* Where something was not seen, the worst of causes may lie in it. */
		if (!in->conditions[i].complete && cap > CAP_WORST)
			cap = CAP_WORST;
	}
	return finish(weighted(p), DEDUCT_MOST, cap);
}

static uint8_t range_high(const struct score_input *in)
{
	uint8_t p[CONDITIONS];

	for (int i = 0; i < CONDITIONS; i++) {
		bool open = !in->conditions[i].complete && in->conditions[i].known != KNOWN_FAIL;
		p[i] = open ? 100 : in->points[i];
	}
	return finish(weighted(p), deduction(in),
		      lowest_cap(in->caps & ~(unsigned)SCORE_CAP_UNSEEN));
}

static char letter_of(uint8_t score)
{
	return score >= 80   ? 'A'
	       : score >= 65 ? 'B'
	       : score >= 50 ? 'C'
	       : score >= 35 ? 'D'
	       : score >= 20 ? 'E'
			     : 'F';
}

static void give_letter(const struct score_input *in, struct score *out)
{
	/* Below 60 % seen, only a letter that no further observation can change. */
	if (in->coverage < 0.6 && letter_of(out->low) != letter_of(out->high))
		return;
	bool best = in->label == LABEL_END_TO_END && !in->above_low && out->seen >= 80;
	(void)snprintf(out->letter, sizeof out->letter, "%c%s", letter_of(out->seen),
		       best ? "+" : "");
}

struct score score_of(const struct score_input *in)
{
	struct score out = { .low = range_low(in), .high = range_high(in) };

	out.seen = finish(weighted(in->points), deduction(in), lowest_cap(in->caps));
	out.has_score = in->scored && in->label != LABEL_NONE && in->label != LABEL_UNDETERMINED;
	if (out.has_score)
		give_letter(in, &out);
	return out;
}
