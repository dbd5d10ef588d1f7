/* syslog_list.c - encoded messages in a row. */
#include "analyzer/watch/syslog_list.h"

#include <stdlib.h>

#include "analyzer/base/mem.h"

static size_t weight(const struct syslog_list_item *i)
{
	return sizeof *i + i->n;
}

struct syslog_list_item *syslog_list_item(struct slice s)
{
	struct syslog_list_item *i = mem_zero(1, sizeof *i + s.n);

	i->n = s.n;
	memcpy(i->bytes, s.p, s.n);
	return i;
}

void syslog_list_add(struct syslog_list *l, struct syslog_list_item *i)
{
	i->next = NULL;
	if (l->last)
		l->last->next = i;
	else
		l->first = i;
	l->last = i;
	l->count++;
	l->bytes += weight(i);
}

struct syslog_list_item *syslog_list_take(struct syslog_list *l)
{
	struct syslog_list_item *i = l->first;

	if (!i)
		return NULL;
	l->first = i->next;
	if (!l->first)
		l->last = NULL;
	l->count--;
	l->bytes -= weight(i);
	i->next = NULL;
	return i;
}

void syslog_list_before(struct syslog_list *l, struct syslog_list *front)
{
	if (!front->first)
		return;
	front->last->next = l->first;
	l->first = front->first;
	if (!l->last)
		l->last = front->last;
	l->count += front->count;
	l->bytes += front->bytes;
	*front = (struct syslog_list){ 0 };
}

size_t syslog_list_drop(struct syslog_list *l)
{
	struct syslog_list_item *i = syslog_list_take(l);

	free(i);
	return i != NULL;
}

size_t syslog_list_clear(struct syslog_list *l)
{
	size_t n = l->count;

	while (syslog_list_drop(l))
		;
	return n;
}
