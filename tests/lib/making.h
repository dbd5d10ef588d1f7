/* making.h - small captures made byte by byte, in a folder of the test's own. */
#ifndef EARSHOT_MAKING_H
#define EARSHOT_MAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes being made. Zero-initialise; making_drop when done. `big`: byte order of what follows. */
struct making {
	uint8_t *p;
	size_t n, room;
	bool big;
};

void making_u16(struct making *m, uint32_t v);
void making_u32(struct making *m, uint64_t v);
void making_u64(struct making *m, uint64_t v);
void making_bytes(struct making *m, const void *p, size_t n);
void making_fill(struct making *m, uint8_t with, size_t n);
void making_drop(struct making *m);

#define MAKING_US UINT32_C(0xa1b2c3d4)
#define MAKING_NS UINT32_C(0xa1b23c4d)

/* Classic pcap, version 2.4. */
void making_pcap(struct making *m, uint32_t magic, uint32_t snaplen, uint32_t link);
/* A record of `captured` bytes 'a'. */
void making_record(struct making *m, uint32_t seconds, uint32_t fraction, uint32_t captured,
		   uint32_t wire);

/* pcapng. A block is opened, filled and closed; closing pads it and sets both lengths. */
size_t making_block(struct making *m, uint32_t type);
void making_end(struct making *m, size_t block);
void making_option(struct making *m, uint32_t code, const void *value, size_t n);
void making_section(struct making *m);
void making_interface(struct making *m, uint32_t link, uint32_t snaplen);
/* An enhanced packet of `captured` bytes 'n'. */
void making_packet(struct making *m, uint32_t iface, uint64_t ticks, uint32_t captured,
		   uint32_t wire);

/* Packed anew: one gzip member, one zstd frame. Appended to `out`. */
void making_gzip(struct making *out, const struct making *plain);
void making_zstd(struct making *out, const struct making *plain);

/* A folder that making_tidy removes with all files made in it. */
void making_folder(void);
void making_tidy(void);
/* Writes a file there; the path is good until the 64th call after. */
const char *making_file(const char *name, const struct making *m);
const char *making_path(const char *name);

#endif
