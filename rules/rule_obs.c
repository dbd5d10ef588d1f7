/* rule_obs.c - limits of what was seen: never a fail, they bound verdicts (rule-catalog D.12). */
#include "rules/rule.h"

#include <stddef.h>

static const struct limit {
	enum fact_kind kind;
	enum rule_id id;
	enum severity severity;
	const char *detail;
} limits[] = {
	{ FACT_one_side, RULE_OBS_001, SEVERITY_INFO, "The call was seen from one side only." },
	{ FACT_signaling_opaque, RULE_OBS_002, SEVERITY_INFO,
	  "Signaling passed in a form that could not be read here, or did not pass at all." },
	{ FACT_sip_encrypted, RULE_OBS_002, SEVERITY_INFO, "Signaling passed inside TLS." },
	{ FACT_truncated, RULE_OBS_003, SEVERITY_MEDIUM, "Packets were cut short by the capture." },
	{ FACT_loss, RULE_OBS_004, SEVERITY_MEDIUM, "Packets are missing from the capture." },
	{ FACT_clock, RULE_OBS_005, SEVERITY_LOW,
	  "Capture clocks or the order of packets are off." },
	{ FACT_legs_ambiguous, RULE_OBS_008, SEVERITY_INFO,
	  "Another row may be the same call; more than one fits as well, so none was joined." },
	{ FACT_both_sides, RULE_OBS_010, SEVERITY_INFO,
	  "One capture point saw the same packets on both sides of a box: they are a relay's, and "
	  "counted for each side." },
	{ FACT_start_missing, RULE_OBS_006, SEVERITY_LOW,
	  "The start of the call is not in the capture." },
	{ FACT_end_missing, RULE_OBS_006, SEVERITY_LOW,
	  "The end of the call is not in the capture." },
};

static void seen_limits(struct work *w)
{
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		RULE_EACH (w, f, limits[i].kind)
			rule_note(w, f,
				  (struct note){ .id = limits[i].id,
						 .outcome = OUTCOME_NOTED,
						 .severity = limits[i].severity,
						 .detail = limits[i].detail });
}

static void carrier_conflict(struct work *w)
{
	RULE_EACH (w, f, FACT_sip_decrypted) {
		const struct leg *leg = rule_leg(w, f);
		/* Opened here with keys that were given: the wire itself was encrypted. */
		if (leg && leg->encrypted)
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_OBS_012,
					 .outcome = OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = "The Via says TLS and the packets are "
						   "not: whoever wrote this "
						   "capture could read the signaling." });
	}
}

rule_run *const rule_obs_run[] = { seen_limits, carrier_conflict, NULL };
