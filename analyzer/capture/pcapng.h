/* pcapng.h - the blocks of a pcapng file (draft-ietf-opsawg-pcapng), bytes to structs. */
#ifndef EARSHOT_PCAPNG_H
#define EARSHOT_PCAPNG_H

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"

enum pcapng_type {
	PCAPNG_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
	PCAPNG_INTERFACE = 1,
	PCAPNG_OLD_PACKET = 2,
	PCAPNG_SIMPLE_PACKET = 3,
	PCAPNG_STATISTICS = 5,
	PCAPNG_PACKET = 6,
	PCAPNG_SECRETS = 10,
};

enum {
	PCAPNG_HEAD = 8,	  /* bytes of type and length */
	PCAPNG_SECTION_HEAD = 12, /* and of the byte order's mark, which a section needs */
	PCAPNG_SMALLEST = 12,	  /* the shortest block */
};

/* How a block begins. */
struct pcapng_head {
	uint32_t type;
	uint32_t length; /* of the whole block in bytes, head and trailer included */
	bool big;	 /* byte order; a section brings its own */
};

/*
 * Reads the head. `big` is the byte order of the section so far; a section head
 * needs PCAPNG_SECTION_HEAD bytes to tell its own. ERR_TRUNCATED: too few bytes.
 * ERR_MALFORMED: the byte order's mark is not one, or the length cannot be.
 */
enum err pcapng_head(struct slice s, bool big, struct pcapng_head *out) MUST_CHECK;

/*
 * Cuts the block off the front of *rest: its head, and its body without head
 * and trailer. ERR_MALFORMED also when the trailer does not repeat the length.
 */
enum err pcapng_block(struct slice *rest, bool big, struct pcapng_head *head,
		      struct slice *body) MUST_CHECK;

/* Section header: ERR_UNSUPPORTED for a major version other than 1. */
enum err pcapng_section(struct slice body, bool big) MUST_CHECK;

struct pcapng_interface {
	uint16_t link_type; /* a LINKTYPE_ value */
	uint32_t snaplen;   /* bytes; 0: none */
	uint8_t resolution; /* if_tsresol: 10^-n s, or 2^-n s with the top bit set */
	int64_t offset;	    /* if_tsoffset: seconds to add */
};
enum err pcapng_interface(struct slice body, bool big, struct pcapng_interface *out) MUST_CHECK;

struct pcapng_packet {
	struct slice bytes;
	uint32_t iface;
	uint32_t wire_len;
	uint64_t ticks; /* in the interface's resolution; nothing in a simple packet */
	uint64_t drops; /* packets lost since the one before on this interface, as far as told */
};
/*
 * A packet of any of the three kinds. The captured length of a simple packet
 * follows from `snaplen` (0: none) of interface 0. ERR_TRUNCATED: the captured
 * length is more than the block holds; ERR_LIMIT: more than 262,144 bytes.
 */
enum err pcapng_packet(uint32_t type, struct slice body, bool big, uint32_t snaplen,
		       struct pcapng_packet *out) MUST_CHECK;

/* Interface statistics: packets dropped by the interface and by the system since the start. */
struct pcapng_statistics {
	uint32_t iface;
	uint64_t drops;
};
enum err pcapng_statistics(struct slice body, bool big, struct pcapng_statistics *out) MUST_CHECK;

/* Decryption secrets (draft-tuexen-opsawg-pcapng 4.7). */
struct pcapng_secrets {
	uint32_t type; /* 0x544c534b: NSS key log */
	struct slice text;
};
enum err pcapng_secrets(struct slice body, bool big, struct pcapng_secrets *out) MUST_CHECK;

/* Ticks of an interface as nanoseconds since 1970; held within what 64 bits can say. */
uint64_t pcapng_time(const struct pcapng_interface *i, uint64_t ticks);

#endif
