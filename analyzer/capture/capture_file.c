/* capture_file.c - finds out what a file is, counts what it holds, says where it lies or breaks. */
#include "analyzer/capture/capture_file.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/capture/block.h"
#include "analyzer/capture/capture_classic.h"
#include "analyzer/capture/capture_pcapng.h"
#include "analyzer/capture/records.h"

/* Things a record can claim that cannot be so, or not be so together. Told once, with a count. */
enum odd {
	ODD_CAPTURED, /* more captured than there was on the wire */
	ODD_SNAPLEN,
	ODD_WIRE,
	ODD_TIME,
	ODD_UNFILTERED,
	ODD_KINDS,
};

struct oddity {
	uint64_t first, count;
};

struct capture_file {
	struct capture_input *info;
	const struct capture_file_run *run;
	struct block *block;
	struct capture_classic *classic;
	struct capture_pcapng *pcapng;
	struct records *records; /* of `classic`, where they are read in place */
	struct source_record record;
	struct source_break end;
	struct oddity odd[ODD_KINDS];
	uint64_t before_ns; /* time of the frame before */
	bool timed;	    /* there was one that had a time */
	bool ended;
};

void capture_file_problem(struct capture_input *info, uint64_t frame, const char *text)
{
	info->problems = mem_grow(info->problems, info->problem_count + 1, sizeof *info->problems);
	info->problems[info->problem_count++] =
		(struct capture_problem){ .frame = frame, .text = mem_text(text) };
}

/* What people hand over instead of a capture, by its first bytes. */
static const struct {
	size_t n;
	char magic[8];
	const char *what;
} other_formats[] = {
	{ 5, "\xfd\x37zXZ", "it is packed with xz: unpack it first" },
	{ 3, "BZh", "it is packed with bzip2: unpack it first" },
	{ 4, "PK\x03\x04", "it is a zip archive: unpack it first" },
	{ 4, "\x04\x22\x4d\x18", "it is packed with lz4: unpack it first" },
	{ 2, "\x1f\x8b", "it is packed with gzip twice: unpack it once" },
	{ 5, "snoop", "it is a snoop capture: convert it to pcapng (editcap -F pcapng)" },
	{ 4, "GMBU", "it is a Network Monitor capture: convert it to pcapng (editcap -F pcapng)" },
	{ 4, "XCP", "it is a NetXRay capture: convert it to pcapng (editcap -F pcapng)" },
};

static bool looks_like_text(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r' &&
		    s.p[i] != 0x1b)
			return false;
	return true;
}

static bool has_pcap_magic(struct slice s)
{
	static const uint8_t magics[][4] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 }, { 0xa1, 0xb2, 0x3c, 0x4d },
		{ 0x4d, 0x3c, 0xb2, 0xa1 }, { 0xa1, 0xb2, 0xcd, 0x34 }, { 0x34, 0xcd, 0xb2, 0xa1 },
		{ 0xa1, 0x2b, 0x3c, 0x4d }, { 0x4d, 0x3c, 0x2b, 0xa1 },
	};

	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
		if (s.n >= sizeof magics[i] && memcmp(s.p, magics[i], sizeof magics[i]) == 0)
			return true;
	return false;
}

/* Says what else the file is; false: perhaps a capture after all. */
static bool is_no_capture(struct slice start, bool packed, struct text *why)
{
	if (!start.n) {
		text_add(why, packed ? "it is empty: nothing is packed in it"
				     : "it is empty: it holds no bytes");
		return true;
	}
	for (size_t i = 0; i < sizeof other_formats / sizeof other_formats[0]; i++)
		if (start.n >= other_formats[i].n &&
		    memcmp(start.p, other_formats[i].magic, other_formats[i].n) == 0) {
			text_add(why, other_formats[i].what);
			return true;
		}
	if (has_pcap_magic(start)) {
		if (start.n >= 24)
			return false;
		text_addf(why, "it ends inside its file header, after %zu of 24 bytes", start.n);
	} else if (looks_like_text(start)) {
		text_add(why, "it is text, not a packet capture");
	} else {
		text_add(why, "it is not a packet capture: it begins like no format known here");
	}
	return true;
}

static bool open_source(struct capture_file *f, struct text *why)
{
	static const uint8_t section[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
	struct slice start = block_peek(f->block);

	if (slice_starts(start, (struct slice){ section, sizeof section })) {
		f->pcapng = capture_pcapng_open(f->block);
		return true;
	}
	if (block_trouble(f->block)) {
		text_addf(why, "%s", block_trouble(f->block));
		return false;
	}
	if (is_no_capture(start, block_packed(f->block), why))
		return false;
	f->classic = capture_classic_open(f->block, why);
	if (f->classic) {
		f->records = capture_classic_records(f->classic);
		f->record.frame.link_type = capture_classic_link_type(f->classic);
	}
	if (f->classic && f->run->filter)
		filter_prepare(f->run->filter, capture_classic_link_type(f->classic));
	return f->classic != NULL;
}

static enum err open_block(struct capture_file *f, struct text *why)
{
	const struct capture_file_run *run = f->run;

	if (!run->from)
		return block_open(&f->block, f->info->path, run->hasher, run->hash, why);
	f->block = block_over(*run->from, run->hasher);
	return ERR_OK;
}

struct capture_file *capture_file_open(struct capture_input *info,
				       const struct capture_file_run *run)
{
	struct capture_file *f = mem_zero(1, sizeof *f);
	struct text why = { 0 };

	f->info = info;
	f->run = run;
	if (open_block(f, &why)) {
		f->ended = true;
		capture_file_problem(info, 0, text_of(&why));
	} else if (!open_source(f, &why)) {
		capture_file_problem(info, 0, text_of(&why));
		capture_file_finish(f);
	} else {
		info->usable = true;
	}
	text_free(&why);
	return f;
}

static void note(struct capture_file *f, enum odd kind)
{
	if (!f->odd[kind].count++)
		f->odd[kind].first = f->info->packets;
}

static inline void count_times(struct capture_file *f, uint64_t ts_ns)
{
	struct capture_input *info = f->info;

	if (!f->timed) {
		info->first_ns = info->last_ns = ts_ns;
		f->timed = true;
	} else {
		if (ts_ns < f->before_ns)
			info->time_backwards++;
		if (ts_ns < info->first_ns)
			info->first_ns = ts_ns;
		if (ts_ns > info->last_ns)
			info->last_ns = ts_ns;
	}
	f->before_ns = ts_ns;
}

/* Captured and wire length against each other and the snap length: libpcap compares none. */
static void check_lengths(struct capture_file *f, struct frame *frame)
{
	size_t captured = frame->bytes.n;

	if (captured < frame->wire_len)
		f->info->snaplen_cut++;
	if (captured > frame->wire_len) {
		note(f, ODD_CAPTURED);
		frame->wire_len = (uint32_t)captured;
	}
	if (f->record.snaplen && captured > f->record.snaplen)
		note(f, ODD_SNAPLEN);
	/* No link carries it, no offload engine makes it. */
	if (frame->wire_len > SOURCE_CAPTURED_MAX)
		note(f, ODD_WIRE);
}

static bool passes(struct capture_file *f, const struct frame *frame)
{
	enum filter_answer a = filter_match(f->run->filter, frame);
	if (a == FILTER_UNABLE)
		note(f, ODD_UNFILTERED);
	return a == FILTER_PASS;
}

static void tell_oddities(struct capture_file *f)
{
	static const char *const what[ODD_KINDS] = {
		[ODD_CAPTURED] = "claims more captured bytes than were on the wire",
		[ODD_SNAPLEN] = "is longer than the snap length that the file declares",
		[ODD_WIRE] = "claims to have been longer than 262144 bytes on the wire",
		[ODD_TIME] = "has a time whose fraction is a second or more",
		[ODD_UNFILTERED] =
			"was left out: the capture filter has no meaning on its link type",
	};
	struct text t = { 0 };

	for (int kind = 0; kind < ODD_KINDS; kind++) {
		const struct oddity *o = &f->odd[kind];

		if (!o->count)
			continue;
		text_clear(&t);
		text_addf(&t, "frame %llu %s", (unsigned long long)o->first, what[kind]);
		if (o->count > 1)
			text_addf(&t, " (%llu such frames)", (unsigned long long)o->count);
		capture_file_problem(f->info, o->first, text_of(&t));
	}
	memset(f->odd, 0, sizeof f->odd);
	text_free(&t);
}

static void tell_break(struct capture_file *f, const struct source_break *end)
{
	const char *trouble = block_trouble(f->block);
	uint64_t seen = f->info->packets;
	bool in_frame = !trouble && end->in_frame;
	struct text t = { 0 };

	if (in_frame)
		text_addf(&t, "frame %llu %s", (unsigned long long)seen + 1, text_of(&end->why));
	else if (seen)
		text_addf(&t, "%s, after frame %llu", trouble ? trouble : text_of(&end->why),
			  (unsigned long long)seen);
	else
		text_addf(&t, "%s, before the first frame", trouble ? trouble : text_of(&end->why));
	capture_file_problem(f->info, in_frame ? seen + 1 : seen, text_of(&t));
	text_free(&t);
}

static void tell_refused_secrets(struct capture_file *f)
{
	uint64_t refused = f->pcapng ? capture_pcapng_secrets_refused(f->pcapng) : 0;
	struct text t = { 0 };

	if (!refused)
		return;
	text_addf(&t, "%llu blocks of decryption secrets were too large or broken and not used",
		  (unsigned long long)refused);
	capture_file_problem(f->info, 0, text_of(&t));
	text_free(&t);
}

/* A packed stream can break behind the last record that was wanted of it. */
static void end_of_frames(struct capture_file *f, enum source_step step,
			  const struct source_break *end)
{
	bool whole = step == SOURCE_END && !block_trouble(f->block);

	f->info->complete = whole && !f->odd[ODD_CAPTURED].count && !f->odd[ODD_TIME].count;
	tell_oddities(f);
	if (!whole)
		tell_break(f, end);
}

/* What is counted and checked of every record. False: the filter wants it not. */
static inline bool take_frame(struct capture_file *f, struct frame *frame, bool odd_time)
{
	frame->number = ++f->info->packets;
	frame->ts_ns += (uint64_t)f->info->offset_ns;
	if (!f->record.untimed)
		count_times(f, frame->ts_ns);
	if (odd_time)
		note(f, ODD_TIME);
	if (frame->bytes.n != frame->wire_len || frame->bytes.n > f->record.snaplen)
		check_lengths(f, frame);
	return !f->run->filter || passes(f, frame);
}

static inline enum source_step next_record(struct capture_file *f)
{
	if (f->records)
		return records_next(f->records, &f->record, &f->end);
	return f->classic ? capture_classic_next(f->classic, &f->record, &f->end)
			  : capture_pcapng_next(f->pcapng, &f->record, &f->end);
}

const struct frame *capture_file_next(struct capture_file *f)
{
	while (!f->ended) {
		enum source_step step = next_record(f);
		if (step != SOURCE_FRAME) {
			end_of_frames(f, step, &f->end);
			text_free(&f->end.why);
			capture_file_finish(f);
			break;
		}
		if (take_frame(f, &f->record.frame, f->record.odd_time))
			return &f->record.frame;
	}
	return NULL;
}

/*
 * Made where they will stay: a frame copied just after it was written is waited for. Of such a
 * file snap length and link type are those of the record before.
 */
size_t capture_file_more(struct capture_file *f, struct frame *out, size_t room)
{
	size_t n = 0;
	bool odd_time;

	while (n < room && f->records && records_more(f->records, &out[n], &odd_time)) {
		out[n].link_type = f->record.frame.link_type;
		n += take_frame(f, &out[n], odd_time);
	}
	return n;
}

bool capture_file_lends(const struct capture_file *f)
{
	return f->records != NULL;
}

void capture_file_finish(struct capture_file *f)
{
	if (!f->block) {
		f->ended = true;
		return;
	}
	tell_oddities(f);
	if (f->pcapng) {
		f->info->interface_drops = capture_pcapng_drops(f->pcapng);
		tell_refused_secrets(f);
		capture_pcapng_detach(f->pcapng);
	}
	capture_classic_close(f->classic);
	f->classic = NULL;
	f->records = NULL;
	/* A device that is no capture may go on for ever. */
	if (f->info->usable || !block_endless(f->block))
		block_finish(f->block, &f->info->bytes, f->info->sha256);
	block_close(f->block);
	f->block = NULL;
	f->ended = true;
}

uint64_t capture_file_drops(const struct capture_file *f)
{
	return f->pcapng ? capture_pcapng_drops(f->pcapng) : 0;
}

uint64_t capture_file_place(const struct capture_file *f)
{
	return f->block ? block_place(f->block) : f->info->bytes;
}

void capture_file_close(struct capture_file *f)
{
	if (!f)
		return;
	capture_classic_close(f->classic);
	capture_pcapng_close(f->pcapng);
	block_close(f->block);
	free(f);
}

size_t capture_file_secrets(const struct capture_file *f, const struct capture_secret **out)
{
	*out = NULL;
	return f && f->pcapng ? capture_pcapng_secrets(f->pcapng, out) : 0;
}
