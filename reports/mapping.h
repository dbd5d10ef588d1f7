/* mapping.h - verdicts and severities in the words of other standards, and ids that last. */
#ifndef EARSHOT_MAPPING_H
#define EARSHOT_MAPPING_H

#include "reports/document.h"

/*
 * What a verdict is called elsewhere. Only "pass" is ever a pass: of partial and
 * not_observable each standard gets its word for a result that is open.
 */
struct mapping_verdict {
	const char *verdict;	 /* of the document */
	const char *said;	 /* for a person: "not observable" */
	const char *sarif;	 /* kind */
	const char *ecs;	 /* event.outcome */
	int ocsf;		 /* compliance.status_id */
	const char *ocsf_status; /* its caption */
};
enum { MAPPING_VERDICTS = 6 };
const struct mapping_verdict *mapping_verdict_at(size_t i); /* in the order of the document */
/* Never NULL: a word that is none of ours is not_observable. */
const struct mapping_verdict *mapping_verdict(const char *verdict);

struct mapping_severity {
	const char *severity;	 /* of the document */
	const char *sarif_level; /* error, warning, note */
	const char *cvss;	 /* SARIF security-severity, "9.5" */
	const char *gitlab;	 /* blocker, critical, major, minor, info */
	int ocsf;		 /* severity_id */
	const char *ocsf_severity;
	int cef;  /* 0 to 10 */
	int risk; /* ECS event.severity and event.risk_score, 0 to 100 */
};
const struct mapping_severity *mapping_severity(const char *severity); /* never NULL: else info */

/* The three conditions in the document's order; NULL past the end. */
const char *mapping_condition(size_t i);

/*
 * Whether a report that sums up tells of this verdict (of mapping_verdict_at) of this condition:
 * some call has it, or no call is there and it is what is said of the run. How many calls: in
 * *calls.
 */
bool mapping_told(const json_t *head, const char *condition, size_t verdict, uint64_t *calls);

/* A new reference to the i-th problem of all, worst first; NULL past the end. */
json_t *mapping_problem(struct document *d, size_t i);
/* Somebody answers for every occurrence of it. */
bool mapping_waived(const json_t *problem);
/* The evidence of its example that is looked at first; NULL: none. */
const json_t *mapping_evidence(const json_t *problem);
/* Where the input with this label stands among head.inputs: the first of them; their number: none.
 */
size_t mapping_input(const json_t *head, const char *label);
/* The file name of the input with this label, as the report shows it; "" when there is none. */
const char *mapping_file(const json_t *head, const char *label);
/* The file name of the first input, for what belongs to the run; "" without inputs. */
const char *mapping_first_file(const json_t *head);

enum { MAPPING_ID = 33, MAPPING_UUID = 37 };
/* 32 hex digits that stand for these words (NULL ends); equal words, equal ids. */
const char *mapping_id(char out[MAPPING_ID], const char *const *words);
/* The same as an RFC 9562 UUID, for standards that want one. */
const char *mapping_uuid(char out[MAPPING_UUID], const char *const *words);

/* RFC 3339 in UTC, as the document writes it, in milliseconds since 1970; 0: not a time. */
uint64_t mapping_ms(const char *when);

/* "1 call", "12 calls". */
void mapping_calls(struct text *t, uint64_t n);
/* Title, detail and element of a problem and in how many calls it is, in a sentence or two. */
void mapping_sentence(struct text *t, const json_t *problem);

#endif
