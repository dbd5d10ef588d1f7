/* example_record.c - a call built from JSON: each field is written where it is read from. */
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "rules/example.h"
#include "rules/field_read.h"

enum { LIST_MOST = 64, NS = 1000000000 };

struct building {
	struct arena *arena;
	struct call *call;
	char *why;
};

static enum err wrong(struct building *b, const char *scope, const char *what, const char *word,
		      const char *near)
{
	struct text t = { 0 };

	text_addf(&t, "%s: %s", scope, what);
	if (word)
		text_addf(&t, " '%.60s'", word);
	if (near)
		text_addf(&t, "; did you mean %s?", near);
	free(b->why);
	b->why = t.p;
	return ERR_USAGE;
}

/* ---- one field ------------------------------------------------------------------------ */

static enum err put_number(struct building *b, const struct expr_field *f, const json_t *v,
			   char *to)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0)
		return wrong(b, f->name, "is no whole number", NULL, NULL);
	if (f->get == field_read_u8)
		*(uint8_t *)to = (uint8_t)n;
	else if (f->get == field_read_u16)
		*(uint16_t *)(void *)to = (uint16_t)n;
	else if (f->get == field_read_u32)
		*(uint32_t *)(void *)to = (uint32_t)n;
	else
		*(uint64_t *)(void *)to = (uint64_t)n;
	return ERR_OK;
}

static enum err put_name(struct building *b, const struct expr_field *f, const json_t *v, char *to)
{
	const char *word = json_string_value(v);
	size_t n = 0;

	for (; f->names[n]; n++)
		if (word && strcmp(word, f->names[n]) == 0) {
			*(int *)(void *)to = (int)n;
			return ERR_OK;
		}
	return wrong(b, f->name, "there is no", word ? word : "(no text)",
		     nearest_word(slice_of(word), f->names, n));
}

static enum err put_endpoint(struct building *b, const struct expr_field *f, const json_t *v,
			     char *to)
{
	const char *word = json_string_value(v), *colon = word ? strrchr(word, ':') : NULL;
	struct endpoint *e = (struct endpoint *)(void *)to;
	uint64_t port = 0;

	if (!word || !colon || !slice_number(slice_of(colon + 1), UINT16_MAX, &port) ||
	    !addr_parse((struct slice){ (const uint8_t *)word, (size_t)(colon - word) }, &e->addr))
		return wrong(b, f->name, "is no address with a port:", word, NULL);
	e->port = (uint16_t)port;
	return ERR_OK;
}

static enum err put_text(struct building *b, const struct expr_field *f, const json_t *v, char *to)
{
	if (!json_is_string(v))
		return wrong(b, f->name, "is no text", NULL, NULL);
	*(const char **)(void *)to = arena_text(b->arena, slice_of(json_string_value(v)));
	return ERR_OK;
}

static enum err put(struct building *b, const struct expr_field *f, const json_t *v, void *at)
{
	char *to = (char *)at + f->arg;

	if (f->get == field_read_flag) {
		if (!json_is_boolean(v))
			return wrong(b, f->name, "is neither true nor false", NULL, NULL);
		*(bool *)to = json_is_true(v);
		return ERR_OK;
	}
	if (f->get == field_read_name)
		return put_name(b, f, v, to);
	if (f->get == field_read_text)
		return put_text(b, f, v, to);
	if (f->get == field_read_endpoint)
		return put_endpoint(b, f, v, to);
	if (f->get == field_read_duration || f->get == field_read_time) {
		if (!json_is_number(v) || json_number_value(v) < 0)
			return wrong(b, f->name, "is no number of seconds", NULL, NULL);
		*(uint64_t *)(void *)to = (uint64_t)(json_number_value(v) * NS);
		return ERR_OK;
	}
	return put_number(b, f, v, to);
}

/* A member of the structure itself, which alone can be written. */
static bool plain(const struct expr_field *f)
{
	static field_read *const all[] = {
		field_read_flag,     field_read_u8,   field_read_u16,  field_read_u32,
		field_read_u64,	     field_read_name, field_read_text, field_read_endpoint,
		field_read_duration, field_read_time,
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (f->get == all[i])
			return true;
	return false;
}

static const struct expr_field *field_of(const struct expr_scope *s, const char *name,
					 const char **near)
{
	const char *names[64];
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (!plain(&s->fields[i]))
			continue;
		if (strcmp(s->fields[i].name, name) == 0)
			return &s->fields[i];
		if (n < sizeof names / sizeof *names)
			names[n++] = s->fields[i].name;
	}
	*near = nearest_word(slice_of(name), names, n);
	return NULL;
}

/* All keys but those of `apart`, which the caller reads. */
static enum err put_all(struct building *b, const struct expr_scope *s, const json_t *o, void *at,
			const char *const *apart)
{
	const char *key, *near = NULL;
	json_t *v;
	enum err e = json_is_object(o) ? ERR_OK : wrong(b, s->name, "is not an object", NULL, NULL);

	json_object_foreach((json_t *)(uintptr_t)o, key, v)
	{
		size_t i = 0;
		while (apart[i] && strcmp(apart[i], key) != 0)
			i++;
		if (e != ERR_OK || apart[i])
			continue;
		const struct expr_field *f = field_of(s, key, &near);
		e = f ? put(b, f, v, at) : wrong(b, s->name, "there is no field", key, near);
	}
	return e;
}

/* ---- lists ---------------------------------------------------------------------------------- */

typedef enum err put_item(struct building *b, const json_t *o, void *at);

static enum err put_list(struct building *b, const json_t *o, const char *key, size_t size,
			 put_item *item, void *list, uint16_t *count)
{
	const json_t *v = json_object_get(o, key);
	size_t n = json_array_size(v);
	enum err e = ERR_OK;

	if ((v && !json_is_array(v)) || n > LIST_MOST)
		return wrong(b, key, "is no list of at most 64", NULL, NULL);
	char *all = n ? arena_take(b->arena, n * size) : NULL;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = all ? item(b, json_array_get(v, i), all + i * size) : ERR_LIMIT;
	*(void **)list = all;
	*count = (uint16_t)n;
	return e;
}

static const char *const nothing[] = { NULL };

static enum err put_leg(struct building *b, const json_t *o, void *at)
{
	return put_all(b, field_leg(), o, at, nothing);
}

static enum err put_epoch(struct building *b, const json_t *o, void *at)
{
	return put_all(b, field_epoch(), o, at, nothing);
}

static enum err place(struct building *b, const json_t *o, const char *key, int16_t *to)
{
	const json_t *v = json_object_get(o, key);

	*to = FACT_NOWHERE;
	if (!v)
		return ERR_OK;
	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) >= LIST_MOST)
		return wrong(b, key, "is no place in its list", NULL, NULL);
	*to = (int16_t)json_integer_value(v);
	return ERR_OK;
}

static enum err put_segment(struct building *b, const json_t *o, void *at)
{
	static const char *const apart[] = { "epoch", NULL };
	enum err e = place(b, o, "epoch", &((struct segment *)at)->epoch);

	return e == ERR_OK ? put_all(b, field_segment(), o, at, apart) : e;
}

static enum err put_media(struct building *b, const json_t *o, void *at)
{
	static const char *const apart[] = { "segments", "leg", NULL };
	struct media *m = at;
	enum err e = place(b, o, "leg", &m->leg);

	if (e == ERR_OK)
		e = put_list(b, o, "segments", sizeof(struct segment), put_segment, &m->segments,
			     &m->segment_count);
	return e == ERR_OK ? put_all(b, field_media(), o, at, apart) : e;
}

static enum err put_ends(struct building *b, const json_t *list)
{
	enum err e = ERR_OK;

	if (list && (!json_is_array(list) || json_array_size(list) > 2))
		return wrong(b, "ends", "are at most two", NULL, NULL);
	for (size_t i = 0; e == ERR_OK && i < json_array_size(list); i++)
		e = put_all(b, field_end(), json_array_get(list, i), &b->call->ends[i], nothing);
	return e;
}

/* ---- facts -------------------------------------------------------------------------------------
 */

static enum err fact_kind_of(struct building *b, const char *word, enum fact_kind *out)
{
	const char *names[FACT_KINDS];

	for (size_t k = 0; k < FACT_KINDS; k++) {
		names[k] = fact_name((enum fact_kind)k);
		*out = (enum fact_kind)k;
		if (word && strcmp(word, names[k]) == 0)
			return ERR_OK;
	}
	return wrong(b, "facts", "there is no kind", word ? word : "(no text)",
		     nearest_word(slice_of(word), names, FACT_KINDS));
}

static enum err put_fact(struct building *b, const json_t *o, void *at)
{
	static const char *const apart[] = { "kind",  "leg",	  "media",   "segment",
					     "epoch", "duration", "comment", NULL };
	struct fact *f = at;
	const json_t *duration = json_object_get(o, "duration");
	enum err e = fact_kind_of(b, json_string_value(json_object_get(o, "kind")), &f->kind);

	f->grade = 3;
	f->at[0] = (struct evidence){ .frame = 1 };
	f->at_count = 1;
	f->duration_ns = (uint64_t)(json_number_value(duration) * NS);
	if (e == ERR_OK)
		e = place(b, o, "leg", &f->leg);
	if (e == ERR_OK)
		e = place(b, o, "media", &f->media);
	if (e == ERR_OK)
		e = place(b, o, "segment", &f->segment);
	if (e == ERR_OK)
		e = place(b, o, "epoch", &f->epoch);
	return e == ERR_OK ? put_all(b, field_fact(), o, at, apart) : e;
}

static int by_kind(const void *x, const void *y)
{
	const struct fact *a = x, *b = y;

	return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind)
				  : (a->media > b->media) - (a->media < b->media);
}

static enum err put_facts(struct building *b, const json_t *o)
{
	uint16_t n = 0;
	enum err e = put_list(b, o, "facts", sizeof(struct fact), put_fact, &b->call->facts, &n);

	b->call->fact_count = n;
	if (e == ERR_OK && n)
		qsort(b->call->facts, n, sizeof *b->call->facts, by_kind);
	return e;
}

enum err example_record_call(const json_t *record, struct arena *arena, struct call **out,
			     char **why)
{
	static const char *const apart[] = { "legs",  "media",	  "epochs",  "ends",
					     "facts", "answered", "comment", NULL };
	struct building b = { arena, arena_take(arena, sizeof(struct call)), NULL };
	struct call *c = b.call;
	enum err e = c ? put_all(&b, field_call(), record, c, apart) : ERR_LIMIT;

	*out = c;
	if (c) {
		c->id = "0000000000000001";
		c->answered_ns = json_is_true(json_object_get(record, "answered"));
	}
	if (e == ERR_OK)
		e = put_list(&b, record, "legs", sizeof(struct leg), put_leg, &c->legs,
			     &c->leg_count);
	if (e == ERR_OK)
		e = put_list(&b, record, "media", sizeof(struct media), put_media, &c->media,
			     &c->media_count);
	if (e == ERR_OK)
		e = put_list(&b, record, "epochs", sizeof(struct epoch), put_epoch, &c->epochs,
			     &c->epoch_count);
	if (e == ERR_OK)
		e = put_ends(&b, json_object_get(record, "ends"));
	if (e == ERR_OK)
		e = put_facts(&b, record);
	*why = b.why;
	return e;
}
