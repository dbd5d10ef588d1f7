/* look.h - a bounded pool of plaintext testers, and what their results say in a window. */
#ifndef EARSHOT_LOOK_H
#define EARSHOT_LOOK_H

#include "analyzer/crypto/cipherlook.h"
#include "analyzer/model/observation.h"

struct look_pool;

struct look_pool *look_new(uint32_t cap);
void look_free(struct look_pool *p);
/* The number of a fresh tester, from 1; 0 when all are in use. */
uint32_t look_take(struct look_pool *p);
void look_give(struct look_pool *p, uint32_t number);
struct cipherlook *look_at(const struct look_pool *p, uint32_t number);
/* A hint that this tester gets a packet soon. */
void look_expect(const struct look_pool *p, uint32_t number);
/* Writes a tester's results into the window it watched. */
void look_note(const struct cipherlook *l, struct window_seen *w);

#endif
