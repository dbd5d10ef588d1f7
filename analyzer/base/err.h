/* err.h - what can go wrong, as one list. */
#ifndef EARSHOT_ERR_H
#define EARSHOT_ERR_H

enum err {
	ERR_OK = 0,
	ERR_TRUNCATED, /* the bytes end before the structure does */
	ERR_MALFORMED, /* the bytes are there and break the grammar */
	ERR_LIMIT,     /* well formed, larger than we agree to hold */
	ERR_UNSUPPORTED,
	ERR_IO,
	ERR_USAGE,
};

#define MUST_CHECK __attribute__((warn_unused_result))

const char *err_text(enum err e);

#endif
