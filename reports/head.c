/* head.c - tool, inputs, losses, summary, problems: what needs the whole run. */
#include "reports/head.h"
#include "reports/hidden.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reports/engagement.h"
#include "reports/jvalue.h"
#include "reports/since.h"

static json_t *tool(const struct document_run *run)
{
	json_t *o = json_object();

	jvalue_put(o, "name", jvalue_text("earshot"));
	jvalue_put(o, "version", jvalue_text(run->version ? run->version : ""));
	jvalue_put(o, "rules_sha256", jvalue_text(run->rules_sha256 ? run->rules_sha256 : ""));
	jvalue_put(o, "policy", jvalue_text(run->policy ? run->policy : ""));
	if (run->unconfined)
		jvalue_put(o, "sandbox", jvalue_text("off"));
	return o;
}

static json_t *input(struct redactor *hide, const struct document_input *in)
{
	json_t *o = json_object(), *problems = json_array();

	for (size_t i = 0; i < in->problem_count; i++)
		jvalue_push(problems, hidden_text(hide, in->problems[i]));
	jvalue_put(o, "label", hidden_label(hide, in->label));
	jvalue_put(o, "name", hidden_label(hide, in->name));
	jvalue_put(o, "sha256", jvalue_text(in->sha256));
	jvalue_put(o, "bytes", jvalue_number(in->bytes));
	jvalue_put(o, "packets", jvalue_number(in->packets));
	jvalue_put(o, "first", jvalue_when(in->first_ns));
	jvalue_put(o, "last", jvalue_when(in->last_ns));
	jvalue_put(o, "complete", json_boolean(in->complete));
	jvalue_put(o, "problems", problems);
	return o;
}

static json_t *inputs(struct redactor *hide, const struct document_run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < run->input_count; i++)
		jvalue_push(list, input(hide, &run->inputs[i]));
	return list;
}

/* The contract's keys first and always; then what else was counted. */
static json_t *counts(const char *const *keys, const struct document_count *list, size_t max)
{
	json_t *o = json_object();

	for (size_t k = 0; keys && keys[k]; k++)
		jvalue_put(o, keys[k], jvalue_number(0));
	for (size_t i = 0; i < max && list[i].name; i++)
		jvalue_put(o, list[i].name, jvalue_number(list[i].n));
	return o;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static json_t *losses(const struct document_run *run)
{
	static const char *const keys[] = { "kernel_drops", "snaplen_cut",	 "tcp_gaps",
					    "rtp_gaps",	    "fragments_expired", NULL };
	json_t *o = counts(keys, run->losses, COUNT_OF(run->losses));

	jvalue_put(o, "undecoded", counts(NULL, run->undecoded, COUNT_OF(run->undecoded)));
	return o;
}

static void limit(json_t *list, const char *name, uint64_t n)
{
	json_t *o;

	if (!n)
		return;
	o = json_object();
	jvalue_put(o, "limit", jvalue_text(name));
	jvalue_put(o, "count", jvalue_number(n));
	jvalue_push(list, o);
}

static json_t *limits(const struct head_parts *p, const struct document_run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(run->limits) && run->limits[i].name; i++)
		limit(list, run->limits[i].name, run->limits[i].n);
	limit(list, "report_problems", problems_dropped(p->problems));
	limit(list, "report_listeners", overheard_dropped(p->overheard));
	limit(list, "report_masked_names", redact_unnumbered(p->hide));
	return list;
}

static json_t *policy(const struct document_run *run)
{
	json_t *o = json_object(), *all = json_array(), *unmet = json_array(),
	       *unknown = json_array();

	for (size_t i = 0; i < run->requires_count; i++) {
		jvalue_push(all, jvalue_text(run->requires[i]));
		if (run->requires_result[i] == POLICY_NOT_MET)
			jvalue_push(unmet, jvalue_text(run->requires[i]));
		if (run->requires_result[i] == POLICY_CANNOT_TELL)
			jvalue_push(unknown, jvalue_text(run->requires[i]));
	}
	jvalue_put(o, "name", jvalue_text(run->policy ? run->policy : ""));
	jvalue_put(o, "requires", all);
	jvalue_put(o, "result", jvalue_text(judge_policy_text(run->gate.result)));
	jvalue_put(o, "unmet", unmet);
	jvalue_put(o, "unknown", unknown);
	if (run->rules) {
		jvalue_put(o, "summary", jvalue_text(run->rules->summary));
		jvalue_put(o, "sha256", jvalue_text(run->rules->sha256));
	}
	return o;
}

static json_t *seen(const struct document_run *run)
{
	static const char *const keys[] = { "packets",
					    "sip_messages",
					    "call_ids",
					    "invite_call_ids",
					    "crypto_lines",
					    "fingerprint_lines",
					    "duplicates",
					    "dtls_records",
					    "zrtp_messages",
					    "stun_messages",
					    "tls_connections",
					    "rtp_streams",
					    NULL };

	return counts(keys, run->seen, COUNT_OF(run->seen));
}

static json_t *rows(const struct tally *t)
{
	json_t *o = json_object();

	for (int k = CALL_CALL; k <= CALL_PAGE; k++)
		jvalue_put(o, call_kind_text((enum call_kind)k), jvalue_number(t->rows[k]));
	return o;
}

static json_t *labels(const struct tally *t)
{
	json_t *o = json_object();

	for (int l = 0; l < LABEL_NONE; l++)
		jvalue_put(o, judge_label_text((enum label)l), jvalue_number(t->labels[l]));
	return o;
}

static json_t *findings(const struct tally *t)
{
	json_t *o = json_object();

	for (int s = SEVERITIES - 1; s >= 0; s--)
		jvalue_put(o, judge_severity_text((enum severity)s), jvalue_number(t->findings[s]));
	return o;
}

static json_t *scores(const struct tally *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(t->scores); i++)
		jvalue_push(list, jvalue_number(t->scores[i]));
	return list;
}

static json_t *condition(const struct tally *t, int c)
{
	json_t *o = json_object(), *by_verdict = json_object();
	enum shown shown = t->any_row ? lattice_shown(t->combined[c]) : SHOWN_NOT_OBSERVABLE;

	for (int s = 0; s < SHOWN_COUNT; s++)
		jvalue_put(by_verdict, lattice_shown_text((enum shown)s),
			   jvalue_number(t->shown[c][s]));
	jvalue_put(o, "verdict", jvalue_text(lattice_shown_text(shown)));
	jvalue_put(o, "counts", by_verdict);
	return o;
}

static json_t *conditions(const struct tally *t)
{
	json_t *o = json_object();

	for (int c = 0; c < CONDITIONS; c++)
		jvalue_put(o, judge_condition_text((enum condition)c), condition(t, c));
	return o;
}

static json_t *gate(const struct document_run *run)
{
	json_t *o = json_object();

	jvalue_put(o, "fail_on", jvalue_text(judge_severity_text(run->fail_on)));
	jvalue_put(o, "exit", json_integer(run->gate.exit));
	jvalue_put(o, "why", jvalue_text(run->gate.why));
	return o;
}

static json_t *summary(const struct head_parts *p, const struct document_run *run)
{
	const struct tally *t = run->tally;
	bool labelled = t->any_row && t->worst_label < LABEL_NONE;
	json_t *o = json_object();

	jvalue_put(o, "policy", policy(run));
	jvalue_put(o, "seen", seen(run));
	jvalue_put(o, "rows", rows(t));
	jvalue_put(o, "label",
		   labelled ? jvalue_text(judge_label_text(t->worst_label)) : json_null());
	jvalue_put(o, "letter", t->any_letter ? jvalue_text(t->worst_letter) : json_null());
	jvalue_put(o, "score", t->any_score ? json_integer(t->worst_score) : json_null());
	jvalue_put(o, "coverage",
		   jvalue_fixed(t->coverage_required
					? (double)t->coverage_made / (double)t->coverage_required
					: 0.0));
	jvalue_put(o, "met_policy", jvalue_number(t->met));
	jvalue_put(o, "labels", labels(t));
	jvalue_put(o, "scores", scores(t));
	jvalue_put(o, "findings", findings(t));
	jvalue_put(o, "conditions", conditions(t));
	jvalue_put(o, "exposed_media_seconds", jvalue_fixed(t->exposed_seconds));
	jvalue_put(o, "gate", gate(run));
	jvalue_put(o, "calls", jvalue_number(p->calls));
	jvalue_put(o, "not_met_policy", jvalue_number(t->not_met));
	jvalue_put(o, "cannot_tell_policy", jvalue_number(t->cannot_tell));
	jvalue_put(o, "gating_findings", jvalue_number(t->gating));
	jvalue_put(o, "coverage_made", jvalue_number(t->coverage_made));
	jvalue_put(o, "coverage_required", jvalue_number(t->coverage_required));
	jvalue_put(o, "problems", jvalue_number(problems_count(p->problems)));
	jvalue_put(o, "rules", problems_rules(p->problems, p->options->baseline != NULL));
	if (run->where)
		jvalue_put(o, "where", since_where(run));
	if (p->options->baseline)
		jvalue_put(o, "baseline", since_counts(p->options->baseline, p->problems));
	if (p->options->waivers)
		jvalue_put(o, "waived", jvalue_number(t->waived));
	jvalue_put(o, "missing", overheard_missing(p->overheard));
	jvalue_put(o, "within_earshot", overheard_listeners(p->overheard));
	jvalue_put(o, "within_earshot_count",
		   json_integer((json_int_t)overheard_listener_count(p->overheard)));
	return o;
}

static json_t *hidden_endpoint(struct redactor *hide, const struct endpoint *e)
{
	struct text t = { 0 };

	redact_endpoint(hide, &t, e);
	json_t *v = jvalue_text(text_of(&t));
	text_free(&t);
	return v;
}

static json_t *unexplained(const struct head_parts *p, const struct document_run *run)
{
	static const struct call nobody;
	json_t *list = json_array();
	char ssrc[16];

	redact_call(p->hide, &nobody); /* no call, so nobody is known to be infrastructure */
	for (size_t i = 0; i < run->unexplained_count; i++) {
		const struct document_unexplained *u = &run->unexplained[i];
		json_t *o = json_object();
		(void)snprintf(ssrc, sizeof ssrc, "0x%08" PRIx32, u->ssrc);
		jvalue_put(o, "a", hidden_endpoint(p->hide, &u->a));
		jvalue_put(o, "b", hidden_endpoint(p->hide, &u->b));
		jvalue_put(o, "ssrc", jvalue_text(ssrc));
		jvalue_put(o, "packets", jvalue_number(u->packets));
		jvalue_put(o, "first", jvalue_when(u->first_ns));
		jvalue_put(o, "last", jvalue_when(u->last_ns));
		jvalue_put(o, "input",
			   jvalue_text(u->at.input < p->label_count ? p->labels[u->at.input]
								    : "unknown input"));
		jvalue_put(o, "frame", jvalue_number(u->at.frame));
		jvalue_put(o, "hint", jvalue_text(u->hint));
		jvalue_push(list, o);
	}
	return list;
}

static json_t *key_material(const struct document_run *run)
{
	json_t *o = json_object();

	jvalue_put(o, "tls_secrets", jvalue_number(run->key_secrets));
	jvalue_put(o, "private_keys", jvalue_number(run->private_keys));
	jvalue_put(o, "used", jvalue_number(run->keys_used));
	return o;
}

static json_t *clocks(const struct head_parts *p, const struct document_run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < run->clock_count; i++) {
		const struct document_clock *c = &run->clocks[i];
		json_t *o = json_object();
		jvalue_put(o, "a", hidden_label(p->hide, c->a));
		jvalue_put(o, "b", hidden_label(p->hide, c->b));
		jvalue_put(o, "offset_s", json_real((double)c->ns / 1e9));
		jvalue_put(o, "packets", jvalue_number(c->packets));
		jvalue_push(list, o);
	}
	return list;
}

/* Of each rule how many rows came out how: what an auditor must know of rules that found nothing.
 */
static json_t *rules(const struct tally *t)
{
	size_t n;
	const struct rule *all = judge_rules(&n);
	json_t *o = json_object();

	for (size_t i = 0; t && t->rules && i < n; i++) {
		json_t *counts = json_object();
		for (int k = 0; k < OUTCOMES; k++)
			jvalue_put(counts, judge_outcome_text((enum outcome)k),
				   jvalue_number(t->rules[i].rows[k]));
		jvalue_put(o, all[i].id, counts);
	}
	return o;
}

static json_t *inventory(const struct head_parts *p)
{
	struct asserted_file file = { p->options->inventory_name, p->options->inventory_sha256 };

	return asserted_json(p->asserted, p->hide, file, p->options->input_labels,
			     p->options->input_count);
}

static json_t *engagement(const struct head_parts *p)
{
	const struct document_options *o = p->options;

	return engagement_json(o->engagement, p->hide, o->engagement_name, o->engagement_sha256,
			       o->input_labels, o->input_count);
}

json_t *head_build(const struct head_parts *p, const struct document_run *run)
{
	json_t *o = json_object();

	jvalue_put(o, "schema", jvalue_text("earshot.report/1"));
	jvalue_put(o, "run", jvalue_text(p->run_id));
	if (run->stamp)
		jvalue_put(o, "stamp", jvalue_text(run->stamp));
	jvalue_put(o, "tool", tool(run));
	jvalue_put(o, "inputs", inputs(p->hide, run));
	if (run->key_secrets || run->private_keys)
		jvalue_put(o, "key_material", key_material(run));
	if (p->asserted)
		jvalue_put(o, "inventory", inventory(p));
	if (p->options->baseline)
		jvalue_put(o, "baseline", since_baseline(p->options, p->hide));
	if (p->options->waivers)
		jvalue_put(o, "waivers", since_waivers(p->options, p->hide));
	if (p->options->engagement)
		jvalue_put(o, "engagement", engagement(p));
	if (run->clock_count)
		jvalue_put(o, "clocks", clocks(p, run));
	jvalue_put(o, "losses", losses(run));
	jvalue_put(o, "limits_hit", limits(p, run));
	jvalue_put(o, "summary", summary(p, run));
	jvalue_put(o, "rules", rules(run->tally));
	jvalue_put(o, "problems", problems_json(p->problems, p->labels, p->label_count));
	jvalue_put(o, "unexplained_media", unexplained(p, run));
	jvalue_put(o, "frameworks", frameworks_json(p->frameworks));
	return o;
}
