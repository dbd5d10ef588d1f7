/* lattice.c - joins of maxima, so that no order of files can change a verdict (rule-catalog B.3).
 */
#include "rules/lattice.h"

static uint8_t more(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}

struct answer lattice_join_answers(struct answer a, struct answer b)
{
	return (struct answer){
		.ok = more(a.ok, b.ok),
		.suspect = more(a.suspect, b.suspect),
		.fail = more(a.fail, b.fail),
		.against_interest = a.against_interest || b.against_interest,
	};
}

struct verdict lattice_settle(struct answer a, bool complete)
{
	bool silent = a.ok == 0 && a.suspect == 0 && a.fail == 0;

	if (a.fail >= 3 || (a.against_interest && a.fail >= 2))
		return (struct verdict){ KNOWN_FAIL, complete, a.fail };
	/* B.2: a refutation below grade 3 that flatters nobody is no more than a suspicion. */
	uint8_t doubt = more(a.suspect, a.fail);
	if (doubt && a.ok <= doubt)
		return (struct verdict){ KNOWN_SUSPECT, complete, doubt };
	/* B.2: what was declared or inferred proves nothing; it may only answer a lesser doubt. */
	if (a.ok >= 3)
		return (struct verdict){ KNOWN_OK, complete, a.ok };
	return (struct verdict){ KNOWN_NONE, complete && silent, 0 };
}

struct verdict lattice_identity(void)
{
	return (struct verdict){ KNOWN_NONE, true, 0 };
}

/* One failing scope is enough, so its best evidence counts; an ok needs every scope: the weakest
 * link. */
static uint8_t joined_grade(const struct verdict *a, const struct verdict *b)
{
	if (a->known != b->known)
		return a->known > b->known ? a->grade : b->grade;
	if (a->known == KNOWN_OK)
		return a->grade < b->grade ? a->grade : b->grade;
	return more(a->grade, b->grade);
}

struct verdict lattice_join(struct verdict a, struct verdict b)
{
	return (struct verdict){
		.known = a.known > b.known ? a.known : b.known,
		.complete = a.complete && b.complete,
		.grade = joined_grade(&a, &b),
	};
}

enum shown lattice_shown(struct verdict v)
{
	switch (v.known) {
	case KNOWN_FAIL:
		return SHOWN_FAIL;
	case KNOWN_SUSPECT:
		return SHOWN_SUSPECT;
	case KNOWN_OK:
		return v.complete ? SHOWN_PASS : SHOWN_PARTIAL;
	case KNOWN_NONE:
		break;
	}
	return v.complete ? SHOWN_NOT_APPLICABLE : SHOWN_NOT_OBSERVABLE;
}

const char *lattice_known_text(enum known k)
{
	static const char *const text[] = { "none", "ok", "suspect", "fail" };
	return text[k];
}

const char *lattice_shown_text(enum shown s)
{
	static const char *const text[] = { "pass",    "partial", "not_observable",
					    "suspect", "fail",	  "not_applicable" };
	return text[s];
}
