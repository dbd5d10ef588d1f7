/* rule_priv.c - people and credentials in signaling (rule-catalog D.10, D.11). */
#include "rules/rule.h"

#include <stddef.h>
#include <string.h>

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
					 .detail = guessable ? "A response, and the challenge that "
							       "it repeats, could be read: the "
							       "password can be guessed offline."
							     : "The digest uses MD5.",
					 .caused_by = guessable ? rule_clear_cause(w) : NULL });
	}
}

/* What was accepted: a server that refuses such credentials has no fault. */
static void weak_digests(struct work *w)
{
	RULE_EACH (w, f, FACT_digest_weak)
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_003,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .detail = rule_detail(w, f, "The server accepted") });
}

/* ---- digits ----------------------------------------------------------------------- */

static bool handled(const struct work *w)
{
	return rule_has(w, FACT_via_elements) || rule_has(w, FACT_route_other) ||
	       rule_has(w, FACT_proxy_response);
}

static void digits(struct work *w)
{
	RULE_EACH (w, f, FACT_digits_clear) {
		w->exposed = true;
		rule_line(w, f)->clear = true;
		rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f, "digits could be read in the media");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_PRIV_003,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = SEVERITY_HIGH,
				  .detail = rule_text(w, "%llu packets with digits could be read.",
						      (unsigned long long)f->value) });
	}
	RULE_EACH (w, f, FACT_digits_signaled) {
		bool clear = rule_in_clear(w, f);
		if (!clear && !handled(w))
			continue;
		w->exposed |= clear;
		if (clear)
			rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
				 "digits could be read in the signaling");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_PRIV_004,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = clear ? SEVERITY_HIGH : SEVERITY_MEDIUM,
				  .detail = rule_text(w, "%llu %.10s messages carried digits%s.",
						      (unsigned long long)f->value,
						      f->text ? f->text : "INFO",
						      clear ? "" : " past elements that read them"),
				  .caused_by = clear ? rule_clear_cause(w) : NULL });
	}
}

/* ---- what else signaling tells ------------------------------------------------------- */

static const char *sensitive_words(struct work *w, uint64_t bits)
{
	static const char *const names[] = {
		"a location",	    "a subject",  "user-to-user data",
		"call information", "P- headers", "recording metadata"
	};
	struct words t = { .n = 0 };

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (bits >> i & 1) {
			words_add(&t, t.n ? ", " : "Readable: ");
			words_add(&t, names[i]);
		}
	words_add(&t, ".");
	return rule_words(w, &t);
}

/* An emergency call has to say where it is made (RFC 6442, RFC 6881). */
static void owed_location(struct work *w, const struct fact *f)
{
	rule_note(w, f,
		  (struct note){ .id = RULE_PRIV_005,
				 .outcome = OUTCOME_NOTED,
				 .severity = SEVERITY_INFO,
				 .detail = "A location could be read; an emergency call must "
					   "carry it." });
}

static void sensitive(struct work *w)
{
	RULE_EACH (w, f, FACT_sensitive_readable) {
		uint64_t bits = f->value;
		if (!rule_in_clear(w, f))
			continue;
		if (w->c->emergency && (bits & SENSITIVE_LOCATION)) {
			owed_location(w, f);
			bits &= ~(uint64_t)SENSITIVE_LOCATION;
		}
		if (!bits)
			continue;
		bool grave = bits & (SENSITIVE_LOCATION | SENSITIVE_METADATA);
		rule_note(w, f,
			  (struct note){ .id = RULE_PRIV_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = grave ? SEVERITY_HIGH : SEVERITY_MEDIUM,
					 .detail = sensitive_words(w, bits),
					 .caused_by = rule_clear_cause(w) });
	}
}

static void feeds(struct work *w)
{
	RULE_EACH (w, f, FACT_topology_readable) {
		if (!rule_in_clear(w, f))
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_PRIV_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .detail = "Private addresses went to a public host." });
	}
	RULE_EACH (w, f, FACT_feed_readable) {
		if (!rule_in_clear(w, f))
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_PRIV_007,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = rule_detail(w, f, "A feed could be read"),
					 .caused_by = rule_clear_cause(w) });
	}
}

/* ---- identity ----------------------------------------------------------------------- */

static void identity(struct work *w)
{
	RULE_EACH (w, f, FACT_identity_wrong) {
		bool prints = f->text && strstr(f->text, "fingerprints");
		if (prints)
			rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f,
				 "a signed identity covers other fingerprints than those received");
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = prints ? SEVERITY_HIGH : SEVERITY_LOW,
					 .detail = rule_detail(w, f, "The identity token") });
	}
	RULE_EACH (w, f, FACT_identity_signed)
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_005,
					 .outcome = f->value ? OUTCOME_SATISFIED : OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = f->value
							   ? "A verified identity covers the "
							     "fingerprints; its signer vouches for "
							     "itself only."
							   : "An identity covers the fingerprints; "
							     "its signature is unvalidated." });
	RULE_EACH (w, f, FACT_unauthenticated)
		rule_note(w, f,
			  (struct note){ .id = RULE_AUTH_004,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = rule_detail(w, f,
							       "Accepted without credentials or a "
							       "challenge") });
}

rule_run *const rule_priv_run[] = { identities, bodies,	   credentials, digests,  weak_digests,
				    digits,	sensitive, feeds,	identity, NULL };
