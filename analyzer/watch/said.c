/* said.c - what was said of a call before its record is firm. */
#include "analyzer/watch/said.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/hash.h"
#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"

enum { ROOM = 65536 };

struct entry {
	struct said_word word;
	struct entry *older, *newer; /* by when it was told of */
};

struct said {
	struct map *by_key; /* keys stand in the entries */
	struct entry *oldest, *newest;
	size_t count, room;
	uint64_t forgotten;
	bool open;
	char superseded[SAID_ID];
};

struct said *said_new(uint32_t room)
{
	struct said *s = mem_zero(1, sizeof *s);

	s->by_key = map_new();
	s->room = room ? room : ROOM;
	return s;
}

static struct slice key_of(const uint64_t *key)
{
	return (struct slice){ (const uint8_t *)key, sizeof *key };
}

static void unlink_entry(struct said *s, struct entry *e)
{
	*(e->older ? &e->older->newer : &s->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &s->newest) = e->older;
}

static void link_newest(struct said *s, struct entry *e)
{
	e->older = s->newest;
	e->newer = NULL;
	*(s->newest ? &s->newest->newer : &s->oldest) = e;
	s->newest = e;
}

static void drop(struct said *s, struct entry *e)
{
	for (unsigned i = 0; i < e->word.key_count; i++)
		if (map_get(s->by_key, key_of(&e->word.keys[i])) == e)
			(void)map_remove(s->by_key, key_of(&e->word.keys[i]));
	unlink_entry(s, e);
	s->count--;
	free(e);
}

void said_free(struct said *s)
{
	if (!s)
		return;
	while (s->oldest)
		drop(s, s->oldest);
	map_free(s->by_key);
	free(s);
}

/* ---- which call it is ------------------------------------------------------------------------ */

static bool has_key(const struct said_word *w, uint64_t key)
{
	for (unsigned i = 0; i < w->key_count; i++)
		if (w->keys[i] == key)
			return true;
	return false;
}

static void add_key(struct said_word *w, struct slice name)
{
	uint64_t key = hash_table(name);

	if (w->key_count < SAID_KEYS && !has_key(w, key))
		w->keys[w->key_count++] = key;
}

/* Rows are joined as more is seen of them, and their ids change with it; Call-IDs stay. */
static void name_call(struct said_word *w, const struct call *c)
{
	for (unsigned i = 0; i < c->leg_count; i++)
		if (c->legs[i].call_id.n)
			add_key(w, c->legs[i].call_id);
	if (!w->key_count)
		add_key(w, slice_of(c->id));
	memcpy(w->id, c->id, strnlen(c->id, SAID_ID - 1));
}

static const struct entry *find(const struct said *s, const struct said_word *w)
{
	const struct entry *e = NULL;

	for (unsigned i = 0; i < w->key_count && !e; i++)
		e = map_get(s->by_key, key_of(&w->keys[i]));
	return e;
}

/* ---- what is to be said --------------------------------------------------------------------- */

static uint8_t failed(const struct judgement *j)
{
	uint8_t bits = 0;

	for (unsigned i = 0; i < CONDITIONS; i++)
		if (j->conditions[i].shown == SHOWN_FAIL)
			bits |= (uint8_t)(1U << i);
	return bits;
}

enum said_state said_next(const struct said *s, const struct call *c, const struct judgement *j,
			  uint64_t now_ns, uint64_t interim_ns)
{
	struct said_word w = { 0 };

	name_call(&w, c);
	const struct entry *e = find(s, &w);
	if (e && e->word.state >= SAID_PROVISIONAL)
		return SAID_NOTHING;
	if (c->complete_end)
		return SAID_PROVISIONAL;
	uint8_t before = e ? e->word.failed : 0;
	uint64_t since = e ? e->word.said_ns : c->start_ns;
	if (failed(j) & ~before)
		return SAID_INTERIM;
	return interim_ns && now_ns >= since + interim_ns ? SAID_INTERIM : SAID_NOTHING;
}

struct said_word said_word(const struct said *s, const struct call *c, const struct judgement *j,
			   enum said_state state, uint64_t now_ns)
{
	struct said_word w = { .state = (uint8_t)state,
			       .label = (uint8_t)j->label,
			       .failed = failed(j),
			       .revision = 1,
			       .said_ns = now_ns };

	name_call(&w, c);
	for (unsigned i = 0; i < CONDITIONS; i++)
		w.shown[i] = (uint8_t)j->conditions[i].shown;
	const struct entry *e = find(s, &w);
	if (e) {
		w.revision = e->word.revision + 1;
		w.failed |= e->word.failed;
	}
	return w;
}

struct said_standing said_standing(struct said *s, const struct said_word *w)
{
	const struct entry *e = find(s, w);
	struct said_standing st = { .revision = w->revision };

	if (!e)
		return st;
	st.label_changed = e->word.label != w->label;
	for (unsigned i = 0; i < CONDITIONS; i++)
		if (e->word.shown[i] != w->shown[i])
			st.shown_changed |= (uint8_t)(1U << i);
	if (strcmp(e->word.id, w->id) != 0) {
		memcpy(s->superseded, e->word.id, SAID_ID);
		st.supersedes = s->superseded;
	}
	return st;
}

/* ---- what has been said --------------------------------------------------------------------- */

void said_open(struct said *s)
{
	s->open = true;
}

bool said_late(const struct said *s, const struct said_word *w)
{
	const struct entry *e = find(s, w);

	return e && e->word.state == SAID_FIRM;
}

static void forget_all(struct said *s, const struct said_word *w)
{
	for (struct entry *e; (e = (struct entry *)(uintptr_t)find(s, w));)
		drop(s, e);
}

void said_keep(struct said *s, const struct said_word *w)
{
	forget_all(s, w);
	if (w->state == SAID_FIRM && !s->open)
		return;
	if (s->count == s->room) {
		drop(s, s->oldest);
		s->forgotten++;
	}
	struct entry *e = mem_zero(1, sizeof *e);
	e->word = *w;
	for (unsigned i = 0; i < w->key_count; i++)
		(void)map_put(s->by_key, key_of(&e->word.keys[i]), e);
	link_newest(s, e);
	s->count++;
}

void said_shut(struct said *s)
{
	s->open = false;
	for (struct entry *e = s->oldest, *next; e; e = next) {
		next = e->newer;
		if (e->word.state == SAID_FIRM)
			drop(s, e);
	}
}

size_t said_count(const struct said *s)
{
	return s->count;
}

uint64_t said_forgotten(const struct said *s)
{
	return s->forgotten;
}
