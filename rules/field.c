/* field.c - the fields of a call and of what it is made of. */
#include "rules/field_read.h"

_Static_assert(sizeof(enum call_kind) == sizeof(int), "enumerations are read as int");

/* In the order of their enumerations, as the report writes them. */
static const char *const kinds[] = { "call", "opaque", "registration", "message", "attempt",
				     "page", NULL };
static const char *const transports[] = { "none", "udp",  "tcp",      "tls",   "ws",
					  "wss",  "sctp", "tls-sctp", "other", NULL };
static const char *const media_kinds[] = { "audio",   "video",	     "text", "image",
					   "message", "application", NULL };
static const char *const profiles[] = {
	"other",
	"RTP/AVP",
	"RTP/AVPF",
	"RTP/SAVP",
	"RTP/SAVPF",
	"UDP/TLS/RTP/SAVP",
	"UDP/TLS/RTP/SAVPF",
	"udptl",
	"UDP/TLS/UDPTL",
	"TCP/MSRP",
	"TCP/TLS/MSRP",
	"TCP/BFCP",
	"TCP/TLS/BFCP",
	"UDP/DTLS/SCTP",
	NULL,
};
static const char *const keyings[] = {
	"none", "sdes", "dtls-srtp", "zrtp", "mikey", "unknown", NULL
};
static const char *const protections[] = { "insufficient", "clear", "no-plaintext-found",
					   "srtp-verified", NULL };
static const char *const epochs[] = { "early", "talk", "hold", NULL };
static const char *const roles[] = { "unknown",	      "endpoint",     "proxy",
				     "sbc",	      "b2bua",	      "relay",
				     "turn",	      "recorder",     "conference",
				     "ivr",	      "pstn-gateway", "monitor",
				     "load-balancer", "network",      NULL };
static const char *const role_froms[] = { "inferred", "declared", "asserted", NULL };

static bool give(const struct expr_item *it, const struct expr_scope *scope, const void *at,
		 struct expr_item *out)
{
	*out = (struct expr_item){ scope, it->of, at };
	return at != NULL;
}

static void know(struct expr_value *out, bool yes)
{
	out->known = true;
	out->yes = yes;
}

/* What was noted about the item: its facts, one list for each kind. */
static void item_group(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->item = (struct expr_item){ field_fact_group(), it->of, it->at };
}

/* ---- endpoints ----------------------------------------------------------------------- */

static void endpoint_address(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->addr = ((const struct endpoint *)it->at)->addr;
	out->known = !addr_is_none(&out->addr);
}

static void endpoint_loopback(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	know(out, addr_is_loopback(&((const struct endpoint *)it->at)->addr));
}

const struct expr_scope *field_endpoint(void)
{
	static const struct expr_field fields[] = {
		{ "address", "The address.", EXPR_ADDRESS, .get = endpoint_address },
		{ "port", "The port; 0 where the host as a whole is meant.", EXPR_NUMBER,
		  .get = field_read_u16, FIELD_READ_AT(endpoint, port) },
		{ "loopback", "The address leads back to the same host.", EXPR_BOOL,
		  .get = endpoint_loopback },
	};
	FIELD_READ_SCOPE("endpoint", "An address and a port.", fields);
}

/* ---- legs ---------------------------------------------------------------------------- */

const struct expr_scope *field_leg(void)
{
	static const struct expr_field fields[] = {
		{ "transport", "What carried SIP on this hop.", EXPR_ENUM, transports,
		  .get = field_read_name, FIELD_READ_AT(leg, carrier) },
		{ "a", "Who sent the first request seen here.", EXPR_ITEM, .scope = field_endpoint,
		  .get = field_read_endpoint, FIELD_READ_AT(leg, a) },
		{ "b", "Its peer on this hop.", EXPR_ITEM, .scope = field_endpoint,
		  .get = field_read_endpoint, FIELD_READ_AT(leg, b) },
		{ "readable", "SIP text was on the wire in clear.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(leg, readable) },
		{ "decrypted",
		  "The text is known by a key, or was decrypted before it was written.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(leg, decrypted) },
		{ "encrypted", "TLS was on the wire.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(leg, encrypted) },
		{ "tunnelled", "In clear inside a link that is asserted to be protected.",
		  EXPR_BOOL, .get = field_read_flag, FIELD_READ_AT(leg, tunnelled) },
		{ "messages", "SIP messages seen on it.", EXPR_NUMBER, .get = field_read_u32,
		  FIELD_READ_AT(leg, messages) },
		{ "facts", "What was noted on it, by kind.", EXPR_ITEM, .scope = field_fact_group,
		  .get = item_group, .always = true },
		{ "start", "Its first packet.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(leg, first_ns) },
		{ "end", "Its last packet.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(leg, last_ns) },
	};
	FIELD_READ_SCOPE("leg", "One hop that carried the call's signaling.", fields);
}

/* ---- segments --------------------------------------------------------------------------- */

static void segment_epoch(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct segment *s = it->at;
	const struct call *c = field_read_work(it)->c;

	(void)arg;
	out->known = s->epoch >= 0 && s->epoch < c->epoch_count;
	if (out->known)
		out->item = (struct expr_item){ field_epoch(), it->of, &c->epochs[s->epoch] };
}

const struct expr_scope *field_segment(void)
{
	static const struct expr_field fields[] = {
		{ "a", "Where its packets come from.", EXPR_ITEM, .scope = field_endpoint,
		  .get = field_read_endpoint, FIELD_READ_AT(segment, a) },
		{ "b", "Where they go.", EXPR_ITEM, .scope = field_endpoint,
		  .get = field_read_endpoint, FIELD_READ_AT(segment, b) },
		{ "epoch", "The epoch of the call it belongs to.", EXPR_ITEM, .scope = field_epoch,
		  .get = segment_epoch },
		{ "protection", "What tests and tags said of its payloads.", EXPR_ENUM, protections,
		  .get = field_read_name, FIELD_READ_AT(segment, protection) },
		{ "codec", "The codec by SDP or by its static payload type.", EXPR_TEXT,
		  .get = field_read_text, FIELD_READ_AT(segment, codec) },
		{ "packets", "RTP packets.", EXPR_NUMBER, .get = field_read_u64,
		  FIELD_READ_AT(segment, packets) },
		{ "bytes", "Their octets.", EXPR_NUMBER, .get = field_read_u64,
		  FIELD_READ_AT(segment, bytes) },
		{ "clear_packets", "Packets in windows judged readable.", EXPR_NUMBER,
		  .get = field_read_u64, FIELD_READ_AT(segment, clear) },
		{ "tried_packets", "Packets whose SRTP tag was computed.", EXPR_NUMBER,
		  .get = field_read_u64, FIELD_READ_AT(segment, tried) },
		{ "verified_packets", "Packets whose SRTP tag fitted.", EXPR_NUMBER,
		  .get = field_read_u64, FIELD_READ_AT(segment, verified) },
		{ "lost_packets", "Gaps in the sequence numbers.", EXPR_NUMBER,
		  .get = field_read_u64, FIELD_READ_AT(segment, lost) },
		{ "clear_time", "Time in windows judged readable.", EXPR_DURATION,
		  .get = field_read_duration, FIELD_READ_AT(segment, clear_ns) },
		{ "in_turn", "Unwrapped from TURN.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(segment, in_turn) },
		{ "start", "Its first packet.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(segment, first_ns) },
		{ "end", "Its last packet.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(segment, last_ns) },
	};
	FIELD_READ_SCOPE(
		"segment",
		"One direction of media between two addresses at one capture point over one epoch.",
		fields);
}

/* ---- media ------------------------------------------------------------------------------- */

/* False only where the answer was seen to refuse or leave it; else it may have been missed. */
static void media_answered(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct media *m = it->at;

	(void)arg;
	out->yes = m->answered && !m->rejected;
	out->known = out->yes || m->rejected || m->answer_seen;
}

static void media_secure(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	know(out, observation_profile_secure(((const struct media *)it->at)->profile));
}

static void media_sum(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct media *m = it->at;

	out->known = true;
	out->number = 0;
	for (uint16_t i = 0; i < m->segment_count; i++)
		out->number += (double)*(const uint64_t *)((const char *)&m->segments[i] + arg);
}

static void media_partly(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct media *m = it->at;
	uint64_t packets = 0, clear = 0;

	(void)arg;
	for (uint16_t i = 0; i < m->segment_count; i++) {
		packets += m->segments[i].packets;
		clear += m->segments[i].clear;
	}
	know(out, clear && clear < packets - packets / 10);
}

static void media_leg(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct media *m = it->at;
	const struct call *c = field_read_work(it)->c;

	(void)arg;
	out->known = m->leg >= 0 && m->leg < c->leg_count;
	if (out->known)
		out->item = (struct expr_item){ field_leg(), it->of, &c->legs[m->leg] };
}

static bool media_segment(const struct expr_item *it, int arg, const void *after,
			  struct expr_item *out)
{
	const struct media *m = it->at;
	size_t at = after ? (size_t)((const struct segment *)after - m->segments) + 1 : 0;

	(void)arg;
	return give(it, field_segment(), at < m->segment_count ? &m->segments[at] : NULL, out);
}

static void media_line(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct work *w = field_read_work(it);

	(void)arg;
	out->known = true;
	out->item = (struct expr_item){ field_fact_line(), it->of,
					&w->lines[(const struct media *)it->at - w->c->media] };
}

const struct expr_scope *field_media(void)
{
	static const struct expr_field fields[] = {
		{ "kind", "What the m-line is for.", EXPR_ENUM, media_kinds, .get = field_read_name,
		  FIELD_READ_AT(media, kind) },
		{ "profile", "Transport profile of the answer; of the offer when never answered.",
		  EXPR_ENUM, profiles, .get = field_read_name, FIELD_READ_AT(media, profile) },
		{ "secure_profile", "The profile asks for encryption (SAVP, DTLS, TLS).", EXPR_BOOL,
		  .get = media_secure },
		{ "keying", "How keys were agreed, by SDP and by what ran on the path.", EXPR_ENUM,
		  keyings, .get = field_read_name, FIELD_READ_AT(media, keying) },
		{ "codec", "The first codec agreed.", EXPR_TEXT, .get = field_read_text,
		  FIELD_READ_AT(media, codec) },
		{ "answered",
		  "It was answered and not refused; unknown where the answer was missed.",
		  EXPR_BOOL, .get = media_answered },
		{ "answer_accepted", "An answer that took it up was seen.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(media, answered) },
		{ "rejected", "An answer that refused it was seen.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(media, rejected) },
		{ "offer_seen", "Its offer could be read.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(media, offer_seen) },
		{ "answer_seen", "Its answer could be read.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(media, answer_seen) },
		{ "expects_media", "Answered with a port, a direction and time to talk.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(media, expects_media) },
		{ "zrtp_seen", "ZRTP ran on its path.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(media, zrtp) },
		{ "dtls_seen", "DTLS ran on its path.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(media, dtls) },
		{ "offerer", "The address the offer announced.", EXPR_ITEM, .scope = field_endpoint,
		  .get = field_read_endpoint, FIELD_READ_AT(media, offerer) },
		{ "answerer", "The address the answer announced.", EXPR_ITEM,
		  .scope = field_endpoint, .get = field_read_endpoint,
		  FIELD_READ_AT(media, answerer) },
		{ "leg", "The hop its SDP was first seen on.", EXPR_ITEM, .scope = field_leg,
		  .get = media_leg },
		{ "line", "The same line as rules mark it.", EXPR_ITEM, .scope = field_fact_line,
		  .get = media_line },
		{ "segments", "Its directions, capture points and epochs.", EXPR_LIST,
		  .scope = field_segment, .next = media_segment },
		{ "packets", "RTP packets of all its segments.", EXPR_NUMBER, .get = media_sum,
		  FIELD_READ_AT(segment, packets) },
		{ "clear_packets", "Of these, in windows judged readable.", EXPR_NUMBER,
		  .get = media_sum, FIELD_READ_AT(segment, clear) },
		{ "partly_clear",
		  "Some of its packets were readable, and fewer than nine in ten of them.",
		  EXPR_BOOL, .get = media_partly },
	};
	FIELD_READ_SCOPE("media", "One m-line of SDP over the life of the call.", fields);
}

/* ---- epochs, ends, stations ------------------------------------------------------------------ */

static void epoch_place(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->number = (double)((const struct epoch *)it->at - field_read_work(it)->c->epochs);
}

const struct expr_scope *field_epoch(void)
{
	static const struct expr_field fields[] = {
		{ "place", "Its place among the epochs of the call, counted from 0.", EXPR_NUMBER,
		  .get = epoch_place },
		{ "type", "What kind of stretch it is.", EXPR_ENUM, epochs, .get = field_read_name,
		  FIELD_READ_AT(epoch, type) },
		{ "why", "What began it: answer, re-INVITE, UPDATE, 183.", EXPR_TEXT,
		  .get = field_read_text, FIELD_READ_AT(epoch, why) },
		{ "start", "When it began.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(epoch, start_ns) },
		{ "end", "When it ended.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(epoch, end_ns) },
	};
	FIELD_READ_SCOPE("epoch",
			 "A stretch of the call with the same parties, keys and addresses.",
			 fields);
}

const struct expr_scope *field_end(void)
{
	static const struct expr_field fields[] = {
		{ "at", "Its address.", EXPR_ITEM, .scope = field_endpoint,
		  .get = field_read_endpoint, FIELD_READ_AT(end, at) },
		{ "role", "What it is.", EXPR_ENUM, roles, .get = field_read_name,
		  FIELD_READ_AT(end, role) },
		{ "role_from", "How that is known.", EXPR_ENUM, role_froms, .ordered = true,
		  .get = field_read_name, FIELD_READ_AT(end, role_from) },
	};
	FIELD_READ_SCOPE("end", "An end of the call.", fields);
}

static void station_address(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->addr = ((const struct station *)it->at)->at;
	out->known = !addr_is_none(&out->addr);
}

const struct expr_scope *field_station(void)
{
	static const struct expr_field fields[] = {
		{ "address", "Its address.", EXPR_ADDRESS, .get = station_address },
		{ "role", "What it is.", EXPR_ENUM, roles, .get = field_read_name,
		  FIELD_READ_AT(station, role) },
		{ "role_from", "How that is known.", EXPR_ENUM, role_froms, .ordered = true,
		  .get = field_read_name, FIELD_READ_AT(station, role_from) },
		{ "ends_tls", "A TLS connection of the signaling ends here.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(station, ends_tls) },
		{ "anchors_media", "No end of the call, and media came to it or was told to.",
		  EXPR_BOOL, .get = field_read_flag, FIELD_READ_AT(station, anchors_media) },
	};
	FIELD_READ_SCOPE("station", "A host that the call's signaling or media passed, in order.",
			 fields);
}

/* ---- the call ------------------------------------------------------------------------------ */

static void call_duration(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct call *c = it->at;

	(void)arg;
	out->known = c->end_ns >= c->start_ns;
	out->ns = c->end_ns - c->start_ns;
}

static void call_asks(const struct expr_item *it, int arg, struct expr_value *out)
{
	know(out, field_read_work(it)->strength & arg);
}

static void call_answered(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	know(out, ((const struct call *)it->at)->answered_ns != 0);
}

static void call_marks(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->item = (struct expr_item){ field_fact_marks(), it->of, it->of };
}

/* Arrays of the call, one behind the other. */
#define WALK(function, room, type, list, n)                                                        \
	static bool function(const struct expr_item *it, int arg, const void *after,               \
			     struct expr_item *out)                                                \
	{                                                                                          \
		const struct call *c = it->at;                                                     \
		size_t at = after ? (size_t)((const struct type *)after - c->list) + 1 : 0;        \
		(void)arg;                                                                         \
		return give(it, room(), at < (size_t)(n) ? &c->list[at] : NULL, out);              \
	}
WALK(call_leg, field_leg, leg, legs, c->leg_count)
WALK(call_media, field_media, media, media, c->media_count)
WALK(call_epoch, field_epoch, epoch, epochs, c->epoch_count)
WALK(call_end, field_end, end, ends, 2)
WALK(call_station, field_station, station, stations, c->station_count)

static bool call_line(const struct expr_item *it, int arg, const void *after, struct expr_item *out)
{
	const struct work *w = field_read_work(it);
	const struct line *x = after ? (const struct line *)after + 1 : w->lines;

	(void)arg;
	return give(it, field_fact_line(), x <= w->lines + w->c->media_count ? x : NULL, out);
}

static uint8_t *call_answer(const struct expr_item *it, uint16_t place)
{
	const struct work *w = field_read_work(it);

	return w->answers ? &w->answers[place] : NULL;
}

const struct expr_scope *field_call(void)
{
	static const struct expr_field fields[] = {
		{ "kind", "What kind of row it is.", EXPR_ENUM, kinds, .get = field_read_name,
		  FIELD_READ_AT(call, kind) },
		{ "what", "Method of a message row, outcome of an attempt.", EXPR_TEXT,
		  .get = field_read_text, FIELD_READ_AT(call, what) },
		{ "start", "Its first packet.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(call, start_ns) },
		{ "end", "Its last packet.", EXPR_TIME, .get = field_read_time,
		  FIELD_READ_AT(call, end_ns) },
		{ "duration", "From its first packet to its last.", EXPR_DURATION,
		  .get = call_duration },
		{ "answered", "An answer to its INVITE was seen.", EXPR_BOOL,
		  .get = call_answered },
		{ "emergency", "It is an emergency call.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(call, emergency) },
		{ "complete_start", "Its beginning was captured.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(call, complete_start) },
		{ "complete_end", "Its end was captured.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(call, complete_end) },
		{ "cut_off", "It was still alive when the capture ended.", EXPR_BOOL,
		  .get = field_read_flag, FIELD_READ_AT(call, cut_off) },
		{ "recorded_by_endpoint", "An end records it.", EXPR_BOOL, .get = field_read_flag,
		  FIELD_READ_AT(call, recorded_by_endpoint) },
		{ "asks_cnsa", "The policy asks for ciphers of CNSA.", EXPR_BOOL, .get = call_asks,
		  .arg = SHORT_OF_CNSA },
		{ "asks_fips", "The policy asks for ciphers that FIPS approves.", EXPR_BOOL,
		  .get = call_asks, .arg = SHORT_OF_FIPS },
		{ "messages", "SIP messages of it.", EXPR_NUMBER, .get = field_read_u32,
		  FIELD_READ_AT(call, messages) },
		{ "points", "Capture points that saw a part of it.", EXPR_NUMBER,
		  .get = field_read_u16, FIELD_READ_AT(call, points) },
		{ "legs", "The hops of its signaling.", EXPR_LIST, .scope = field_leg,
		  .next = call_leg },
		{ "media", "Its m-lines.", EXPR_LIST, .scope = field_media, .next = call_media },
		{ "lines", "Its m-lines, and last what belongs to none, as rules mark them.",
		  EXPR_LIST, .scope = field_fact_line, .next = call_line },
		{ "epochs", "Its stretches.", EXPR_LIST, .scope = field_epoch, .next = call_epoch },
		{ "ends", "Its two ends.", EXPR_LIST, .scope = field_end, .next = call_end },
		{ "stations", "The hosts it passed.", EXPR_LIST, .scope = field_station,
		  .next = call_station },
		{ "facts", "What was noted about it, by kind.", EXPR_ITEM,
		  .scope = field_fact_group, .get = item_group, .always = true },
		{ "marks", "What rules that ran before have set.", EXPR_ITEM,
		  .scope = field_fact_marks, .get = call_marks },
	};
	static const struct expr_scope scope = { "call", "One row: a call, or what else was seen.",
						 fields, sizeof fields / sizeof *fields,
						 call_answer };
	return &scope;
}

const struct expr_scope *field_scope(struct slice name)
{
	static const struct expr_scope *(*const all[])(void) = {
		field_call,	  field_leg,	  field_media, field_fact_line,
		field_segment,	  field_epoch,	  field_end,   field_station,
		field_fact_group, field_endpoint, field_fact,  field_fact_marks,
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (slice_eq(name, slice_of(all[i]()->name)))
			return all[i]();
	return NULL;
}
