/* cipherlook_sub.h - the statistical tests over one sub-window; for cipherlook.c alone. */
#ifndef EARSHOT_CIPHERLOOK_SUB_H
#define EARSHOT_CIPHERLOOK_SUB_H

#include "analyzer/crypto/cipherlook.h"

struct cipherlook_sub {
	struct cipherlook_sub_half {
		unsigned fired; /* bit t for each enum cipherlook_test t */
		bool enough;	/* there were octets to test */
	} whole, inner;		/* inner: from octet CIPHERLOOK_INNER on */
};

void cipherlook_sub_run(const struct cipherlook *look, struct cipherlook_sub *out);

#endif
