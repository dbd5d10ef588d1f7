/* shaking.c - DTLS handshakes of OpenSSL with itself, datagram by datagram. */
#include "tests/lib/shaking.h"

#include <assert.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One end of the line: what it writes is recorded; it reads the other's datagrams in order. */
struct line {
	struct shaking *s;
	bool server;
	unsigned next; /* of s->d */
};

static int line_write(BIO *b, const char *data, int n)
{
	struct line *l = BIO_get_data(b);
	struct shaking_datagram *d = &l->s->d[l->s->count++];

	assert(l->s->count < SHAKING_DATAGRAMS && n >= 0 && (size_t)n <= sizeof d->bytes);
	d->from_server = l->server;
	d->n = (size_t)n;
	memcpy(d->bytes, data, d->n);
	return n;
}

static int line_read(BIO *b, char *to, int room)
{
	struct line *l = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	while (l->next < l->s->count && l->s->d[l->next].from_server == l->server)
		l->next++;
	if (l->next == l->s->count) {
		BIO_set_retry_read(b);
		return -1;
	}
	const struct shaking_datagram *d = &l->s->d[l->next++];
	size_t n = d->n < (size_t)room ? d->n : (size_t)room;
	memcpy(to, d->bytes, n);
	return (int)n;
}

static long line_ctrl(BIO *b, int what, long number, void *pointer)
{
	(void)b;
	(void)number;
	(void)pointer;
	return what == BIO_CTRL_FLUSH || what == BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT;
}

static BIO *line_new(struct line *l)
{
	static BIO_METHOD *method;

	if (!method) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "line");
		BIO_meth_set_write(method, line_write);
		BIO_meth_set_read(method, line_read);
		BIO_meth_set_ctrl(method, line_ctrl);
	}
	BIO *b = BIO_new(method);
	BIO_set_data(b, l);
	BIO_set_init(b, 1);
	return b;
}

X509 *shaking_certificate(const char *name, bool rsa, EVP_PKEY **key)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	*key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	assert(*key);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const uint8_t *)name, -1, -1, 0);
	X509_set_issuer_name(x, n);
	X509_set_pubkey(x, *key);
	assert(X509_sign(x, *key, EVP_sha256()) > 0);
	return x;
}

static void write_log(const SSL *ssl, const char *text)
{
	struct shaking *s = SSL_get_app_data(ssl);
	size_t n = strlen(s->log);

	if (s)
		snprintf(s->log + n, sizeof s->log - n, "%s\n", text);
}

static int make_cookie(SSL *ssl, unsigned char *cookie, unsigned *n)
{
	(void)ssl;
	memcpy(cookie, "cookie", 6);
	*n = 6;
	return 1;
}

static int check_cookie(SSL *ssl, const unsigned char *cookie, unsigned n)
{
	(void)ssl;
	return n == 6 && memcmp(cookie, "cookie", 6) == 0;
}

static int trust(int fine, X509_STORE_CTX *ctx)
{
	(void)fine;
	(void)ctx;
	return 1;
}

static SSL_CTX *context(const struct shaking_how *how, bool server)
{
	SSL_CTX *c = SSL_CTX_new(server ? DTLS_server_method() : DTLS_client_method());

	SSL_CTX_set_min_proto_version(c, how->version);
	SSL_CTX_set_max_proto_version(c, how->version);
	SSL_CTX_set_security_level(c, 0);
	assert(SSL_CTX_set_cipher_list(c, how->suites) == 1);
	if (how->profiles)
		assert(SSL_CTX_set_tlsext_use_srtp(c, how->profiles) == 0);
	SSL_CTX_set_options(c, SSL_OP_NO_QUERY_MTU |
				       (server && how->cookies ? SSL_OP_COOKIE_EXCHANGE : 0));
	SSL_CTX_set_cookie_generate_cb(c, make_cookie);
	SSL_CTX_set_cookie_verify_cb(c, check_cookie);
	SSL_CTX_set_session_id_context(c, (const uint8_t *)"t", 1);
	int verify = server && (how->mutual || how->refuse) ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;
	if (how->refuse && verify)
		verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(c, verify, trust);
	if (!server)
		SSL_CTX_set_keylog_callback(c, write_log);
	return c;
}

static X509 *equip(SSL_CTX *c, const char *name, bool rsa)
{
	EVP_PKEY *key;
	X509 *x = shaking_certificate(name, rsa, &key);

	assert(SSL_CTX_use_certificate(c, x) == 1 && SSL_CTX_use_PrivateKey(c, key) == 1);
	EVP_PKEY_free(key);
	return x;
}

struct shaking *shaking_new(struct shaking_how how)
{
	struct shaking *s = calloc(1, sizeof *s);

	if (!how.version)
		how.version = DTLS1_2_VERSION;
	if (!how.suites)
		how.suites = "ALL:@SECLEVEL=0";
	if (!how.mtu)
		how.mtu = 1400;
	s->how = how;
	s->client = context(&how, false);
	s->server = context(&how, true);
	s->server_cert = equip(s->server, "server.example", how.rsa);
	if (how.mutual)
		s->client_cert = equip(s->client, "client.example", how.rsa);
	return s;
}

static SSL *end(struct shaking *s, bool server, struct line *l)
{
	SSL *ssl = SSL_new(server ? s->server : s->client);
	BIO *b = line_new(l);

	SSL_set_app_data(ssl, s);
	SSL_set_bio(ssl, b, b);
	SSL_set_mtu(ssl, s->how.mtu);
	if (server) {
		SSL_set_accept_state(ssl);
	} else {
		SSL_set_connect_state(ssl);
		if (s->session)
			SSL_set_session(ssl, s->session);
	}
	return ssl;
}

static void finish(struct shaking *s, SSL *client, SSL *server)
{
	const SRTP_PROTECTION_PROFILE *p = SSL_get_selected_srtp_profile(client);

	s->done = SSL_is_init_finished(client) && SSL_is_init_finished(server);
	if (!s->done)
		return;
	s->resumed = SSL_session_reused(client);
	s->profile = p ? p->id : 0;
	/* The length is part of what is derived only as its end: a prefix serves all profiles. */
	assert(SSL_export_keying_material(client, s->material, sizeof s->material,
					  "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0) == 1);
	SSL_write(client, "hello", 5);
	SSL_write(server, "world", 5);
	SSL_SESSION_free(s->session);
	s->session = SSL_get1_session(client);
}

void shaking_run(struct shaking *s)
{
	struct line lines[2] = { { s, false, s->count }, { s, true, s->count } };
	SSL *client = end(s, false, &lines[0]), *server = end(s, true, &lines[1]);

	for (int i = 0; i < 40; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server);
		if (SSL_is_init_finished(client) && SSL_is_init_finished(server))
			break;
	}
	finish(s, client, server);
	/* A session that ends without a word is not resumed. */
	SSL_set_shutdown(client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_set_shutdown(server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(client);
	SSL_free(server);
}

void shaking_free(struct shaking *s)
{
	if (!s)
		return;
	SSL_CTX_free(s->client);
	SSL_CTX_free(s->server);
	SSL_SESSION_free(s->session);
	X509_free(s->client_cert);
	X509_free(s->server_cert);
	free(s);
}
