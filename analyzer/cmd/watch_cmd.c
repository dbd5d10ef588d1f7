/* watch_cmd.c - `earshot watch`: live mirrors in, records out as calls end. */
#include "analyzer/cmd/watch_cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/when.h"
#include "analyzer/cmd/opening.h"
#include "analyzer/cmd/sandbox.h"
#include "analyzer/cmd/watch_parts.h"
#include "analyzer/cmd/written.h"

enum {
	EXIT_USAGE = 2,
	EXIT_DAMAGED = 3,
	WAIT_MS = 100,	   /* for packets, before anything else is looked after */
	BEHIND_MS = 1000,  /* calls end by the clock when packets are so long past */
	JUDGING_MS = 1200, /* of the two seconds that ending may take */
	SENDING_MS = 500,
};

static uint64_t clock_of(clockid_t which)
{
	struct timespec t;

	(void)clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * WHEN_SECOND + (uint64_t)t.tv_nsec;
}

uint64_t watch_cmd_clock(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

uint64_t watch_cmd_day(void)
{
	return clock_of(CLOCK_REALTIME);
}

/* ---- signals -----------------------------------------------------------------------------------
 */

static volatile sig_atomic_t asked_to_end, asked_to_reopen;

/* Whoever asks twice means at once: a line that is being written is mended at the next start. */
static void on_end(int signal)
{
	if (asked_to_end)
		_exit(128 + signal);
	asked_to_end = 1;
}

static void on_reopen(int signal)
{
	(void)signal;
	asked_to_reopen = 1;
}

static void catch_signals(void)
{
	struct sigaction end = { .sa_handler = on_end }, again = { .sa_handler = on_reopen };

	(void)sigaction(SIGINT, &end, NULL);
	(void)sigaction(SIGTERM, &end, NULL);
	(void)sigaction(SIGHUP, &again, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Threads that read and send leave them to the one that judges. */
static void hold_signals(int how)
{
	sigset_t all;

	(void)sigemptyset(&all);
	(void)sigaddset(&all, SIGINT);
	(void)sigaddset(&all, SIGTERM);
	(void)sigaddset(&all, SIGHUP);
	(void)pthread_sigmask(how, &all, NULL);
}

/* ---- opening -----------------------------------------------------------------------------------
 */

/* A capture that was named is a source like any other. */
static bool take_captures(struct args *a)
{
	struct watch_args *w = &a->watch;

	for (size_t i = 0; i < a->source_count; i++) {
		if (w->source_count == WATCH_SOURCES) {
			fprintf(stderr, "earshot: more than %d sources\n", WATCH_SOURCES);
			return false;
		}
		w->sources[w->source_count++] =
			(struct feed_source){ FEED_STREAM, a->sources[i].label,
					      a->sources[i].path };
	}
	return true;
}

static bool open_feed(struct watch *w)
{
	const struct watch_args *a = &w->args.watch;
	char *why = NULL, *key = NULL;
	size_t n = 0;

	if (a->hep_key && !keys_read_file(a->hep_key, &key, &n)) {
		fprintf(stderr, "earshot: %s: %s\n", a->hep_key, strerror(errno));
		return false;
	}
	while (n && (key[n - 1] == '\n' || key[n - 1] == '\r'))
		key[--n] = '\0';
	struct feed_options options = { .bpf = w->args.bpf,
					.snaplen = a->snaplen,
					.buffer = a->buffer,
					.no_promiscuous = a->no_promiscuous,
					.hep_auth = key,
					.once = a->once };
	enum err e = feed_open(&w->feed, a->sources, a->source_count, options, &why);
	if (key)
		explicit_bzero(key, n);
	free(key);
	if (e == ERR_OK)
		return true;
	fprintf(stderr, "earshot: %s\n", why ? why : err_text(e));
	free(why);
	w->exit = e == ERR_USAGE ? EXIT_USAGE : EXIT_DAMAGED;
	return false;
}

struct document_options watch_cmd_document(const struct watch *w)
{
	return (struct document_options){
		.redact = w->args.redact,
		.redact_addresses = w->args.redact_addresses,
		.input_labels = w->labels,
		.input_names = w->names,
		.input_first_ns = w->firsts,
		.input_count = feed_count(w->feed),
		.point_labels = w->points,
		.point_count = feed_points(w->feed),
		.inventory = w->network.inventory,
		.inventory_name = w->network.name,
		.inventory_sha256 = w->network.sha256,
		.frameworks = (const struct framework *const *)w->chosen.frameworks,
		.framework_count = w->chosen.framework_count,
		.frameworks_chosen = w->chosen.framework_count > 0,
		.waivers = w->before.waivers,
		.waivers_name = w->before.waivers_name,
		.waivers_sha256 = w->before.waivers_sha256,
		.engagement = w->before.engagement,
		.engagement_name = w->before.engagement_name,
		.engagement_sha256 = w->before.engagement_sha256,
	};
}

/* Capture points that the operator calls access links. */
static point_set access_points(const struct watch *w)
{
	point_set access = 0;

	for (size_t i = 0; i < feed_points(w->feed) && i < ARGS_POINTS; i++)
		if (w->points[i] && inventory_access(w->network.inventory, slice_of(w->points[i])))
			access |= (point_set)1 << i;
	return access;
}

static void open_pipeline(struct watch *w)
{
	struct pipeline_given given = { .points = feed_points(w->feed),
					.access = access_points(w),
					.ring = w->keys.ring,
					.trust = w->keys.trust,
					.signers = w->keys.signers,
					.inventory = w->network.inventory,
					.verify_all = w->args.verify_all,
					.skew_ns = w->args.skew_ns };

	pipeline_open(&w->pipeline, NULL, w->judge, given, watch_limits_of(w), watch_calls_give, w);
}

/* Everything that can be wrong with what was asked is found before anything is opened. */
static bool open_questions(struct watch *w)
{
	const struct args *a = &w->args;

	return opening_rules(a) && opening_where(a) && keys_open(a, &w->keys) == ERR_OK &&
	       network_open(a->inventory, &w->network) == ERR_OK &&
	       chosen_open(a, &w->chosen) == ERR_OK && before_open(a, &w->before) == ERR_OK &&
	       opening_redaction(a) && opening_judge(a, &w->chosen, &w->before, &w->judge) &&
	       rights_find(&w->rights, a->watch.user, a->watch.stay_root) &&
	       take_captures(&w->args);
}

/* Files that are made with the rights of root are those of whom the watch becomes. */
static void give_files(const struct watch *w)
{
	struct text path = { 0 };

	for (size_t i = 0; i < w->args.format_count; i++) {
		written_target(&w->args, report_find(w->args.formats[i]), &path);
		if (args_is_lines(w->args.formats[i]))
			rights_give(&w->rights, text_of(&path));
	}
	text_free(&path);
}

static bool open_outputs(struct watch *w)
{
	w->document = document_new(watch_cmd_document(w));
	if (!w->document) {
		w->exit = written_failed("temporary file for calls");
		return false;
	}
	give_files(w);
	(void)snprintf(w->run, sizeof w->run, "%s", document_run_id(w->document));
	if (!bus_open(&w->bus, &w->args, w->run, &w->exit))
		return false;
	w->exit = EXIT_USAGE;
	return watch_state_load(w);
}

/* libpcap looks into these whenever it is asked for losses; refused, that would be a line ten times
 * a second wherever refusals are logged. */
static void allow_statistics(struct sandbox *s, const char *interface)
{
	static const char *const files[] = { "rx_missed_errors", "rx_fifo_errors" };
	struct text path = { 0 };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		text_clear(&path);
		text_addf(&path, "/sys/class/net/%s/statistics/%s", interface, files[i]);
		sandbox_read(s, text_of(&path));
	}
	text_free(&path);
}

static void allow_paths(const struct watch *w, struct sandbox *s)
{
	static const char *const names[] = { "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
					     "/etc/host.conf", "/etc/gai.conf" };
	const char *const spools[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	const struct watch_args *a = &w->args.watch;

	for (size_t i = 0; i < a->source_count; i++) {
		if (a->sources[i].kind == FEED_FOLLOW)
			sandbox_read_folder(s, a->sources[i].where);
		if (a->sources[i].kind == FEED_STREAM)
			sandbox_read(s, a->sources[i].where);
		if (a->sources[i].kind == FEED_INTERFACE)
			allow_statistics(s, a->sources[i].where);
	}
	sandbox_read(s, "/etc/localtime"); /* the C library asks for it whatever the zone */
	for (size_t i = 0; i < sizeof spools / sizeof *spools; i++)
		if (spools[i] && *spools[i])
			sandbox_folder(s, spools[i]);
	for (size_t i = 0; a->syslog_count && i < sizeof names / sizeof *names; i++)
		sandbox_read(s, names[i]);
	sandbox_write(s, w->args.output);
	sandbox_write(s, w->args.all_as);
	if (a->state)
		sandbox_folder(s, a->state);
}

/* From here on the process reads what strangers send. */
static void confine(struct watch *w)
{
	struct text missing = { 0 };
	unsigned more = SANDBOX_SOCKETS | SANDBOX_COPIES;

	w->unconfined = w->args.no_sandbox;
	if (w->unconfined)
		return;
	struct sandbox *s = sandbox_new();
	allow_paths(w, s);
	if (w->args.watch.syslog_count)
		more |= SANDBOX_CONNECT;
	for (size_t i = 0; i < w->args.watch.source_count; i++)
		if (w->args.watch.sources[i].kind == FEED_INTERFACE)
			more |= SANDBOX_CAPTURE;
	sandbox_also(s, more);
	sandbox_enter(s, &missing);
	w->unconfined = missing.n > 0;
	if (missing.n && w->args.verbose >= 0)
		fprintf(stderr, "earshot: not confined in full: %s\n", text_of(&missing));
	text_free(&missing);
}

static bool open_all(struct watch *w)
{
	w->exit = EXIT_USAGE;
	w->started_ns = watch_cmd_day();
	if (!open_questions(w) || !watch_state_open(w) || !open_feed(w))
		return false;
	watch_sources_name(w);
	watch_limits_open(w);
	if (!open_outputs(w))
		return false;
	notify_open(&w->notify);
	if (!rights_drop(&w->rights))
		return false;
	confine(w);
	w->said = said_new(0);
	open_pipeline(w);
	watch_report_open(w);
	w->exit = 0;
	return true;
}

/* ---- the loop ----------------------------------------------------------------------------------
 */

static bool is_live(const struct feed_input *in)
{
	return in->kind != FEED_STREAM && in->kind != FEED_FOLLOW;
}

/* Where packets come as they pass, calls end by the clock when none come any more. */
static bool all_live(struct watch *w)
{
	bool any = false;

	for (size_t i = 0; i < feed_count(w->feed); i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		if (in->over)
			continue;
		if (!is_live(in))
			return false;
		any = true;
	}
	return any;
}

static void idle(struct watch *w)
{
	uint64_t now = watch_cmd_day();

	if (w->pipeline.now_ns && all_live(w) && now > BEHIND_MS * WHEN_MS)
		pipeline_tick(&w->pipeline, now - BEHIND_MS * WHEN_MS);
}

static void take(struct watch *w, int wait_ms)
{
	struct frame frames[CAPTURE_BATCH];
	const struct capture_secret *secrets;
	size_t n = feed_batch(w->feed, frames, CAPTURE_BATCH, wait_ms);

	if (!n) {
		idle(w);
		return;
	}
	size_t known = feed_secrets(w->feed, &secrets);
	pipeline_secrets(&w->pipeline, secrets, known);
	pipeline_take(&w->pipeline, frames, n);
}

static void each_second(struct watch *w)
{
	uint64_t now = watch_cmd_clock();

	if (now < w->second_ns)
		return;
	w->second_ns = now + WHEN_SECOND;
	watch_sources_look(w);
	watch_report_tick(w);
	watch_state_tick(w);
	notify_alive(&w->notify, now);
}

static void run(struct watch *w)
{
	while (!feed_over(w->feed) && !asked_to_end) {
		take(w, WAIT_MS);
		watch_calls_glimpse(w);
		watch_limits_hold(w);
		each_second(w);
		if (asked_to_reopen) {
			asked_to_reopen = 0;
			bus_reopen(&w->bus);
		}
	}
}

/* ---- the end -----------------------------------------------------------------------------------
 */

static bool any_outage(struct watch *w)
{
	for (size_t i = 0; i < feed_count(w->feed); i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		if (in->kind == FEED_STREAM && in->outages)
			return true;
	}
	return false;
}

static void tell_end(struct watch *w)
{
	for (size_t i = 0; i < feed_count(w->feed) && w->args.verbose >= 0; i++) {
		const struct feed_input *in = feed_at(w->feed, i);
		fprintf(stderr, "earshot: %s (%s): %llu packets, %llu dropped%s%s\n", in->label,
			in->name, (unsigned long long)in->packets,
			(unsigned long long)(in->kernel_drops + in->interface_drops +
					     in->queue_drops),
			in->why[0] ? "; " : "", in->why);
	}
	if (w->calls_unjudged)
		fprintf(stderr, "earshot: %llu open calls were not judged: there was no time\n",
			(unsigned long long)w->calls_unjudged);
	if (w->lost)
		fprintf(stderr, "earshot: %llu events could not be written or sent\n",
			(unsigned long long)w->lost);
	if (w->args.verbose >= 0)
		fprintf(stderr, "earshot: %llu records\n", (unsigned long long)w->calls_judged);
}

/* Within two seconds of being asked: what waits is read, what is open is judged and marked. */
static void settle(struct watch *w)
{
	uint64_t now = watch_cmd_clock();

	w->cut = asked_to_end;
	if (w->cut) {
		w->deadline_ns = now + JUDGING_MS * WHEN_MS;
		feed_stop(w->feed);
		copy_end(&w->glimpse); /* what it would say is about to be said */
	}
	while (!feed_over(w->feed) && watch_cmd_clock() < now + 300 * WHEN_MS)
		take(w, 10);
	if (w->cut)
		track_hurry(w->pipeline.track);
	pipeline_end(&w->pipeline);
	watch_sources_look(w);
	if (any_outage(w))
		w->exit = EXIT_DAMAGED;
	watch_state_end(w);
	watch_report_end(w);
	w->lost = bus_finish(&w->bus, w->args.watch.state ? 0 : w->pipeline.now_ns, SENDING_MS);
	tell_end(w);
}

static void close_all(struct watch *w)
{
	bus_close(&w->bus);
	if (w->feed)
		feed_close(w->feed);
	if (w->pipeline.track)
		pipeline_close(&w->pipeline);
	copy_end(&w->glimpse);
	copy_end(&w->report.copy);
	copy_end(&w->saving);
	said_free(w->said);
	document_free(w->document);
	judge_free(w->judge);
	keys_close(&w->keys);
	network_close(&w->network);
	chosen_close(&w->chosen);
	before_close(&w->before);
	notify_close(&w->notify);
	text_free(&w->line);
	text_free(&w->rest);
	if (w->statm > 0)
		(void)close(w->statm);
	args_free(&w->args);
}

static void perform(struct watch *w)
{
	catch_signals();
	hold_signals(SIG_BLOCK);
	bool begun = bus_start(&w->bus);
	if (begun)
		feed_start(w->feed);
	hold_signals(SIG_UNBLOCK);
	if (!begun) {
		w->exit = EXIT_DAMAGED;
		return;
	}
	notify_say(&w->notify, "READY=1");
	run(w);
	notify_say(&w->notify, "STOPPING=1");
	settle(w);
}

int watch_cmd_run(int argc, char **argv)
{
	static struct watch w;

	w.exit = EXIT_USAGE;
	w.notify.fd = -1;
	if (args_read(&w.args, ARGS_OF_WATCH, argc, argv) == ERR_OK) {
		if (w.args.help) {
			args_help(ARGS_OF_WATCH);
			w.exit = 0;
		} else if (open_all(&w)) {
			perform(&w);
		}
	}
	close_all(&w);
	return w.exit;
}
