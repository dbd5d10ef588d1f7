/* sip.c - a message cut in one walk over its lines. */
#include "analyzer/proto/sip/sip.h"

#include <string.h>

#include "analyzer/proto/sip/sip_line.h"
#include "analyzer/proto/sip/sip_start.h"
#include "analyzer/proto/sip/sip_field.h"
#include "analyzer/proto/sip/sip_text.h"

enum { MAX_CSEQ = 0x7fffffff };

bool sip_looks_like(struct slice bytes)
{
	return sip_start_of(bytes) == SIP_START_WHOLE;
}

static void note_uri(struct sip_message *m, struct slice uri)
{
	if (uri.n > 1 && uri.p[0] == '<' && uri.p[uri.n - 1] == '>') {
		m->lax |= SIP_LAX_URI_BRACKETS;
		uri = slice_upto(slice_from(uri, 1), uri.n - 2);
	}
	if (sip_uri_parse(uri, &m->uri) || m->uri.flags & SIP_URI_HAS_HEADERS)
		m->lax |= SIP_LAX_BAD_URI;
	if (m->uri.flags & SIP_URI_BAD_CHAR)
		m->lax |= SIP_LAX_URI_SPACE;
	if (m->uri.scheme == SIP_URI_OTHER || m->uri.scheme == SIP_URI_NONE)
		m->lax |= SIP_LAX_URI_SCHEME;
}

static enum err note_start(struct sip_message *m)
{
	struct sip_start s;

	if (!sip_start_parse(m->start_line, &s)) {
		m->broken = SIP_BROKEN_START_LINE;
		return ERR_MALFORMED;
	}
	m->is_request = s.is_request;
	m->version = s.version;
	m->method_text = s.method;
	m->reason = s.reason;
	m->status = s.status;
	if (s.odd_space)
		m->lax |= SIP_LAX_START_SPACE;
	if (s.is_request) {
		m->method = sip_method_of(s.method);
		note_uri(m, s.uri);
	} else if (s.status < 100 || s.status > 699) {
		m->lax |= SIP_LAX_BAD_STATUS;
	}
	if (slice_ieq(s.version, SLICE("SIP/2.0")))
		return ERR_OK;
	m->broken = SIP_BROKEN_VERSION;
	return ERR_UNSUPPORTED;
}

static void note_address(struct sip_message *m, struct slice value, struct sip_addr *out)
{
	if (sip_addr_parse(value, out) || out->flags & SIP_ADDR_BAD_URI)
		m->lax |= SIP_LAX_BAD_ADDR;
	if (out->flags & (SIP_ADDR_OPEN_QUOTE | SIP_ADDR_OPEN_ANGLE))
		m->lax |= SIP_LAX_OPEN_QUOTE;
	if (out->flags & SIP_ADDR_BAD_NAME)
		m->lax |= SIP_LAX_BAD_NAME;
	if (out->flags & SIP_ADDR_PADDED || out->uri.flags & SIP_URI_BAD_CHAR)
		m->lax |= SIP_LAX_URI_SPACE;
}

static void note_list(struct sip_message *m, struct slice rest, struct sip_list *list, uint32_t cap)
{
	struct slice value;

	while (sip_text_value(&rest, &value)) {
		if (list->n == SIP_MAX_LIST) {
			m->caps |= cap;
			return;
		}
		note_address(m, value, &list->v[list->n++]);
	}
}

static void note_vias(struct sip_message *m, struct slice rest)
{
	struct slice value;

	while (sip_text_value(&rest, &value)) {
		if (m->via_n == SIP_MAX_VIA) {
			m->caps |= SIP_CAP_VIA;
			return;
		}
		if (sip_via_parse(value, &m->via[m->via_n++]))
			m->lax |= SIP_LAX_BAD_VIA;
	}
}

static void note_cseq(struct sip_message *m, struct slice value)
{
	uint64_t number = 0;
	size_t n = 0;

	while (n < value.n && !sip_text_is(value.p[n], SIP_TEXT_SPACE))
		n++;
	/* RFC 3261 8.1.1.5: less than 2^31. */
	if (!slice_number(slice_upto(value, n), MAX_CSEQ, &number))
		m->lax |= SIP_LAX_BAD_CSEQ;
	m->cseq = (uint32_t)number;
	m->cseq_method_text = sip_text_trim(slice_from(value, n));
	if (!sip_text_is_token(m->cseq_method_text))
		m->lax |= SIP_LAX_BAD_CSEQ;
	m->cseq_method = sip_method_of(m->cseq_method_text);
}

/* Leading zeros and surrounding space are fine; a sign, a list, or text is not. */
static void note_length(struct sip_message *m, struct slice value)
{
	uint64_t n;

	if (!slice_number(value, UINT64_MAX, &n)) {
		m->lax |= SIP_LAX_LENGTH_BAD;
		return;
	}
	if (m->has_length && m->length != n)
		m->lax |= SIP_LAX_LENGTH_BAD;
	m->length = m->has_length ? m->length : n;
	m->has_length = true;
}

static uint32_t note_number(struct sip_message *m, struct slice value, uint64_t max, bool *has)
{
	uint64_t n = 0;

	if (sip_field_number(value, max, &n))
		m->lax |= SIP_LAX_BAD_NUMBER;
	else
		*has = true;
	return (uint32_t)n;
}

/* Headers that may stand only once; the first is the one read. */
static void note_single(struct sip_message *m, enum sip_header_id id, struct slice value)
{
	bool ignored;

	switch (id) {
	case SIP_HEADER_FROM:
		note_address(m, value, &m->from);
		break;
	case SIP_HEADER_TO:
		note_address(m, value, &m->to);
		break;
	case SIP_HEADER_CALL_ID:
		m->call_id = value;
		break;
	case SIP_HEADER_CSEQ:
		note_cseq(m, value);
		break;
	case SIP_HEADER_MAX_FORWARDS:
		m->max_forwards = (uint8_t)note_number(m, value, 255, &m->has_max_forwards);
		break;
	case SIP_HEADER_EXPIRES:
		m->expires = note_number(m, value, UINT32_MAX, &m->has_expires);
		break;
	case SIP_HEADER_SESSION_EXPIRES:
		(void)note_number(m, value, UINT32_MAX, &m->has_session_expires);
		break;
	case SIP_HEADER_RSEQ:
		(void)note_number(m, value, UINT32_MAX, &ignored);
		break;
	case SIP_HEADER_CONTENT_TYPE:
		m->content_type = value;
		break;
	case SIP_HEADER_CONTENT_ENCODING:
		m->content_encoding = value;
		break;
	default:
		break;
	}
}

static bool is_single(enum sip_header_id id)
{
	switch (id) {
	case SIP_HEADER_FROM:
	case SIP_HEADER_TO:
	case SIP_HEADER_CALL_ID:
	case SIP_HEADER_CSEQ:
	case SIP_HEADER_MAX_FORWARDS:
	case SIP_HEADER_EXPIRES:
	case SIP_HEADER_SESSION_EXPIRES:
	case SIP_HEADER_RSEQ:
	case SIP_HEADER_CONTENT_TYPE:
	case SIP_HEADER_CONTENT_LENGTH:
	case SIP_HEADER_CONTENT_ENCODING:
		return true;
	default:
		return false;
	}
}

static void note_value(struct sip_message *m, enum sip_header_id id, struct slice value)
{
	switch (id) {
	case SIP_HEADER_VIA:
		note_vias(m, value);
		break;
	case SIP_HEADER_CONTACT:
		note_list(m, value, &m->contact, SIP_CAP_CONTACT);
		break;
	case SIP_HEADER_ROUTE:
		note_list(m, value, &m->route, SIP_CAP_ROUTE);
		break;
	case SIP_HEADER_RECORD_ROUTE:
		note_list(m, value, &m->record_route, SIP_CAP_RECORD_ROUTE);
		break;
	case SIP_HEADER_PATH:
		note_list(m, value, &m->path, SIP_CAP_PATH);
		break;
	case SIP_HEADER_SERVICE_ROUTE:
		note_list(m, value, &m->service_route, SIP_CAP_SERVICE_ROUTE);
		break;
	case SIP_HEADER_CONTENT_LENGTH:
		note_length(m, value);
		break;
	default:
		break;
	}
}

static void note_header(struct sip_message *m, const struct sip_line *line)
{
	enum sip_header_id id =
		line->flags & SIP_LINE_BAD_NAME ? SIP_HEADER_OTHER : sip_header_find(line->name);
	bool first = m->first[id] == 0;

	if (m->header_n == SIP_MAX_HEADERS) {
		m->caps |= SIP_CAP_HEADERS;
	} else {
		m->headers[m->header_n++] = (struct sip_header){ line->name, line->value, id };
		if (first)
			m->first[id] = (uint8_t)m->header_n;
	}
	if (!is_single(id)) {
		note_value(m, id, line->value);
		return;
	}
	/* Past the generic list the seen-before mark of `first` is missing: 255 stands in. */
	if (m->first[id] == 0)
		m->first[id] = UINT8_MAX;
	if (!first)
		m->lax |= SIP_LAX_REPEATED;
	if (id == SIP_HEADER_CONTENT_LENGTH)
		note_length(m, line->value);
	else if (first)
		note_single(m, id, line->value);
}

static void note_line_flags(struct sip_message *m, uint8_t flags)
{
	if (flags & SIP_LINE_BARE_LF)
		m->lax |= SIP_LAX_BARE_LF;
	if (flags & SIP_LINE_CONTROL)
		m->lax |= SIP_LAX_CONTROL;
	if (flags & SIP_LINE_BAD_NAME)
		m->lax |= SIP_LAX_BAD_NAME;
}

/* Walks the headers; *rest is what lies behind the empty line. */
static enum err note_headers(struct sip_message *m, struct slice *rest)
{
	struct sip_line line;

	for (;;) {
		enum sip_line_kind kind = sip_line_next(rest, &line);
		if ((size_t)(rest->p - m->bytes.p) > SIP_MAX_HEAD)
			return ERR_LIMIT;
		if (kind == SIP_LINE_NONE) {
			m->lax |= SIP_LAX_NO_END;
			return ERR_OK;
		}
		note_line_flags(m, line.flags);
		if (kind == SIP_LINE_BLANK)
			return ERR_OK;
		if (kind == SIP_LINE_SKIPPED)
			m->lax |= SIP_LAX_NO_COLON;
		else
			note_header(m, &line);
	}
}

/* RFC 3261 18.3: in a datagram the body ends where Content-Length says, or with the datagram. */
static void note_body(struct sip_message *m, struct slice rest)
{
	m->head = slice_upto(m->bytes, m->bytes.n - rest.n);
	m->body = rest;
	if (!m->has_length && !(m->lax & SIP_LAX_LENGTH_BAD)) {
		m->lax |= SIP_LAX_LENGTH_MISSING;
	} else if (m->lax & SIP_LAX_LENGTH_BAD) {
		/* Nothing it says can be trusted: all that is there is looked at. */
	} else if (m->length > rest.n) {
		m->lax |= SIP_LAX_LENGTH_OVER;
	} else if (m->length < rest.n) {
		m->lax |= SIP_LAX_TRAILING;
		m->body = slice_upto(rest, (size_t)m->length);
	}
	if (m->body.n > SIP_MAX_BODY) {
		m->lax |= SIP_LAX_BODY_CAP;
		m->body = slice_upto(m->body, SIP_MAX_BODY);
	}
}

static void check_top_via(struct sip_message *m)
{
	uint16_t flags = m->via_n ? m->via[0].flags : 0;

	if (!m->via_n)
		return;
	if (!(flags & SIP_VIA_HAS_BRANCH) || flags & SIP_VIA_EMPTY_BRANCH)
		m->lax |= SIP_LAX_NO_BRANCH;
	if (!(flags & SIP_VIA_COOKIE))
		m->lax |= SIP_LAX_RFC2543_VIA;
}

/* RFC 3261 8.1.1: what every request carries, and every response repeats. */
static enum err check_whole(struct sip_message *m)
{
	check_top_via(m);
	if (m->is_request && m->cseq_method_text.n &&
	    !slice_eq(m->method_text, m->cseq_method_text))
		m->lax |= SIP_LAX_METHOD_MISMATCH;
	if (!m->is_request)
		m->method = m->cseq_method;
	if (m->is_request && !m->first[SIP_HEADER_MAX_FORWARDS])
		m->lax |= SIP_LAX_NO_MAX_FORWARDS;
	if (m->from.text.n && !m->from.tag.n)
		m->lax |= SIP_LAX_NO_TAG;
	if (!m->via_n)
		m->broken = SIP_BROKEN_NO_VIA;
	else if (!m->from.text.n)
		m->broken = SIP_BROKEN_NO_FROM;
	else if (!m->to.text.n)
		m->broken = SIP_BROKEN_NO_TO;
	else if (!m->call_id.n)
		m->broken = SIP_BROKEN_NO_CALL_ID;
	else if (!m->cseq_method_text.n)
		m->broken = SIP_BROKEN_NO_CSEQ;
	return m->broken ? ERR_MALFORMED : ERR_OK;
}

static void clear(struct sip_message *m, struct slice bytes)
{
	memset(m, 0, offsetof(struct sip_message, via));
	m->contact.n = m->route.n = m->record_route.n = m->path.n = m->service_route.n = 0;
	while (bytes.n && (bytes.p[0] == '\r' || bytes.p[0] == '\n')) {
		m->lax |= SIP_LAX_LEADING_CRLF;
		bytes = slice_from(bytes, 1);
	}
	m->bytes = bytes;
}

enum err sip_parse(struct slice bytes, struct sip_message *out)
{
	struct slice rest;

	clear(out, bytes);
	size_t lf = slice_find(slice_upto(out->bytes, SIP_MAX_HEAD), '\n');
	out->start_line = slice_upto(out->bytes, lf);
	if (lf && out->bytes.n > lf && out->bytes.p[lf - 1] == '\r')
		out->start_line.n--;
	else if (lf < out->bytes.n)
		out->lax |= SIP_LAX_BARE_LF;
	enum err e = note_start(out);
	if (e)
		return e;
	rest = slice_from(out->bytes, lf + 1);
	e = note_headers(out, &rest);
	if (e)
		return e;
	note_body(out, rest);
	return check_whole(out);
}

bool sip_next(const struct sip_message *m, enum sip_header_id id, size_t *at, struct slice *value)
{
	size_t from = *at;

	if (from == 0 && id != SIP_HEADER_OTHER) {
		if (!m->first[id] || m->first[id] == UINT8_MAX)
			return false;
		from = (size_t)m->first[id] - 1;
	}
	for (; from < m->header_n; from++) {
		if (m->headers[from].id == id) {
			*value = m->headers[from].value;
			*at = from + 1;
			return true;
		}
	}
	*at = from;
	return false;
}

struct slice sip_value(const struct sip_message *m, enum sip_header_id id)
{
	struct slice value = { NULL, 0 };
	size_t at = 0;

	(void)sip_next(m, id, &at, &value);
	return value;
}

struct slice sip_value_named(const struct sip_message *m, struct slice name)
{
	for (size_t i = 0; i < m->header_n; i++)
		if (slice_ieq(m->headers[i].name, name))
			return m->headers[i].value;
	return (struct slice){ NULL, 0 };
}

bool sip_has_token(const struct sip_message *m, enum sip_header_id id, struct slice token)
{
	struct slice rest, one;
	size_t at = 0;

	while (sip_next(m, id, &at, &rest))
		while (sip_text_value(&rest, &one))
			if (slice_ieq(one, token))
				return true;
	return false;
}

const char *sip_broken_text(enum sip_broken b)
{
	static const char *const words[] = {
		[SIP_BROKEN_NONE] = "whole",
		[SIP_BROKEN_START_LINE] = "no SIP start line",
		[SIP_BROKEN_VERSION] = "not SIP version 2.0",
		[SIP_BROKEN_NO_VIA] = "no Via",
		[SIP_BROKEN_NO_FROM] = "no From",
		[SIP_BROKEN_NO_TO] = "no To",
		[SIP_BROKEN_NO_CALL_ID] = "no Call-ID",
		[SIP_BROKEN_NO_CSEQ] = "no CSeq",
	};

	return (unsigned)b < sizeof words / sizeof words[0] ? words[b] : "";
}
