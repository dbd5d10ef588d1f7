/* capture_file.h - one input: a file or standard input, whatever its format and packing. */
#ifndef EARSHOT_CAPTURE_FILE_H
#define EARSHOT_CAPTURE_FILE_H

#include "analyzer/capture/block.h"
#include "analyzer/capture/capture.h"
#include "analyzer/capture/filter.h"
#include "analyzer/capture/hasher.h"

struct capture_file;

/* What all inputs of a run share. */
struct capture_file_run {
	struct hasher *hasher;
	struct filter *filter; /* NULL: every frame passes */
	bool hash;
	const struct block_from *from; /* NULL: info->path is opened; else it is but a name */
};

/*
 * Opens info->path; counts and problems go to *info, which must live longer.
 * An input that is no capture has ended already, with its problem told.
 */
struct capture_file *capture_file_open(struct capture_input *info,
				       const struct capture_file_run *run);
void capture_file_close(struct capture_file *f); /* NULL is fine */

/* The next frame that passes the filter, or NULL: the input has ended and *info is complete. */
const struct frame *capture_file_next(struct capture_file *f);

/*
 * More frames, up to `room`, whose bytes stay good together with those of the frame that
 * capture_file_next gave last. 0: call that first. Files that lend nothing give none.
 */
size_t capture_file_more(struct capture_file *f, struct frame *out, size_t room);
bool capture_file_lends(const struct capture_file *f);

/* Reads what is left for size and digest. What is delivered already stays; no frame follows. */
void capture_file_finish(struct capture_file *f);

/* Of the input so far; valid until capture_file_close. `input` of each is not set. */
size_t capture_file_secrets(const struct capture_file *f, const struct capture_secret **out);

/* What the file says so far was dropped when it was written. */
uint64_t capture_file_drops(const struct capture_file *f);

/* Octets of the file as given that were read so far; its size once it has ended. */
uint64_t capture_file_place(const struct capture_file *f);

/* Appends a problem that the caller found. */
void capture_file_problem(struct capture_input *info, uint64_t frame, const char *text);

#endif
