/* framework.h - what an assessor holds a capture against: controls, and the rules that bear on
 * them. */
#ifndef EARSHOT_FRAMEWORK_H
#define EARSHOT_FRAMEWORK_H

#include "rules/judge.h"

#define FRAMEWORK_SCHEMA "earshot.framework/1"

enum framework_status { FRAMEWORK_IN_FORCE, FRAMEWORK_PROPOSED, FRAMEWORK_GUIDANCE };

/* What must have been seen of a call before silence says anything, as bits. */
enum framework_look { LOOK_SIGNALING = 1, LOOK_MEDIA = 2, LOOK_KEYS = 4, LOOK_TLS = 8 };

struct framework_control {
	const char *id, *citation, *title;
	const char *basis; /* how the citation was checked: "text", "second hand", "recalled" */
	const char *shows, *not_shown; /* what a capture can, and what it cannot show */
	bool addressable;
	bool informs_only; /* findings are input to it, and no evidence against it */
	bool says_looks;   /* else a rule that was satisfied shows that something was checked */
	unsigned looks;	   /* 0 and said: no capture suffices */
	const struct rule **rules; /* in order of id */
	size_t rule_count;
};

/* Texts are its own. */
struct framework {
	const char *name, *id, *title, *edition, *checked_on;
	const char *condition; /* "if these calls carried ePHI" */
	const char *notice;    /* the same as sentences, printed above all controls */
	const char *scope;     /* tag of the inventory; NULL: none speaks of it */
	enum framework_status status;
	struct framework_control *controls;
	size_t control_count;
	void *held;
};

/* ERR_MALFORMED with *why (free() it): place, word and nearest name. */
enum err framework_parse(struct slice text, struct framework **out, char **why) MUST_CHECK;
void framework_free(struct framework *f);

const char *framework_status_text(enum framework_status s); /* "in force", ... */

/*
 * Names of the program's frameworks that `word` means: its own, its id, a group ("nist"), or "all".
 * At most `most` are written; 0: none.
 */
size_t framework_named(const char *word, const char **names, size_t most);
/* The nearest of all words that framework_named knows, or NULL. */
const char *framework_near(const char *word);

#endif
