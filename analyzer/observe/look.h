/* look.h - a bounded pool of plaintext testers, and what their results say in a window. */
#ifndef EARSHOT_LOOK_H
#define EARSHOT_LOOK_H

#include "analyzer/crypto/cipherlook.h"
#include "analyzer/model/observation.h"

struct look_pool;

struct look_pool *look_new(uint32_t cap);
void look_free(struct look_pool *p);
/* A fresh tester; NULL when all are in use. */
struct cipherlook *look_take(struct look_pool *p);
void look_give(struct look_pool *p, struct cipherlook *l);
/* Writes a tester's results into the window it watched. */
void look_note(const struct cipherlook *l, struct window_seen *w);

#endif
