/* rule_dtls.c - what rules of other rooms find in DTLS-SRTP (rule-catalog D.5). */
#include "rules/rule.h"

#include <stddef.h>
#include <string.h>

enum {
	NO_PROFILE = 2,
	NULL_PROFILE = 3,
	DOUBT_GRADE = 3,
	SHARED_GRADE = 1, /* B.6: consoles and phones with several accounts share one, too */
};

/* Discharged by equal full handshakes at both ends (D.5), and only there. */
static bool discharged(const struct work *w, const struct fact *at)
{
	return rule_on_line(w, FACT_dtls_same, at) && rule_ends_asserted(w, at);
}

static bool doubtful_mismatch(const struct work *w, const struct fact *at)
{
	RULE_EACH (w, f, FACT_dtls_mismatch)
		if (f->media == at->media && f->value)
			return true;
	return false;
}

uint8_t rule_dtls_grade(const struct work *w, const struct fact *at, uint8_t grade)
{
	static const enum fact_kind doubts[] = { FACT_dtls_no_fingerprint,
						 FACT_dtls_weak_fingerprint, FACT_dtls_one_sided };
	bool doubt = doubtful_mismatch(w, at);

	for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++)
		doubt |= rule_on_line(w, doubts[i], at);
	if (discharged(w, at))
		return grade;
	if (rule_on_line(w, FACT_dtls_shared, at))
		return SHARED_GRADE;
	return doubt && grade > DOUBT_GRADE ? DOUBT_GRADE : grade;
}

static void rewritten(struct work *w)
{
	RULE_EACH (w, f, FACT_keys_rewritten) {
		if (f->text && strcmp(f->text, "fingerprints") == 0)
			continue; /* DTLS-006 */
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "an element between two hops exchanged what the media is keyed with for "
			 "its own: it holds the keys");
		struct fact doubt = *f;
		doubt.grade = 2;
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, &doubt,
			 "an element in the middle holds keys of both sides");
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(w, f,
							       "Changed between two hops of the "
							       "call") });
	}
}

static void profiles(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_profile) {
		if (f->value == NO_PROFILE || f->value == NULL_PROFILE)
			continue; /* DTLS-011 */
		rule_note(w, f,
			  (struct note){ .id = RULE_SRTP_004,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .detail = rule_detail(
						 w, f, "The SRTP profile that DTLS chose") });
	}
}

static void hidden(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_hidden)
		rule_note(w, f,
			  (struct note){ .id = RULE_OBS_007,
					 .outcome = OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = rule_detail(w, f,
							       "The certificates are not "
							       "visible") });
}

rule_run *const rule_dtls_run[] = { rewritten, profiles, hidden, NULL };
