/* cert_signature.c - handshake signatures checked with the key of a certificate. */
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "analyzer/crypto/cert.h"

/* SignatureScheme (RFC 8446 4.2.3); below 0x0800 the pair of RFC 5246 7.4.1.4.1. */
struct scheme {
	const char *digest; /* NULL: the algorithm hashes for itself */
	bool pss;
	int key; /* EVP_PKEY_* */
};

static bool pair_of(uint16_t scheme, struct scheme *out)
{
	static const char *const hashes[] = { NULL,	"MD5",	  "SHA1",  "SHA224",
					      "SHA256", "SHA384", "SHA512" };
	static const int keys[] = { 0, EVP_PKEY_RSA, EVP_PKEY_DSA, EVP_PKEY_EC };
	unsigned hash = scheme >> 8, key = scheme & 0xff;

	if (hash == 0 || hash >= sizeof hashes / sizeof *hashes || key == 0 ||
	    key >= sizeof keys / sizeof *keys)
		return false;
	*out = (struct scheme){ hashes[hash], false, keys[key] };
	return true;
}

static bool scheme_of(uint16_t scheme, struct scheme *out)
{
	switch (scheme) {
	case 0x0804:
	case 0x0809:
		*out = (struct scheme){ "SHA256", true, EVP_PKEY_RSA };
		return true;
	case 0x0805:
	case 0x080a:
		*out = (struct scheme){ "SHA384", true, EVP_PKEY_RSA };
		return true;
	case 0x0806:
	case 0x080b:
		*out = (struct scheme){ "SHA512", true, EVP_PKEY_RSA };
		return true;
	case 0x0807:
		*out = (struct scheme){ NULL, false, EVP_PKEY_ED25519 };
		return true;
	case 0x0808:
		*out = (struct scheme){ NULL, false, EVP_PKEY_ED448 };
		return true;
	default:
		return pair_of(scheme, out);
	}
}

/* RFC 4346 7.4.3: RSA signs MD5 and SHA-1 in a row, the others SHA-1. */
static struct scheme before_1_2(int key)
{
	return (struct scheme){ key == EVP_PKEY_RSA ? "MD5-SHA1" : "SHA1", false, key };
}

static bool fits(int key, int wanted)
{
	return key == wanted || (key == EVP_PKEY_RSA_PSS && wanted == EVP_PKEY_RSA);
}

enum check cert_signature(EVP_PKEY *key, uint16_t scheme, struct slice text, struct slice signature)
{
	int kind = EVP_PKEY_get_base_id(key);
	struct scheme s = before_1_2(kind);
	EVP_PKEY_CTX *more = NULL;

	if (scheme && !scheme_of(scheme, &s))
		return CHECK_NONE;
	if (!fits(kind, s.key))
		return CHECK_BAD;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ready =
		ctx && EVP_DigestVerifyInit_ex(ctx, &more, s.digest, NULL, NULL, key, NULL) == 1;
	if (ready && s.pss)
		ready = EVP_PKEY_CTX_set_rsa_padding(more, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(more, RSA_PSS_SALTLEN_DIGEST) == 1;
	enum check got = CHECK_NONE;
	if (ready)
		got = EVP_DigestVerify(ctx, signature.p, signature.n, text.p, text.n) == 1
			      ? CHECK_OK
			      : CHECK_BAD;
	EVP_MD_CTX_free(ctx);
	return got;
}

enum check cert_signature_by(struct slice der, uint16_t scheme, struct slice text,
			     struct slice signature)
{
	EVP_PKEY *key = cert_public(der);
	enum check got = key ? cert_signature(key, scheme, text, signature) : CHECK_NONE;

	EVP_PKEY_free(key);
	return got;
}
