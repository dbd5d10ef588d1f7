/* source.h - media that was taken over by another sender (RFC 7362 5, MED-008). */
#ifndef EARSHOT_SOURCE_H
#define EARSHOT_SOURCE_H

#include "analyzer/track/agreed.h"

void source_facts(struct live *l, const struct agreed_list *list);

#endif
