/* body_seen.h - what kind of thing a body is, and whether it says where somebody is. */
#ifndef EARSHOT_BODY_SEEN_H
#define EARSHOT_BODY_SEEN_H

#include "analyzer/model/observation.h"
#include "analyzer/proto/sip/sip_body.h"

enum body_kind body_seen_kind(const struct sip_body_part *p);
bool body_seen_names_cell(struct slice access);	    /* P-Access-Network-Info */
bool body_seen_enveloped(const struct sip_body *b); /* and not only signed */
bool body_seen_location(const struct sip_body *b);

#endif
