/* rule_key.c - keys exchanged through signaling (rule-catalog D.4). */
#include "rules/rule.h"

#include <stddef.h>

/* The line runs on keys that never stood in SDP (RFC 5763, RFC 6189). */
static bool keyed_in_band(const struct media *m)
{
	return m && (m->dtls || m->zrtp || m->keying == KEYING_DTLS || m->keying == KEYING_ZRTP);
}

static bool answered(const struct media *m)
{
	return m && m->answered && !m->rejected;
}

/* A call that was answered took up what it could, whether or not its answer was seen. */
static bool any_answered(const struct call *c)
{
	if (c->kind == CALL_CALL)
		return true;
	for (uint16_t i = 0; i < c->media_count; i++)
		if (answered(&c->media[i]) || keyed_in_band(&c->media[i]))
			return true;
	return false;
}

static const char *key_detail(struct work *w, const struct fact *f, const char *then)
{
	return rule_text(w, "A media key (%.40s, %u octets) stood in SDP that could be read%s.",
			 f->text ? f->text : "SDES", (unsigned)f->value, then);
}

static void note_key(struct work *w, const struct fact *f, enum severity s, const char *detail)
{
	w->disclosed = true;
	rule_line(w, f)->key_shown = true;
	rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f, "SIP with a media key in it was readable");
	rule_note(w, f,
		  (struct note){ .id = RULE_KEY_001,
				 .outcome = OUTCOME_VIOLATED,
				 .severity = s,
				 .detail = detail,
				 .caused_by = rule_clear_cause(w) });
}

/* RFC 8643 3.2: an offer may hold several methods, an answer may not; the key is not in use. */
static void beside_in_band(struct work *w, const struct fact *f)
{
	bool doubled = rule_on_line(w, FACT_keys_doubled, f);

	w->disclosed = true;
	rule_line(w, f)->key_shown = true;
	rule_note(w, f,
		  (struct note){
			  .id = RULE_KEY_008,
			  .outcome = OUTCOME_VIOLATED,
			  .severity = doubled ? SEVERITY_MEDIUM : SEVERITY_LOW,
			  .detail = doubled ? "An answer held a media key beside the keying in use."
					    : "A media key was offered in SDP and is not the one "
					      "in use.",
			  .caused_by = rule_clear_cause(w) });
}

static bool handled(const struct work *w)
{
	return rule_has(w, FACT_via_elements) || rule_has(w, FACT_route_other) ||
	       rule_has(w, FACT_proxy_response);
}

/* Inside TLS, or decrypted before it was written: every element that ends a hop had it. */
static void key_behind_tls(struct work *w, const struct fact *f, bool used)
{
	bool known = used && handled(w);

	rule_line(w, f)->key_shown = true;
	rule_say(w, CONDITION_KEYS, known ? KNOWN_FAIL : KNOWN_NONE, f,
		 known ? "the media key stood in SDP, and elements in the middle ended the "
			 "encryption around it: each of them had the key"
		       : "a media key was carried inside encrypted signaling; who read it there "
			 "was not seen");
	rule_note(w, f,
		  (struct note){ .id = RULE_KEY_002,
				 .outcome = known ? OUTCOME_VIOLATED : OUTCOME_NOT_ASSESSABLE,
				 .severity = known ? SEVERITY_HIGH : SEVERITY_INFO,
				 .detail = rule_text(w,
						     "A media key (%.40s, %u octets) stood in SDP "
						     "inside encrypted signaling.",
						     f->text ? f->text : "SDES",
						     (unsigned)f->value) });
}

/* Its tags fit: whatever SDP says, or was missed of it, the key is in use (KEY-003). */
static bool proved(const struct work *w, const struct fact *f)
{
	return rule_on_line(w, FACT_key_proved, f) || rule_on_line(w, FACT_key_wrong_way, f);
}

static void used(struct work *w, const struct fact *f)
{
	if (!rule_in_clear(w, f)) {
		key_behind_tls(w, f, true);
	} else if (keyed_in_band(rule_media(w, f)) && !proved(w, f)) {
		beside_in_band(w, f);
	} else {
		w->exposed = true;
		w->key_clear = true;
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
			 "the media key itself was in readable SDP: anyone on this hop has it");
		note_key(w, f, SEVERITY_CRITICAL, key_detail(w, f, ""));
	}
}

static void key_in_use(struct work *w)
{
	RULE_EACH (w, f, FACT_key_readable)
		used(w, f);
	RULE_EACH (w, f, FACT_key_unused)
		if (proved(w, f))
			used(w, f);
}

static void key_unused(struct work *w)
{
	bool taken = any_answered(w->c);

	RULE_EACH (w, f, FACT_key_unused) {
		const struct media *m = rule_media(w, f);
		if (proved(w, f))
			continue;
		if (!rule_in_clear(w, f)) {
			key_behind_tls(w, f, false);
		} else if (!taken) {
			/* A call that ended before any answer still gave its key away
			 * (KEY-001, traps). */
			w->key_unused = true;
			rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
				 "a media key was in readable SDP, although the offer was "
				 "never taken up");
			note_key(w, f, SEVERITY_MEDIUM,
				 key_detail(w, f, "; the offer was never taken up"));
		} else if (keyed_in_band(m) || (m && m->rejected)) {
			beside_in_band(w, f);
		} else {
			note_key(w, f, SEVERITY_MEDIUM,
				 key_detail(w, f,
					    m && !m->answer_seen
						    ? "; whether it was taken up was not seen"
						    : "; the answer did not use it"));
		}
	}
}

static void key_line(struct work *w)
{
	RULE_EACH (w, f, FACT_k_readable) {
		const struct media *m = rule_media(w, f);
		if (!rule_in_clear(w, f))
			continue;
		w->disclosed = true;
		if (!keyed_in_band(m))
			rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
				 "a k= line with a key was readable");
		if (answered(m) && !keyed_in_band(m))
			w->exposed = w->key_clear = true;
		rule_note(w, f,
			  (struct note){ .id = RULE_KEY_009,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_CRITICAL,
					 .detail = "A k= line with a key stood in SDP that "
						   "could be read.",
					 .caused_by = rule_clear_cause(w) });
	}
}

/* RFC 3830 3: pre-shared and public-key modes carry the key; with Diffie-Hellman it never travels.
 */
static bool mikey_carries(uint64_t type)
{
	enum { CARRIES = 3, ESCROW = 26 };

	return type <= CARRIES || type == ESCROW;
}

/* The line was refused, or keyed by something else: this key is not in use. */
static bool mikey_unused(const struct media *m)
{
	return m && (m->rejected ||
		     (m->answered && m->keying != KEYING_MIKEY && m->keying != KEYING_UNKNOWN));
}

static void mikey(struct work *w)
{
	RULE_EACH (w, f, FACT_mikey_key) {
		bool carried = mikey_carries(f->value), unused = mikey_unused(rule_media(w, f));
		if (!rule_in_clear(w, f) && !handled(w))
			continue;
		if (carried && !unused)
			rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f,
				 "MIKEY carried the media key through signaling that others read");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_KEY_009,
				  .outcome = carried ? OUTCOME_VIOLATED : OUTCOME_NOTED,
				  .severity = !carried ? SEVERITY_INFO
					      : unused ? SEVERITY_LOW
						       : SEVERITY_HIGH,
				  .detail = rule_text(w, "MIKEY, data type %llu (RFC 3830 6.1)%s.",
						      (unsigned long long)f->value,
						      unused ? ", not taken up" : ""),
				  .caused_by = rule_clear_cause(w) });
	}
}

/* B.6: ZRTP needs no attribute in SDP, so without the media this is a suspicion, never more. */
static void no_keys(struct work *w)
{
	RULE_EACH (w, f, FACT_no_keys) {
		struct fact declared = *f;
		if (keyed_in_band(rule_media(w, f)))
			continue;
		declared.grade = 2;
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, &declared,
			 "the line was answered without any keys; the media that would "
			 "settle it was not judged "
			 "readable here");
	}
}

/* The words for keys that were neither seen nor refuted. */
static void unjudged(struct work *w)
{
	RULE_EACH (w, f, FACT_dtls_seen)
		rule_say(w, CONDITION_KEYS, KNOWN_NONE, f,
			 "DTLS was seen on the media path, without a whole handshake");
	RULE_EACH (w, f, FACT_zrtp_seen)
		rule_say(w, CONDITION_KEYS, KNOWN_NONE, f,
			 "ZRTP was seen on the media path, without a whole exchange");
	RULE_EACH (w, f, FACT_keying_unseen)
		rule_say(w, CONDITION_KEYS, KNOWN_NONE, f,
			 "how the media keys were agreed was not seen");
	RULE_EACH (w, f, FACT_signaling_opaque)
		rule_say(w, CONDITION_KEYS, KNOWN_NONE, f,
			 "the signaling was not readable here, so how keys were agreed is not "
			 "known");
}

static bool all_sdp_seen(const struct call *c)
{
	for (uint16_t i = 0; i < c->media_count; i++)
		if (!c->media[i].offer_seen || !(c->media[i].answer_seen || c->media[i].rejected))
			return false;
	return true;
}

/* What can be said of KEY-001 where no key was seen: once for a call. */
static void key_unseen(struct work *w)
{
	bool shown = rule_has(w, FACT_key_readable) || rule_has(w, FACT_key_unused);
	const struct media *m = w->c->media_count ? &w->c->media[0] : NULL;

	if (shown || !m || (w->c->kind != CALL_CALL && w->c->kind != CALL_OPAQUE))
		return;
	bool held = w->readable && w->c->complete_start && all_sdp_seen(w->c);
	rule_note(w, NULL,
		  (struct note){ .id = RULE_KEY_001,
				 .outcome = held ? OUTCOME_SATISFIED : OUTCOME_NOT_ASSESSABLE,
				 .severity = SEVERITY_INFO,
				 .detail = held ? "SDP could be read and held no media key."
						: "Not all of the SDP was seen." });
}

rule_run *const rule_key_run[] = { key_in_use, key_unused, key_line,   mikey,
				   no_keys,    unjudged,   key_unseen, NULL };
