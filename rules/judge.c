/* judge.c - the door: rules over one call, the policy over the verdict, numbers over all. */
#include "rules/judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "rules/baseline.h"
#include "rules/field_row.h"
#include "rules/gate.h"
#include "rules/policy_apply.h"
#include "rules/require.h"
#include "rules/pack.h"
#include "rules/rule.h"
#include "rules/verdict.h"
#include "rules/waiver.h"
#include "rules/without.h"

enum { REQUIRES_MOST = 64 };

/* One thing that is asked of every call. */
struct demand {
	struct require *expression; /* NULL: of a parameter */
	enum policy_apply_demand parameter;
};

struct judge {
	struct judge_options options;
	const struct policy *policy;
	struct policy *own; /* the policy, where it was not given */
	struct arena *arena;
	struct findings found;
	struct deeds deeds;
	struct problem_memo memo;
	struct judgement now;
	struct tally tally;
	enum outcome *outcomes;	 /* of the row at hand, in the order of judge_rules */
	struct rule_tally *came; /* and of all rows */
	size_t rule_count;
	struct demand demands[REQUIRES_MOST];
	const char *texts[REQUIRES_MOST + 1];
	enum policy_result results[REQUIRES_MOST]; /* over the rows so far */
	size_t require_count;
	bool any_conversation;
	struct expr *where;
	uint64_t left_out, untold;
};

/* ---- life ------------------------------------------------------------------ */

static enum err take_require(struct judge *j, const char *text, char **why)
{
	struct demand *d = &j->demands[j->require_count];

	for (size_t i = 0; i < j->require_count; i++)
		if (strcmp(j->texts[i], text) == 0)
			return ERR_OK;
	if (j->require_count == REQUIRES_MOST) {
		*why = mem_text("more than 64 requirements");
		return ERR_USAGE;
	}
	enum err e = require_parse(text, &d->expression, why);
	if (e != ERR_OK)
		return e;
	j->texts[j->require_count++] = require_text(d->expression);
	return ERR_OK;
}

static enum err take_requires(struct judge *j, const char *const *list, char **why)
{
	enum err e = ERR_OK;

	for (const char *const *text = list; text && *text && e == ERR_OK; text++)
		e = take_require(j, *text, why);
	return e;
}

/* There is room: a policy's and the command line's requirements are fewer than REQUIRES_MOST. */
static void take_parameters(struct judge *j)
{
	for (int d = 0; d < POLICY_APPLY_DEMANDS; d++) {
		const char *text = policy_apply_demand_text(j->policy, (enum policy_apply_demand)d);
		if (!text || j->require_count == REQUIRES_MOST)
			continue;
		j->demands[j->require_count] = (struct demand){ NULL, (enum policy_apply_demand)d };
		j->texts[j->require_count++] = text;
	}
}

static enum err take_policy(struct judge *j, char **why)
{
	const char *name = j->options.policy ? j->options.policy : "baseline";
	enum err e = ERR_OK;

	if (!j->options.rules)
		e = policy_read(name, policy_of_program, NULL, &j->own, why);
	j->policy = j->options.rules ? j->options.rules : j->own;
	if (e != ERR_OK)
		return e;
	e = take_requires(j, (const char *const *)j->policy->requires, why);
	if (e == ERR_OK)
		take_parameters(j);
	return e;
}

enum err judge_new(struct judge **out, struct judge_options options, char **why)
{
	struct judge *j = mem_zero(1, sizeof *j);

	*out = NULL;
	*why = NULL;
	j->options = options;
	j->arena = arena_new(RULE_ARENA);
	gate_begin(&j->tally);
	(void)judge_rules(&j->rule_count);
	j->outcomes = mem_zero(j->rule_count, sizeof *j->outcomes);
	j->came = mem_zero(j->rule_count, sizeof *j->came);
	j->tally.rules = j->came;
	enum err e = take_policy(j, why);
	if (e == ERR_OK)
		e = take_requires(j, options.requires, why);
	if (e == ERR_OK && options.where)
		e = field_row_compile(slice_of(options.where), &j->where, why);
	for (size_t i = 0; i < j->require_count; i++)
		j->results[i] = POLICY_MET;
	if (e != ERR_OK) {
		judge_free(j);
		return e;
	}
	*out = j;
	return ERR_OK;
}

const struct policy *judge_policy(const struct judge *j)
{
	return j->policy;
}

enum severity judge_fail_on(const struct judge *j)
{
	return j->options.fail_on;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->require_count; i++)
		require_free(j->demands[i].expression);
	policy_free(j->own);
	arena_free(j->arena);
	free(j->found.list);
	free(j->outcomes);
	free(j->came);
	free(j->deeds.list);
	expr_free(j->where);
	free(j);
}

/* ---- one call --------------------------------------------------------------- */

/* What is known of a finding beyond this run. */
static void look_up(struct judge *j, const struct work *w, struct finding *f)
{
	if (f->outcome != OUTCOME_VIOLATED)
		return;
	if (j->options.baseline)
		f->change = baseline_ask(j->options.baseline, f->problem, f->severity);
	if (j->options.waivers)
		f->waived = waiver_ask(j->options.waivers, w, f);
}

static uint32_t mark_gating(struct judge *j, const struct work *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < j->now.finding_count; i++) {
		struct finding *f = &j->now.findings[i];
		look_up(j, w, f);
		f->gates = !f->waived && f->change != CHANGE_KNOWN &&
			   policy_apply_gates(j->policy, j->options.fail_on, f);
		n += j->now.findings[i].gates;
	}
	return n;
}

/* not_met over cannot_tell over met: the worse of two (contract 2). */
static enum policy_result worse(enum policy_result a, enum policy_result b)
{
	if (a == POLICY_NOT_MET || b == POLICY_NOT_MET)
		return POLICY_NOT_MET;
	return a == POLICY_CANNOT_TELL ? a : b;
}

static enum policy_result ask_demand(const struct judge *j, const struct demand *d,
				     const struct require_row *row, const struct call *c)
{
	return d->expression ? require_ask(d->expression, row)
			     : policy_apply_ask(j->policy, d->parameter, c);
}

static void ask_requires(struct judge *j, struct work *w)
{
	struct judgement *now = &j->now;
	struct require_row row = { .w = w, .j = now };
	struct verdict v[CONDITIONS];

	if (!call_is_conversation(w->c))
		return;
	j->any_conversation = true;
	for (int i = 0; i < CONDITIONS; i++)
		v[i] = now->conditions[i].v;
	row.best = score_best_label(v, now->hop_protection, verdict_flags(w));
	for (size_t i = 0; i < j->require_count; i++) {
		enum policy_result r = ask_demand(j, &j->demands[i], &row, w->c);
		j->results[i] = worse(j->results[i], r);
		now->policy = worse(now->policy, r);
		if (r == POLICY_NOT_MET && now->unmet)
			now->unmet[now->unmet_count++] = j->texts[i];
		if (r == POLICY_CANNOT_TELL && now->unknown)
			now->unknown[now->unknown_count++] = j->texts[i];
	}
}

/* What was not observed selects nothing, and is counted. */
static bool selected(struct judge *j, const struct work *w)
{
	enum expr_truth yes = j->where ? field_row_ask(j->where, w, &j->now) : EXPR_TRUE;

	j->left_out += yes != EXPR_TRUE;
	j->untold += yes == EXPR_UNKNOWN;
	return yes == EXPR_TRUE;
}

static const char *gating_text(const struct judge *j, struct work *w, uint32_t gating)
{
	struct words t = { .n = 0 };

	words_add(&t, "no finding at or above ");
	words_add(&t, judge_severity_text(j->options.fail_on));
	words_add(&t, ": ");
	words_number(&t, gating);
	words_add(&t, " found");
	return rule_words(w, &t);
}

static void apply_policy(struct judge *j, struct work *w)
{
	struct judgement *now = &j->now;
	uint32_t gating = mark_gating(j, w);

	now->unmet = arena_take(j->arena, (j->require_count + 1) * sizeof *now->unmet);
	now->unknown = arena_take(j->arena, (j->require_count + 1) * sizeof *now->unknown);
	now->policy = gating ? POLICY_NOT_MET : POLICY_MET;
	if (gating && now->unmet)
		now->unmet[now->unmet_count++] = gating_text(j, w, gating);
	ask_requires(j, w);
}

/* What was left out is said where a reader looks for what was not seen. */
static void note_dropped(struct judge *j, struct work *w)
{
	struct judgement *now = &j->now;

	if (now->missing && rule_has(w, FACT_budget_spent))
		now->missing[now->missing_count++] =
			"part of this call, which was too large to hold whole";
	if (now->missing && j->found.dropped)
		now->missing[now->missing_count++] = rule_text(
			w, "%u further findings are not listed", (unsigned)j->found.dropped);
}

const struct judgement *judge_call(struct judge *j, const struct call *c)
{
	struct work w = { .c = c,
			  .arena = j->arena,
			  .found = &j->found,
			  .memo = &j->memo,
			  .deeds = &j->deeds,
			  .strength = j->policy->strength,
			  .outcomes = j->outcomes };

	arena_reset(j->arena);
	memset(&j->now, 0, sizeof j->now);
	rule_begin(&w);
	rule_all(&w);
	verdict_of(&w, &j->now);
	note_dropped(j, &w);
	without_each(&w, &j->now);
	if (policy_apply_severities(j->policy, c, &j->now))
		verdict_sort(&j->now);
	if (!selected(j, &w))
		return NULL;
	apply_policy(j, &w);
	gate_add(&j->tally, c, &j->now);
	for (size_t i = 0; i < j->rule_count; i++)
		j->came[i].rows[j->outcomes[i]]++;
	return &j->now;
}

/* ---- the run ----------------------------------------------------------------- */

uint64_t judge_left_out(const struct judge *j, uint64_t *untold)
{
	*untold = j->untold;
	return j->left_out;
}

enum outcome judge_outcome(const struct judge *j, const struct rule *r)
{
	size_t n;

	return j->outcomes[r - judge_rules(&n)];
}

const struct tally *judge_tally(const struct judge *j)
{
	return &j->tally;
}

size_t judge_requires(const struct judge *j, const char *const **text,
		      const enum policy_result **result)
{
	/* Without a call, an opaque row or a page nothing was seen to meet anything. */
	static const enum policy_result nothing[REQUIRES_MOST] = {
#define EIGHT                                                                                      \
	POLICY_CANNOT_TELL, POLICY_CANNOT_TELL, POLICY_CANNOT_TELL, POLICY_CANNOT_TELL,            \
		POLICY_CANNOT_TELL, POLICY_CANNOT_TELL, POLICY_CANNOT_TELL, POLICY_CANNOT_TELL
		EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT
#undef EIGHT
	};

	*text = j->texts;
	*result = j->any_conversation ? j->results : nothing;
	return j->require_count;
}

struct gate judge_gate(const struct judge *j, bool inputs_damaged, bool anything_usable,
		       uint64_t sip_cut)
{
	struct gate_facts f = { .tally = &j->tally,
				.fail_on = j->options.fail_on,
				.min_coverage = j->options.min_coverage,
				.compared = j->options.baseline != NULL,
				.inputs_damaged = inputs_damaged,
				.anything_usable = anything_usable,
				.sip_cut = sip_cut };

	f.require_count = judge_requires(j, &f.requires, &f.results);
	return gate_close(&f);
}

uint64_t judge_problem(const struct finding *f)
{
	uint64_t n = 0;

	/* Of a letter, a to f, bit 6 is set and the lower four count from 1. */
	for (int i = 0; i < 16 && f->problem[i]; i++)
		n = n << 4 | (uint64_t)((f->problem[i] & 15) + 9 * (f->problem[i] >> 6));
	return n;
}

/* ---- words -------------------------------------------------------------------- */

const struct rule *judge_rules(size_t *count)
{
	return pack_rules(pack_builtin(), count);
}

const struct rule *judge_rule(const char *id)
{
	const struct pack_rule *r = pack_find(pack_builtin(), id);
	size_t n;

	(void)judge_rules(&n); /* it finds under its place among all */
	return r ? r->as : NULL;
}

static const char *const severities[SEVERITIES] = { "info", "low", "medium", "high", "critical" };

const char *judge_severity_text(enum severity s)
{
	return severities[s];
}

bool judge_severity_parse(const char *text, enum severity *out)
{
	for (int i = 0; i < SEVERITIES; i++)
		if (strcasecmp(text, severities[i]) == 0) {
			*out = (enum severity)i;
			return true;
		}
	return false;
}

const char *judge_class_text(enum rule_class c)
{
	static const char *const text[] = { "attack", "exposure", "posture", "hygiene",
					    "visibility" };
	return text[c];
}

const char *judge_outcome_text(enum outcome o)
{
	static const char *const text[] = { "violated", "satisfied", "not_assessable",
					    "not_applicable", "noted" };
	return text[o];
}

const char *judge_change_text(enum change c)
{
	static const char *const text[CHANGES] = { NULL, "new", "worse", "known" };
	return text[c];
}

const char *judge_label_text(enum label l)
{
	static const char *const text[LABELS] = {
		"EXPOSED",    "TAMPERING INDICATED", "WEAK",	      "SIGNALING EXPOSED",
		"HOP BY HOP", "UNDETERMINED",	     "NO BREAK SEEN", "END-TO-END MEDIA",
		"END-TO-END", "NOT SCORED",
	};
	return text[l];
}

const char *judge_condition_text(enum condition c)
{
	static const char *const text[CONDITIONS] = { "signaling", "keys", "media" };
	return text[c];
}

const char *judge_policy_text(enum policy_result r)
{
	static const char *const text[] = { "met", "not_met", "cannot_tell" };
	return text[r];
}
