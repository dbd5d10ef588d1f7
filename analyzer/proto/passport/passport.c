/* passport.c - a PASSporT as it stands in an Identity header: three parts in base64url. */
#include "analyzer/proto/passport/passport.h"

static int digit(uint8_t c)
{
	return c == '-' ? 62 : c == '_' ? 63 : slice_base64_digit(c);
}

static bool is_base64url(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (digit(s.p[i]) < 0)
			return false;
	return s.n % 4 != 1;
}

enum err passport_split(struct slice token, struct passport *out)
{
	struct slice rest = token;

	*out = (struct passport){ .compact = false };
	if (token.n > PASSPORT_MAX)
		return ERR_LIMIT;
	size_t first = slice_find(rest, '.');
	if (first >= rest.n)
		return ERR_MALFORMED;
	out->header = slice_upto(rest, first);
	rest = slice_from(rest, first + 1);
	size_t second = slice_find(rest, '.');
	if (second >= rest.n)
		return ERR_MALFORMED;
	out->claims = slice_upto(rest, second);
	out->signature = slice_from(rest, second + 1);
	out->text = slice_upto(token, first + 1 + second);
	out->compact = out->header.n == 0 && out->claims.n == 0;
	if (!is_base64url(out->header) || !is_base64url(out->claims) ||
	    !is_base64url(out->signature) || out->signature.n == 0 ||
	    (!out->compact && (out->header.n == 0 || out->claims.n == 0)))
		return ERR_MALFORMED;
	return ERR_OK;
}

int passport_decode(struct slice text, uint8_t *out, size_t room)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	if (!is_base64url(text) || text.n / 4 * 3 + 2 > room + 2)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		bits = bits << 6 | (uint32_t)digit(text.p[i]);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (n == room)
			return -1;
		out[n++] = (uint8_t)(bits >> have);
	}
	return (int)n;
}
