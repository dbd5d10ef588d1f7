/* lattice.h - what is known of a condition, how complete, and how that combines (rule-catalog B.3).
 */
#ifndef EARSHOT_LATTICE_H
#define EARSHOT_LATTICE_H

#include <stdbool.h>
#include <stdint.h>

enum known { KNOWN_NONE, KNOWN_OK, KNOWN_SUSPECT, KNOWN_FAIL };

/* As shown to the reader. */
enum shown {
	SHOWN_PASS,
	SHOWN_PARTIAL,
	SHOWN_NOT_OBSERVABLE,
	SHOWN_SUSPECT,
	SHOWN_FAIL,
	SHOWN_NOT_APPLICABLE,
	SHOWN_COUNT
};

/* Best grade that says so, for one question about one scope; 0: nothing says so. Joined by maxima.
 */
struct answer {
	uint8_t ok, suspect, fail;
	bool against_interest; /* the fail of grade 2 speaks against its own speaker */
};

struct verdict {
	enum known known;
	bool complete;
	uint8_t grade;
};

struct answer lattice_join_answers(struct answer a, struct answer b);
/* A fail of grade 3 (or against interest) stands; a suspicion stands while no ok of higher grade
 * answers. */
struct verdict lattice_settle(struct answer a, bool complete);
/* Over scopes: associative, commutative, idempotent; { NONE, complete } is the identity. */
struct verdict lattice_join(struct verdict a, struct verdict b);
struct verdict lattice_identity(void);
enum shown lattice_shown(struct verdict v);
const char *lattice_known_text(enum known k); /* none ok suspect fail */
const char *
lattice_shown_text(enum shown s); /* pass partial not_observable suspect fail not_applicable */

#endif
