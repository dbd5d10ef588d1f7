/* sip_line.c - one memchr per line. */
#include "analyzer/proto/sip/sip_line.h"

#include <string.h>

#include "analyzer/proto/sip/sip_text.h"

/* Eight octets at once: is one of them below 0x20, or 0x7f? May say yes wrongly, never no. */
static bool word_suspect(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t w;

	memcpy(&w, p, sizeof w);
	uint64_t del = w ^ (ones * 0x7f);
	uint64_t low = (w - ones * 0x20) & ~w;

	return ((low | ((del - ones) & ~del)) & high) != 0;
}

bool sip_line_control(struct slice s)
{
	size_t i = 0;

	while (i < s.n) {
		if (s.n - i >= 8 && !word_suspect(s.p + i)) {
			i += 8;
			continue;
		}
		size_t end = s.n - i >= 8 ? i + 8 : s.n;
		for (; i < end; i++)
			if (sip_text_is(s.p[i], SIP_TEXT_CONTROL))
				return true;
	}
	return false;
}

/* Length of the line at `at` without its end; *next is where the following one begins. */
static size_t line_length(struct slice s, size_t at, size_t *next, uint8_t *flags)
{
	const uint8_t *lf = memchr(s.p + at, '\n', s.n - at);

	if (!lf) {
		*flags |= SIP_LINE_UNENDED;
		*next = s.n;
		return s.n - at;
	}
	size_t n = (size_t)(lf - s.p) - at;
	*next = at + n + 1;
	if (n && s.p[at + n - 1] == '\r')
		return n - 1;
	*flags |= SIP_LINE_BARE_LF;
	return n;
}

/* A name is a token and may have SP or HTAB before its colon (HCOLON, RFC 3261 25.1). */
static enum sip_line_kind split(struct slice line, struct sip_line *out)
{
	struct slice rest = line;

	out->name = sip_text_token(&rest);
	while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t'))
		rest = slice_from(rest, 1);
	if (!rest.n || rest.p[0] != ':') {
		size_t colon = slice_find(line, ':');
		if (colon == line.n)
			return SIP_LINE_SKIPPED;
		out->name = sip_text_trim(slice_upto(line, colon));
		out->flags |= SIP_LINE_BAD_NAME;
		rest = slice_from(line, colon);
	}
	out->value = sip_text_trim(slice_from(rest, 1));
	return out->name.n ? SIP_LINE_HEADER : SIP_LINE_SKIPPED;
}

enum sip_line_kind sip_line_next(struct slice *rest, struct sip_line *out)
{
	struct slice s = *rest;
	size_t next = 0;

	out->flags = 0;
	if (!s.n)
		return SIP_LINE_NONE;
	size_t end = line_length(s, 0, &next, &out->flags);
	if (end == 0) {
		*rest = slice_from(s, next);
		return SIP_LINE_BLANK;
	}
	while (next < s.n && (s.p[next] == ' ' || s.p[next] == '\t')) {
		size_t at = next;
		end = at + line_length(s, at, &next, &out->flags);
	}
	*rest = slice_from(s, next);
	s.n = end;
	if (sip_line_control(s))
		out->flags |= SIP_LINE_CONTROL;
	return split(s, out);
}
