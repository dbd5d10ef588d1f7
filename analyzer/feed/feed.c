/* feed.c - the door: names the sources, opens them, starts their threads. */
#include "analyzer/feed/feed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/capture/label.h"
#include "analyzer/feed/feed_filter.h"
#include "analyzer/feed/feed_follow.h"
#include "analyzer/feed/feed_hep.h"
#include "analyzer/feed/feed_interface.h"
#include "analyzer/feed/feed_merge.h"
#include "analyzer/feed/feed_stream.h"

enum { SOURCES_MAX = 256, SNAPLEN = 262144, KERNEL_BUFFER = 64 << 20 };

#define HOLD_NS UINT64_C(200000000)

static const struct feed_reader_kind *const kinds[] = {
	[FEED_INTERFACE] = &feed_interface_kind, [FEED_FOLLOW] = &feed_follow_kind,
	[FEED_STREAM] = &feed_stream_kind,	 [FEED_HEP_UDP] = &feed_hep_udp_kind,
	[FEED_HEP_TCP] = &feed_hep_tcp_kind,
};

struct feed {
	struct feed_options options;
	char *bpf, *hep_auth;
	size_t count, points;
	struct feed_reader *readers;
	struct feed_input *inputs;
	char **labels; /* by input */
	struct feed_merge merge;
	struct feed_secret *secrets;
	int stop;
	_Atomic bool stopped;
	bool in_copy;
};

static char *label_of(const struct feed_source *s)
{
	if (s->label)
		return mem_text(s->label);
	if (s->kind == FEED_HEP_UDP || s->kind == FEED_HEP_TCP)
		return mem_text("hep");
	return s->kind == FEED_INTERFACE ? mem_text(s->where) : label_default(s->where);
}

/* Of files and folders the last part, as inputs of audit have it. "calls/" is the folder calls. */
static char *name_of(const struct feed_source *s)
{
	bool path = s->kind == FEED_STREAM || s->kind == FEED_FOLLOW;
	char *whole = mem_text(s->where);
	size_t n = strlen(whole);

	while (path && n > 1 && whole[n - 1] == '/')
		whole[--n] = '\0';
	char *name = mem_text(path ? label_base_name(whole) : whole);
	free(whole);
	return name;
}

/* Inputs in the order of their labels; those of one label in the order given. */
static void order_sources(const struct feed_source *sources, size_t count, size_t *order,
			  char **labels)
{
	for (size_t i = 0; i < count; i++) {
		char *label = label_of(&sources[i]);
		size_t at = i;

		for (; at && strcmp(labels[at - 1], label) > 0; at--) {
			labels[at] = labels[at - 1];
			order[at] = order[at - 1];
		}
		labels[at] = label;
		order[at] = i;
	}
}

static bool label_taken(const struct feed *f, const char *label)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->labels[i], label) == 0)
			return true;
	return false;
}

/* As captures are: "alice", "alice#2", unless somebody is called that. */
static void number_sources(struct feed *f)
{
	struct text t = { 0 };
	char *first = NULL;
	unsigned piece = 1;

	for (size_t i = 0; i < f->count; i++) {
		if (!first || strcmp(first, f->labels[i]) != 0) {
			first = f->labels[i];
			piece = 1;
			f->points++;
		} else {
			do {
				text_clear(&t);
				text_addf(&t, "%s#%u", first, ++piece);
			} while (label_taken(f, text_of(&t)));
			free(f->labels[i]);
			f->labels[i] = mem_text(text_of(&t));
		}
		f->inputs[i].label = f->labels[i];
		f->inputs[i].point = (uint16_t)(f->points - 1);
	}
	text_free(&t);
}

static void set_options(struct feed *f, struct feed_options options)
{
	f->bpf = mem_text(options.bpf);
	f->hep_auth = mem_text(options.hep_auth);
	f->options = options;
	f->options.bpf = f->bpf;
	f->options.hep_auth = f->hep_auth;
	if (!options.snaplen || options.snaplen > SNAPLEN)
		f->options.snaplen = SNAPLEN;
	if (!options.buffer)
		f->options.buffer = KERNEL_BUFFER;
	f->merge.hold_ns = options.hold_ns ? options.hold_ns : HOLD_NS;
}

static void make_readers(struct feed *f, const struct feed_source *sources, const size_t *order)
{
	f->readers = mem_aligned(_Alignof(struct feed_reader), f->count * sizeof *f->readers);
	memset(f->readers, 0, f->count * sizeof *f->readers);
	for (size_t i = 0; i < f->count; i++) {
		const struct feed_source *s = &sources[order[i]];
		struct feed_reader *r = &f->readers[i];

		f->inputs[i].kind = s->kind;
		r->kind = kinds[s->kind];
		r->where = mem_text(s->where);
		r->name = name_of(s);
		r->options = &f->options;
		r->stop = f->stop;
		r->stopped = &f->stopped;
		r->input = (uint16_t)i;
		r->waker = &f->merge.waker;
		r->secrets = f->secrets;
		f->merge.lanes[i] = (struct feed_lane){ r, &f->inputs[i], NULL };
	}
}

static struct feed *make(const struct feed_source *sources, size_t count,
			 struct feed_options options)
{
	struct feed *f = mem_zero(1, sizeof *f);
	size_t *order = mem_zero(count, sizeof *order);

	f->count = f->merge.count = count;
	f->inputs = mem_zero(count, sizeof *f->inputs);
	f->labels = mem_zero(count, sizeof(char *));
	f->merge.lanes = mem_zero(count, sizeof *f->merge.lanes);
	f->secrets = feed_secret_new();
	f->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->merge.waker.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	set_options(f, options);
	order_sources(sources, count, order, f->labels);
	make_readers(f, sources, order);
	number_sources(f);
	free(order);
	return f;
}

/* One device, folder or socket read twice would be counted twice, or share what comes. */
static bool same_source(const struct feed_source *a, const struct feed_source *b)
{
	return a->kind == b->kind && strcmp(a->where, b->where) == 0;
}

/* An interface has a link type of its own, and says itself what compiles for it. */
static char *wrong_filter(const struct feed_source *sources, size_t count, const char *bpf)
{
	for (size_t i = 0; bpf && i < count; i++)
		if (sources[i].kind == FEED_STREAM || sources[i].kind == FEED_FOLLOW)
			return feed_filter_wrong(bpf);
	return NULL;
}

static enum err check(const struct feed_source *sources, size_t count, const char *bpf,
		      struct text *why)
{
	char *wrong = wrong_filter(sources, count, bpf);

	if (wrong)
		text_addf(why, "the capture filter \"%s\" cannot be read: %s", bpf, wrong);
	free(wrong);
	if (count > SOURCES_MAX)
		text_addf(why, "more than %d sources were given", SOURCES_MAX);
	for (size_t i = 0; !why->n && i < count; i++)
		for (size_t k = 0; !why->n && k < i; k++)
			if (same_source(&sources[i], &sources[k]))
				text_addf(why, "%s: it is given twice", sources[i].where);
	return why->n ? ERR_USAGE : ERR_OK;
}

static enum err open_readers(struct feed *f, struct text *why)
{
	struct text clause = { 0 };
	enum err e = f->stop < 0 || f->merge.waker.fd < 0 ? ERR_IO : ERR_OK;

	for (size_t i = 0; !e && i < f->count; i++) {
		struct feed_reader *r = &f->readers[i];

		e = feed_reader_open(r) ? r->kind->open(r, &clause) : ERR_IO;
		f->inputs[i].name = r->name;
		if (e)
			text_addf(why, "%s: %s", r->where,
				  clause.n ? text_of(&clause) : "no descriptors are left");
	}
	text_free(&clause);
	return e;
}

enum err feed_open(struct feed **out, const struct feed_source *sources, size_t count,
		   struct feed_options options, char **why)
{
	struct text t = { 0 };
	enum err e = check(sources, count, options.bpf, &t);

	*out = NULL;
	*why = NULL;
	if (!e) {
		*out = make(sources, count, options);
		e = open_readers(*out, &t);
	}
	if (e) {
		feed_close(*out);
		*out = NULL;
		*why = mem_text(t.n ? text_of(&t) : "no descriptors are left");
	}
	text_free(&t);
	return e;
}

void feed_start(struct feed *f)
{
	for (size_t i = 0; i < f->count; i++)
		feed_reader_start(&f->readers[i]);
}

size_t feed_batch(struct feed *f, struct frame *out, size_t room, int wait_ms)
{
	return feed_merge_batch(&f->merge, out, room < CAPTURE_BATCH ? room : CAPTURE_BATCH,
				wait_ms);
}

bool feed_over(const struct feed *f)
{
	return feed_merge_over(&f->merge);
}

bool feed_pressed(const struct feed *f)
{
	return feed_merge_pressed(&f->merge);
}

void feed_stop(struct feed *f)
{
	static const uint64_t one = 1;

	atomic_store(&f->stopped, true);
	(void)!write(f->stop, &one, sizeof one);
}

size_t feed_count(const struct feed *f)
{
	return f->count;
}

size_t feed_points(const struct feed *f)
{
	return f->points;
}

const struct feed_input *feed_at(struct feed *f, size_t i)
{
	struct feed_reader *r = &f->readers[i];
	struct feed_input *in = &f->inputs[i];

	if (f->in_copy)
		return in;
	feed_merge_look(&f->merge.lanes[i]);
	in->refused = atomic_load_explicit(&r->refused, memory_order_relaxed);
	in->waiting = feed_queue_waiting(&r->queue);
	in->up = atomic_load(&r->up);
	return in;
}

void feed_in_copy(struct feed *f)
{
	f->in_copy = true;
}

size_t feed_secrets(struct feed *f, const struct capture_secret **out)
{
	return feed_secret_list(f->secrets, out);
}

const char *feed_kind_text(enum feed_kind k)
{
	return kinds[k]->word;
}

void feed_close(struct feed *f)
{
	if (!f)
		return;
	feed_stop(f);
	for (size_t i = 0; i < f->count; i++)
		feed_reader_close(&f->readers[i]);
	for (size_t i = 0; i < f->count; i++)
		free(f->labels[i]);
	free(f->labels);
	free(f->readers);
	free(f->inputs);
	free(f->merge.lanes);
	feed_secret_free(f->secrets);
	free(f->bpf);
	if (f->hep_auth)
		explicit_bzero(f->hep_auth, strlen(f->hep_auth));
	free(f->hep_auth);
	if (f->stop >= 0)
		(void)close(f->stop);
	if (f->merge.waker.fd >= 0)
		(void)close(f->merge.waker.fd);
	free(f);
}
