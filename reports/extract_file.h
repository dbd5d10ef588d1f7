/* extract_file.h - the frames that a report cites, as a pcapng file that any tool reads. */
#ifndef EARSHOT_EXTRACT_FILE_H
#define EARSHOT_EXTRACT_FILE_H

#include <stdio.h>

#include "analyzer/base/err.h"
#include "analyzer/base/slice.h"
#include "analyzer/base/text.h"

/*
 * One file an input: raw IP (LINKTYPE_RAW), times in nanoseconds. A comment on each packet says
 * which frame of the input it was and what was done to it. Written in one way only; the reader
 * takes no other.
 */
enum extract_kept {
	EXTRACT_NOTHING,   /* not understood: no octet of it */
	EXTRACT_HEADERS,   /* addresses and ports; the payload was taken out */
	EXTRACT_SIP,	   /* written anew: what the report shows of it */
	EXTRACT_RTP,	   /* the fixed header and sources; the media was taken out */
	EXTRACT_RTCP,	   /* the first header */
	EXTRACT_HANDSHAKE, /* a TLS or DTLS handshake, whole */
	EXTRACT_RECORDS, /* TLS or DTLS: what is no handshake was taken out, or what named somebody
			  */
	EXTRACT_ZRTP,	 /* up to the name of the message */
	EXTRACT_STUN,	 /* the header */
	EXTRACT_KINDS,
};

struct extract_frame {
	uint64_t frame, ts_ns; /* frame: its number in the input */
	enum extract_kept kept;
	struct slice bytes; /* an IP packet, at most EXTRACT_MOST octets */
	uint32_t wire_len;  /* what its length was before something was taken out */
};
enum { EXTRACT_MOST = 65535 };

const char *extract_file_words(enum extract_kept kept); /* what the comment says of it */

/* `label` as the report shows it. False: the stream failed. */
bool extract_file_begin(FILE *out, const char *label);
bool extract_file_frame(FILE *out, const struct extract_frame *f);

/* Reading: all of a file in memory. */
struct extract_file {
	struct slice rest;
	struct text label;
	size_t read; /* frames so far */
};
/* ERR_MALFORMED: not as it is written here. */
enum err extract_file_open(struct extract_file *f, struct slice whole) MUST_CHECK;
/* The next frame, its bytes in `whole`. ERR_TRUNCATED: there was none left. */
enum err extract_file_next(struct extract_file *f, struct extract_frame *out) MUST_CHECK;
void extract_file_close(struct extract_file *f);

#endif
