/* fuzz_tls_seen.c - a TCP connection: plain octets, TLS, and what is opened with its secrets. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/cert.h"
#include "analyzer/observe/tcp_seen.h"
#include "analyzer/observe/vault.h"
#include "tests/lib/tls_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 3, TEXT_MAX = 4096, TCP = 6, ANNOUNCED = 8, CALLS = 64 };
enum what { RAW, SEALED_TEXT, SEALED_SHAKE, SEALED_FRAME };

static volatile uint64_t sink;

static void read_slice(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		sink += s.p[i];
}

static void tell(void *ctx, const struct observation *o)
{
	(void)ctx;
	if (o->kind == OBSERVATION_SIP) {
		read_slice(o->as.sip.call_id);
		read_slice(o->as.sip.ruri);
	}
	if (o->kind == OBSERVATION_TLS) {
		read_slice(o->as.tls.sni);
		read_slice(o->as.tls.alpn);
		if (o->as.tls.websocket && !o->as.tls.opened)
			abort();
	}
}

static void no_stun(void *ctx, struct flow *f, unsigned direction, const struct payload *p)
{
	(void)ctx;
	(void)f;
	sink += direction + p->bytes.n;
}

/* ---- one connection, its observer around it ----------------------------------------- */

struct play {
	struct tell tell;
	struct sip_room sip;
	struct tcp_room tcp;
	struct flow flow;
	struct frame frame;
	struct tls_seal seal;
	bool ended;
};

static void open_rooms(struct play *p)
{
	static struct keyring *keys;
	static struct cert_cache *certs;
	static struct sip_reader *reader;

	if (!keys) {
		keys = keyring_new();
		tls_seal_secrets(keys);
		certs = cert_cache_new(NULL);
		reader = sip_seen_new();
	}
	p->tell = (struct tell){
		.fn = tell, .certs = certs, .vault = vault_new(), .keys.keyring = keys
	};
	p->sip = (struct sip_room){ .tell = &p->tell,
				    .reader = reader,
				    .announce = announce_new(ANNOUNCED),
				    .calls = idset_new(CALLS),
				    .invites = idset_new(CALLS) };
	p->tcp = (struct tcp_room){ .tell = &p->tell,
				    .text = { .tell = &p->tell, .sip = &p->sip },
				    .stun = no_stun };
}

static void close_rooms(struct play *p)
{
	tcp_seen_end(&p->tcp, &p->flow);
	cold_free(&p->flow);
	if (p->tcp.held || p->tcp.text.held)
		abort();
	vault_free(p->tell.vault);
	announce_free(p->sip.announce);
	idset_free(p->sip.calls);
	idset_free(p->sip.invites);
}

static void give(struct play *p, unsigned direction, struct slice bytes, bool gap, bool closed)
{
	struct payload one = { .bytes = bytes,
			       .flow = p->flow.key,
			       .frame = &p->frame,
			       .stream = 1,
			       .gap_before = gap,
			       .closed = closed };

	p->frame.number++;
	p->frame.ts_ns += WHEN_SECOND;
	if (direction) {
		struct flow_key k = p->flow.key;
		one.flow = addr_flow_key(addr_dst(&k), addr_src(&k), TCP);
	}
	p->ended |= tcp_seen_payload(&p->tcp, &p->flow, direction, &one);
}

/* ---- TLS ------------------------------------------------------------------------------- */

static void begin_tls(struct play *p, unsigned suite)
{
	static const uint8_t change[] = { 20, 3, 3, 0, 1, 1 };
	uint8_t hello[TLS_SEAL_HELLO];

	tls_seal_begin(&p->seal, suite);
	for (unsigned d = 0; d < 2; d++) {
		size_t n = tls_seal_hello(&p->seal, d == 0, hello);
		give(p, d, (struct slice){ hello, n }, false, false);
	}
	for (unsigned d = 0; d < 2; d++)
		give(p, d, (struct slice){ change, sizeof change }, false, false);
}

static size_t framed(uint8_t *to, struct slice text)
{
	to[0] = 0x81;
	to[1] = 126;
	to[2] = (uint8_t)(text.n >> 8);
	to[3] = (uint8_t)text.n;
	memcpy(to + 4, text.p, text.n);
	return text.n + 4;
}

static void give_text(struct play *p, unsigned flags, struct slice text)
{
	static uint8_t wire[TEXT_MAX + TLS_SEAL_ROOM], inner[TEXT_MAX + 8];
	enum what what = (enum what)(flags >> 3 & 3);
	unsigned direction = flags & 1;
	struct slice whole = text;

	if (what == SEALED_FRAME)
		text = (struct slice){ inner, framed(inner, text) };
	if (what != RAW && p->seal.suite) {
		uint8_t type = what == SEALED_SHAKE ? 22 : 23;
		whole = (struct slice){ wire,
					tls_seal_record(&p->seal, !direction, type, text, wire) };
		if (what == SEALED_SHAKE && text.n && text.p[0] == 20)
			tls_seal_finished(&p->seal, !direction);
		if (what == SEALED_SHAKE && text.n && text.p[0] == 24)
			tls_seal_update(&p->seal, !direction);
	} else if (what == SEALED_FRAME) {
		whole = text;
	}
	bool gap = (flags & 0xc2) == 0xc2, closed = (flags & 0xc4) == 0xc4;
	size_t half = flags & 32 ? whole.n / 2 : whole.n;
	give(p, direction, slice_upto(whole, half), gap, closed && half == whole.n);
	if (half < whole.n && !p->ended)
		give(p, direction, slice_from(whole, half), false, closed);
}

/* way, kind, halves, gap and end; two octets of length; text. */
static size_t step(struct play *p, const uint8_t *data, size_t size)
{
	size_t n = (size_t)data[1] << 8 | data[2];

	n = n > size - HEAD ? size - HEAD : n > TEXT_MAX ? TEXT_MAX : n;
	give_text(p, data[0], (struct slice){ data + HEAD, n });
	return HEAD + n;
}

/* How it begins: in the clear, or as TLS with one of the suites. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t a[4] = { 10, 0, 0, 1 }, b[4] = { 10, 0, 0, 2 };
	static struct play p;

	if (size < 1)
		return 0;
	p = (struct play){ .frame = { .ts_ns = WHEN_SECOND },
			   .flow = { .key = addr_flow_key((struct endpoint){ addr_v4(a), 4000 },
							  (struct endpoint){ addr_v4(b), 5061 },
							  TCP) } };
	open_rooms(&p);
	if (data[0] & 1)
		begin_tls(&p, data[0] >> 1);
	data++;
	size--;
	while (size >= HEAD && !p.ended) {
		size_t used = step(&p, data, size);
		data += used;
		size -= used;
	}
	if (p.flow.cold)
		tcp_seen_tell(&p.tcp, &p.flow, false);
	close_rooms(&p);
	return 0;
}
