/* fuzz_cipherlook.c - a stream of packets: length, payload type, timestamp step, then the payload.
 */
#include <stdlib.h>

#include "analyzer/base/cursor.h"
#include "analyzer/crypto/cipherlook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over((struct slice){ data, size });
	struct cipherlook look;
	struct cipherlook_result r;
	uint32_t ts = 0;

	cipherlook_reset(&look);
	while (c.left.n) {
		size_t n = cursor_u8(&c);
		uint8_t pt = cursor_u8(&c);
		ts += 40u * cursor_u8(&c);
		/* Every third packet was cut, by as many octets as its type says. */
		struct slice payload = slice_upto(c.left, n);
		struct cipherlook_packet p = { .payload = payload,
					       .len = payload.n + (n % 3 ? 0 : pt),
					       .ts = ts,
					       .pt = pt & 0x7f,
					       .marker = pt >> 7 };
		if (!cipherlook_add(&look, &p))
			cipherlook_reset(&look);
		cursor_skip(&c, n < c.left.n ? n : c.left.n);
	}
	cipherlook_result(&look, &r);
	cipherlook_merge(&r, &r);
	for (int codec = CIPHERLOOK_CODEC_UNKNOWN; codec <= CIPHERLOOK_CODEC_OTHER; codec++) {
		(void)cipherlook_judge(&r, (enum cipherlook_codec)codec, codec & 1);
		(void)cipherlook_tag(&r, (enum cipherlook_codec)codec);
	}
	if (r.subs_fired > r.subs || r.g729_odd > r.g729_frames || r.gsm_ok > r.gsm_frames)
		abort();
	return 0;
}
