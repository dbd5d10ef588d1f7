/* sdp_fingerprint.c - digests that SDP announces. */
#include "analyzer/proto/sdp/sdp_fingerprint.h"

static const struct {
	const char *name;
	enum sdp_fingerprint_hash hash;
	uint8_t octets;
} hashes[] = {
	{ "sha-256", SDP_HASH_SHA256, 32 }, { "sha-1", SDP_HASH_SHA1, 20 },
	{ "sha-224", SDP_HASH_SHA224, 28 }, { "sha-384", SDP_HASH_SHA384, 48 },
	{ "sha-512", SDP_HASH_SHA512, 64 }, { "md5", SDP_HASH_MD5, 16 },
	{ "md2", SDP_HASH_MD2, 16 },
};

static bool hex(uint8_t c, bool *lower)
{
	if (c >= 'a' && c <= 'f')
		*lower = true;
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* Pairs of digits with ':' between: octets, or 0 when it is something else. */
static size_t pairs(struct slice s, bool *lower)
{
	if (s.n % 3 != 2)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		if (i % 3 == 2 ? s.p[i] != ':' : !hex(s.p[i], lower))
			return 0;
	return (s.n + 1) / 3;
}

void sdp_fingerprint_parse(struct slice value, struct sdp_fingerprint *out)
{
	struct slice rest = value, more;
	size_t want = 0;

	*out = (struct sdp_fingerprint){ .next = NULL };
	(void)sdp_word(&rest, &out->hash_text);
	(void)sdp_word(&rest, &out->hex);
	for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
		if (slice_ieq(out->hash_text, slice_of(hashes[i].name))) {
			out->hash = hashes[i].hash;
			want = hashes[i].octets;
		}
	}
	size_t octets = pairs(out->hex, &out->lower);
	out->valid = octets && octets == want && !sdp_word(&rest, &more);
	out->octets = out->valid ? (uint8_t)octets : 0;
}

void sdp_fingerprint_zrtp(struct slice value, struct sdp_zrtp_hash *out)
{
	struct slice rest = value;
	bool lower = false;

	*out = (struct sdp_zrtp_hash){ .next = NULL };
	(void)sdp_word(&rest, &out->version);
	(void)sdp_word(&rest, &out->hex);
	/* SHA-256 of the Hello message (RFC 6189 8). */
	out->valid = out->hex.n == 64;
	for (size_t i = 0; i < out->hex.n && out->valid; i++)
		out->valid = hex(out->hex.p[i], &lower);
}
