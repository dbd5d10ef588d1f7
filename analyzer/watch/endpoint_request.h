/* endpoint_request.h - the head of an HTTP/1 request: which page, or why none. */
#ifndef EARSHOT_ENDPOINT_REQUEST_H
#define EARSHOT_ENDPOINT_REQUEST_H

#include "analyzer/base/slice.h"

enum { ENDPOINT_REQUEST_MOST = 8192, ENDPOINT_REQUEST_FIELDS = 100 };

enum endpoint_page { ENDPOINT_HOME, ENDPOINT_METRICS, ENDPOINT_HEALTH };

struct endpoint_request {
	int status; /* 0: more is needed; 200; 400, 404, 405, 414, 431, 505: what is answered */
	bool head;  /* only the head of the answer is wanted */
	enum endpoint_page page; /* of 200 */
};

/* All octets that came so far, at most ENDPOINT_REQUEST_MOST. What follows the head is not looked
 * at: no page takes a body. */
struct endpoint_request endpoint_request_read(struct slice bytes);

#endif
