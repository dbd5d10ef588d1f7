/* rtcp_read.h - what this room asks of an RTCP compound. */
#ifndef EARSHOT_RTCP_READ_H
#define EARSHOT_RTCP_READ_H

#include "analyzer/base/slice.h"

struct rtcp_read {
	uint32_t ssrc;
	bool is_rtcp, clear, encrypted;
	bool cname;   /* a readable CNAME */
	bool reports; /* SR, RR or SDES parsed */
};

/*
 * Apart from rtcp_seen.c since the parser's result and the record that crosses
 * the wall are both called struct rtcp_seen.
 */
struct rtcp_read rtcp_read(struct slice datagram);

#endif
