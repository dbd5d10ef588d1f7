/* record.c - who, when, over which legs, with which media. */
#include "reports/record.h"

#include "analyzer/base/when.h"
#include "reports/asserted.h"
#include "reports/record_ladder.h"
#include "reports/record_verdict.h"

static struct slice scratch(const struct record *r)
{
	return (struct slice){ (const uint8_t *)text_of(&r->scratch), r->scratch.n };
}

void record_hidden(struct record *r, const char *s)
{
	struct slice plain = slice_of(s);

	if (redact_harmless(r->hide, plain)) {
		json_out_slice(r->out, plain);
		return;
	}
	text_clear(&r->scratch);
	redact_text(r->hide, &r->scratch, s);
	json_out_slice(r->out, scratch(r));
}

void record_key_hidden(struct record *r, const char *key, const char *s)
{
	json_out_key(r->out, key);
	if (!s) {
		json_out_null(r->out);
		return;
	}
	record_hidden(r, s);
}

void record_key_endpoint(struct record *r, const char *key, const struct endpoint *e)
{
	json_out_key(r->out, key);
	if (addr_is_none(&e->addr)) {
		json_out_null(r->out);
		return;
	}
	text_clear(&r->scratch);
	redact_endpoint(r->hide, &r->scratch, e);
	json_out_slice(r->out, scratch(r));
}

const char *record_input(const struct record *r, size_t i)
{
	return i < r->input_count && r->inputs[i] ? r->inputs[i] : "unknown input";
}

void record_key_inputs(struct record *r, const char *key, point_set inputs)
{
	json_out_key_open(r->out, key, '[');
	for (size_t i = 0; i < 64; i++)
		if (inputs >> i & 1)
			json_out_text(r->out, record_input(r, i));
	json_out_close(r->out, ']');
}

void record_evidence(struct record *r, const struct evidence *e, const char *text)
{
	json_out_open(r->out, '{');
	json_out_key_text(r->out, "input", record_input(r, e->input));
	json_out_key_number(r->out, "frame", e->frame);
	json_out_key_when(r->out, "time", e->ts_ns);
	record_key_hidden(r, "text", text ? text : "");
	json_out_close(r->out, '}');
}

static double span_s(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? when_seconds(to_ns - from_ns) : 0.0;
}

static void party(struct record *r, const char *key, struct slice user, struct slice host)
{
	text_clear(&r->scratch);
	redact_party(r->hide, &r->scratch, user, host);
	json_out_key(r->out, key);
	json_out_slice(r->out, scratch(r));
}

static void display(struct record *r, const char *key, struct slice name)
{
	text_clear(&r->scratch);
	redact_name(r->hide, &r->scratch, name);
	json_out_key(r->out, key);
	json_out_slice(r->out, scratch(r));
}

static void head(struct record *r, const struct call *c)
{
	json_out_key_text(r->out, "id", c->id ? c->id : "");
	json_out_key_text(r->out, "kind", call_kind_text(c->kind));
	json_out_key_text(r->out, "what", c->what);
	json_out_key_when(r->out, "start", c->start_ns);
	json_out_key_when(r->out, "end", c->end_ns);
	json_out_key_when(r->out, "answered", c->answered_ns);
	json_out_key_fixed(r->out, "duration_s", span_s(c->start_ns, c->end_ns), 3);
	party(r, "from", c->from_user, c->from_host);
	party(r, "to", c->to_user, c->to_host);
	display(r, "from_name", c->from_display);
	display(r, "to_name", c->to_display);
	json_out_key_bool(r->out, "complete_start", c->complete_start);
	json_out_key_bool(r->out, "complete_end", c->complete_end);
	json_out_key_bool(r->out, "cut_off", c->cut_off);
	json_out_key_bool(r->out, "emergency", c->emergency);
	json_out_key_number(r->out, "messages", c->messages);
	record_key_inputs(r, "inputs", c->inputs);
}

void record_key_name(struct record *r, const struct addr *a)
{
	const struct inventory_entry *e = inventory_at(r->inventory, a);

	if (e && e->name)
		json_out_key_text(r->out, "name", e->name);
}

static void roles(struct record *r, uint32_t asserted)
{
	if (!asserted)
		return;
	json_out_key_open(r->out, "roles", '[');
	for (int i = 0; i <= ROLE_NETWORK; i++)
		if (asserted >> i & 1)
			json_out_text(r->out, call_role_text((enum role)i));
	json_out_close(r->out, ']');
}

static void ends(struct record *r, const struct call *c)
{
	json_out_key_open(r->out, "ends", '[');
	for (int i = 0; i < 2; i++) {
		json_out_open(r->out, '{');
		record_key_endpoint(r, "address", &c->ends[i].at);
		json_out_key_text(r->out, "role", call_role_text(c->ends[i].role));
		json_out_key_text(r->out, "role_from", call_role_from_text(c->ends[i].role_from));
		roles(r, c->ends[i].roles);
		record_key_name(r, &c->ends[i].at.addr);
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, ']');
}

static void scopes(struct record *r, const struct call *c)
{
	uint16_t tags = asserted_scopes(r->inventory, c);

	json_out_key_open(r->out, "scopes", '[');
	for (int i = 0; i < INVENTORY_SCOPES; i++)
		if (tags >> i & 1)
			json_out_text(r->out, inventory_scope_text(r->inventory, i));
	json_out_close(r->out, ']');
}

static void epochs(struct record *r, const struct call *c)
{
	json_out_key_open(r->out, "epochs", '[');
	for (size_t i = 0; i < c->epoch_count; i++) {
		const struct epoch *e = &c->epochs[i];
		json_out_open(r->out, '{');
		json_out_key_when(r->out, "start", e->start_ns);
		json_out_key_when(r->out, "end", e->end_ns);
		json_out_key_text(r->out, "type", call_epoch_text(e->type));
		json_out_key_text(r->out, "why", e->why ? e->why : "");
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, ']');
}

/* Version and suite of the TLS connection that carried a leg. */
static void handshake(struct record *r, const struct call *c, int16_t leg)
{
	for (const struct fact *f = call_fact(c, FACT_tls_session, NULL); f;
	     f = call_fact(c, FACT_tls_session, f))
		if (f->leg == leg && f->text) {
			json_out_key_text(r->out, "tls", f->text);
			return;
		}
}

static void leg(struct record *r, const struct call *c, const struct leg *l)
{
	json_out_open(r->out, '{');
	text_clear(&r->scratch);
	redact_call_id(r->hide, &r->scratch, l->call_id, c);
	json_out_key(r->out, "call_id");
	json_out_slice(r->out, scratch(r));
	json_out_key_text(r->out, "transport", observation_transport_text(l->carrier));
	record_key_endpoint(r, "a", &l->a);
	record_key_endpoint(r, "b", &l->b);
	record_key_inputs(r, "inputs", l->inputs);
	json_out_key_bool(r->out, "readable", l->readable);
	json_out_key_bool(r->out, "decrypted", l->decrypted);
	json_out_key_bool(r->out, "encrypted", l->encrypted);
	handshake(r, c, (int16_t)(l - c->legs));
	if (l->tunnelled)
		json_out_key_bool(r->out, "tunnelled", true);
	json_out_key_number(r->out, "messages", l->messages);
	json_out_key_when(r->out, "first", l->first_ns);
	json_out_key_when(r->out, "last", l->last_ns);
	json_out_key_number(r->out, "frame", l->first.frame);
	json_out_close(r->out, '}');
}

static void legs(struct record *r, const struct call *c)
{
	json_out_key_open(r->out, "legs", '[');
	for (size_t i = 0; i < c->leg_count; i++)
		leg(r, c, &c->legs[i]);
	json_out_close(r->out, ']');
}

static void ssrcs(struct record *r, const struct segment *s)
{
	json_out_key_open(r->out, "ssrc", '[');
	for (size_t i = 0; i < s->ssrc_count && i < sizeof s->ssrcs / sizeof *s->ssrcs; i++) {
		text_add(r->out, i ? ",\"0x" : "\"0x");
		text_add_hex(r->out, s->ssrcs[i], 8);
		text_add(r->out, "\"");
	}
	json_out_close(r->out, ']');
}

static void segment(struct record *r, const struct segment *s)
{
	bool pointed = s->point < r->point_count && r->points[s->point];

	json_out_open(r->out, '{');
	record_key_endpoint(r, "a", &s->a);
	record_key_endpoint(r, "b", &s->b);
	ssrcs(r, s);
	json_out_key_number(r->out, "packets", s->packets);
	json_out_key_number(r->out, "bytes", s->bytes);
	json_out_key_number(r->out, "verified_packets", s->verified);
	json_out_key_number(r->out, "clear_packets", s->clear);
	json_out_key_text(r->out, "protection", call_protection_text(s->protection));
	record_key_inputs(r, "inputs", s->inputs);
	json_out_key_text(r->out, "point", pointed ? r->points[s->point] : NULL);
	json_out_key_text(r->out, "codec", s->codec);
	json_out_key_number(r->out, "tested_packets", s->tested);
	json_out_key_number(r->out, "lost_packets", s->lost);
	json_out_key_fixed(r->out, "clear_s", when_seconds(s->clear_ns), 3);
	json_out_key_text(r->out, "test", s->test);
	json_out_key_when(r->out, "first", s->first_ns);
	json_out_key_when(r->out, "last", s->last_ns);
	json_out_key_number(r->out, "frame", s->first.frame);
	json_out_close(r->out, '}');
}

static void media(struct record *r, const struct call *c)
{
	json_out_key_open(r->out, "media", '[');
	for (size_t i = 0; i < c->media_count; i++) {
		const struct media *m = &c->media[i];
		json_out_open(r->out, '{');
		json_out_key_text(r->out, "kind", observation_media_text(m->kind));
		json_out_key_text(r->out, "profile", observation_profile_text(m->profile));
		json_out_key_text(r->out, "keying", call_keying_text(m->keying));
		json_out_key_text(r->out, "codec", m->codec);
		json_out_key_bool(r->out, "answered", m->answered);
		json_out_key_bool(r->out, "rejected", m->rejected);
		json_out_key_bool(r->out, "ignored", m->ignored);
		record_key_endpoint(r, "offerer", &m->offerer);
		record_key_endpoint(r, "answerer", &m->answerer);
		json_out_key_open(r->out, "segments", '[');
		for (size_t k = 0; k < m->segment_count; k++)
			segment(r, &m->segments[k]);
		json_out_close(r->out, ']');
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, ']');
}

static void station(struct record *r, const struct station *s)
{
	struct endpoint at = { s->at, 0 };

	json_out_open(r->out, '{');
	record_key_endpoint(r, "at", &at);
	record_key_name(r, &s->at);
	json_out_key_text(r->out, "role", call_role_text(s->role));
	json_out_key_text(r->out, "role_from", call_role_from_text(s->role_from));
	json_out_key_bool(r->out, "ends_tls", s->ends_tls);
	json_out_key_bool(r->out, "anchors_media", s->anchors_media);
	json_out_close(r->out, '}');
}

static void stretch(struct record *r, const struct stretch *s)
{
	json_out_open(r->out, '{');
	json_out_key_number(r->out, "a", s->a);
	json_out_key_number(r->out, "b", s->b);
	json_out_key_text(r->out, "signaling", call_carriage_text(s->signaling));
	json_out_key_text(r->out, "media", s->media ? call_protection_text(s->protection) : NULL);
	json_out_close(r->out, '}');
}

static void path(struct record *r, const struct call *c)
{
	if (!c->station_count)
		return;
	json_out_key_open(r->out, "path", '{');
	json_out_key_open(r->out, "hosts", '[');
	for (size_t i = 0; i < c->station_count; i++)
		station(r, &c->stations[i]);
	json_out_close(r->out, ']');
	json_out_key_open(r->out, "between", '[');
	for (size_t i = 0; i < c->stretch_count; i++)
		stretch(r, &c->stretches[i]);
	json_out_close(r->out, ']');
	json_out_key_bool(r->out, "more", c->more_stations);
	json_out_close(r->out, '}');
}

/* For whoever remembers what a host showed before. */
static void shown(struct record *r, const struct call *c)
{
	static const char *const kinds[] = { "tls", "dtls", "zid" };

	if (!c->credential_count)
		return;
	json_out_key_open(r->out, "shown", '[');
	for (size_t i = 0; i < c->credential_count; i++) {
		const struct credential *s = &c->credentials[i];
		json_out_open(r->out, '{');
		json_out_key_text(r->out, "kind", kinds[s->kind]);
		record_key_endpoint(r, "who", &s->who);
		text_clear(&r->scratch);
		for (size_t k = 0; k < s->length; k++)
			text_add_hex(&r->scratch, s->digest[k], 2);
		json_out_key(r->out, "digest");
		json_out_slice(r->out, scratch(r));
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, ']');
}

void record_write(struct record *r, const struct call *c, const struct judgement *j)
{
	redact_call(r->hide, c);
	json_out_open(r->out, '{');
	head(r, c);
	ends(r, c);
	if (r->inventory)
		scopes(r, c);
	epochs(r, c);
	legs(r, c);
	media(r, c);
	path(r, c);
	shown(r, c);
	record_verdict_write(r, c, j);
	record_ladder_write(r, c);
	json_out_close(r->out, '}');
}
