/* tls_shake.c - certificates, key exchanges and signatures of a handshake, as bytes. */
#include "analyzer/proto/tls/tls_shake.h"

#include "analyzer/base/cursor.h"

enum {
	NAMED_CURVE = 3,
	EXT_PRE_SHARED_KEY = 41,
	EXT_EARLY_DATA = 42,
	EXT_PSK_MODES = 45,
	EXT_KEY_SHARE = 51,
	EXT_ENCRYPT_THEN_MAC = 22,
	EXT_TICKET = 35,
	EXT_RENEGOTIATION_INFO = 0xff01,
	SUITE_RENEGOTIATION = 0x00ff,
	PSK_KE = 0,
	PSK_DHE_KE = 1,
};

bool tls_shake_is_grease(uint16_t v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

enum err tls_shake_certificate(struct slice body, bool tls13, struct tls_chain *out)
{
	struct cursor c = cursor_over(body);

	*out = (struct tls_chain){ .count = 0 };
	if (tls13)
		cursor_skip(&c, cursor_u8(&c));
	struct slice list = cursor_take(&c, cursor_u24(&c));
	if (c.short_read || c.left.n)
		return ERR_MALFORMED;
	c = cursor_over(list);
	while (c.left.n && out->count < UINT16_MAX) {
		struct slice der = cursor_take(&c, cursor_u24(&c));
		if (tls13)
			cursor_skip(&c, cursor_u16(&c));
		if (c.short_read || der.n == 0)
			return ERR_MALFORMED;
		if (out->count < TLS_CHAIN_MAX)
			out->certs[out->count] = der;
		out->count++;
	}
	return ERR_OK;
}

static uint16_t bits_of(struct slice number)
{
	while (number.n && number.p[0] == 0)
		number = slice_from(number, 1);
	if (number.n == 0 || number.n > UINT16_MAX / 8)
		return 0;
	unsigned top = number.p[0], bits = 0;
	for (; top; top >>= 1)
		bits++;
	return (uint16_t)((number.n - 1) * 8 + bits);
}

static void take_point(struct cursor *c, struct tls_server_kex *out)
{
	if (cursor_u8(c) != NAMED_CURVE)
		c->short_read = true;
	out->group = cursor_u16(c);
	out->share = cursor_take(c, cursor_u8(c));
}

static void take_field(struct cursor *c, struct tls_server_kex *out)
{
	out->bits = bits_of(cursor_take(c, cursor_u16(c)));
	cursor_skip(c, cursor_u16(c));
	out->share = cursor_take(c, cursor_u16(c));
}

enum err tls_shake_server_kex(struct slice body, bool elliptic, bool schemes,
			      struct tls_server_kex *out)
{
	struct cursor c = cursor_over(body);

	*out = (struct tls_server_kex){ .group = 0 };
	if (elliptic)
		take_point(&c, out);
	else
		take_field(&c, out);
	if (c.short_read)
		return ERR_MALFORMED;
	out->params = slice_upto(body, body.n - c.left.n);
	if (c.left.n == 0)
		return ERR_OK;
	if (schemes)
		out->scheme = cursor_u16(&c);
	out->signature = cursor_take(&c, cursor_u16(&c));
	return c.short_read || c.left.n ? ERR_MALFORMED : ERR_OK;
}

enum err tls_shake_client_kex(struct slice body, bool elliptic, struct slice *share)
{
	struct cursor c = cursor_over(body);

	*share = cursor_take(&c, elliptic ? cursor_u8(&c) : cursor_u16(&c));
	return c.short_read || c.left.n ? ERR_MALFORMED : ERR_OK;
}

enum err tls_shake_verify(struct slice body, bool schemes, uint16_t *scheme,
			  struct slice *signature)
{
	struct cursor c = cursor_over(body);

	*scheme = schemes ? cursor_u16(&c) : 0;
	*signature = cursor_take(&c, cursor_u16(&c));
	return c.short_read || c.left.n ? ERR_MALFORMED : ERR_OK;
}

/* One entry: group, length, value (RFC 8446 4.2.8); a HelloRetryRequest has the group alone. */
static void take_server_share(struct slice data, struct tls_more *out)
{
	struct cursor c = cursor_over(data);

	out->group = cursor_u16(&c);
	out->share = cursor_take(&c, cursor_u16(&c));
}

static void take_modes(struct slice data, struct tls_more *out)
{
	struct cursor c = cursor_over(data);
	struct slice modes = cursor_take(&c, cursor_u8(&c));

	for (size_t i = 0; i < modes.n; i++) {
		out->psk_ke |= modes.p[i] == PSK_KE;
		out->psk_dhe |= modes.p[i] == PSK_DHE_KE;
	}
}

static void take_one(const struct tls_hello *h, const struct tls_extension *e, struct tls_more *out)
{
	switch (e->type) {
	case EXT_KEY_SHARE:
		if (h->suites.n)
			out->share = slice_from(e->data, 2);
		else
			take_server_share(e->data, out);
		break;
	case EXT_PRE_SHARED_KEY:
		out->psk = true;
		break;
	case EXT_PSK_MODES:
		take_modes(e->data, out);
		break;
	case EXT_ENCRYPT_THEN_MAC:
		out->encrypt_then_mac = true;
		break;
	case EXT_TICKET:
		out->ticket = true;
		break;
	case EXT_EARLY_DATA:
		out->early_data = true;
		break;
	case EXT_RENEGOTIATION_INFO:
		out->renegotiation_info = true;
		break;
	default:
		break;
	}
}

/* RFC 5746 3.3: a client may say it with a suite instead. */
static bool offers_renegotiation(struct slice suites)
{
	struct cursor c = cursor_over(suites);

	while (c.left.n >= 2)
		if (cursor_u16(&c) == SUITE_RENEGOTIATION)
			return true;
	return false;
}

void tls_shake_more(const struct tls_hello *h, struct tls_more *out)
{
	struct slice rest = h->extensions;
	struct tls_extension e;

	*out = (struct tls_more){ .group = 0 };
	for (unsigned n = 0; n < TLS_EXTENSIONS_MAX && tls_extension_next(&rest, &e); n++)
		take_one(h, &e, out);
	out->renegotiation_info |= offers_renegotiation(h->suites);
	out->compression = h->compression;
}
