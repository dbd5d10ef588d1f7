/* msrp.c - MSRP chunks: start line, headers, body up to the end line. */
#include "analyzer/proto/media/msrp.h"

#include <string.h>

enum { TID_MIN = 4, METHOD_MAX = 16, END_DASHES = 7 };

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* RFC 4975 section 9 asks for 4 characters and more; some senders use fewer than that. */
static bool tid_ok(struct slice s)
{
	if (s.n == 0 || s.n > MSRP_TID_MAX || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !memchr(".-+%=", s.p[i], 5))
			return false;
	return true;
}

static bool method_ok(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
	return s.n > 0 && s.n <= METHOD_MAX;
}

/* Cuts a line off, without its CRLF. False: no LF yet. */
static bool take_line(struct slice *rest, struct slice *line)
{
	size_t at = slice_find(*rest, '\n');

	if (at == rest->n)
		return false;
	*line = slice_upto(*rest, at);
	*rest = slice_from(*rest, at + 1);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static enum err start_line(struct slice line, struct msrp_message *out)
{
	struct slice word;
	uint64_t status = 0;

	if (!slice_cut(&line, ' ', &word) || !slice_eq(word, SLICE("MSRP")))
		return ERR_MALFORMED;
	if (!slice_cut(&line, ' ', &out->tid) || !tid_ok(out->tid))
		return ERR_MALFORMED;
	if (!slice_cut(&line, ' ', &word))
		return ERR_MALFORMED;
	if (word.n == 3 && slice_number(word, 999, &status)) {
		out->status = (uint16_t)status;
		return ERR_OK;
	}
	out->method = word;
	return method_ok(word) && line.n == 0 ? ERR_OK : ERR_MALFORMED;
}

bool msrp_looks_like(struct slice stream)
{
	struct msrp_message message = { 0 };
	struct slice head = slice_upto(stream, 128), line;

	return slice_starts(head, SLICE("MSRP ")) && take_line(&head, &line) &&
	       start_line(line, &message) == ERR_OK;
}

/* "-------" tid flag, alone on its line. */
static bool end_line(struct slice line, struct msrp_message *out)
{
	if (line.n != END_DASHES + out->tid.n + 1 || !slice_starts(line, SLICE("-------")))
		return false;
	char flag = (char)line.p[line.n - 1];
	if (!slice_eq(slice_upto(slice_from(line, END_DASHES), out->tid.n), out->tid) ||
	    (flag != '$' && flag != '+' && flag != '#'))
		return false;
	out->flag = flag;
	return true;
}

static void take_header(struct slice line, struct msrp_message *out)
{
	const struct {
		struct slice name;
		struct slice *value;
	} known[] = {
		{ SLICE("To-Path"), &out->to_path },
		{ SLICE("From-Path"), &out->from_path },
		{ SLICE("Message-ID"), &out->message_id },
		{ SLICE("Byte-Range"), &out->byte_range },
		{ SLICE("Content-Type"), &out->content_type },
	};
	size_t colon = slice_find(line, ':');
	struct slice name = slice_upto(line, colon);

	out->headers++;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_ieq(name, known[i].name) && known[i].value->n == 0)
			*known[i].value = slice_trim(slice_from(line, colon + 1));
}

/* ERR_OK: `rest` stands after the head; *ended: the end line came without a body. */
static enum err take_head(struct slice *rest, struct msrp_message *out, bool *ended)
{
	struct slice line, whole = *rest;
	enum err e;

	*ended = false;
	if (!slice_starts(slice_upto(whole, 5), slice_upto(SLICE("MSRP "), whole.n)))
		return ERR_MALFORMED;
	if (!take_line(rest, &line))
		return whole.n > MSRP_HEAD_MAX ? ERR_LIMIT : ERR_TRUNCATED;
	e = start_line(line, out);
	while (!e && take_line(rest, &line)) {
		if (whole.n - rest->n > MSRP_HEAD_MAX || out->headers == MSRP_HEADERS_MAX)
			return ERR_LIMIT;
		if (line.n == 0)
			return ERR_OK;
		*ended = end_line(line, out);
		if (*ended)
			return ERR_OK;
		take_header(line, out);
	}
	if (!e)
		e = whole.n > MSRP_HEAD_MAX ? ERR_LIMIT : ERR_TRUNCATED;
	return e;
}

/* The body ends where CRLF and the end line of this transaction stand (RFC 4975 7.1). */
static enum err take_body(struct slice *rest, struct msrp_message *out)
{
	struct slice left = slice_upto(*rest, MSRP_MESSAGE_MAX), line;
	struct slice whole = left;

	for (;;) {
		size_t at = whole.n - left.n;
		if (!take_line(&left, &line))
			return rest->n >= MSRP_MESSAGE_MAX ? ERR_LIMIT : ERR_TRUNCATED;
		if (!end_line(line, out))
			continue;
		out->body = slice_upto(whole, at >= 2 ? at - 2 : 0);
		*rest = slice_from(*rest, whole.n - left.n);
		return ERR_OK;
	}
}

/* Could a line that ends at `lf` be an end line? */
static bool may_end(struct slice stream, size_t head, size_t lf)
{
	const size_t longest = END_DASHES + MSRP_TID_MAX + 2; /* flag and CR */
	size_t from = lf > head + longest ? lf - longest : head;

	for (size_t at = lf; at > from; at--)
		if (stream.p[at - 1] == '\n')
			return slice_starts(slice_from(stream, at), SLICE("-------"));
	return from == head && slice_starts(slice_from(stream, head), SLICE("-------"));
}

bool msrp_ends(struct slice stream, size_t head, size_t seen)
{
	if (head == 0 || stream.n - head >= MSRP_MESSAGE_MAX)
		return true;
	for (size_t at = seen > head ? seen : head; at < stream.n; at++) {
		at += slice_find(slice_from(stream, at), '\n');
		if (at < stream.n && may_end(stream, head, at))
			return true;
	}
	return false;
}

enum err msrp_next(struct slice *stream, struct msrp_message *out)
{
	struct slice rest = *stream;
	bool ended;

	*out = (struct msrp_message){ 0 };
	enum err e = take_head(&rest, out, &ended);
	if (!e && !ended) {
		out->head = stream->n - rest.n;
		e = take_body(&rest, out);
	}
	if (!e)
		*stream = rest;
	return e;
}
