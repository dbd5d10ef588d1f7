/* fuzz_observe.c - payloads decoded from bytes, given to the whole observe room. */
#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/observe/observe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4, UDP = 17, TCP = 6 };

/* Every array and slice an observation lends is read, so that a sanitizer sees it. */
static volatile uint64_t sink;

static void read_slice(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		sink += s.p[i];
}

static void read_sip(const struct sip_seen *s)
{
	read_slice(s->call_id);
	read_slice(s->ruri);
	read_slice(s->replaces);
	read_slice(s->from.user);
	for (uint16_t i = 0; i < s->via_count; i++)
		read_slice(s->vias[i].host);
	for (uint16_t i = 0; s->sdp && i < s->sdp->line_count; i++) {
		const struct line_seen *l = &s->sdp->lines[i];
		read_slice(l->proto);
		read_slice(l->ufrag);
		for (uint16_t c = 0; c < l->crypto_count; c++)
			read_slice(l->cryptos[c].suite);
		for (uint16_t c = 0; c < l->codec_count; c++)
			read_slice(l->codecs[c].name);
	}
}

static void tell(void *ctx, const struct observation *o)
{
	(void)ctx;
	if (o->kind == OBSERVATION_SIP)
		read_sip(&o->as.sip);
	if (o->kind == OBSERVATION_MEDIA) {
		for (uint16_t i = 0; i < o->as.media.window_count; i++)
			sink += o->as.media.windows[i].packets;
		for (uint16_t i = 0; i < o->as.media.print_count; i++)
			sink += o->as.media.prints[i].payload;
	}
	if (o->kind == OBSERVATION_STUN)
		read_slice(o->as.stun.ufrag_dst);
	if (o->kind == OBSERVATION_TLS)
		read_slice(o->as.tls.sni);
}

static struct endpoint at(uint8_t n)
{
	const uint8_t v4[4] = { 192, 0, 2, (uint8_t)(n & 3) };

	return (struct endpoint){ addr_v4(v4), (uint16_t)(4000 + (n & 3)) };
}

/* flags: way, endpoints, stream, gap, closed, cut; then a step of time; then two octets of length.
 */
static size_t give(struct observe *o, const uint8_t *data, size_t size, struct frame *f)
{
	size_t n = (size_t)data[2] << 8 | data[3];
	bool tcp = data[0] & 0x10;
	struct payload p = {
		.flow = addr_flow_key(at(data[0]), at((uint8_t)(data[0] >> 2 ^ 1)),
				      tcp ? TCP : UDP),
		.frame = f,
		.stream = tcp,
		.gap_before = tcp && (data[0] & 0x20),
		.closed = tcp && (data[0] & 0x40),
		.cut = !tcp && (data[0] & 0x80),
	};

	n = n > size - HEAD ? size - HEAD : n;
	p.bytes = (struct slice){ data + HEAD, n };
	p.wire_len = (uint32_t)n + (p.cut ? data[1] : 0);
	f->number++;
	f->ts_ns += (uint64_t)data[1] * data[1] * WHEN_MS;
	observe_tick(o, f->ts_ns);
	observe_payload(o, &p);
	if (data[1] & 1) {
		struct wire_sighting s = {
			.flow = p.flow, .frame = f, .bytes = p.bytes, .cut = p.cut
		};
		observe_sighting(o, &s);
	}
	return HEAD + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame f = { .ts_ns = 1000 * WHEN_SECOND };
	struct observe *o =
		observe_new(tell, NULL,
			    (struct observe_limits){
				    .flows = 6, .lookers = 2, .announced = 4, .no_hints = true });

	while (size > HEAD) {
		size_t used = give(o, data, size, &f);
		data += used;
		size -= used;
	}
	observe_end(o);
	observe_free(o);
	return 0;
}
