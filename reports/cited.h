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

/* A piece of evidence, with what was given to cited_each. */
typedef void cited_fn(void *whom, const json_t *evidence, void *about);
/* Each piece of evidence in a value of the document, however deep. */
void cited_each(const json_t *value, cited_fn *give, void *whom, void *about);

/* Goes through all calls. False: the spool cannot be read (document_error). */
bool cited_read(struct document *d, struct cited *out);
void cited_free(struct cited *c);
/* NULL: not cited. */
const struct cited_frame *cited_find(const struct cited *c, uint32_t input, uint64_t frame);

#endif
