/* sdp_crypto.c - a=crypto read as RFC 4568 would, its keys measured and not kept. */
#include "analyzer/proto/sdp/sdp_crypto.h"

#include <string.h>

static const struct sdp_crypto_suite_info suites[SDP_SUITE_COUNT] = {
	[SDP_SUITE_OTHER] = { "", 0, 0, 0, 0 },
	[SDP_AES_CM_128_HMAC_SHA1_80] = { "AES_CM_128_HMAC_SHA1_80", 16, 14, 80, 80 },
	[SDP_AES_CM_128_HMAC_SHA1_32] = { "AES_CM_128_HMAC_SHA1_32", 16, 14, 32, 80 },
	[SDP_F8_128_HMAC_SHA1_80] = { "F8_128_HMAC_SHA1_80", 16, 14, 80, 80 },
	[SDP_AES_192_CM_HMAC_SHA1_80] = { "AES_192_CM_HMAC_SHA1_80", 24, 14, 80, 80 },
	[SDP_AES_192_CM_HMAC_SHA1_32] = { "AES_192_CM_HMAC_SHA1_32", 24, 14, 32, 80 },
	[SDP_AES_256_CM_HMAC_SHA1_80] = { "AES_256_CM_HMAC_SHA1_80", 32, 14, 80, 80 },
	[SDP_AES_256_CM_HMAC_SHA1_32] = { "AES_256_CM_HMAC_SHA1_32", 32, 14, 32, 80 },
	[SDP_AEAD_AES_128_GCM] = { "AEAD_AES_128_GCM", 16, 12, 128, 128 },
	[SDP_AEAD_AES_256_GCM] = { "AEAD_AES_256_GCM", 32, 12, 128, 128 },
	[SDP_AEAD_AES_128_GCM_8] = { "AEAD_AES_128_GCM_8", 16, 12, 64, 128 },
	[SDP_AEAD_AES_256_GCM_8] = { "AEAD_AES_256_GCM_8", 32, 12, 64, 128 },
	[SDP_SEED_CTR_128_HMAC_SHA1_80] = { "SEED_CTR_128_HMAC_SHA1_80", 16, 14, 80, 80 },
	[SDP_SEED_128_CCM_80] = { "SEED_128_CCM_80", 16, 12, 80, 80 },
	[SDP_SEED_128_GCM_96] = { "SEED_128_GCM_96", 16, 12, 96, 96 },
	[SDP_ARIA_128_CTR_HMAC_SHA1_80] = { "ARIA_128_CTR_HMAC_SHA1_80", 16, 14, 80, 80 },
	[SDP_ARIA_128_CTR_HMAC_SHA1_32] = { "ARIA_128_CTR_HMAC_SHA1_32", 16, 14, 32, 80 },
	[SDP_ARIA_256_CTR_HMAC_SHA1_80] = { "ARIA_256_CTR_HMAC_SHA1_80", 32, 14, 80, 80 },
	[SDP_ARIA_256_CTR_HMAC_SHA1_32] = { "ARIA_256_CTR_HMAC_SHA1_32", 32, 14, 32, 80 },
	[SDP_AEAD_ARIA_128_GCM] = { "AEAD_ARIA_128_GCM", 16, 12, 128, 128 },
	[SDP_AEAD_ARIA_256_GCM] = { "AEAD_ARIA_256_GCM", 32, 12, 128, 128 },
	[SDP_NULL_HMAC_SHA1_80] = { "NULL_HMAC_SHA1_80", 16, 14, 80, 80 },
	[SDP_NULL_HMAC_SHA1_32] = { "NULL_HMAC_SHA1_32", 16, 14, 32, 80 },
};

/* Spellings of drafts and products. */
static const struct {
	const char *name;
	enum sdp_crypto_suite suite;
} aliases[] = {
	{ "AES_128_CM_HMAC_SHA1_80", SDP_AES_CM_128_HMAC_SHA1_80 },
	{ "AES_128_CM_HMAC_SHA1_32", SDP_AES_CM_128_HMAC_SHA1_32 },
	{ "AES_CM_192_HMAC_SHA1_80", SDP_AES_192_CM_HMAC_SHA1_80 },
	{ "AES_CM_192_HMAC_SHA1_32", SDP_AES_192_CM_HMAC_SHA1_32 },
	{ "AES_CM_256_HMAC_SHA1_80", SDP_AES_256_CM_HMAC_SHA1_80 },
	{ "AES_CM_256_HMAC_SHA1_32", SDP_AES_256_CM_HMAC_SHA1_32 },
	{ "SRTP_ARIA_128_CTR_HMAC_SHA1_80", SDP_ARIA_128_CTR_HMAC_SHA1_80 },
	{ "SRTP_ARIA_128_CTR_HMAC_SHA1_32", SDP_ARIA_128_CTR_HMAC_SHA1_32 },
	{ "SRTP_ARIA_256_CTR_HMAC_SHA1_80", SDP_ARIA_256_CTR_HMAC_SHA1_80 },
	{ "SRTP_ARIA_256_CTR_HMAC_SHA1_32", SDP_ARIA_256_CTR_HMAC_SHA1_32 },
	{ "SRTP_AEAD_ARIA_128_GCM", SDP_AEAD_ARIA_128_GCM },
	{ "SRTP_AEAD_ARIA_256_GCM", SDP_AEAD_ARIA_256_GCM },
};

const struct sdp_crypto_suite_info *sdp_crypto_info(enum sdp_crypto_suite s)
{
	return &suites[(unsigned)s < SDP_SUITE_COUNT ? s : SDP_SUITE_OTHER];
}

const char *sdp_crypto_reason_text(enum sdp_crypto_reason r)
{
	static const char *const words[] = {
		[SDP_CRYPTO_VALID] = "valid",
		[SDP_CRYPTO_BAD_TAG] = "tag is not a number of 1 to 9 digits",
		[SDP_CRYPTO_NO_SUITE] = "no crypto suite",
		[SDP_CRYPTO_NO_KEY] = "no key parameter",
		[SDP_CRYPTO_BAD_METHOD] = "key method is not inline",
		[SDP_CRYPTO_BAD_BASE64] = "key is not base64",
		[SDP_CRYPTO_BAD_LENGTH] = "key and salt do not have the length of the suite",
		[SDP_CRYPTO_BAD_LIFETIME] = "lifetime out of range",
		[SDP_CRYPTO_BAD_MKI] = "unusable MKI",
		[SDP_CRYPTO_TOO_MANY_KEYS] = "more keys than are looked at",
		[SDP_CRYPTO_MKI_MISSING] = "several keys without an MKI of one length each",
		[SDP_CRYPTO_BAD_PARAM] = "session parameter with an unusable value",
		[SDP_CRYPTO_UNKNOWN_PARAM] = "unknown session parameter",
		[SDP_CRYPTO_UNKNOWN_SUITE] = "unknown crypto suite",
	};

	return (unsigned)r < sizeof words / sizeof words[0] ? words[r] : "";
}

static int sextet(uint8_t c)
{
	return c == '+' ? 62 : c == '/' ? 63 : slice_base64_digit(c);
}

static struct slice without_padding(struct slice s, size_t *padding)
{
	*padding = 0;
	while (s.n && s.p[s.n - 1] == '=') {
		s.n--;
		++*padding;
	}
	return s;
}

int sdp_crypto_decode(struct slice base64, uint8_t *out, size_t room)
{
	size_t padding, octets = 0;
	struct slice s = without_padding(base64, &padding);
	uint32_t bits = 0;
	unsigned held = 0;

	/* Either no padding at all, or exactly what fills the last group of four. */
	if (!s.n || s.n > 4096 || s.n % 4 == 1 || (padding && (padding > 2 || (s.n + padding) % 4)))
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		int v = sextet(s.p[i]);
		if (v < 0)
			return -1;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (out && octets == room)
			return -1;
		if (out)
			out[octets] = (uint8_t)(bits >> held);
		octets++;
	}
	return (int)octets;
}

static void fail(struct sdp_crypto *c, enum sdp_crypto_reason reason)
{
	if (c->reason == SDP_CRYPTO_VALID)
		c->reason = reason;
}

static bool blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t';
}

/* Words are separated by one SP or HTAB, more being 1*WSP: legal, but unusual enough to note. */
static struct slice take_word(struct sdp_crypto *c, struct slice *rest)
{
	size_t n = 0, spaces = 0;

	while (spaces < rest->n && blank(rest->p[spaces]))
		spaces++;
	if (spaces > 1)
		c->flags |= SDP_CRYPTO_SPACE;
	*rest = slice_from(*rest, spaces);
	while (n < rest->n && !blank(rest->p[n]))
		n++;
	struct slice word = slice_upto(*rest, n);
	*rest = slice_from(*rest, n);
	return word;
}

static enum sdp_crypto_suite suite_of(struct sdp_crypto *c, struct slice name)
{
	for (unsigned i = SDP_SUITE_OTHER + 1; i < SDP_SUITE_COUNT; i++) {
		if (!slice_ieq(name, slice_of(suites[i].name)))
			continue;
		if (!slice_eq(name, slice_of(suites[i].name)))
			c->flags |= SDP_CRYPTO_ALIAS;
		return (enum sdp_crypto_suite)i;
	}
	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
		if (slice_ieq(name, slice_of(aliases[i].name))) {
			c->flags |= SDP_CRYPTO_ALIAS;
			return aliases[i].suite;
		}
	}
	return SDP_SUITE_OTHER;
}

/* RFC 4568 6.1: positive, no leading zero, at most 2^48 packets (RFC 3711 9.2). */
static bool read_lifetime(struct slice s, struct sdp_crypto_key *k)
{
	const uint64_t most = UINT64_C(1) << 48;
	uint64_t v;

	k->has_lifetime = true;
	k->lifetime_power = slice_starts(s, SLICE("2^"));
	if (k->lifetime_power)
		s = slice_from(s, 2);
	if (!s.n || s.p[0] == '0' || !slice_number(s, k->lifetime_power ? 48 : most, &v))
		return false;
	k->lifetime = k->lifetime_power ? UINT64_C(1) << v : v;
	k->lifetime_log2 = k->lifetime_power ? (uint8_t)v : 0;
	return true;
}

/* RFC 4568 6.1: MKI ":" length, both decimal without leading zeroes, the length 1..128 octets. */
static bool read_mki(struct slice s, struct sdp_crypto_key *k)
{
	size_t colon = slice_find(s, ':');
	struct slice value = slice_upto(s, colon), length = slice_from(s, colon + 1);
	uint64_t n;

	k->has_mki = true;
	if (!length.n || length.p[0] == '0' || !slice_number(length, 128, &n))
		return false;
	k->mki_length = (uint8_t)n;
	if (!value.n || (value.p[0] == '0' && value.n > 1))
		return false;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
	/* A longer MKI may be a number beyond 64 bits; its digits are right, its value is not kept.
	 */
	if (!slice_number(value, UINT64_MAX, &k->mki))
		return n > 8;
	return n >= 8 || k->mki >> (8 * n) == 0;
}

static void read_key_salt(struct sdp_crypto *c, struct sdp_crypto_key *k, struct slice s)
{
	const struct sdp_crypto_suite_info *info = sdp_crypto_info(c->suite);
	int octets = sdp_crypto_decode(s, NULL, 0);

	k->secret_base64 = s;
	if (octets < 0) {
		fail(c, SDP_CRYPTO_BAD_BASE64);
		return;
	}
	k->octets = (uint16_t)octets;
	if (s.n % 4)
		c->flags |= SDP_CRYPTO_UNPADDED;
	if (info->key && octets != info->key + info->salt)
		fail(c, SDP_CRYPTO_BAD_LENGTH);
}

static void read_key(struct sdp_crypto *c, struct slice param)
{
	const struct slice method = SLICE("inline:");
	struct slice part;

	if (c->key_n == SDP_CRYPTO_MAX_KEYS) {
		fail(c, SDP_CRYPTO_TOO_MANY_KEYS);
		return;
	}
	if (!slice_istarts(param, method)) {
		fail(c, SDP_CRYPTO_BAD_METHOD);
		return;
	}
	struct sdp_crypto_key *k = &c->keys[c->key_n++];
	param = slice_from(param, method.n);
	size_t bar = slice_find(param, '|');
	read_key_salt(c, k, slice_upto(param, bar));
	param = slice_from(param, bar + 1);
	while (slice_cut(&param, '|', &part)) {
		if (slice_find(part, ':') < part.n) {
			if (k->has_mki || !read_mki(part, k))
				fail(c, SDP_CRYPTO_BAD_MKI);
		} else if (k->has_mki || k->has_lifetime || !read_lifetime(part, k)) {
			fail(c, SDP_CRYPTO_BAD_LIFETIME);
		}
	}
}

static void read_keys(struct sdp_crypto *c, struct slice params)
{
	struct slice one;

	if (!params.n)
		fail(c, SDP_CRYPTO_NO_KEY);
	while (slice_cut(&params, ';', &one))
		if (one.n)
			read_key(c, one);
	for (unsigned i = 0; c->key_n > 1 && i < c->key_n; i++)
		if (!c->keys[i].has_mki || c->keys[i].mki_length != c->keys[0].mki_length)
			fail(c, SDP_CRYPTO_MKI_MISSING);
}

static void read_ranged(struct sdp_crypto *c, struct slice value, uint64_t low, uint64_t high,
			uint8_t *out)
{
	uint64_t v;

	if (!slice_number(value, high, &v) || v < low)
		fail(c, SDP_CRYPTO_BAD_PARAM);
	else
		*out = (uint8_t)v;
}

static uint16_t valued_param(struct sdp_crypto *c, struct slice name, struct slice value)
{
	if (slice_eq(name, SLICE("KDR"))) {
		read_ranged(c, value, 0, 24, &c->kdr);
		return SDP_CRYPTO_KDR;
	}
	if (slice_eq(name, SLICE("WSH"))) {
		/* RFC 4568 6.3.7: minimum 64, two digits or more; a hint, kept up to 255. */
		uint64_t v;
		if (!slice_number(value, UINT32_MAX, &v) || v < 64)
			fail(c, SDP_CRYPTO_BAD_PARAM);
		else
			c->wsh = v < UINT8_MAX ? (uint8_t)v : UINT8_MAX;
		return SDP_CRYPTO_WSH;
	}
	if (slice_eq(name, SLICE("FEC_KEY")))
		return SDP_CRYPTO_FEC_KEY;
	if (slice_eq(name, SLICE("FEC_ORDER"))) {
		if (slice_eq(value, SLICE("FEC_SRTP")))
			return SDP_CRYPTO_FEC_ORDER_FEC_SRTP;
		if (slice_eq(value, SLICE("SRTP_FEC")))
			return SDP_CRYPTO_FEC_ORDER_SRTP_FEC;
		fail(c, SDP_CRYPTO_BAD_PARAM);
	}
	return 0;
}

static void read_param(struct sdp_crypto *c, struct slice param)
{
	size_t equals = slice_find(param, '=');
	struct slice name = slice_upto(param, equals);
	uint16_t flag;

	if (slice_eq(param, SLICE("UNENCRYPTED_SRTP")))
		flag = SDP_CRYPTO_UNENCRYPTED_SRTP;
	else if (slice_eq(param, SLICE("UNENCRYPTED_SRTCP")))
		flag = SDP_CRYPTO_UNENCRYPTED_SRTCP;
	else if (slice_eq(param, SLICE("UNAUTHENTICATED_SRTP")))
		flag = SDP_CRYPTO_UNAUTHENTICATED_SRTP;
	else if (param.p[0] == '-')
		flag = SDP_CRYPTO_EXTENSION;
	else
		flag = valued_param(c, name, slice_from(param, equals + 1));
	if (!flag)
		fail(c, SDP_CRYPTO_UNKNOWN_PARAM);
	/* 6.3: each parameter at most once. */
	if (c->flags & flag && flag != SDP_CRYPTO_EXTENSION)
		fail(c, SDP_CRYPTO_BAD_PARAM);
	c->flags |= flag;
}

static enum err outcome(const struct sdp_crypto *c)
{
	if (c->reason == SDP_CRYPTO_UNKNOWN_SUITE)
		return ERR_UNSUPPORTED;
	return c->reason == SDP_CRYPTO_VALID ? ERR_OK : ERR_MALFORMED;
}

enum err sdp_crypto_parse(struct slice value, struct sdp_crypto *out)
{
	struct slice rest = slice_trim(value), word;
	uint64_t tag;

	memset(out, 0, sizeof *out);
	word = take_word(out, &rest);
	if (!word.n || word.n > 9 || !slice_number(word, 999999999, &tag))
		fail(out, SDP_CRYPTO_BAD_TAG);
	else
		out->tag = (uint32_t)tag;
	out->suite_text = take_word(out, &rest);
	if (!out->suite_text.n)
		fail(out, SDP_CRYPTO_NO_SUITE);
	out->suite = suite_of(out, out->suite_text);
	read_keys(out, take_word(out, &rest));
	for (;;) {
		word = take_word(out, &rest);
		if (!word.n)
			break;
		read_param(out, word);
	}
	if (out->suite == SDP_SUITE_OTHER)
		fail(out, SDP_CRYPTO_UNKNOWN_SUITE);
	return outcome(out);
}
