/* rule_dtls.c - DTLS-SRTP: whose certificates, which handshake (rule-catalog D.5). */
#include "rules/rule.h"

#include <stddef.h>
#include <string.h>

enum {
	BOTH_MATCH = 3, /* bits of dtls_matched */
	BOTH_SIGNED = 12,
	FULL = 16,
	NULL_PROFILE = 3,
	NO_PROFILE = 2,
	BROKEN_SUITE = 3,
	DOUBT_GRADE = 3,
	SHARED_GRADE = 1, /* B.6: consoles and phones with several accounts share one, too */
};

/* Discharged by equal full handshakes at both ends (D.5), and only there. */
static bool discharged(const struct work *w, const struct fact *at)
{
	return rule_on_line(w, FACT_dtls_same, at) && rule_ends_asserted(w, at);
}

/* All handshakes of the line passed both asserted ends, those after a change too. */
static bool same_throughout(const struct work *w, const struct fact *at)
{
	RULE_EACH (w, f, FACT_dtls_same)
		if (f->media == at->media && f->spans)
			return true;
	return false;
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
	bool changed = rule_on_line(w, FACT_dtls_changed, at) && !same_throughout(w, at);
	bool doubt = doubtful_mismatch(w, at) || changed;

	for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++)
		doubt |= rule_on_line(w, doubts[i], at);
	if (discharged(w, at) && !changed)
		return grade;
	if (rule_on_line(w, FACT_dtls_shared, at))
		return SHARED_GRADE;
	return doubt && grade > DOUBT_GRADE ? DOUBT_GRADE : grade;
}

static void mismatch(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_mismatch) {
		struct fact said = *f;
		bool doubt = f->value != 0;
		if (doubt) {
			said.grade = DOUBT_GRADE; /* it rests on what may be missing */
			rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, &said,
				 "a DTLS certificate does not fit what SDP announced; a part of "
				 "the signaling or of the handshake may be missing");
		} else {
			w->tampering = true;
			rule_line(w, f)->tampered = true;
			rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
				 "the DTLS certificate on the wire is not the one whose "
				 "fingerprint SDP announced, and media flows");
		}
		rule_note(w, f,
			  (struct note){ .id = RULE_DTLS_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = doubt ? SEVERITY_HIGH : SEVERITY_CRITICAL,
					 .detail = rule_detail(w, f,
							       "A certificate on the wire differs "
							       "from its fingerprint") });
	}
}

/* What a match is worth: who only announced MD5 or SHA-1 could have been replaced. */
static void matched(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_matched) {
		struct fact said = *f;
		bool whole = (f->value & BOTH_MATCH) == BOTH_MATCH &&
			     (f->value & BOTH_SIGNED) == BOTH_SIGNED && (f->value & FULL);
		said.grade = rule_dtls_grade(w, f, whole ? 4 : 3);
		rule_say(w, CONDITION_KEYS, KNOWN_OK, &said,
			 whole ? "both DTLS certificates are those that SDP announced here, and "
				 "both sides proved that they hold the keys; who wrote that SDP "
				 "is not proved by it"
			       : "a DTLS certificate is the one that SDP announced here; the "
				 "other side's was not proved");
	}
}

static void complete(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_complete) {
		struct fact said = *f;
		said.grade = rule_dtls_grade(w, f, 3);
		if (!rule_on_line(w, FACT_dtls_matched, f))
			rule_say(w, CONDITION_KEYS, KNOWN_OK, &said,
				 "keys were agreed by DTLS on the media path, with whoever is "
				 "behind it");
	}
	RULE_EACH (w, f, FACT_dtls_same) {
		struct fact said = *f;
		said.grade = rule_dtls_grade(w, f, f->grade);
		rule_say(w, CONDITION_KEYS, KNOWN_OK, &said,
			 "one and the same full DTLS handshake passed several places");
	}
}

static bool without_profile(const struct work *w, const struct fact *at)
{
	RULE_EACH (w, f, FACT_dtls_profile)
		if (f->media == at->media && f->value >= NO_PROFILE)
			return true;
	return false;
}

/*
 * Keys for exactly this path, a profile that encrypts, and nothing readable on it
 * (B.7); where an element is known to hold keys, only its ciphertext on both
 * sides could answer for it (DTLS-006).
 */
static void media(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_complete) {
		struct fact said = *f;
		said.grade = 3;
		if (rule_on_line(w, FACT_media_no_plaintext, f) && !without_profile(w, f) &&
		    !rule_on_line(w, FACT_keys_rewritten, f))
			rule_say(w, CONDITION_MEDIA, KNOWN_OK, &said,
				 "the media ran under keys that DTLS agreed on this path, and "
				 "nothing readable was found in it");
	}
}

static void suspect(struct work *w, enum fact_kind kind, enum rule_id id, enum severity s,
		    const char *why, const char *detail)
{
	RULE_EACH (w, f, kind) {
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f, why);
		rule_note(w, f,
			  (struct note){ .id = id,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = s,
					 .detail = rule_detail(w, f, detail) });
	}
}

static void doubts(struct work *w)
{
	suspect(w, FACT_dtls_no_fingerprint, RULE_DTLS_002, SEVERITY_HIGH,
		"DTLS was to key this line and SDP announced no fingerprint for it: nothing ties "
		"it "
		"to the call",
		"No fingerprint in SDP");
	suspect(w, FACT_dtls_incomplete, RULE_DTLS_009, SEVERITY_HIGH,
		"DTLS was agreed and no handshake completed, and media flowed all the same",
		"Media flowed though no DTLS handshake completed");
	suspect(w, FACT_dtls_one_sided, RULE_DTLS_010, SEVERITY_HIGH,
		"the DTLS client showed no certificate: one side does not know the other",
		"The DTLS client showed no certificate");
	suspect(w, FACT_dtls_changed, RULE_DTLS_013, SEVERITY_MEDIUM,
		"somebody with another certificate took over the media path, and no offer or "
		"answer "
		"announced it",
		"Another certificate took over an established path");
	RULE_EACH (w, f, FACT_dtls_weak_fingerprint) {
		bool md5 = f->text && strcmp(f->text, "MD5") == 0;
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f,
			 "the only fingerprint is of a hash that can be forged");
		rule_note(w, f,
			  (struct note){ .id = RULE_DTLS_003,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = md5 ? SEVERITY_HIGH : SEVERITY_MEDIUM,
					 .detail = rule_detail(
						 w, f, "The strongest fingerprint hash is") });
	}
}

static void rewritten(struct work *w)
{
	RULE_EACH (w, f, FACT_keys_rewritten) {
		bool prints = f->text && strcmp(f->text, "fingerprints") == 0;
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "an element between two hops exchanged what the media is keyed with for "
			 "its own: it holds the keys");
		struct fact doubt = *f;
		doubt.grade = 2;
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, &doubt,
			 "an element in the middle holds keys of both sides");
		rule_note(w, f,
			  (struct note){ .id = prints ? RULE_DTLS_006 : RULE_KEY_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(w, f,
							       "Changed between two hops of the "
							       "call") });
	}
}

/* RFC 9150 names its suites without encryption by their hash alone. */
static bool names_no_cipher(const char *suite)
{
	return suite && (strstr(suite, "_NULL") || strncmp(suite, "TLS_SHA", 7) == 0);
}

static void suites(struct work *w)
{
	static const struct rule_plain plain[] = {
		{ FACT_dtls_old, RULE_DTLS_004, SEVERITY_HIGH, "DTLS 1.0 was negotiated" },
		{ FACT_dtls_role, RULE_DTLS_008, SEVERITY_MEDIUM,
		  "The roles break offer and answer" },
	};

	rule_plain(w, plain, sizeof plain / sizeof *plain);
	w->weak |= rule_has(w, FACT_dtls_old);
	w->old_tls |= rule_has(w, FACT_dtls_old);
	RULE_EACH (w, f, FACT_dtls_weak_suite) {
		bool broken = f->value == BROKEN_SUITE;
		w->weak |= broken;
		if (broken && names_no_cipher(f->text))
			rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
				 "the DTLS handshake was protected by a cipher suite without "
				 "encryption");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_DTLS_005,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = broken ? SEVERITY_CRITICAL : SEVERITY_MEDIUM,
				  .detail = rule_detail(w, f, "A weak suite keys the media") });
	}
}

static void profiles(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_profile) {
		bool none = f->value == NULL_PROFILE, absent = f->value == NO_PROFILE;
		w->weak |= none;
		if (none) {
			rule_line(w, f)->null_cipher = true;
			rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f,
				 "the SRTP profile that DTLS chose does not encrypt");
		}
		rule_note(w, f,
			  (struct note){ .id = none || absent ? RULE_DTLS_011 : RULE_SRTP_004,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = none     ? SEVERITY_CRITICAL
						     : absent ? SEVERITY_HIGH
							      : SEVERITY_LOW,
					 .detail = rule_detail(
						 w, f, "The SRTP profile that DTLS chose") });
	}
}

static void readable(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_fingerprint_readable)
		if (rule_in_clear(w, f))
			rule_note(w, f,
				  (struct note){ .id = RULE_DTLS_012,
						 .outcome = OUTCOME_VIOLATED,
						 .severity = SEVERITY_MEDIUM,
						 .detail = "Whoever can change this SIP can put "
							   "another certificate in.",
						 .caused_by = rule_clear_cause(w) });
	RULE_EACH (w, f, FACT_dtls_hidden)
		rule_note(w, f,
			  (struct note){ .id = RULE_OBS_007,
					 .outcome = OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = rule_detail(w, f,
							       "The certificates are not "
							       "visible") });
}

static void shared(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_shared) {
		struct fact said = *f;
		said.grade = SHARED_GRADE;
		if (!discharged(w, f))
			rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, &said,
				 "one DTLS certificate answers for several parties at one "
				 "address: it may be that of an element in the middle");
		rule_note(w, f,
			  (struct note){ .id = RULE_DTLS_007,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_text(w,
							     "One certificate answers for %llu "
							     "parties at one address.",
							     (unsigned long long)f->value) });
	}
}

rule_run *const rule_dtls_run[] = { mismatch, matched,	complete, media,  doubts, rewritten,
				    suites,   profiles, readable, shared, NULL };
