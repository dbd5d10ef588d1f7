/* rtcp_read.c - what this room asks of an RTCP compound. */
#include "analyzer/observe/rtcp_read.h"

#include "analyzer/proto/rtp/rtcp.h"

struct rtcp_read rtcp_read(struct slice datagram)
{
	struct rtcp_seen seen;

	rtcp_parse(datagram, &seen);
	return (struct rtcp_read){
		.ssrc = seen.ssrc,
		.is_rtcp = seen.look != RTCP_LOOK_NOT,
		.clear = seen.look == RTCP_LOOK_CLEAR,
		.encrypted = seen.look == RTCP_LOOK_ENCRYPTED,
		.cname = seen.has_cname,
		.reports = rtcp_has_type(&seen, RTCP_SR) || rtcp_has_type(&seen, RTCP_RR) ||
			   rtcp_has_type(&seen, RTCP_SDES),
	};
}
