/* metrics_text.c - the counts in Prometheus' text format: no call, no address, few labels. */
#include "analyzer/watch/metrics.h"

#include <stdlib.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/metrics_count.h"
#include "reports/escape_metric.h"

/* Where it means the same, a metric is called as in a report's (format_metrics.c). */
static void head(struct text *t, const char *name, const char *type, const char *help)
{
	text_addf(t, "# HELP earshot_%s %s\n# TYPE earshot_%s %s\n", name, help, name, type);
}

/* Labels are name and value in turn; NULL ends. */
static void labels(struct text *t, const char *name, const char *const *list)
{
	text_addf(t, "earshot_%s", name);
	for (size_t i = 0; list && list[i]; i += 2) {
		text_addf(t, "%s%s=", i ? "," : "{", list[i]);
		escape_metric_label(t, list[i + 1]);
	}
	text_add(t, list && list[0] ? "} " : " ");
}

static void sample(struct text *t, const char *name, const char *const *list, uint64_t n)
{
	labels(t, name, list);
	text_add_number(t, n);
	text_add(t, "\n");
}

static void alone(struct text *t, const char *name, const char *type, const char *help, uint64_t n)
{
	head(t, name, type, help);
	sample(t, name, NULL, n);
}

static void seconds(struct text *t, const char *name, const char *type, const char *help,
		    double value)
{
	head(t, name, type, help);
	labels(t, name, NULL);
	text_addf(t, "%.3f\n", value);
}

/* ---- calls --------------------------------------------------------------------------------- */

static void conditions(const struct metrics *m, struct text *t)
{
	head(t, "condition_calls_total", "counter", "Calls by condition and verdict.");
	for (size_t c = 0; c < CONDITIONS; c++)
		for (size_t v = 0; v < MAPPING_VERDICTS; v++)
			sample(t, "condition_calls_total",
			       (const char *[]){ "condition", mapping_condition(c), "verdict",
						 mapping_verdict_at(v)->verdict, NULL },
			       m->verdicts[c][v]);
}

static void rules(const struct metrics *m, struct text *t)
{
	static const char *const names[] = { "findings_total", "rule_calls_total" };
	static const char *const helps[] = { "Findings by rule and severity, waived ones left out.",
					     "Calls in which a rule was violated." };
	struct metrics_rule **all = metrics_count_rules(m);

	for (size_t k = 0; k < 2; k++) {
		head(t, names[k], "counter", helps[k]);
		for (struct metrics_rule **r = all; *r; r++)
			sample(t, names[k],
			       (const char *[]){ "rule", (*r)->rule, "severity",
						 judge_severity_text((*r)->severity), NULL },
			       k ? (*r)->calls : (*r)->findings);
	}
	free(all);
}

static void records(const struct metrics *m, struct text *t)
{
	head(t, "records_total", "counter", "Records of calls by their state.");
	for (size_t i = 0; i < METRICS_COUNT_STATES; i++)
		sample(t, "records_total",
		       (const char *[]){ "state", metrics_count_state(i), NULL }, m->records[i]);
	alone(t, "corrections_total", "counter", "Records that say otherwise than those before.",
	      m->corrections);
}

static void calls(const struct metrics *m, struct text *t)
{
	alone(t, "calls_total", "counter", "Rows judged for good: calls and all else.", m->rows);
	head(t, "label_calls_total", "counter", "Calls by label.");
	for (int i = 0; i <= LABEL_NONE; i++) {
		const char *name = i < LABEL_NONE ? judge_label_text((enum label)i) : "none";
		sample(t, "label_calls_total", (const char *[]){ "label", name, NULL },
		       m->labels[i]);
	}
	conditions(m, t);
	records(m, t);
	rules(m, t);
	alone(t, "waived_findings_total", "counter", "Findings that a waiver holds for.",
	      m->waived);
	alone(t, "policy_met_calls_total", "counter", "Calls that meet the policy.", m->met);
	alone(t, "policy_not_met_calls_total", "counter", "Calls that do not.", m->not_met);
	alone(t, "policy_cannot_tell_calls_total", "counter",
	      "Calls of which it could not be told.", m->cannot_tell);
	seconds(t, "exposed_media_seconds_total", "counter", "Media that was readable.",
		m->exposed_s);
}

/* ---- alerts and memory ------------------------------------------------------------------------
 */

static void alerts(const struct metrics_now *now, struct text *t)
{
	const struct alerts_counters *a = &now->alerts;
	const struct {
		const char *state;
		uint64_t n;
	} changes[] = { { "opened", a->opened },
			{ "worse", a->worse },
			{ "lasting", a->lasting },
			{ "cleared", a->cleared } };

	alone(t, "alerts_open", "gauge", "Problems whose alert is open.", a->open);
	head(t, "alerts_total", "counter", "Alerts given, by what happened to the problem.");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		sample(t, "alerts_total", (const char *[]){ "state", changes[i].state, NULL },
		       changes[i].n);
	alone(t, "alerts_forgotten_total", "counter",
	      "Open alerts forgotten because there were too many.", a->evicted);
	alone(t, "posture_problems", "gauge", "Problems of posture since their last sum.",
	      a->posture);
}

static void memory(const struct metrics *m, const struct metrics_now *now, struct text *t)
{
	head(t, "changes_total", "counter", "What is not as it was remembered, by what it is.");
	for (size_t i = 0; i < METRICS_COUNT_REASONS && *m->changes[i].name; i++)
		sample(t, "changes_total", (const char *[]){ "reason", m->changes[i].name, NULL },
		       m->changes[i].count);
	alone(t, "remembered", "gauge", "Certificates, ZIDs and hosts remembered.",
	      now->memory.entries);
	alone(t, "remembered_forgotten_total", "counter",
	      "Of them, forgotten because there were too many.", now->memory.evicted);
}

/* ---- sources and outputs ------------------------------------------------------------------------
 */

static const char *source_name(const struct metrics_now *now, size_t i, struct text *t)
{
	size_t before = 0;

	for (size_t k = 0; k < i; k++)
		before += strcmp(now->sources[k].label, now->sources[i].label) == 0;
	text_clear(t);
	metrics_count_name(t, now->sources[i].label, before);
	return text_of(t);
}

static const char *output_name(const struct metrics_now *now, size_t i, struct text *t)
{
	size_t before = 0;

	for (size_t k = 0; k < i; k++)
		before += strcmp(now->outputs[k].name, now->outputs[i].name) == 0;
	text_clear(t);
	metrics_count_name(t, now->outputs[i].name, before);
	return text_of(t);
}

static uint64_t number_at(const void *base, size_t offset)
{
	uint64_t n;

	memcpy(&n, (const char *)base + offset, sizeof n);
	return n;
}

struct member {
	const char *name, *type, *help;
	size_t offset;
};

static const struct member of_source[] = {
	{ "source_packets_total", "counter", "Packets taken from a source.",
	  offsetof(struct metrics_source, packets) },
	{ "source_bytes_total", "counter", "Octets of them.",
	  offsetof(struct metrics_source, bytes) },
	{ "source_outages_total", "counter", "How often a source could not be read.",
	  offsetof(struct metrics_source, outages) },
	{ "source_waiting_bytes", "gauge", "Octets that wait to be judged.",
	  offsetof(struct metrics_source, waiting) },
};

static void drops(const struct metrics_now *now, struct text *t, struct text *name)
{
	head(t, "source_drops_total", "counter", "Packets lost before they were judged, by where.");
	for (size_t i = 0; i < now->source_count; i++) {
		const struct metrics_source *s = &now->sources[i];
		const char *reasons[] = { "kernel", "interface", "queue" };
		const uint64_t counts[] = { s->kernel_drops, s->interface_drops, s->queue_drops };
		for (size_t k = 0; k < 3; k++)
			sample(t, "source_drops_total",
			       (const char *[]){ "source", source_name(now, i, name), "reason",
						 reasons[k], NULL },
			       counts[k]);
	}
}

static void sources(const struct metrics_now *now, struct text *t)
{
	struct text name = { 0 };

	for (size_t k = 0; k < sizeof of_source / sizeof *of_source; k++) {
		const struct member *m = &of_source[k];
		head(t, m->name, m->type, m->help);
		for (size_t i = 0; i < now->source_count; i++)
			sample(t, m->name,
			       (const char *[]){ "source", source_name(now, i, &name), NULL },
			       number_at(&now->sources[i], m->offset));
	}
	drops(now, t, &name);
	head(t, "source_up", "gauge", "1: the source can be read now.");
	for (size_t i = 0; i < now->source_count; i++)
		sample(t, "source_up",
		       (const char *[]){ "source", source_name(now, i, &name), NULL },
		       now->sources[i].up);
	text_free(&name);
}

static const struct member of_output[] = {
	{ "output_given_total", "counter", "Events given to an output.",
	  offsetof(struct output_counters, given) },
	{ "output_sent_total", "counter", "Events it wrote or sent, those sent again too.",
	  offsetof(struct output_counters, sent) },
	{ "output_again_total", "counter", "Of them, sent again after a reconnect.",
	  offsetof(struct output_counters, again) },
	{ "output_lost_total", "counter", "Events it could not keep until they could be sent.",
	  offsetof(struct output_counters, lost) },
	{ "output_waiting", "gauge", "Events in its queue.",
	  offsetof(struct output_counters, waiting) },
	{ "output_reconnects_total", "counter", "Connections made after the first.",
	  offsetof(struct output_counters, reconnects) },
	{ "output_failures_total", "counter", "Writes and connections that failed.",
	  offsetof(struct output_counters, failures) },
};

static void outputs(const struct metrics_now *now, struct text *t)
{
	struct text name = { 0 };

	for (size_t k = 0; k < sizeof of_output / sizeof *of_output; k++) {
		const struct member *m = &of_output[k];
		head(t, m->name, m->type, m->help);
		for (size_t i = 0; i < now->output_count; i++)
			sample(t, m->name,
			       (const char *[]){ "output", output_name(now, i, &name), NULL },
			       number_at(&now->outputs[i], m->offset));
	}
	head(t, "output_up", "gauge", "1: the output can be written now.");
	for (size_t i = 0; i < now->output_count; i++)
		sample(t, "output_up",
		       (const char *[]){ "output", output_name(now, i, &name), NULL },
		       now->outputs[i].up);
	text_free(&name);
}

/* ---- the run -------------------------------------------------------------------------------- */

static void losses(const struct metrics *m, const struct metrics_now *now, struct text *t)
{
	head(t, "visibility_total", "counter",
	     "How often sight of a source was lost, and came back.");
	sample(t, "visibility_total", (const char *[]){ "state", "lost", NULL }, m->lost);
	sample(t, "visibility_total", (const char *[]){ "state", "back", NULL }, m->back);
	alone(t, "heartbeats_total", "counter", "Heartbeats given.", m->heartbeats);
	alone(t, "seen_duplicates_total", "counter", "Packets seen a second time.",
	      now->packets_duplicate);
	alone(t, "lost_fragments_expired_total", "counter", "IP fragments whose rest never came.",
	      now->fragments_expired);
	alone(t, "lost_tcp_gaps_total", "counter", "Gaps in TCP streams.", now->tcp_gaps);
	alone(t, "lost_rtp_gaps_total", "counter", "Gaps in RTP streams.", now->rtp_gaps);
	head(t, "limit_hits_total", "counter", "How often a limit was reached, by its name.");
	for (size_t i = 0; i < now->limit_count; i++)
		sample(t, "limit_hits_total",
		       (const char *[]){ "reason", now->limit_names[i], NULL },
		       now->limit_counts[i]);
}

static double age_s(const struct metrics_now *now)
{
	return now->clock_ns > now->newest_ns ? when_seconds(now->clock_ns - now->newest_ns) : 0;
}

static void run(const struct metrics_now *now, struct text *t)
{
	alone(t, "calls_open", "gauge", "Calls that have not ended.", now->calls_open);
	alone(t, "flows_open", "gauge", "Flows that are followed.", now->flows_open);
	alone(t, "resident_memory_bytes", "gauge", "Memory the process has.", now->resident_bytes);
	if (now->memory_cap)
		alone(t, "memory_cap_bytes", "gauge", "Memory it may have (--memory).",
		      now->memory_cap);
	if (now->newest_ns) {
		seconds(t, "capture_last_timestamp_seconds", "gauge", "Time of the last packet.",
			when_seconds(now->newest_ns));
		seconds(t, "capture_age_seconds", "gauge", "How long ago that was.", age_s(now));
	}
	seconds(t, "start_time_seconds", "gauge", "When the watch began, since 1970.",
		when_seconds(now->started_ns));
	head(t, "build_info", "gauge", "Always 1; version and policy as labels.");
	sample(t, "build_info",
	       (const char *[]){ "version", now->version, "policy", now->policy, NULL }, 1);
}

void metrics_text(const struct metrics *m, const struct metrics_now *now, struct text *out)
{
	calls(m, out);
	alerts(now, out);
	memory(m, now, out);
	sources(now, out);
	outputs(now, out);
	losses(m, now, out);
	run(now, out);
}
