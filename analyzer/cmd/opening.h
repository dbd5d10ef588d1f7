/* opening.h - what every run opens before it reads a packet. */
#ifndef EARSHOT_OPENING_H
#define EARSHOT_OPENING_H

#include "analyzer/cmd/before.h"
#include "analyzer/cmd/chosen.h"
#include "analyzer/cmd/network.h"

/* Each: false, and a sentence has been printed. Whatever is wrong then is wrong usage (exit 2). */

/* Before any rule is asked for: policies, waivers and frameworks may name those of the user's. */
bool opening_rules(const struct args *a);
bool opening_where(const struct args *a);
bool opening_redaction(const struct args *a);
bool opening_judge(const struct args *a, const struct chosen *chosen, const struct before *before,
		   struct judge **out);

/* How names are hidden, and all that is known before the run; what it reads is the caller's to
 * add. Borrows from all of them. */
struct document_options opening_document(const struct args *a, const struct network *network,
					 const struct chosen *chosen, const struct before *before);

#endif
