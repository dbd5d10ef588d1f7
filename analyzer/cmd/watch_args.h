/* watch_args.h - what the user asked of a watch: its own options. */
#ifndef EARSHOT_WATCH_ARGS_H
#define EARSHOT_WATCH_ARGS_H

#include "analyzer/feed/feed.h"
#include "analyzer/watch/event.h"

enum { WATCH_SOURCES = 32, WATCH_SYSLOGS = 8 };

/* Texts are borrowed from the words of the command line. 0 and NULL: not given. */
struct watch_args {
	struct feed_source sources[WATCH_SOURCES];
	size_t source_count;
	const char *hep_key; /* a file */
	uint32_t snaplen;
	size_t buffer;
	bool no_promiscuous, once;
	uint64_t memory;
	uint64_t interim_ns;
	bool interim_given; /* 0 then means: only when a condition first fails */
	uint32_t events;    /* bits 1 << enum event_kind */
	bool events_given;
	uint64_t rotate_bytes, rotate_ns;
	uint32_t keep;
	const char *syslogs[WATCH_SYSLOGS];
	size_t syslog_count;
	const char *syslog_ca, *syslog_cert, *syslog_key, *syslog_name;
	uint32_t syslog_queue;
	const char *metrics;
	uint64_t every_ns, window_ns; /* snapshots of reports */
	uint32_t clean_calls;
	uint64_t heartbeat_ns, blind_ns;
	const char *state; /* a folder */
	const char *user;
	bool stay_root;
};

#endif
