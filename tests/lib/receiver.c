/* receiver.c - a syslog receiver on loopback, on a thread of its own: UDP, TCP, TLS. */
#include "tests/lib/receiver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"

enum { CONNECTIONS = 8 };

struct connection {
	int fd;
	SSL *ssl;
	struct text bytes;
	size_t got;
};

struct receiver {
	struct receiver_options of;
	SSL_CTX *ctx;
	int listener, stop[2];
	unsigned port;
	pthread_t thread;
	bool stopped;
	struct connection all[CONNECTIONS];

	pthread_mutex_t lock;
	char **messages;
	size_t count, accepted;
	bool broken, ended;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "receiver: %s: %s\n", what, strerror(errno));
	abort();
}

/* ---- messages ---------------------------------------------------------------------------- */

static void keep(struct receiver *r, struct slice s)
{
	char *copy = mem_zero(1, s.n + 1);

	memcpy(copy, s.p, s.n);
	(void)pthread_mutex_lock(&r->lock);
	r->messages = mem_more(r->messages, r->count, sizeof *r->messages);
	r->messages[r->count++] = copy;
	(void)pthread_mutex_unlock(&r->lock);
}

/* "LEN SP MESSAGE": whole ones are taken off. */
static bool cut_frames(struct receiver *r, struct connection *c)
{
	struct slice left = text_slice(&c->bytes);

	for (;;) {
		size_t space = slice_find(left, ' ');
		uint64_t n = 0;
		if (space == left.n)
			break;
		if (!slice_number(slice_upto(left, space), 100000, &n))
			return false;
		if (left.n < space + 1 + n)
			break;
		keep(r, slice_upto(slice_from(left, space + 1), n));
		left = slice_from(left, space + 1 + n);
		c->got++;
		if (r->of.cut_after && c->got >= r->of.cut_after)
			break;
	}
	memmove(c->bytes.p, left.p, left.n);
	c->bytes.n = left.n;
	return true;
}

/* ---- connections ------------------------------------------------------------------------- */

static void end(struct connection *c)
{
	SSL_free(c->ssl);
	if (c->fd >= 0)
		(void)close(c->fd);
	text_free(&c->bytes);
	*c = (struct connection){ .fd = -1 };
}

/* What is closed with a reset is as what a killed machine leaves. */
static void cut(struct connection *c)
{
	struct linger now = { 1, 0 };

	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	end(c);
}

static bool shake(struct receiver *r, struct connection *c)
{
	struct timeval most = { 2, 0 };

	if (!r->ctx)
		return true;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
	c->ssl = SSL_new(r->ctx);
	return SSL_set_fd(c->ssl, c->fd) == 1 && SSL_accept(c->ssl) == 1;
}

static void take_connection(struct receiver *r)
{
	int fd = accept(r->listener, NULL, NULL);

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &r->all[i];
		if (c->fd >= 0)
			continue;
		c->fd = fd;
		(void)pthread_mutex_lock(&r->lock);
		r->accepted++;
		(void)pthread_mutex_unlock(&r->lock);
		if (!shake(r, c))
			end(c);
		return;
	}
	(void)close(fd);
}

static ssize_t read_some(struct connection *c, char *to, size_t room)
{
	return c->ssl ? SSL_read(c->ssl, to, (int)room) : read(c->fd, to, room);
}

static void set_flag(struct receiver *r, bool *flag, bool value)
{
	(void)pthread_mutex_lock(&r->lock);
	*flag = value;
	(void)pthread_mutex_unlock(&r->lock);
}

static void serve(struct receiver *r, struct connection *c)
{
	static _Thread_local char got[65536];

	do {
		ssize_t n = read_some(c, got, sizeof got);
		if (n <= 0) {
			set_flag(r, &r->ended,
				 c->ssl && (SSL_get_shutdown(c->ssl) & SSL_RECEIVED_SHUTDOWN));
			if (c->bytes.n && n == 0 && !r->of.cut_after)
				set_flag(r, &r->broken, true);
			end(c);
			return;
		}
		text_add_slice(&c->bytes, (struct slice){ (const uint8_t *)got, (size_t)n });
		if (!cut_frames(r, c)) {
			set_flag(r, &r->broken, true);
			end(c);
			return;
		}
		if (r->of.cut_after && c->got >= r->of.cut_after) {
			cut(c);
			return;
		}
	} while (c->ssl && SSL_pending(c->ssl));
}

static void take_datagram(struct receiver *r)
{
	uint8_t got[65536];
	ssize_t n = recv(r->listener, got, sizeof got, 0);

	if (n >= 0)
		keep(r, (struct slice){ got, (size_t)n });
}

static void *run(void *ctx)
{
	struct receiver *r = ctx;

	for (;;) {
		struct pollfd p[CONNECTIONS + 2];
		p[0] = (struct pollfd){ .fd = r->stop[0], .events = POLLIN };
		p[1] = (struct pollfd){ .fd = r->listener, .events = POLLIN };
		for (size_t i = 0; i < CONNECTIONS; i++)
			p[i + 2] = (struct pollfd){ .fd = r->all[i].fd, .events = POLLIN };
		if (poll(p, CONNECTIONS + 2, -1) < 0 || p[0].revents)
			return NULL;
		for (size_t i = 0; i < CONNECTIONS; i++)
			if (r->all[i].fd >= 0 && p[i + 2].revents)
				serve(r, &r->all[i]);
		if (p[1].revents && r->of.carrier == RECEIVER_UDP)
			take_datagram(r);
		else if (p[1].revents)
			take_connection(r);
	}
}

/* ---- its life ---------------------------------------------------------------------------- */

static int bound(enum receiver_carrier carrier, unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int on = 1, fd = socket(AF_INET, carrier == RECEIVER_UDP ? SOCK_DGRAM : SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		die("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("bind");
	return fd;
}

static unsigned port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t n = sizeof a;

	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		die("getsockname");
	return ntohs(a.sin_port);
}

unsigned receiver_free_port(enum receiver_carrier carrier)
{
	int fd = bound(carrier, 0);
	unsigned port = port_of(fd);

	(void)close(fd);
	return port;
}

static SSL_CTX *context(const struct receiver_options *of)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx || SSL_CTX_use_certificate_chain_file(ctx, of->cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, of->key, SSL_FILETYPE_PEM) != 1)
		die("certificate");
	if (of->client_ca) {
		if (SSL_CTX_load_verify_file(ctx, of->client_ca) != 1)
			die("client authority");
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	return ctx;
}

struct receiver *receiver_start(struct receiver_options options)
{
	struct receiver *r = mem_zero(1, sizeof *r);

	r->of = options;
	r->ctx = options.carrier == RECEIVER_TLS ? context(&options) : NULL;
	for (size_t i = 0; i < CONNECTIONS; i++)
		r->all[i].fd = -1;
	r->listener = bound(options.carrier, options.port);
	if (options.carrier != RECEIVER_UDP && listen(r->listener, 16) != 0)
		die("listen");
	r->port = port_of(r->listener);
	(void)pthread_mutex_init(&r->lock, NULL);
	if (pipe(r->stop) != 0 || pthread_create(&r->thread, NULL, run, r) != 0)
		die("thread");
	return r;
}

unsigned receiver_port(const struct receiver *r)
{
	return r->port;
}

static size_t locked(struct receiver *r, const size_t *n)
{
	(void)pthread_mutex_lock(&r->lock);
	size_t v = *n;
	(void)pthread_mutex_unlock(&r->lock);
	return v;
}

static bool locked_flag(struct receiver *r, const bool *flag)
{
	(void)pthread_mutex_lock(&r->lock);
	bool v = *flag;
	(void)pthread_mutex_unlock(&r->lock);
	return v;
}

size_t receiver_count(struct receiver *r)
{
	return locked(r, &r->count);
}

size_t receiver_accepted(struct receiver *r)
{
	return locked(r, &r->accepted);
}

bool receiver_broken(struct receiver *r)
{
	return locked_flag(r, &r->broken);
}

bool receiver_ended(struct receiver *r)
{
	return locked_flag(r, &r->ended);
}

bool receiver_wait(struct receiver *r, size_t count, int ms)
{
	const struct timespec pause = { 0, 2000000 };

	for (int i = 0; i < ms / 2 && receiver_count(r) < count; i++)
		(void)nanosleep(&pause, NULL);
	return receiver_count(r) >= count;
}

const char *receiver_message(struct receiver *r, size_t i)
{
	(void)pthread_mutex_lock(&r->lock);
	const char *s = i < r->count ? r->messages[i] : NULL;
	(void)pthread_mutex_unlock(&r->lock);
	return s;
}

void receiver_stop(struct receiver *r)
{
	if (r->stopped)
		return;
	r->stopped = true;
	(void)close(r->stop[1]);
	(void)pthread_join(r->thread, NULL);
	(void)close(r->stop[0]);
	(void)close(r->listener);
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (r->all[i].fd >= 0)
			end(&r->all[i]);
	SSL_CTX_free(r->ctx);
}

void receiver_free(struct receiver *r)
{
	receiver_stop(r);
	for (size_t i = 0; i < r->count; i++)
		free(r->messages[i]);
	free(r->messages);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

/* ---- certificates ------------------------------------------------------------------------ */

static void extend(X509 *cert, X509 *by, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, by, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (!e || X509_add_ext(cert, e, -1) != 1)
		die("extension");
	X509_EXTENSION_free(e);
}

static X509 *certificate(EVP_PKEY *key, const char *name, X509 *by, EVP_PKEY *by_key)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	(void)X509_set_version(cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), by ? 2 : 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	(void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
					 (const unsigned char *)(by ? "receiver" : "authority"), -1,
					 -1, 0);
	(void)X509_set_issuer_name(cert, by ? X509_get_subject_name(by) : subject);
	(void)X509_set_pubkey(cert, key);
	if (by)
		extend(cert, by, NID_subject_alt_name, name);
	else
		extend(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
	if (!X509_sign(cert, by_key, EVP_sha256()))
		die("sign");
	return cert;
}

static FILE *file_of(const char *folder, const char *stem, const char *ending)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s.%s", folder, stem, ending);
	f = fopen(path, "w");
	if (!f)
		die(path);
	return f;
}

void receiver_make_certificate(const char *folder, const char *stem, const char *name)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = certificate(ca_key, NULL, NULL, ca_key),
	     *cert = certificate(key, name, ca, ca_key);
	FILE *f = file_of(folder, stem, "ca");

	(void)PEM_write_X509(f, ca);
	(void)fclose(f);
	f = file_of(folder, stem, "cert");
	(void)PEM_write_X509(f, cert);
	(void)fclose(f);
	f = file_of(folder, stem, "key");
	(void)PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	(void)fclose(f);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
}
