/* scene.c - observations made by hand, and the calls that come of them. */
#include "tests/lib/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"

static const uint64_t START = 1700000000 * WHEN_SECOND;

/* ---- keeping what was given ------------------------------------------------------ */

static void *keep(struct scene *s, const void *p, size_t n)
{
	void *to = n ? arena_take(s->arena, n) : NULL;

	if (to)
		memcpy(to, p, n);
	return to;
}

static const char *keep_text(struct scene *s, const char *t)
{
	return t ? arena_text(s->arena, slice_of(t)) : NULL;
}

static void keep_media(struct scene *s, struct call *c)
{
	c->media = keep(s, c->media, c->media_count * sizeof *c->media);
	for (unsigned i = 0; i < c->media_count; i++) {
		struct media *m = &c->media[i];
		m->codec = keep_text(s, m->codec);
		m->proto = (struct slice){ NULL, 0 };
		m->segments = keep(s, m->segments, m->segment_count * sizeof *m->segments);
		for (unsigned k = 0; k < m->segment_count; k++) {
			m->segments[k].codec = keep_text(s, m->segments[k].codec);
			m->segments[k].windows = NULL;
			m->segments[k].prints = NULL;
		}
	}
}

static void given(void *ctx, const struct call *call)
{
	struct scene *s = ctx;

	if (s->row_count == SCENE_ROWS)
		return;
	struct call *c = &s->rows[s->row_count++];
	*c = *call;
	c->arena = NULL;
	c->id = keep_text(s, c->id);
	c->what = keep_text(s, c->what);
	c->epochs = keep(s, c->epochs, c->epoch_count * sizeof *c->epochs);
	c->legs = keep(s, c->legs, c->leg_count * sizeof *c->legs);
	for (unsigned i = 0; i < c->leg_count; i++)
		c->legs[i].call_id = arena_slice(s->arena, c->legs[i].call_id);
	keep_media(s, c);
	c->elements = keep(s, c->elements, c->element_count * sizeof *c->elements);
	for (unsigned i = 0; i < c->element_count; i++) {
		c->elements[i].name = keep_text(s, c->elements[i].name);
		c->elements[i].why = keep_text(s, c->elements[i].why);
	}
	c->stations = keep(s, c->stations, c->station_count * sizeof *c->stations);
	c->stretches = keep(s, c->stretches, c->stretch_count * sizeof *c->stretches);
	c->steps = keep(s, c->steps, c->step_count * sizeof *c->steps);
	c->credentials = keep(s, c->credentials, c->credential_count * sizeof *c->credentials);
	c->facts = keep(s, c->facts, c->fact_count * sizeof *c->facts);
	for (unsigned i = 0; i < c->fact_count; i++)
		c->facts[i].text = keep_text(s, c->facts[i].text);
	c->from_user = arena_slice(s->arena, c->from_user);
	c->call_id = arena_slice(s->arena, c->call_id);
}

struct scene *scene_with(struct track_options options)
{
	struct scene *s = mem_zero(1, sizeof *s);

	s->arena = arena_new(256 * 1024 * 1024);
	s->track = track_new(given, s, options);
	return s;
}

struct scene *scene_new(void)
{
	return scene_with(track_defaults());
}

void scene_free(struct scene *s)
{
	track_free(s->track);
	arena_free(s->arena);
	free(s);
}

/* ---- pieces -------------------------------------------------------------------------- */

struct endpoint scene_endpoint(const char *text)
{
	struct slice whole = slice_of(text);
	size_t colon = whole.n;
	struct endpoint e = { 0 };
	uint64_t port = 0;

	while (colon && whole.p[colon - 1] != ':')
		colon--;
	addr_parse(slice_upto(whole, colon - 1), &e.addr);
	slice_number(slice_from(whole, colon), 65535, &port);
	e.port = (uint16_t)port;
	return e;
}

uint64_t scene_ns(double at)
{
	return START + (uint64_t)(int64_t)(at * 1e9); /* some are before it */
}

struct sdp_seen *scene_sdp(struct scene *s, const char *at, enum media_profile profile)
{
	struct sdp_seen *sdp = arena_take(s->arena, sizeof *sdp);

	sdp->body_hash = ++s->bodies;
	sdp->lines = arena_take(s->arena, 4 * sizeof *sdp->lines);
	scene_add_line(s, sdp, at, MEDIA_AUDIO, profile);
	return sdp;
}

struct line_seen *scene_line(struct sdp_seen *sdp, unsigned i)
{
	return (struct line_seen *)(uintptr_t)&sdp->lines[i];
}

struct line_seen *scene_add_line(struct scene *s, struct sdp_seen *sdp, const char *at,
				 enum media_kind kind, enum media_profile profile)
{
	struct line_seen *m = scene_line(sdp, sdp->line_count++);
	struct codec_seen *c = arena_take(s->arena, sizeof *c);

	*c = (struct codec_seen){ .name = SLICE("PCMU"), .rate = 8000 };
	m->kind = kind;
	m->mikey = MIKEY_NONE;
	m->profile = profile;
	m->at = scene_endpoint(at);
	m->rtcp = m->at;
	m->rtcp.port++;
	m->codecs = c;
	m->codec_count = kind == MEDIA_AUDIO;
	return m;
}

void scene_crypto(struct scene *s, struct line_seen *m)
{
	struct crypto_seen *c = arena_take(s->arena, sizeof *c);

	*c = (struct crypto_seen){ .tag = 1,
				   .suite = SLICE("AES_CM_128_HMAC_SHA1_80"),
				   .key_names = { 77 + s->keys++ },
				   .tag_bits = 80,
				   .key_octets = 30,
				   .keys = 1,
				   .valid = true };
	m->cryptos = c;
	m->crypto_count = 1;
}

void scene_key(struct scene *s, struct line_seen *m, uint64_t name)
{
	s->keys--;
	scene_crypto(s, m);
	((struct crypto_seen *)(uintptr_t)m->cryptos)->key_names[0] = name;
}

void scene_hello_hash(struct scene *s, struct line_seen *m)
{
	struct zrtp_hash_seen *z = arena_take(s->arena, sizeof *z);

	*z = (struct zrtp_hash_seen){ SLICE("1.10"), SLICE("fe30") };
	m->zrtp_hashes = z;
	m->zrtp_hash_count = 1;
}

void scene_fingerprint(struct scene *s, struct line_seen *m)
{
	struct fingerprint_seen *f = arena_take(s->arena, sizeof *f);

	*f = (struct fingerprint_seen){ SLICE("sha-256"), SLICE("AA:BB") };
	m->fingerprints = f;
	m->fingerprint_count = 1;
}

struct observation scene_between(struct scene *s, enum observation_kind kind, const char *src,
				 const char *dst, double from, double to)
{
	struct observation o = { .kind = kind, .point = s->point, .input = s->point };

	o.flow = addr_flow_key(scene_endpoint(src), scene_endpoint(dst), 17);
	o.first_ns = scene_ns(from);
	o.last_ns = scene_ns(to);
	o.evidence = (struct evidence){ ++s->frames, o.first_ns, s->point };
	return o;
}

/* ---- SIP ------------------------------------------------------------------------------- */

static enum sip_verb verb_of(const char *method)
{
	for (int v = SIP_VERB_INVITE; v <= SIP_VERB_PUBLISH; v++)
		if (!strcmp(observation_verb_text((enum sip_verb)v), method))
			return (enum sip_verb)v;
	return SIP_VERB_OTHER;
}

static const char *or_else(const char *text, const char *other)
{
	return text ? text : other;
}

static uint16_t fill_vias(struct via_seen *v, const struct scene_sip *m, struct slice branch)
{
	uint16_t n = 0;

	for (; n < 4 && m->vias[n]; n++)
		v[n].host = slice_of(m->vias[n]);
	if (!n)
		v[n++].host = slice_of(m->status ? m->dst : m->src);
	for (unsigned i = 0; i < n; i++) {
		struct slice host = slice_upto(v[i].host, slice_find(v[i].host, ':'));
		addr_parse(host, &v[i].addr);
		v[i].transport = m->via;
		v[i].hidden = addr_is_loopback(&v[i].addr);
		v[i].branch = branch;
	}
	return n;
}

static struct party_seen party(const char *user, const char *tag)
{
	return (struct party_seen){ .present = true,
				    .user = slice_of(user),
				    .host = SLICE("example.com"),
				    .tag = slice_of(tag) };
}

void scene_say(struct scene *s, struct scene_sip m)
{
	struct observation o = scene_between(s, OBSERVATION_SIP, m.src, m.dst, m.at, m.at);
	struct sip_seen *p = &o.as.sip;
	struct via_seen vias[4] = { 0 };
	char branch[64];

	m.carrier = m.carrier ? m.carrier : SIP_TRANSPORT_UDP;
	m.via = m.via ? m.via : m.carrier;
	snprintf(branch, sizeof branch, "z9hG4bK-%s-%u-%s", m.method, m.cseq,
		 or_else(m.call_id, ""));
	*p = (struct sip_seen){ .request = !m.status,
				.status = (uint16_t)m.status,
				.verb = verb_of(m.method),
				.method = slice_of(m.method),
				.cseq_method = slice_of(m.method),
				.carrier = m.carrier,
				.opened = m.opened,
				.tcp_handshake = m.handshake,
				.call_id = slice_of(or_else(m.call_id, "one@example.com")),
				.branch = slice_of(or_else(m.branch, branch)),
				.cseq = m.cseq ? m.cseq : 1,
				.from = party(or_else(m.from_user, "alice"),
					      or_else(m.from_tag, "a")),
				.to = party(or_else(m.to_user, "bob"), m.to_tag),
				.sdp = m.sdp,
				.routes = m.routes,
				.route_count = m.route_count,
				.auths = m.auths,
				.auth_count = m.auth_count,
				.session_id = slice_of(or_else(m.session_id, "")),
				.expires = UINT32_MAX,
				.body = m.sdp ? BODY_SDP : m.body,
				.body_bytes = m.body_bytes,
				.message_hash = m.hash ? m.hash : s->frames + 1000 };
	p->contact.present = m.contact;
	p->via_count = fill_vias(vias, &m, p->branch);
	p->vias = vias;
	if (m.also)
		m.also(p);
	track_observe(s->track, &o);
}

void scene_call(struct scene *s, const struct sdp_seen *offer, const struct sdp_seen *answer)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(s, (struct scene_sip){
			     .at = 0, .src = a, .dst = b, .method = "INVITE", .sdp = offer });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = b,
					 .dst = a,
					 .method = "INVITE",
					 .status = 200,
					 .to_tag = "b",
					 .sdp = answer });
	scene_say(s, (struct scene_sip){
			     .at = 1.1, .src = a, .dst = b, .method = "ACK", .to_tag = "b" });
}

void scene_dialog(struct scene *s, struct scene_leg g)
{
	struct scene_sip m = { .at = g.at,
			       .src = g.src,
			       .dst = g.dst,
			       .method = "INVITE",
			       .call_id = g.call_id,
			       .from_user = g.from_user,
			       .to_user = g.to_user,
			       .carrier = g.carrier,
			       .session_id = g.session_id,
			       .sdp = g.offer };
	struct scene_sip ok = m;

	scene_say(s, m);
	ok.at = g.at + 1;
	ok.src = g.dst;
	ok.dst = g.src;
	ok.status = 200;
	ok.to_tag = "b";
	ok.sdp = g.answer;
	scene_say(s, ok);
	m.at = g.at + 1.1;
	m.method = "ACK";
	m.sdp = NULL;
	m.to_tag = "b";
	scene_say(s, m);
	m.at = g.bye;
	m.method = "BYE";
	m.cseq = 2;
	if (g.bye > 0)
		scene_say(s, m);
}

void scene_bye(struct scene *s, double at)
{
	const char *a = "10.0.0.1:5060", *b = "10.0.0.2:5060";

	scene_say(
		s,
		(struct scene_sip){
			.at = at, .src = a, .dst = b, .method = "BYE", .cseq = 2, .to_tag = "b" });
	scene_say(s, (struct scene_sip){ .at = at + 0.1,
					 .src = b,
					 .dst = a,
					 .method = "BYE",
					 .cseq = 2,
					 .status = 200,
					 .to_tag = "b" });
}

/* ---- the outcome ---------------------------------------------------------------------------- */

void scene_end(struct scene *s, double at)
{
	track_end(s->track, scene_ns(at));
}

const struct call *scene_row(const struct scene *s, enum call_kind kind, unsigned nth)
{
	for (unsigned i = 0; i < s->row_count; i++)
		if (s->rows[i].kind == kind && !nth--)
			return &s->rows[i];
	return NULL;
}

unsigned scene_count(const struct call *c, enum fact_kind kind)
{
	unsigned n = 0;

	for (const struct fact *f = call_fact(c, kind, NULL); f; f = call_fact(c, kind, f))
		n++;
	return n;
}

bool scene_has(const struct call *c, enum fact_kind kind)
{
	return scene_count(c, kind) > 0;
}
