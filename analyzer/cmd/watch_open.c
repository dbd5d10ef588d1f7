/* watch_open.c - all that a watch has before the first packet, and what it gives up then. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/cmd/opening.h"
#include "analyzer/cmd/sandbox.h"
#include "analyzer/cmd/watch_parts.h"
#include "analyzer/cmd/written.h"

enum { EXIT_USAGE = 2, EXIT_DAMAGED = 3 };

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
					.buffer = watch_limits_ring(w),
					.queue = watch_limits_queue(w),
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

struct document_options watch_open_document(const struct watch *w)
{
	struct document_options options =
		opening_document(&w->args, &w->network, &w->chosen, &w->before);

	options.input_labels = w->labels;
	options.input_names = w->names;
	options.input_first_ns = w->firsts;
	options.input_count = feed_count(w->feed);
	options.point_labels = w->points;
	options.point_count = feed_points(w->feed);
	return options;
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
	       take_captures(&w->args) && watch_limits_fit(w);
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
	w->document = document_new(watch_open_document(w));
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

bool watch_open(struct watch *w)
{
	w->exit = EXIT_USAGE;
	w->started_ns = clock_day();
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
