/* capture_pcapng.h - pcapng files: packets of mixed link types, drops, secrets. */
#ifndef EARSHOT_CAPTURE_PCAPNG_H
#define EARSHOT_CAPTURE_PCAPNG_H

#include "analyzer/capture/block.h"
#include "analyzer/capture/source.h"

struct capture_pcapng;

/* Reads from `block`, which is at its start and must live longer. */
struct capture_pcapng *capture_pcapng_open(struct block *block);
void capture_pcapng_close(struct capture_pcapng *c); /* NULL is fine; clears the secrets */

/* The record's bytes are good until the next call. */
enum source_step capture_pcapng_next(struct capture_pcapng *c, struct source_record *out,
				     struct source_break *end);

/* Ends the use of the block; the secrets stay. */
void capture_pcapng_detach(struct capture_pcapng *c);

/* Packets lost, by the file's own account. */
uint64_t capture_pcapng_drops(const struct capture_pcapng *c);

/* `input` of each is not set. */
size_t capture_pcapng_secrets(const struct capture_pcapng *c, const struct capture_secret **out);
uint64_t capture_pcapng_secrets_refused(const struct capture_pcapng *c); /* blocks over the cap */

/* The DLT_ value libpcap uses for a LINKTYPE_ value. */
int capture_pcapng_link_type(uint16_t linktype);

#endif
