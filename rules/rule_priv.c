/* rule_priv.c - people and credentials in signaling (rule-catalog D.10, D.11). */
#include "rules/rule.h"

#include <stddef.h>

static void identities(struct work *w)
{
	RULE_EACH (w, f, FACT_identity_readable) {
		if (!rule_in_clear(w, f))
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_PRIV_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = "Who called whom could be read.",
					 .caused_by = rule_clear_cause(w) });
	}
}

static void bodies(struct work *w)
{
	RULE_EACH (w, f, FACT_body_readable) {
		if (!rule_in_clear(w, f))
			continue;
		w->exposed = true;
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f, "a message body was readable");
		rule_note(w, f,
			  (struct note){ .id = RULE_PRIV_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = "The text of a message could be read.",
					 .caused_by = rule_clear_cause(w) });
	}
	RULE_EACH (w, f, FACT_receipt_readable) {
		if (!rule_in_clear(w, f))
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_PRIV_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .title = "Typing notice or receipt in clear",
					 .detail = "A typing notice or a delivery receipt "
						   "could be read.",
					 .caused_by = rule_clear_cause(w) });
	}
}

static void credentials(struct work *w)
{
	RULE_EACH (w, f, FACT_credential_readable) {
		w->exposed = w->disclosed = w->basic_clear = true;
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "a reusable credential was readable");
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_CRITICAL,
					 .detail = "A credential that can be used again "
						   "could be read.",
					 .caused_by = rule_clear_cause(w) });
	}
	RULE_EACH (w, f, FACT_credential_hop)
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = "A credential that can be used again was shown "
						   "to the hop that "
						   "ended this connection." });
}

static void digests(struct work *w)
{
	RULE_EACH (w, f, FACT_digest_md5) {
		/* A challenge without its response leaves nothing to guess against. */
		bool guessable = rule_in_clear(w, f) && f->value;
		w->digest_clear |= guessable;
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = guessable ? SEVERITY_MEDIUM : SEVERITY_LOW,
					 .detail = guessable ? "Challenge and response could be "
							       "read: the password can "
							       "be guessed offline."
							     : "The digest uses MD5.",
					 .caused_by = guessable ? rule_clear_cause(w) : NULL });
	}
}

rule_run *const rule_priv_run[] = { identities, bodies, credentials, digests, NULL };
