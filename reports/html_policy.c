/* html_policy.c - the content security policy of a page, by digests. */
#include "reports/html_policy.h"

#include "analyzer/base/digest.h"

enum { BASE64_DIGEST = 45 };

static void base64(const uint8_t in[DIGEST_BYTES], char out[BASE64_DIGEST])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < DIGEST_BYTES; i += 3) {
		unsigned left = (unsigned)(DIGEST_BYTES - i);
		uint32_t v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
			     (left > 2 ? in[i + 2] : 0);
		out[n++] = digits[v >> 18];
		out[n++] = digits[v >> 12 & 63];
		out[n++] = left > 1 ? digits[v >> 6 & 63] : '=';
		out[n++] = left > 2 ? digits[v & 63] : '=';
	}
	out[n] = '\0';
}

static void allow(FILE *out, const char *what, const char *text)
{
	uint8_t digest[DIGEST_BYTES];
	char shown[BASE64_DIGEST];

	digest_sha256(slice_of(text), digest);
	base64(digest, shown);
	(void)fprintf(out, "%s 'sha256-%s'; ", what, shown);
}

void html_policy_put(FILE *out, const char *style, const char *script)
{
	(void)fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
		    out);
	allow(out, "style-src", style);
	if (script)
		allow(out, "script-src", script);
	(void)fputs("base-uri 'none'; form-action 'none'\">\n", out);
}
