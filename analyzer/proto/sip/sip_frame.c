/* sip_frame.c - cutting a byte stream into messages, keep-alives and junk. */
#include "analyzer/proto/sip/sip_frame.h"

#include <string.h>

#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_line.h"
#include "analyzer/proto/sip/sip_start.h"

static struct sip_frame more(size_t need, size_t seen)
{
	return (struct sip_frame){ .kind = SIP_FRAME_MORE, .need = need, .seen = seen };
}

static struct sip_frame keepalive(struct slice s)
{
	struct sip_frame f = { .kind = SIP_FRAME_KEEPALIVE };
	unsigned line_ends = 0;

	while (f.n < s.n && (s.p[f.n] == '\r' || s.p[f.n] == '\n'))
		line_ends += s.p[f.n++] == '\n';
	if (line_ends >= 2)
		f.flags |= SIP_FRAME_PING;
	return f;
}

/*
 * Drops whole lines up to one that is, or could become, a start line. A line is
 * never dropped in parts below SIP_START_MAX_LINE: its end might look like one.
 */
static struct sip_frame junk(struct slice s, uint32_t flags)
{
	struct sip_frame f = { .kind = SIP_FRAME_JUNK, .flags = flags };

	do {
		struct slice line = slice_upto(slice_from(s, f.n), SIP_START_MAX_LINE);
		size_t lf = slice_find(line, '\n');
		if (lf == line.n && line.n < SIP_START_MAX_LINE)
			break;
		f.n += lf < line.n ? lf + 1 : line.n;
		if (lf == line.n)
			break;
	} while (f.n < s.n && s.p[f.n] != '\r' && s.p[f.n] != '\n' &&
		 sip_start_of(slice_from(s, f.n)) == SIP_START_NOT);
	return f.n ? f : more(s.n + 1, 0);
}

/* Length of start line, headers and empty line; 0 when the empty line is not there yet. */
static size_t head_length(struct slice s, size_t from)
{
	while (from < s.n) {
		const uint8_t *lf = memchr(s.p + from, '\n', s.n - from);
		if (!lf)
			return 0;
		from = (size_t)(lf - s.p) + 1;
		if (from < s.n && s.p[from] == '\n')
			return from + 1;
		if (from + 1 < s.n && s.p[from] == '\r' && s.p[from + 1] == '\n')
			return from + 2;
	}
	return 0;
}

/* Content-Length of a header block. False: none, or none to be believed (flags say which). */
static bool declared_length(struct slice head, uint64_t *length, uint32_t *flags)
{
	struct slice rest = slice_from(head, slice_find(head, '\n') + 1);
	struct sip_line line;
	enum sip_line_kind kind;
	bool has = false;

	while ((kind = sip_line_next(&rest, &line)) != SIP_LINE_NONE) {
		uint64_t n;
		if (kind != SIP_LINE_HEADER || line.flags & SIP_LINE_BAD_NAME ||
		    sip_header_find(line.name) != SIP_HEADER_CONTENT_LENGTH)
			continue;
		if (!slice_number(line.value, UINT64_MAX, &n) || (has && n != *length)) {
			*flags |= SIP_FRAME_BAD_LENGTH;
			return false;
		}
		*length = n;
		has = true;
	}
	if (!has)
		*flags |= SIP_FRAME_NO_LENGTH;
	return has;
}

static struct sip_frame message(struct slice s, size_t head)
{
	struct sip_frame f = { .kind = SIP_FRAME_MESSAGE, .n = head, .head = head };
	uint64_t length;

	if (head > SIP_MAX_HEAD)
		return junk(s, SIP_FRAME_HEAD_OVER);
	if (!declared_length(slice_upto(s, head), &length, &f.flags))
		return f;
	if (length > SIP_MAX_BODY) {
		f.flags |= SIP_FRAME_BODY_OVER;
		return f;
	}
	f.n += (size_t)length;
	/* Ten octets back is before the empty line whatever its form: it is found again at once. */
	return f.n <= s.n ? f : more(f.n, head > 10 ? head - 10 : 0);
}

struct sip_frame sip_frame_next(struct slice stream, size_t seen)
{
	if (!stream.n)
		return more(1, 0);
	if (stream.p[0] == '\r' || stream.p[0] == '\n')
		return keepalive(stream);
	/* What was seen before and is a message by its first line need not be looked at again. */
	enum sip_start_kind kind = seen ? SIP_START_WHOLE : sip_start_of(stream);
	if (kind == SIP_START_NOT)
		return junk(stream, 0);
	if (kind == SIP_START_MAYBE)
		return more(stream.n + 1, 0);
	size_t head = head_length(stream, seen);
	if (head)
		return message(stream, head);
	if (stream.n >= SIP_MAX_HEAD)
		return junk(stream, SIP_FRAME_HEAD_OVER);
	/* The empty line may have begun in the last three octets: LF, CR. */
	return more(stream.n + 1, stream.n > 3 ? stream.n - 3 : 0);
}
