/* fuzz_sdp.c - one description, in a small and in a large arena. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/sdp/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t sink;

static void touch(struct slice s)
{
	if (s.n)
		sink = (uint8_t)(s.p[0] + s.p[s.n - 1]);
}

static void touch_keys(const struct sdp_media *m)
{
	uint8_t key[64];
	unsigned crypto = 0;

	for (const struct sdp_crypto *c = m->crypto; c; c = c->next, crypto++) {
		for (unsigned i = 0; i < c->key_n; i++) {
			touch(c->keys[i].secret_base64);
			int n = sdp_crypto_decode(c->keys[i].secret_base64, key, sizeof key);
			if (n >= 0 && n != c->keys[i].octets)
				abort();
		}
	}
	if (crypto != m->crypto_n || m->crypto_valid_n > m->crypto_n)
		abort();
}

static void touch_media(const struct sdp_media *m)
{
	unsigned n = 0;

	for (const struct sdp_codec *c = m->codecs; c; c = c->next, n++) {
		touch(c->fmtp);
		if (sdp_codec_of(m, c->payload_type) != c)
			abort();
	}
	if (n != m->codec_n)
		abort();
	for (const struct sdp_candidate *c = m->candidates; c; c = c->next)
		touch(c->address);
	for (const struct sdp_ssrc *s = m->ssrcs; s; s = s->next)
		touch(s->value);
	for (const struct sdp_fingerprint *f = m->section.fingerprints; f; f = f->next)
		touch(f->hex);
	touch(m->formats);
	touch(m->section.text);
	touch_keys(m);
}

static void run(struct slice s, size_t budget)
{
	struct arena *a = arena_new(budget);
	struct slice value;
	struct sdp *d;
	size_t at = 0;

	if (sdp_parse(s, a, &d) != ERR_LIMIT) {
		for (const struct sdp_media *m = d->media; m; m = m->next)
			touch_media(m);
		touch(d->section.text);
		while (sdp_attribute(d->section.text, SLICE("group"), &at, &value))
			touch(value);
	}
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size ? size : 1);

	memcpy(own, data, size);
	run((struct slice){ own, size }, 1 << 20);
	run((struct slice){ own, size }, 1500);
	free(own);
	return 0;
}
