/* verdict.c - scopes joined to conditions, with the words for them. */
#include "rules/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "rules/coverage.h"
#include "rules/pack.h"

struct score_flags verdict_flags(const struct work *w)
{
	return (struct score_flags){ .exposed = w->exposed,
				     .readable = w->readable,
				     .tampering = w->tampering,
				     .weak = w->weak,
				     .scored = call_is_conversation(w->c) };
}

/* ---- conditions ----------------------------------------------------------- */

static bool any_live(const struct work *w)
{
	for (uint16_t i = 0; i < w->c->media_count; i++)
		if (w->lines[i].live)
			return true;
	return false;
}

static bool all_refused(const struct call *c)
{
	for (uint16_t i = 0; i < c->media_count; i++)
		if (!c->media[i].rejected)
			return false;
	return c->media_count > 0;
}

/* B.3: a call without media is NOT APPLICABLE, but silence about media is not absence of media. */
static bool has_media(const struct work *w)
{
	if (any_live(w))
		return true;
	return call_is_conversation(w->c) && !all_refused(w->c);
}

static bool said(const struct answer *a)
{
	return a->ok || a->suspect || a->fail;
}

/* What is asserted to be encrypted inside answers to no evidence from outside; a refutation stands.
 */
static struct answer outside(const struct work *w, struct answer a)
{
	if (w->inner_asserted)
		a.ok = a.suspect = 0;
	return a;
}

static struct verdict settle_keys(const struct work *w, const struct line *line)
{
	return lattice_settle(outside(w, line->keys), line->keys_whole && !w->inner_asserted);
}

/*
 * B.7: ciphertext that passed unchanged says nothing of who can open it, so media
 * can be no more complete than its keys are.
 */
static struct verdict settle_media(const struct work *w, const struct line *line)
{
	struct verdict keys = settle_keys(w, line);
	bool whole = line->media_whole && keys.known == KNOWN_OK && keys.complete;

	return lattice_settle(outside(w, line->media), whole);
}

/* Silence about a line that had media leaves the call incomplete. */
static struct verdict settle_lines(const struct work *w, enum condition on)
{
	struct verdict v = lattice_identity();

	if (has_media(w) && !any_live(w))
		v.complete = false;
	for (uint16_t i = 0; i <= w->c->media_count; i++) {
		const struct line *line = &w->lines[i];
		if (on == CONDITION_KEYS && (line->live || said(&line->keys)))
			v = lattice_join(v, settle_keys(w, line));
		if (on == CONDITION_MEDIA && (line->live || said(&line->media)))
			v = lattice_join(v, settle_media(w, line));
	}
	return v;
}

static struct verdict settle(const struct work *w, enum condition on)
{
	return on == CONDITION_SIGNALING ? lattice_settle(w->signaling, w->signaling_whole)
					 : settle_lines(w, on);
}

bool verdict_partial(const struct work *w)
{
	for (int i = 0; i < CONDITIONS; i++)
		if (lattice_shown(settle(w, (enum condition)i)) == SHOWN_PARTIAL)
			return true;
	return false;
}

static const char *default_why(const struct work *w, enum condition on, struct verdict v)
{
	if (v.known == KNOWN_NONE && v.complete)
		return "no media belongs to this row";
	if (on == CONDITION_SIGNALING)
		return w->c->leg_count ? "how this signaling was protected could not be told"
				       : "no signaling of this call was seen";
	if (on == CONDITION_KEYS)
		return "how the media keys were agreed was not seen";
	return "the media was not seen";
}

static void tell(const struct work *w, enum condition on, struct verdict v,
		 struct condition_verdict *out)
{
	const struct reason *r = &w->reasons[on][v.known];
	bool apart = v.known == KNOWN_NONE && v.complete;

	out->v = v;
	out->shown = lattice_shown(v);
	out->why = r->why && !apart ? r->why : default_why(w, on, v);
	out->at_count = apart ? 0 : r->at_count;
	memcpy(out->at, r->at, out->at_count * sizeof *r->at);
	memcpy(out->at_text, r->at_text, out->at_count * sizeof *r->at_text);
}

/* ---- hops, ends, seconds --------------------------------------------------- */

/* TLS that does not encrypt, or that anyone can undo, protects no hop (TLS-002). */
static bool undone(const struct work *w, uint16_t leg)
{
	if (w->mended_tls)
		return false;
	RULE_EACH (w, f, FACT_tls_broken)
		if (f->leg == (int16_t)leg)
			return true;
	return false;
}

struct hops {
	uint32_t clear, encrypted;
	enum shown shown;
};

static struct hops count_hops(const struct work *w)
{
	const struct call *c = w->c;
	struct hops h = { .shown = SHOWN_NOT_OBSERVABLE };

	for (uint16_t i = 0; i < c->leg_count; i++) {
		if ((c->legs[i].readable && !w->mended) || undone(w, i))
			h.clear++;
		else if (c->legs[i].encrypted)
			h.encrypted++;
	}
	if (h.clear)
		h.shown = SHOWN_FAIL;
	else if (c->leg_count && h.encrypted == c->leg_count)
		h.shown = SHOWN_PASS;
	return h;
}

static uint8_t suffixes(const struct call *c)
{
	uint8_t set = c->recorded_by_endpoint ? SUFFIX_RECORDED : 0;

	/* Where a registration leads is no call that goes on. */
	for (int i = 0; call_is_conversation(c) && i < 2; i++) {
		enum role r = c->ends[i].role;
		uint8_t to = r == ROLE_GATEWAY	    ? SUFFIX_TO_GATEWAY
			     : r == ROLE_CONFERENCE ? SUFFIX_TO_CONFERENCE
			     : r == ROLE_IVR	    ? SUFFIX_TO_IVR
						    : 0;
		if (to && c->ends[i].role_from == ROLE_INFERRED)
			to |= SUFFIX_POSSIBLY;
		set |= to;
	}
	return set;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Two directions, or two capture points, of one stretch are one stretch: the longest counts. */
static uint64_t line_exposed_ns(const struct work *w, uint16_t at)
{
	const struct media *m = &w->c->media[at];
	size_t epochs = w->c->epoch_count + 1u;
	uint64_t *worst = arena_take(w->arena, epochs * sizeof *worst), sum = 0, fact = 0;

	for (uint16_t i = 0; worst && i < m->segment_count; i++) {
		int16_t e = m->segments[i].epoch;
		size_t slot = e >= 0 && e < w->c->epoch_count ? (size_t)e : epochs - 1;
		worst[slot] = most(worst[slot], m->segments[i].clear_ns);
	}
	for (size_t i = 0; worst && i < epochs; i++)
		sum += worst[i];
	for (uint32_t i = 0; i < w->c->fact_count; i++)
		if (w->c->facts[i].media == (int16_t)at)
			fact = most(fact, w->c->facts[i].duration_ns);
	return sum ? sum : fact;
}

/* Legs either side of a box carry the same words, so lines of one kind are not added up. */
static double exposed_seconds(const struct work *w)
{
	uint64_t by_kind[MEDIA_APPLICATION + 1] = { 0 }, sum = 0;

	for (uint16_t i = 0; i < w->c->media_count; i++)
		if (w->lines[i].clear) {
			uint64_t *kind = &by_kind[w->c->media[i].kind];
			*kind = most(*kind, line_exposed_ns(w, i));
		}
	for (size_t i = 0; i < sizeof by_kind / sizeof *by_kind; i++)
		sum += by_kind[i];
	return (double)sum / 1e9;
}

/* ---- score ---------------------------------------------------------------- */

/* Each hop's handshake was seen, and none of them has a weakness. */
static bool all_clean(const struct work *w)
{
	uint32_t clean = 0;

	RULE_EACH (w, f, FACT_tls_session)
		clean += f->value == 1;
	return clean && clean >= w->c->leg_count;
}

static uint8_t signaling_points(const struct work *w, const struct judgement *j)
{
	if (j->conditions[CONDITION_SIGNALING].shown == SHOWN_PASS)
		return 100;
	if (w->disclosed)
		return 0;
	if (w->readable || w->broken_tls)
		return 20;
	if (w->old_tls || w->bad_certificate)
		return 40;
	if (w->weak_tls)
		return 75;
	return all_clean(w) ? 90 : 60;
}

static bool any_line_clear(const struct work *w)
{
	for (uint16_t i = 0; i <= w->c->media_count; i++)
		if (w->lines[i].clear)
			return true;
	return false;
}

static bool any_line_weak(const struct work *w)
{
	for (uint16_t i = 0; i <= w->c->media_count; i++)
		if (w->lines[i].null_cipher || w->lines[i].weak_key)
			return true;
	return false;
}

static bool any_line_tampered(const struct work *w)
{
	for (uint16_t i = 0; i <= w->c->media_count; i++)
		if (w->lines[i].tampered)
			return true;
	return false;
}

/* B.9 gives 30 for what a recorder or a mixer got. */
static uint8_t media_points(const struct work *w, uint8_t points)
{
	return w->kept && points > 30 ? 30 : points;
}

/* B.9 gives 50 for what an element in the middle holds while every hop is protected. */
static uint8_t points_of(const struct condition_verdict *c, bool readable)
{
	return c->shown == SHOWN_FAIL && !readable ? 50 : score_points(c->v);
}

static bool any_keying(const struct call *c, enum keying k)
{
	for (uint16_t i = 0; i < c->media_count; i++)
		if (c->media[i].keying == k)
			return true;
	return false;
}

static bool has_shown(const struct judgement *j, enum shown s)
{
	return j->conditions[CONDITION_KEYS].shown == s ||
	       j->conditions[CONDITION_MEDIA].shown == s;
}

static uint16_t find_caps(const struct work *w, const struct judgement *j)
{
	const struct {
		bool holds;
		enum score_cap cap;
	} causes[] = {
		{ any_line_clear(w), SCORE_CAP_CLEAR },
		{ w->key_clear, SCORE_CAP_KEY },
		{ w->basic_clear, SCORE_CAP_CREDENTIAL },
		{ w->broken_tls || any_line_weak(w), SCORE_CAP_NULL },
		{ any_line_tampered(w), SCORE_CAP_TAMPERED },
		{ w->old_tls || w->bad_certificate, SCORE_CAP_OLD },
		{ rule_has(w, FACT_sibling_clear), SCORE_CAP_SIBLING },
		{ rule_has(w, FACT_downgrade) && any_line_clear(w), SCORE_CAP_DOWNGRADE },
		{ w->readable && any_keying(w->c, KEYING_DTLS), SCORE_CAP_CLEAR_DTLS },
		{ w->digest_clear, SCORE_CAP_DIGEST },
		{ has_shown(j, SHOWN_FAIL) && j->hop_protection == SHOWN_PASS, SCORE_CAP_HOP },
		{ w->c->recorded_by_endpoint || w->kept, SCORE_CAP_RECORDED },
		{ w->readable && any_keying(w->c, KEYING_ZRTP) &&
			  j->conditions[CONDITION_KEYS].shown == SHOWN_PASS,
		  SCORE_CAP_CLEAR_ZRTP },
		{ has_shown(j, SHOWN_SUSPECT) || has_shown(j, SHOWN_NOT_OBSERVABLE),
		  SCORE_CAP_UNSEEN },
		{ j->conditions[CONDITION_SIGNALING].shown == SHOWN_FAIL, SCORE_CAP_SIGNALING },
	};
	uint16_t set = 0;

	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].holds)
			set |= (uint16_t)causes[i].cap;
	return set;
}

/* Each rule once, at its worst: findings come worst first. */
static void count_rules(const struct judgement *j, struct score_input *in)
{
	size_t n;
	const struct rule *rules = judge_rules(&n);
	bool counted[PACK_RULES] = { false };

	for (uint32_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		if (f->outcome != OUTCOME_VIOLATED)
			continue;
		in->above_low |= f->severity > SEVERITY_LOW;
		if (!f->rule->deducts || counted[f->rule - rules])
			continue;
		counted[f->rule - rules] = true;
		in->medium = (uint8_t)(in->medium + (f->severity == SEVERITY_MEDIUM));
		in->low = (uint8_t)(in->low + (f->severity == SEVERITY_LOW));
	}
}

static void list_caps(struct work *w, uint16_t set, struct judgement *j)
{
	j->caps = arena_take(w->arena, SCORE_CAPS * sizeof *j->caps);
	for (unsigned i = 0; j->caps && i < SCORE_CAPS; i++)
		if (set >> i & 1)
			j->caps[j->cap_count++] = score_cap_text((enum score_cap)(1u << i));
}

/* Calls that never had media are listed, not scored (B.9, capture roll-up). */
static bool never_had_media(const struct judgement *j)
{
	return j->conditions[CONDITION_KEYS].shown == SHOWN_NOT_APPLICABLE &&
	       j->conditions[CONDITION_MEDIA].shown == SHOWN_NOT_APPLICABLE;
}

static void give_score(struct work *w, struct judgement *j)
{
	bool clear = any_line_clear(w), shown = clear || w->key_clear || w->key_unused;
	struct score_input in = {
		.points = { signaling_points(w, j),
			    points_of(&j->conditions[CONDITION_KEYS], shown),
			    media_points(w, points_of(&j->conditions[CONDITION_MEDIA], clear)) },
		.caps = find_caps(w, j),
		.label = j->label,
		.scored = call_is_conversation(w->c) && !never_had_media(j),
		.coverage = j->coverage
	};

	for (int i = 0; i < CONDITIONS; i++)
		in.conditions[i] = j->conditions[i].v;
	count_rules(j, &in);
	list_caps(w, in.caps, j);
	struct score s = score_of(&in);
	j->scored = in.scored;
	j->has_score = s.has_score;
	j->score = s.seen;
	j->low = s.low;
	j->high = s.high;
	memcpy(j->letter, s.letter, sizeof j->letter);
}

/* ---- findings -------------------------------------------------------------- */

static int by_worst(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int n;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if ((n = strverscmp(x->scope, y->scope)) != 0)
		return n;
	if (x->at[0].frame != y->at[0].frame)
		return x->at[0].frame < y->at[0].frame ? -1 : 1;
	if (x->at[0].input != y->at[0].input)
		return x->at[0].input < y->at[0].input ? -1 : 1;
	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	return strcmp(x->fingerprint, y->fingerprint);
}

static int by_frame(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A display filter belongs to one file: the one the first evidence is in. */
static const char *filter_of(struct work *w, const struct finding *f)
{
	uint64_t frames[RULE_EVIDENCE];
	struct words t = { .n = 0 };
	size_t n = 0;

	for (uint8_t i = 0; i < f->at_count; i++)
		if (f->at[i].input == f->at[0].input)
			frames[n++] = f->at[i].frame;
	if (n == 0)
		return NULL;
	if (n > 1)
		qsort(frames, n, sizeof *frames, by_frame);
	for (size_t i = 0; i < n; i++) {
		words_add(&t, i ? ", " : "frame.number in {");
		words_number(&t, frames[i]);
	}
	words_add(&t, "}");
	return rule_words(w, &t);
}

void verdict_sort(struct judgement *j)
{
	if (j->finding_count > 1)
		qsort(j->findings, j->finding_count, sizeof *j->findings, by_worst);
}

static void sort_findings(struct work *w, struct judgement *j)
{
	j->findings = w->found->list;
	j->finding_count = w->found->count;
	verdict_sort(j);
	for (uint32_t i = 0; i < j->finding_count; i++)
		j->findings[i].filter = filter_of(w, &j->findings[i]);
}

static void take_coverage(struct work *w, struct judgement *j)
{
	struct coverage c = coverage_of(w);

	j->coverage_made = c.made;
	j->coverage_required = c.required;
	j->coverage = c.required ? (double)c.made / c.required : 0;
	j->missing = c.missing;
	j->missing_count = c.missing_count;
}

enum label verdict_label(const struct work *w)
{
	enum shown shown[CONDITIONS];

	for (int i = 0; i < CONDITIONS; i++)
		shown[i] = lattice_shown(settle(w, (enum condition)i));
	return score_label(shown, count_hops(w).shown, verdict_flags(w));
}

void verdict_of(struct work *w, struct judgement *j)
{
	enum shown shown[CONDITIONS];

	for (int i = 0; i < CONDITIONS; i++) {
		tell(w, (enum condition)i, settle(w, (enum condition)i), &j->conditions[i]);
		shown[i] = j->conditions[i].shown;
	}
	struct hops hops = count_hops(w);
	j->hop_protection = hops.shown;
	j->hops_clear = hops.clear;
	j->hops_encrypted = hops.encrypted;
	sort_findings(w, j);
	take_coverage(w, j);
	j->label = score_label(shown, j->hop_protection, verdict_flags(w));
	j->suffix = j->label == LABEL_NONE ? 0 : suffixes(w->c);
	j->exposed_seconds = exposed_seconds(w);
	give_score(w, j);
}
