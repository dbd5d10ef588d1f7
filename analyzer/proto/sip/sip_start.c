/* sip_start.c - the first line of a message. */
#include "analyzer/proto/sip/sip_start.h"

#include "analyzer/proto/sip/sip_text.h"

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct slice trim_end(struct slice s)
{
	while (s.n && sip_text_is(s.p[s.n - 1], SIP_TEXT_SPACE))
		s.n--;
	return s;
}

/* "SIP/2.0 ddd", or as much of it as there is. */
static enum sip_start_kind status_of(struct slice s)
{
	const struct slice version = SLICE("SIP/2.0 ");
	size_t n = s.n < version.n ? s.n : version.n;

	if (!slice_ieq(slice_upto(s, n), slice_upto(version, n)))
		return SIP_START_NOT;
	for (size_t i = n; i < s.n && i < version.n + 3; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return SIP_START_NOT;
	return s.n >= version.n + 3 ? SIP_START_WHOLE : SIP_START_MAYBE;
}

static bool ends_in_version(struct slice line)
{
	const struct slice version = SLICE("SIP/2.0");

	line = trim_end(line);
	return line.n > version.n + 1 && slice_ieq(slice_from(line, line.n - version.n), version) &&
	       blank(line.p[line.n - version.n - 1]);
}

/* "METHOD uri SIP/2.0": no control characters, the version at the end of the line. */
static enum sip_start_kind request_of(struct slice s)
{
	struct slice rest = slice_upto(s, SIP_START_MAX_METHOD + 1);
	size_t method = sip_text_token(&rest).n;

	if (!method || method > SIP_START_MAX_METHOD)
		return SIP_START_NOT;
	if (method == s.n)
		return SIP_START_MAYBE;
	if (s.p[method] != ' ' || s.p[0] == '%')
		return SIP_START_NOT;
	for (size_t i = method; i < s.n && i < SIP_START_MAX_LINE; i++) {
		if (s.p[i] == '\n')
			return ends_in_version(slice_from(slice_upto(s, i), method))
				       ? SIP_START_WHOLE
				       : SIP_START_NOT;
		if (sip_text_is(s.p[i], SIP_TEXT_CONTROL))
			return SIP_START_NOT;
	}
	return s.n < SIP_START_MAX_LINE ? SIP_START_MAYBE : SIP_START_NOT;
}

enum sip_start_kind sip_start_of(struct slice bytes)
{
	while (bytes.n && (bytes.p[0] == '\r' || bytes.p[0] == '\n'))
		bytes = slice_from(bytes, 1);
	if (!bytes.n)
		return SIP_START_MAYBE;
	enum sip_start_kind kind = status_of(bytes);
	return kind == SIP_START_NOT ? request_of(bytes) : kind;
}

static struct slice skip_blank(struct slice s, size_t *skipped)
{
	size_t n = 0;

	while (n < s.n && blank(s.p[n]))
		n++;
	*skipped = n;
	return slice_from(s, n);
}

static bool is_version(struct slice s)
{
	return slice_istarts(s, SLICE("SIP/")) && s.n > 4;
}

static bool parse_status(struct slice line, struct sip_start *out)
{
	size_t space = slice_find(line, ' '), skipped, n = 0;
	uint64_t status;

	out->version = slice_upto(line, space);
	struct slice rest = skip_blank(slice_from(line, space), &skipped);
	out->odd_space = skipped != 1;
	while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9')
		n++;
	if (!n)
		return false;
	if (n == 3 && slice_number(slice_upto(rest, n), 999, &status))
		out->status = (uint16_t)status;
	/* RFC 4475 3.1.1.13: the SP stays when there is no reason phrase. */
	if (n == rest.n || rest.p[n] != ' ')
		out->odd_space = true;
	out->reason = sip_text_trim(slice_from(rest, n));
	return true;
}

static bool parse_request(struct slice line, struct sip_start *out)
{
	struct slice rest = line, end = trim_end(line);
	size_t skipped, at = end.n;

	out->is_request = true;
	out->odd_space = end.n != line.n;
	out->method = sip_text_token(&rest);
	rest = skip_blank(rest, &skipped);
	if (!out->method.n || !skipped)
		return false;
	out->odd_space |= skipped != 1;
	while (at > 0 && !blank(end.p[at - 1]))
		at--;
	out->version = slice_from(end, at);
	if (!is_version(out->version) || end.p + at <= rest.p)
		return false;
	struct slice before = { rest.p, (size_t)(end.p + at - rest.p) };
	out->uri = trim_end(before);
	out->odd_space |= before.n - out->uri.n != 1;
	return out->uri.n > 0;
}

bool sip_start_parse(struct slice line, struct sip_start *out)
{
	*out = (struct sip_start){ .is_request = false };
	return is_version(line) ? parse_status(line, out) : parse_request(line, out);
}
