/* fuzz_pipeline.c - a capture of frames through the whole machine, to the bytes of a report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/cmd/summary.h"
#include "reports/report.h"
#include "tests/lib/packets.h"
#include "tests/lib/tls_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4, SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, LINKS = 4, STEPS = 100 };
enum flag { FLAG_BARE = 1, FLAG_TCP = 2, FLAG_SYN = 4, FLAG_V6 = 8 };

static volatile uint64_t sink;

/* ---- the capture: pcapng, since that has links of several types and secrets --------------- */

static void put(struct text *t, const void *p, size_t n)
{
	text_add_slice(t, (struct slice){ p, n });
}

static void put_u32(struct text *t, uint32_t v)
{
	put(t, &v, sizeof v);
}

static void block(struct text *t, uint32_t type, struct slice head, struct slice body)
{
	size_t filled = (body.n + 3) / 4 * 4, n = 12 + head.n + filled;

	put_u32(t, type);
	put_u32(t, (uint32_t)n);
	put(t, head.p, head.n);
	put(t, body.p, body.n);
	put(t, "\0\0\0", filled - body.n);
	put_u32(t, (uint32_t)n);
}

static void begin(struct text *t)
{
	static const uint8_t links[LINKS] = { 1, 101, 113, 0 };

	block(t, SECTION, SLICE("\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"),
	      SLICE(""));
	for (unsigned i = 0; i < LINKS; i++) {
		uint8_t head[8] = { links[i], 0, 0, 0, 0, 0, 4, 0 };
		block(t, INTERFACE, (struct slice){ head, sizeof head }, SLICE(""));
	}
}

static void packet(struct text *t, uint32_t iface, uint64_t us, struct slice bytes)
{
	uint32_t head[5] = { iface, (uint32_t)(us >> 32), (uint32_t)us, (uint32_t)bytes.n,
			     (uint32_t)bytes.n };

	block(t, PACKET, (struct slice){ (const uint8_t *)head, sizeof head }, bytes);
}

static uint32_t seq[4][4]; /* of TCP between the endpoints */

/* Headers round a payload, between a few endpoints; of TCP the numbers go on. */
static void wrapped(struct text *t, uint8_t flags, uint64_t us, struct slice payload)
{
	static const char *const hosts[2][4] = { { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4" },
						 { "fd00::1", "fd00::2", "fd00::3", "fd00::4" } };
	static const uint16_t ports[4] = { 5060, 5061, 4000, 4001 };
	static struct packets p;
	unsigned from = flags >> 4 & 3, to = flags >> 6;
	bool v6 = flags & FLAG_V6;

	packets_begin(&p, payload);
	if (flags & FLAG_TCP) {
		if (flags & FLAG_SYN)
			seq[from][to] = 1000;
		packets_tcp(&p,
			    &(struct packets_tcp){ ports[from], ports[to], seq[from][to],
						   seq[to][from], flags & FLAG_SYN ? 2 : 0x10 });
		seq[from][to] += (uint32_t)payload.n + (flags & FLAG_SYN ? 1 : 0);
	} else {
		packets_udp(&p, ports[from], ports[to]);
	}
	packets_ip(&p, &(struct packets_ip){ .src = hosts[v6][from],
					     .dst = hosts[v6][to],
					     .proto = flags & FLAG_TCP ? 6 : 17 });
	packets_ether(&p, v6 ? 0x86dd : 0x0800);
	packet(t, 0, us, packets_bytes(&p));
}

/* flags, a step of time, two octets of length, and the frame or its payload. */
static size_t step(struct text *t, const uint8_t *data, size_t size, uint64_t *us)
{
	size_t n = (size_t)data[2] << 8 | data[3];

	n = n > size - HEAD ? size - HEAD : n;
	*us += (uint64_t)data[1] * data[1] * data[1];
	struct slice bytes = { data + HEAD, n };
	if (data[0] & FLAG_BARE)
		packet(t, data[0] >> 1 & 3, *us, bytes);
	else
		wrapped(t, data[0], *us, bytes);
	return HEAD + n;
}

/* ---- the run ------------------------------------------------------------------------------ */

struct run {
	struct document *document;
	struct judge *judge;
	struct keys keys;
};

static bool give(void *ctx, const struct call *c, const struct judgement *j)
{
	const char *line = document_add(((struct run *)ctx)->document, c, j);

	if (!line)
		abort();
	sink += strlen(line);
	return true;
}

static void write_report(struct run *r, const char *format)
{
	const struct report_style style = { false, 80, 1 };
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	report_find(format)->write(r->document, out, &style);
	(void)fclose(out);
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t')
			abort();
	free(text);
}

static void audit(struct run *r, struct capture *c, unsigned choice)
{
	static const char *const formats[] = { "json", "ndjson", "text", "html" };
	static const char *const labels[] = { "fuzz" }, *const names[] = { "fuzz" };
	struct pipeline p;
	struct summary s = { 0 };
	struct args a = { .fail_on = SEVERITY_HIGH };
	struct pipeline_given keys = { .ring = r->keys.ring, .verify_all = choice & 4 };

	r->document = document_new(
		(struct document_options){ .redact = choice & 8 ? REDACT_MASK : REDACT_NONE,
					   .input_labels = labels,
					   .input_names = names,
					   .input_count = 1,
					   .point_labels = labels,
					   .point_count = 1 });
	/* Small tables: a run is for one input, and caps are to be met. */
	struct pipeline_limits limits = pipeline_limits();
	limits.wire = (struct wire_limits){
		.streams = 8, .stream_buffer = 8192, .fragment_budget = 8192, .remembered = 64
	};
	limits.observe = (struct observe_limits){
		.flows = 12, .lookers = 4, .announced = 16, .no_hints = true
	};
	limits.track.calls = 8;
	limits.track.call_budget = choice & 16 ? 16384 : 1 << 20;
	pipeline_open(&p, c, r->judge, keys, limits, give, r);
	pipeline_run(&p);
	struct summary_inputs inputs = summary_inputs(&s, p.capture);
	sink += (uint64_t)summary_finish(&s, &p, &inputs, r->document, &a, &r->keys, NULL);
	write_report(r, formats[choice & 3]);
	pipeline_close(&p);
	summary_free(&s);
	document_free(r->document);
}

static void read_capture(struct slice file, unsigned choice)
{
	struct run r = { .keys.ring = keyring_new() };
	struct capture_source s = { "fuzz", NULL };
	struct capture *c;
	const char *why;
	char *because = NULL, path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, file.p, file.n) != (ssize_t)file.n)
		abort();
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	s.path = path;
	tls_seal_secrets(r.keys.ring);
	struct judge_options options = { .policy = "baseline", .fail_on = SEVERITY_HIGH };
	if (judge_new(&r.judge, options, &because) != ERR_OK ||
	    capture_open(&c, &s, 1, (struct capture_options){ 0 }, &why) != ERR_OK)
		abort();
	audit(&r, c, choice);
	capture_close(c);
	judge_free(r.judge);
	keyring_free(r.keys.ring);
	(void)close(fd);
}

/* How it is reported, then frames. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text t = { NULL, 0, 0 };
	uint64_t us = 1000000000;

	if (size < 1)
		return 0;
	unsigned choice = data[0];
	data++;
	size--;
	begin(&t);
	memset(seq, 0, sizeof seq);
	for (unsigned i = 0; i < STEPS && size > HEAD; i++) {
		size_t used = step(&t, data, size, &us);
		data += used;
		size -= used;
	}
	read_capture(text_slice(&t), choice);
	text_free(&t);
	return 0;
}
