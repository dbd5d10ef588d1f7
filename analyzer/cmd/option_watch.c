/* option_watch.c - the options that `earshot watch` has beside those of audit. */
#include "analyzer/cmd/option_watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

/* ---- numbers with a unit ------------------------------------------------------------------- */

/* 64M, 2G, 500K, 1000: octets, in powers of 1024. */
static bool size_of(const char *value, uint64_t *out)
{
	static const char units[] = "KMGT";
	char *end;
	double n = strtod(value, &end);
	const char *unit = *end ? strchr(units, *end >= 'a' ? *end - 32 : *end) : NULL;

	if (end == value || !(n >= 0 && n < 1e15) || (*end && (!unit || end[1])))
		return false;
	for (long i = unit ? unit - units : -1; i >= 0; i--)
		n *= 1024;
	*out = (uint64_t)n;
	return true;
}

/* A number of `unit` nanoseconds, with a fraction, up to a hundred days. */
static bool time_of(const char *value, uint64_t unit, uint64_t *out)
{
	static const double most = 100.0 * 86400 * 1e9;
	char *end;
	double n = strtod(value, &end);

	if (end == value || *end || !(n >= 0 && n * (double)unit <= most))
		return false;
	*out = (uint64_t)(n * (double)unit);
	return true;
}

static bool count_of(const char *value, uint64_t least, uint64_t most, uint32_t *out)
{
	uint64_t n;

	if (!slice_number(slice_of(value), most, &n) || n < least)
		return false;
	*out = (uint32_t)n;
	return true;
}

/* ---- sources --------------------------------------------------------------------------------- */

/* LABEL=WHERE; an interface or folder that has that name as a whole is what is meant. */
static const char *add(struct args *a, enum feed_kind kind, const char *value)
{
	struct watch_args *w = &a->watch;
	const char *equals = strchr(value, '=');

	if (w->source_count == WATCH_SOURCES)
		return "is one source too many";
	if (!*value || (equals && !equals[1]))
		return "names nothing";
	struct feed_source *s = &w->sources[w->source_count++];
	*s = (struct feed_source){ kind, NULL, value };
	if (equals && equals != value && access(value, F_OK) != 0) {
		s->label = args_hold(
			a, (struct slice){ (const uint8_t *)value, (size_t)(equals - value) });
		s->where = equals + 1;
	}
	return NULL;
}

static const char *take_interface(struct args *a, const char *value)
{
	return add(a, FEED_INTERFACE, value);
}

static const char *take_follow(struct args *a, const char *value)
{
	return add(a, FEED_FOLLOW, value);
}

/* Agents send over either; both are listened to unless one is named. */
static const char *take_hep(struct args *a, const char *value)
{
	static const struct {
		const char *prefix;
		enum feed_kind kind;
	} carriers[] = { { "udp:", FEED_HEP_UDP }, { "tcp:", FEED_HEP_TCP } };
	const char *wrong = add(a, FEED_HEP_UDP, value);
	struct watch_args *w = &a->watch;

	if (wrong)
		return wrong;
	struct feed_source *s = &w->sources[w->source_count - 1];
	for (size_t i = 0; i < 2; i++)
		if (strncmp(s->where, carriers[i].prefix, 4) == 0) {
			s->kind = carriers[i].kind;
			s->where += 4;
			return *s->where ? NULL : "names no address";
		}
	if (w->source_count == WATCH_SOURCES)
		return "is one source too many";
	w->sources[w->source_count] = *s;
	w->sources[w->source_count++].kind = FEED_HEP_TCP;
	return NULL;
}

static const char *take_hep_key(struct args *a, const char *value)
{
	a->watch.hep_key = value;
	return NULL;
}

static const char *take_snaplen(struct args *a, const char *value)
{
	return count_of(value, 128, 262144, &a->watch.snaplen)
		       ? NULL
		       : "is not a number of octets from 128 to 262144";
}

static const char *take_buffer(struct args *a, const char *value)
{
	uint64_t n;

	if (!size_of(value, &n) || n < 65536 || n > (UINT64_C(1) << 31) - 1)
		return "is not a size from 64K to 2047M";
	a->watch.buffer = (size_t)n;
	return NULL;
}

static const char *take_no_promiscuous(struct args *a, const char *value)
{
	(void)value;
	a->watch.no_promiscuous = true;
	return NULL;
}

static const char *take_once(struct args *a, const char *value)
{
	(void)value;
	a->watch.once = true;
	return NULL;
}

/* ---- what is kept -------------------------------------------------------------------------- */

static const char *take_memory(struct args *a, const char *value)
{
	return size_of(value, &a->watch.memory) && a->watch.memory >= 64 * 1024 * 1024
		       ? NULL
		       : "is not a size of at least 64M";
}

static const char *take_interim(struct args *a, const char *value)
{
	a->watch.interim_given = true;
	return time_of(value, 60 * WHEN_SECOND, &a->watch.interim_ns)
		       ? NULL
		       : "is not a number of minutes";
}

static const char *take_state(struct args *a, const char *value)
{
	a->watch.state = value;
	return *value ? NULL : "is empty";
}

/* ---- where events go ---------------------------------------------------------------------- */

static const char *take_events(struct args *a, const char *value)
{
	struct slice rest = slice_of(value), word;
	enum event_kind k;

	a->watch.events = 0;
	a->watch.events_given = true;
	while (slice_cut(&rest, ',', &word)) {
		if (!event_kind_parse(slice_trim(word), &k))
			return "is not a list of call, finding, alert, change, posture, "
			       "visibility, "
			       "heartbeat";
		a->watch.events |= 1U << k;
	}
	return a->watch.events ? NULL : "is empty";
}

static const char *take_rotate(struct args *a, const char *value)
{
	size_t n = strlen(value);

	if (n && (value[n - 1] == 'h' || value[n - 1] == 'H')) {
		char *number = args_hold(a, (struct slice){ (const uint8_t *)value, n - 1 });
		return time_of(number, 3600 * WHEN_SECOND, &a->watch.rotate_ns) &&
				       a->watch.rotate_ns
			       ? NULL
			       : "is not a number of hours";
	}
	return size_of(value, &a->watch.rotate_bytes) && a->watch.rotate_bytes >= 65536
		       ? NULL
		       : "is neither a size of at least 64K nor hours (24h)";
}

static const char *take_keep(struct args *a, const char *value)
{
	return count_of(value, 1, 9999, &a->watch.keep) ? NULL : "is not a number from 1 to 9999";
}

static const char *take_syslog(struct args *a, const char *value)
{
	if (a->watch.syslog_count == WATCH_SYSLOGS)
		return "is one receiver too many";
	a->watch.syslogs[a->watch.syslog_count++] = value;
	return NULL;
}

static const char *take_syslog_ca(struct args *a, const char *value)
{
	a->watch.syslog_ca = value;
	return NULL;
}

static const char *take_syslog_cert(struct args *a, const char *value)
{
	a->watch.syslog_cert = value;
	return NULL;
}

static const char *take_syslog_key(struct args *a, const char *value)
{
	a->watch.syslog_key = value;
	return NULL;
}

static const char *take_syslog_name(struct args *a, const char *value)
{
	a->watch.syslog_name = value;
	return NULL;
}

static const char *take_syslog_queue(struct args *a, const char *value)
{
	return count_of(value, 1, 10000000, &a->watch.syslog_queue)
		       ? NULL
		       : "is not a number from 1 to 10000000";
}

static const char *take_metrics(struct args *a, const char *value)
{
	a->watch.metrics = value;
	return *value ? NULL : "is empty";
}

static const char *take_every(struct args *a, const char *value)
{
	return time_of(value, 60 * WHEN_SECOND, &a->watch.every_ns) && a->watch.every_ns
		       ? NULL
		       : "is not a number of minutes";
}

static const char *take_window(struct args *a, const char *value)
{
	return time_of(value, 3600 * WHEN_SECOND, &a->watch.window_ns) && a->watch.window_ns
		       ? NULL
		       : "is not a number of hours";
}

static const char *take_clean_calls(struct args *a, const char *value)
{
	return count_of(value, 1, 1000000, &a->watch.clean_calls)
		       ? NULL
		       : "is not a number from 1 to 1000000";
}

static const char *take_heartbeat(struct args *a, const char *value)
{
	return time_of(value, WHEN_SECOND, &a->watch.heartbeat_ns) && a->watch.heartbeat_ns
		       ? NULL
		       : "is not a number of seconds";
}

static const char *take_blind(struct args *a, const char *value)
{
	return time_of(value, WHEN_SECOND, &a->watch.blind_ns) && a->watch.blind_ns
		       ? NULL
		       : "is not a number of seconds";
}

/* ---- who we are ---------------------------------------------------------------------------- */

static const char *take_user(struct args *a, const char *value)
{
	a->watch.user = value;
	return *value ? NULL : "is empty";
}

static const char *take_stay_root(struct args *a, const char *value)
{
	(void)value;
	a->watch.stay_root = true;
	return NULL;
}

static const struct option options[] = {
	{ "interface", 'i', true, false, OPTION_WATCH, take_interface,
	  "IFACE    [LABEL=]interface of a mirror; may be repeated" },
	{ "hep", 0, true, false, OPTION_WATCH, take_hep,
	  "ADDR:PORT listen for HEPv3; udp: or tcp: in front for one of them" },
	{ "hep-key", 0, true, true, OPTION_WATCH, take_hep_key,
	  "FILE     the key that HEP packets must carry" },
	{ "follow", 0, true, false, OPTION_WATCH, take_follow,
	  "DIR      [LABEL=]folder into which captures are rotated" },
	{ "once", 0, false, false, OPTION_WATCH, take_once,
	  "         a folder ends with its last file" },
	{ "snaplen", 's', true, true, OPTION_WATCH, take_snaplen,
	  "OCTETS   of each frame (262144)" },
	{ "buffer", 'B', true, true, OPTION_WATCH, take_buffer,
	  "SIZE     ring of the kernel for each interface (64M)" },
	{ "no-promiscuous", 'p', false, true, OPTION_WATCH, take_no_promiscuous,
	  "         leave interfaces as they are" },
	{ "memory", 0, true, true, OPTION_WATCH, take_memory,
	  "SIZE     what tables, rings and queues may hold (512M)" },
	{ "interim", 0, true, true, OPTION_WATCH, take_interim,
	  "MINUTES  a record of calls that last, so often (15; 0: none)" },
	{ "events", 0, true, true, OPTION_WATCH, take_events,
	  "LIST     of call, finding, alert, change, posture, visibility, heartbeat" },
	{ "rotate", 0, true, true, OPTION_WATCH, take_rotate,
	  "SIZE     a new file beyond it, or after hours (100M, 24h)" },
	{ "keep", 0, true, true, OPTION_WATCH, take_keep, "N        old files kept (9)" },
	{ "syslog", 0, true, false, OPTION_WATCH, take_syslog,
	  "WHERE    udp:, tcp: or tls:HOST[:PORT]; may be repeated" },
	{ "syslog-ca", 0, true, true, OPTION_WATCH, take_syslog_ca,
	  "FILE     authorities of its certificate (the system's)" },
	{ "syslog-cert", 0, true, true, OPTION_WATCH, take_syslog_cert, NULL },
	{ "syslog-key", 0, true, true, OPTION_WATCH, take_syslog_key, NULL },
	{ "syslog-name", 0, true, true, OPTION_WATCH, take_syslog_name, NULL },
	{ "syslog-queue", 0, true, true, OPTION_WATCH, take_syslog_queue,
	  "N        events held while it is away (100000)" },
	{ "metrics", 0, true, true, OPTION_WATCH, take_metrics,
	  "[ADDR:]PORT metrics for Prometheus, and a page (loopback)" },
	{ "every", 0, true, true, OPTION_WATCH, take_every,
	  "MINUTES  between reports in html, json, ... (15)" },
	{ "window", 0, true, true, OPTION_WATCH, take_window,
	  "HOURS    that such a report covers (24)" },
	{ "clean-calls", 0, true, true, OPTION_WATCH, take_clean_calls,
	  "N        calls without it that clear an alert (20)" },
	{ "heartbeat", 0, true, true, OPTION_WATCH, take_heartbeat,
	  "SECONDS  between heartbeats (60)" },
	{ "blind", 0, true, true, OPTION_WATCH, take_blind,
	  "SECONDS  without a packet that are loss of sight (300)" },
	{ "state", 0, true, true, OPTION_WATCH, take_state,
	  "DIR      remember alerts, certificates and elements" },
	{ "user", 0, true, true, OPTION_WATCH, take_user,
	  "NAME     who to become when started as root (nobody)" },
	{ "stay-root", 0, false, true, OPTION_WATCH, take_stay_root,
	  "         keep the rights of root; the records say so" },
};
enum { OPTIONS = sizeof options / sizeof *options };

size_t option_watch_count(void)
{
	return OPTIONS;
}

const struct option *option_watch_at(size_t i)
{
	return &options[i];
}
