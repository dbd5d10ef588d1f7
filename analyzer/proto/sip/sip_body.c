/* sip_body.c - multiparts cut at their boundaries. */
#include "analyzer/proto/sip/sip_body.h"

#include <string.h>

#include "analyzer/proto/sip/sip_line.h"
#include "analyzer/proto/sip/sip_text.h"

enum { LONGEST_TYPE = 64, LONGEST_BOUNDARY = 70, DEEPEST = 2 };

/* Prefixes end in '*'. First match counts. */
static const struct {
	const char *name;
	enum sip_body_type type;
} types[] = {
	{ "application/sdp", SIP_BODY_SDP },
	{ "multipart/*", SIP_BODY_MULTIPART },
	{ "message/sipfrag", SIP_BODY_SIPFRAG },
	{ "message/sip", SIP_BODY_SIP },
	{ "message/cpim", SIP_BODY_CPIM },
	{ "message/imdn+xml", SIP_BODY_IMDN },
	{ "application/im-iscomposing+xml", SIP_BODY_IS_COMPOSING },
	{ "message/external-body", SIP_BODY_EXTERNAL },
	{ "text/plain", SIP_BODY_TEXT },
	{ "text/*", SIP_BODY_TEXT_OTHER },
	{ "application/pkcs7-mime", SIP_BODY_PKCS7_MIME },
	{ "application/x-pkcs7-mime", SIP_BODY_PKCS7_MIME },
	{ "application/pkcs7-signature", SIP_BODY_PKCS7_SIGNATURE },
	{ "application/x-pkcs7-signature", SIP_BODY_PKCS7_SIGNATURE },
	{ "application/rs-metadata*", SIP_BODY_RS_METADATA },
	{ "application/dtmf-relay", SIP_BODY_DTMF_RELAY },
	{ "application/dtmf*", SIP_BODY_DTMF },
	{ "application/vnd.nortelnetworks.digits", SIP_BODY_DTMF },
	{ "audio/telephone-event", SIP_BODY_DTMF },
	{ "application/kpml-request+xml", SIP_BODY_KPML_REQUEST },
	{ "application/kpml-response+xml", SIP_BODY_KPML_RESPONSE },
	{ "application/media_control+xml", SIP_BODY_MEDIA_CONTROL },
	{ "application/isup", SIP_BODY_ISUP },
	{ "application/qsig", SIP_BODY_ISUP },
	{ "application/pidf+xml", SIP_BODY_PIDF },
	{ "application/pidf-diff+xml", SIP_BODY_PIDF },
	{ "application/dialog-info+xml", SIP_BODY_DIALOG_INFO },
	{ "application/conference-info+xml", SIP_BODY_CONFERENCE_INFO },
	{ "application/reginfo+xml", SIP_BODY_REGINFO },
	{ "application/simple-message-summary", SIP_BODY_MESSAGE_SUMMARY },
	{ "application/resource-lists*", SIP_BODY_RESOURCE_LISTS },
	{ "application/trickle-ice-sdpfrag", SIP_BODY_TRICKLE_ICE },
};

enum sip_body_type sip_body_type_of(struct slice type)
{
	uint8_t plain[LONGEST_TYPE];
	struct slice s = { plain, 0 };

	/* SLASH may have white space round it (RFC 3261 25.1). */
	for (size_t i = 0; i < type.n && s.n < sizeof plain; i++)
		if (!sip_text_is(type.p[i], SIP_TEXT_SPACE))
			plain[s.n++] = type.p[i];
	if (!s.n)
		return SIP_BODY_NONE;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct slice name = slice_of(types[i].name);
		if (name.p[name.n - 1] == '*' ? slice_istarts(s, slice_upto(name, name.n - 1))
					      : slice_ieq(s, name))
			return types[i].type;
	}
	return SIP_BODY_OTHER;
}

static void set_type(struct sip_body_part *part, struct slice value)
{
	size_t semicolon = slice_find(value, ';');

	part->type_text = sip_text_trim(slice_upto(value, semicolon));
	part->type_params = slice_from(value, semicolon + 1);
	part->type = sip_body_type_of(part->type_text);
}

static void set_disposition(struct sip_body_part *part, struct slice value)
{
	size_t semicolon = slice_find(value, ';');
	struct slice handling;

	part->disposition = sip_text_trim(slice_upto(value, semicolon));
	part->handling_optional = sip_text_find_param(slice_from(value, semicolon + 1),
						      SLICE("handling"), &handling) &&
				  slice_ieq(handling, SLICE("optional"));
}

static bool encoded(struct slice content_encoding)
{
	return content_encoding.n && !slice_ieq(content_encoding, SLICE("identity"));
}

/* Headers of a part, then its bytes. RFC 2046 5.1: without Content-Type it is plain text. */
static void read_part(struct sip_body *b, struct slice bytes, struct sip_body_part *part)
{
	enum sip_line_kind kind;
	struct sip_line line;

	part->type = SIP_BODY_TEXT;
	while ((kind = sip_line_next(&bytes, &line)) != SIP_LINE_NONE && kind != SIP_LINE_BLANK) {
		if (kind != SIP_LINE_HEADER)
			continue;
		enum sip_header_id id = sip_header_find(line.name);
		if (id == SIP_HEADER_CONTENT_TYPE)
			set_type(part, line.value);
		else if (id == SIP_HEADER_CONTENT_DISPOSITION)
			set_disposition(part, line.value);
		else if (id == SIP_HEADER_CONTENT_ID)
			part->content_id = line.value;
		else if (id == SIP_HEADER_CONTENT_ENCODING && encoded(line.value))
			b->flags |= SIP_BODY_ENCODED;
		else if (slice_ieq(line.name, SLICE("Content-Transfer-Encoding")))
			part->transfer = line.value;
	}
	part->bytes = bytes;
}

/* The delimiter line at or after `from`: where it begins, and where the next line does. */
static bool find_delimiter(struct slice s, size_t from, struct slice mark, size_t *at, size_t *next)
{
	while (from < s.n) {
		const uint8_t *hit = memmem(s.p + from, s.n - from, mark.p, mark.n);
		if (!hit)
			return false;
		*at = (size_t)(hit - s.p);
		from = *at + mark.n;
		bool at_line = *at == 0 || s.p[*at - 1] == '\n';
		bool whole =
			from == s.n || s.p[from] == '-' || sip_text_is(s.p[from], SIP_TEXT_SPACE);
		if (at_line && whole) {
			*next = from + slice_find(slice_from(s, from), '\n') + 1;
			return true;
		}
	}
	return false;
}

static struct slice without_line_end(struct slice s)
{
	if (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

static void add_bytes(struct sip_body *b, struct sip_body_part part);

/* The parts between delimiters, in order, until the one that ends in "--". */
static void split(struct sip_body *b, const struct sip_body_part *whole, struct slice mark)
{
	struct slice s = whole->bytes;
	size_t at, next, end, after = 0;

	if (!find_delimiter(s, 0, mark, &at, &next)) {
		b->flags |= SIP_BODY_NO_BOUNDARY;
		return;
	}
	b->flags |= SIP_BODY_SPLIT;
	while (!slice_starts(slice_from(s, at + mark.n), SLICE("--"))) {
		struct sip_body_part part = { .depth = (uint8_t)(whole->depth + 1) };
		bool ended = find_delimiter(s, next, mark, &end, &after);
		struct slice bytes = slice_from(slice_upto(s, ended ? end : s.n), next);
		read_part(b, ended ? without_line_end(bytes) : bytes, &part);
		add_bytes(b, part);
		if (!ended) {
			b->flags |= SIP_BODY_UNENDED;
			return;
		}
		at = end;
		next = after;
	}
}

/* "--" and the boundary as one slice over `room`; empty when there is no usable one. */
static struct slice delimiter(const struct sip_body_part *p, uint8_t room[LONGEST_BOUNDARY + 2])
{
	struct slice boundary;

	if (!sip_text_find_param(p->type_params, SLICE("boundary"), &boundary) || !boundary.n ||
	    boundary.n > LONGEST_BOUNDARY)
		return (struct slice){ NULL, 0 };
	room[0] = room[1] = '-';
	memcpy(room + 2, boundary.p, boundary.n);
	return (struct slice){ room, boundary.n + 2 };
}

/* Adds one body, a multipart by its parts. Nesting is bounded by depth, not by the sender. */
static void add_bytes(struct sip_body *b, struct sip_body_part part)
{
	uint8_t room[LONGEST_BOUNDARY + 2];

	if (part.type == SIP_BODY_MULTIPART) {
		struct slice mark = delimiter(&part, room);
		uint16_t before = b->n;
		if (slice_istarts(part.type_text, SLICE("multipart/signed")))
			b->flags |= SIP_BODY_SIGNED;
		if (part.depth >= DEEPEST)
			b->flags |= SIP_BODY_TOO_DEEP;
		else if (mark.n)
			split(b, &part, mark);
		else
			b->flags |= SIP_BODY_NO_BOUNDARY;
		if (b->n != before)
			return;
	}
	if (b->n == SIP_BODY_MAX_PARTS)
		b->flags |= SIP_BODY_TOO_MANY;
	else
		b->parts[b->n++] = part;
}

void sip_body_split(const struct sip_message *m, struct sip_body *out)
{
	struct sip_body_part whole = { .bytes = m->body };

	out->n = out->flags = 0;
	if (!m->body.n)
		return;
	set_type(&whole, m->content_type);
	set_disposition(&whole, sip_value(m, SIP_HEADER_CONTENT_DISPOSITION));
	whole.content_id = sip_value(m, SIP_HEADER_CONTENT_ID);
	if (encoded(m->content_encoding))
		out->flags |= SIP_BODY_ENCODED;
	if (!whole.type_text.n) {
		out->flags |= SIP_BODY_UNTYPED;
		if (slice_starts(m->body, SLICE("v=0")))
			whole.type = SIP_BODY_SDP;
	}
	add_bytes(out, whole);
}

const struct sip_body_part *sip_body_find(const struct sip_body *b, enum sip_body_type type)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->parts[i].type == type)
			return &b->parts[i];
	return NULL;
}
