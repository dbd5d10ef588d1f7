/* rule_srtp.c - SRTP itself, and keys that were proved or misused (rule-catalog D.4, D.8). */
#include "rules/rule.h"

#include <stddef.h>

enum { WAIVED_GRADE = 2 }; /* declared in SDP */

static void fail_media(struct work *w, const struct fact *f, const char *why)
{
	w->weak = true;
	rule_line(w, f)->null_cipher = true;
	rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f, why);
	rule_admit(w, CONDITION_MEDIA, f, why);
}

/* Agreed on both sides, it is in use; offered only, it says what a device would put up with. */
static void null_cipher(struct work *w)
{
	RULE_EACH (w, f, FACT_srtp_null) {
		if (f->value)
			fail_media(w, f, "SRTP without encryption was agreed");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_SRTP_001,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = f->value ? SEVERITY_CRITICAL : SEVERITY_LOW,
				  .detail = f->value ? "A suite without encryption was agreed."
						     : "A suite without encryption was offered "
						       "and not taken." });
	}
}

static void unencrypted(struct work *w)
{
	RULE_EACH (w, f, FACT_srtp_unencrypted) {
		if (f->value)
			fail_media(w, f, "UNENCRYPTED_SRTP was agreed: the media is sent readable");
		rule_note(w, f,
			  (struct note){ .id = RULE_SRTP_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = f->value ? SEVERITY_CRITICAL : SEVERITY_LOW,
					 .detail = f->value ? "UNENCRYPTED_SRTP stands on the key "
							      "line that was agreed."
							    : "UNENCRYPTED_SRTP was offered and "
							      "not taken." });
	}
}

static void note_waived(struct work *w, const struct fact *f, enum severity s, const char *what,
			bool doubt)
{
	struct fact said = *f;

	said.grade = WAIVED_GRADE;
	if (doubt)
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, &said,
			 "a part of SRTP's protection was agreed away");
	rule_note(w, f,
		  (struct note){
			  .id = RULE_SRTP_003,
			  .outcome = OUTCOME_VIOLATED,
			  .severity = f->value ? s : SEVERITY_LOW,
			  .detail = rule_text(w, "%s was %s.", what,
					      f->value ? "agreed" : "offered and not taken") });
}

/* Only RTCP that was encrypted all the same answers it: tags of the media say nothing of it. */
static bool rtcp_waived(const struct work *w, const struct fact *at)
{
	RULE_EACH (w, f, FACT_srtcp_unencrypted)
		if (f->media == at->media && f->value)
			return !rule_on_line(w, FACT_srtcp_encrypted, at);
	return false;
}

static void waived(struct work *w)
{
	RULE_EACH (w, f, FACT_srtcp_unencrypted)
		note_waived(w, f, SEVERITY_MEDIUM, "UNENCRYPTED_SRTCP", rtcp_waived(w, f));
	RULE_EACH (w, f, FACT_srtp_unauthenticated)
		note_waived(w, f, SEVERITY_HIGH, "UNAUTHENTICATED_SRTP", f->value != 0);
}

static void keystream(struct work *w)
{
	RULE_EACH (w, f, FACT_keystream_reused) {
		w->weak = true;
		rule_line(w, f)->weak_key = true;
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "two streams were encrypted with one keystream");
		rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f,
			 "two streams under one keystream can be read from each other");
		rule_note(w, f,
			  (struct note){ .id = RULE_SRTP_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_CRITICAL,
					 .detail = rule_detail(w, f,
							       "Two streams use one key, one SSRC "
							       "and the same indexes") });
	}
}

static void failing(struct work *w)
{
	RULE_EACH (w, f, FACT_tags_failing) {
		struct fact computed = *f;
		computed.grade = 4;
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, &computed,
			 "packets of this stream carry tags that its key does not make");
		rule_note(w, f,
			  (struct note){ .id = RULE_SRTP_007,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_text(w,
							     "%llu sampled packets failed while "
							     "others verified.",
							     (unsigned long long)f->value) });
	}
}

/* ---- keys that open the media (KEY-003) ------------------------------------------ */

static bool key_in_clear(const struct work *w, const struct fact *at)
{
	static const enum fact_kind kinds[] = { FACT_key_readable, FACT_key_unused };

	/* That nothing was seen to take it does not matter where its tags fit. */
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		RULE_EACH (w, f, kinds[i])
			if (f->media == at->media && rule_in_clear(w, f))
				return true;
	return false;
}

static bool handled(const struct work *w)
{
	return rule_has(w, FACT_via_elements) || rule_has(w, FACT_route_other) ||
	       rule_has(w, FACT_proxy_response);
}

static void note_proved(struct work *w, const struct fact *f, const char *tail)
{
	bool clear = key_in_clear(w, f), known = clear || handled(w);

	if (known)
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "SRTP tags verify under the key that stood in SDP: whoever saw that "
			 "SDP can open the media");
	rule_note(w, f,
		  (struct note){ .id = RULE_KEY_003,
				 .outcome = known ? OUTCOME_VIOLATED : OUTCOME_NOTED,
				 .severity = clear   ? SEVERITY_CRITICAL
					     : known ? SEVERITY_HIGH
						     : SEVERITY_INFO,
				 .detail = rule_text(w,
						     "%llu sampled packets verify under the key in "
						     "SDP%s.",
						     (unsigned long long)f->value, tail),
				 .caused_by = clear   ? "KEY-001"
					      : known ? "KEY-002"
						      : NULL });
}

static void proved(struct work *w)
{
	RULE_EACH (w, f, FACT_key_proved)
		note_proved(w, f, "");
	RULE_EACH (w, f, FACT_key_wrong_way) {
		note_proved(w, f, " that its receiver announced");
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_007,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = "The key is used by the side that did not "
						   "announce it (RFC 4568 6.1)." });
	}
	RULE_EACH (w, f, FACT_key_unproved)
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_003,
					 .outcome = OUTCOME_NOT_ASSESSABLE,
					 .severity = SEVERITY_INFO,
					 .detail = rule_text(w,
							     "None of %llu packets tried verifies "
							     "under the keys seen in SDP.",
							     (unsigned long long)f->value) });
}

static void verified(struct work *w)
{
	RULE_EACH (w, f, FACT_key_proved_dtls) {
		struct fact said = *f;
		said.grade = rule_dtls_grade(w, f, f->grade);
		rule_say(w, CONDITION_KEYS, KNOWN_OK, &said,
			 "SRTP tags verify under the keys that the DTLS handshake on this path "
			 "agreed");
	}
	/* Where an element holds keys of both sides, tags of one side do not answer for it. */
	RULE_EACH (w, f, FACT_media_verified) {
		struct fact said = *f;
		if (rtcp_waived(w, f))
			said.grade = WAIVED_GRADE;
		if (!rule_on_line(w, FACT_keys_rewritten, f))
			rule_say(w, CONDITION_MEDIA, KNOWN_OK, &said,
				 "SRTP tags verified here: the media passed this place encrypted "
				 "and unchanged");
	}
}

/* ---- quality of keys ------------------------------------------------------------- */

static void key_values(struct work *w)
{
	static const struct rule_plain plain[] = {
		{ FACT_key_malformed, RULE_KEY_007, SEVERITY_MEDIUM,
		  "A keying attribute breaks its standard" },
		{ FACT_srtp_short_tag, RULE_SRTP_004, SEVERITY_LOW,
		  "SRTP tags of 32 bits were agreed" },
	};

	rule_plain(w, plain, sizeof plain / sizeof *plain);
	RULE_EACH (w, f, FACT_key_weak) {
		bool used = f->value || rule_on_line(w, FACT_key_proved, f);
		if (used) {
			rule_line(w, f)->weak_key = true;
			rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f, "the media key can be guessed");
		}
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = used ? SEVERITY_CRITICAL : SEVERITY_MEDIUM,
					 .detail = rule_detail(
						 w, f,
						 used ? "The key is no random value"
						      : "A key that was not taken is no random "
							"value") });
	}
}

/* Good ciphers all of them: only a policy can ask for others. */
static void strength(struct work *w)
{
	RULE_EACH (w, f, FACT_srtp_cipher) {
		uint64_t lacks = f->value & w->strength;
		if (!lacks)
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_SRTP_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_INFO,
					 .detail = rule_detail(
						 w, f,
						 lacks & SHORT_OF_FIPS
							 ? "FIPS does not approve this cipher"
							 : "CNSA asks for keys of 256 bits") });
	}
}

static void worn(struct work *w)
{
	RULE_EACH (w, f, FACT_srtp_lifetime)
		rule_note(w, f,
			  (struct note){
				  .id = RULE_SRTP_008,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = SEVERITY_LOW,
				  .title = "Key used beyond its lifetime",
				  .detail = rule_text(w,
						      "One key protected %llu packets of %.5s, "
						      "more than it may.",
						      (unsigned long long)f->value,
						      f->text ? f->text : "SRTP") });
	RULE_EACH (w, f, FACT_srtp_again)
		rule_note(w, f,
			  (struct note){ .id = RULE_SRTP_008,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .title = "Packets sent again",
					 .detail = rule_text(w,
							     "%llu packets came again long after "
							     "their first time.",
							     (unsigned long long)f->value) });
}

static void reuse(struct work *w)
{
	RULE_EACH (w, f, FACT_key_reused)
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(w, f,
							       "One media key serves more than "
							       "once") });
}

static void forked(struct work *w)
{
	RULE_EACH (w, f, FACT_key_forked) {
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "the media key was given to targets that did not take the call");
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_004,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_text(w, "The key went to %llu targets.",
							     (unsigned long long)f->value) });
	}
}

static void unexplained(struct work *w)
{
	RULE_EACH (w, f, FACT_keying_unexplained) {
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f,
			 f->text ? "nothing was agreed in the media path, so the keys came with "
				   "signaling that an element between the ends could read"
				 : "the media is protected though no exchange of keys was agreed "
				   "or seen");
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_010,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = f->text ? "Protected from its start, and no "
							     "exchange of keys ran in its path."
							   : "Agreed without keys, and its "
							     "packets have the length of SRTP." });
	}
}

rule_run *const rule_srtp_run[] = { null_cipher, unencrypted, waived,	   keystream, failing,
				    proved,	 verified,    key_values,  strength,  worn,
				    reuse,	 forked,      unexplained, NULL };
