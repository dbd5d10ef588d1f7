/* feed_interface.c - read as it comes, looked after when it goes down, opened again when made anew.
 */
#include "analyzer/feed/feed_interface.h"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/feed/feed_filter.h"

enum {
	TIMEOUT_MS = 100, /* a packet waits so long at most for the kernel's block to fill */
	AT_ONCE = 512,	  /* packets before the feed is looked at for a stop */
	AGAIN_MS = 1000,  /* between tries to open what has gone */
};

/*
 * What the interface itself lost, where the kernel shows it. Held open: after rights were given
 * up and the process was confined, libpcap would find nothing there any more.
 */
static const char *const missed_files[] = { "rx_missed_errors", "rx_fifo_errors" };
enum { MISSED_FILES = sizeof missed_files / sizeof missed_files[0] };

struct device {
	struct feed_reader *reader;
	pcap_t *pcap; /* NULL: it has gone */
	int link_type;
	bool more; /* it has packets that were not taken yet */
	bool down;
	uint32_t drops; /* of this opening, as libpcap counts: in 32 bits */
	int missed[MISSED_FILES];
	uint64_t missed_before[MISSED_FILES];
	uint64_t counted_at_ms;
	/* Lost and not told yet: what waits in the kernel's ring was captured before. */
	uint64_t lost_kernel, lost_missed, lost_since_ns;
	uint64_t counted_at_ns; /* by the clock of capture times */
};

static uint64_t read_number(int fd)
{
	char digits[24];
	uint64_t n = 0;
	ssize_t got = fd < 0 ? 0 : pread(fd, digits, sizeof digits, 0);
	size_t end =
		got < 0 ? 0 : slice_find((struct slice){ (uint8_t *)digits, (size_t)got }, '\n');

	return slice_number((struct slice){ (uint8_t *)digits, end }, UINT64_MAX, &n) ? n : 0;
}

static void open_missed(struct device *d)
{
	struct text path = { 0 };

	for (size_t i = 0; i < MISSED_FILES; i++) {
		text_clear(&path);
		text_addf(&path, "/sys/class/net/%s/statistics/%s", d->reader->where,
			  missed_files[i]);
		d->missed[i] = open(text_of(&path), O_RDONLY | O_CLOEXEC);
		d->missed_before[i] = read_number(d->missed[i]);
	}
	text_free(&path);
}

/* Since the last call. A counter that goes back is another device's, or was reset. */
static uint64_t count_missed(struct device *d)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < MISSED_FILES; i++) {
		uint64_t now = read_number(d->missed[i]);
		if (now > d->missed_before[i])
			sum += now - d->missed_before[i];
		d->missed_before[i] = now;
	}
	return sum;
}

static pcap_t *activate(const struct feed_reader *r, struct text *why)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	const struct feed_options *o = r->options;
	pcap_t *p = pcap_create(r->where, error);

	if (!p) {
		text_addf(why, "%s", error);
		return NULL;
	}
	(void)pcap_set_snaplen(p, (int)o->snaplen);
	(void)pcap_set_promisc(p, !o->no_promiscuous);
	(void)pcap_set_timeout(p, TIMEOUT_MS);
	(void)pcap_set_buffer_size(p, o->buffer < INT32_MAX ? (int)o->buffer : INT32_MAX);
	(void)pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
	int got = pcap_activate(p);
	if (got >= 0)
		return p;
	const char *more = pcap_geterr(p);
	text_addf(why, "%s%s%s", pcap_statustostr(got), *more ? ": " : "", more);
	pcap_close(p);
	return NULL;
}

/* The wide expression where it compiles; alone the given one decides whether it is one at all. */
static enum err set_filter(pcap_t *p, const char *bpf, struct text *why)
{
	struct bpf_program given, wide;
	struct text t = { 0 };

	if (!bpf)
		return ERR_OK;
	if (pcap_compile(p, &given, bpf, 1, PCAP_NETMASK_UNKNOWN)) {
		text_addf(why, "the capture filter \"%s\" cannot be read: %s", bpf, pcap_geterr(p));
		return ERR_USAGE;
	}
	feed_filter_widened(&t, bpf);
	bool widened = pcap_compile(p, &wide, text_of(&t), 1, PCAP_NETMASK_UNKNOWN) == 0;
	int set = pcap_setfilter(p, widened ? &wide : &given);
	if (widened)
		pcap_freecode(&wide);
	pcap_freecode(&given);
	text_free(&t);
	if (set)
		text_addf(why, "the capture filter cannot be set: %s", pcap_geterr(p));
	return set ? ERR_IO : ERR_OK;
}

static enum err open_device(struct device *d, struct text *why)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *p = activate(d->reader, why);

	if (!p)
		return ERR_IO;
	enum err e = set_filter(p, d->reader->options->bpf, why);
	if (!e && pcap_setnonblock(p, 1, error) < 0) {
		text_addf(why, "%s", error);
		e = ERR_IO;
	}
	if (e) {
		pcap_close(p);
		return e;
	}
	d->pcap = p;
	d->link_type = pcap_datalink(p);
	d->drops = 0;
	d->counted_at_ns = clock_day();
	open_missed(d);
	return ERR_OK;
}

static void close_device(struct device *d)
{
	if (!d->pcap)
		return;
	pcap_close(d->pcap);
	d->pcap = NULL;
	d->more = d->down = false;
	for (size_t i = 0; i < MISSED_FILES; i++)
		if (d->missed[i] >= 0)
			(void)close(d->missed[i]);
}

static enum err interface_open(struct feed_reader *r, struct text *why)
{
	struct device *d = mem_zero(1, sizeof *d);

	d->reader = r;
	r->own = d;
	return open_device(d, why);
}

static void interface_close(struct feed_reader *r)
{
	struct device *d = r->own;

	if (d)
		close_device(d);
	free(d);
}

static void tell_losses(struct device *d)
{
	feed_reader_lost(d->reader, d->lost_kernel, d->lost_missed, d->counted_at_ns);
	d->lost_kernel = d->lost_missed = 0;
}

static void take(u_char *ctx, const struct pcap_pkthdr *h, const u_char *bytes)
{
	struct device *d = (struct device *)(void *)ctx;
	uint64_t fraction = (uint64_t)h->ts.tv_usec;

	if (pcap_get_tstamp_precision(d->pcap) != PCAP_TSTAMP_PRECISION_NANO)
		fraction *= 1000;
	const struct frame f = {
		.bytes = { bytes, h->caplen },
		.ts_ns = (uint64_t)h->ts.tv_sec * WHEN_SECOND + fraction,
		.wire_len = h->len < h->caplen ? h->caplen : h->len,
		.link_type = d->link_type,
	};
	if ((d->lost_kernel || d->lost_missed) && f.ts_ns >= d->lost_since_ns)
		tell_losses(d);
	feed_reader_give(d->reader, &f);
	/* The kernel's ring is the larger one: what has no room here waits there. */
	if (!feed_reader_has_room(d->reader))
		pcap_breakloop(d->pcap);
}

/* Often enough to tell to a tenth of a second where packets were lost. */
static void count_losses(struct device *d)
{
	uint64_t now = clock_coarse() / WHEN_MS;
	struct pcap_stat s;

	if (now - d->counted_at_ms < TIMEOUT_MS)
		return;
	d->counted_at_ms = now;
	if (pcap_stats(d->pcap, &s))
		return;
	if (!d->lost_kernel && !d->lost_missed)
		d->lost_since_ns = d->counted_at_ns;
	d->lost_kernel += (uint32_t)(s.ps_drop - d->drops);
	d->lost_missed += count_missed(d);
	d->drops = s.ps_drop;
	d->counted_at_ns = clock_day();
}

/* libpcap says nothing when an interface goes down but that select must not wait long. */
static void watch_link(struct device *d, bool error)
{
	bool down = pcap_get_required_select_timeout(d->pcap) != NULL;

	if ((error || down) && !d->down)
		feed_reader_outage(d->reader, "the interface went down");
	d->down = down;
	feed_reader_up(d->reader, !down);
}

/* False: the device has gone. */
static bool take_some(struct device *d, bool error)
{
	int got = pcap_dispatch(d->pcap, AT_ONCE, take, (u_char *)(void *)d);

	if (got < 0 && got != PCAP_ERROR_BREAK) {
		tell_losses(d);
		feed_reader_outage(d->reader, "%s", pcap_geterr(d->pcap));
		return false;
	}
	d->more = got == PCAP_ERROR_BREAK || got >= AT_ONCE;
	watch_link(d, error);
	count_losses(d);
	if (!d->more)
		tell_losses(d);
	return true;
}

/* False: it has gone, or the feed was stopped. */
static bool read_some(struct device *d)
{
	short events = 0;

	if (!feed_reader_room(d->reader, TIMEOUT_MS)) {
		count_losses(d);
		return true;
	}
	if (!d->more &&
	    !feed_reader_wait(d->reader, pcap_get_selectable_fd(d->pcap), TIMEOUT_MS, &events))
		return false;
	return take_some(d, events & POLLERR);
}

/* The outage that began when it went lasts until it can be read again. */
static void open_again(struct device *d)
{
	struct text why = { 0 };

	close_device(d);
	feed_reader_up(d->reader, false);
	feed_reader_flush(d->reader);
	while (!feed_reader_pause(d->reader, AGAIN_MS)) {
		if (open_device(d, &why) == ERR_OK)
			break;
		feed_reader_still(d->reader, "it has gone and cannot be opened again: %s",
				  text_of(&why));
		feed_reader_flush(d->reader);
		text_clear(&why);
	}
	text_free(&why);
	feed_reader_up(d->reader, d->pcap != NULL);
}

static void interface_run(struct feed_reader *r)
{
	struct device *d = r->own;

	while (!feed_reader_stopping(r))
		if (!read_some(d) && !feed_reader_stopping(r))
			open_again(d);
	/* What waits in the ring is not read any more; what it had no room for was lost before. */
	tell_losses(d);
}

const struct feed_reader_kind feed_interface_kind = {
	.open = interface_open,
	.run = interface_run,
	.close = interface_close,
	.word = "interface",
	.lives = true,
};
