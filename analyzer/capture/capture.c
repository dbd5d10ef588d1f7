/* capture.c - the door: opens all inputs, names and orders them, merges their frames. */
#include "analyzer/capture/capture.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "analyzer/capture/capture_file.h"
#include "analyzer/capture/label.h"
#include "analyzer/capture/same.h"

enum {
	INPUTS_MAX = 65535,
	OPEN_MAX = 16, /* inputs kept open while others wait for their first frame to be due */
	SECRETS_ROOM = 16,
	KEPT_BYTES = 384, /* of a frame that is copied into a batch */
	ETHERNET = 1,
};

struct slot {
	struct capture_input info;
	struct capture_file *file; /* NULL: not opened yet, or opened again when its time comes */
	const struct frame *head;  /* its next frame */
	uint64_t order_ns;	   /* the file's first frame; UINT64_MAX without one */
	uint64_t due_ns;	   /* its next frame that passes the filter */
	bool has_frame;
	struct same_file same;
	struct slot *first_copy; /* an earlier input with the same bytes */
};

/* A place in the heap of inputs that have a frame waiting. */
struct lane {
	uint64_t ts_ns;
	uint32_t slot;
};

struct capture {
	struct slot **slots;
	size_t count, points;
	struct lane *heap;
	size_t waiting;
	bool taken; /* the frame on top was handed out: step over it first */
	bool copies;
	uint8_t (*kept)[KEPT_BYTES]; /* by place in the batch; NULL until needed */
	struct capture_file_run run;
	struct capture_secret *secrets;
};

static struct slot *make_slot(const struct capture_source *s)
{
	struct slot *slot = mem_zero(1, sizeof *slot);

	slot->info.path = mem_text(s->path);
	slot->info.name = mem_text(label_base_name(s->path));
	slot->info.label = s->label ? mem_text(s->label) : label_default(s->path);
	slot->same = same_look(slot->info.path);
	return slot;
}

static void forget_input(struct capture_input *info)
{
	for (size_t i = 0; i < info->problem_count; i++)
		free(info->problems[i].text);
	free(info->problems);
	info->problems = NULL;
	info->problem_count = 0;
}

/* Copies of one file, and standard input given twice, are read once. */
static bool same_input(const struct slot *a, const struct slot *b)
{
	if (strcmp(a->info.path, "-") == 0)
		return strcmp(b->info.path, "-") == 0;
	return same_bytes(&a->same, &b->same);
}

static void start(struct capture *c, struct slot *s)
{
	s->file = capture_file_open(&s->info, &c->run);
	s->head = capture_file_next(s->file);
	s->has_frame = s->head != NULL;
	if (s->head)
		s->due_ns = s->head->ts_ns;
}

/*
 * Hundreds of pieces of a long capture need not be open at once: those whose
 * time has not come are closed and read again from their start.
 */
static void park(struct slot *s)
{
	struct capture_input fresh = {
		.label = s->info.label,
		.name = s->info.name,
		.path = s->info.path,
		.usable = s->info.usable,
		.point = s->info.point,
	};

	capture_file_close(s->file);
	s->file = NULL;
	s->head = NULL;
	forget_input(&s->info);
	s->info = fresh;
}

/* Opened to see the first frame; what is not a capture is told at once. */
static void look(struct capture *c, struct slot *s, bool keep)
{
	start(c, s);
	s->order_ns = s->info.packets ? s->info.first_ns : UINT64_MAX;
	if (!keep && s->has_frame && s->same.known)
		park(s);
}

static int by_report(const void *left, const void *right)
{
	const struct slot *a = *(struct slot *const *)left, *b = *(struct slot *const *)right;
	int d = strcmp(a->info.label, b->info.label);

	if (!d)
		d = (a->order_ns > b->order_ns) - (a->order_ns < b->order_ns);
	if (!d)
		d = strcmp(a->info.name, b->info.name);
	return d ? d : strcmp(a->info.path, b->info.path);
}

static int by_size(const void *left, const void *right)
{
	const struct slot *a = *(struct slot *const *)left, *b = *(struct slot *const *)right;

	if (a->same.known != b->same.known)
		return a->same.known ? 1 : -1;
	if (a->same.size != b->same.size)
		return a->same.size < b->same.size ? -1 : 1;
	int d = strcmp(a->info.label, b->info.label);
	if (!d)
		d = strcmp(a->info.name, b->info.name);
	return d ? d : strcmp(a->info.path, b->info.path);
}

/* Before anything is opened: only files of one size can be copies, and they stand together then. */
static void find_copies(struct capture *c)
{
	qsort(c->slots, c->count, sizeof *c->slots, by_size);
	for (size_t i = 1; i < c->count; i++) {
		struct slot *s = c->slots[i];

		for (size_t k = i; k-- && !s->first_copy;) {
			struct slot *earlier = c->slots[k];

			if (earlier->same.known != s->same.known ||
			    earlier->same.size != s->same.size)
				break;
			if (!earlier->first_copy && same_input(earlier, s))
				s->first_copy = earlier;
		}
		c->copies = c->copies || s->first_copy;
	}
}

static bool label_taken(const struct capture *c, const char *label)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->slots[i]->info.label, label) == 0)
			return true;
	return false;
}

/* Equal labels are one point in pieces: "alice", "alice#2", "alice#3". */
static void number_pieces(struct capture *c)
{
	const char *label = NULL;
	struct text t = { 0 };
	unsigned piece = 1;

	for (size_t i = 0; i < c->count; i++) {
		struct capture_input *info = &c->slots[i]->info;

		if (!label || strcmp(label, info->label) != 0) {
			label = info->label;
			piece = 1;
			c->points++;
		} else {
			do {
				text_clear(&t);
				text_addf(&t, "%s#%u", label, ++piece);
			} while (label_taken(c, text_of(&t)));
			free(info->label);
			info->label = mem_text(text_of(&t));
		}
		info->point = (uint16_t)(c->points - 1);
	}
	text_free(&t);
}

static void tell_copies(struct capture *c)
{
	struct text t = { 0 };

	for (size_t i = 0; i < c->count; i++) {
		struct slot *s = c->slots[i];

		if (!s->first_copy)
			continue;
		text_clear(&t);
		text_addf(&t, "it holds the same bytes as the input %s and was read once, there",
			  s->first_copy->info.label);
		capture_file_problem(&s->info, 0, text_of(&t));
		s->info.complete = true;
	}
	text_free(&t);
}

/* The order of inputs is the order of their labels, so it settles equal times. */
static bool earlier(struct lane a, struct lane b)
{
	return a.ts_ns != b.ts_ns ? a.ts_ns < b.ts_ns : a.slot < b.slot;
}

static void sink(struct capture *c, size_t at)
{
	struct lane moving = c->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= c->waiting)
			break;
		if (child + 1 < c->waiting && earlier(c->heap[child + 1], c->heap[child]))
			child++;
		if (!earlier(c->heap[child], moving))
			break;
		c->heap[at] = c->heap[child];
		at = child;
	}
	c->heap[at] = moving;
}

/* A copy has the size and digest of what was read in its place. */
static void ended(struct capture *c, const struct slot *s)
{
	for (size_t i = 0; c->copies && i < c->count; i++) {
		struct slot *copy = c->slots[i];

		if (copy->first_copy != s)
			continue;
		copy->info.bytes = s->info.bytes;
		copy->info.usable = s->info.usable;
		memcpy(copy->info.sha256, s->info.sha256, sizeof copy->info.sha256);
	}
}

static void fill_heap(struct capture *c)
{
	c->heap = mem_zero(c->count, sizeof *c->heap);
	for (size_t i = 0; i < c->count; i++)
		if (c->slots[i]->has_frame)
			c->heap[c->waiting++] = (struct lane){ c->slots[i]->due_ns, (uint32_t)i };
		else if (!c->slots[i]->first_copy)
			ended(c, c->slots[i]);
	for (size_t i = c->waiting / 2; i--;)
		sink(c, i);
}

static const char *check_filter(struct capture *c)
{
	if (!c->run.filter)
		return NULL;
	if (filter_error(c->run.filter))
		return filter_error(c->run.filter);
	/* Where no input had a link type to try it on, its grammar still counts. */
	filter_prepare(c->run.filter, ETHERNET);
	return filter_error(c->run.filter);
}

/* A copy stands in the report where its bytes would. */
static void look_at_all(struct capture *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!c->slots[i]->first_copy)
			look(c, c->slots[i], c->count <= OPEN_MAX);
	for (size_t i = 0; i < c->count; i++)
		if (c->slots[i]->first_copy)
			c->slots[i]->order_ns = c->slots[i]->first_copy->order_ns;
}

/* False: some offset is for a label that nobody has. */
static bool set_offsets(struct capture *c, const struct capture_options *options)
{
	for (size_t k = 0; k < options->offset_count; k++) {
		bool found = false;
		for (size_t i = 0; i < c->count; i++) {
			struct capture_input *info = &c->slots[i]->info;
			if (!slice_eq(slice_of(info->label), options->offsets[k].label))
				continue;
			info->offset_ns = options->offsets[k].ns;
			found = true;
		}
		if (!found)
			return false;
	}
	return true;
}

enum err capture_open(struct capture **out, const struct capture_source *sources, size_t count,
		      struct capture_options options, const char **why)
{
	struct capture *c = mem_zero(1, sizeof *c);

	*out = c;
	*why = NULL;
	if (count > INPUTS_MAX) {
		*why = "more than 65535 captures were given";
		return ERR_USAGE;
	}
	c->run.hash = options.hash;
	c->run.hasher = hasher_new(options.hash && options.hash_thread);
	c->run.filter = options.bpf ? filter_new(options.bpf) : NULL;
	c->slots = mem_zero(count, sizeof(struct slot *));
	c->count = count;
	for (size_t i = 0; i < count; i++)
		c->slots[i] = make_slot(&sources[i]);
	if (!set_offsets(c, &options)) {
		*why = "an --offset names a label that no capture has";
		return ERR_USAGE;
	}
	find_copies(c);
	look_at_all(c);
	qsort(c->slots, count, sizeof(struct slot *), by_report);
	number_pieces(c);
	tell_copies(c);
	fill_heap(c);
	*why = check_filter(c);
	return *why ? ERR_USAGE : ERR_OK;
}

static void place(struct capture *c, struct slot *s)
{
	if (s->head) {
		c->heap[0].ts_ns = s->head->ts_ns;
	} else {
		ended(c, s);
		c->heap[0] = c->heap[--c->waiting];
	}
	if (c->waiting > 1)
		sink(c, 0);
}

/* Goes past the frame that was handed out; what its file lent is let go. */
static void step(struct capture *c)
{
	struct slot *s = c->slots[c->heap[0].slot];

	c->taken = false;
	s->head = capture_file_next(s->file);
	place(c, s);
}

/* The frame on top, or NULL: there is none any more. */
static inline const struct slot *top(struct capture *c)
{
	while (c->waiting) {
		struct slot *s = c->slots[c->heap[0].slot];

		if (s->head)
			return s;
		start(c, s);
		place(c, s);
	}
	return NULL;
}

static void mark(const struct capture *c, const struct slot *s, struct frame *f)
{
	f->input = (uint16_t)c->heap[0].slot;
	f->point = s->info.point;
}

bool capture_next(struct capture *c, struct frame *out)
{
	if (c->taken)
		step(c);
	const struct slot *s = top(c);
	if (!s)
		return false;
	*out = *s->head;
	mark(c, s, out);
	c->taken = true;
	return true;
}

/* Bytes that the file's next record would overwrite. False: there are too many to be copied. */
static bool keep(struct capture *c, struct frame *f, size_t at)
{
	if (f->bytes.n > KEPT_BYTES)
		return false;
	if (!c->kept)
		c->kept = mem_grow(NULL, CAPTURE_BATCH, sizeof *c->kept);
	if (f->bytes.n)
		memcpy(c->kept[at], f->bytes.p, f->bytes.n);
	f->bytes.p = c->kept[at];
	return true;
}

size_t capture_batch(struct capture *c, struct frame *out, size_t room)
{
	size_t n = 0;

	while (n < room && capture_next(c, &out[n])) {
		const struct slot *s = c->slots[c->heap[0].slot];

		if (c->waiting == 1 && capture_file_lends(s->file)) {
			/* No other input can come between the frames of this one. */
			size_t more = capture_file_more(s->file, out + n + 1, room - n - 1);
			for (size_t i = 0; i < more; i++)
				mark(c, s, &out[n + 1 + i]);
			return n + 1 + more;
		}
		if (!keep(c, &out[n], n))
			return n + 1;
		n++;
	}
	return n;
}

void capture_finish(struct capture *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct slot *s = c->slots[i];

		if (!s->file && !s->first_copy)
			s->file = capture_file_open(&s->info, &c->run);
		if (s->file)
			capture_file_finish(s->file);
		s->head = NULL;
	}
	c->waiting = 0;
	c->taken = false;
	for (size_t i = 0; i < c->count; i++)
		if (!c->slots[i]->first_copy)
			ended(c, c->slots[i]);
}

size_t capture_secrets(const struct capture *c, const struct capture_secret **out)
{
	/* The list is a view, made anew; its memory is the capture's. */
	struct capture *own = (struct capture *)(uintptr_t)c;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct capture_secret *found;
		size_t k = capture_file_secrets(c->slots[i]->file, &found);

		if (n + k > room) {
			room = 2 * (n + k) + SECRETS_ROOM;
			own->secrets = mem_grow(own->secrets, room, sizeof *own->secrets);
		}
		for (size_t j = 0; j < k; j++) {
			own->secrets[n] = found[j];
			own->secrets[n++].input = (uint16_t)i;
		}
	}
	*out = c->secrets;
	return n;
}

size_t capture_count(const struct capture *c)
{
	return c->count;
}

const struct capture_input *capture_at(const struct capture *c, size_t input)
{
	return &c->slots[input]->info;
}

struct capture_place capture_place(const struct capture *c)
{
	struct capture_place p = { 0, 0, 0 };
	bool known = true;

	for (size_t i = 0; i < c->count; i++) {
		const struct slot *s = c->slots[i];
		if (s->first_copy)
			continue;
		known &= s->same.known;
		p.all += s->same.size;
		p.read += s->file ? capture_file_place(s->file) : s->info.bytes;
		p.packets += s->info.packets;
	}
	if (!known)
		p.all = 0;
	return p;
}

size_t capture_points(const struct capture *c)
{
	return c->points;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		struct slot *s = c->slots[i];

		capture_file_close(s->file);
		forget_input(&s->info);
		free(s->info.label);
		free(s->info.name);
		free(s->info.path);
		free(s);
	}
	free(c->slots);
	free(c->heap);
	if (c->kept)
		explicit_bzero(c->kept, CAPTURE_BATCH * sizeof *c->kept);
	free(c->kept);
	free(c->secrets);
	hasher_free(c->run.hasher);
	filter_free(c->run.filter);
	free(c);
}
