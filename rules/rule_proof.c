/* rule_proof.c - what a key agreement on the media path proves, check by check (KEY-011, B.6). */
#include "rules/rule.h"

#include <stddef.h>

enum { BOTH_MATCH = 3, BOTH_SIGNED = 12, FULL = 16, PRESHARED = 1, BY_STREAM = 2 };

/* The proof chain of B.6. */
struct chain {
	bool whole, announced, holds, followed; /* on this leg */
	bool far;				/* and the same at the other end */
	const char *far_text;
};

/* Something else on this line contradicts what its exchange shows. */
static bool contradicted(const struct work *w, const struct fact *f)
{
	static const enum fact_kind kinds[] = {
		FACT_dtls_mismatch, FACT_dtls_no_fingerprint, FACT_dtls_weak_fingerprint,
		FACT_dtls_changed,  FACT_dtls_one_sided,      FACT_dtls_weak_suite,
		FACT_dtls_shared,   FACT_keys_rewritten,      FACT_zrtp_mismatch,
		FACT_zrtp_middle,   FACT_zrtp_broken,	      FACT_media_rekeyed,
		FACT_key_proved,    FACT_key_wrong_way,
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (rule_on_line(w, kinds[i], f))
			return true;
	return false;
}

static bool media_followed(const struct work *w, const struct fact *f)
{
	return !rule_on_line(w, FACT_media_clear, f) &&
	       (rule_on_line(w, FACT_media_no_plaintext, f) ||
		rule_on_line(w, FACT_media_verified, f));
}

static bool vouched_for(const struct work *w)
{
	RULE_EACH (w, f, FACT_identity_signed)
		if (f->value)
			return true;
	return false;
}

/* What is known of the other end; a capture point is an access link by assertion only (B.3). */
static void look_far(const struct work *w, const struct fact *f, enum fact_kind same,
		     struct chain *c)
{
	bool seen_twice = rule_on_line(w, same, f);

	c->far = seen_twice && rule_ends_asserted(w, f);
	c->far_text = c->far ? "the same exchange passed at both asserted ends"
		      : seen_twice
			      ? "the same exchange passed several places, none of them known to be "
				"the other end: beyond them nothing is proved"
		      : vouched_for(w) ? "only this leg is proved; a signed identity covers the "
					 "fingerprints: keyed with whoever the signer vouches for"
				       : "only this leg is proved";
}

static const char *missing(const struct chain *c)
{
	return !c->whole       ? "the whole exchange was not seen"
	       : !c->announced ? "SDP seen here does not announce both sides of the exchange"
	       : !c->holds     ? "not all of its signatures or hashes could be checked"
			       : "protected media behind it was not seen";
}

static void conclude(struct work *w, const struct fact *f, const struct chain *c)
{
	bool leg = c->whole && c->announced && c->holds && c->followed;
	struct note n = { .id = RULE_KEY_011, .severity = SEVERITY_INFO };

	if (leg) {
		n.outcome = c->far ? OUTCOME_SATISFIED : OUTCOME_NOTED;
		n.detail =
			rule_text(w, "Whole exchange, as announced, proved, media behind it: %s.",
				  c->far_text);
	} else {
		n.outcome = OUTCOME_NOT_ASSESSABLE;
		n.detail = rule_text(w, "Not proved: %s.", missing(c));
	}
	rule_note(w, f, n);
}

static const struct fact *of_line(const struct work *w, enum fact_kind kind, const struct fact *at)
{
	RULE_EACH (w, f, kind)
		if (f->media == at->media)
			return f;
	return NULL;
}

/* Its evidence: the certificates where they were compared, else the end of the handshake. */
static void by_dtls(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_complete) {
		const struct fact *match = of_line(w, FACT_dtls_matched, f);
		uint64_t bits = match ? match->value : 0;
		struct chain c = { .whole = bits & FULL ||
					    (!match && !rule_on_line(w, FACT_dtls_hidden, f)),
				   .announced = (bits & BOTH_MATCH) == BOTH_MATCH,
				   .holds = (bits & BOTH_SIGNED) == BOTH_SIGNED,
				   .followed = media_followed(w, f) };
		if (contradicted(w, f))
			continue;
		look_far(w, f, FACT_dtls_same, &c);
		conclude(w, match ? match : f, &c);
	}
}

static void by_zrtp(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_complete) {
		struct chain c = { .whole = f->value != PRESHARED && f->value != BY_STREAM,
				   .announced = rule_on_line(w, FACT_zrtp_bound, f),
				   .holds = true,
				   .followed = media_followed(w, f) };
		if (contradicted(w, f))
			continue;
		look_far(w, f, FACT_zrtp_same, &c);
		conclude(w, f, &c);
	}
}

/* ---- what stands for them in signaling ------------------------------------------------- */

/* One line a call: each of its media arrived the same way. */
static void unsigned_prints(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_unsigned) {
		struct fact whole = *f;
		if (rule_has(w, FACT_identity_signed))
			return;
		whole.leg = whole.media = whole.segment = FACT_NOWHERE;
		rule_note(w, &whole,
			  (struct note){ .id = RULE_KEY_012,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .detail = f->value ? "The signed identity that covers the "
							      "DTLS fingerprints is out of date."
							    : "No signed identity came with the "
							      "DTLS fingerprints: whoever can "
							      "change SDP can exchange them." });
	}
}

rule_run *const rule_proof_run[] = { by_dtls, by_zrtp, unsigned_prints, NULL };
