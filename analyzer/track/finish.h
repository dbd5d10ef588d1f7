/* finish.h - a watched call becomes the call that is given away. */
#ifndef EARSHOT_FINISH_H
#define EARSHOT_FINISH_H

#include "analyzer/track/bind.h"
#include "analyzer/track/keybook.h"

/* Fills l->call from all that was filed under it. Promises still stand afterwards. */
void finish_call(struct stint *paths, struct keybook *book, struct live *l,
		 const struct bind_options *options, struct bind_counts *counts);
/* Media of the list, facts and id into l->call; the last steps, shared with rows without signaling.
 */
void finish_row(struct live *l, const struct agreed_list *list, struct slice name);

#endif
