/* policy.h - what must hold where: gate, requirements, severities and parameters, as data. */
#ifndef EARSHOT_POLICY_H
#define EARSHOT_POLICY_H

#include "analyzer/base/digest.h"
#include "rules/judge.h"

#define POLICY_SCHEMA "earshot.policy/1"

enum { POLICY_REQUIRES = 32, POLICY_SUITES = 64, POLICY_FRAMEWORKS = 32, POLICY_DEPTH = 16 };
enum { POLICY_CLEAR_START_NS = 1000000000 }; /* what verdicts tolerate, fixed (contract 3) */

enum policy_gate { GATE_BY_CLASS, GATE_ALWAYS, GATE_NEVER };

/* What a policy says of one rule. */
struct policy_rule {
	const struct rule *rule;
	enum policy_gate gate;
	bool has_severity;
	enum severity severity;
};

/* Everything is said: what a file leaves out comes from what it inherits, in the end from baseline.
 * Times are 0 where the program's own apply. */
struct policy {
	char *name, *summary;
	char sha256[DIGEST_HEX]; /* of its text and of all that it inherits */
	unsigned classes;	 /* that gate, bits by enum rule_class */
	bool weakens;		 /* and findings that make a call WEAK, whatever their class */
	enum severity fail_on;
	double min_coverage;		     /* 0 to 1 */
	char *requires[POLICY_REQUIRES + 1]; /* NULL-ended */
	size_t require_count;
	struct policy_rule *rules; /* those it says something of */
	size_t rule_count;
	uint64_t clear_start_ns; /* 0 to 1 s */
	const char *minimum_tls; /* "TLS 1.2" as facts write it; NULL: any */
	char *suites[POLICY_SUITES];
	size_t suite_count; /* 0: any */
	char *frameworks[POLICY_FRAMEWORKS];
	size_t framework_count; /* 0: the program's own choice */
	uint8_t strength;	/* enum cipher_short: what SRTP ciphers must not fall short of */
	uint64_t linger_ns, unanswered_ns, answered_ns, opaque_ns;
};

/* A policy's text and what its file is called in sentences and when others name it. */
struct policy_text {
	struct slice text;
	char *id;    /* taken over */
	char *owned; /* memory behind `text` to free, or NULL: it is the program's */
};

/*
 * Finds the policy `name`; `from` is the id of the one that inherits it, NULL: the user named it.
 * On an error a sentence in *why (free() it).
 */
typedef enum err policy_source(void *ctx, const char *name, const char *from,
			       struct policy_text *out, char **why);

/*
 * ERR_USAGE or ERR_MALFORMED with *why (free() it): the file, the place, what is wrong and the
 * nearest name. A policy that inherits itself, however far round, is refused.
 */
enum err policy_read(const char *name, policy_source *source, void *ctx, struct policy **out,
		     char **why) MUST_CHECK;
/* The source that knows the shipped ones alone. */
enum err policy_of_program(void *ctx, const char *name, const char *from, struct policy_text *out,
			   char **why) MUST_CHECK;
void policy_free(struct policy *p);
void policy_empty(char **list, size_t *count); /* frees the texts of a list */

/* NULL: nothing particular is said of the rule. */
const struct policy_rule *policy_of_rule(const struct policy *p, const struct rule *r);

#endif
