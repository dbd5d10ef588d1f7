/* node.h - wire room: a place in a circular list, oldest first; eviction takes the front. */
#ifndef EARSHOT_NODE_H
#define EARSHOT_NODE_H

#include <stdbool.h>
#include <stddef.h>

struct node {
	struct node *prev, *next;
};

#define NODE_OWNER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void node_init(struct node *n)
{
	n->prev = n->next = n;
}

static inline bool node_alone(const struct node *n)
{
	return n->next == n;
}

static inline void node_remove(struct node *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	node_init(n);
}

static inline void node_append(struct node *list, struct node *n)
{
	n->prev = list->prev;
	n->next = list;
	list->prev->next = n;
	list->prev = n;
}

#endif
