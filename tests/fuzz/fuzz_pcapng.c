/* fuzz_pcapng.c - the pcapng walker over any bytes. */
#include "analyzer/capture/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* So that no read of a byte is optimised away. */
static volatile uint64_t looked_at;

static uint64_t look_into(const struct pcapng_head *head, struct slice body)
{
	struct pcapng_interface i = { .resolution = 6 };
	struct pcapng_packet p = { 0 };
	struct pcapng_statistics s = { 0 };
	struct pcapng_secrets secrets = { 0 };
	uint64_t sum = 0;

	sum += (uint64_t)pcapng_section(body, head->big);
	sum += (uint64_t)pcapng_interface(body, head->big, &i);
	sum += (uint64_t)pcapng_statistics(body, head->big, &s);
	sum += (uint64_t)pcapng_secrets(body, head->big, &secrets);
	for (size_t k = 0; k < secrets.text.n; k++)
		sum += secrets.text.p[k];
	for (uint32_t type = PCAPNG_OLD_PACKET; type <= PCAPNG_PACKET; type++)
		if (!pcapng_packet(type, body, head->big, i.snaplen, &p)) {
			for (size_t k = 0; k < p.bytes.n; k++)
				sum += p.bytes.p[k];
			sum += pcapng_time(&i, p.ticks);
		}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { data, size }, body;
	struct pcapng_head head = { 0 };
	uint64_t sum = 0;

	while (!pcapng_block(&rest, head.big, &head, &body))
		sum += look_into(&head, body);
	looked_at = sum;
	return 0;
}
