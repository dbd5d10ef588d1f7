/* endpoint.h - a small HTTP server for whoever collects the metrics. */
#ifndef EARSHOT_ENDPOINT_H
#define EARSHOT_ENDPOINT_H

#include "analyzer/base/err.h"
#include "analyzer/base/text.h"

/*
 * GET and HEAD of /metrics, /health and / alone, one request a connection, at most 32 at once,
 * each given 5 seconds; requests are hostile. Runs on a thread of its own, and serves what was
 * published last. /health answers 200, and 503 where that was not healthy, nothing was published
 * yet, or nothing in the last minute: then whoever publishes is stuck.
 */
struct endpoint_server;

/* "ADDRESS:PORT", "[ADDRESS]:PORT", ":PORT" and "PORT" (loopback); port 0: any that is free.
 * ERR_USAGE, ERR_IO: *why in words (free()). */
enum err endpoint_open(struct endpoint_server **out, const char *where, char **why) MUST_CHECK;
/* After rights were given up. False: no thread could be had, and nothing is served. */
bool endpoint_start(struct endpoint_server *e);
void endpoint_publish(struct endpoint_server *e, struct slice metrics, struct slice page,
		      bool healthy);
const char *
endpoint_where(const struct endpoint_server *e); /* the address it listens on, with its port */
void endpoint_close(struct endpoint_server *e);

#endif
