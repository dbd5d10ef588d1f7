/* fuzz_srtp.c - packets of any shape tried under keys of any suite. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/srtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct srtp_suite suites[] = {
	{ SRTP_CM, 16, 14, 10, 10 },   { SRTP_CM, 16, 14, 4, 10 },   { SRTP_CM, 24, 14, 10, 10 },
	{ SRTP_CM, 32, 14, 10, 10 },   { SRTP_GCM, 16, 12, 16, 16 }, { SRTP_GCM, 32, 12, 16, 16 },
	{ SRTP_NULL, 16, 14, 10, 10 },
};
enum { SUITES = sizeof suites / sizeof *suites };

/* suite and variant; MKI length; roll-over count; then the packet. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct srtp *made[SUITES][3];
	uint8_t master[46];
	bool e;

	if (size < 3)
		return 0;
	const struct srtp_suite *suite = &suites[data[0] % SUITES];
	unsigned variant = data[0] / SUITES % 3;
	struct srtp **s = &made[data[0] % SUITES][variant];
	memset(master, 0x5c, sizeof master);
	if (!*s)
		*s = srtp_new(suite, (struct slice){ master, (size_t)suite->key + suite->salt },
			      (enum srtp_variant)variant);
	if (!*s)
		return 0;
	/* Nobody guesses a key's tags; a short one of four octets is allowed to be met. */
	struct slice packet = { data + 3, size - 3 };
	bool valid = srtp_rtp_valid(*s, packet, data[2], data[1]);
	if (valid && packet.n < 12u + suite->tag + data[1])
		abort();
	valid = srtp_rtcp_valid(*s, packet, data[1], &e);
	if (valid && packet.n < 8u + 4u + suite->rtcp_tag + data[1])
		abort();
	return 0;
}
