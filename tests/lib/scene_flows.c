/* scene_flows.c - what runs beside signaling: media, handshakes, connections. */
#include "analyzer/base/when.h"
#include "tests/lib/printing.h"
#include "tests/lib/scene.h"

/* ---- media -------------------------------------------------------------------------------- */

static struct window_seen window_of(const struct scene_media *m, double from, double to)
{
	uint32_t packets = (uint32_t)((to - from) * (m->rate ? m->rate : 50) + 0.5);
	uint8_t halves = packets >= 40 ? 2 : packets >= 20 ? 1 : 0;

	return (struct window_seen){ .first_ns = scene_ns(from),
				     .last_ns = scene_ns(to),
				     .first_frame = (uint64_t)(from * 100) + 1,
				     .last_frame = (uint64_t)(to * 100) + 1,
				     .packets = packets,
				     .bytes = packets * 160ULL,
				     .reasons = WINDOW_TIMER,
				     .pt = m->pt,
				     .halves = halves,
				     .tested = (uint16_t)(halves * 20),
				     .fired_halves = m->clear ? halves : 0,
				     .fired = m->clear && halves ? LOOK_CHI : 0 };
}

/* Packets are numbered by their time, so that two places that hold one give it one number. */
static void add_prints(struct scene *s, const struct scene_media *m, struct media_seen *seen,
		       struct print_seen *out)
{
	const struct scene_prints *q = &s->prints;
	struct printing p = { .cipher = q->cipher + 1000 * m->ssrc,
			      .first = (uint32_t)((m->from - q->zero) * PRINTING_RATE + 0.5),
			      .count = (uint32_t)((m->to - m->from) * PRINTING_RATE + 0.5),
			      .zero_ns = scene_ns(q->zero),
			      .seq = q->seq,
			      .lost = q->lost,
			      .lost_seed = q->lost_seed + m->ssrc };

	if (!q->cipher)
		return;
	seen->prints = out;
	seen->print_count = printing_list(&p, out);
	struct window_seen *w = (struct window_seen *)(uintptr_t)seen->windows;
	w->lost = printing_lost(&p);
	w->packets -= w->lost < w->packets ? w->lost : w->packets;
}

static void pass_router(const struct scene *s, struct window_seen *w)
{
	w->routed = w->packets * s->routed / 100;
	w->routed_frame = w->routed ? w->first_frame + 1 : 0;
	w->routed_ns = w->routed ? w->first_ns : 0;
}

void scene_talk(struct scene *s, struct scene_media m)
{
	struct observation o = scene_between(s, OBSERVATION_MEDIA, m.src, m.dst, m.from, m.to);
	struct window_seen w[MEDIA_WINDOWS];
	struct print_seen prints[MEDIA_PRINTS];
	struct media_seen *seen = &o.as.media;
	double step = m.window > 0 ? m.window : 10;

	seen->ssrc = m.ssrc;
	seen->in_turn = s->turn;
	seen->windows = w;
	for (double at = m.from; at < m.to && seen->window_count < MEDIA_WINDOWS; at += step) {
		w[seen->window_count] = window_of(&m, at, at + step < m.to ? at + step : m.to);
		pass_router(s, &w[seen->window_count]);
		seen->packets += w[seen->window_count++].packets;
	}
	add_prints(s, &m, seen, prints);
	track_observe(s->track, &o);
}

void scene_speech(struct scene *s, const char *a, const char *b, double from, double to,
		  uint32_t ssrc)
{
	scene_talk(s, (struct scene_media){ from, to, a, b, ssrc, 0, false, 0, 0 });
	scene_talk(s, (struct scene_media){ from, to, b, a, ssrc + 1, 0, false, 0, 0 });
}

void scene_events(struct scene *s, double from, uint16_t events, uint16_t digits)
{
	const struct scene_media m = { .from = from,
				       .to = from + 10,
				       .src = "10.0.0.1:4000",
				       .dst = "10.0.0.2:5000",
				       .ssrc = 1,
				       .clear = true };
	struct observation o = scene_between(s, OBSERVATION_MEDIA, m.src, m.dst, m.from, m.to);
	struct window_seen w = window_of(&m, m.from, m.to);

	w.event_packets = w.event_ok = events;
	w.event_digits = digits;
	o.as.media = (struct media_seen){
		.ssrc = m.ssrc, .windows = &w, .window_count = 1, .packets = w.packets
	};
	track_observe(s->track, &o);
}

void scene_voices(struct scene *s, double from, double to, bool clear)
{
	scene_talk(s, (struct scene_media){ from, to, "10.0.0.1:4000", "10.0.0.2:5000", 1, 0, clear,
					    0, 0 });
	scene_talk(s, (struct scene_media){ from, to, "10.0.0.2:5000", "10.0.0.1:4000", 2, 0, clear,
					    0, 0 });
}

void scene_zrtp(struct scene *s, const char *src, const char *dst, double hello, double done)
{
	struct observation o =
		scene_between(s, OBSERVATION_ZRTP, src, dst, hello, done > hello ? done : hello);

	o.as.zrtp = (struct zrtp_seen){ .count = 8,
					.completed = done > hello,
					.first_hello = { 900, scene_ns(hello), s->point } };
	if (done > hello)
		o.as.zrtp.done = (struct evidence){ 901, scene_ns(done), s->point };
	track_observe(s->track, &o);
}

static struct handshake_seen handshake(uint8_t name)
{
	return (struct handshake_seen){ .client_hello = true,
					.server_hello = true,
					.client_done = true,
					.server_done = true,
					.has_randoms = true,
					.has_shares = true,
					.forward_secret = true,
					.randoms = { name, 1 },
					.shares = { name, 2 } };
}

void scene_dtls_profile(struct scene *s, const char *src, const char *dst, double at, uint8_t name,
			uint16_t profile)
{
	struct observation o = scene_between(s, OBSERVATION_DTLS, src, dst, at, at + 0.1);

	o.as.dtls =
		(struct dtls_seen){ .records = 8, .client_is_src = true, .shake = handshake(name) };
	o.as.dtls.shake.version = 0xfefd;
	o.as.dtls.shake.done_at = (struct evidence){ ++s->frames, o.last_ns, s->point };
	o.as.dtls.shake.has_profile = true;
	o.as.dtls.shake.profile = profile;
	track_observe(s->track, &o);
}

void scene_dtls(struct scene *s, const char *src, const char *dst, double at, uint8_t name)
{
	scene_dtls_profile(s, src, dst, at, name, 7);
}

void scene_stun(struct scene *s, const char *src, const char *dst, double at, const char *ufrag)
{
	struct observation o = scene_between(s, OBSERVATION_STUN, src, dst, at, at);

	o.as.stun = (struct stun_seen){ .ufrag_dst = slice_of(ufrag), .messages = 2 };
	track_observe(s->track, &o);
}

void scene_tls_named(struct scene *s, const char *src, const char *dst, double from, double to,
		     uint8_t name)
{
	struct observation o = scene_between(s, OBSERVATION_TLS, src, dst, from, to);

	o.flow.proto = 6;
	o.as.tls = (struct tls_seen){ .shake = handshake(name),
				      .sip_port = true,
				      .routed = s->routed };
	o.as.tls.shake.version = 0x0304;
	track_observe(s->track, &o);
}

void scene_tls(struct scene *s, const char *src, const char *dst, double from, double to)
{
	struct observation o = scene_between(s, OBSERVATION_TLS, src, dst, from, to);

	o.flow.proto = 6;
	o.as.tls = (struct tls_seen){
		.shake = { .client_hello = true, .server_hello = true, .version = 0x0303 },
		.sip_port = o.flow.dport == 5061 || o.flow.sport == 5061
	};
	track_observe(s->track, &o);
}

void scene_flow(struct scene *s, const char *src, const char *dst, double at,
		enum flow_speaks speaks)
{
	struct observation o = scene_between(s, OBSERVATION_FLOW, src, dst, at, at + 1);

	o.as.flow = (struct flow_seen){ .speaks = speaks,
					.packets = 10,
					.parsed = 10,
					.first = o.evidence,
					.last = o.evidence };
	track_observe(s->track, &o);
}

void scene_connection(struct scene *s, const char *src, const char *dst, double from,
		      const struct tls_seen *seen)
{
	struct observation o = scene_between(s, OBSERVATION_TLS, src, dst, from, from + 1);

	o.flow.proto = 6;
	o.as.tls = *seen;
	o.as.tls.sip_port = o.flow.dport == 5061 || o.flow.sport == 5061;
	track_observe(s->track, &o);
}
