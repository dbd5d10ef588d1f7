/* fuzz_capture.c - any bytes as a capture file, through the door of the room. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/capture/capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* So that no read of a byte is optimised away. */
static volatile uint64_t looked_at;

/* Every byte handed out must be there, and every promise of the header hold. */
static void read_all(struct capture *c)
{
	struct frame f;
	uint64_t number = 0, sum = 0;

	while (capture_next(c, &f)) {
		if (f.number <= number || f.bytes.n > 262144 || f.wire_len < f.bytes.n)
			abort();
		number = f.number;
		for (size_t i = 0; i < f.bytes.n; i++)
			sum += f.bytes.p[i];
	}
	looked_at = sum;
	capture_finish(c);
	const struct capture_input *in = capture_at(c, 0);
	if (in->packets < number || (!in->complete && !in->problem_count))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct capture_source s = { "fuzz", path };
	struct capture_options o = { .bpf = size & 1 ? "udp or vlan" : NULL };
	const char *why;
	struct capture *c;
	if (!capture_open(&c, &s, 1, o, &why))
		read_all(c);
	capture_close(c);
	(void)close(fd);
	return 0;
}
