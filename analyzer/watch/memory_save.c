/* memory_save.c - the memory as an object of JSON, and back from what a stranger may have written.
 */
#include "analyzer/watch/memory_save.h"

#include <string.h>

#include "analyzer/watch/numbered.h"
#include "analyzer/watch/short.h"
#include "reports/jvalue.h"

enum { VERSION = 1, WHO = 200 };

static json_t *marks_of(const struct memory_entry *e)
{
	json_t *list = json_array();

	for (int i = 0; i < MEMORY_TABLE_MARKS; i++) {
		const struct memory_mark *mark = &e->marks[i];
		if (!*mark->digest)
			continue;
		json_t *o = json_object();
		jvalue_put(o, "digest", jvalue_text(mark->digest));
		jvalue_put(o, "first_ns", jvalue_number(mark->first_ns));
		jvalue_put(o, "last_ns", jvalue_number(mark->last_ns));
		jvalue_put(o, "calls", jvalue_number(mark->calls));
		jvalue_push(list, o);
	}
	return list;
}

static json_t *kept(const struct memory_entry *e)
{
	json_t *o = json_object();

	jvalue_put(o, "kind", jvalue_text(memory_table_word(e->kind)));
	jvalue_put(o, "who", jvalue_text(memory_table_who(e)));
	jvalue_put(o, "first_ns", jvalue_number(e->first_ns));
	jvalue_put(o, "last_ns", jvalue_number(e->last_ns));
	if (!e->marks)
		return o;
	jvalue_put(o, "told", jvalue_number(e->told));
	jvalue_put(o, "quiet", jvalue_number(e->quiet));
	jvalue_put(o, "marks", marks_of(e));
	return o;
}

/* The longest unseen first, so that reading it gives the same order. */
json_t *memory_save(const struct memory *m)
{
	json_t *o = json_object(), *list = json_array();

	for (const struct memory_entry *e = m->table.oldest; e; e = e->newer)
		if (!numbered_is(memory_table_who(e)))
			jvalue_push(list, kept(e));
	jvalue_put(o, "memory_version", jvalue_number(VERSION));
	jvalue_put(o, "since_ns", jvalue_number(m->since_ns));
	jvalue_put(o, "entries", list);
	return o;
}

static bool is_digest(const char *s)
{
	return *s && strlen(s) < MEMORY_TABLE_DIGEST && strspn(s, "0123456789abcdef") == strlen(s);
}

static void read_marks(struct memory_entry *e, const json_t *list)
{
	int n = 0;

	for (size_t i = 0; i < json_array_size(list) && n < MEMORY_TABLE_MARKS; i++) {
		const json_t *o = json_array_get(list, i);
		struct memory_mark *mark = &e->marks[n];
		if (!is_digest(jvalue_str(o, "digest")))
			continue;
		short_into(mark->digest, sizeof mark->digest, jvalue_str(o, "digest"));
		mark->first_ns = jvalue_int(o, "first_ns");
		mark->last_ns = jvalue_int(o, "last_ns");
		if (mark->last_ns < mark->first_ns)
			mark->last_ns = mark->first_ns;
		mark->calls = jvalue_int(o, "calls");
		n++;
	}
}

static uint32_t small(const json_t *o, const char *key)
{
	uint64_t n = jvalue_int(o, key);

	return n < 10000 ? (uint32_t)n : 10000;
}

static void read_one(struct memory *m, const json_t *o)
{
	const char *who = jvalue_str(o, "who");
	uint64_t first = jvalue_int(o, "first_ns"), last = jvalue_int(o, "last_ns");
	enum memory_kind k;

	if (!memory_table_kind(jvalue_str(o, "kind"), &k) || !*who || strlen(who) >= WHO ||
	    strchr(who, ' ') || numbered_is(who) || memory_table_find(&m->table, k, who))
		return;
	struct memory_entry *e = memory_table_add(&m->table, k, who);
	memory_table_seen(&m->table, e, first);
	e->last_ns = last > first ? last : first;
	if (!e->marks)
		return;
	e->told = small(o, "told");
	e->quiet = small(o, "quiet");
	read_marks(e, jvalue_get(o, "marks"));
}

bool memory_save_read(struct memory *m, const json_t *saved)
{
	json_t *o;
	size_t i;

	if (jvalue_int(saved, "memory_version") != VERSION || map_count(m->table.entries))
		return false;
	m->since_ns = jvalue_int(saved, "since_ns");
	json_array_foreach(jvalue_get(saved, "entries"), i, o)
	{
		read_one(m, o);
	}
	return true;
}
