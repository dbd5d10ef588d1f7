/* feed_folder.h - the captures in a folder: which is next, which are read, which are none. */
#ifndef EARSHOT_FEED_FOLDER_H
#define EARSHOT_FEED_FOLDER_H

#include <sys/stat.h>

#include "analyzer/feed/feed_file.h"

enum feed_folder_state {
	FEED_FOLDER_YOUNG,   /* too short to tell what it is, or packed and still growing */
	FEED_FOLDER_WAITING, /* a capture to be read */
	FEED_FOLDER_READING,
	FEED_FOLDER_READ,
	FEED_FOLDER_NONE, /* no capture */
};

struct feed_folder_file {
	char *name;
	enum feed_folder_state state;
	uint64_t device, inode, size, changed_ns; /* as last looked at; of one read: as read */
	uint64_t first_ns;			  /* its first frame; 0: none seen */
	uint64_t read_ns;			  /* the same of what was read of it last */
	uint64_t seen_ms; /* monotonic: when it was first there; 0: before the start */
	bool here;	  /* in the last walk through the folder */
	bool grew;	  /* after it was read, which has been told */
};

/* Something that was never read: a sentence about the file. */
typedef void feed_folder_lost_fn(void *ctx, const char *name, const char *what);

struct feed_folder_options {
	bool once; /* what is there is taken as it is: nothing will grow */
	const struct feed_file_room *room;
	const _Atomic bool *stopped; /* set: a walk ends early */
	feed_folder_lost_fn *lost;
	void *ctx;
};

struct feed_folder;

struct feed_folder *feed_folder_new(int fd,
				    struct feed_folder_options options); /* takes fd; NULL: errno */
void feed_folder_free(struct feed_folder *f);

/*
 * Looks what has changed, when it is due: a folder of thousands is not walked through all the time.
 * False: the folder cannot be read (errno).
 */
bool feed_folder_walk(struct feed_folder *f);
bool feed_folder_gone(const struct feed_folder *f); /* it was removed */

/* The capture to read next, by the time of its first frame or change, then name; NULL: none. */
struct feed_folder_file *feed_folder_next(struct feed_folder *f);
/* Opens it and marks it as being read; -1: it is not there any more, or may not be read. */
int feed_folder_take(struct feed_folder *f, struct feed_folder_file *file);
/* A later capture is there, for so many milliseconds already; -1: there is none. */
int64_t feed_folder_later(const struct feed_folder *f, const struct feed_folder_file *file);
/* It was read, as `st` has it: up to `size` octets, beginning with a frame of `first_ns`. */
void feed_folder_read(struct feed_folder_file *file, const struct stat *st, uint64_t size,
		      uint64_t first_ns);

size_t feed_folder_remembered(const struct feed_folder *f);

#endif
