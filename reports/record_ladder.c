/* record_ladder.c - messages, handshakes and media of a call, in time order, between hosts. */
#include "reports/record_ladder.h"

#include "analyzer/base/when.h"
#include "reports/wording.h"

enum { HOSTS = 16 };

/* Columns. Port 0: the host as a whole; else one of several programs on it. */
struct columns {
	struct endpoint all[HOSTS];
	unsigned count;
};

static int column_of(struct columns *k, struct endpoint e)
{
	for (unsigned i = 0; i < k->count; i++)
		if (addr_endpoint_eq(&k->all[i], &e))
			return (int)i;
	if (k->count == HOSTS)
		return -1;
	k->all[k->count] = e;
	return (int)k->count++;
}

static struct endpoint end_of(const struct step *s, const struct endpoint *e)
{
	return (struct endpoint){ e->addr, addr_eq(&s->from.addr, &s->to.addr) ? e->port : 0 };
}

static bool touches(const struct step *s, const struct addr *a)
{
	return !addr_eq(&s->from.addr, &s->to.addr) &&
	       (addr_eq(&s->from.addr, a) || addr_eq(&s->to.addr, a));
}

/* Hosts of the path from caller to callee; what is not on it comes after, as it appears. */
static void seat(struct columns *k, const struct call *c)
{
	for (uint16_t i = 0; i < c->station_count; i++)
		for (uint16_t n = 0; n < c->step_count; n++)
			if (touches(&c->steps[n], &c->stations[i].at)) {
				(void)column_of(k, (struct endpoint){ c->stations[i].at, 0 });
				break;
			}
}

/* ---- words ---------------------------------------------------------------------------- */

static const char *phrase(uint16_t status)
{
	static const struct {
		uint16_t status;
		const char *text;
	} known[] = {
		{ 100, "Trying" },
		{ 180, "Ringing" },
		{ 181, "Call Is Being Forwarded" },
		{ 182, "Queued" },
		{ 183, "Session Progress" },
		{ 200, "OK" },
		{ 202, "Accepted" },
		{ 301, "Moved Permanently" },
		{ 302, "Moved Temporarily" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 407, "Proxy Authentication Required" },
		{ 408, "Request Timeout" },
		{ 415, "Unsupported Media Type" },
		{ 423, "Interval Too Brief" },
		{ 480, "Temporarily Unavailable" },
		{ 481, "Call/Transaction Does Not Exist" },
		{ 486, "Busy Here" },
		{ 487, "Request Terminated" },
		{ 488, "Not Acceptable Here" },
		{ 491, "Request Pending" },
		{ 500, "Server Internal Error" },
		{ 503, "Service Unavailable" },
		{ 603, "Decline" },
		{ 606, "Not Acceptable" },
	};
	static const char *const of_class[] = { "",
						"Provisional",
						"Success",
						"Redirection",
						"Client Failure",
						"Server Failure",
						"Global Failure" };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].status == status)
			return known[i].text;
	return status < 700 ? of_class[status / 100] : "";
}

static void add_keys(struct text *t, const struct step *s)
{
	static const char *const names[] = { ", SDES key", ", fingerprint", ", ZRTP hash",
					     ", key management" };

	for (unsigned i = 0; i < 4; i++)
		text_add(t, s->keys >> i & 1 ? names[i] : "");
}

static void add_sdp(struct text *t, const struct step *s)
{
	if (s->sdp == STEP_SDP_NONE)
		return;
	text_add(t, s->sdp == STEP_SDP_OFFER ? ", offer " : ", answer ");
	text_add(t, observation_profile_text(s->profile));
	add_keys(t, s);
}

static const char *verb(enum sip_verb v)
{
	return v == SIP_VERB_OTHER ? "other method" : observation_verb_text(v);
}

/* What the facts of the call say of a handshake. */
static const struct fact *told(const struct call *c, enum fact_kind k, int16_t leg, int16_t media)
{
	for (const struct fact *f = call_fact(c, k, NULL); f; f = call_fact(c, k, f))
		if ((leg != FACT_NOWHERE && f->leg == leg) ||
		    (media != FACT_NOWHERE && f->media == media))
			return f;
	return NULL;
}

static void add_tls(struct text *t, const struct call *c, const struct step *s)
{
	const struct fact *f = s->leg < 0 ? NULL : told(c, FACT_tls_session, s->leg, FACT_NOWHERE);

	text_add(t, f && f->text ? f->text : "TLS connection");
	text_add(t, s->resumed ? ", resumed" : "");
	text_add(t, s->done ? "" : ", handshake not seen to its end");
}

static void add_dtls(struct text *t, const struct call *c, const struct step *s)
{
	const struct fact *match =
		s->media < 0 ? NULL : told(c, FACT_dtls_matched, FACT_NOWHERE, s->media);
	const struct fact *wrong =
		s->media < 0 ? NULL : told(c, FACT_dtls_mismatch, FACT_NOWHERE, s->media);

	text_add(t, s->done ? "DTLS handshake" : "DTLS handshake, not seen to its end");
	if (wrong && !wrong->value)
		text_add(t, ", a certificate that was not announced");
	else if (match && (match->value & 3) == 3)
		text_add(t, ", both certificates as announced");
	else if (match && match->value & 3)
		text_add(t, ", one certificate as announced");
}

static void add_media(struct text *t, const struct call *c, const struct step *s)
{
	const struct media *m = &c->media[s->media];

	text_add(t, observation_media_text(m->kind));
	text_add(t, ", ");
	text_add(t, s->protection == PROTECTION_CLEAR
			    ? "readable"
			    : wording_protection(call_protection_text(s->protection)));
}

static void words(struct text *t, const struct call *c, const struct step *s)
{
	switch (s->kind) {
	case STEP_REQUEST:
		text_add(t, verb(s->verb));
		add_sdp(t, s);
		break;
	case STEP_RESPONSE:
		text_add_number(t, s->status);
		text_add(t, " ");
		text_add(t, phrase(s->status));
		if (s->verb != SIP_VERB_INVITE) {
			text_add(t, " (");
			text_add(t, verb(s->verb));
			text_add(t, ")");
		}
		add_sdp(t, s);
		break;
	case STEP_TLS:
		add_tls(t, c, s);
		break;
	case STEP_DTLS:
		add_dtls(t, c, s);
		break;
	case STEP_ZRTP:
		text_add(t, s->done ? "ZRTP key agreement"
				    : "ZRTP key agreement, not seen to its end");
		break;
	case STEP_MEDIA:
		add_media(t, c, s);
		break;
	}
}

/* ---- rows ------------------------------------------------------------------------------ */

static const char *kind(enum step_kind k)
{
	static const char *const text[] = { "request", "response", "tls", "dtls", "zrtp", "media" };

	return text[k];
}

static double after(const struct call *c, uint64_t ns)
{
	return ns >= c->start_ns ? when_seconds(ns - c->start_ns) : -when_seconds(c->start_ns - ns);
}

static void also(struct record *r, const struct step *s)
{
	json_out_key_open(r->out, "also", '[');
	for (uint8_t i = 0; i < s->also_count; i++) {
		json_out_open(r->out, '{');
		json_out_key_text(r->out, "input", record_input(r, s->also[i].input));
		json_out_key_number(r->out, "frame", s->also[i].frame);
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, ']');
}

static void event(struct record *r, const struct call *c, const struct step *s, int from, int to)
{
	json_out_open(r->out, '{');
	json_out_key_fixed(r->out, "at", after(c, s->ts_ns), 6);
	if (s->until_ns)
		json_out_key_fixed(r->out, "until", after(c, s->until_ns), 6);
	json_out_key_text(r->out, "input", record_input(r, s->at.input));
	json_out_key_number(r->out, "frame", s->at.frame);
	json_out_key_number(r->out, "from", (uint64_t)from);
	json_out_key_number(r->out, "to", (uint64_t)to);
	if (s->also_count)
		also(r, s);
	if (s->both)
		json_out_key_bool(r->out, "both", true);
	json_out_key_text(r->out, "kind", kind(s->kind));
	if (s->leg >= 0)
		json_out_key_number(r->out, "leg", (uint64_t)s->leg);
	if (s->media >= 0)
		json_out_key_number(r->out, "media", (uint64_t)s->media);
	if (s->kind == STEP_MEDIA)
		json_out_key_text(r->out, "protection", call_protection_text(s->protection));
	text_clear(&r->scratch);
	words(&r->scratch, c, s);
	json_out_key_text(r->out, "text", text_of(&r->scratch));
	json_out_close(r->out, '}');
}

static uint32_t events(struct record *r, const struct call *c, struct columns *k)
{
	uint32_t lost = 0;

	json_out_key_open(r->out, "events", '[');
	for (uint16_t i = 0; i < c->step_count; i++) {
		const struct step *s = &c->steps[i];
		int from = column_of(k, end_of(s, &s->from)), to = column_of(k, end_of(s, &s->to));
		if (from < 0 || to < 0)
			lost++;
		else
			event(r, c, s, from, to);
	}
	json_out_close(r->out, ']');
	return lost;
}

static void hosts(struct record *r, const struct columns *k)
{
	json_out_key_open(r->out, "hosts", '[');
	for (unsigned i = 0; i < k->count; i++) {
		text_clear(&r->scratch);
		redact_endpoint(r->hide, &r->scratch, &k->all[i]);
		json_out_text(r->out, text_of(&r->scratch));
	}
	json_out_close(r->out, ']');
}

void record_ladder_write(struct record *r, const struct call *c)
{
	struct columns k = { .count = 0 };

	if (!c->step_count)
		return;
	seat(&k, c);
	json_out_key_open(r->out, "ladder", '{');
	uint32_t lost = events(r, c, &k);
	hosts(r, &k);
	json_out_key_number(r->out, "left_out", c->steps_left_out + lost);
	json_out_close(r->out, '}');
}
