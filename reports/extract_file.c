/* extract_file.c - three kinds of pcapng blocks (draft-ietf-opsawg-pcapng), little endian. */
#include "reports/extract_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, RAW = 101, SNAPLEN = 65535 };
enum { OPTION_END = 0, OPTION_COMMENT = 1, IF_NAME = 2, IF_TSRESOL = 9, NANOSECONDS = 9 };
enum { LABEL_MAX = 1024, BLOCK_MAX = EXTRACT_MOST + 1024 };

/* Part of earshot.bundle/1: the reader takes these words alone. New ones may be added. */
static const char *const words[EXTRACT_KINDS] = {
	"not understood, nothing kept",
	"payload taken out",
	"SIP, written anew with what the report shows",
	"RTP, media taken out",
	"RTCP, first header only",
	"handshake, as it was",
	"records, only the handshake was kept",
	"ZRTP, up to the name of the message",
	"STUN, header only",
};

const char *extract_file_words(enum extract_kept kept)
{
	return words[kept];
}

/* ---- writing ---------------------------------------------------------------------- */

static void add32(struct text *t, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	text_add_slice(t, (struct slice){ b, sizeof b });
}

static void add16(struct text *t, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	text_add_slice(t, (struct slice){ b, sizeof b });
}

static void pad(struct text *t)
{
	static const uint8_t zeros[3];

	text_add_slice(t, (struct slice){ zeros, (4 - t->n % 4) % 4 });
}

static void option(struct text *t, uint16_t code, struct slice value)
{
	add16(t, code);
	add16(t, (uint16_t)value.n);
	text_add_slice(t, value);
	pad(t);
}

/* *body is aligned; the whole block is added to *t. */
static void block(struct text *t, uint32_t type, const struct text *body)
{
	uint32_t length = (uint32_t)body->n + 12;

	add32(t, type);
	add32(t, length);
	text_add_slice(t, text_slice(body));
	add32(t, length);
}

static void head(struct text *t, const char *label)
{
	const uint8_t resolution = NANOSECONDS;
	struct text body = { 0 };

	add32(&body, 0x1a2b3c4d);
	add16(&body, 1);
	add16(&body, 0);
	add32(&body, UINT32_MAX); /* the section's length is not given */
	add32(&body, UINT32_MAX);
	block(t, SECTION, &body);
	text_clear(&body);
	add16(&body, RAW);
	add16(&body, 0);
	add32(&body, SNAPLEN);
	option(&body, IF_NAME, slice_upto(slice_of(label), LABEL_MAX));
	option(&body, IF_TSRESOL, (struct slice){ &resolution, 1 });
	add32(&body, OPTION_END);
	block(t, INTERFACE, &body);
	text_free(&body);
}

static void packet(struct text *t, const struct extract_frame *f)
{
	struct text body = { 0 }, comment = { 0 };

	add32(&body, 0);
	add32(&body, (uint32_t)(f->ts_ns >> 32));
	add32(&body, (uint32_t)f->ts_ns);
	add32(&body, (uint32_t)f->bytes.n);
	add32(&body, f->wire_len);
	text_add_slice(&body, f->bytes);
	pad(&body);
	text_addf(&comment, "frame %" PRIu64 ": %s", f->frame, words[f->kept]);
	option(&body, OPTION_COMMENT, slice_of(text_of(&comment)));
	add32(&body, OPTION_END);
	block(t, PACKET, &body);
	text_free(&comment);
	text_free(&body);
}

static bool put(FILE *out, struct text *t)
{
	bool good = fwrite(t->p, 1, t->n, out) == t->n;

	text_free(t);
	return good;
}

bool extract_file_begin(FILE *out, const char *label)
{
	struct text t = { 0 };

	head(&t, label);
	return put(out, &t);
}

bool extract_file_frame(FILE *out, const struct extract_frame *f)
{
	struct text t = { 0 };

	packet(&t, f);
	return put(out, &t);
}

/* ---- reading ---------------------------------------------------------------------- */

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* What was read is written again: equal bytes, or it was not written here. Cuts it off. */
static bool is_written_so(struct slice *rest, struct text *again)
{
	struct slice want = text_slice(again);
	bool same = slice_starts(*rest, want);

	*rest = slice_from(*rest, want.n);
	text_free(again);
	return same;
}

enum err extract_file_open(struct extract_file *f, struct slice whole)
{
	enum { SECTION_LENGTH = 28, NAME_AT = SECTION_LENGTH + 16 };
	struct text again = { 0 };

	*f = (struct extract_file){ .rest = whole };
	if (whole.n < NAME_AT + 4)
		return ERR_MALFORMED;
	size_t n = whole.p[NAME_AT + 2] | (size_t)whole.p[NAME_AT + 3] << 8;
	struct slice label = slice_from(whole, NAME_AT + 4);
	if (n > LABEL_MAX || n > label.n || memchr(label.p, 0, n))
		return ERR_MALFORMED;
	text_add_slice(&f->label, slice_upto(label, n));
	head(&again, text_of(&f->label));
	return is_written_so(&f->rest, &again) ? ERR_OK : ERR_MALFORMED;
}

/* "frame 12: words" */
static bool read_comment(struct slice s, struct extract_frame *out)
{
	struct slice rest = s, number;

	if (!slice_starts(rest, SLICE("frame ")))
		return false;
	rest = slice_from(rest, 6);
	if (!slice_cut(&rest, ':', &number) || !slice_number(number, INT64_MAX, &out->frame) ||
	    !slice_starts(rest, SLICE(" ")))
		return false;
	for (int k = 0; k < EXTRACT_KINDS; k++)
		if (slice_eq(slice_from(rest, 1), slice_of(words[k]))) {
			out->kept = (enum extract_kept)k;
			return true;
		}
	return false;
}

enum err extract_file_next(struct extract_file *f, struct extract_frame *out)
{
	enum { FIXED = 28, COMMENT_HEAD = 4 };
	struct slice s = f->rest;
	struct text again = { 0 };

	if (!s.n)
		return ERR_TRUNCATED;
	if (s.n < FIXED + COMMENT_HEAD)
		return ERR_MALFORMED;
	uint32_t n = get32(s.p + 20), length = get32(s.p + 4);
	size_t comment = FIXED + (((size_t)n + 3) & ~(size_t)3);
	if (n > EXTRACT_MOST || length > BLOCK_MAX || length > s.n ||
	    comment + COMMENT_HEAD > length)
		return ERR_MALFORMED;
	size_t words_n = s.p[comment + 2] | (size_t)s.p[comment + 3] << 8;
	*out = (struct extract_frame){ .ts_ns = (uint64_t)get32(s.p + 12) << 32 | get32(s.p + 16),
				       .bytes = { s.p + FIXED, n },
				       .wire_len = get32(s.p + 24) };
	struct slice said = slice_upto(slice_from(s, comment + COMMENT_HEAD), words_n);
	if (!read_comment(said, out))
		return ERR_MALFORMED;
	packet(&again, out);
	if (!is_written_so(&f->rest, &again))
		return ERR_MALFORMED;
	f->read++;
	return ERR_OK;
}

void extract_file_close(struct extract_file *f)
{
	text_free(&f->label);
}
