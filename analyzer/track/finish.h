/* finish.h - a watched call becomes the call that is given away. */
#ifndef EARSHOT_FINISH_H
#define EARSHOT_FINISH_H

#include "analyzer/track/bind.h"
#include "analyzer/track/keybook.h"
#include "analyzer/track/told.h"

/*
 * A row is finished in two steps. The first takes from flows and promises what
 * it needs of them (promises still stand afterwards); what is left in `l` needs
 * neither. The second, once the rows of one call are together and it has its end
 * and its name (finish_name), says what the whole shows and fills l->call.
 */
void finish_call(struct stint *paths, struct keybook *book, struct live *l,
		 const struct bind_options *options, struct bind_counts *counts);
/* The end of the first step, shared with rows without signaling; `name` makes the row's id. */
void finish_part(struct live *l, struct agreed_list list, struct slice name);
struct track_options;
struct drops;
void finish_name(struct live *l);
void finish_row(struct live *l, const struct track_options *options,
		const struct told_recordings *recordings, const struct drops *drops);

#endif
