/* endpoint.h - a small HTTP server for whoever collects the metrics. */
#ifndef EARSHOT_ENDPOINT_H
#define EARSHOT_ENDPOINT_H

#include "analyzer/base/err.h"
#include "analyzer/base/text.h"

/*
 * GET and HEAD of /metrics, /health and / alone, one request a connection, at most 32 at once,
 * each given 5 seconds; requests are hostile. Runs on a thread of its own, and serves what was
 * published last.
 */
struct endpoint;

/* "ADDRESS:PORT", "[ADDRESS]:PORT", ":PORT" and "PORT" (loopback). ERR_USAGE, ERR_IO: *why in
 * words (free()). */
enum err endpoint_open(struct endpoint **out, const char *where, char **why) MUST_CHECK;
void endpoint_start(struct endpoint *e); /* after rights were given up */
void endpoint_publish(struct endpoint *e, struct slice metrics, struct slice page, bool healthy);
const char *endpoint_where(const struct endpoint *e); /* the address it listens on, with its port */
void endpoint_close(struct endpoint *e);

#endif
