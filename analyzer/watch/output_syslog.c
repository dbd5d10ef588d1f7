/* output_syslog.c - a syslog receiver as it is named on the command line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/watch/output.h"
#include "analyzer/watch/syslog.h"

enum {
	QUEUE = 100000,
	DOCUMENTATION = 32473, /* RFC 5612 */
	HOST_ROOM = 256,
	PORT_MOST = 65535,
};

static const struct {
	const char *word, *port;
} carriers[] = { [OUTPUT_UDP] = { "udp", "514" },
		 [OUTPUT_TCP] = { "tcp", "601" },
		 [OUTPUT_TLS] = { "tls", "6514" } };

static char *text_from(struct slice s)
{
	struct text t = { 0 };

	text_add_slice(&t, s);
	return t.p;
}

static bool cut_carrier(struct slice *rest, enum output_carrier *out)
{
	struct slice word;

	if (!slice_cut(rest, ':', &word))
		return false;
	for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
		if (slice_ieq(word, slice_of(carriers[i].word))) {
			*out = (enum output_carrier)i;
			return true;
		}
	return false;
}

/* "[ADDRESS]", or all up to a colon. */
static bool cut_host(struct slice *rest, struct slice *host)
{
	bool bracket = rest->n && rest->p[0] == '[';
	struct slice s = slice_from(*rest, bracket);
	size_t n = slice_find(s, bracket ? ']' : ':');

	if (n == 0 || n >= HOST_ROOM || (bracket && n == s.n) || memchr(s.p, '\0', n))
		return false;
	*host = slice_upto(s, n);
	*rest = slice_from(s, n + bracket);
	return true;
}

static bool parse(struct syslog_link_to *to, const char *where)
{
	struct slice rest = slice_of(where), host;
	uint64_t number;

	if (!cut_carrier(&rest, &to->carrier) || !cut_host(&rest, &host))
		return false;
	if (rest.n && rest.p[0] != ':')
		return false;
	struct slice port = rest.n ? slice_from(rest, 1) : slice_of(carriers[to->carrier].port);
	if (!slice_number(port, PORT_MOST, &number) || number == 0)
		return false;
	to->host = text_from(host);
	to->port = text_from(port);
	return true;
}

static char *name_of(const struct syslog_link_to *to)
{
	struct text t = { 0 };
	bool bracket = strchr(to->host, ':') != NULL;

	text_addf(&t, "%s:%s%s%s:%s", carriers[to->carrier].word, bracket ? "[" : "", to->host,
		  bracket ? "]" : "", to->port);
	return t.p;
}

static void say(char **why, const char *where, const char *what)
{
	struct text t = { 0 };

	text_addf(&t, "%s: %s", where, what);
	*why = t.p;
}

static enum err load_tls(struct syslog_link_to *to, const struct output_syslog_options *of,
			 char **why)
{
	if (to->carrier != OUTPUT_TLS)
		return ERR_OK;
	return syslog_tls_load(
		&to->tls,
		(struct syslog_tls_options){ .ca = of->ca,
					     .cert = of->cert,
					     .key = of->key,
					     .name = of->peer ? of->peer : to->host },
		why);
}

static enum err find(struct syslog_link_to *to, const struct output_syslog_options *of, char **why)
{
	const char *reason;

	if (!parse(to, of->where)) {
		say(why, of->where, "not udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT");
		return ERR_USAGE;
	}
	if (!syslog_link_resolve(to, &reason)) {
		say(why, of->where, reason);
		return ERR_USAGE;
	}
	return load_tls(to, of, why);
}

static struct output *made(const struct syslog_link_to *to, const struct output_syslog_options *of)
{
	char host[HOST_ROOM] = "", *name = name_of(to);

	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = '\0';
	struct output *o = syslog_new(&(struct syslog_options){
		.name = name,
		.kinds = of->kinds,
		.queue = of->queue ? of->queue : QUEUE,
		.as = { .hostname = of->hostname ? of->hostname : host,
			.process = (unsigned long)getpid(),
			.enterprise = of->enterprise ? of->enterprise : DOCUMENTATION,
			.facility = of->facility,
			.limit = to->carrier == OUTPUT_UDP ? SYSLOG_MESSAGE_DATAGRAM
							   : SYSLOG_MESSAGE_STREAM },
		.to = *to,
	});
	free(name);
	return o;
}

enum err output_syslog(struct output **out, struct output_syslog_options options, char **why)
{
	struct syslog_link_to to = { 0 };
	enum err e = find(&to, &options, why);

	if (e) {
		syslog_link_free(&to);
		return e;
	}
	*out = made(&to, &options);
	return ERR_OK;
}
