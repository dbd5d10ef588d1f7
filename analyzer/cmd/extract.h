/* extract.h - the captures read a second time, for the frames that a report cites. */
#ifndef EARSHOT_EXTRACT_H
#define EARSHOT_EXTRACT_H

#include "analyzer/cmd/alias.h"
#include "analyzer/cmd/args.h"
#include "reports/cited.h"
#include "reports/extract_file.h"

struct extract;

/*
 * Reads the inputs that `a` names again, with the same filter and offsets. `head` is the report's:
 * files whose digests are others by now are an error, as are more than 256 MiB of cited frames that
 * cannot be cut. ERR_IO: *why (static) says what is wrong.
 */
enum err extract_read(const struct args *a, const struct cited *cited, const json_t *head,
		      struct alias *names, struct extract **out, const char **why) MUST_CHECK;
void extract_free(struct extract *x);

/* All frames of an input, in the order of their numbers. False: the stream failed. */
bool extract_write(const struct extract *x, uint32_t input, const char *label, FILE *out);
uint64_t extract_frames(const struct extract *x, uint32_t input);

#endif
