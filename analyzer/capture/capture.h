/* capture.h - the door of the capture room: frames of all inputs, in one order. */
#ifndef EARSHOT_CAPTURE_H
#define EARSHOT_CAPTURE_H

#include "analyzer/base/digest.h"
#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

/* One captured frame. The bytes are the capture's, good until the next frame. */
struct frame {
	struct slice bytes;
	uint64_t number;   /* from 1, as that input counts */
	uint64_t ts_ns;	   /* capture time, nanoseconds since 1970 */
	uint32_t wire_len; /* more than bytes.n when the snap length cut it; never less */
	uint32_t iface;	   /* interface within the input (pcapng); 0 elsewhere */
	uint16_t input;	   /* index into the run's inputs, in report order */
	uint16_t point;	   /* capture point: inputs with equal labels share one */
	int link_type;	   /* a DLT_ value of libpcap */
};

/* One input as the user named it. An empty path component is refused by args, not here. */
struct capture_source {
	const char *label; /* NULL: the file name without its endings */
	const char *path;  /* "-": standard input */
};

/* A clock that was off: added to the times of all inputs of this label. */
struct capture_offset {
	struct slice label;
	int64_t ns;
};

struct capture_options {
	bool hash;	  /* SHA-256 of each input; off only for measuring */
	bool hash_thread; /* hash beside the reader (-j 2 and more), or in it (-j 1) */
	const char *bpf;  /* capture filter or NULL */
	const struct capture_offset *offsets;
	size_t offset_count;
};

/* Something an input suffered. `frame` is 0 where no frame is concerned. */
struct capture_problem {
	uint64_t frame;
	char *text; /* one sentence, without the file's name */
};

/*
 * What became of one input: final after its last frame or capture_finish. A problem
 * that repeats is told once, with its first frame and a count. Problems of an input
 * that is complete are notes: a copy, a wrong snap length, frames the filter cannot judge.
 */
struct capture_input {
	char *label; /* "alice"; "alice#2" for its second piece */
	char *name;  /* the file's own name, without folders; "-" for standard input */
	char *path;
	char sha256[DIGEST_HEX]; /* of the file as given (compressed); empty without hash */
	uint64_t bytes;		 /* of the file as given */
	uint64_t packets;
	int64_t offset_ns;	    /* added to its times */
	uint64_t first_ns, last_ns; /* 0 when it holds no packet */
	uint64_t snaplen_cut;	    /* frames shorter in the file than on the wire */
	uint64_t time_backwards;    /* frames earlier than the one before them */
	uint64_t interface_drops;   /* what the file says was dropped (pcapng statistics) */
	bool complete;		    /* read to its proper end, and no record contradicts itself */
	bool usable;		    /* it was a capture at all */
	uint16_t point;
	struct capture_problem *problems;
	size_t problem_count;
};

struct capture;

/*
 * Opens all inputs; one that cannot be opened is an input with a problem, not a
 * failure of the whole. The same bytes given twice are read once, with a note
 * in problems of the second (which stays complete, with no packets of its own).
 * Inputs are ordered by label, then first packet, then name and path, whatever
 * their order on the command line. Of many inputs most are closed again until
 * their first frame is due. ERR_USAGE: the filter compiles for no link type seen, or an offset is
 * for a label that no input has; *why (static or owned by the capture) says it in words, and *out
 * is still set for capture_close.
 */
enum err capture_open(struct capture **out, const struct capture_source *sources, size_t count,
		      struct capture_options options, const char **why) MUST_CHECK;

/*
 * The next frame of all inputs by (time, label, frame number); within one input
 * frames keep their order. False: no more. A damaged input ends where it breaks,
 * with a problem that names the frame; the others go on.
 */
bool capture_next(struct capture *c, struct frame *out);

/*
 * Up to `room` (at most CAPTURE_BATCH) frames as capture_next would give them one by one;
 * their bytes are good until the next call of either. 0: no more.
 */
enum { CAPTURE_BATCH = 32 };
size_t capture_batch(struct capture *c, struct frame *out, size_t room);

/*
 * TLS and other secrets found in pcapng blocks read so far (block 0x0A), by input and
 * in file order. The array is good until the next call here, the texts until
 * capture_close, which clears them.
 */
struct capture_secret {
	uint32_t type; /* 0x544c534b: NSS key log */
	uint16_t input;
	struct slice text;
};
size_t capture_secrets(const struct capture *c, const struct capture_secret **out);

/* How far reading is: octets of all files as given, of those to read (0: not known, as of a pipe),
 * and frames. */
struct capture_place {
	uint64_t read, all, packets;
};
struct capture_place capture_place(const struct capture *c);

/* Reads what is left of each file for its digest and size; frames are not looked at. */
void capture_finish(struct capture *c);

size_t capture_count(const struct capture *c);
const struct capture_input *capture_at(const struct capture *c, size_t input);
size_t capture_points(const struct capture *c); /* number of distinct labels */
void capture_close(struct capture *c);

#endif
