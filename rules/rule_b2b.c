/* rule_b2b.c - who is in the middle, and what passed unchanged from end to end (rule-catalog D.9,
 * B.3). */
#include "rules/rule.h"

/* ---- from end to end ---------------------------------------------------------------- */

static void keys_spanned(struct work *w, enum fact_kind kind)
{
	RULE_EACH (w, f, kind)
		if (f->spans)
			rule_line(w, f)->keys_whole = true;
}

/* B.3: only what reaches from one asserted end to the other can be complete. */
static void whole(struct work *w)
{
	keys_spanned(w, FACT_dtls_same);
	keys_spanned(w, FACT_zrtp_same);
	keys_spanned(w, FACT_key_by_signaling);
	RULE_EACH (w, f, FACT_media_spanned) {
		rule_line(w, f)->media_whole = f->spans;
		rule_say(w, CONDITION_MEDIA, KNOWN_OK, f,
			 f->spans ? "the same encrypted packets left one end and reached the other"
				  : "the same encrypted packets left one end and reached the "
				    "other; whether any before the first that was seen were "
				    "readable cannot be told");
	}
	/* Its first moments were readable, whatever came after (contract 3). */
	RULE_EACH (w, f, FACT_media_clear_start)
		rule_line(w, f)->media_whole = false;
}

static void direct(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_direct) {
		w->signaling_whole = f->spans;
		rule_say(w, CONDITION_SIGNALING, KNOWN_OK, f,
			 "signaling ran in TLS directly between the two ends of the media");
	}
	RULE_EACH (w, f, FACT_key_by_signaling)
		rule_say(w, CONDITION_KEYS, KNOWN_OK, f,
			 "the keys came with signaling that ran in TLS directly between the two "
			 "ends");
}

static void elsewhere(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_elsewhere)
		rule_say(w, CONDITION_SIGNALING, f->value ? KNOWN_FAIL : KNOWN_SUSPECT, f,
			 f->value ? "TLS ended at an element that is not an end of the call: it "
				    "read the signaling"
				  : "the signaling connections of both ends lead to hosts that are "
				    "not the ends of the media");
}

/* ---- boxes ------------------------------------------------------------------------------ */

static void boxes(struct work *w)
{
	RULE_EACH (w, f, FACT_b2bua) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "an element ended the caller's dialog and began one of its own: it read "
			 "the signaling");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_001,
					 .outcome = OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = rule_detail(w, f, "By what it changes") });
	}
}

static void rekeyed(struct work *w)
{
	RULE_EACH (w, f, FACT_media_rekeyed) {
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "the media was re-encrypted between two hops: whoever did it held the "
			 "keys of both sides");
		rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f,
			 "the media was ended and begun anew in the middle: both sides are "
			 "protected under keys of their own, and no packet is the same");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = "Keyed apart on two hops of the call, and no "
						   "packet of one side is found on the other.",
					 .caused_by = rule_has(w, FACT_keys_rewritten) ? "DTLS-006"
										       : NULL });
	}
}

static void decrypted(struct work *w)
{
	RULE_EACH (w, f, FACT_media_decrypted) {
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "the media was decrypted in the middle: whoever did it held its keys");
		rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f,
			 "the media was protected on one side of a box and readable on the other");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_003,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_CRITICAL,
					 .detail = "Protected on one hop of the call and readable "
						   "on another." });
	}
}

static void transcoded(struct work *w)
{
	RULE_EACH (w, f, FACT_media_transcoded) {
		rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f,
			 "the media was made anew in the middle, which takes its plaintext");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_004,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(w, f, "Changed between two hops") });
	}
}

/* Whether who forwarded it could also have opened it is a question about the keys. */
static void relayed(struct work *w)
{
	RULE_EACH (w, f, FACT_media_relayed) {
		rule_say(w, CONDITION_MEDIA, KNOWN_OK, f,
			 f->text ? "some encrypted packets passed unchanged from one place to the "
				   "other"
				 : "the encrypted packets passed unchanged from one place to the "
				   "other");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_B2B_005,
				  .outcome = OUTCOME_SATISFIED,
				  .severity = SEVERITY_INFO,
				  .detail = rule_text(w,
						      "Equal, octet for octet: %llu of the packets "
						      "compared.",
						      (unsigned long long)f->value) });
	}
}

rule_run *const rule_b2b_run[] = { whole,     direct,	  elsewhere, boxes, rekeyed,
				   decrypted, transcoded, relayed,   NULL };
