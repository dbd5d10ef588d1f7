/* rule_med.c - media exposure (rule-catalog D.7). */
#include "rules/rule.h"

#include <stddef.h>
#include <string.h>

enum { SECOND_NS = 1000000000 };

static const char *const no_keys_used = "no encryption keys were used: the media was readable";

/* Titles of MED-001 by what was readable; media that no SDP names is voice. */
static const char *readable_title(const struct media *m)
{
	static const char *const title[] = {
		[MEDIA_AUDIO] = "Voice readable",
		[MEDIA_VIDEO] = "Video readable",
		[MEDIA_TEXT] = "Text readable",
		[MEDIA_IMAGE] = "Fax readable",
		[MEDIA_MESSAGE] = "Messages readable",
		[MEDIA_APPLICATION] = "Floor control readable",
	};
	return title[m ? m->kind : MEDIA_AUDIO];
}

static bool declared_secure(const struct media *m)
{
	return observation_profile_secure(m->profile) || m->keying == KEYING_SDES ||
	       m->keying == KEYING_DTLS || m->keying == KEYING_MIKEY;
}

/* Clear for a time only: then it is the start, the end or a gap of protection, not its absence. */
static bool partly_clear(const struct media *m)
{
	uint64_t packets = 0, clear = 0;

	for (uint16_t i = 0; i < m->segment_count; i++) {
		packets += m->segments[i].packets;
		clear += m->segments[i].clear;
	}
	return clear && clear < packets - packets / 10;
}

/* The test that told, in words for a reader who does not know it. */
static const char *test_words(const char *test)
{
	static const struct {
		const char *test, *words;
	} table[] = {
		{ "chi", "its octets are spread as a codec's are" },
		{ "mode", "its packets begin alike" },
		{ "bit", "single bits keep a value" },
		{ "lag", "neighbouring packets repeat octets" },
		{ "dup", "whole packets repeat" },
		{ "size and structure", "its packets have the codec's exact size" },
		{ "g729-parity", "the parity of its G.729 frames holds" },
		{ "gsm-signature", "its frames carry the mark of GSM" },
		{ "event-grammar", "its packets are telephone-events" },
	};

	for (size_t i = 0; test && i < sizeof table / sizeof *table; i++)
		if (strcmp(test, table[i].test) == 0)
			return table[i].words;
	return test;
}

static const char *clear_detail(struct work *w, const struct fact *f, const char *what)
{
	const char *told = test_words(f->text);
	const char *span =
		f->duration_ns
			? rule_text(w, " over %llu.%llu s",
				    (unsigned long long)(f->duration_ns / SECOND_NS),
				    (unsigned long long)(f->duration_ns / (SECOND_NS / 10) % 10))
			: "";

	return rule_text(w, "%s: %llu packets%s%s%.60s.", what, (unsigned long long)f->value, span,
			 told ? "; " : "", told ? told : "");
}

static void say_clear(struct work *w, const struct fact *f, bool keys_too)
{
	struct line *line = rule_line(w, f);

	w->exposed = true;
	line->clear = line->live = true;
	rule_say(w, CONDITION_MEDIA, KNOWN_FAIL, f, "the media was readable");
	if (keys_too)
		rule_say(w, CONDITION_KEYS, KNOWN_FAIL, f, no_keys_used);
}

static const char *fall(struct line *line)
{
	return line->downgraded ? "MED-003" : line->declined ? "MED-004" : NULL;
}

static void note_clear(struct work *w, const struct fact *f, const char *title)
{
	bool fax = f->kind == FACT_media_clear && rule_on_line(w, FACT_fax_proposed, f);
	const char *detail = clear_detail(w, f, "No encryption keys were used");

	say_clear(w, f, true);
	rule_note(
		w, f,
		(struct note){ .id = RULE_MED_001,
			       .outcome = OUTCOME_VIOLATED,
			       .severity = SEVERITY_CRITICAL,
			       .title = fax ? "Voice and fax readable" : title,
			       .detail = fax ? rule_text(w,
							 "%s Fax was proposed as T.38 and, "
							 "refused, travels as tones in the audio.",
							 detail)
					     : detail,
			       .caused_by = fall(rule_line(w, f)) });
}

/* The clear part of a line that was protected otherwise: it says nothing about the keys (B.6). */
static void note_partly(struct work *w, const struct fact *f)
{
	say_clear(w, f, false);
	rule_note(w, f,
		  (struct note){ .id = RULE_MED_006,
				 .outcome = OUTCOME_VIOLATED,
				 .severity = SEVERITY_HIGH,
				 .detail = clear_detail(w, f, "Readable for a part of the call") });
}

static void note_broken_promise(struct work *w, const struct fact *f)
{
	bool agreed = rule_line(w, f)->null_cipher;

	say_clear(w, f, !agreed);
	if (agreed)
		return; /* what was agreed is kept: SRTP-001, SRTP-002, DTLS-011 */
	rule_note(w, f,
		  (struct note){
			  .id = RULE_MED_002,
			  .outcome = OUTCOME_VIOLATED,
			  .severity = SEVERITY_CRITICAL,
			  .detail = clear_detail(w, f, "Agreed as protected, sent in clear") });
}

static void note_page(struct work *w, const struct fact *f)
{
	say_clear(w, f, true);
	rule_note(
		w, f,
		(struct note){
			.id = RULE_MED_012,
			.outcome = OUTCOME_VIOLATED,
			.severity = SEVERITY_MEDIUM,
			.detail = "A paging announcement that anyone on the network could hear." });
}

static void note_start(struct work *w, const struct fact *f, enum severity s, const char *detail)
{
	rule_note(w, f,
		  (struct note){ .id = RULE_MED_006,
				 .outcome = OUTCOME_VIOLATED,
				 .severity = s,
				 .detail = detail });
}

static bool on_hold(const struct call *c, int16_t epoch)
{
	return epoch >= 0 && epoch < c->epoch_count && c->epochs[epoch].type == EPOCH_HOLD;
}

/* Readable in this hold from the other side too: then it is no music, it is the party. */
static bool answered_back(const struct media *m, const struct segment *s)
{
	for (uint16_t i = 0; i < m->segment_count; i++)
		if (m->segments[i].epoch == s->epoch &&
		    m->segments[i].protection == PROTECTION_CLEAR &&
		    addr_eq(&m->segments[i].a.addr, &s->b.addr))
			return true;
	return false;
}

/* MED-006: what one side plays while the other is on hold is judged apart, and lowers nothing. */
static bool hold_music(const struct work *w, const struct fact *f)
{
	const struct media *m = rule_media(w, f);

	if (!m || !on_hold(w->c, f->epoch) || f->segment < 0 || f->segment >= m->segment_count)
		return false;
	RULE_EACH (w, other, FACT_media_clear)
		if (!on_hold(w->c, other->epoch))
			return false;
	return !answered_back(m, &m->segments[f->segment]);
}

/* A Hello that nobody answers is no keying (ZRTP-004, traps). */
static bool zrtp_unanswered(const struct work *w, const struct fact *f)
{
	return rule_on_line(w, FACT_zrtp_seen, f) && !rule_on_line(w, FACT_zrtp_complete, f) &&
	       !rule_on_line(w, FACT_zrtp_stopped, f) && !rule_on_line(w, FACT_zrtp_broken, f);
}

static void clear_media(struct work *w)
{
	RULE_EACH (w, f, FACT_media_clear) {
		const struct media *m = rule_media(w, f);
		if (w->c->kind == CALL_PAGE)
			note_page(w, f);
		else if (hold_music(w, f))
			note_start(w, f, SEVERITY_LOW,
				   "Music or an announcement on hold could be heard.");
		else if (m && m->zrtp && (!zrtp_unanswered(w, f) || partly_clear(m)))
			note_partly(w, f);
		else if (m && declared_secure(m) && partly_clear(m))
			note_partly(w, f);
		else if (m && declared_secure(m))
			note_broken_promise(w, f);
		else
			note_clear(w, f, readable_title(m));
	}
	RULE_EACH (w, f, FACT_page_clear)
		note_page(w, f);
}

/* D.7: what would refute with more packets is a suspicion until they, or a tag, answer it. */
static void doubtful(struct work *w)
{
	static const char *const why =
		"agreed as protected, and a test for readable media fired in "
		"too few packets to tell";

	RULE_EACH (w, f, FACT_media_doubtful) {
		const struct media *m = rule_media(w, f);
		const struct line *line = rule_line(w, f);
		if (!m || m->zrtp || !declared_secure(m) || line->null_cipher || line->clear)
			continue;
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, f, why);
		rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, f, why);
		rule_note(w, f,
			  (struct note){ .id = RULE_MED_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = "A test for readable media fired, in too few "
						   "packets to tell." });
	}
}

static void other_kinds(struct work *w)
{
	RULE_EACH (w, f, FACT_fax_readable)
		note_clear(w, f, "Fax readable");
	RULE_EACH (w, f, FACT_text_readable)
		note_clear(w, f,
			   rule_media(w, f) ? readable_title(rule_media(w, f))
					    : "Messages readable");
	RULE_EACH (w, f, FACT_floor_readable)
		note_clear(w, f, "Floor control readable");
}

/* Which lines gave protection up; known before the findings that this explains. */
static void mark_falls(struct work *w)
{
	RULE_EACH (w, f, FACT_downgrade)
		rule_line(w, f)->downgraded = true;
	RULE_EACH (w, f, FACT_optional_declined)
		rule_line(w, f)->declined = true;
}

static bool line_clear(struct work *w, const struct fact *f)
{
	if (rule_media(w, f))
		return rule_line(w, f)->clear;
	for (uint16_t i = 0; i <= w->c->media_count; i++)
		if (w->lines[i].clear)
			return true;
	return false;
}

/* Without the media the answer alone is a declaration: ZRTP could still run (B.6). */
static void doubt(struct work *w, const struct fact *f, const char *why)
{
	const struct media *m = rule_media(w, f);
	struct fact declared = *f;

	if (m && (m->zrtp || m->dtls))
		return;
	declared.grade = 2;
	rule_say(w, CONDITION_KEYS, KNOWN_SUSPECT, &declared, why);
	rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, &declared, why);
}

static void downgrade(struct work *w)
{
	RULE_EACH (w, f, FACT_downgrade) {
		bool clear = line_clear(w, f);
		enum severity s = clear ? SEVERITY_CRITICAL : SEVERITY_HIGH;
		if (!clear)
			doubt(w, f,
			      "protection was offered and given up; the media itself was "
			      "not seen readable");
		rule_note(
			w, f,
			(struct note){ .id = RULE_MED_003,
				       .outcome = OUTCOME_VIOLATED,
				       /* RFC 6881: an emergency call must be retried without keys.
					*/
				       .severity = w->c->emergency ? SEVERITY_INFO : s,
				       .detail = clear ? "Protection was offered, given up, and "
							 "the media could "
							 "be heard."
						       : "Protection was offered and given up." });
	}
}

static void fallback(struct work *w)
{
	RULE_EACH (w, f, FACT_optional_declined) {
		bool clear = line_clear(w, f);
		rule_note(
			w, f,
			(struct note){ .id = RULE_MED_004,
				       .outcome = clear ? OUTCOME_VIOLATED : OUTCOME_NOT_ASSESSABLE,
				       .severity = clear ? SEVERITY_HIGH : SEVERITY_INFO,
				       .detail = clear ? "Optional protection was not "
							 "taken up and the media "
							 "could be heard."
						       : "Optional protection was not "
							 "taken up; the media was not "
							 "seen readable." });
	}
}

static void sibling(struct work *w)
{
	RULE_EACH (w, f, FACT_sibling_clear) {
		bool clear = line_clear(w, f);
		if (!clear)
			doubt(w, f,
			      "one line of the session has no protection agreed; its media "
			      "was not seen");
		rule_note(w, f,
			  (struct note){ .id = RULE_MED_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = "Another line of this session is "
						   "protected, this one is not.",
					 .caused_by = clear ? "MED-001" : NULL });
	}
}

/* Media after the start was seen, and enough of it to look for structure. */
static bool held_after(const struct work *w, const struct fact *f)
{
	const struct media *m = rule_media(w, f);
	enum protection p = m && f->segment >= 0 && f->segment < m->segment_count
				    ? m->segments[f->segment].protection
				    : PROTECTION_INSUFFICIENT;

	return p == PROTECTION_NONE_FOUND || p == PROTECTION_VERIFIED;
}

static void starts(struct work *w)
{
	RULE_EACH (w, f, FACT_media_clear_start) {
		bool held = held_after(w, f);
		rule_say(w, CONDITION_MEDIA, held ? KNOWN_OK : KNOWN_NONE, f,
			 held ? "the first moments were readable before ZRTP had agreed keys, "
				"which RFC 6189 permits; "
				"nothing readable was found after it"
			      : "the first moments were readable before ZRTP had agreed keys, "
				"which RFC 6189 permits; "
				"too little was seen after it");
		note_start(w, f, SEVERITY_LOW,
			   clear_detail(w, f, "Readable before ZRTP had agreed keys"));
	}
	RULE_EACH (w, f, FACT_media_early_clear)
		note_start(w, f, SEVERITY_LOW,
			   "Ringback or an announcement could be heard before the answer.");
	RULE_EACH (w, f, FACT_media_microphone_early) {
		say_clear(w, f, false);
		note_start(w, f, SEVERITY_HIGH,
			   "The caller's microphone could be heard before the answer.");
	}
}

/* Signaling that was opaque explains media without an owner: that is OBS-002 (MED-007, traps). */
static void unowned(struct work *w)
{
	for (uint16_t i = 0; i < w->c->leg_count; i++)
		if (w->c->legs[i].encrypted)
			return;
	RULE_EACH (w, f, FACT_media_unowned) {
		struct fact inferred = *f;
		inferred.grade = 1;
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, &inferred,
			 "SIP was readable here and none of it announces this media");
		rule_note(w, f,
			  (struct note){ .id = RULE_MED_007,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = "No SIP that was read here announces "
						   "this media." });
	}
}

static void taken_over(struct work *w)
{
	RULE_EACH (w, f, FACT_media_taken_over) {
		rule_say(w, CONDITION_MEDIA, KNOWN_SUSPECT, f,
			 "media was turned to a sender that nothing announced");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_MED_008,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = SEVERITY_MEDIUM,
				  .detail = "A sender that nothing announced took over, and the "
					    "one before him went on in vain." });
	}
}

static void one_way(struct work *w)
{
	const struct note n = {
		.id = RULE_MED_011,
		.outcome = OUTCOME_NOTED,
		.severity = SEVERITY_INFO,
		.detail = "The answered call had media in one direction only, or none, here."
	};

	RULE_EACH (w, f, FACT_media_one_way)
		rule_note(w, f, n);
	RULE_EACH (w, f, FACT_media_unseen)
		rule_note(w, f, n);
}

/* The words for media that was neither seen readable nor proved protected. */
static void unjudged(struct work *w)
{
	RULE_EACH (w, f, FACT_media_no_plaintext)
		rule_say(w, CONDITION_MEDIA, KNOWN_NONE, f,
			 "no plaintext structure was found in the media; that alone does not prove "
			 "that it was encrypted");
	RULE_EACH (w, f, FACT_media_insufficient)
		rule_say(w, CONDITION_MEDIA, KNOWN_NONE, f,
			 "too few media packets were seen to tell protected from readable");
	RULE_EACH (w, f, FACT_media_unseen)
		rule_say(w, CONDITION_MEDIA, KNOWN_NONE, f,
			 "the media of this line did not pass this capture");
}

/* What can be said of MED-001 where nothing was readable: once for a call. */
static void nothing_readable(struct work *w)
{
	const enum fact_kind kinds[] = { FACT_media_no_plaintext, FACT_media_insufficient,
					 FACT_media_unseen };
	const struct fact *f = NULL;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !f; i++)
		f = rule_has(w, kinds[i]) ? call_fact(w->c, kinds[i], NULL) : NULL;
	for (uint16_t i = 0; i <= w->c->media_count; i++)
		if (w->lines[i].clear)
			return;
	if (!f || w->c->kind == CALL_PAGE)
		return;
	rule_note(w, f,
		  (struct note){ .id = RULE_MED_001,
				 .outcome = OUTCOME_NOT_ASSESSABLE,
				 .severity = SEVERITY_INFO,
				 .detail = "Nothing readable was found, and protection is not "
					   "proved by that." });
}

/* Metadata beside protected media: who, how long, how well (RFC 3711 3.4). */
static void rtcp(struct work *w)
{
	RULE_EACH (w, f, FACT_rtcp_clear)
		rule_note(
			w, f,
			(struct note){ .id = RULE_MED_009,
				       .outcome = OUTCOME_VIOLATED,
				       .severity = SEVERITY_MEDIUM,
				       .detail = rule_text(w,
							   "%llu RTCP reports could be read beside "
							   "protected media.",
							   (unsigned long long)f->value) });
	RULE_EACH (w, f, FACT_rtcp_personal)
		rule_note(w, f,
			  (struct note){
				  .id = RULE_MED_010,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = SEVERITY_LOW,
				  .detail = "A readable RTCP CNAME names the user at a host." });
}

rule_run *const rule_med_run[] = { mark_falls, clear_media, doubtful, other_kinds,	downgrade,
				   fallback,   sibling,	    starts,   unowned,		taken_over,
				   one_way,    rtcp,	    unjudged, nothing_readable, NULL };
