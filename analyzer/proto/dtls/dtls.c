/* dtls.c - cuts datagrams into records, and readable records into handshake fragments. */
#include "analyzer/proto/dtls/dtls.h"

#include "analyzer/base/cursor.h"

enum {
	UNIFIED = 0x20, /* 001CSLEE (RFC 9147 4) */
	UNIFIED_CID = 0x10,
	UNIFIED_SEQ16 = 0x08,
	UNIFIED_LENGTH = 0x04,
	UNIFIED_EPOCH = 0x03,
	CIPHERTEXT_MIN = 16, /* RFC 9147 4.2.3: enough to decrypt the sequence number with */
	DTLS_1_0 = 0xfeff,
	DTLS_1_2 = 0xfefd,
	DTLS_BEFORE_1_0 = 0x0100, /* OpenSSL before the RFC, still in some phones */
};

static enum err unified(struct slice *rest, size_t cid_len, struct dtls_record *out)
{
	struct cursor c = cursor_over(*rest);
	uint8_t first = cursor_u8(&c);

	out->unified = true;
	out->epoch = first & UNIFIED_EPOCH;
	if (first & UNIFIED_CID)
		out->cid = cursor_take(&c, cid_len);
	out->seq = first & UNIFIED_SEQ16 ? cursor_u16(&c) : cursor_u8(&c);
	/* Without a length the record reaches to the end of the datagram. */
	size_t len = first & UNIFIED_LENGTH ? cursor_u16(&c) : c.left.n;
	out->header = slice_upto(*rest, rest->n - c.left.n);
	out->body = cursor_take(&c, len);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (len < CIPHERTEXT_MIN || len > DTLS_BODY_MAX)
		return ERR_MALFORMED;
	*rest = c.left;
	return ERR_OK;
}

static bool known_version(uint16_t version)
{
	return version == DTLS_1_0 || version == DTLS_1_2 || version == DTLS_BEFORE_1_0;
}

enum err dtls_next(struct slice *rest, size_t cid_len, struct dtls_record *out)
{
	struct cursor c = cursor_over(*rest);

	*out = (struct dtls_record){ 0 };
	if (rest->n && (rest->p[0] & 0xe0) == UNIFIED)
		return unified(rest, cid_len, out);
	out->type = cursor_u8(&c);
	out->version = cursor_u16(&c);
	if (!c.short_read && (out->type < DTLS_CHANGE_CIPHER_SPEC || out->type > DTLS_ACK ||
			      !known_version(out->version)))
		return ERR_MALFORMED;
	out->epoch = cursor_u16(&c);
	out->seq = cursor_u48(&c);
	if (out->type == DTLS_CID)
		out->cid = cursor_take(&c, cid_len);
	size_t len = cursor_u16(&c);
	if (!c.short_read && len > DTLS_BODY_MAX)
		return ERR_MALFORMED;
	out->header = slice_upto(*rest, rest->n - c.left.n);
	out->body = cursor_take(&c, len);
	if (c.short_read)
		return ERR_TRUNCATED;
	*rest = c.left;
	return ERR_OK;
}

enum err dtls_fragment_next(struct slice *record_body, struct dtls_fragment *out)
{
	struct cursor c = cursor_over(*record_body);

	*out = (struct dtls_fragment){ 0 };
	out->type = cursor_u8(&c);
	out->total = cursor_u24(&c);
	out->seq = cursor_u16(&c);
	out->offset = cursor_u24(&c);
	uint32_t len = cursor_u24(&c);
	out->body = cursor_take(&c, len);
	if (c.short_read)
		return ERR_TRUNCATED;
	if (out->offset > out->total || len > out->total - out->offset)
		return ERR_MALFORMED;
	*record_body = c.left;
	return ERR_OK;
}

/* A handshake record that is not encrypted begins with a fragment. */
static bool body_fits(const struct dtls_record *record)
{
	struct slice body = record->body;
	struct dtls_fragment fragment;

	if (record->epoch > 0)
		return true;
	switch (record->type) {
	case DTLS_HANDSHAKE:
		return dtls_fragment_next(&body, &fragment) == ERR_OK;
	case DTLS_CHANGE_CIPHER_SPEC:
		return body.n == 1 || body.n == 3; /* 3: before DTLS 1.0 */
	case DTLS_ALERT:
		return body.n == 2;
	default:
		return body.n > 0;
	}
}

bool dtls_looks_like(struct slice datagram)
{
	struct dtls_record record;

	if (datagram.n == 0 || datagram.p[0] >= UNIFIED)
		return false;
	while (datagram.n) {
		/* A sender may close a datagram with unified records, which take what is left. */
		if (dtls_next(&datagram, 0, &record) != ERR_OK)
			return false;
		if (record.type == DTLS_CID)
			return true;
		if (!record.unified && !body_fits(&record))
			return false;
	}
	return true;
}
