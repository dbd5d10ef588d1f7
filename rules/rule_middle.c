/* rule_middle.c - who records, mixes, leads out of the call or takes it over (rule-catalog D.9). */
#include "rules/rule.h"

#include <stddef.h>

enum { NOBODY_KNOWN, ENDPOINT_RECORDS, BETWEEN_RECORDS }; /* value of siprec and record_on */

static bool converses(const struct work *w)
{
	return w->c->media_count && (w->c->kind == CALL_CALL || w->c->kind == CALL_OPAQUE);
}

/* ---- recording and copies (B2B-006) ------------------------------------------------- */

static void say_recorded(struct work *w, const struct fact *f)
{
	if (f->value == ENDPOINT_RECORDS || !converses(w))
		return;
	w->kept |= f->value == BETWEEN_RECORDS;
	rule_say(w, CONDITION_MEDIA, f->value == BETWEEN_RECORDS ? KNOWN_FAIL : KNOWN_SUSPECT, f,
		 f->value == BETWEEN_RECORDS
			 ? "an element in between records the call: its content leaves it there"
			 : "the call is recorded; whether an end or somebody in between does it "
			   "was not seen");
}

static bool any_clear(const struct work *w)
{
	for (uint16_t i = 0; i <= w->c->media_count; i++)
		if (w->lines[i].clear)
			return true;
	return false;
}

static void recorded(struct work *w, enum fact_kind kind, const char *detail)
{
	RULE_EACH (w, f, kind) {
		bool open = kind == FACT_siprec && any_clear(w);
		say_recorded(w, f);
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = open ? SEVERITY_CRITICAL : SEVERITY_HIGH,
					 .detail = rule_detail(w, f, detail) });
	}
}

static void recording(struct work *w)
{
	recorded(w, FACT_siprec, "A recording session was set up");
	recorded(w, FACT_record_on, "A party says that the session is recorded");
}

static const char *copy_text(struct work *w, const struct fact *f)
{
	const struct media *m = rule_media(w, f);
	char host[ADDR_TEXT] = "a third address";

	if (m && f->segment >= 0 && f->segment < m->segment_count)
		(void)addr_text(&m->segments[f->segment].b.addr, host);
	return rule_text(w,
			 f->value ? "A copy of the stream goes to %s, which records."
				  : "An unexplained copy of the encrypted stream goes to %s.",
			 host);
}

/* Without the key a copy of ciphertext opens nothing; who failed to keep the key gave it away. */
static void copied(struct work *w)
{
	RULE_EACH (w, f, FACT_media_copied) {
		bool open = f->value || rule_line(w, f)->keys.fail >= 3;
		struct fact sure = *f;
		sure.grade = open ? 3 : f->grade;
		w->kept |= open;
		rule_say(w, CONDITION_MEDIA, open ? KNOWN_FAIL : KNOWN_SUSPECT, &sure,
			 open ? "a copy of the stream went to a third address, and the keys are "
				"out"
			      : "an unexplained copy of the encrypted stream went to a third "
				"address");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = copy_text(w, f) });
	}
}

/* ---- conferences (B2B-007) -------------------------------------------------------------- */

static const char inside[] = "a box that joins the media of several holds its keys; encryption "
			     "inside the media payload cannot be seen from outside";

static void say_mixed(struct work *w, const struct fact *f)
{
	static const enum condition both[] = { CONDITION_KEYS, CONDITION_MEDIA };
	enum role_from from = f->value & 3;

	for (size_t i = 0; i < 2; i++)
		if (f->value & 4)
			rule_say(w, both[i], KNOWN_NONE, f, "inner layer asserted, not seen");
		else if (from == ROLE_DECLARED)
			rule_admit(w, both[i], f, inside);
		else
			rule_say(w, both[i], from == ROLE_ASSERTED ? KNOWN_FAIL : KNOWN_SUSPECT, f,
				 inside);
	w->inner_asserted |= (f->value & 4) != 0;
	w->kept |= from != ROLE_INFERRED && !(f->value & 4);
}

static void conference(struct work *w)
{
	RULE_EACH (w, f, FACT_conference) {
		if (converses(w))
			say_mixed(w, f);
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_007,
					 .outcome = (f->value & 3) == ROLE_INFERRED
							    ? OUTCOME_NOTED
							    : OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(
						 w, f, "An end of the call is a conference") });
	}
}

/* ---- gateways, transfers, ICE --------------------------------------------------------------- */

static void gateway(struct work *w)
{
	RULE_EACH (w, f, FACT_gateway)
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_008,
					 .outcome = f->value == ROLE_INFERRED ? OUTCOME_NOTED
									      : OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = rule_detail(w, f,
							       "The call goes on unseen beyond a "
							       "gateway") });
}

static void changed(struct work *w)
{
	RULE_EACH (w, f, FACT_party_changed) {
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f,
			 "after a transfer the media went on under a key that the party before "
			 "knew");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_009,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_detail(w, f, "What stayed") });
	}
}

/* The same packets or the same exchange on both sides answer the question for that line. */
static bool passed_whole(const struct work *w, const struct fact *f)
{
	static const enum fact_kind kinds[] = { FACT_media_relayed, FACT_dtls_same };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		RULE_EACH (w, g, kinds[i])
			if (g->media == f->media)
				return true;
	return false;
}

static void ice(struct work *w, enum fact_kind kind, const char *detail)
{
	RULE_EACH (w, f, kind) {
		if (!passed_whole(w, f))
			rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, f,
				 "ICE was ended in the middle, as by a box that takes part in the "
				 "media");
		rule_note(w, f,
			  (struct note){ .id = RULE_B2B_010,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .detail = detail });
	}
}

static void ice_ended(struct work *w)
{
	ice(w, FACT_ice_changed,
	    "The offer left a hop with other ICE user fragments than it came with.");
	ice(w, FACT_ice_lite, "A host that passes signaling on answered with ICE lite.");
}

/* ---- what clients encrypt inside (OBS-011) ----------------------------------------------------
 */

static void inner(struct work *w)
{
	static const enum fact_kind kinds[] = { FACT_conference, FACT_media_rekeyed };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		RULE_EACH (w, f, kinds[i])
			rule_note(w, f,
				  (struct note){ .id = RULE_OBS_011,
						 .outcome = OUTCOME_NOTED,
						 .severity = SEVERITY_INFO,
						 .detail = "This box holds the transport keys; "
							   "encryption inside the media payload "
							   "cannot be seen from outside." });
}

rule_run *const rule_middle_run[] = { recording, copied,    conference, gateway,
				      changed,	 ice_ended, inner,	NULL };
