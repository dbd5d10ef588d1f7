/* fuzz_track.c - random sequences of observations through the door of the track room. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/cursor.h"
#include "analyzer/base/when.h"
#include "analyzer/track/track.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 400 };

struct play {
	struct cursor c;
	struct track *track;
	uint64_t now_ns, frame;
};

/* Few hosts, ports and names, so that things meet. */
static struct endpoint some_end(struct play *p)
{
	uint8_t x = cursor_u8(&p->c), four[4] = { 10, 0, 0, (uint8_t)(1 + (x & 3)) };

	return (struct endpoint){ (x & 0x0c) == 0x0c ? (struct addr){ { 0 } } : addr_v4(four),
				  (uint16_t)(4000 + (x >> 4)) };
}

static struct slice some_name(struct play *p)
{
	static const char *const names[] = { "",	 "a",	     "b",	 "c",
					     "z9hG4bK1", "z9hG4bK2", "z9hG4bK3", "d" };

	return slice_of(names[cursor_u8(&p->c) & 7]);
}

static void some_line(struct play *p, struct line_seen *m, const struct crypto_seen *key,
		      const struct codec_seen *codec, const struct fingerprint_seen *print)
{
	uint8_t flags = cursor_u8(&p->c);

	m->kind = (enum media_kind)(cursor_u8(&p->c) % 6);
	m->profile = (enum media_profile)(cursor_u8(&p->c) % 14);
	m->direction = (enum sdp_direction)(flags & 3);
	m->at = some_end(p);
	m->rtcp = some_end(p);
	if (flags & 4)
		m->at.port = 0;
	m->cryptos = key;
	m->crypto_count = flags >> 3 & 1;
	m->codecs = codec;
	m->codec_count = flags >> 4 & 1;
	m->fingerprints = print;
	m->fingerprint_count = flags >> 5 & 1;
	m->key_mgmt = flags & 64;
	m->bundle_only = flags & 128;
	m->ufrag = some_name(p);
}

static void some_sip(struct play *p, struct observation *o)
{
	struct sip_seen *m = &o->as.sip;
	struct crypto_seen key = { .suite = SLICE("AES_CM_128_HMAC_SHA1_80"), .key_octets = 30 };
	struct codec_seen codec = { .name = SLICE("PCMU") };
	struct fingerprint_seen print = { SLICE("sha-256"), some_name(p) };
	struct line_seen lines[3] = { 0 };
	struct sdp_seen sdp = { .lines = lines, .line_count = cursor_u8(&p->c) & 3 };
	struct via_seen vias[2] = { { .addr = o->flow.src }, { .addr = some_end(p).addr } };
	struct route_seen route = { .kind = (enum route_kind)(cursor_u8(&p->c) & 3),
				    .addr = vias[1].addr };
	uint8_t flags = cursor_u8(&p->c);

	for (unsigned i = 0; i < sdp.line_count; i++)
		some_line(p, &lines[i], &key, &codec, &print);
	sdp.body_hash = cursor_u8(&p->c);
	m->request = flags & 1;
	m->status = (uint16_t)(100 + cursor_u8(&p->c) * 2);
	m->verb = (enum sip_verb)(cursor_u8(&p->c) % 15);
	m->method = m->cseq_method = slice_of(observation_verb_text(m->verb));
	m->carrier = (enum sip_transport)(cursor_u8(&p->c) % 9);
	vias[0].transport = (enum sip_transport)(cursor_u8(&p->c) % 9);
	m->call_id = some_name(p);
	m->branch = some_name(p);
	m->cseq = cursor_u8(&p->c) & 7;
	m->from.tag = some_name(p);
	m->to.tag = some_name(p);
	m->from.user = some_name(p);
	m->from.present = true;
	m->contact.isfocus = flags & 2;
	m->vias = vias;
	m->via_count = flags >> 2 & 1 ? 2 : 1;
	vias[1].hidden = flags & 8;
	m->routes = &route;
	m->route_count = flags >> 4 & 1;
	m->sdp = flags & 32 ? &sdp : NULL;
	m->tolerated = flags & 64;
	m->truncated = flags & 128;
	m->message_hash = cursor_u8(&p->c);
	track_observe(p->track, o);
}

static void some_media(struct play *p, struct observation *o)
{
	struct window_seen w[4] = { 0 };
	struct print_seen print = { .choice = cursor_u8(&p->c) };
	struct media_seen *m = &o->as.media;

	m->windows = w;
	m->window_count = cursor_u8(&p->c) & 3;
	m->prints = &print;
	m->print_count = 1;
	m->ssrc = cursor_u8(&p->c) & 31;
	for (unsigned i = 0; i < m->window_count; i++) {
		w[i].first_ns = o->first_ns + i * WHEN_SECOND;
		w[i].last_ns = w[i].first_ns + cursor_u8(&p->c) * WHEN_MS * 100;
		w[i].packets = cursor_u8(&p->c);
		w[i].lost = cursor_u8(&p->c);
		w[i].halves = cursor_u8(&p->c) & 3;
		w[i].fired_halves = w[i].halves & cursor_u8(&p->c);
		w[i].fired = cursor_u8(&p->c) & 31;
		w[i].reasons = cursor_u8(&p->c);
		w[i].pt = cursor_u8(&p->c) & 127;
		m->packets += w[i].packets;
	}
	if (!m->window_count)
		m->packets = cursor_u8(&p->c);
	track_observe(p->track, o);
}

static void some_other(struct play *p, struct observation *o)
{
	uint8_t x = cursor_u8(&p->c);

	switch (o->kind) {
	case OBSERVATION_FLOW:
		o->as.flow.speaks = (enum flow_speaks)(x % 9);
		o->as.flow.parsed = o->as.flow.packets = x;
		o->as.flow.hint = x & 1 ? "a name much longer than the room kept for it" : NULL;
		break;
	case OBSERVATION_ZRTP:
		o->as.zrtp.completed = x & 1;
		o->as.zrtp.done = o->evidence;
		o->as.zrtp.done.ts_ns += x * WHEN_MS * 10;
		break;
	case OBSERVATION_STUN:
		o->as.stun.ufrag_dst = some_name(p);
		o->as.stun.ufrag_src = some_name(p);
		o->as.stun.turn = x & 1;
		o->as.stun.relayed = some_end(p);
		break;
	case OBSERVATION_TLS:
		o->as.tls.sip_port = x & 1;
		o->as.tls.alpn = x & 2 ? SLICE("sip") : SLICE("h2");
		break;
	case OBSERVATION_LOSS:
		o->as.loss.kind = (enum loss_kind)(x % 6);
		o->as.loss.count = x;
		break;
	default:
		break;
	}
	track_observe(p->track, o);
}

static void step(struct play *p)
{
	uint8_t what = cursor_u8(&p->c), pause = cursor_u8(&p->c);
	struct observation o = { .kind = (enum observation_kind)(what % 9), .point = what >> 6 };
	struct endpoint src = some_end(p), dst = some_end(p);

	p->now_ns += (uint64_t)pause * pause * WHEN_MS;
	o.input = what >> 6;
	o.flow = addr_flow_key(src, dst, o.kind == OBSERVATION_TLS ? 6 : 17);
	o.first_ns = what & 32 && p->now_ns > WHEN_SECOND ? p->now_ns - WHEN_SECOND : p->now_ns;
	o.last_ns = p->now_ns;
	o.evidence = (struct evidence){ ++p->frame, o.first_ns, o.input };
	if (o.kind == OBSERVATION_SIP)
		some_sip(p, &o);
	else if (o.kind == OBSERVATION_MEDIA)
		some_media(p, &o);
	else
		some_other(p, &o);
	if (pause & 1)
		track_tick(p->track, p->now_ns);
}

/* Everything a fact or claim points at must be there. */
static void check(void *ctx, const struct call *c)
{
	(void)ctx;
	if (!c->id || c->start_ns > c->end_ns)
		abort();
	for (unsigned i = 0; i < c->fact_count; i++) {
		const struct fact *f = &c->facts[i];
		if (f->leg >= c->leg_count || f->media >= c->media_count ||
		    f->epoch >= c->epoch_count ||
		    (f->segment >= 0 && f->segment >= c->media[f->media].segment_count))
			abort();
	}
	for (unsigned i = 0; i < c->media_count; i++)
		for (unsigned k = 0; k < c->media[i].segment_count; k++)
			if (c->media[i].segments[k].epoch >= c->epoch_count)
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play p = { .c = cursor_over((struct slice){ data, size }),
			  .now_ns = 1000 * WHEN_SECOND };
	struct track_options options = track_defaults();
	const struct unexplained *u;

	options.calls = 6;
	options.call_budget = size & 1 ? 16384 : 1024 * 1024;
	p.track = track_new(check, NULL, options);
	for (unsigned i = 0; i < STEPS && p.c.left.n && !p.c.short_read; i++)
		step(&p);
	if (size & 2)
		track_end(p.track, p.now_ns);
	track_unexplained(p.track, &u);
	track_free(p.track);
	return 0;
}
