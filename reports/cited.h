/* cited.h - the frames that verdicts and findings of a document point at. */
#ifndef EARSHOT_CITED_H
#define EARSHOT_CITED_H

#include "reports/document.h"

struct cited_frame {
	uint64_t frame, ts_ns; /* ts_ns as the document has it; 0: it cannot be read */
	uint32_t input;	       /* place in the document's inputs */
};

struct cited {
	struct cited_frame *all; /* by input, then frame; each once */
	size_t count;
	uint64_t strangers; /* pieces of evidence whose input the document does not list */
	bool more;	    /* there were more than CITED_MAX */
	bool apart;	    /* one frame with two times */
};
enum { CITED_MAX = 1 << 20 };

/* Goes through all calls. False: the spool cannot be read (document_error). */
bool cited_read(struct document *d, struct cited *out);
void cited_free(struct cited *c);
/* NULL: not cited. */
const struct cited_frame *cited_find(const struct cited *c, uint32_t input, uint64_t frame);

#endif
