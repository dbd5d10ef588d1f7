/* hepping.h - HEP packets for tests, written octet by octet. */
#ifndef EARSHOT_TESTS_HEPPING_H
#define EARSHOT_TESTS_HEPPING_H

#include "analyzer/base/text.h"

/* Adds a packet of SIP between 10.0.0.1:5060 and 10.0.0.2:5061; `key`: NULL for none. */
void hepping_packet(struct text *to, const char *payload, const char *key);
/* Adds one of exactly so many octets. */
void hepping_large(struct text *to, size_t octets);

#endif
