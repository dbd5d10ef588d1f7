/* feed.h - the door of the feed room: frames of live sources, in one order, as they come. */
#ifndef EARSHOT_FEED_H
#define EARSHOT_FEED_H

#include "analyzer/base/err.h"
#include "analyzer/capture/capture.h"

enum feed_kind {
	FEED_INTERFACE, /* `where`: its name, or "any" */
	FEED_FOLLOW,	/* a folder into which captures are written and rotated */
	FEED_STREAM,	/* a capture from a pipe or file; "-": standard input */
	FEED_HEP_UDP,	/* HEPv3 listener; `where`: ADDRESS:PORT, [ADDRESS]:PORT */
	FEED_HEP_TCP,
};

/* One source as the user named it; sources with equal labels are one capture point. */
struct feed_source {
	enum feed_kind kind;
	const char *label; /* NULL: the interface, the folder's or file's own name, "hep" */
	const char *where;
};

struct feed_options {
	const char *bpf;      /* capture filter or NULL: widened by the fragment clause, see
			       * feed_filter.h; HEP listeners let all in */
	uint32_t snaplen;     /* octets; 0: 262144 */
	size_t buffer;	      /* octets of a kernel ring; 0: 64 MiB */
	size_t queue;	      /* octets a source may have waiting here; 0: 16 MiB */
	bool no_promiscuous;  /* interfaces are left as they are */
	uint64_t hold_ns;     /* how long a frame waits for earlier ones of other sources; 0: 200 ms
			       */
	const char *hep_auth; /* HEP packets must carry this key (chunk 14); NULL: any sender */
	bool once;	      /* a folder ends at its last file, instead of waiting for the next */
};

/*
 * What became of a source so far. Every loss is counted where it happened: in the kernel
 * (`kernel_drops`, `interface_drops`: to a tenth of a second), or here because judging was behind
 * (`queue_drops`: to the frame; frames of an interface wait in the kernel's ring instead). Losses
 * and outages come in order with the frames: feed_at tells of those before the source's next frame,
 * and not yet of later ones, so whoever asks after each batch knows between which frames they were.
 * Frames that found no room here have numbers too.
 */
struct feed_input {
	const char *label; /* "mirror"; "mirror#2" for its second source */
	const char *name;  /* the interface, folder, file; address and port of a listener */
	enum feed_kind kind;
	uint16_t point;
	uint64_t packets, bytes; /* given on; octets of frames */
	uint64_t kernel_drops, interface_drops, queue_drops;
	uint64_t lost_ns; /* capture time: the last of them was no later; 0: nothing was lost */
	uint64_t snaplen_cut;
	uint64_t first_ns, last_ns; /* capture times; 0: nothing yet */
	uint64_t outages; /* how often it could not be read: interface down, file damaged */
	uint64_t refused; /* HEP: packets that are none, or without the key; senders too many */
	size_t waiting;	  /* octets in its queue */
	bool up;	  /* it can be read now */
	bool over;	  /* it has ended for good */
	char why[160];	  /* of the last outage, in words; empty: none */
};

struct feed;

/*
 * Opens all sources: devices, sockets and folders are had afterwards, so that rights may be given
 * up. Nothing is read yet. ERR_USAGE: an address or filter cannot be read; ERR_IO: a source
 * cannot be opened; *why (the caller's, free()) names it and says why in words.
 */
enum err feed_open(struct feed **out, const struct feed_source *sources, size_t count,
		   struct feed_options options, char **why) MUST_CHECK;
/* Begins reading, on threads of its own. After rights were given up and the process is confined. */
void feed_start(struct feed *f);

/*
 * Up to `room` frames (at most CAPTURE_BATCH) by (time, label, frame number), as audit would merge
 * the same packets; a frame that comes later than hold_ns is given late. Their bytes are good until
 * the next call. Waits up to `wait_ms` for the first; 0 frames: nothing came, a signal did, or
 * feed_over.
 */
size_t feed_batch(struct feed *f, struct frame *out, size_t room, int wait_ms);
/* Every source has ended, and what they gave has been handed on. */
bool feed_over(const struct feed *f);
/* A queue is more than half full, of a source whose packets are lost when nobody takes them. */
bool feed_pressed(const struct feed *f);
/* Reads no more; what waits is still given, then the feed is over. From any thread or a signal's
 * handler. */
void feed_stop(struct feed *f);

/* In a copy of the process (fork), which has no part in the queues: from now on feed_at tells what
 * was so when it was made. Nothing else may be asked of the feed there. */
void feed_in_copy(struct feed *f);

size_t feed_count(const struct feed *f);
size_t feed_points(const struct feed *f);		    /* number of distinct labels */
const struct feed_input *feed_at(struct feed *f, size_t i); /* brought up to date by this call */
/* Secrets blocks of pcapng streams and files, as capture_secrets has them. */
size_t feed_secrets(struct feed *f, const struct capture_secret **out);
/* "interface", "folder", "stream", "hep" */
const char *feed_kind_text(enum feed_kind k);
void feed_close(struct feed *f);

#endif
