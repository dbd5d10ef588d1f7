/* syslog_tls.c - TLS for syslog (RFC 5425): the receiver's certificate is always verified. */
#include "analyzer/watch/syslog_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"

struct syslog_tls {
	SSL_CTX *ctx;
	char *name;
	bool is_address;
};

struct syslog_tls_line {
	SSL *ssl;
	char why[128];
};

/* ---- loading ----------------------------------------------------------------------------- */

/* The library would ask for a pass phrase on the terminal. */
static int no_pass_phrase(char *to, int room, int writing, void *ctx)
{
	(void)to;
	(void)room;
	(void)writing;
	(void)ctx;
	return 0;
}

static void say(char **why, const char *what, const char *file)
{
	struct text t = { 0 };
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	text_addf(&t, "%s %s%s%s", what, file, reason ? ": " : "", reason ? reason : "");
	ERR_clear_error();
	*why = t.p;
}

/* A folder of authorities is read when it is needed: that may be out of reach then. A file is not.
 */
static bool load_system(SSL_CTX *ctx)
{
	const char *named = getenv(X509_get_default_cert_file_env());
	const char *const files[] = { named, X509_get_default_cert_file(),
				      "/etc/ssl/certs/ca-certificates.crt",
				      "/etc/pki/tls/certs/ca-bundle.crt" };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (files[i] && access(files[i], R_OK) == 0 &&
		    SSL_CTX_load_verify_file(ctx, files[i]) == 1)
			return true;
	return false;
}

static bool load_authorities(SSL_CTX *ctx, const char *ca, char **why)
{
	if (ca ? SSL_CTX_load_verify_file(ctx, ca) == 1 : load_system(ctx))
		return true;
	say(why, ca ? "cannot read authorities from" : "found no authorities",
	    ca ? ca : "of the system");
	return false;
}

static bool load_own(SSL_CTX *ctx, const char *cert, const char *key, char **why)
{
	if (!cert)
		return true;
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		say(why, "cannot read a certificate from", cert);
	else if (SSL_CTX_use_PrivateKey_file(ctx, key ? key : cert, SSL_FILETYPE_PEM) != 1)
		say(why, "cannot read a key without pass phrase from", key ? key : cert);
	else if (SSL_CTX_check_private_key(ctx) != 1)
		say(why, "the key is not that of the certificate:", key ? key : cert);
	else
		return true;
	return false;
}

static bool is_address(const char *name)
{
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(name);
	bool is = ip != NULL;

	ASN1_OCTET_STRING_free(ip);
	ERR_clear_error();
	return is;
}

static SSL_CTX *context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_default_passwd_cb(ctx, no_pass_phrase);
	return ctx;
}

enum err syslog_tls_load(struct syslog_tls **out, struct syslog_tls_options options, char **why)
{
	SSL_CTX *ctx = context();

	if (!ctx)
		say(why, "TLS cannot be used:", "no context");
	if (!ctx || !load_authorities(ctx, options.ca, why) ||
	    !load_own(ctx, options.cert, options.key, why)) {
		SSL_CTX_free(ctx);
		return ERR_USAGE;
	}
	*out = mem_zero(1, sizeof **out);
	(*out)->ctx = ctx;
	(*out)->name = mem_text(options.name);
	(*out)->is_address = is_address(options.name);
	return ERR_OK;
}

void syslog_tls_free(struct syslog_tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	free(t->name);
	free(t);
}

/* ---- a connection ------------------------------------------------------------------------ */

static bool expect_name(SSL *ssl, const struct syslog_tls *t)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);

	if (t->is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(p, t->name) == 1;
	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(p, t->name, 0) == 1 &&
	       SSL_set_tlsext_host_name(ssl, t->name) == 1;
}

struct syslog_tls_line *syslog_tls_begin(struct syslog_tls *t, int fd)
{
	SSL *ssl = SSL_new(t->ctx);

	if (!ssl || !expect_name(ssl, t) || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_connect_state(ssl);
	struct syslog_tls_line *l = mem_zero(1, sizeof *l);
	l->ssl = ssl;
	return l;
}

/* Reasons are the library's own words: nothing of a key or of the receiver's text is in them. */
static void explain(struct syslog_tls_line *l, int code)
{
	long verdict = SSL_get_verify_result(l->ssl);
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	if (verdict != X509_V_OK)
		(void)snprintf(l->why, sizeof l->why, "certificate refused: %s",
			       X509_verify_cert_error_string(verdict));
	else if (reason)
		(void)snprintf(l->why, sizeof l->why, "TLS: %s", reason);
	else
		(void)snprintf(l->why, sizeof l->why, "TLS: %s",
			       code ? strerror(code) : "the connection was cut");
}

static enum syslog_tls_went went(struct syslog_tls_line *l, int result)
{
	int code = errno;

	switch (SSL_get_error(l->ssl, result)) {
	case SSL_ERROR_NONE:
		return SYSLOG_TLS_DONE;
	case SSL_ERROR_WANT_READ:
		return SYSLOG_TLS_WANTS_READ;
	case SSL_ERROR_WANT_WRITE:
		return SYSLOG_TLS_WANTS_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return SYSLOG_TLS_CLOSED;
	default:
		explain(l, code);
		return SYSLOG_TLS_BROKEN;
	}
}

static void afresh(void)
{
	ERR_clear_error();
	errno = 0;
}

enum syslog_tls_went syslog_tls_shake(struct syslog_tls_line *l)
{
	afresh();
	return went(l, SSL_do_handshake(l->ssl));
}

enum syslog_tls_went syslog_tls_write(struct syslog_tls_line *l, struct slice s, size_t *done)
{
	*done = 0;
	afresh();
	return went(l, SSL_write_ex(l->ssl, s.p, s.n, done));
}

enum syslog_tls_went syslog_tls_read(struct syslog_tls_line *l)
{
	uint8_t unused[512];
	size_t n;

	afresh();
	return went(l, SSL_read_ex(l->ssl, unused, sizeof unused, &n));
}

void syslog_tls_say_end(struct syslog_tls_line *l)
{
	afresh();
	(void)SSL_shutdown(l->ssl);
}

const char *syslog_tls_why(const struct syslog_tls_line *l)
{
	return l->why;
}

void syslog_tls_end(struct syslog_tls_line *l)
{
	if (!l)
		return;
	SSL_free(l->ssl);
	free(l);
}
