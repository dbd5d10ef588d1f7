/* summary.c - counters of all rooms become the head of the document. */
#include "analyzer/cmd/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "rules/pack.h"

const char *summary_keep(struct summary *s, char *text)
{
	s->held = mem_grow(s->held, s->held_count + 1, sizeof *s->held);
	s->held[s->held_count++] = text;
	return text;
}

static const char *problem_text(struct summary *s, const struct capture_problem *p)
{
	struct text t = { NULL, 0, 0 };

	if (p->frame)
		text_addf(&t, "frame %llu: ", (unsigned long long)p->frame);
	text_add(&t, p->text);
	return summary_keep(s, t.p);
}

static void one_input(struct summary *s, const struct capture_input *in, struct document_input *out)
{
	const char **problems = mem_zero(in->problem_count, sizeof *problems);

	for (size_t i = 0; i < in->problem_count; i++)
		problems[i] = problem_text(s, &in->problems[i]);
	summary_keep(s, (char *)problems);
	*out = (struct document_input){
		.label = in->label,
		.name = in->name,
		.sha256 = in->sha256,
		.bytes = in->bytes,
		.packets = in->packets,
		.first_ns = in->first_ns,
		.last_ns = in->last_ns,
		.complete = in->complete,
		.problems = problems,
		.problem_count = in->problem_count,
	};
}

static void add_input(struct summary_inputs *all, const struct capture_input *in)
{
	all->damaged |= !in->complete;
	all->usable |= in->usable;
	all->packets += in->packets;
	all->snaplen_cut += in->snaplen_cut;
	all->drops += in->interface_drops;
	all->time_backwards += in->time_backwards;
}

struct summary_inputs summary_inputs(struct summary *s, const struct capture *c)
{
	struct summary_inputs all = { 0 };

	s->input_count = capture_count(c);
	s->inputs = mem_zero(s->input_count, sizeof *s->inputs);
	s->points = mem_zero(s->input_count, sizeof *s->points);
	for (size_t i = 0; i < s->input_count; i++) {
		const struct capture_input *in = capture_at(c, i);
		one_input(s, in, &s->inputs[i]);
		add_input(&all, in);
		/* Pieces of one capture point share its label. */
		if (!s->points[in->point])
			s->points[in->point] = in->label;
	}
	all.all = s->inputs;
	all.count = s->input_count;
	all.points = s->points;
	return all;
}

static void gather_unexplained(struct summary *s, const struct track *t, struct document_run *run)
{
	const struct unexplained *from;
	size_t n = track_unexplained(t, &from);

	s->unexplained = mem_zero(n, sizeof *s->unexplained);
	for (size_t i = 0; i < n; i++)
		s->unexplained[i] = (struct document_unexplained){
			.a = addr_src(&from[i].flow),
			.b = addr_dst(&from[i].flow),
			.ssrc = from[i].ssrc,
			.packets = from[i].packets,
			.first_ns = from[i].first_ns,
			.last_ns = from[i].last_ns,
			.at = from[i].at,
			.hint = from[i].hint,
		};
	run->unexplained = s->unexplained;
	run->unexplained_count = n;
}

static void gather_clocks(struct summary *s, const struct pipeline *p, const char *const *points,
			  struct document_run *run)
{
	const struct clock_difference *from;
	size_t n = track_clocks(p->track, &from);

	s->clocks = mem_zero(n + 1, sizeof *s->clocks);
	for (size_t i = 0; i < n; i++)
		s->clocks[i] = (struct document_clock){ .a = points[from[i].a],
							.b = points[from[i].b],
							.ns = from[i].ns,
							.packets = from[i].packets };
	run->clocks = s->clocks;
	run->clock_count = n;
}

#define FILL(to, from)                                                                             \
	do {                                                                                       \
		_Static_assert(sizeof(from) <= sizeof(to), "there is no room for all of them");    \
		memcpy(to, from, sizeof(from));                                                    \
	} while (0)

static void gather_seen(struct document_run *run, const struct summary_inputs *all,
			const struct observe_counters *o, const struct wire_counters *w)
{
	const struct document_count seen[] = {
		{ "packets", all->packets },
		{ "sip_messages", o->sip_messages },
		{ "call_ids", o->call_ids },
		{ "invite_call_ids", o->invite_call_ids },
		{ "crypto_lines", o->crypto_lines },
		{ "fingerprint_lines", o->fingerprint_lines },
		{ "duplicates", w->duplicates },
		{ "dtls_records", o->dtls_records },
		{ "zrtp_messages", o->zrtp_messages },
		{ "stun_messages", o->stun_messages },
		{ "tls_connections", o->tls_connections },
		{ "rtp_streams", o->rtp_streams },
	};
	const struct document_count undecoded[] = {
		{ "link_type", w->undecoded_link },
		{ "ethertype", w->undecoded_ethertype },
		{ "ip_protocol", w->undecoded_ip_proto },
		{ "malformed", w->malformed },
		{ "esp", w->esp },
		{ "tunnel_too_deep", w->tunnel_too_deep },
		{ "sip_malformed", o->sip_malformed },
		{ "sip_cut", o->sip_cut },
		{ "sip_junk_bytes", o->sip_junk_bytes },
	};

	FILL(run->seen, seen);
	FILL(run->undecoded, undecoded);
}

static void gather_losses(struct document_run *run, const struct summary_inputs *all,
			  const struct pipeline *p)
{
	const struct wire_counters *w = wire_counters(p->wire);
	const struct document_count losses[] = {
		{ "kernel_drops", all->drops },
		{ "snaplen_cut", all->snaplen_cut },
		{ "tcp_gaps", w->tcp_gaps },
		{ "rtp_gaps", observe_counters(p->observe)->rtp_gaps },
		{ "fragments_expired", w->fragments_expired },
		{ "time_backwards", all->time_backwards },
	};

	FILL(run->losses, losses);
}

/* Every cap that was met, by name; zero ones are left out by the document. */
static void gather_limits(struct document_run *run, const struct pipeline *p,
			  const struct summary_inputs *inputs, const struct keys *k)
{
	const struct wire_counters *w = wire_counters(p->wire);
	const struct observe_counters *o = observe_counters(p->observe);
	const struct track_counters *t = track_counters(p->track);
	const struct document_count limits[] = {
		{ "duplicates_unchecked", w->duplicates_unchecked },
		{ "fragments_dropped", w->fragments_dropped },
		{ "tcp_connections_evicted", w->tcp_evicted },
		{ "tcp_buffers_full", w->tcp_buffer_full },
		{ "flows_evicted", o->flows_evicted },
		{ "streams_evicted", o->streams_evicted },
		{ "sip_buffers_full", o->sip_buffers_full },
		{ "announced_evicted", o->announced_evicted },
		{ "windows_unlooked", o->windows_unlooked },
		{ "call_ids_capped", o->call_ids_capped },
		{ "srtp_keys_evicted", o->srtp_keys_evicted },
		{ "srtp_keys_untried", o->srtp_keys_untried },
		{ "srtp_searches_capped", o->srtp_searches_capped },
		{ "srtp_searches_narrowed", o->srtp_searches_narrowed },
		{ "handshakes_capped", o->handshakes_capped },
		{ "tls_gaps", o->tls_gaps },
		{ "tls_given_up", o->tls_given_up },
		{ "messages_oversize", o->messages_oversize },
		{ "hints_refused", o->hints_refused },
		{ "secrets_refused", keyring_overflow(k->ring) },
		{ "calls_evicted", t->calls_evicted },
		{ "attempts_forgotten", t->attempts_forgotten },
		{ "rows_not_waited_for", t->rows_early },
		{ "call_budgets_spent", t->budget_spent },
		{ "stints_dropped", t->stints_dropped },
		{ "keys_not_compared", t->keys_unpaged },
		{ "correlators_too_common", t->legs_crowded },
		{ "nonces_forgotten", t->nonces_displaced },
		{ "drop_times_merged", t->drops_merged },
		{ "rows_left_out", inputs->rows_left_out },
	};

	FILL(run->limits, limits);
}

static const char *stamp_text(char out[WHEN_TEXT])
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return when_text((uint64_t)now.tv_sec * WHEN_SECOND + (uint64_t)now.tv_nsec, out);
}

/* Every word of every pack: two reports with one digest were made by the same rules. */
static const char *rules_digest(char out[DIGEST_HEX])
{
	struct digest *d = digest_new();
	const uint8_t *one;

	for (size_t i = 0; (one = pack_digest(pack_builtin(), i)); i++)
		digest_add(d, (struct slice){ one, DIGEST_BYTES });
	digest_hex(d, out);
	return out;
}

static void gather_counts(const struct pipeline *p, const struct summary_inputs *inputs,
			  const struct keys *k, struct document_run *run)
{
	gather_seen(run, inputs, observe_counters(p->observe), wire_counters(p->wire));
	gather_losses(run, inputs, p);
	gather_limits(run, p, inputs, k);
	run->keys_used = observe_counters(p->observe)->tls_opened +
			 observe_counters(p->observe)->dtls_opened;
}

struct summary_since summary_since(const struct pipeline *p, const struct summary_inputs *inputs,
				   const struct keys *k)
{
	struct document_run run = { 0 };
	struct summary_since since;

	gather_counts(p, inputs, k, &run);
	memcpy(since.seen, run.seen, sizeof since.seen);
	memcpy(since.losses, run.losses, sizeof since.losses);
	memcpy(since.undecoded, run.undecoded, sizeof since.undecoded);
	memcpy(since.limits, run.limits, sizeof since.limits);
	since.keys_used = run.keys_used;
	return since;
}

static void take_off(struct document_count *from, const struct document_count *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		from[i].n -= what[i].n < from[i].n ? what[i].n : from[i].n;
}

static void take_all_off(struct document_run *run, const struct summary_since *since)
{
	take_off(run->seen, since->seen, sizeof run->seen / sizeof *run->seen);
	take_off(run->losses, since->losses, sizeof run->losses / sizeof *run->losses);
	take_off(run->undecoded, since->undecoded, sizeof run->undecoded / sizeof *run->undecoded);
	take_off(run->limits, since->limits, sizeof run->limits / sizeof *run->limits);
	run->keys_used -= since->keys_used;
}

int summary_finish(struct summary *s, const struct pipeline *p, const struct summary_inputs *inputs,
		   struct document *d, const struct args *a, const struct keys *k,
		   const struct summary_since *since)
{
	char digest[DIGEST_HEX], stamp[WHEN_TEXT];
	struct document_run run = {
		.version = EARSHOT_VERSION,
		.rules_sha256 = rules_digest(digest),
		.policy = judge_policy(p->judge)->name,
		.rules = judge_policy(p->judge),
		.where = a->where,
		.inputs = inputs->all,
		.input_count = inputs->count,
		.tally = judge_tally(p->judge),
		.fail_on = judge_fail_on(p->judge),
		.gate = judge_gate(p->judge, inputs->damaged, inputs->usable,
				   observe_counters(p->observe)->sip_cut),
		.stamp = a->stamp ? stamp_text(stamp) : NULL,
		.unconfined = a->no_sandbox,
		.key_secrets = keyring_secrets(k->ring),
		.private_keys = k->private_keys,
	};

	run.requires_count = judge_requires(p->judge, &run.requires, &run.requires_result);
	run.left_out = judge_left_out(p->judge, &run.untold);
	gather_unexplained(s, p->track, &run);
	gather_clocks(s, p, inputs->points, &run);
	gather_counts(p, inputs, k, &run);
	if (since)
		take_all_off(&run, since);
	document_finish(d, &run);
	return run.gate.exit;
}

void summary_free(struct summary *s)
{
	for (size_t i = 0; i < s->held_count; i++)
		free(s->held[i]);
	free(s->held);
	free(s->inputs);
	free(s->points);
	free(s->unexplained);
	free(s->clocks);
}
