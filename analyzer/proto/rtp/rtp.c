/* rtp.c - RTP headers, and the first octet that tells protocols apart. */
#include "analyzer/proto/rtp/rtp.h"

#include "analyzer/base/cursor.h"

enum { VERSION = 2, P_BIT = 0x20, X_BIT = 0x10 };

enum rtp_class rtp_first_octet(uint8_t octet)
{
	if (octet <= 3)
		return RTP_CLASS_STUN;
	if (octet >= 16 && octet <= 19)
		return RTP_CLASS_ZRTP;
	if (octet >= 20 && octet <= 63)
		return RTP_CLASS_DTLS;
	if (octet >= 64 && octet <= 79)
		return RTP_CLASS_CHANNEL;
	if (octet >= 80 && octet <= 127)
		return RTP_CLASS_QUIC;
	if (octet >= 128 && octet <= 191)
		return RTP_CLASS_RTP;
	return RTP_CLASS_UNKNOWN;
}

/* RFC 3550 5.1: the last octet counts the padding and itself, so neither 0 nor more than the body.
 */
static void drop_padding(struct rtp_packet *out)
{
	out->payload = out->body;
	if (!out->p_bit || out->body.n == 0)
		return;
	uint8_t count = out->body.p[out->body.n - 1];
	if (count == 0 || count > out->body.n)
		return;
	out->padding = count;
	out->payload.n -= count;
}

enum err rtp_parse(struct slice packet, struct rtp_packet *out)
{
	struct cursor c = cursor_over(packet);
	uint8_t first = cursor_u8(&c);

	*out = (struct rtp_packet){ 0 };
	if (c.short_read)
		return ERR_TRUNCATED;
	if (first >> 6 != VERSION)
		return ERR_MALFORMED;
	if (!rtp_look(packet, &out->quick))
		return ERR_TRUNCATED;
	out->p_bit = first & P_BIT;
	out->x_bit = first & X_BIT;
	out->csrc_count = first & 0x0f;
	cursor_skip(&c, 11);
	out->csrcs = cursor_take(&c, 4 * (size_t)out->csrc_count);
	if (out->x_bit) {
		out->ext_profile = cursor_u16(&c);
		out->extension = cursor_take(&c, 4 * (size_t)cursor_u16(&c));
	}
	out->body = c.left;
	drop_padding(out);
	return ERR_OK;
}
