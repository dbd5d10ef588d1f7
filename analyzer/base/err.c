/* err.c - the list of errors in words. */
#include "analyzer/base/err.h"

const char *err_text(enum err e)
{
	switch (e) {
	case ERR_OK:
		return "no error";
	case ERR_TRUNCATED:
		return "ends too early";
	case ERR_MALFORMED:
		return "breaks the grammar";
	case ERR_LIMIT:
		return "larger than the limit";
	case ERR_UNSUPPORTED:
		return "not supported";
	case ERR_IO:
		return "input or output failed";
	case ERR_USAGE:
		return "wrong usage";
	}
	return "unknown error";
}
