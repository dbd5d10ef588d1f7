/* memory_table.c - entries by kind and name, and in the order in which they were seen last. */
#include "analyzer/watch/memory_table.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"

static const char *const words[MEMORY_KINDS] = { "tls", "dtls", "zid", "host", "listener" };

const char *memory_table_word(enum memory_kind k)
{
	return words[k];
}

bool memory_table_kind(const char *word, enum memory_kind *out)
{
	for (int i = 0; i < MEMORY_KINDS; i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum memory_kind)i;
			return true;
		}
	return false;
}

const char *memory_table_who(const struct memory_entry *e)
{
	return e->key + strlen(words[e->kind]) + 1;
}

void memory_table_begin(struct memory_table *t, uint32_t room)
{
	*t = (struct memory_table){ .entries = map_new(), .room = room };
}

static void leave(struct memory_table *t, struct memory_entry *e)
{
	if (e->older)
		e->older->newer = e->newer;
	else
		t->oldest = e->newer;
	if (e->newer)
		e->newer->older = e->older;
	else
		t->newest = e->older;
}

static void join(struct memory_table *t, struct memory_entry *e)
{
	e->older = t->newest;
	e->newer = NULL;
	if (t->newest)
		t->newest->newer = e;
	else
		t->oldest = e;
	t->newest = e;
}

static void forget(struct memory_table *t, struct memory_entry *e)
{
	leave(t, e);
	(void)map_remove(t->entries, slice_of(e->key));
	free(e->marks);
	free(e->key);
	free(e);
}

void memory_table_end(struct memory_table *t)
{
	while (t->oldest)
		forget(t, t->oldest);
	map_free(t->entries);
}

static void key_of(struct text *t, enum memory_kind k, const char *who)
{
	text_add(t, words[k]);
	text_add(t, " ");
	text_add(t, who);
}

struct memory_entry *memory_table_find(const struct memory_table *t, enum memory_kind k,
				       const char *who)
{
	struct text key = { 0 };

	key_of(&key, k, who);
	struct memory_entry *e = map_get(t->entries, slice_of(key.p));
	text_free(&key);
	return e;
}

struct memory_entry *memory_table_add(struct memory_table *t, enum memory_kind k, const char *who)
{
	struct memory_entry *e = mem_zero(1, sizeof *e);
	struct text key = { 0 };

	while (t->oldest && map_count(t->entries) >= t->room) {
		forget(t, t->oldest);
		t->evicted++;
	}
	key_of(&key, k, who);
	e->key = key.p;
	e->kind = k;
	if (k <= MEMORY_ZID)
		e->marks = mem_zero(MEMORY_TABLE_MARKS, sizeof *e->marks);
	(void)map_put(t->entries, slice_of(e->key), e);
	join(t, e);
	return e;
}

void memory_table_seen(struct memory_table *t, struct memory_entry *e, uint64_t ns)
{
	e->first_ns = e->first_ns ? e->first_ns : ns;
	e->last_ns = ns > e->last_ns ? ns : e->last_ns;
	leave(t, e);
	join(t, e);
}
