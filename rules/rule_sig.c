/* rule_sig.c - signaling in transit (rule-catalog D.1). */
#include "rules/rule.h"

#include <stddef.h>
#include <string.h>

static bool inside_one_host(const struct leg *leg)
{
	return leg && addr_is_loopback(&leg->a.addr) && addr_is_loopback(&leg->b.addr);
}

/* OPTIONS, a keep-alive REGISTER, a subscription: readable, and no part of a call (SIG-001, traps).
 */
static bool outside_calls(const struct call *c)
{
	if (c->kind == CALL_MESSAGE)
		return !c->what || strcmp(c->what, "MESSAGE") != 0;
	return c->kind == CALL_REGISTRATION;
}

static enum severity plaintext_severity(const struct work *w, const struct leg *leg)
{
	if (inside_one_host(leg))
		return SEVERITY_INFO;
	return outside_calls(w->c) ? SEVERITY_LOW : SEVERITY_HIGH;
}

static void plaintext(struct work *w)
{
	const char *why = "SIP was readable on the wire";

	RULE_EACH (w, f, FACT_sip_readable) {
		const struct leg *leg = rule_leg(w, f);
		const char *over = leg ? observation_transport_text(leg->carrier) : "the wire";
		w->readable = true;
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f, why);
		if (strcmp(rule_clear_cause(w), "SIG-007") == 0)
			continue;
		rule_note(
			w, f,
			(struct note){
				.id = RULE_SIG_001,
				.outcome = OUTCOME_VIOLATED,
				.severity = plaintext_severity(w, leg),
				.detail = rule_text(w, "SIP could be read on this hop (%s).", over),
			});
	}
}

/* B.4: asserted, not seen: never a pass, and nothing that a label calls readable. */
static void tunnelled(struct work *w)
{
	RULE_EACH (w, f, FACT_sip_tunnelled) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_NONE, f,
			 "SIP was in clear inside a link that is asserted to be protected; what "
			 "protects it was not seen");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_SIG_001,
				  .outcome = OUTCOME_NOTED,
				  .severity = SEVERITY_INFO,
				  .detail = rule_detail(w, f, "Clear inside an asserted tunnel") });
	}
}

/* A leg may be readable although the call's budget had no room for its fact. */
static void plaintext_unsaid(struct work *w)
{
	for (uint16_t i = 0; i < w->c->leg_count && !w->readable; i++) {
		const struct leg *leg = &w->c->legs[i];
		struct fact f = { .kind = FACT_sip_readable,
				  .grade = 3,
				  .leg = (int16_t)i,
				  .media = FACT_NOWHERE,
				  .segment = FACT_NOWHERE,
				  .at = { leg->first },
				  .at_count = 1 };
		if (!leg->readable)
			continue;
		w->readable = true;
		w->has[FACT_sip_readable] = true;
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, &f, "SIP was readable on the wire");
		rule_note(w, &f,
			  (struct note){ .id = RULE_SIG_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = plaintext_severity(w, leg),
					 .detail = "SIP could be read on this hop." });
	}
}

/* What can be said of SIG-001 where nothing was readable: once for the call. */
static void plaintext_unseen(struct work *w)
{
	uint16_t encrypted = 0;

	if (w->readable)
		return;
	for (uint16_t i = 0; i < w->c->leg_count; i++)
		encrypted = (uint16_t)(encrypted + w->c->legs[i].encrypted);
	bool held = encrypted && encrypted == w->c->leg_count;
	rule_note(w, call_fact(w->c, held ? FACT_sip_encrypted : FACT_sip_decrypted, NULL),
		  (struct note){
			  .id = RULE_SIG_001,
			  .outcome = held ? OUTCOME_SATISFIED : OUTCOME_NOT_ASSESSABLE,
			  .severity = SEVERITY_INFO,
			  .detail = held ? "Every hop that was seen used TLS."
					 : "How every hop was protected on the wire was not seen.",
		  });
}

static const struct fact *declared(const struct work *w, bool clear)
{
	enum fact_kind k = clear ? FACT_hop_declared_clear : FACT_hop_declared_encrypted;

	return rule_has(w, k) ? call_fact(w->c, k, NULL) : NULL;
}

static void mixed_hops(struct work *w)
{
	const struct fact *clear = declared(w, true), *encrypted = declared(w, false);
	bool seen_clear = false, seen_encrypted = false;

	for (uint16_t i = 0; i < w->c->leg_count; i++) {
		const struct leg *leg = &w->c->legs[i];
		seen_encrypted |= leg->encrypted;
		seen_clear |= leg->readable && !inside_one_host(leg);
	}
	RULE_EACH (w, f, FACT_hop_declared_clear)
		rule_admit(w, CONDITION_SIGNALING, f,
			   "an earlier hop states in its own Via that it was not encrypted");
	if (!(seen_clear || clear) || !(seen_encrypted || encrypted))
		return;
	const struct fact *f = clear	   ? clear
			       : encrypted ? encrypted
					   : call_fact(w->c, FACT_sip_readable, NULL);
	rule_note(w, f,
		  (struct note){
			  .id = RULE_SIG_002,
			  .outcome = OUTCOME_VIOLATED,
			  .severity = SEVERITY_HIGH,
			  .detail = seen_clear && seen_encrypted
					    ? "One hop was encrypted and another could be read."
					    : "One hop was encrypted and another not; the Via "
					      "headers say so." });
}

static void sips_broken(struct work *w)
{
	RULE_EACH (w, f, FACT_sips_broken) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "a sips: address asked for TLS on every hop and this hop had none");
		rule_note(w, f,
			  (struct note){ .id = RULE_SIG_003,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = "A sips: address asked for TLS, and "
						   "this hop was not "
						   "encrypted.",
					 .caused_by = rule_clear_cause(w) });
	}
}

static void note_intermediary(struct work *w, const struct fact *f, const char *detail)
{
	rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
		 "elements between the two ends read the signaling");
	/* One line a call: the elements are the same on each of its hops. */
	struct fact whole = *f;
	whole.leg = whole.media = whole.segment = FACT_NOWHERE;
	rule_note(w, &whole,
		  (struct note){ .id = RULE_SIG_004,
				 .outcome = OUTCOME_VIOLATED,
				 .severity = SEVERITY_MEDIUM,
				 .detail = detail });
}

static void intermediaries(struct work *w)
{
	RULE_EACH (w, f, FACT_via_elements)
		if (f->value >= 2)
			note_intermediary(
				w, f,
				rule_text(w,
					  "The Via headers name %u elements; at least %u of them "
					  "read the request on its way.",
					  (unsigned)f->value, (unsigned)f->value - 1));
	RULE_EACH (w, f, FACT_route_other)
		note_intermediary(w, f,
				  "A routing header names a host that is not one of the ends.");
	RULE_EACH (w, f, FACT_proxy_response)
		note_intermediary(w, f, "A host that is not the other end answered in between.");
}

static void registration(struct work *w)
{
	RULE_EACH (w, f, FACT_registration_readable) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "registration bindings were readable");
		rule_note(
			w, f,
			(struct note){ .id = RULE_SIG_007,
				       .outcome = OUTCOME_VIOLATED,
				       .severity = inside_one_host(rule_leg(w, f)) ? SEVERITY_INFO
										   : SEVERITY_HIGH,
				       .detail = "Who is registered, and where, could be read." });
	}
}

/* Whoever makes TLS fail gets what is said instead (SIG-008). */
static void fallback(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_abandoned) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "TLS was tried and failed, and the signaling went on in clear");
		rule_note(
			w, f,
			(struct note){ .id = RULE_SIG_008,
				       .outcome = OUTCOME_VIOLATED,
				       .severity = w->c->emergency ? SEVERITY_INFO : SEVERITY_HIGH,
				       .detail = rule_detail(w, f,
							     "TLS failed and SIP went on in "
							     "clear") });
	}
}

static void weakened(struct work *w)
{
	RULE_EACH (w, f, FACT_transport_weakened) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "a dialog that began over TLS went on in clear");
		rule_note(w, f,
			  (struct note){ .id = RULE_SIG_009,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = inside_one_host(rule_leg(w, f))
							     ? SEVERITY_INFO
							     : SEVERITY_HIGH,
					 .detail = rule_detail(w, f,
							       "The dialog began over TLS; a "
							       "request inside it came over") });
	}
}

enum { PORT_SIPS = 5061, PORT_HTTPS = 443 };

static bool tls_port(const struct leg *leg)
{
	const uint16_t ports[] = { leg->a.port, leg->b.port };

	for (size_t i = 0; i < 2; i++)
		if (ports[i] == PORT_SIPS || ports[i] == PORT_HTTPS)
			return true;
	return false;
}

/* A probe that nobody answers with a dialog or a registration is noise (SIG-006, traps). */
static void wrong_port(struct work *w)
{
	bool formed = w->c->kind == CALL_CALL || w->c->kind == CALL_REGISTRATION;

	RULE_EACH (w, f, FACT_sip_readable) {
		const struct leg *leg = rule_leg(w, f);
		if (!leg || leg->carrier != SIP_TRANSPORT_TCP || !tls_port(leg))
			continue;
		rule_note(w, f,
			  (struct note){ .id = RULE_SIG_006,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = formed ? SEVERITY_HIGH : SEVERITY_LOW,
					 .detail = "A port meant for TLS carried SIP in clear.",
					 .caused_by = rule_clear_cause(w) });
	}
}

/* For whom it is encrypted is not seen: support of grade 2, which settles nothing (B.2). */
static void enveloped(struct work *w)
{
	RULE_EACH (w, f, FACT_body_enveloped)
		rule_note(w, f,
			  (struct note){ .id = RULE_SIG_010,
					 .outcome = OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = "A body was encrypted with S/MIME; headers were "
						   "not." });
}

static void ipsec(struct work *w)
{
	RULE_EACH (w, f, FACT_ipsec_null) {
		if (!rule_in_clear(w, f))
			continue;
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "the IPsec of this hop does not encrypt");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_SIG_011,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = SEVERITY_HIGH,
				  .detail = "IPsec without encryption was settled on: readable "
					    "at this tap; its integrity is intact.",
				  .caused_by = rule_clear_cause(w) });
	}
	RULE_EACH (w, f, FACT_ipsec_null_offered)
		rule_note(w, f,
			  (struct note){ .id = RULE_SIG_011,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_LOW,
					 .detail = "IPsec without encryption was offered." });
}

/* No answer of its own: it only gives the words where nothing refutes signaling. */
static void unread(struct work *w)
{
	RULE_EACH (w, f, FACT_sip_encrypted)
		rule_say(w, CONDITION_SIGNALING, KNOWN_NONE, f,
			 "the signaling connection seen was encrypted; where it ends, and who "
			 "reads it "
			 "there, "
			 "cannot be told from here");
	RULE_EACH (w, f, FACT_signaling_opened)
		rule_say(w, CONDITION_SIGNALING, KNOWN_NONE, f,
			 "the hop was encrypted and opened with the key material given; nothing "
			 "read there shows an element in between");
	RULE_EACH (w, f, FACT_sip_decrypted)
		rule_say(w, CONDITION_SIGNALING, KNOWN_NONE, f,
			 "SIP was decrypted before it was written to the capture; how this hop was "
			 "protected "
			 "on the wire was not seen");
	RULE_EACH (w, f, FACT_signaling_opaque)
		rule_say(w, CONDITION_SIGNALING, KNOWN_NONE, f,
			 "the signaling was not readable here");
}

static void websocket(struct work *w)
{
	RULE_EACH (w, f, FACT_websocket_clear) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f, "SIP over WebSocket was readable");
		rule_note(w, f,
			  (struct note){ .id = RULE_SIG_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = inside_one_host(rule_leg(w, f))
							     ? SEVERITY_INFO
							     : SEVERITY_HIGH,
					 .detail = "SIP over WebSocket could be read.",
					 .caused_by = rule_clear_cause(w) });
	}
}

rule_run *const rule_sig_run[] = { plaintext,  tunnelled,   plaintext_unsaid, plaintext_unseen,
				   mixed_hops, sips_broken, intermediaries,   registration,
				   websocket,  fallback,    weakened,	      wrong_port,
				   enveloped,  ipsec,	    unread,	      NULL };
