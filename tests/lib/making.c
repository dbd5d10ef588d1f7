/* making.c - nothing of the program is used here, so that a test compares two opinions. */
#include "tests/lib/making.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { PATHS = 64, PATH_ROOM = 512 };

static char folder[64];

static void must(bool held, const char *what)
{
	if (held)
		return;
	perror(what);
	abort();
}

static uint8_t *more(struct making *m, size_t n)
{
	if (m->n + n > m->room) {
		m->room = 2 * (m->n + n) + 64;
		m->p = realloc(m->p, m->room);
		must(m->p != NULL, "realloc");
	}
	m->n += n;
	return m->p + m->n - n;
}

static void put(uint8_t *at, uint64_t v, size_t n, bool big)
{
	for (size_t i = 0; i < n; i++)
		at[big ? n - 1 - i : i] = (uint8_t)(v >> 8 * i);
}

void making_u16(struct making *m, uint32_t v)
{
	put(more(m, 2), v, 2, m->big);
}

void making_u32(struct making *m, uint64_t v)
{
	put(more(m, 4), v, 4, m->big);
}

void making_u64(struct making *m, uint64_t v)
{
	put(more(m, 8), v, 8, m->big);
}

void making_bytes(struct making *m, const void *p, size_t n)
{
	if (n)
		memcpy(more(m, n), p, n);
}

void making_fill(struct making *m, uint8_t with, size_t n)
{
	if (n)
		memset(more(m, n), with, n);
}

void making_drop(struct making *m)
{
	free(m->p);
	*m = (struct making){ 0 };
}

void making_pcap(struct making *m, uint32_t magic, uint32_t snaplen, uint32_t link)
{
	making_u32(m, magic);
	making_u16(m, 2);
	making_u16(m, 4);
	making_u64(m, 0);
	making_u32(m, snaplen);
	making_u32(m, link);
}

void making_record(struct making *m, uint32_t seconds, uint32_t fraction, uint32_t captured,
		   uint32_t wire)
{
	making_u32(m, seconds);
	making_u32(m, fraction);
	making_u32(m, captured);
	making_u32(m, wire);
	making_fill(m, 'a', captured);
}

size_t making_block(struct making *m, uint32_t type)
{
	size_t block = m->n;

	making_u32(m, type);
	making_u32(m, 0);
	return block;
}

void making_end(struct making *m, size_t block)
{
	making_fill(m, 0, (4 - (m->n - block) % 4) % 4);
	making_u32(m, m->n - block + 4);
	put(m->p + block + 4, m->n - block, 4, m->big);
}

void making_option(struct making *m, uint32_t code, const void *value, size_t n)
{
	making_u16(m, code);
	making_u16(m, (uint32_t)n);
	making_bytes(m, value, n);
	making_fill(m, 0, (4 - n % 4) % 4);
}

void making_section(struct making *m)
{
	size_t block = making_block(m, 0x0a0d0d0a);

	making_u32(m, 0x1a2b3c4d);
	making_u16(m, 1);
	making_u16(m, 0);
	making_u64(m, UINT64_MAX);
	making_end(m, block);
}

void making_interface(struct making *m, uint32_t link, uint32_t snaplen)
{
	size_t block = making_block(m, 1);

	making_u16(m, link);
	making_u16(m, 0);
	making_u32(m, snaplen);
	making_end(m, block);
}

void making_packet(struct making *m, uint32_t iface, uint64_t ticks, uint32_t captured,
		   uint32_t wire)
{
	size_t block = making_block(m, 6);

	making_u32(m, iface);
	making_u32(m, ticks >> 32);
	making_u32(m, ticks & UINT32_MAX);
	making_u32(m, captured);
	making_u32(m, wire);
	making_fill(m, 'n', captured);
	making_end(m, block);
}

void making_gzip(struct making *out, const struct making *plain)
{
	z_stream z = { 0 };

	must(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
	     "deflateInit2");
	uLong bound = deflateBound(&z, (uLong)plain->n);
	uint8_t *at = more(out, bound);
	z.next_in = plain->p;
	z.avail_in = (uInt)plain->n;
	z.next_out = at;
	z.avail_out = (uInt)bound;
	must(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
	out->n -= z.avail_out;
	must(deflateEnd(&z) == Z_OK, "deflateEnd");
}

void making_zstd(struct making *out, const struct making *plain)
{
	size_t bound = ZSTD_compressBound(plain->n);
	uint8_t *at = more(out, bound);
	size_t n = ZSTD_compress(at, bound, plain->p, plain->n, 3);

	must(!ZSTD_isError(n), "ZSTD_compress");
	out->n -= bound - n;
}

void making_folder(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/earshot-test-XXXXXX");
	must(mkdtemp(folder) != NULL, "mkdtemp");
}

void making_tidy(void)
{
	DIR *d = opendir(folder);
	struct dirent *entry;

	must(d != NULL, folder);
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			must(unlinkat(dirfd(d), entry->d_name, 0) == 0, entry->d_name);
	must(closedir(d) == 0, "closedir");
	must(rmdir(folder) == 0, folder);
}

const char *making_path(const char *name)
{
	static char paths[PATHS][PATH_ROOM];
	static size_t at;
	char *path = paths[at++ % PATHS];

	(void)snprintf(path, PATH_ROOM, "%s/%s", folder, name);
	return path;
}

const char *making_file(const char *name, const struct making *m)
{
	const char *path = making_path(name);
	FILE *f = fopen(path, "wb");

	must(f != NULL, path);
	must(fwrite(m->p ? m->p : (const uint8_t *)"", 1, m->n, f) == m->n, path);
	must(fclose(f) == 0, path);
	return path;
}
