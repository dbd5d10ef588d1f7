/* watch_cmd.c - `earshot watch`: live mirrors in, records out as calls end. */
#include "analyzer/cmd/watch_cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/when.h"
#include "analyzer/cmd/watch_parts.h"

enum {
	EXIT_USAGE = 2,
	EXIT_DAMAGED = 3,
	WAIT_MS = 100,	   /* for packets, before anything else is looked after */
	BEHIND_MS = 1000,  /* calls end by the clock when packets are so long past */
	JUDGING_MS = 1200, /* of the two seconds that ending may take */
	SENDING_MS = 500,
};

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
	uint64_t now = clock_day();

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
	uint64_t now = clock_steady();

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
	uint64_t now = clock_steady();

	w->cut = asked_to_end;
	if (w->cut) {
		w->deadline_ns = now + JUDGING_MS * WHEN_MS;
		feed_stop(w->feed);
		copy_end(&w->glimpse); /* what it would say is about to be said */
	}
	while (!feed_over(w->feed) && clock_steady() < now + 300 * WHEN_MS)
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
		} else if (watch_open(&w)) {
			perform(&w);
		}
	}
	close_all(&w);
	return w.exit;
}
