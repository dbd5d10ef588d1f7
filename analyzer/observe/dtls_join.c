/* dtls_join.c - fragments in any order, repeated and overlapping, to whole messages. */
#include "analyzer/observe/dtls_join.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

struct dtls_piece {
	struct dtls_piece *next;
	uint32_t at, n;
	uint8_t bytes[];
};

static void drop(struct dtls_joined *m)
{
	while (m->pieces) {
		struct dtls_piece *next = m->pieces->next;
		free(m->pieces);
		m->pieces = next;
	}
	*m = (struct dtls_joined){ .pieces = NULL };
}

void dtls_join_clear(struct dtls_join *j)
{
	for (int i = 0; i < DTLS_JOIN_MESSAGES; i++)
		drop(&j->of[i]);
}

static struct dtls_joined *find(struct dtls_join *j, const struct dtls_fragment *f)
{
	for (int i = 0; i < DTLS_JOIN_MESSAGES; i++)
		if (j->of[i].taken && j->of[i].seq == f->seq)
			return &j->of[i];
	return NULL;
}

static struct dtls_joined *room(struct dtls_join *j)
{
	struct dtls_joined *m = &j->of[0];

	for (int i = 0; i < DTLS_JOIN_MESSAGES; i++) {
		if (!j->of[i].taken)
			return &j->of[i];
		if (j->of[i].begun < m->begun)
			m = &j->of[i];
	}
	j->dropped++;
	drop(m);
	return m;
}

static struct dtls_joined *message(struct dtls_join *j, const struct dtls_fragment *f,
				   bool *conflict)
{
	struct dtls_joined *m = find(j, f);

	if (m && (m->type != f->type || m->total != f->total)) {
		*conflict = true;
		return NULL;
	}
	if (m)
		return m;
	m = room(j);
	*m = (struct dtls_joined){ .total = f->total,
				   .seq = f->seq,
				   .type = f->type,
				   .taken = true,
				   .begun = ++j->order };
	return m;
}

/* A new piece behind *link of octets nobody sent before. */
static struct dtls_piece **insert(struct dtls_joined *m, struct dtls_piece **link, uint32_t at,
				  struct slice bytes)
{
	struct dtls_piece *p = mem_grow(NULL, sizeof *p + bytes.n, 1);

	p->next = *link;
	p->at = at;
	p->n = (uint32_t)bytes.n;
	memcpy(p->bytes, bytes.p, bytes.n);
	*link = p;
	m->have += p->n;
	m->count++;
	return &p->next;
}

/* What overlaps must agree; what is new is kept. */
static bool merge(struct dtls_joined *m, uint32_t at, struct slice bytes)
{
	struct dtls_piece **link = &m->pieces;
	bool agrees = true;

	while (bytes.n) {
		struct dtls_piece *p = *link;
		if (p && p->at + p->n <= at) {
			link = &p->next;
			continue;
		}
		if (!p || at < p->at) {
			size_t gap = p ? p->at - at : bytes.n;
			size_t n = gap < bytes.n ? gap : bytes.n;
			link = insert(m, link, at, slice_upto(bytes, n));
			at += (uint32_t)n;
			bytes = slice_from(bytes, n);
			continue;
		}
		size_t n = p->at + p->n - at;
		if (n > bytes.n)
			n = bytes.n;
		agrees &= memcmp(p->bytes + (at - p->at), bytes.p, n) == 0;
		at += (uint32_t)n;
		bytes = slice_from(bytes, n);
		link = &p->next;
	}
	return agrees;
}

static uint8_t *assemble(const struct dtls_joined *m)
{
	uint8_t *body = mem_grow(NULL, m->total + 1u, 1);

	for (const struct dtls_piece *p = m->pieces; p; p = p->next)
		memcpy(body + p->at, p->bytes, p->n);
	return body;
}

bool dtls_join_add(struct dtls_join *j, const struct dtls_fragment *f, struct slice *whole,
		   uint8_t **body, bool *conflict)
{
	*body = NULL;
	*conflict = false;
	if (f->total > DTLS_JOIN_TOTAL) {
		j->dropped++;
		return false;
	}
	if (f->offset == 0 && f->body.n == f->total && !find(j, f)) {
		*whole = f->body;
		return true;
	}
	struct dtls_joined *m = message(j, f, conflict);
	if (!m)
		return false;
	if (m->count >= DTLS_JOIN_PIECES) {
		j->dropped++;
		return false;
	}
	*conflict = !merge(m, f->offset, f->body);
	if (m->have < m->total)
		return false;
	*body = assemble(m);
	*whole = (struct slice){ *body, m->total };
	drop(m);
	return true;
}
