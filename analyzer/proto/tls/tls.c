/* tls.c - TLS records, handshake messages and the fields of the two hellos. */
#include "analyzer/proto/tls/tls.h"

#include "analyzer/base/cursor.h"

#include <string.h>

enum { HELLO_RANDOM = 32, SESSION_ID_MAX = 32, HOST_NAME = 0 };

static bool known_record(uint8_t type, uint16_t version)
{
	return type >= TLS_CHANGE_CIPHER_SPEC && type <= TLS_APPLICATION_DATA &&
	       version >= 0x0300 && version <= 0x0304;
}

enum err tls_next(struct slice *stream, struct tls_record *out)
{
	struct cursor c = cursor_over(*stream);

	*out = (struct tls_record){ 0 };
	out->type = cursor_u8(&c);
	out->version = cursor_u16(&c);
	if (!c.short_read && !known_record(out->type, out->version))
		return ERR_MALFORMED;
	size_t len = cursor_u16(&c);
	if (!c.short_read && len > TLS_BODY_MAX)
		return ERR_MALFORMED;
	out->header = slice_upto(*stream, stream->n - c.left.n);
	out->body = cursor_take(&c, len);
	if (c.short_read)
		return ERR_TRUNCATED;
	*stream = c.left;
	return ERR_OK;
}

bool tls_looks_like(struct slice stream)
{
	struct cursor c = cursor_over(stream);
	uint8_t type = cursor_u8(&c);
	uint16_t version = cursor_u16(&c);
	uint16_t len = cursor_u16(&c);
	uint8_t message = cursor_u8(&c);

	return !c.short_read && type == TLS_HANDSHAKE && known_record(type, version) && len >= 4 &&
	       len <= TLS_BODY_MAX && (message == TLS_CLIENT_HELLO || message == TLS_SERVER_HELLO);
}

enum err tls_message_next(struct slice *handshake, struct tls_message *out)
{
	struct cursor c = cursor_over(*handshake);

	out->type = cursor_u8(&c);
	uint32_t len = cursor_u24(&c);
	if (!c.short_read && len > TLS_MESSAGE_MAX)
		return ERR_LIMIT;
	out->body = cursor_take(&c, len);
	if (c.short_read)
		return ERR_TRUNCATED;
	*handshake = c.left;
	return ERR_OK;
}

bool tls_extension_next(struct slice *extensions, struct tls_extension *out)
{
	struct cursor c = cursor_over(*extensions);

	out->type = cursor_u16(&c);
	out->data = cursor_take(&c, cursor_u16(&c));
	if (c.short_read)
		return false;
	*extensions = c.left;
	return true;
}

bool tls_alpn_next(struct slice *alpn, struct slice *name)
{
	struct cursor c = cursor_over(*alpn);

	*name = cursor_take(&c, cursor_u8(&c));
	if (c.short_read || name->n == 0)
		return false;
	*alpn = c.left;
	return true;
}

/* Vectors with a length in front, which must fill what they stand in: else empty. */
static struct slice vector(struct slice data, bool wide)
{
	struct cursor c = cursor_over(data);
	size_t len = wide ? cursor_u16(&c) : cursor_u8(&c);
	struct slice got = cursor_take(&c, len);

	return c.left.n ? (struct slice){ NULL, 0 } : got;
}

/* RFC 6066 section 3: one host_name, the only type there is. */
static struct slice host_name(struct slice data)
{
	struct cursor c = cursor_over(vector(data, true));
	uint8_t type = cursor_u8(&c);
	struct slice name = cursor_take(&c, cursor_u16(&c));

	return c.short_read || type != HOST_NAME ? (struct slice){ NULL, 0 } : name;
}

static bool grease(uint16_t v) /* RFC 8701: 0x0a0a, 0x1a1a, ... */
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

/* DTLS counts down (0xfefd is newer than 0xfeff), TLS up. */
static bool newer(uint16_t a, uint16_t b)
{
	return a >> 8 == 0xfe ? a < b : a > b;
}

static uint16_t highest(struct slice versions, uint16_t otherwise)
{
	struct cursor c = cursor_over(versions);
	uint16_t best = 0;

	while (c.left.n >= 2) {
		uint16_t v = cursor_u16(&c);
		if (!grease(v) && (best == 0 || newer(v, best)))
			best = v;
	}
	return best ? best : otherwise;
}

static void take_extension(const struct tls_extension *e, bool client, struct tls_hello *out)
{
	struct cursor c = cursor_over(e->data);

	switch (e->type) {
	case TLS_EXT_SERVER_NAME:
		if (client)
			out->server_name = host_name(e->data);
		break;
	case TLS_EXT_ALPN:
		out->alpn = vector(e->data, true);
		break;
	case TLS_EXT_USE_SRTP:
		out->srtp_profiles = cursor_take(&c, cursor_u16(&c));
		break;
	case TLS_EXT_EXTENDED_MASTER_SECRET:
		out->extended_master_secret = true;
		break;
	case TLS_EXT_SUPPORTED_VERSIONS:
		if (client)
			out->versions = vector(e->data, false);
		else if (e->data.n == 2)
			out->version = cursor_u16(&c);
		break;
	default:
		break;
	}
}

/* Before TLS 1.2 a hello may end without extensions. */
static enum err take_extensions(struct cursor *c, bool client, struct tls_hello *out)
{
	struct tls_extension e;
	unsigned count = 0;

	if (c->short_read)
		return ERR_TRUNCATED;
	if (c->left.n == 0)
		return ERR_OK;
	out->extensions = cursor_take(c, cursor_u16(c));
	if (c->short_read)
		return ERR_TRUNCATED;
	struct slice rest = out->extensions;
	while (count++ < TLS_EXTENSIONS_MAX && tls_extension_next(&rest, &e))
		take_extension(&e, client, out);
	return rest.n || c->left.n ? ERR_MALFORMED : ERR_OK;
}

static enum err take_front(struct cursor *c, struct tls_hello *out)
{
	*out = (struct tls_hello){ 0 };
	out->legacy_version = cursor_u16(c);
	out->version = out->legacy_version;
	out->random = cursor_take(c, HELLO_RANDOM);
	out->session_id = cursor_take(c, cursor_u8(c));
	if (c->short_read)
		return ERR_TRUNCATED;
	return out->session_id.n > SESSION_ID_MAX ? ERR_MALFORMED : ERR_OK;
}

static uint8_t any_compression(struct slice methods)
{
	for (size_t i = 0; i < methods.n; i++)
		if (methods.p[i])
			return methods.p[i];
	return 0;
}

enum err tls_client_hello(struct slice body, bool datagram, struct tls_hello *out)
{
	struct cursor c = cursor_over(body);
	enum err e = take_front(&c, out);

	if (e)
		return e;
	if (datagram)
		cursor_skip(&c, cursor_u8(&c));
	out->suites = cursor_take(&c, cursor_u16(&c));
	out->compression = any_compression(cursor_take(&c, cursor_u8(&c)));
	if (out->suites.n % 2)
		return ERR_MALFORMED;
	e = take_extensions(&c, true, out);
	out->version = highest(out->versions, out->legacy_version);
	return e;
}

enum err tls_server_hello(struct slice body, struct tls_hello *out)
{
	/* SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3). */
	static const uint8_t retry[HELLO_RANDOM] = {
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
		0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
		0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
	};
	struct cursor c = cursor_over(body);
	enum err e = take_front(&c, out);

	if (e)
		return e;
	out->suite = cursor_u16(&c);
	out->compression = cursor_u8(&c);
	out->retry = memcmp(out->random.p, retry, HELLO_RANDOM) == 0;
	return take_extensions(&c, false, out);
}
