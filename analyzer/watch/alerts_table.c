/* alerts_table.c - lists by age, and one by what is due at each box. */
#include "analyzer/watch/alerts_table.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/watch/numbered.h"
#include "analyzer/watch/short.h"
#include "reports/wording.h"

enum { HOST = 256, WORDS = 2048, WORD = 1024 };

#define HOLDER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* ---- lists --------------------------------------------------------------------------------- */

static void make_empty(struct alerts_link *list)
{
	list->prev = list->next = list;
}

static void leave(struct alerts_link *l)
{
	if (!l->next)
		return;
	l->prev->next = l->next;
	l->next->prev = l->prev;
	l->prev = l->next = NULL;
}

static void go_last(struct alerts_link *list, struct alerts_link *l)
{
	leave(l);
	l->prev = list->prev;
	l->next = list;
	list->prev->next = l;
	list->prev = l;
}

struct alerts_problem *alerts_table_next(const struct alerts_link *list,
					 const struct alerts_problem *after)
{
	struct alerts_link *l = after ? after->age.next : list->next;

	return l == list ? NULL : HOLDER(l, struct alerts_problem, age);
}

/* ---- boxes --------------------------------------------------------------------------------- */

static struct alerts_element *element_at(struct alerts_table *t, const char *host)
{
	struct alerts_element *e = map_get(t->elements, slice_of(host));

	if (e)
		return e;
	e = mem_zero(1, sizeof *e);
	e->host = mem_text(host);
	for (int i = 0; i < ALERTS_TABLE_LEVELS; i++)
		make_empty(&e->due[i]);
	(void)map_put(t->elements, slice_of(e->host), e);
	return e;
}

static void element_free(struct alerts_element *e)
{
	free(e->host);
	free(e);
}

static void leave_element(struct alerts_table *t, struct alerts_problem *p)
{
	struct alerts_element *e = p->at;

	if (!e)
		return;
	leave(&p->due);
	p->at = NULL;
	if (--e->held == 0) {
		(void)map_remove(t->elements, slice_of(e->host));
		element_free(e);
	}
}

static void join_element(struct alerts_table *t, struct alerts_problem *p, bool counted)
{
	char host[HOST];

	wording_host(p->element, host, sizeof host);
	if (!*host || p->elsewhere)
		return;
	struct alerts_element *e = element_at(t, host);
	if (p->at != e) {
		e->held++;
		leave_element(t, p);
		p->at = e;
	}
	p->due_calls = e->calls + counted + ((uint64_t)t->clean_calls << (2 * p->level));
	go_last(&e->due[p->level], &p->due);
}

struct alerts_element *alerts_table_at(const struct alerts_table *t, const char *endpoint)
{
	char host[HOST];

	wording_host(endpoint, host, sizeof host);
	return map_get(t->elements, slice_of(host));
}

struct alerts_problem *alerts_table_due(struct alerts_element *e)
{
	for (int i = 0; i < ALERTS_TABLE_LEVELS; i++) {
		struct alerts_link *l = e->due[i].next;
		struct alerts_problem *p = HOLDER(l, struct alerts_problem, due);
		if (l != &e->due[i] && p->due_calls <= e->calls)
			return p;
	}
	return NULL;
}

/* ---- problems ------------------------------------------------------------------------------ */

void alerts_table_begin(struct alerts_table *t, uint32_t room, uint32_t clean_calls)
{
	*t = (struct alerts_table){ .room = room, .clean_calls = clean_calls };
	t->problems = map_new();
	t->elements = map_new();
	t->words = map_new();
	make_empty(&t->open);
	make_empty(&t->cleared);
}

static void problem_free(struct alerts_table *t, struct alerts_problem *p)
{
	leave_element(t, p);
	leave(&p->age);
	t->count_open -= p->open;
	(void)map_remove(t->problems, slice_of(p->problem));
	free(p->element);
	free(p);
}

void alerts_table_end(struct alerts_table *t)
{
	struct alerts_problem *p;
	size_t at = 0;
	char *word;

	while ((p = alerts_table_next(&t->open, NULL)) ||
	       (p = alerts_table_next(&t->cleared, NULL)))
		problem_free(t, p);
	while ((word = map_next(t->words, &at)))
		free(word);
	map_free(t->problems);
	map_free(t->elements);
	map_free(t->words);
}

bool alerts_table_is_name(const char *problem)
{
	return strlen(problem) == ALERTS_TABLE_HEX - 1 &&
	       strspn(problem, "0123456789abcdef") == ALERTS_TABLE_HEX - 1;
}

struct alerts_problem *alerts_table_find(const struct alerts_table *t, const char *problem)
{
	return map_get(t->problems, slice_of(problem));
}

/* What it was last known by must not be used again for another change. */
static void forget_oldest(struct alerts_table *t)
{
	struct alerts_problem *p = alerts_table_next(&t->cleared, NULL);

	p = p ? p : alerts_table_next(&t->open, NULL);
	if (!p)
		return;
	if (p->ordinal > t->ordinal_base)
		t->ordinal_base = p->ordinal;
	t->evicted += p->open;
	problem_free(t, p);
}

struct alerts_problem *alerts_table_add(struct alerts_table *t, const char *problem)
{
	struct alerts_problem *p = mem_zero(1, sizeof *p);

	while (map_count(t->problems) >= t->room)
		forget_oldest(t);
	short_into(p->problem, sizeof p->problem, problem);
	p->title = p->fix = "";
	p->element = mem_text("");
	p->ordinal = t->ordinal_base;
	(void)map_put(t->problems, slice_of(p->problem), p);
	return p;
}

void alerts_table_open(struct alerts_table *t, struct alerts_problem *p, bool counted)
{
	t->count_open += !p->open;
	p->open = true;
	go_last(&t->open, &p->age);
	join_element(t, p, counted);
}

void alerts_table_clear(struct alerts_table *t, struct alerts_problem *p)
{
	t->count_open -= p->open;
	p->open = false;
	if (p->level < ALERTS_TABLE_LEVELS - 1)
		p->level++;
	go_last(&t->cleared, &p->age);
	leave_element(t, p);
}

void alerts_table_place(struct alerts_problem *p, const char *element)
{
	p->elsewhere = numbered_shared(element);
	if (strcmp(p->element, element) == 0)
		return;
	free(p->element);
	p->element = short_text(element, HOST - 1);
}

const char *alerts_table_word(struct alerts_table *t, const char *text)
{
	char *cut = short_text(text, WORD), *word = map_get(t->words, slice_of(cut));

	if (word || map_count(t->words) >= WORDS) {
		free(cut);
		return word ? word : "";
	}
	(void)map_put(t->words, slice_of(cut), cut);
	return cut;
}
