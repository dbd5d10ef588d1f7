/* output.h - a place that events are sent to: a file of lines, a syslog receiver. */
#ifndef EARSHOT_OUTPUT_H
#define EARSHOT_OUTPUT_H

#include "analyzer/base/err.h"
#include "analyzer/watch/event.h"

/* What an output did so far. What is lost is counted, never silently dropped. */
struct output_counters {
	const char *name; /* the file's name, "tls:HOST:PORT"; "-": standard output */
	uint64_t given;	  /* events taken in */
	uint64_t sent;	  /* written, or handed to the connection; again ones too */
	uint64_t again;	  /* of them, sent again after a reconnect */
	uint64_t lost;	  /* could not be kept until they could be sent */
	uint64_t waiting; /* in the queue now */
	uint64_t reconnects, failures;
	bool up;
	char why[160]; /* of the last failure, in words; empty: none */
};

struct output;

/*
 * Everything below is called from one thread; nothing blocks longer than a write to a file, or a
 * second where a pipe is full. The program must ignore SIGPIPE and SIGXFSZ, so that a reader that
 * went and a limit that was reached are errors here.
 */
void output_give(struct output *o, const struct event *e);
void output_reopen(struct output *o); /* SIGHUP: files are opened anew by their name */
/* Once a second or so, with CLOCK_REALTIME: rotates files, opens what could not be opened. */
void output_tick(struct output *o, uint64_t clock_ns);
/* Begins threads of its own, where it has them; after rights were given up. */
void output_start(struct output *o);
struct output_counters output_counters(struct output *o);
/*
 * Ends its work within `wait_ms`: what is queued is sent as far as that goes, the rest counted
 * lost. The counters are final then and can still be read; what is given later is ignored.
 */
void output_finish(struct output *o, int wait_ms);
void output_close(struct output *o, int wait_ms); /* output_finish, and frees it; NULL: nothing */

/*
 * ---- files ----
 *
 * Each line is written whole, with one write, at the end of the file, or counted lost: a file that
 * could take only a part is cut back to its last whole line. Files are made with mode 0640 in
 * their folder and renamed within it. What exists and is no regular file (a FIFO, a device), and
 * standard output, is written as it is, without repair or rotation; a reader that takes nothing for
 * a second loses lines, which are counted, and holds up nothing else.
 */

enum output_lines { OUTPUT_NDJSON, OUTPUT_ECS };
struct output_file_options {
	const char *path; /* "-": standard output */
	enum output_lines lines;
	uint32_t kinds;	       /* bits 1 << enum event_kind: what goes there */
	uint64_t rotate_bytes; /* a new file beyond it; 0: never */
	uint64_t rotate_ns;    /* a file for each such span of the clock (UTC); 0: never */
	uint32_t keep;	       /* old files kept, PATH.1 the newest; 0: 9 */
	const json_t
		*head; /* of ECS documents: tool and run, as a report's head has them; borrowed */
};
/*
 * A last line that a crash cut is taken off first (lost is 1 then). ERR_IO with errno. A FIFO that
 * nobody reads yet is no error: what is given meanwhile is lost.
 */
enum err output_file(struct output **out, struct output_file_options options) MUST_CHECK;

/*
 * ---- syslog: RFC 5424 over UDP (5426), TCP (6587, octet counting), TLS (5425) ----
 *
 * A message has at most 2048 octets over UDP and 8192 otherwise; its sentence is cut before
 * its structured data is. A thread sends; what waits is bounded by `queue` and by 64 MiB, and
 * beyond it the oldest is dropped and counted lost. Over TCP and TLS what was sent in the last 30
 * seconds (at most 64 MiB more) is kept, and after a reconnect sent again first, under the same
 * ids: neither carrier tells what the receiver has read. What could not be kept so long, or is in
 * doubt at the end, counts as lost. Not known is what a receiver has taken in and not read for
 * longer than those 30 seconds when it dies. Over UDP what was sent is sent; only a refusal is
 * known, and counted. Reconnects after 0.25 s, doubling to 10 s; a receiver that takes nothing for
 * 15 s, or does not answer for 10 s, is left. TLS is 1.2 or later, the certificate always verified,
 * close_notify sent.
 */

enum output_carrier { OUTPUT_UDP, OUTPUT_TCP, OUTPUT_TLS };
struct output_syslog_options {
	const char *where;	/* "udp:HOST:PORT", "tcp:...", "tls:..."; port 514, 601, 6514 */
	uint32_t kinds;		/* as above */
	uint32_t queue;		/* events held while the receiver is away; 0: 100,000 */
	const char *ca;		/* PEM of authorities for TLS; NULL: the system's */
	const char *cert, *key; /* PEM of our own; NULL: none */
	const char *peer;	/* name the certificate must carry; NULL: HOST */
	const char *hostname;	/* of the messages; NULL: this machine's */
	uint32_t enterprise;	/* number of the structured data; 0: 32473 (documentation) */
	uint32_t facility;	/* 0 to 23; default 10 (security) is the caller's to give */
};
/*
 * Asks for the host's addresses and reads all files: later it needs no file, and where names can
 * still be asked for it does so at each reconnect. ERR_USAGE: `where`, CA, certificate or key
 * cannot be read, or the name is not known; *why (free()) in words.
 */
enum err output_syslog(struct output **out, struct output_syslog_options options,
		       char **why) MUST_CHECK;

#endif
