/* torture.h - the messages of RFC 4475 and RFC 5118, taken from the texts of the RFCs. */
#ifndef EARSHOT_TORTURE_H
#define EARSHOT_TORTURE_H

#include "analyzer/base/slice.h"

/* Whether the RFC texts are at hand (EARSHOT_SHARED, default ../shared); says so when not. */
bool torture_available(void);

/*
 * Both give the bytes of the message of that name, in a static buffer that the
 * next call overwrites; empty when there is no such message.
 */
struct slice torture_4475(const char *name); /* the bit-exact archive of Appendix A */
struct slice torture_5118(const char *name);

#endif
