/* feeding.h - folders of small captures for tests of live sources, and what comes out of a feed. */
#ifndef EARSHOT_TESTS_FEEDING_H
#define EARSHOT_TESTS_FEEDING_H

#include "analyzer/base/text.h"
#include "analyzer/feed/feed.h"

enum { FEEDING_PATHS = 8 };

/* A folder that is removed afterwards. */
struct feeding {
	char folder[64];
	char *paths[FEEDING_PATHS];
};

/* Frames of a pattern: Ethernet unless said otherwise, the first at FEEDING_START. */
struct feeding_capture {
	unsigned frames;
	uint64_t start_ns, step_ns; /* 0: FEEDING_START, 1 ms */
	unsigned octets;	    /* of a frame; 0: 60 */
	int link_type;		    /* 0: Ethernet */
	bool big, ns, pcapng;
	bool ports;	    /* UDP to 5060, to 4036, a later fragment, and so on */
	const char *secret; /* pcapng: a key log before the frames */
	unsigned cut;	    /* octets less at the end */
};

#define FEEDING_START UINT64_C(1767225600000000000)

int feeding_setup(void **state);
int feeding_teardown(void **state);
#define FEEDING(test) cmocka_unit_test_setup_teardown(test, feeding_setup, feeding_teardown)

/* Kept in a place of the scene's. */
const char *feeding_path(struct feeding *t, unsigned place, const char *name);

void feeding_bytes(struct text *to, struct feeding_capture c);
void feeding_file(struct feeding *t, const char *name, struct feeding_capture c);
void feeding_text(struct feeding *t, const char *name, const char *text);
/* Adds to a file, made if need be. */
void feeding_append(struct feeding *t, const char *name, const void *bytes, size_t n);
uint8_t *feeding_read(const char *path, size_t *n); /* free() */

/* Takes all until the feed is over, or gives nothing for `wait_ms`; how many there were. */
size_t feeding_all(struct feed *f, int wait_ms);
uint64_t feeding_ms(void);
void feeding_sleep(unsigned ms);

#endif
