/* fuzz_wire.c - a run of frames of any link type, with time, points and cuts, through the wire
 * room. */
#include <stdlib.h>

#include "analyzer/base/cursor.h"
#include "analyzer/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned touched;

/* Every byte that is handed on must be readable, and every payload must have its frame. */
static void touch(struct slice bytes, const struct frame *frame)
{
	unsigned sum = 0;

	if (!frame || frame->number == 0)
		abort();
	for (size_t i = 0; i < bytes.n; i++)
		sum += bytes.p[i];
	touched += sum;
}

static void on_payload(void *ctx, const struct payload *p)
{
	uint64_t *bytes = ctx;

	touch(p->bytes, p->frame);
	if (p->closed && p->bytes.n)
		abort();
	*bytes += p->bytes.n;
}

static void on_sighting(void *ctx, const struct wire_sighting *s)
{
	(void)ctx;
	touch(s->bytes, s->frame);
}

static int link_type(uint8_t choice)
{
	static const int types[] = { 1,	  0,   9,   12,	 50,  51,  101, 108,
				     113, 204, 228, 229, 252, 276, 105 };

	return types[choice % (sizeof types / sizeof *types)];
}

/* A frame begins with: link type, flags, milliseconds, interface, two octets of length. */
static bool next_frame(struct cursor *c, struct frame *f)
{
	f->link_type = link_type(cursor_u8(c));
	uint8_t flags = cursor_u8(c);
	f->ts_ns += (uint64_t)cursor_u8(c) * 1000000 * (flags & 1 ? 1000 : 1);
	f->point = flags >> 1 & 1;
	f->iface = cursor_u8(c) & 3;
	size_t n = cursor_u16(c);
	f->bytes = cursor_take(c, n < c->left.n ? n : c->left.n);
	f->wire_len = (uint32_t)f->bytes.n + (flags & 4 ? 100 : 0);
	f->number++;
	return !c->short_read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over((struct slice){ data, size });
	struct frame f = { .ts_ns = 1000000000 };
	uint64_t bytes = 0;
	struct wire *w = wire_new((struct wire_hooks){ &bytes, on_payload, on_sighting },
				  (struct wire_limits){ .streams = 4,
							.stream_buffer = 2048,
							.fragment_budget = 4096,
							.remembered = 64 });

	while (c.left.n && next_frame(&c, &f))
		wire_feed(w, &f);
	wire_end(w);
	wire_free(w);
	return 0;
}
