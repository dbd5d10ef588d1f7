/* judge.h - the door of the rules room: calls in, verdicts and findings out. */
#ifndef EARSHOT_JUDGE_H
#define EARSHOT_JUDGE_H

#include "analyzer/base/err.h"
#include "analyzer/model/call.h"
#include "rules/lattice.h"

struct baseline;
struct waiver;
struct waivers;

enum condition { CONDITION_SIGNALING, CONDITION_KEYS, CONDITION_MEDIA, CONDITIONS };
enum severity {
	SEVERITY_INFO,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITIES
};
enum rule_class { CLASS_ATTACK, CLASS_EXPOSURE, CLASS_POSTURE, CLASS_HYGIENE, CLASS_VISIBILITY };
enum outcome {
	OUTCOME_VIOLATED,
	OUTCOME_SATISFIED,
	OUTCOME_NOT_ASSESSABLE,
	OUTCOME_NOT_APPLICABLE,
	OUTCOME_NOTED,
	OUTCOMES
};

/* Worst first: the order of summary.label (rule-catalog B.9). */
enum label {
	LABEL_EXPOSED,
	LABEL_TAMPERING,
	LABEL_WEAK,
	LABEL_SIGNALING_EXPOSED,
	LABEL_HOP_BY_HOP,
	LABEL_UNDETERMINED,
	LABEL_NO_BREAK_SEEN,
	LABEL_END_TO_END_MEDIA,
	LABEL_END_TO_END,
	LABEL_NONE, /* not scored: registrations, failed attempts that disclosed nothing */
	LABELS
};
enum suffix {
	SUFFIX_TO_GATEWAY = 1,
	SUFFIX_TO_CONFERENCE = 2,
	SUFFIX_TO_IVR = 4,
	SUFFIX_RECORDED = 8,
	SUFFIX_POSSIBLY = 16
};

/* What a finding is to an earlier report (--baseline); worst first but for the first. */
enum change { CHANGE_NONE, CHANGE_NEW, CHANGE_WORSE, CHANGE_KNOWN, CHANGES };

enum policy_result { POLICY_MET, POLICY_NOT_MET, POLICY_CANNOT_TELL };

/* What the catalogue says of a rule; static. */
struct rule {
	const char *id, *title;
	enum severity severity;
	enum rule_class cls;
	const char *checks; /* what is checked, in words */
	const char *remediation;
	const char *const *citations; /* NULL-ended */
	const char *traps;	      /* what must not set it off */
	bool deducts; /* counts as a lack of hygiene: else it is a line for the capture (D.1) */
};

struct finding {
	const struct rule *rule;
	enum severity severity; /* as the policy sees it here */
	enum outcome outcome;
	const char *title;     /* the rule's, or more particular ("Voice readable") */
	const char *detail;    /* one sentence on this occurrence; no secret, no identity */
	const char *scope;     /* "call", "leg 0", "media 1", "media 1 segment 0" */
	const char *caused_by; /* id of a rule whose finding here explains this one, or NULL */
	const char *filter;    /* display filter over the evidence frames, or NULL */
	struct evidence at[8];
	uint8_t at_count;
	bool gates;	    /* the policy gates on it */
	bool weakens;	    /* it makes the row WEAK, or would if nothing worse were found there */
	enum change change; /* CHANGE_NONE: no baseline, or nothing was violated */
	const struct waiver *waived; /* who answers for it, or NULL: it does not gate then */
	char fingerprint[33],
		problem[33]; /* contract 4: this occurrence; the same defect in any run */
	const char *element; /* the box or link the problem is about, as an address text, or "" */
};

/* A better label that the rest of the evidence gives without a rule's violations or one problem. */
struct without {
	const struct rule *rule;
	uint64_t problem; /* 0: all of the rule's; else the first 16 digits of finding.problem */
	enum label label;
};

struct condition_verdict {
	struct verdict v;
	enum shown shown;
	const char *why; /* one sentence */
	struct evidence at[8];
	const char *at_text[8];
	uint8_t at_count;
};

/* Lives in the judge's own arena until the next judge_call. */
struct judgement {
	struct condition_verdict conditions[CONDITIONS];
	enum shown hop_protection;
	uint32_t hops_encrypted, hops_clear;
	enum label label;
	uint8_t suffix; /* enum suffix */
	bool scored; /* a call, opaque row or page with media: elsewhere the range says nothing */
	bool has_score; /* a number is given; the range is given whenever label is not LABEL_NONE */
	uint8_t score, low, high;
	double coverage; /* 0 to 1 */
	uint32_t coverage_made, coverage_required;
	const char **missing; /* what was required and not seen */
	uint16_t missing_count;
	char letter[3]; /* "A+", "F"; empty: none */
	const char **caps;
	uint16_t cap_count;
	enum policy_result policy;
	const char **unmet, **unknown;
	uint16_t unmet_count, unknown_count;
	struct finding *findings; /* by severity (worst first), rule id, scope, frame */
	uint32_t finding_count;
	double exposed_seconds;
	struct without *without; /* what one change would move; only where a label moves */
	uint16_t without_count;
};

/* Rows by what came of one rule. */
struct rule_tally {
	uint64_t rows[OUTCOMES];
};

/* Over all calls; plain numbers, so that any order of calls gives the same. */
struct tally {
	const struct rule_tally *rules; /* in the order of judge_rules; the judge's own */
	uint64_t rows[6];		/* by enum call_kind */
	uint64_t labels[LABELS];
	uint64_t findings[SEVERITIES]; /* violated ones */
	uint64_t shown[CONDITIONS][SHOWN_COUNT];
	struct verdict combined[CONDITIONS];
	uint64_t met, not_met, cannot_tell;
	uint64_t gating;    /* findings that the policy gates on */
	uint64_t weakening; /* of them, those that make a row WEAK */
	uint64_t waived;    /* violated ones that a waiver holds for */
	enum severity worst_gating;
	enum label worst_label;
	bool any_score, any_letter, any_row;
	uint8_t worst_score;
	uint64_t scores[10]; /* rows by tens; 100 among the last */
	char worst_letter[3];
	uint64_t coverage_made, coverage_required;
	double exposed_seconds;
};

struct policy;

struct judge_options {
	const struct policy *rules; /* read already; borrowed; NULL: the program's `policy` */
	const char *policy;	    /* its name; NULL: "baseline" */
	enum severity fail_on;	    /* of the command line, else the policy's */
	const char *const
		*requires;   /* --require: beside what the policy requires; NULL-ended or NULL */
	double min_coverage; /* as fail_on; 0 to 1 */
	uint8_t strength;  /* enum cipher_short: ciphers are held against CNSA, FIPS; 0: neither */
	const char *where; /* --where: rows that count; NULL: all */
	struct baseline *baseline; /* --baseline; NULL: none. Borrowed, as waivers are */
	struct waivers *waivers;   /* --waivers; NULL: none */
};

struct judge;

/* ERR_USAGE: there is no such policy, or an expression of `requires` is wrong; *why (owned by the
 * caller, free()) names it, the position and the nearest name. */
enum err judge_new(struct judge **out, struct judge_options options, char **why) MUST_CHECK;
/* NULL: --where leaves the row out, or what it asks of it was not observed. */
const struct judgement *judge_call(struct judge *j, const struct call *c);
/* What came of a rule (of judge_rules) in the row that judge_call gave last. */
enum outcome judge_outcome(const struct judge *j, const struct rule *r);
const struct tally *judge_tally(const struct judge *j);
/* Rows that --where left out, and those of them of which it could not be told. */
uint64_t judge_left_out(const struct judge *j, uint64_t *untold);

/* The gate of the whole run: exit code by contract 2 for complete inputs (0, 1, 4), and why. */
struct gate {
	int exit;
	enum policy_result result;
	char why[256];
};
struct gate judge_gate(const struct judge *j, bool inputs_damaged, bool anything_usable,
		       uint64_t sip_cut);
/* Requirements that no row contradicts or that were not seen, for summary.policy; borrowed. */
size_t judge_requires(const struct judge *j, const char *const **text,
		      const enum policy_result **result);
const struct policy *judge_policy(const struct judge *j);
enum severity judge_fail_on(const struct judge *j);
void judge_free(struct judge *j);

const struct rule *judge_rules(size_t *count); /* in order of id; all packs of the run */
const struct rule *judge_rule(const char *id); /* NULL: there is none */
/* Its problem as a number: the first 16 digits; 0: none. */
uint64_t judge_problem(const struct finding *f);
const char *judge_severity_text(enum severity s); /* critical high medium low info */
bool judge_severity_parse(const char *text, enum severity *out);
const char *judge_class_text(enum rule_class c);
const char *judge_outcome_text(enum outcome o);
const char *judge_change_text(enum change c); /* new worse known; NULL for CHANGE_NONE */
const char *judge_label_text(enum label l);   /* "EXPOSED", ... */
const char *judge_condition_text(enum condition c);
const char *judge_policy_text(enum policy_result r); /* met not_met cannot_tell */

#endif
