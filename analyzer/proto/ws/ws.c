/* ws.c - WebSocket: the upgrade and the frames. */
#include "analyzer/proto/ws/ws.h"

#include <string.h>

#include "analyzer/base/cursor.h"

enum { CONTROL = 8, CONTROL_MAX = 125, LENGTH_16 = 126, LENGTH_64 = 127 };

/* ---- the head ------------------------------------------------------------------- */

static bool begins(struct slice s, struct slice with)
{
	size_t n = s.n < with.n ? s.n : with.n;

	return memcmp(s.p, with.p, n) == 0;
}

bool ws_looks_like(struct slice s)
{
	return s.n && (begins(s, SLICE("GET ")) || begins(s, SLICE("HTTP/1.1 101")));
}

/* Up to the end of the line, which is cut off; a bare LF is taken too. */
static bool line_next(struct slice *rest, struct slice *line)
{
	const uint8_t *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*line = slice_upto(*rest, (size_t)(end - rest->p));
	*rest = slice_from(*rest, line->n + 1);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static bool field(struct slice line, struct slice name, struct slice *value)
{
	if (line.n <= name.n || line.p[name.n] != ':' || !slice_ieq(slice_upto(line, name.n), name))
		return false;
	*value = slice_trim(slice_from(line, name.n + 1));
	return true;
}

bool ws_lists(struct slice list, struct slice name)
{
	struct slice one;

	while (slice_cut(&list, ',', &one))
		if (slice_ieq(slice_trim(one), name))
			return true;
	return false;
}

static void read_field(struct slice line, struct ws_head *out)
{
	struct slice value;

	if (field(line, SLICE("Upgrade"), &value))
		out->upgrade |= ws_lists(value, SLICE("websocket"));
	else if (field(line, SLICE("Sec-WebSocket-Protocol"), &value))
		out->protocols = value;
}

/* A head may come octet by octet: its fields are not read before its end is here. */
static bool has_end(struct slice s)
{
	return s.n && (memmem(s.p, s.n, "\n\r\n", 3) || memmem(s.p, s.n, "\n\n", 2));
}

enum err ws_head(struct slice s, struct ws_head *out)
{
	struct slice rest = slice_upto(s, s.n < WS_HEAD_MAX ? s.n : WS_HEAD_MAX), line;

	*out = (struct ws_head){ .n = 0 };
	if (!ws_looks_like(s))
		return ERR_MALFORMED;
	if (!has_end(rest))
		return s.n >= WS_HEAD_MAX ? ERR_LIMIT : ERR_TRUNCATED;
	out->request = s.p[0] == 'G';
	while (line_next(&rest, &line)) {
		if (line.n == 0) {
			out->n = (size_t)(rest.p - s.p);
			return ERR_OK;
		}
		read_field(line, out);
	}
	return s.n >= WS_HEAD_MAX ? ERR_LIMIT : ERR_TRUNCATED;
}

/* ---- frames ------------------------------------------------------------------------ */

static uint64_t length_of(struct cursor *c, uint8_t first)
{
	uint64_t high;

	if (first < LENGTH_16)
		return first;
	if (first == LENGTH_16)
		return cursor_u16(c);
	high = cursor_u32(c);
	return high << 32 | cursor_u32(c);
}

static bool known(uint8_t opcode)
{
	return opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
}

static enum err header(struct cursor *c, struct ws_frame *out, uint64_t *n)
{
	size_t here = c->left.n;
	uint8_t first = cursor_u8(c), second = cursor_u8(c);

	*n = length_of(c, second & 0x7f);

	*out = (struct ws_frame){ .opcode = first & 0x0f,
				  .rsv = first >> 4 & 7,
				  .fin = first & 0x80,
				  .masked = second & 0x80 };
	if (here >= 2 && (!known(out->opcode) ||
			  (out->opcode >= CONTROL && (!out->fin || (second & 0x7f) > CONTROL_MAX))))
		return ERR_MALFORMED;
	if (!c->short_read && *n > WS_FRAME_MAX)
		return ERR_LIMIT;
	if (out->masked) {
		struct slice mask = cursor_take(c, sizeof out->mask);
		if (mask.n)
			memcpy(out->mask, mask.p, sizeof out->mask);
	}
	return c->short_read ? ERR_TRUNCATED : ERR_OK;
}

enum err ws_next(struct slice *stream, struct ws_frame *out)
{
	struct cursor c = cursor_over(*stream);
	uint64_t n;
	enum err e = header(&c, out, &n);

	if (e != ERR_OK)
		return e;
	out->payload = cursor_take(&c, (size_t)n);
	if (c.short_read)
		return ERR_TRUNCATED;
	*stream = c.left;
	return ERR_OK;
}

enum err ws_peek(struct slice stream, struct ws_frame *out)
{
	struct cursor c = cursor_over(stream);
	uint64_t n;
	enum err e = header(&c, out, &n);

	if (e == ERR_OK)
		out->payload = slice_upto(c.left, (size_t)n);
	return e;
}

void ws_unmask(const struct ws_frame *f, uint8_t *to)
{
	for (size_t i = 0; i < f->payload.n; i++)
		to[i] = f->masked ? f->payload.p[i] ^ f->mask[i & 3] : f->payload.p[i];
}
