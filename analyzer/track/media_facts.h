/* media_facts.h - what offers, answers and segments say about keys and media. */
#ifndef EARSHOT_MEDIA_FACTS_H
#define EARSHOT_MEDIA_FACTS_H

#include "analyzer/track/agreed.h"

/* Keys: disclosed, declined, never asked for; by pact and by media. */
void media_facts_keys(struct live *l, struct pact *const *pacts, unsigned count,
		      const struct agreed_list *list);
/* What the segments of each media showed; also for rows without signaling. */
void media_facts_segments(struct live *l, const struct agreed_list *list);
/* Lines that promised media, or that carry something other than RTP. */
void media_facts_lines(struct live *l, const struct agreed_list *list);
/* T.38 that was proposed and refused while the audio it was to replace stayed readable. */
void media_facts_fax(struct live *l, struct pact *const *pacts, unsigned count,
		     const struct agreed_list *list);

#endif
