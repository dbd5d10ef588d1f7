/* policy_apply.c - severities, the gate, and what parameters ask of a call. */
#include "rules/policy_apply.h"

#include <string.h>

/* ---- severities ------------------------------------------------------------------- */

static enum severity milder(enum severity a, enum severity b)
{
	return a < b ? a : b;
}

static enum severity graver(enum severity a, enum severity b)
{
	return a > b ? a : b;
}

static enum severity as_told(const struct finding *f, enum severity told)
{
	if (f->severity < f->rule->severity)
		return milder(f->severity, told);
	return f->severity > f->rule->severity ? graver(f->severity, told) : told;
}

static bool is_of(const struct finding *f, const struct fact *fact)
{
	for (uint8_t i = 0; i < f->at_count; i++)
		if (fact->at_count && f->at[i].frame == fact->at[0].frame &&
		    f->at[i].input == fact->at[0].input)
			return true;
	return false;
}

/* The verdict tolerates a clear start of up to a second, whatever a policy says of it (contract 3).
 */
static bool start_too_long(const struct policy *p, const struct call *c, const struct finding *f)
{
	const struct fact *start = NULL;

	if (p->clear_start_ns >= POLICY_CLEAR_START_NS || strcmp(f->rule->id, "MED-006") != 0)
		return false;
	while ((start = call_fact(c, FACT_media_clear_start, start)) != NULL)
		if (is_of(f, start) &&
		    (p->clear_start_ns == 0 || start->duration_ns > p->clear_start_ns))
			return true;
	return false;
}

static enum severity severity_now(const struct policy *p, const struct call *c,
				  const struct finding *f)
{
	const struct policy_rule *said = policy_of_rule(p, f->rule);
	enum severity usual = said && said->has_severity ? said->severity : f->rule->severity;

	if (start_too_long(p, c, f))
		return graver(f->severity, usual);
	return said && said->has_severity ? as_told(f, said->severity) : f->severity;
}

bool policy_apply_severities(const struct policy *p, const struct call *c, struct judgement *j)
{
	bool changed = false;

	for (uint32_t i = 0; i < j->finding_count; i++) {
		struct finding *f = &j->findings[i];
		if (f->outcome != OUTCOME_VIOLATED)
			continue;
		enum severity now = severity_now(p, c, f);
		changed |= now != f->severity;
		f->severity = now;
	}
	return changed;
}

bool policy_apply_gates(const struct policy *p, enum severity fail_on, const struct finding *f)
{
	const struct policy_rule *said = policy_of_rule(p, f->rule);

	if (f->outcome != OUTCOME_VIOLATED || f->severity < fail_on)
		return false;
	if (said && said->gate != GATE_BY_CLASS)
		return said->gate == GATE_ALWAYS;
	return (p->classes >> f->rule->cls & 1) || (p->weakens && f->weakens);
}

/* ---- what parameters ask -------------------------------------------------------------- */

const char *policy_apply_demand_text(const struct policy *p, enum policy_apply_demand d)
{
	static const char *const minimum[] = { "minimum_tls=TLS 1.0", "minimum_tls=TLS 1.1",
					       "minimum_tls=TLS 1.2", "minimum_tls=TLS 1.3" };

	if (d == DEMAND_ALLOWED_SUITES)
		return p->suite_count ? "allowed_suites" : NULL;
	for (size_t i = 0; p->minimum_tls && i < sizeof minimum / sizeof *minimum; i++)
		if (strcmp(strchr(minimum[i], '=') + 1, p->minimum_tls) == 0)
			return minimum[i];
	return NULL;
}

/* Signaling was seen, and every encrypted leg showed its handshake: what ran there is known. */
static bool all_handshakes_seen(const struct call *c)
{
	if (!c->leg_count)
		return false;
	for (uint16_t i = 0; i < c->leg_count; i++) {
		const struct fact *f = NULL;
		bool seen = !c->legs[i].encrypted;
		while (!seen && (f = call_fact(c, FACT_tls_session, f)) != NULL)
			seen = f->leg == (int16_t)i;
		if (!seen)
			return false;
	}
	return true;
}

static enum policy_result worse(enum policy_result a, enum policy_result b)
{
	if (a == POLICY_NOT_MET || b == POLICY_NOT_MET)
		return POLICY_NOT_MET;
	return a == POLICY_CANNOT_TELL ? a : b;
}

/* "TLS 1.2, SUITE": versions sort as their texts do, and SSL before TLS. */
static enum policy_result ask_version(const char *session, const char *minimum)
{
	if (!session || (strncmp(session, "TLS ", 4) != 0 && strncmp(session, "SSL ", 4) != 0))
		return POLICY_CANNOT_TELL;
	return strncmp(session, minimum, strlen(minimum)) < 0 ? POLICY_NOT_MET : POLICY_MET;
}

static enum policy_result ask_minimum(const struct policy *p, const struct call *c)
{
	enum policy_result so_far = all_handshakes_seen(c) ? POLICY_MET : POLICY_CANNOT_TELL;
	const struct fact *f = NULL;

	while ((f = call_fact(c, FACT_tls_session, f)) != NULL)
		so_far = worse(so_far, ask_version(f->text, p->minimum_tls));
	return so_far;
}

/* The suite in a fact's text stands behind the version where there is one. */
static enum policy_result ask_suite(const struct policy *p, const char *text)
{
	const char *comma = text ? strchr(text, ',') : NULL;
	const char *suite = comma ? comma + 2 : text;

	if (!suite || strcmp(suite, "unknown suite") == 0)
		return POLICY_CANNOT_TELL;
	for (size_t i = 0; i < p->suite_count; i++)
		if (strcmp(p->suites[i], suite) == 0)
			return POLICY_MET;
	return POLICY_NOT_MET;
}

/* Suites of SDES stand in SDP; what DTLS and ZRTP chose for the media is named where it is weak. */
static bool all_suites_seen(const struct call *c)
{
	for (uint16_t i = 0; i < c->media_count; i++)
		if (c->media[i].answered && c->media[i].keying != KEYING_NONE &&
		    c->media[i].keying != KEYING_SDES)
			return false;
	return all_handshakes_seen(c);
}

static enum policy_result ask_suites(const struct policy *p, const struct call *c)
{
	static const enum fact_kind kinds[] = { FACT_tls_session, FACT_key_readable,
						FACT_dtls_weak_suite, FACT_dtls_profile };
	enum policy_result so_far = all_suites_seen(c) ? POLICY_MET : POLICY_CANNOT_TELL;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct fact *f = NULL;
		while ((f = call_fact(c, kinds[i], f)) != NULL)
			so_far = worse(so_far, ask_suite(p, f->text));
	}
	return so_far;
}

enum policy_result policy_apply_ask(const struct policy *p, enum policy_apply_demand d,
				    const struct call *c)
{
	return d == DEMAND_MINIMUM_TLS ? ask_minimum(p, c) : ask_suites(p, c);
}
