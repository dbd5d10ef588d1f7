/* feeding.c - writes the captures octet by octet: nothing of the program's own is used for it. */
#include "tests/lib/feeding.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/mem.h"

enum { OCTETS = 60, STEP_NS = 1000000, FRAME_MAX = 65536, KEY_LOG = 0x544c534b };

int feeding_setup(void **state)
{
	struct feeding *t = mem_zero(1, sizeof *t);

	(void)snprintf(t->folder, sizeof t->folder, "/tmp/earshot-feed-XXXXXX");
	if (!mkdtemp(t->folder))
		return -1;
	*state = t;
	return 0;
}

int feeding_teardown(void **state)
{
	struct feeding *t = *state;
	DIR *d = opendir(t->folder);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
	(void)rmdir(t->folder);
	for (size_t i = 0; i < FEEDING_PATHS; i++)
		free(t->paths[i]);
	free(t);
	return 0;
}

const char *feeding_path(struct feeding *t, unsigned place, const char *name)
{
	struct text path = { 0 };

	text_addf(&path, "%s/%s", t->folder, name);
	free(t->paths[place]);
	t->paths[place] = mem_text(text_of(&path));
	text_free(&path);
	return t->paths[place];
}

static void add(struct text *t, uint32_t v, unsigned octets, bool big)
{
	uint8_t b[4];

	for (unsigned i = 0; i < octets; i++)
		b[big ? octets - 1 - i : i] = (uint8_t)(v >> 8 * i);
	text_add_slice(t, (struct slice){ b, octets });
}

/* IPv4 and UDP in Ethernet; every third is a later fragment, which has no ports. */
static void put_ports(uint8_t *p, unsigned number)
{
	static const uint8_t start[] = { 2,  0, 0, 0, 0, 1, 2,	0, 0, 0,  0, 2, 8, 0,  0x45, 0, 0,
					 46, 0, 1, 0, 0, 9, 17, 0, 0, 10, 0, 0, 1, 10, 0,    0, 2 };

	memcpy(p, start, sizeof start);
	memset(p + 34, 0, 8);
	p[34] = p[36] = 0x13;
	p[35] = p[37] = 0xc4;
	if (number % 3 == 1)
		p[34] = p[36] = 0x0f;
	if (number % 3 == 2)
		p[21] = 100;
}

static void fill(uint8_t *p, unsigned n, unsigned number, bool ports)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(number + i);
	if (ports)
		put_ports(p, number);
}

static void add_block(struct text *t, uint32_t type, const struct text *body)
{
	uint32_t padded = (uint32_t)(body->n + 3) & ~UINT32_C(3), length = padded + 12;

	add(t, type, 4, false);
	add(t, length, 4, false);
	text_add_slice(t, (struct slice){ (const uint8_t *)text_of(body), body->n });
	add(t, 0, padded - (uint32_t)body->n, false);
	add(t, length, 4, false);
}

/* Nanoseconds: option 9 of the interface. */
static void start_pcapng(struct text *t, struct feeding_capture c)
{
	struct text body = { 0 };

	add(&body, 0x1a2b3c4d, 4, false);
	add(&body, 1, 4, false);
	add(&body, UINT32_MAX, 4, false);
	add(&body, UINT32_MAX, 4, false);
	add_block(t, 0x0a0d0d0a, &body);
	text_clear(&body);
	add(&body, (uint32_t)c.link_type, 4, false);
	add(&body, 262144, 4, false);
	add(&body, 9 | 1 << 16, 4, false);
	add(&body, 9, 4, false);
	add(&body, 0, 4, false);
	add_block(t, 1, &body);
	if (c.secret) {
		text_clear(&body);
		add(&body, KEY_LOG, 4, false);
		add(&body, (uint32_t)strlen(c.secret), 4, false);
		text_add(&body, c.secret);
		add_block(t, 10, &body);
	}
	text_free(&body);
}

static void start_pcap(struct text *t, struct feeding_capture c)
{
	add(t, c.ns ? 0xa1b23c4d : 0xa1b2c3d4, 4, c.big);
	add(t, 2, 2, c.big);
	add(t, 4, 2, c.big);
	add(t, 0, 4, c.big);
	add(t, 0, 4, c.big);
	add(t, 262144, 4, c.big);
	add(t, (uint32_t)c.link_type, 4, c.big);
}

static void add_pcapng(struct text *t, uint64_t ns, const uint8_t *bytes, unsigned n)
{
	struct text body = { 0 };

	add(&body, 0, 4, false);
	add(&body, (uint32_t)(ns >> 32), 4, false);
	add(&body, (uint32_t)ns, 4, false);
	add(&body, n, 4, false);
	add(&body, n, 4, false);
	text_add_slice(&body, (struct slice){ bytes, n });
	add_block(t, 6, &body);
	text_free(&body);
}

static void add_pcap(struct text *t, struct feeding_capture c, uint64_t ns, const uint8_t *bytes)
{
	uint32_t fraction = (uint32_t)(ns % 1000000000);

	add(t, (uint32_t)(ns / 1000000000), 4, c.big);
	add(t, c.ns ? fraction : fraction / 1000, 4, c.big);
	add(t, c.octets, 4, c.big);
	add(t, c.octets, 4, c.big);
	text_add_slice(t, (struct slice){ bytes, c.octets });
}

void feeding_bytes(struct text *to, struct feeding_capture c)
{
	uint8_t *bytes = mem_zero(1, FRAME_MAX);

	c.octets = c.octets ? c.octets : OCTETS;
	c.link_type = c.link_type ? c.link_type : 1;
	c.step_ns = c.step_ns ? c.step_ns : STEP_NS;
	c.start_ns = c.start_ns ? c.start_ns : FEEDING_START;
	if (c.pcapng)
		start_pcapng(to, c);
	else
		start_pcap(to, c);
	for (unsigned i = 0; i < c.frames; i++) {
		fill(bytes, c.octets, i, c.ports);
		if (c.pcapng)
			add_pcapng(to, c.start_ns + i * c.step_ns, bytes, c.octets);
		else
			add_pcap(to, c, c.start_ns + i * c.step_ns, bytes);
	}
	to->n -= c.cut;
	free(bytes);
}

void feeding_append(struct feeding *t, const char *name, const void *bytes, size_t n)
{
	int dir = open(t->folder, O_RDONLY | O_DIRECTORY);
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	(void)close(fd);
	(void)close(dir);
}

void feeding_file(struct feeding *t, const char *name, struct feeding_capture c)
{
	struct text all = { 0 };

	feeding_bytes(&all, c);
	feeding_append(t, name, text_of(&all), all.n);
	text_free(&all);
}

void feeding_text(struct feeding *t, const char *name, const char *text)
{
	feeding_append(t, name, text, strlen(text));
}

uint8_t *feeding_read(const char *path, size_t *n)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		abort();
	*n = (size_t)st.st_size;
	uint8_t *bytes = mem_zero(1, *n);
	if (read(fd, bytes, *n) != st.st_size)
		abort();
	(void)close(fd);
	return bytes;
}

size_t feeding_all(struct feed *f, int wait_ms)
{
	struct frame got[CAPTURE_BATCH];
	size_t n, sum = 0;

	while ((n = feed_batch(f, got, CAPTURE_BATCH, wait_ms)))
		sum += n;
	return sum;
}

uint64_t feeding_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void feeding_sleep(unsigned ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);
}
