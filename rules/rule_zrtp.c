/* rule_zrtp.c - ZRTP: the exchange, its checks, what it declares (rule-catalog D.6). */
#include "rules/rule.h"

#include <stddef.h>

enum { SAS_RELAY = 2, PRESHARED = 1, CLEAR_ASKED = 1, CLEAR_AGREED = 2, COMPUTED = 4 };

/* RFC 6189 8.1: alone it is a suspicion, for who changes signaling can cause it without the media.
 */
static void mismatch(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_mismatch) {
		w->tampering |= !f->value;
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f,
			 "the ZRTP Hello on the wire is not the one whose hash SDP announced");
		rule_note(w, f,
			  (struct note){ .id = RULE_ZRTP_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = f->value ? SEVERITY_HIGH : SEVERITY_CRITICAL,
					 .detail = "The hash of the Hello is none of those that "
						   "SDP announced." });
	}
}

static void complete(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_complete) {
		struct fact said = *f;
		bool bound = rule_on_line(w, FACT_zrtp_bound, f);
		said.grade = f->value == PRESHARED ? 3 : 4;
		rule_say(w, CONDITION_KEYS, KNOWN_OK, &said,
			 bound ? "a ZRTP exchange completed, its hash chain holds, and SDP "
				 "announced its Hello; whether the parties compared their words "
				 "cannot be seen"
			       : "a ZRTP exchange completed and its hash chain holds; whether "
				 "the parties compared their words cannot be seen");
	}
	RULE_EACH (w, f, FACT_zrtp_same)
		rule_say(w, CONDITION_KEYS, KNOWN_OK, f,
			 "one and the same ZRTP exchange passed several places");
}

static void media(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_complete) {
		struct fact said = *f;
		said.grade = 3;
		if (rule_on_line(w, FACT_media_no_plaintext, f) &&
		    !rule_on_line(w, FACT_keys_rewritten, f))
			rule_say(w, CONDITION_MEDIA, KNOWN_OK, &said,
				 "the media ran under keys that ZRTP agreed on this path, and "
				 "nothing readable was found in it");
	}
}

/* RFC 6189 5.2: M says what a device is able to do; that nobody did it takes both ends to see. */
static bool only_able(const struct work *w, const struct fact *f)
{
	return f->value != SAS_RELAY && rule_on_line(w, FACT_zrtp_same, f) &&
	       rule_ends_asserted(w, f);
}

static void middle(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_middle) {
		bool able = only_able(w, f);
		const char *why =
			f->value == SAS_RELAY
				? "a trusted middle relayed the authentication string: it "
				  "holds the keys of both sides"
				: "a side declares itself a trusted middle in its Hello";
		if (!able) {
			rule_admit(w, CONDITION_KEYS, f, why);
			rule_admit(w, CONDITION_MEDIA, f, why);
		}
		rule_note(w, f,
			  (struct note){ .id = RULE_ZRTP_003,
					 .outcome = able ? OUTCOME_NOTED : OUTCOME_VIOLATED,
					 .severity = able ? SEVERITY_INFO : SEVERITY_HIGH,
					 .detail = f->value == SAS_RELAY
							   ? "SASrelay passed: RFC 6189 7.3."
							   : "The M flag of a Hello is set." });
	}
}

static void broken(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_broken) {
		/* A box that ends ZRTP on both sides in the open is no tampering (B.9). */
		w->tampering |= f->grade == COMPUTED;
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 f->grade == COMPUTED ? "a ZRTP exchange does not hold together: parts of "
						"it are not by whom they say"
					      : "ZRTP ran apart on two hops of the call: an "
						"element between them holds the keys of both");
		rule_note(w, f,
			  (struct note){ .id = RULE_ZRTP_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(w, f, "A check of ZRTP failed") });
	}
}

/* Whether media was readable after it is MED-006 and MED-001; here is why. */
static void stopped(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_stopped) {
		bool clear = rule_on_line(w, FACT_media_clear, f);
		rule_note(
			w, f,
			(struct note){ .id = RULE_ZRTP_004,
				       .outcome = clear ? OUTCOME_VIOLATED : OUTCOME_NOT_ASSESSABLE,
				       .severity = clear ? SEVERITY_HIGH : SEVERITY_INFO,
				       .detail = rule_detail(w, f, "ZRTP did not complete") });
	}
}

static void cleared(struct work *w)
{
	RULE_EACH (w, f, FACT_zrtp_cleared) {
		bool in_force = f->value >= CLEAR_AGREED || rule_on_line(w, FACT_media_clear, f);
		if (in_force)
			rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f,
				 "ZRTP went back to clear media in the call");
		else if (f->value == CLEAR_ASKED)
			rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, f,
				 "a side asked ZRTP to go back to clear media; what the media did "
				 "was not seen");
		bool asked = in_force || f->value == CLEAR_ASKED;
		rule_note(w, f,
			  (struct note){
				  .id = RULE_ZRTP_005,
				  .outcome = asked ? OUTCOME_VIOLATED : OUTCOME_NOTED,
				  .severity = asked ? SEVERITY_CRITICAL : SEVERITY_INFO,
				  .detail = asked ? "GoClear passed: RFC 6189 4.7.2."
						  : "GoClear passed without an answer, and nothing "
						    "readable was found in the media after it." });
	}
}

static void choices(struct work *w)
{
	static const struct rule_plain plain[] = {
		{ FACT_zrtp_unbound, RULE_ZRTP_002, SEVERITY_LOW,
		  "SDP could be read and announced no hash of the Hello" },
		{ FACT_zrtp_weak, RULE_ZRTP_007, SEVERITY_LOW, "A weak algorithm was chosen" },
	};

	rule_plain(w, plain, sizeof plain / sizeof *plain);
}

rule_run *const rule_zrtp_run[] = { mismatch, complete, media,	 middle, broken,
				    stopped,  cleared,	choices, NULL };
