/* outer.h - the two ends of the media, and where the signaling of rows without readable SIP ended.
 */
#ifndef EARSHOT_OUTER_H
#define EARSHOT_OUTER_H

#include "analyzer/track/agreed.h"
#include "analyzer/track/track.h"

/* Sets the ends of a row without SIP, and notes tls_direct, tls_elsewhere, key_by_signaling. */
void outer_facts(struct live *l, const struct track_options *options);

#endif
