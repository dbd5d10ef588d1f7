/* cert.c - certificates read with libcrypto, each distinct one once. */
#include "analyzer/crypto/cert.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

enum {
	REMEMBERED = 256,
	NAME_MAX_OCTETS = 255,
	HELD_NAMES = 2 * CERT_NAMES * (NAME_MAX_OCTETS + 1)
};

/* What a certificate said, with its names beside it. */
struct known {
	uint64_t used;
	bool taken;
	struct cert_seen seen;
	uint8_t names[HELD_NAMES + NAME_MAX_OCTETS + 1];
};

struct cert_store {
	X509_STORE *store;
};

struct cert_cache {
	const struct cert_store *trust;
	const EVP_MD *md[CERT_HASHES];
	uint64_t clock;
	struct known known[REMEMBERED];
};

/* ---- trust ------------------------------------------------------------------ */

enum err cert_store_new(struct slice pem, struct cert_store **out)
{
	BIO *b = BIO_new_mem_buf(pem.p, (int)(pem.n > INT32_MAX ? INT32_MAX : pem.n));
	X509_STORE *store = X509_STORE_new();
	size_t count = 0;
	X509 *x;

	*out = NULL;
	while (b && store && (x = PEM_read_bio_X509(b, NULL, NULL, NULL)) != NULL) {
		count += X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	BIO_free(b);
	if (count == 0) {
		X509_STORE_free(store);
		return ERR_MALFORMED;
	}
	/* An operator may name an issuing authority as the anchor, not its root. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	*out = mem_zero(1, sizeof **out);
	(*out)->store = store;
	return ERR_OK;
}

void cert_store_free(struct cert_store *s)
{
	if (!s)
		return;
	X509_STORE_free(s->store);
	free(s);
}

static STACK_OF(X509) * stack_of(const struct slice *chain, size_t n)
{
	STACK_OF(X509) *all = sk_X509_new_null();

	for (size_t i = 0; all && i < n; i++) {
		const uint8_t *p = chain[i].p;
		X509 *x = d2i_X509(NULL, &p, (long)chain[i].n);
		if (x && !sk_X509_push(all, x))
			X509_free(x);
	}
	return all;
}

/* Dates are judged apart, so they do not decide here. A time set would outweigh that flag. */
static enum check chain_of(const struct cert_store *trust, X509 *x, const struct slice *chain,
			   size_t n)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *others = stack_of(chain, n);
	enum check got = CHECK_NONE;

	if (ctx && X509_STORE_CTX_init(ctx, trust->store, x, others) == 1) {
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME);
		got = X509_verify_cert(ctx) == 1 ? CHECK_OK : CHECK_BAD;
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_pop_free(others, X509_free);
	return got;
}

/* ---- fields ------------------------------------------------------------------- */

static bool time_of(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

static void read_key(X509 *x, struct cert_seen *out)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;
	uint8_t *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (n > 0)
		EVP_Digest(der, (size_t)n, out->key_digest, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
	out->key_bits = (uint16_t)(bits > 0 && bits <= UINT16_MAX ? bits : 0);
	switch (key ? EVP_PKEY_get_base_id(key) : 0) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		out->key = CERT_KEY_RSA;
		break;
	case EVP_PKEY_EC:
		out->key = CERT_KEY_EC;
		break;
	case EVP_PKEY_ED25519:
	case EVP_PKEY_ED448:
		out->key = CERT_KEY_EDDSA;
		break;
	case EVP_PKEY_DSA:
		out->key = CERT_KEY_DSA;
		break;
	default:
		out->key = CERT_KEY_OTHER;
		break;
	}
}

static void read_signature(X509 *x, struct cert_seen *out)
{
	int md = NID_undef, by = NID_undef;

	/* The hash of a signature by one's own key protects nothing (CERT-005, traps). */
	out->self_signed = X509_self_signed(x, 1) == 1;
	if (!OBJ_find_sigid_algs(X509_get_signature_nid(x), &md, &by))
		return;
	out->weak_signature = !out->self_signed &&
			      (md == NID_md5 || md == NID_sha1 || md == NID_md2 || md == NID_md4);
}

static void read_usage(X509 *x, struct cert_seen *out)
{
	EXTENDED_KEY_USAGE *u = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	ASN1_OBJECT *sip = OBJ_txt2obj("1.3.6.1.5.5.7.3.20", 1); /* id-kp-sipDomain, RFC 5924 */
	bool any = false;

	out->eku = u != NULL;
	for (int i = 0; u && i < sk_ASN1_OBJECT_num(u); i++) {
		const ASN1_OBJECT *o = sk_ASN1_OBJECT_value(u, i);
		int nid = OBJ_obj2nid(o);
		out->eku_server |= nid == NID_server_auth;
		out->eku_client |= nid == NID_client_auth;
		any |= nid == NID_anyExtendedKeyUsage;
		out->eku_sip |= sip && OBJ_cmp(o, sip) == 0;
	}
	out->eku &= !any;
	ASN1_OBJECT_free(sip);
	EXTENDED_KEY_USAGE_free(u);
}

/* ---- names (RFC 5922 7.1) --------------------------------------------------------- */

struct names {
	struct known *k;
	size_t used;
};

static struct slice keep(struct names *n, struct slice s)
{
	uint8_t *to = n->k->names + n->used;

	if (s.n == 0 || s.n > NAME_MAX_OCTETS || n->used + s.n > sizeof n->k->names)
		return (struct slice){ NULL, 0 };
	memcpy(to, s.p, s.n);
	n->used += s.n;
	return (struct slice){ to, s.n };
}

static void hold_name(struct names *n, struct slice name, struct slice *list, uint8_t *count)
{
	struct slice kept = { NULL, 0 };

	if (*count < CERT_NAMES)
		kept = keep(n, name);
	if (kept.n)
		list[(*count)++] = kept;
	else
		n->k->seen.names_more = true;
}

static void add_name(struct names *n, struct slice name)
{
	struct cert_seen *c = &n->k->seen;

	c->wildcard |= name.n > 1 && name.p[0] == '*' && name.p[1] == '.';
	hold_name(n, name, c->names, &c->name_count);
}

/* Host of sip:host; a URI with a user part names a user, not a domain. */
static bool sip_host(struct slice uri, struct slice *host)
{
	if (!slice_istarts(uri, SLICE("sip:")))
		return false;
	struct slice h = slice_from(uri, 4);
	if (slice_find(h, '@') < h.n)
		return false;
	h = slice_upto(h, slice_find(h, '?'));
	h = slice_upto(h, slice_find(h, ';'));
	if (slice_starts(h, SLICE("[")))
		*host = slice_upto(slice_from(h, 1), slice_find(slice_from(h, 1), ']'));
	else
		*host = slice_upto(h, slice_find(h, ':'));
	return host->n > 0;
}

static struct slice text_of(const ASN1_STRING *s)
{
	return (struct slice){ ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s) };
}

static void read_alternatives(X509 *x, struct names *n)
{
	struct cert_seen *c = &n->k->seen;
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	struct slice host;

	c->has_san = all != NULL;
	for (int i = 0; all && i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		if (g->type == GEN_URI &&
		    sip_host(text_of(g->d.uniformResourceIdentifier), &host)) {
			c->names_uri = true;
			add_name(n, host);
		}
	}
	for (int i = 0; all && i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		if (g->type == GEN_DNS && c->names_uri)
			hold_name(n, text_of(g->d.dNSName), c->dns, &c->dns_count);
		else if (g->type == GEN_DNS)
			add_name(n, text_of(g->d.dNSName));
	}
	GENERAL_NAMES_free(all);
}

static void read_names(X509 *x, struct names *n)
{
	X509_NAME *subject = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	read_alternatives(x, n);
	if (at >= 0)
		n->k->seen.cn = keep(
			n, text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
}

/* ---- the cache ---------------------------------------------------------------------- */

struct cert_cache *cert_cache_new(const struct cert_store *trust)
{
	struct cert_cache *c = mem_zero(1, sizeof *c);

	c->trust = trust;
	c->md[CERT_SHA1] = EVP_sha1();
	c->md[CERT_SHA224] = EVP_sha224();
	c->md[CERT_SHA256] = EVP_sha256();
	c->md[CERT_SHA384] = EVP_sha384();
	c->md[CERT_SHA512] = EVP_sha512();
	return c;
}

void cert_cache_free(struct cert_cache *c)
{
	free(c);
}

static struct known *remembered(struct cert_cache *c, const uint8_t *sha256)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		if (c->known[i].taken &&
		    memcmp(c->known[i].seen.digest[CERT_SHA256], sha256, 32) == 0)
			return &c->known[i];
	return NULL;
}

static struct known *oldest(struct cert_cache *c)
{
	struct known *k = &c->known[0];

	for (size_t i = 1; i < REMEMBERED; i++)
		if (c->known[i].used < k->used)
			k = &c->known[i];
	return k;
}

static void digest_all(const struct cert_cache *c, struct slice der, struct cert_seen *out)
{
	for (int h = 0; h < CERT_HASHES; h++)
		EVP_Digest(der.p, der.n, out->digest[h], NULL, c->md[h], NULL);
}

static void read_into(struct known *k, struct slice der)
{
	const uint8_t *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	struct cert_seen *out = &k->seen;

	if (!x)
		return;
	/* Octets behind the certificate belong to the digest and to nothing else. */
	out->parsed = p == der.p + der.n && time_of(X509_get0_notBefore(x), &out->not_before_s) &&
		      time_of(X509_get0_notAfter(x), &out->not_after_s);
	read_key(x, out);
	read_signature(x, out);
	read_usage(x, out);
	read_names(x, &(struct names){ k, 0 });
	X509_free(x);
}

static struct known *learn(struct cert_cache *c, struct slice der)
{
	uint8_t sha256[32];

	EVP_Digest(der.p, der.n, sha256, NULL, c->md[CERT_SHA256], NULL);
	struct known *k = remembered(c, sha256);
	if (!k) {
		k = oldest(c);
		*k = (struct known){ .taken = true };
		digest_all(c, der, &k->seen);
		read_into(k, der);
	}
	k->used = ++c->clock;
	return k;
}

enum err cert_read(struct cert_cache *c, struct arena *arena, struct slice der,
		   const struct slice *chain, size_t chain_n, struct cert_seen *out)
{
	const struct known *k = learn(c, der);
	const uint8_t *p = der.p;

	*out = k->seen;
	out->sent = true;
	out->chain = (uint16_t)(chain_n + 1 > UINT16_MAX ? UINT16_MAX : chain_n + 1);
	out->cn = arena_slice(arena, k->seen.cn);
	for (unsigned i = 0; i < out->name_count; i++)
		out->names[i] = arena_slice(arena, k->seen.names[i]);
	for (unsigned i = 0; i < out->dns_count; i++)
		out->dns[i] = arena_slice(arena, k->seen.dns[i]);
	if (out->parsed && c->trust) {
		X509 *x = d2i_X509(NULL, &p, (long)der.n);
		if (x)
			out->trusted = chain_of(c->trust, x, chain, chain_n);
		X509_free(x);
	}
	return out->parsed ? ERR_OK : ERR_MALFORMED;
}

EVP_PKEY *cert_public(struct slice der)
{
	const uint8_t *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	EVP_PKEY *key = x ? X509_get_pubkey(x) : NULL;

	X509_free(x);
	return key;
}

struct slice cert_spki(struct slice der, struct arena *arena)
{
	const uint8_t *p = der.p;
	X509 *x = der.n ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	uint8_t *spki = NULL;
	int n = x ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki) : 0;
	struct slice kept = arena_slice(arena, (struct slice){ spki, n > 0 ? (size_t)n : 0 });

	OPENSSL_free(spki);
	X509_free(x);
	return kept;
}
