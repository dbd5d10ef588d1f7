/* gate.c - adding rows up, and the exit code. */
#include "rules/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/score.h"

void gate_begin(struct tally *t)
{
	memset(t, 0, sizeof *t);
	/* A report without any row is NOT OBSERVABLE throughout (B.3). */
	for (int i = 0; i < CONDITIONS; i++)
		t->combined[i] = (struct verdict){ KNOWN_NONE, false, 0 };
	t->worst_label = LABEL_NONE;
}

static void add_conditions(struct tally *t, const struct judgement *j)
{
	for (int i = 0; i < CONDITIONS; i++) {
		if (!t->any_row)
			t->combined[i] = lattice_identity();
		t->combined[i] = lattice_join(t->combined[i], j->conditions[i].v);
		t->shown[i][j->conditions[i].shown]++;
	}
	t->any_row = true;
}

/* A+ is better than A; else by the alphabet. */
static int letter_cmp(const char *a, const char *b)
{
	if (a[0] != b[0])
		return a[0] < b[0] ? -1 : 1;
	return (b[1] == '+') - (a[1] == '+');
}

static void add_score(struct tally *t, const struct judgement *j)
{
	if (j->has_score)
		t->scores[j->score < 100 ? j->score / 10 : 9]++;
	if (j->has_score && (!t->any_score || j->score < t->worst_score)) {
		t->any_score = true;
		t->worst_score = j->score;
	}
	if (j->letter[0] && (!t->any_letter || letter_cmp(j->letter, t->worst_letter) > 0)) {
		t->any_letter = true;
		memcpy(t->worst_letter, j->letter, sizeof t->worst_letter);
	}
}

static void add_findings(struct tally *t, const struct judgement *j)
{
	for (uint32_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		if (f->outcome == OUTCOME_VIOLATED)
			t->findings[f->severity]++;
		t->waived += f->waived != NULL;
		if (!f->gates)
			continue;
		t->gating++;
		t->weakening += f->weakens;
		if (f->severity > t->worst_gating)
			t->worst_gating = f->severity;
	}
}

/* In whole microseconds: sums of fractions would depend on the order of calls. */
static double add_seconds(double a, double b)
{
	return (double)((uint64_t)(a * 1e6 + 0.5) + (uint64_t)(b * 1e6 + 0.5)) / 1e6;
}

void gate_add(struct tally *t, const struct call *c, const struct judgement *j)
{
	uint64_t *const policy[] = { &t->met, &t->not_met, &t->cannot_tell };

	t->rows[c->kind]++;
	t->labels[j->label]++;
	if (j->label < t->worst_label)
		t->worst_label = j->label;
	add_conditions(t, j);
	add_score(t, j);
	add_findings(t, j);
	++*policy[j->policy];
	t->coverage_made += j->coverage_made;
	t->coverage_required += j->coverage_required;
	t->exposed_seconds = add_seconds(t->exposed_seconds, j->exposed_seconds);
}

/* ---- closing --------------------------------------------------------------- */

static __attribute__((format(printf, 3, 4))) void say(struct gate *g, int exit_code,
						      const char *format, ...)
{
	va_list args;

	g->exit = exit_code;
	va_start(args, format);
	(void)vsnprintf(g->why, sizeof g->why, format, args);
	va_end(args);
}

static size_t count_results(const struct gate_facts *f, enum policy_result r, size_t *first)
{
	size_t n = 0;

	for (size_t i = f->require_count; i-- > 0;)
		if (f->results[i] == r) {
			n++;
			*first = i;
		}
	return n;
}

static enum policy_result run_result(const struct gate_facts *f, size_t refuted, size_t unseen)
{
	if (f->tally->gating || refuted)
		return POLICY_NOT_MET;
	return unseen || !f->tally->any_row ? POLICY_CANNOT_TELL : POLICY_MET;
}

static double coverage_of_run(const struct tally *t)
{
	return t->coverage_required ? (double)t->coverage_made / (double)t->coverage_required : 0;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void decide(struct gate *g, const struct gate_facts *f, size_t refuted, size_t first_refuted,
		   size_t unseen, size_t first_unseen)
{
	const struct tally *t = f->tally;
	const char *at = judge_severity_text(f->fail_on);
	const char *what = f->compared ? "new or worse finding" : "finding";
	double seen = coverage_of_run(t);

	if (t->gating && refuted)
		say(g, 1, "%llu %s%s at or above %s, and %zu requirement%s refuted",
		    (unsigned long long)t->gating, what, plural(t->gating), at, refuted,
		    plural(refuted));
	else if (t->gating)
		say(g, 1, "%llu %s%s at or above %s", (unsigned long long)t->gating, what,
		    plural(t->gating), at);
	else if (refuted)
		say(g, 1, "the requirement %.120s is refuted", f->requires[first_refuted]);
	else if (f->inputs_damaged)
		say(g, 3, "an input is missing or damaged; what could be read was judged");
	else if (!t->any_row && f->sip_cut)
		say(g, 4, "nothing to judge: SIP passed, cut before it said which call it was of");
	else if (!t->any_row || !f->anything_usable)
		say(g, 4, "nothing to judge: no call, no media, no SIP");
	else if (unseen)
		say(g, 4, "the requirement %.120s was not seen to be met",
		    f->requires[first_unseen]);
	else if (seen < f->min_coverage)
		say(g, 4, "%.1f %% of what a verdict needs was seen, %.1f %% are required",
		    seen * 100, f->min_coverage * 100);
	else
		say(g, 0, "judged, nothing %sat or above %s%s", f->compared ? "new or worse " : "",
		    at, f->require_count ? ", every requirement seen to be met" : "");
}

/* Behind the sentence on the exit code. */
static __attribute__((format(printf, 2, 3))) void add(struct gate *g, const char *format, ...)
{
	size_t n = strlen(g->why);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(g->why + n, sizeof g->why - n, format, args);
	va_end(args);
}

struct gate gate_close(const struct gate_facts *f)
{
	struct gate g = { .exit = 0 };
	size_t first_refuted = 0, first_unseen = 0;
	size_t refuted = count_results(f, POLICY_NOT_MET, &first_refuted);
	size_t unseen = count_results(f, POLICY_CANNOT_TELL, &first_unseen);

	g.result = run_result(f, refuted, unseen);
	decide(&g, f, refuted, first_refuted, unseen, first_unseen);
	if (g.exit == 1 && f->tally->weakening)
		add(&g, "; %llu of them make%s a call WEAK",
		    (unsigned long long)f->tally->weakening, f->tally->weakening == 1 ? "s" : "");
	if (f->tally->waived)
		add(&g, "; %llu waived", (unsigned long long)f->tally->waived);
	/* The default policy asks for nothing end to end, and the reader must not think it did. */
	if (f->require_count == 0)
		add(&g, " (no end-to-end requirement was set)");
	return g;
}
